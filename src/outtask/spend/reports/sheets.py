"""Reports as CSV: plain decimals, exact to the minor unit, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from outtask.files.rules import disarmed
from outtask.kernel.money import Money
from outtask.source.states import Choice
from outtask.spend.reports.choice import SingleSource
from outtask.spend.reports.figures import By, Line, Measure, Report, Sums
from outtask.spend.reports.waits import Decider, Waits

NOT_SAID = "not said"
"""Stands for the category of requests that name none."""


def sheet(report: Report, found: Iterable[Line]) -> str:
    """The lines in the order given, in the organisation's currency and, where there is but one, in theirs."""
    own = [f"own_{measure}" for measure in Measure]
    rows = (
        [
            disarmed(line.name) or NOT_SAID,
            "" if report.by in {By.CATEGORY, By.MONTH} else str(line.key),
            report.currency,
            *_amounts(line.base, report.currency),
            line.currency,
            *(_amounts(line.own, line.currency) if line.currency else [""] * len(Measure)),
        ]
        for line in found
    )
    return _table([report.by.value, "id", "currency", *Measure, "own_currency", *own], rows)


def decisions_sheet(everybody: Waits, people: Iterable[Decider]) -> str:
    """Who decided how fast, in minutes of the clock; everybody together stands last, without an id.

    Whoever took too few decisions for a figure has none.
    """
    within = ["quarter_within", "half_within", "three_quarters_within"]
    rows = [[disarmed(one.name), str(one.key), *_minutes(one.waits)] for one in people]
    rows.append(["everybody", "", *_minutes(everybody)])
    return _table(["decided_by", "id", "decisions", *(f"{name}_minutes" for name in within)], rows)


def choice_sheet(found: SingleSource) -> str:
    """How much was chosen with how much choice; shares in percent, empty without a case."""
    kinds = {
        Choice.ASKED_ONE.value: found.asked_one,
        Choice.ONE_OFFER.value: found.one_offer,
        Choice.SEVERAL.value: found.several,
        "single_source": found.single,
    }
    whole = found.total
    rows = (
        [
            kind,
            str(chosen.awards),
            _share(chosen.awards, whole.awards),
            str(chosen.commitments),
            found.currency,
            f"{Money(chosen.committed_minor, found.currency).decimal:f}",
            _share(chosen.committed_minor, whole.committed_minor),
        ]
        for kind, chosen in kinds.items()
    )
    heads = ["choice", "awards", "share_of_awards", "commitments", "currency", "committed", "share_of_money"]
    return _table(heads, rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue()


def _minutes(waits: Waits) -> list[str]:
    return [str(waits.n), *(_plain(value) for value in (waits.low, waits.middle, waits.high))]


def _plain(value: Fraction | None) -> str:
    """Quarters of a minute at most, so every figure is an exact decimal."""
    return "" if value is None else f"{Decimal(value.numerator) / value.denominator:f}"


def _share(part: int, whole: int) -> str:
    return f"{Fraction(100 * part, whole):.2f}" if whole else ""


def _amounts(sums: Sums, currency: str) -> list[str]:
    return [f"{Money(sums.of(measure), currency).decimal:f}" for measure in Measure]
