"""A report as CSV: plain decimals, exact to the minor unit, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from outtask.files.rules import disarmed
from outtask.kernel.money import Money
from outtask.spend.reports.figures import By, Line, Measure, Report, Sums

NOT_SAID = "not said"
"""Stands for the category of requests that name none."""


def sheet(report: Report, found: Iterable[Line]) -> str:
    """The lines in the order given, in the organisation's currency and, where there is but one, in theirs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    own = [f"own_{measure}" for measure in Measure]
    writer.writerow([report.by.value, "id", "currency", *Measure, "own_currency", *own])
    for line in found:
        writer.writerow(
            [
                disarmed(line.name) or NOT_SAID,
                "" if report.by in {By.CATEGORY, By.MONTH} else str(line.key),
                report.currency,
                *_amounts(line.base, report.currency),
                line.currency,
                *(_amounts(line.own, line.currency) if line.currency else [""] * len(Measure)),
            ]
        )
    return text.getvalue()


def _amounts(sums: Sums, currency: str) -> list[str]:
    return [f"{Money(sums.of(measure), currency).decimal:f}" for measure in Measure]
