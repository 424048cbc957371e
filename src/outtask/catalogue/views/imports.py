"""Importing a catalogue: choose a file, look at what it would change, take it in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outtask.catalogue.forms import ImportForm, UploadForm
from outtask.catalogue.importing import Preview, import_catalogue, preview
from outtask.catalogue.table import MAX_BYTES
from outtask.catalogue.words import COLUMNS
from outtask.decide.inventory import CellError, Notice
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
    """Choose a file."""
    refuse_if(may(request.actor, Right.MANAGE_PROVIDERS))
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        sent: UploadedFile[Any] = form.cleaned_data["file"]
        # One byte more than may be: then the reader says that the file is too large.
        start = [sent.read(MAX_BYTES + 1)]
        sha256 = incoming.keep(request.organisation.pk, start, plain_name(sent.name or ""))
        target = see_other("catalogue-import-preview")
        target["Location"] += f"?file={sha256}"
        return target
    return _upload_page(request, form, ())


def _upload_page(request: MemberRequest, form: UploadForm, refusals: tuple[Refusal, ...]) -> HttpResponse:
    context = {"form": form, "refusals": refusals, "columns": COLUMNS}
    return render(request, "catalogue/import.html", context, status=422 if refusals else form.status)


@member_page
def preview_page(request: MemberRequest) -> HttpResponse:
    """What the file would change; taking it in is a press of its own."""
    refuse_if(may(request.actor, Right.MANAGE_PROVIDERS))
    form = ImportForm(request.POST or None, initial={"sha256": request.GET.get("file", "")})
    if form.is_valid() and (before := outcome_of(request.actor, form.key, "items.imported")):
        messages.success(request, _told(before))  # pressed twice: the file is kept no longer
        return see_other("catalogue")
    kept = (request.organisation.pk, str(form["sha256"].value() or ""))
    try:
        with incoming.kept(*kept) as path:
            name, data = incoming.name_of(*kept), path.read_bytes()
        if form.is_valid():
            outcome = import_catalogue(request.actor, data, name, request.now, form.key)
            incoming.forget(*kept)
            messages.success(request, _told(outcome))
            return see_other("catalogue")
        found = preview(request.actor, data, name, request.now)
    except Refused as refused:
        return _upload_page(request, UploadForm(), refused.refusals)
    return render(request, "catalogue/preview.html", _context(form, found), status=form.status)


def _context(form: ImportForm, found: Preview) -> dict[str, object]:
    return {
        "form": form,
        "preview": found,
        "columns": [(heading, COLUMNS[column]) for column, heading in found.columns.items()],
        "notices": [_said(notice) for notice in found.notices],
        "errors": [(error.row, error.column, _said(error)) for error in found.errors[:ERRORS_SHOWN]],
        "more_errors": max(0, len(found.errors) - ERRORS_SHOWN),
        "more_new": found.created - len(found.new_rows),
        "more_changed": found.changed - len(found.changed_rows),
    }


def _said(about: Notice | CellError) -> Refusal:
    """In the form that pages tell."""
    return Refusal(about.code, about.reason, facts=about.facts)


def _told(outcome: Outcome) -> str:
    written = outcome["created"] + outcome["changed"]
    if not written:
        return _("Nothing changed. Every row stands in the catalogue already.")
    said = ngettext("%(count)s item imported", "%(count)s items imported", written)
    rest = {"created": number(outcome["created"]), "changed": number(outcome["changed"])}
    return said % {"count": number(written)} + _(": %(created)s new, %(changed)s changed.") % rest
