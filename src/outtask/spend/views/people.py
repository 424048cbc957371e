"""Many people at once: their table as a file, out and in, and the same for several by ticks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from outtask.journal.recording import Outcome
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may
from outtask.people.words import ROLE_NAMES
from outtask.spend.actions import change_members
from outtask.spend.importing import Preview, import_table, preview
from outtask.spend.people_forms import ChangeMembersForm
from outtask.spend.people_table import MAX_BYTES, write
from outtask.spend.staff import staff
from outtask.ui.formats import number
from outtask.ui.importing import TableImport, errors_of
from outtask.ui.pages import MemberRequest, member_page, see_other

SHOWN = 50


@require_safe
@member_page
def people_file(request: MemberRequest) -> HttpResponse:
    """Members with their limits, as a file that an import reads."""
    refuse_if(may(request.actor, Right.MANAGE_PEOPLE))
    text = write(staff(request.organisation.pk), request.organisation.currency)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="people.csv"'
    return response


@member_page
def upload(request: MemberRequest) -> HttpResponse:
    """Choose a file of people and limits."""
    return PEOPLE.choose(request)


@member_page
def preview_page(request: MemberRequest) -> HttpResponse:
    """What the file would change; taking it in is a press of its own."""
    return PEOPLE.look(request)


def _shown(found: Preview) -> dict[str, object]:
    changes = found.changes
    return {
        **errors_of(found.errors),
        "invited": [(each, ROLE_NAMES[each.after.role]) for each in changes.invited[:SHOWN]],
        "more_invited": max(0, len(changes.invited) - SHOWN),
        "changed": changes.changed[:SHOWN],
        "more_changed": max(0, len(changes.changed) - SHOWN),
    }


def _told(outcome: Outcome) -> str:
    if not outcome["invited"] + outcome["changed"]:
        return _("Nothing changed. Everybody stands as the file says.")
    told = {"invited": number(outcome["invited"]), "changed": number(outcome["changed"])}
    return _("%(invited)s invited, %(changed)s changed.") % told


PEOPLE = TableImport(
    right=Right.MANAGE_PEOPLE,
    kind="people.imported",
    choosing="spend/people_import.html",
    looking="spend/people_preview.html",
    preview_page="people-import-preview",
    list_page="members",
    most_bytes=MAX_BYTES,
    preview=preview,
    take_in=import_table,
    shown=_shown,
    told=_told,
)


@member_page
def together(request: MemberRequest) -> HttpResponse:
    """The same limit or the same line for several members."""
    initial = {"currency": request.organisation.currency}
    form = ChangeMembersForm(request, request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with form.taking_refusals():
            done = change_members(actor=request.actor, now=request.now, key=form.key, **form.facts())
            changed = done["changed"]
            said = ngettext("%(count)s member changed.", "%(count)s members changed.", changed)
            messages.success(request, said % {"count": number(changed)})
            return see_other("members")
    context = {"form": form, "barred": may(request.actor, Right.MANAGE_PEOPLE)}
    return render(request, "spend/people_together.html", context, status=form.status)
