"""People and limits as CSV, in the columns that an import reads: taken in again it changes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from outtask.files.rules import disarmed
from outtask.kernel.money import Money
from outtask.spend.people_table.changes import Known
from outtask.spend.people_table.row import Column, LimitKey, heading_of
from outtask.spend.states import LimitPeriod


def write(people: Sequence[Known], base: str) -> str:
    """One row a person; base: the organisation's currency. A limit in another one names it in its cell."""
    order = list(LimitPeriod)
    keys = {key for person in people for key in person.limits}
    ordered = sorted(keys, key=lambda key: (key[1], order.index(key[0])))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*Column, *(heading_of(key) for key in ordered)])
    for person in people:
        writer.writerow(
            [
                disarmed(person.name),
                disarmed(person.email),
                person.role,
                "" if person.limit_minor is None else _cell(Money(person.limit_minor, base), base),
                base,
                disarmed(person.reports_to),
                *(_limit(person, key, base) for key in ordered),
            ]
        )
    return text.getvalue()


def _limit(person: Known, key: LimitKey, base: str) -> str:
    amount = person.limits.get(key)
    return "" if amount is None else _cell(amount, base)


def _cell(amount: Money, base: str) -> str:
    plain = f"{amount.decimal:f}"
    return plain if amount.currency == base else f"{amount.currency} {plain}"
