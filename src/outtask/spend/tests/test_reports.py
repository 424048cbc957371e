"""Reports: every figure is what the ledger says, whatever the rows stand for and whoever reads."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import quantiles
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from outtask.kernel.money import Money
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import HALF, WHOLE
from outtask.models import Approval, Commitment, Posting
from outtask.spend.actions import commit, owe, release, settle
from outtask.spend.reports import queries
from outtask.spend.reports.choice import Chosen
from outtask.spend.reports.figures import MOVES, By, Chapter, Line, Measure, Report, Sums, in_order, worth
from outtask.spend.reports.sheets import sheet
from outtask.spend.reports.spans import Span, this_year, why_not_span
from outtask.spend.reports.waits import FEWEST, Waits, quantile, waits_of
from outtask.spend.rules import share
from outtask.spend.states import Decision
from outtask.spend.tests.test_ledger import budget_of, recorded, request_of
from tests.world import World

LONDON = ZoneInfo("Europe/London")
YEAR = this_year(date(2026, 11, 24), LONDON)
NOTHING = Sums()


def over(world: World, by: By, span: Span = YEAR, who: str = "imke") -> Report:
    return queries.spending(world.actor(who), span, by, world.organisation.currency)


# ---- spans ----


def test_a_span_is_whole_days_of_its_zone() -> None:
    period = Span(date(2026, 3, 29), date(2026, 3, 29), LONDON).period
    assert period.start == datetime(2026, 3, 29, tzinfo=UTC)
    assert period.end == datetime(2026, 3, 29, 23, tzinfo=UTC), "the clocks went forward that day"


def test_the_months_of_a_span_end_where_the_next_begin() -> None:
    months = Span(date(2026, 1, 31), date(2026, 4, 1), LONDON).months
    assert [str(month)[:7] for month, _ in months] == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert months[2][1] == datetime(2026, 3, 31, 23, tzinfo=UTC)
    assert len(YEAR.months) == 12


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (date(2026, 1, 2), date(2026, 1, 1), "ends_first"),
        (date(2026, 1, 1), date(2036, 1, 1), "span_long"),
        (date(2026, 1, 1), date(2035, 12, 31), None),
        (date(2026, 1, 1), date(2026, 1, 1), None),
    ],
)
def test_which_days_a_report_takes(first: date, last: date, code: str | None) -> None:
    refusal = why_not_span(first, last)
    assert (refusal.code if refusal else None) == code


# ---- waits ----


@given(some.lists(some.integers(0, 5_000), min_size=3, max_size=60))
def test_quarters_are_those_of_the_statistics_module(values: list[int]) -> None:
    counts = {value: values.count(value) for value in values}
    ours = waits_of(counts)
    theirs = quantiles(map(Fraction, values), n=4, method="inclusive")
    assert [ours.low, ours.middle, ours.high] == theirs
    assert ours.n == len(values)


def test_two_decisions_have_no_middle() -> None:
    assert FEWEST == 3
    assert waits_of({5: 2}) == Waits(2)
    assert waits_of({}) == Waits(0)
    with pytest.raises(ValueError, match="nothing has no quantile"):
        quantile({}, Fraction(1, 2))


# ---- foreign money ----


@given(
    amount=some.integers(1, 10**6),
    base=some.integers(1, 10**6),
    cuts=some.lists(some.integers(0, 10**6), max_size=5),
    gives_back=some.booleans(),
)
def test_parts_of_converted_money_add_up_to_the_whole(
    amount: int, base: int, cuts: list[int], gives_back: bool
) -> None:
    """Accepted bit by bit, then given back: committed is what was accepted and what was released."""
    key = uuid4()
    marks = sorted({min(cut, amount) for cut in cuts} | {0} | (set() if gives_back else {amount}))
    accepted = [after - before for before, after in pairwise(marks)]
    moved = [Sums(committed=amount), *(Sums(accepted=part) for part in accepted)]
    moved.append(Sums(released=amount - marks[-1]))
    found = list(worth(Chapter(key, key, "EUR", amount, base, one) for one in moved))
    total = sum((one.base for one in found), NOTHING)
    assert total.committed == base == total.accepted + total.released
    assert total.accepted == share(base, amount, marks[-1])
    assert all(one.base.of(measure) >= 0 for one in found for measure in Measure)


def test_what_came_before_the_span_shifts_the_shares_and_is_not_counted() -> None:
    key = uuid4()
    earlier = Chapter(key, key, "EUR", 3, 10, Sums(committed=3, accepted=1), counts=False)
    later = Chapter(key, key, "EUR", 3, 10, Sums(accepted=1))
    (found,) = worth([earlier, later])
    assert found.base == Sums(accepted=share(10, 3, 2) - share(10, 3, 1))


# ---- the ledger and the reports, on made-up lives ----


class MadeUp:
    """Commitments of several people with several providers from three pots, and what becomes of them.

    Each step happens some hours after the one before, over about two years.
    """

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        here = budget_of(world, 10**9)
        self.pots = [(here, "GBP"), (here, "EUR"), (budget_of(world, 10**9, "EUR"), "EUR")]
        self.made: list[UUID] = []
        world.now = datetime(2025, 6, 1, tzinfo=UTC)

    def lives(self, steps: int) -> None:
        for _ in range(steps):
            self.world.now += timedelta(hours=self.chance.randint(1, 600))
            self.chance.choice((self.promise, self.promise, self.take, self.take, self.pay, self.give_up))()

    def promise(self) -> None:
        budget, currency = self.chance.choice(self.pots)
        amount = Money(self.chance.randint(1, 9_999), currency)
        base = amount.minor if currency == "GBP" else amount.minor * 86 // 100 + 1
        in_pot = amount.minor if currency == budget.currency else base
        request = request_of(self.world, budget, amount, in_pot)
        request.base_minor = base
        request.category = self.chance.choice(("", "79", "798"))
        request.requested_by = self.world.member(self.chance.choice(("imke", "joseph", "roisin")))
        request.save()
        request.agreement.provider = self.chance.choice((self.world.marek, self.world.kestrel))
        request.agreement.save()
        request.outtask.owner = request.requested_by
        request.outtask.save()
        with recorded(self.world) as entry:
            self.made.append(commit(entry, request, request.agreement).pk)

    def take(self) -> None:
        for row in self._one(lambda row: row.open_minor > 0):
            with recorded(self.world) as entry:
                owe(entry, row, self.chance.randint(1, row.open_minor))

    def pay(self) -> None:
        for row in self._one(lambda row: row.accepted_minor > row.paid_minor):
            Commitment.objects.filter(pk=row.pk).update(invoiced_minor=row.accepted_minor)
            with recorded(self.world) as entry:
                settle(entry, row, self.chance.randint(1, row.accepted_minor - row.paid_minor))

    def give_up(self) -> None:
        for row in self._one(lambda row: row.open_minor > 0):
            with recorded(self.world) as entry:
                release(entry, row)

    def _one(self, fits: Callable[[Commitment], bool]) -> list[Commitment]:
        """One of those that fit, as a list of one; nothing when there is none."""
        rows = Commitment.objects.filter(pk__in=self.made).select_related("budget")
        fitting = [row for row in rows if fits(row)]
        return [self.chance.choice(fitting)] if fitting else []


def posted(span: Span, **which: Any) -> dict[str, Sums]:
    """What the postings of the span add up to, by the currency of their pot, read row by row."""
    found: dict[str, Sums] = {}
    for row in Posting.objects.filter(commitment__isnull=False, **which).select_related("budget"):
        if not span.period.contains(row.posted_at):
            continue
        moved = {name: row.amount_minor for name, move in MOVES.items() if move == (row.source, row.target)}
        currency = row.budget.currency
        found[currency] = found.get(currency, NOTHING) + Sums(**moved)
    return found


def in_own(report: Report) -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    for line in report.lines:
        if line.currency:
            found[line.currency] = found.get(line.currency, NOTHING) + line.own
    return found


@pytest.mark.parametrize("seed", range(4))
def test_reports_agree_with_each_other_and_with_the_ledger(world: World, seed: int) -> None:
    made = MadeUp(world, seed)
    made.lives(45)
    before = Span(date(2025, 6, 1), date(2026, 3, 5), LONDON)
    after = Span(date(2026, 3, 6), date(2028, 1, 1), LONDON)
    whole = Span(before.first, after.last, LONDON)
    totals = {}
    for span in (before, after, whole):
        reports = {by: over(world, by, span) for by in By}
        (totals[span],) = {report.total for report in reports.values()}
        assert in_own(reports[By.BUDGET]) == posted(span)
        pounds = posted(span).get("GBP", NOTHING)
        there = reports[By.BUDGET].lines
        assert sum((line.base for line in there if line.currency == "GBP"), NOTHING) == pounds
    assert totals[before] + totals[after] == totals[whole]
    assert_what_becomes_of_it(world, totals[whole])


def assert_what_becomes_of_it(world: World, total: Sums) -> None:
    """Over all time, the base sums are what each commitment's own columns say."""
    rows = Commitment.objects.filter(organisation=world.organisation).select_related("request")
    asked = [(row.request.base_minor, row.amount_minor, row) for row in rows]
    assert total.committed == sum(base for base, _, _ in asked)
    assert total.accepted == sum(share(base, whole, row.accepted_minor) for base, whole, row in asked)
    assert total.paid == sum(share(base, whole, row.paid_minor) for base, whole, row in asked)
    still_open = sum(
        base - share(base, whole, row.accepted_minor) for base, whole, row in asked if row.open_minor
    )
    assert total.released == total.committed - total.accepted - still_open


