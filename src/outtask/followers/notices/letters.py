"""What one mail says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from outtask.kernel.money import Money
from outtask.messages.post import Reader


@dataclass(frozen=True)
class Letter:
    """What one mail says, in the order of the page: lead, amount, what, facts, quote, button, promise."""

    subject: str
    lead: str
    button: str
    promise: str
    amount: str = ""
    what: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    quote: str = ""
    path: str = ""
    more: dict[str, str] = field(default_factory=dict)

    def context(self, footer: str) -> dict[str, Any]:
        return {
            "lead": self.lead,
            "amount": self.amount,
            "what": self.what,
            "facts": list(self.facts),
            "quote": self.quote,
            "button": self.button,
            "promise": self.promise,
            "path": self.path,
            "footer": footer,
        } | self.more


type Mailing = tuple[Reader, Letter]


def sum_of(row: Any, column: str = "amount_minor") -> Money:
    """An amount of a row in the row's currency."""
    return Money(getattr(row, column), row.currency)
