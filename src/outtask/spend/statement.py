"""The books on paper and as a table: the statement of a period as PDF, its postings as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from outtask.agree.wording import full_day
from outtask.files.rules import disarmed
from outtask.journal.models import Entry
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.people.models import Organisation
from outtask.spend import books
from outtask.spend.books import Movement, Sheet
from outtask.spend.budget_wording import account_name
from outtask.spend.models import Closing, Posting
from outtask.spend.states import Account
from outtask.ui import formats
from outtask.ui.paper import pdf_of

TEMPLATE = Path(__file__).parent / "templates" / "spend" / "books.typ"
AT_A_TIME = 1_000
COLUMNS = (
    "posted_at", "budget", "from", "to", "amount", "currency", "out_task", "entry", "entry_number", "kind",
)  # fmt: skip


@dataclass(frozen=True)
class Books:
    """What a statement tells: whose books, of which days, and everything they came to.

    sha256: of the trial balance through the last day, the same that a closing through it keeps.
    """

    organisation: str
    first: date | None
    last: date
    sheets: list[Sheet]
    moved: list[Movement]
    closings: list[Closing]
    sha256: str


def books_of(actor: Actor, organisation: Organisation, first: date | None, last: date) -> Books:
    """The books of these days as the actor may see them."""
    within = Closing.objects.visible_to(actor).filter(reopened_at__isnull=True, through__lte=last)
    if first is not None:
        within = within.filter(through__gte=first)
    sheets = books.trial_balance(actor, last)
    return Books(
        organisation.name,
        first,
        last,
        sheets,
        books.movements(actor, first, last),
        list(within.select_related("closed_by__person").order_by("through")),
        books.digest_of(last, sheets),
    )


def statement_of_books(told: Books, made_at: datetime) -> bytes:
    """The PDF of a period, in the reader's language; conforms to PDF/UA-1 (see `ui.paper`)."""
    return pdf_of(TEMPLATE, _paper(told), made_at)


def _paper(told: Books) -> dict[str, Any]:
    """Everything the page says, as text in the order it is said."""
    language, _sep, region = (get_language() or "en-gb").partition("-")
    return {
        "words": {
            "balance": _("Trial balance"),
            "balance_note": _(
                "Each row sums to nothing: what was put in stands below zero, across from what is free,"
                " committed, owed and paid."
            ),
            "moved": _("What moved"),
            "closings": _("Closed books"),
            "nothing": _("Nothing was posted."),
            "total": _("Total"),
        },
        "lang": language,
        "region": region.upper() or None,
        "title": _("Books of %(name)s") % {"name": told.organisation},
        "author": told.organisation,
        "subtitle": _days(told.first, told.last),
        "sha256": told.sha256,
        "head": [_("Budget"), *(account_name(account) for account in Account)],
        "sheets": [_sheet(sheet) for sheet in told.sheets],
        "moved_head": [_("From, to"), _("Postings"), _("Amount")],
        "moved": [_movement(one) for one in told.moved],
        "closings": [_closing(closing) for closing in told.closings],
    }


def _days(first: date | None, last: date) -> str:
    if first is None:
        return _("through %(last)s") % {"last": full_day(last)}
    return _("%(first)s to %(last)s") % {"first": full_day(first), "last": full_day(last)}


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "currency": sheet.currency,
        "rows": [[row.budget.name, *map(formats.money, row.amounts.values())] for row in sheet.rows],
        "totals": [formats.money(amount) for amount in sheet.totals.values()],
        "sum": _("All accounts together: %(amount)s") % {"amount": formats.money(sheet.difference)},
    }


def _movement(one: Movement) -> list[str]:
    accounts = _("%(source)s to %(target)s") % {
        "source": account_name(one.source),
        "target": account_name(one.target),
    }
    return [accounts, formats.number(one.postings), formats.money(one.amount)]


def _closing(closing: Closing) -> str:
    counted = ngettext("%(n)s posting", "%(n)s postings", closing.postings)
    told = {
        "day": full_day(closing.through),
        "postings": counted % {"n": formats.number(closing.postings)},
        "name": closing.closed_by.name,
        "sha256": closing.sha256,
    }
    return _("Through %(day)s: %(postings)s, closed by %(name)s, SHA-256 %(sha256)s") % told


# ---- as a table ----


def postings_as_csv(postings: QuerySet[Posting]) -> Iterator[str]:
    """A line for each posting, the earliest first, as it is read from the database; amounts are plain.

    Instants are UTC. Names that a spreadsheet would run as a formula are disarmed.
    """
    yield _line(COLUMNS)
    rows = postings.select_related("budget", "commitment__outtask").order_by("pk")
    batch: list[Posting] = []
    for posting in rows.iterator(chunk_size=AT_A_TIME):
        batch.append(posting)
        if len(batch) == AT_A_TIME:
            yield _lines(batch)
            batch = []
    yield _lines(batch)


def entries_of(postings: Iterable[Posting]) -> dict[Any, Entry]:
    """The journal entries that some postings name, by id."""
    return {entry.pk: entry for entry in Entry.objects.filter(pk__in={row.entry_id for row in postings})}


def _lines(postings: list[Posting]) -> str:
    entries = entries_of(postings)
    return "".join(_line(_cells(posting, entries.get(posting.entry_id))) for posting in postings)


def _cells(posting: Posting, entry: Entry | None) -> tuple[object, ...]:
    amount = Money(posting.amount_minor, posting.budget.currency)
    return (
        posting.posted_at.isoformat(),
        disarmed(posting.budget.name),
        posting.source,
        posting.target,
        f"{amount.decimal:f}",
        amount.currency,
        posting.commitment.outtask.reference if posting.commitment else "",
        posting.entry_id,
        entry.seq if entry else "",
        entry.kind if entry else "",
    )


def _line(cells: Iterable[object]) -> str:
    sheet = StringIO()
    csv.writer(sheet, lineterminator="\n").writerow(cells)
    return sheet.getvalue()