def test_the_months_of_a_report_are_those_of_reports_over_each_month(world: World) -> None:
    made = MadeUp(world, 7)
    made.lives(30)
    span = Span(date(2025, 6, 15), date(2028, 1, 1), LONDON)
    for line in over(world, By.MONTH, span).lines:
        assert isinstance(line.key, date)
        first = max(line.key, span.first)
        last = (line.key + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        assert over(world, By.PERSON, Span(first, last, LONDON)).total == line.base


def test_everybody_sees_what_is_theirs(world: World) -> None:
    """A requester sees the money of their own out-tasks; the neighbour sees none of it."""
    made = MadeUp(world, 3)
    made.lives(40)
    span = Span(date(2025, 6, 1), date(2028, 1, 1), LONDON)
    hers = over(world, By.PERSON, span, who="roisin")
    assert [line.name for line in hers.lines] == ["Roisin Tully"]
    all_of_it = {line.name: line.base for line in over(world, By.PERSON, span, who="ada").lines}
    assert hers.total == all_of_it["Roisin Tully"]
    for by in By:
        assert over(world, by, span, who="oskar").lines == []


def test_a_guest_sees_nothing(world: World) -> None:
    life = lives.part_accepted(world)
    guest = life.deliver_link.actor
    assert all(queries.spending(guest, YEAR, by, "GBP").lines == [] for by in By)
    assert queries.decisions(guest, YEAR) == (Waits(0), [])
    assert queries.single_source(guest, YEAR, "GBP").total == Chosen()


# ---- rows ----


def test_a_whole_life_on_every_report(world: World) -> None:
    life = lives.part_paid(world)
    paid = Sums(committed=WHOLE, accepted=HALF, paid=HALF)
    rows = {by: [(line.name, line.base, line.currency) for line in over(world, by).lines] for by in By}
    assert rows == {
        By.PROVIDER: [("Marek Solan", paid, "GBP")],
        By.BUDGET: [(life.world.budget.name, paid, "GBP")],
        By.CATEGORY: [("", paid, "GBP")],
        By.PERSON: [("Joseph Adeyemi", paid, "GBP")],
        By.MONTH: [("2026-11", paid, "GBP")],
    }
    tomorrow = Span(world.now.date() + timedelta(days=1), date(2026, 12, 31), LONDON)
    assert over(world, By.PROVIDER, tomorrow).lines == []


def test_what_is_not_committed_is_not_there(world: World) -> None:
    lives.referred(world)
    assert over(world, By.PROVIDER).lines == []


def line(name: str, committed: int, paid: int = 0) -> Line:
    return Line(uuid4(), name, Sums(committed=committed, paid=paid), NOTHING, "GBP", converted=False)


def test_the_order_of_rows() -> None:
    some_lines = [line("b", 2), line("A", 2), line("c", 3, paid=1)]

    def names(measure: Measure | None, falling: bool) -> Sequence[str]:
        return [one.name for one in in_order(some_lines, measure, falling=falling)]

    assert names(Measure.COMMITTED, True) == ["c", "A", "b"]
    assert names(Measure.COMMITTED, False) == ["A", "b", "c"]
    assert names(Measure.PAID, True) == ["c", "A", "b"]
    assert names(None, False) == ["A", "b", "c"]
    assert names(None, True) == ["c", "b", "A"]


def test_a_sheet_is_exact_and_runs_nothing() -> None:
    yen = Line("", "", Sums(committed=86), Sums(committed=100), "JPY", converted=True)
    evil = line("=SUM(A1)", 10**15 + 1)
    rows = list(csv.DictReader(io.StringIO(sheet(Report(By.CATEGORY, "GBP", [yen, evil]), [yen, evil]))))
    assert (rows[0]["category"], rows[0]["committed"], rows[0]["own_committed"]) == (
        "not said",
        "0.86",
        "100",
    )
    assert (rows[1]["category"], rows[1]["committed"]) == ("'=SUM(A1)", "10000000000000.01")


# ---- decisions ----


def test_how_long_decisions_took(world: World) -> None:
    """Three by Joseph, after one, two and four hours; what nobody decided is not there."""
    life = lives.referred(world)
    life.approves()
    lives.committed(world)
    first = Approval.objects.get(decision=Decision.APPROVE)
    for hours in (2, 4):
        Approval.objects.create(
            organisation=world.organisation, request=life.request, version=hours, decision=Decision.REJECT,
            decided_by=world.member("joseph"), decided_at=world.now + timedelta(hours=hours),
        )  # fmt: skip
    Approval.objects.filter(pk=first.pk).update(decided_at=world.now + timedelta(hours=1))
    everybody, people = queries.decisions(world.actor("imke"), YEAR)
    assert everybody == Waits(3, Fraction(90), Fraction(120), Fraction(180))
    assert [(one.name, one.waits) for one in people] == [("Joseph Adeyemi", everybody)]
    Approval.objects.filter(pk=first.pk).update(voided_at=world.now)
    assert queries.decisions(world.actor("imke"), YEAR)[0] == Waits(2)
