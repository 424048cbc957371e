"""What is ordered, line by line: amounts, tax, totals, and what makes an order impossible. Pure.

A line's net is quantity times price, exact in minor units. Its tax is rounded to the minor unit, halves to
the even one (IEEE 754 roundTiesToEven), so that many small lines do not drift upwards. Totals are sums of
rounded lines: what an order shows always adds up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from outtask.agree.states import Form
from outtask.kernel.money import LARGEST_MINOR, Money
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.source.rules import why_not_plain

MOST_LINES = 100
MOST_PIECES = 10**6
LONGEST_WHAT = 300
"""As long as the title of the milestone that a line becomes."""
LONGEST_UNIT = 30
MOST_TAX_DECIMALS = 3
NO_TAX = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is ordered.

    quantity: whole pieces of `unit` (empty: pieces). price: of one, without tax. tax_percent: 0 to 100 with
    up to three decimals. item_id: of the catalogue, when it comes from there.
    """

    what: str
    quantity: int
    unit: str
    price: Money
    tax_percent: Decimal = NO_TAX
    item_id: UUID | None = None

    @property
    def net(self) -> Money:
        return Money(self.price.minor * self.quantity, self.price.currency)

    @property
    def tax(self) -> Money:
        # Python rounds a Fraction to an int half to even, exactly.
        return Money(round(Fraction(self.tax_percent) * self.net.minor / 100), self.price.currency)

    @property
    def gross(self) -> Money:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Totals:
    """What all lines cost together."""

    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        return self.net + self.tax


def totals_of(lines: Sequence[Line]) -> Totals:
    """The sums of an order; ValueError when there is no line, CurrencyMismatch when they mix currencies."""
    if not lines:
        raise ValueError("an order has one line at least")
    currency = lines[0].price.currency
    return Totals(
        Money.total((line.net for line in lines), currency),
        Money.total((line.tax for line in lines), currency),
    )


def part_of(amount: Money, whole: int, pieces: int) -> tuple[Money, Money]:
    """What `pieces` of `whole` pieces are worth, rounded down, and the rest: the two add up to `amount`."""
    if not 0 <= pieces <= whole or whole < 1 or amount.minor < 0:
        raise ValueError("a part has no more pieces than the whole")
    part = Money(amount.minor * pieces // whole, amount.currency)
    return part, amount - part


def why_not_order(lines: Sequence[Line]) -> list[Refusal]:
    """Everything that is wrong with the lines, each with its number; empty when they can be ordered."""
    if not lines:
        return [Refusal("no_lines", N_("Say what you want to buy: one line at least."), "lines")]
    if len(lines) > MOST_LINES:
        reason = N_("An order has %(most)s lines at most. Make two orders of it.")
        return [Refusal("lines_many", reason, "lines", {"most": MOST_LINES})]
    found = [_why_not_line(number, line, lines[0]) for number, line in enumerate(lines, start=1)]
    refusals = [refusal for refusal in found if refusal is not None]
    if not refusals and totals_of(lines).gross.minor > LARGEST_MINOR:
        largest = Money(LARGEST_MINOR, lines[0].price.currency)
        reason = N_("Together this is more than %(largest)s, the largest amount there can be.")
        refusals.append(Refusal("total_too_large", reason, "lines", {"largest": largest}))
    return refusals


def why_not_no_order(form: str) -> Refusal | None:
    """What is for orders alone."""
    if form == Form.ORDER:
        return None
    reason = N_("This is a statement of work, which both negotiate. Change it on its own page.")
    return Refusal("no_order", reason)


def _why_not_line(number: int, line: Line, first: Line) -> Refusal | None:
    facts = {"line": number}
    checks = (
        _why_not_words(number, line),
        _why_not_quantity(line.quantity, facts),
        _why_not_price(line.price, first.price.currency, facts),
        _why_not_tax(line.tax_percent, facts),
    )
    return next((refusal for refusal in checks if refusal is not None), None)


def _why_not_words(number: int, line: Line) -> Refusal | None:
    if not line.what.strip():
        reason = N_("Line %(line)s: say what you want to buy.")
        return Refusal("line_empty", reason, "lines", {"line": number})
    if len(line.what.strip()) > LONGEST_WHAT or len(line.unit.strip()) > LONGEST_UNIT:
        reason = N_("Line %(line)s: use at most %(most)s characters, and %(unit)s for the unit.")
        facts = {"line": number, "most": LONGEST_WHAT, "unit": LONGEST_UNIT}
        return Refusal("line_long", reason, "lines", facts)
    return why_not_plain(line.what, "lines") or why_not_plain(line.unit, "lines")


def _why_not_quantity(quantity: int, facts: dict[str, int]) -> Refusal | None:
    if 1 <= quantity <= MOST_PIECES:
        return None
    reason = N_("Line %(line)s: give a quantity from 1 to %(most)s.")
    return Refusal("quantity_out_of_range", reason, "lines", facts | {"most": MOST_PIECES})


def _why_not_price(price: Money, currency: str, facts: dict[str, int]) -> Refusal | None:
    if price.currency != currency:
        reason = N_("Line %(line)s is in %(other)s, the first in %(currency)s. Use one currency in an order.")
        mixed = {**facts, "other": price.currency, "currency": currency}
        return Refusal("currencies_mixed", reason, "lines", mixed)
    if price.minor <= 0:
        reason = N_("Line %(line)s: give a price above zero.")
        return Refusal("price_not_positive", reason, "lines", facts)
    if price.minor > LARGEST_MINOR:
        reason = N_("Line %(line)s: this price is more than %(largest)s. Check the figure.")
        largest = Money(LARGEST_MINOR, currency)
        return Refusal("price_too_large", reason, "lines", {**facts, "largest": largest})
    return None


def _why_not_tax(percent: Decimal, facts: dict[str, int]) -> Refusal | None:
    exponent = percent.as_tuple().exponent
    exact = isinstance(exponent, int) and -exponent <= MOST_TAX_DECIMALS
    if percent.is_finite() and exact and 0 <= percent <= 100:
        return None
    reason = N_("Line %(line)s: give the tax in percent, from 0 to 100, with up to three decimals.")
    return Refusal("tax_out_of_range", reason, "lines", facts)
