"""Books: money goes from pot to pot and stays the same, closed days stay as they were, low pots say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from outtask.models import Budget, Closing, Entry, Organisation, Posting
from outtask.spend.states import Account
from tests.harness.invariants.house import House, Row, grouped
from tests.harness.invariants.money import BETWEEN_POTS


def pots_and_their_parts_neither_make_nor_lose_money(house: House) -> Iterator[str]:
    """What one gives another gets, in the same entry; all pots together hold what was put in from outside."""
    postings = grouped(house.all(Posting), lambda row: row.entry_id)
    for told in house.entries(*BETWEEN_POTS):
        if sum(_put_in(row) for row in postings[told.pk]):
            yield f"{told} moved {[(row.budget_id, _put_in(row)) for row in postings[told.pk]]}"
    outside: Counter[tuple[UUID, str]] = Counter()
    for told in house.entries("budget.opened", "budget.authorised"):
        amount = told.says["amount"]
        outside[told.organisation_id, amount["currency"]] += amount["minor"]
    held: Counter[tuple[UUID, str]] = Counter()
    for budget in house.all(Budget):
        held[budget.organisation_id, budget.currency] += budget.authorised_minor
    for key in outside.keys() | held.keys():
        if outside[key] != held[key]:
            yield f"{key}: {outside[key]} was put in, all pots together were given {held[key]}"


def _put_in(row: Row) -> int:
    sign = {(Account.AUTHORISED, Account.FREE): 1, (Account.FREE, Account.AUTHORISED): -1}
    return int(sign.get((row.source, row.target), 0) * row.amount_minor)


def parts_fit_their_pot(house: House) -> Iterator[str]:
    """One currency, one organisation, three levels, no circle; what follows another is of its currency."""
    for budget in house.all(Budget):
        above, levels = house.get(Budget, budget.parent_id), 1
        while above is not None and levels <= 3:
            if (above.currency, above.organisation_id) != (budget.currency, budget.organisation_id):
                yield f"{budget} is part of {above}, which is kept otherwise"
            above, levels = house.get(Budget, above.parent_id), levels + 1
        if levels > 3:
            yield f"{budget} stands below the third level"
        before = house.get(Budget, budget.follows_id)
        if before is not None and (before.closed_at is None or before.currency != budget.currency):
            yield f"{budget} follows {before}, which is open or of another currency"


def nothing_is_posted_on_a_closed_day(house: House) -> Iterator[str]:
    """Books that stand closed hold as many postings as they did, each from before their closing."""
    closed = {UUID(told.says["closing"]): told.seq for told in house.entries("books.closed")}
    for closing in house.all(Closing):
        if closing.reopened_at is not None:
            continue
        there = house.of(Posting, organisation_id=closing.organisation_id)
        until = [row for row in there if _day(house, row) <= closing.through]
        if len(until) != closing.postings:
            yield f"{closing} through {closing.through} had {closing.postings} postings, now {len(until)}"
        for row in until:
            entry = house.get(Entry, row.entry_id)
            if entry is not None and entry.seq > closed[closing.pk]:
                yield f"{row} was posted on {_day(house, row)}, after {closing} through {closing.through}"


def _day(house: House, row: Row) -> date:
    organisation = house.get(Organisation, row.organisation_id)
    assert organisation is not None, "held by a foreign key"
    day: date = row.posted_at.astimezone(ZoneInfo(organisation.zone)).date()
    return day


def a_pot_that_runs_low_says_so(house: House) -> Iterator[str]:
    """Each passing of four fifths, and of nineteen twentieths, is told once, and nothing else is."""
    passed: Counter[tuple[UUID, int]] = Counter()
    for pk, postings in grouped(house.all(Posting), lambda row: row.budget_id).items():
        put_in = used = 0
        for row in postings:
            before = _level(used, put_in)
            for account, amount in ((row.source, -row.amount_minor), (row.target, row.amount_minor)):
                put_in -= amount if account == Account.AUTHORISED else 0
                used += amount if account not in {Account.AUTHORISED, Account.FREE} else 0
            if _level(used, put_in) > before:
                passed[pk, _level(used, put_in)] += 1
    told = Counter((one.subject_id, one.says["percent"]) for one in house.entries("budget.running_low"))
    if passed != told:
        yield f"pots ran low {dict(passed - told)} unsaid, and {dict(told - passed)} was said for nothing"


def _level(used: int, put_in: int) -> int:
    if used <= 0:
        return 0
    return 95 if used * 20 >= put_in * 19 else 80 if used * 5 >= put_in * 4 else 0


INVARIANTS = (
    pots_and_their_parts_neither_make_nor_lose_money,
    parts_fit_their_pot,
    nothing_is_posted_on_a_closed_day,
    a_pot_that_runs_low_says_so,
)
