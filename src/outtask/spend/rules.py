"""Whether money may be promised: limits, who decides above them, what a budget still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from uuid import UUID

from outtask.kernel.money import Money, exponent
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.spend.states import PURCHASE_REQUEST


@dataclass(frozen=True)
class Approver:
    """A member as far as limits are concerned. limit_minor None and not an owner: no limit of their own."""

    id: UUID
    name: str
    limit_minor: int | None
    is_owner: bool = False
    may_approve: bool = True

    def covers(self, base_minor: int) -> bool:
        """Whether their limit covers the cumulative commitment of a need; an owner's limit is the budget."""
        return self.is_owner or (self.limit_minor is not None and base_minor <= self.limit_minor)


@dataclass(frozen=True)
class StoredRate:
    """What one unit of `currency` was worth in the organisation's currency on `day`."""

    currency: str
    per_unit: Decimal
    day: date


def in_base(amount: Money, base: str, rate: StoredRate | None) -> int | Refusal:
    """The amount in the organisation's currency, rounded up so that a limit is never passed by rounding."""
    if amount.currency == base:
        return amount.minor
    if rate is None:
        return Refusal(
            "no_rate",
            N_("There is no rate for %(currency)s yet. Ask for one under Money, Rates, then try again."),
            field="currency",
            facts={"currency": amount.currency},
        )
    exact = Decimal(amount.minor).scaleb(exponent(base) - exponent(amount.currency)) * rate.per_unit
    return int(exact.to_integral_value(ROUND_CEILING))


def who_decides(
    requester: Approver, chain: Sequence[Approver], owners: Sequence[Approver], cumulative_base: int
) -> Approver | Refusal:
    """Who may promise this much: the requester, the first up the chain whose limit covers it, else an owner."""
    if requester.covers(cumulative_base):
        return requester
    for approver in (*chain, *owners):
        if approver.id != requester.id and approver.may_approve and approver.covers(cumulative_base):
            return approver
    return Refusal(
        "nobody_decides",
        N_("Nobody's limit covers this amount. Ask an admin to raise a limit or to name an owner."),
        field="amount",
    )


def why_not_commit(free: Money, needed: Money, budget: str) -> Refusal | None:
    """A refusal when the budget does not hold the amount; the database holds the same limit behind it."""
    if needed.currency != free.currency:
        return Refusal(
            "wrong_currency",
            N_("The budget is kept in %(budget)s. Choose one in %(needed)s."),
            field="budget",
            facts={"budget": free.currency, "needed": needed.currency},
        )
    if needed.minor <= free.minor:
        return None
    return Refusal(
        "budget_too_small",
        N_(
            "%(budget)s has %(free)s free; this needs %(needed)s. Choose another budget or ask for more money in it."
        ),
        field="budget",
        facts={"budget": budget, "free": free, "needed": needed},
    )


@dataclass(frozen=True)
class DecisionFacts:
    """A request and the person who wants to decide on it."""

    state: str
    version: int
    seen_version: int
    decider_id: UUID | None
    person: Approver
    cumulative_base: int


def why_not_decide(facts: DecisionFacts, act: str) -> Refusal | None:
    """Whether this person may take this decision on the version they saw."""
    if facts.state in {"committed", "rejected", "withdrawn", "void"}:
        return Refusal(
            "already_decided",
            N_("This request is settled: it is %(state)s. Nothing was changed by your answer."),
            facts={"state": facts.state},
        )
    if facts.seen_version != facts.version:
        return Refusal(
            "stale_version",
            N_("The request was changed after you opened it. Look at the new amount and decide again."),
            field="version",
        )
    if facts.person.id != facts.decider_id and not facts.person.is_owner:
        return Refusal(
            "not_the_decider", N_("Somebody else decides this request. You can see who on its page.")
        )
    return PURCHASE_REQUEST.why_not(facts.state, act)


def share(budget_minor: int, amount_minor: int, part_minor: int) -> int:
    """The part of a converted sum that belongs to the first `part_minor` of `amount_minor`.

    Floors, so that the shares of growing parts never fall and the last one is exactly the whole.
    """
    return budget_minor * part_minor // amount_minor


def why_not_name(name: str) -> Refusal | None:
    if name.strip():
        return None
    return Refusal("name_missing", N_("Give the budget a name, such as “Online shop 2026”."), field="name")


def why_not_authorise(amount: Money, currency: str, free_minor: int) -> Refusal | None:
    """Putting money in, or taking free money out again (a negative amount)."""
    if amount.currency != currency:
        return Refusal(
            "wrong_currency",
            N_("The budget is kept in %(currency)s."),
            field="amount",
            facts={"currency": currency},
        )
    if amount.minor == 0:
        return Refusal("nothing_to_do", N_("Enter an amount above or below zero."), field="amount")
    if free_minor + amount.minor < 0:
        return Refusal(
            "not_free",
            N_("Only free money can be taken out: %(free)s."),
            field="amount",
            facts={"free": Money(free_minor, currency)},
        )
    return None
