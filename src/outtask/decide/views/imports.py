"""Importing an inventory: choose a file, look at what it would change, take it in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outtask.decide.forms import ImportForm, UploadForm
from outtask.decide.importing import Preview, import_inventory, preview
from outtask.decide.inventory import MAX_BYTES, CellError, Notice
from outtask.decide.words import COLUMNS
from outtask.files import incoming
from outtask.files.rules import plain_name
from outtask.journal.reading import outcome_of
from outtask.journal.recording import Outcome
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.people.roles import Right, may
from outtask.ui.formats import number
from outtask.ui.pages import MemberRequest, member_page, see_other

ERRORS_SHOWN = 50


@member_page
def upload(request: MemberRequest) -> HttpResponse:
    refuse_if(may(request.actor, Right.IMPORT))
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        sent: UploadedFile[Any] = form.cleaned_data["file"]
        # One byte more than may be: then the reader says that the file is too large.
        start = [sent.read(MAX_BYTES + 1)]
        sha256 = incoming.keep(request.organisation.pk, start, plain_name(sent.name or ""))
        target = see_other("process-import-preview")
        target["Location"] += f"?file={sha256}"
        return target
    return _upload_page(request, form, ())


def _upload_page(request: MemberRequest, form: UploadForm, refusals: tuple[Refusal, ...]) -> HttpResponse:
    context = {"form": form, "refusals": refusals, "columns": COLUMNS}
    return render(request, "decide/import.html", context, status=422 if refusals else form.status)


@member_page
def preview_page(request: MemberRequest) -> HttpResponse:
    """What the file would change; taking it in is a press of its own."""
    refuse_if(may(request.actor, Right.IMPORT))
    form = ImportForm(request.POST or None, initial={"sha256": request.GET.get("file", "")})
    if form.is_valid() and (before := outcome_of(request.actor, form.key, "processes.imported")):
        messages.success(request, _told(before))  # pressed twice: the file is kept no longer
        return see_other("processes")
    kept = (request.organisation.pk, str(form["sha256"].value() or ""))
    try:
        with incoming.kept(*kept) as path:
            name, data = incoming.name_of(*kept), path.read_bytes()
        if form.is_valid():
            outcome = import_inventory(request.actor, data, name, request.now, form.key)
            incoming.forget(*kept)
            messages.success(request, _told(outcome))
            return see_other("processes")
        found = preview(request.actor, data, name)
    except Refused as refused:
        return _upload_page(request, UploadForm(), refused.refusals)
    return render(request, "decide/preview.html", _context(form, found), status=form.status)


def _context(form: ImportForm, found: Preview) -> dict[str, object]:
    return {
        "form": form,
        "preview": found,
        "columns": [(COLUMNS[column], heading) for column, heading in found.columns.items()],
        "notices": [_said(notice) for notice in found.notices],
        "errors": [(error.row, error.column, _said(error)) for error in found.errors[:ERRORS_SHOWN]],
        "more_errors": max(0, len(found.errors) - ERRORS_SHOWN),
        "changed_rows": [
            (change, [COLUMNS[name] for name in change.columns]) for change in found.changed_rows
        ],
        "more_new": found.created - len(found.new_rows),
        "more_changed": found.changed - len(found.changed_rows),
    }


def _said(about: Notice | CellError) -> Refusal:
    """In the form that pages tell."""
    return Refusal(about.code, about.reason, facts=about.facts)


def _told(outcome: Outcome) -> str:
    written = outcome["created"] + outcome["changed"]
    if not written:
        return _("Nothing changed. Every row stands on the list already.")
    said = ngettext("%(count)s process imported", "%(count)s processes imported", written) % {
        "count": number(written)
    }
    rest = {"created": number(outcome["created"]), "changed": number(outcome["changed"])}
    if not outcome["changed"]:
        return said + "."
    return said + _(": %(created)s new, %(changed)s changed.") % rest
