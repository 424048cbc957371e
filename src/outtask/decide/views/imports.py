"""Importing an inventory: choose a file, look at what it would change, take it in."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outtask.decide.importing import Preview, import_inventory, preview
from outtask.decide.inventory import MAX_BYTES
from outtask.decide.words import COLUMNS
from outtask.journal.recording import Outcome
from outtask.kernel.actor import Actor
from outtask.people.roles import Right
from outtask.ui.formats import number
from outtask.ui.importing import TableImport, errors_of, in_words
from outtask.ui.pages import MemberRequest, member_page


@member_page
def upload(request: MemberRequest) -> HttpResponse:
    """Choose a file."""
    return INVENTORY.choose(request)


@member_page
def preview_page(request: MemberRequest) -> HttpResponse:
    """What the file would change; taking it in is a press of its own."""
    return INVENTORY.look(request)


def _look(actor: Actor, data: bytes, name: str, now: datetime) -> Preview:
    return preview(actor, data, name)  # what an inventory changes does not depend on the day


def _shown(found: Preview) -> dict[str, object]:
    return {
        "columns": [(COLUMNS[column], heading) for column, heading in found.columns.items()],
        "notices": [in_words(notice) for notice in found.notices],
        **errors_of(found.errors),
        "changed_rows": [
            (change, [COLUMNS[name] for name in change.columns]) for change in found.changed_rows
        ],
        "more_new": found.created - len(found.new_rows),
        "more_changed": found.changed - len(found.changed_rows),
    }


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


INVENTORY = TableImport(
    right=Right.IMPORT,
    kind="processes.imported",
    choosing="decide/import.html",
    looking="decide/preview.html",
    preview_page="process-import-preview",
    list_page="processes",
    most_bytes=MAX_BYTES,
    preview=_look,
    take_in=import_inventory,
    shown=_shown,
    told=_told,
    beside={"columns": COLUMNS},
)
