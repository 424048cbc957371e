"""Importing a catalogue: choose a file, look at what it would change, take it in."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outtask.catalogue.importing import Preview, import_catalogue, preview
from outtask.catalogue.table import MAX_BYTES
from outtask.catalogue.words import COLUMNS
from outtask.journal.recording import Outcome
from outtask.people.roles import Right
from outtask.ui.formats import number
from outtask.ui.importing import TableImport, errors_of, in_words
from outtask.ui.pages import MemberRequest, member_page


@member_page
def upload(request: MemberRequest) -> HttpResponse:
    """Choose a file."""
    return CATALOGUE.choose(request)


@member_page
def preview_page(request: MemberRequest) -> HttpResponse:
    """What the file would change; taking it in is a press of its own."""
    return CATALOGUE.look(request)


def _shown(found: Preview) -> dict[str, object]:
    return {
        "columns": [(heading, COLUMNS[column]) for column, heading in found.columns.items()],
        "notices": [in_words(notice) for notice in found.notices],
        **errors_of(found.errors),
        "more_new": found.created - len(found.new_rows),
        "more_changed": found.changed - len(found.changed_rows),
    }


def _told(outcome: Outcome) -> str:
    written = outcome["created"] + outcome["changed"]
    if not written:
        return _("Nothing changed. Every row stands in the catalogue already.")
    said = ngettext("%(count)s item imported", "%(count)s items imported", written)
    rest = {"created": number(outcome["created"]), "changed": number(outcome["changed"])}
    return said % {"count": number(written)} + _(": %(created)s new, %(changed)s changed.") % rest


CATALOGUE = TableImport(
    right=Right.MANAGE_PROVIDERS,
    kind="items.imported",
    choosing="catalogue/import.html",
    looking="catalogue/preview.html",
    preview_page="catalogue-import-preview",
    list_page="catalogue",
    most_bytes=MAX_BYTES,
    preview=preview,
    take_in=import_catalogue,
    shown=_shown,
    told=_told,
    beside={"columns": COLUMNS},
)
