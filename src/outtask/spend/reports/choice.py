"""How much choice there was: awards, and money, for which one provider alone was asked or answered. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Chosen:
    """Awards made, and commitments made with their sum in minor units of the organisation's currency."""

    awards: int = 0
    commitments: int = 0
    committed_minor: int = 0

    def __add__(self, other: Chosen) -> Chosen:
        return Chosen(
            self.awards + other.awards,
            self.commitments + other.commitments,
            self.committed_minor + other.committed_minor,
        )


@dataclass(frozen=True, slots=True)
class SingleSource:
    """How much was chosen with how much choice."""

    currency: str
    asked_one: Chosen
    one_offer: Chosen
    several: Chosen

    @property
    def single(self) -> Chosen:
        return self.asked_one + self.one_offer

    @property
    def total(self) -> Chosen:
        return self.single + self.several

    @property
    def share_of_awards(self) -> Fraction | None:
        """In percent; None without an award."""
        return Fraction(100 * self.single.awards, self.total.awards) if self.total.awards else None

    @property
    def share_of_money(self) -> Fraction | None:
        """In percent of what was committed; None when nothing was."""
        whole = self.total.committed_minor
        return Fraction(100 * self.single.committed_minor, whole) if whole else None
