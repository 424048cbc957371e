"""Many people at once: their table as a file, out and in, and the same for several by ticks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from outtask.decide.inventory import CellError
from outtask.files import incoming
from outtask.files.rules import plain_name
from outtask.journal.reading import outcome_of
from outtask.journal.recording import Outcome
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.people.roles import Right, may
from outtask.people.words import ROLE_NAMES
from outtask.spend.actions import change_members
from outtask.spend.importing import Preview, import_table, preview
from outtask.spend.people_forms import ChangeMembersForm, PeopleFileForm, PeopleImportForm
from outtask.spend.people_table import MAX_BYTES, write
from outtask.spend.staff import staff
from outtask.ui.formats import number
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
    refuse_if(may(request.actor, Right.MANAGE_PEOPLE))
    form = PeopleFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        sent: UploadedFile[Any] = form.cleaned_data["file"]
        # One byte more than may be: then the reader says that the file is too large.
        start = [sent.read(MAX_BYTES + 1)]
        sha256 = incoming.keep(request.organisation.pk, start, plain_name(sent.name or ""))
        target = see_other("people-import-preview")
        target["Location"] += f"?file={sha256}"
        return target
    return _upload_page(request, form, ())


def _upload_page(request: MemberRequest, form: PeopleFileForm, refusals: tuple[Refusal, ...]) -> HttpResponse:
    context = {"form": form, "refusals": refusals}
    return render(request, "spend/people_import.html", context, status=422 if refusals else form.status)


@member_page
def preview_page(request: MemberRequest) -> HttpResponse:
    """What the file would change; taking it in is a press of its own."""
    refuse_if(may(request.actor, Right.MANAGE_PEOPLE))
    form = PeopleImportForm(request.POST or None, initial={"sha256": request.GET.get("file", "")})
    if form.is_valid() and (before := outcome_of(request.actor, form.key, "people.imported")):
        messages.success(request, _told(before))  # pressed twice: the file is kept no longer
        return see_other("members")
    kept = (request.organisation.pk, str(form["sha256"].value() or ""))
    try:
        with incoming.kept(*kept) as path:
            name, data = incoming.name_of(*kept), path.read_bytes()
        if form.is_valid():
            with form.taking_refusals():
                outcome = import_table(request.actor, data, name, request.now, form.key)
                incoming.forget(*kept)
                messages.success(request, _told(outcome))
                return see_other("members")
        found = preview(request.actor, data, name, request.now)
    except Refused as refused:
        return _upload_page(request, PeopleFileForm(), refused.refusals)
    return render(request, "spend/people_preview.html", _context(form, found), status=form.status)


def _context(form: PeopleImportForm, found: Preview) -> dict[str, object]:
    changes = found.changes
    return {
        "form": form,
        "preview": found,
        "errors": [(each.row, each.column, _said(each)) for each in found.errors[:SHOWN]],
        "more_errors": max(0, len(found.errors) - SHOWN),
        "invited": [(each, ROLE_NAMES[each.after.role]) for each in changes.invited[:SHOWN]],
        "more_invited": max(0, len(changes.invited) - SHOWN),
        "changed": changes.changed[:SHOWN],
        "more_changed": max(0, len(changes.changed) - SHOWN),
    }


def _said(about: CellError) -> Refusal:
    """In the form that pages tell."""
    return Refusal(about.code, about.reason, facts=about.facts)


def _told(outcome: Outcome) -> str:
    if not outcome["invited"] + outcome["changed"]:
        return _("Nothing changed. Everybody stands as the file says.")
    told = {"invited": number(outcome["invited"]), "changed": number(outcome["changed"])}
    return _("%(invited)s invited, %(changed)s changed.") % told


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
