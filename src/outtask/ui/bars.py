"""The money bar: one budget in one currency, as parts of its limit in percent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from outtask.kernel.money import Money
from outtask.ui import formats


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of the bar; start and end in percent of the whole."""

    kind: str
    label: str
    amount: Money
    start: float
    end: float

    @property
    def width(self) -> float:
        return round(self.end - self.start, 2)


@dataclass(frozen=True, slots=True)
class MoneyBar:
    """Paid, owed, committed, what a request asks for, and what stays free, out of `limit`.

    mark: percent of the limit at which `told` is told; None when nobody is.
    """

    name: str
    limit: Money
    paid: Money
    owed: Money
    committed: Money
    asked: Money | None = None
    href: str = ""
    mark: int | None = None
    told: str = ""

    @classmethod
    def of(
        cls, budget: Any, asked: int | None = None, href: str = "", mark: int | None = None, told: str = ""
    ) -> MoneyBar:
        """From anything with `name`, `currency` and the sums `authorised_minor`, `paid_minor` and so on."""
        currency = budget.currency
        return cls(
            name=str(getattr(budget, "name", "")),
            limit=Money(budget.authorised_minor, currency),
            paid=Money(budget.paid_minor, currency),
            owed=Money(budget.owed_minor, currency),
            committed=Money(budget.committed_minor, currency),
            asked=Money(asked, currency) if asked is not None else None,
            href=href,
            mark=mark,
            told=told,
        )

    @property
    def taken(self) -> Money:
        """Everything that is not free."""
        taken = self.paid + self.owed + self.committed
        return taken + self.asked if self.asked is not None else taken

    @property
    def free(self) -> Money:
        """What stays; negative when the limit is passed."""
        return self.limit - self.taken

    @property
    def over(self) -> Money | None:
        """How much the limit is passed by, if it is."""
        return -self.free if self.free.minor < 0 else None

    @property
    def whole(self) -> int:
        """What 100 percent of the bar stands for, in minor units; never 0."""
        return max(self.limit.minor, self.taken.minor, 1)

    @property
    def limit_at(self) -> float:
        return self._percent(self.limit.minor)

    @property
    def over_width(self) -> float:
        return round(100 - self.limit_at, 2)

    @property
    def mark_at(self) -> float | None:
        return None if self.mark is None else self._percent(self.limit.minor * self.mark // 100)

    @property
    def parts(self) -> list[Part]:
        """The stretches in their fixed order; those of nothing are in the figures but not in the bar."""
        amounts = [
            ("paid", gettext("Paid"), self.paid),
            ("owed", gettext("Owed"), self.owed),
            ("committed", gettext("Committed"), self.committed),
        ]
        if self.asked is not None:
            amounts.append(("asked", gettext("This request"), self.asked))
        parts, before = [], 0
        for kind, label, amount in amounts:
            after = before + amount.minor
            parts.append(Part(kind, label, amount, self._percent(before), self._percent(after)))
            before = after
        return parts

    @property
    def summary(self) -> str:
        """The bar in one sentence, for who does not see it."""
        said = ", ".join(f"{formats.money(part.amount)} {part.label.lower()}" for part in self.parts)
        if self.over is not None:
            rest = gettext("%(amount)s over the limit") % {"amount": formats.money(self.over)}
        else:
            rest = gettext("%(amount)s free") % {"amount": formats.money(self.free)}
        return f"{self.name}: {said}, {rest}." if self.name else f"{said}, {rest}."

    def _percent(self, minor: int) -> float:
        return round(minor * 100 / self.whole, 2)
