"""Pages of imports: what was brought in, looking at files before they are, one process as published."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from outtask.files import incoming
from outtask.journal.reading import outcome_of
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.refusal import refuse_if
from outtask.lifecycle.import_files import Reading, read_files
from outtask.lifecycle.import_forms import ChooseForm, ConfirmForm, Kept
from outtask.lifecycle.importing import Told, compare, import_outtasks
from outtask.lifecycle.lifeline import line_of
from outtask.lifecycle.models import Import, ImportedRecord
from outtask.lifecycle.ocds.decode import MAX_BYTES
from outtask.lifecycle.published_values import Problem, Value, bits
from outtask.lifecycle.understanding import ending_of, kept_problems, kept_values, stage_of
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right, may
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page

SHOWN = 50
A_PAGE = 100
A_FEW = 20
LONGEST_SHOWN = 200
MOST_BYTES = MAX_BYTES
"""How large the files of one look are together: as large as one alone may be."""


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def imports(request: MemberRequest) -> HttpResponse:
    """Everything that was brought in, latest first. A POST takes in the files that were looked at."""
    if request.method == "POST":
        return _take_in(request)
    rows = Import.objects.visible_to(request.actor).select_related("imported_by__person")
    context = {"page": Page.of(rows, request), "barred": may(request.actor, Right.IMPORT)}
    return render(request, "lifecycle/imports.html", context)


def _take_in(request: MemberRequest) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if form.is_valid():
        before = outcome_of(request.actor, form.key, "outtasks.imported")
        if before is not None:  # pressed twice: the files were taken in and are kept no longer
            return _tell(request, before)
        with form.taking_refusals():
            reading = _read_kept(request, form.cleaned_data["file"])
            refuse_if(reading.why_too_many)
            done = import_outtasks(
                actor=request.actor, now=request.now, key=form.key, sources=reading.sources
            )
            for file in form.cleaned_data["file"] if done["id"] else ():
                incoming.forget(request.organisation.pk, file.sha256)
            return _tell(request, done)
    choose = ChooseForm()
    context = {"form": choose, "confirm": form, "barred": may(request.actor, Right.IMPORT)}
    return render(request, "lifecycle/import_ocds.html", context, status=422)


def _tell(request: MemberRequest, done: Outcome) -> HttpResponse:
    if not done["id"]:
        messages.success(request, _("Everything in these files is here already. Nothing was changed."))
        return see_other("imports")
    told = done["created"] + done["changed"]
    messages.success(
        request,
        ngettext("One out-task was taken in.", "%(count)d out-tasks were taken in.", told) % {"count": told},
    )
    return see_other("import", done["id"])


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def ocds(request: MemberRequest) -> HttpResponse:
    """Choose published files and look at what they say. Nothing is written here."""
    barred = may(request.actor, Right.IMPORT)
    form = ChooseForm(request.POST, request.FILES) if request.method == "POST" else ChooseForm()
    context: dict[str, Any] = {"form": form, "barred": barred}
    if form.is_valid():
        refuse_if(barred)
        kept = [
            Kept(upload.name or "", incoming.keep(request.organisation.pk, upload.chunks()))
            for upload in form.cleaned_data["file"]
        ]
        reading = _read_kept(request, kept)
        too_many = reading.why_too_many
        if too_many is None:
            context |= _preview(request, reading)
        else:
            form.take(too_many)
        if too_many is not None or not reading.sources:
            return render(request, "lifecycle/import_ocds.html", context, status=422)
    return render(request, "lifecycle/import_ocds.html", context, status=form.status)


def _read_kept(request: MemberRequest, kept: Sequence[Kept]) -> Reading:
    with ExitStack() as at_hand:
        paths = [
            (file.name, at_hand.enter_context(incoming.kept(request.organisation.pk, file.sha256)))
            for file in kept
        ]
        return read_files(paths, most_bytes=MOST_BYTES)


def _preview(request: MemberRequest, reading: Reading) -> dict[str, Any]:
    if not reading.sources:
        return {"unread": reading.unread}
    found = compare(request.organisation.pk, reading.sources)
    counts = found.counts(reading.sources)
    shown = [_row(told, "new") for told in found.created[:SHOWN]]
    shown += [_row(told, "changed") for told in found.changed[: SHOWN - len(shown)]]
    problems = [row for told in found.told for row in kept_problems(told.task.problems)]
    unmapped = [row for told in found.told for row in kept_values(told.task.unmapped)]
    return {
        "unread": reading.unread,
        "files": len(reading.sources),
        "counts": counts,
        "total": counts["created"] + counts["changed"],
        "restated": len(found.restated),
        "rows": shown,
        "problems": [Problem.of(row) for row in problems[:SHOWN]],
        "unmapped": [Value.of(row) for row in unmapped[:A_FEW]],
        "confirm": None
        if found.is_nothing
        else ConfirmForm.of([Kept(source.name, source.sha256) for source in reading.sources]),
    }


def _row(told: Told, mark: str) -> dict[str, Any]:
    task = told.task
    names = {party.key: party.name for party in task.parties}
    return {
        "mark": mark,
        "ocid": bits(task.ocid[:LONGEST_SHOWN]),
        "title": task.title,
        "stage": stage_of(task),
        "ending": ending_of(task),
        "provider": ", ".join(names.get(key, key) for key in task.provider_keys[:3]),
        "value": task.value,
        "problems": len(task.problems),
        "unmapped": len(task.unmapped),
    }


@require_safe
@member_page
def import_page(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """What came of one import: its out-tasks, and what its files said besides."""
    taken = (
        Import.objects.visible_to(request.actor).select_related("imported_by__person").filter(pk=import_id)
    )
    row: Import | None = taken.first()
    if row is None:
        raise NotFound("import")
    records = ImportedRecord.objects.visible_to(request.actor).filter(latest_import=row)
    page = Page.of(records.select_related("outtask__provider"), request)
    files = row.counts.get("files", [])
    problems = [problem for record in page for problem in record.problems]
    problems += [problem for file in files for problem in file["problems"]]
    context = {
        "taken": row,
        "page": page,
        "problems": [Problem.of(problem) for problem in problems[:SHOWN]],
        "files": [_account(file) for file in files[:SHOWN]],
        "more_files": max(0, len(files) - SHOWN),
        "later": page.alone and len(page) < row.counts["created"] + row.counts["changed"],
    }
    return render(request, "lifecycle/import.html", context)


def _account(file: dict[str, Any]) -> dict[str, Any]:
    """A file with some of what it says besides its processes."""
    values = [Value.of(row) for row in file["unmapped"][:A_FEW]]
    return file | {"unmapped": values, "count": len(file["unmapped"])}


@require_safe
@member_page
def published(request: MemberRequest, reference: str) -> HttpResponse:
    """Everything a publisher said of one out-task: its facts, or one of its lists a page at a time."""
    outtask = outtask_of(request.actor, reference)
    record: ImportedRecord | None = (
        ImportedRecord.objects.visible_to(request.actor).filter(outtask=outtask).first()
    )
    if record is None:
        raise NotFound("imported record")
    context = {"outtask": outtask, "line": line_of(outtask), "record": record, "shown": record.published}
    return render(request, "lifecycle/import_published.html", context | _listed(request, record))


def _listed(request: MemberRequest, record: ImportedRecord) -> dict[str, Any]:
    """The list that `?part=` names, from `?from=` on; the facts when it names none."""
    name, said = request.GET.get("part", ""), request.GET.get("from", "0")
    start = int(said) if said.isdecimal() and len(said) < 9 else 0
    shown, stop = record.published, start + A_PAGE
    around: dict[str, Any] = {"part_name": name, "start": start, "earlier": max(0, start - A_PAGE)}
    if not name:
        return around
    if name == "problems":
        rows: Sequence[Any] = [Problem.of(row) for row in shown.problems[start:stop]]
        total = len(shown.problems)
    elif name == "values":
        rows = [Value.of(row) for row in shown.unmapped[start:stop]]
        total = len(shown.unmapped)
    else:
        part = shown.part(name)
        if part is None:
            raise Http404("no such list")
        rows, total = part.rows(start, stop), len(part)
        around["part"] = part
    return around | {"rows": rows, "later": stop if stop < total else 0}
