"""Whether money may be promised: what is asked for and decided, what a budget still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from uuid import UUID

from outtask.kernel.money import LARGEST_MINOR, Money, exponent, known
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.spend.limit_rules import Call, why_not_called
from outtask.spend.states import PURCHASE_REQUEST, RequestState

LONGEST_NAME = 200
LONGEST_WORDS = 5_000


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
    places = exponent(base) - exponent(amount.currency)
    converted = ceil(amount.minor * Fraction(rate.per_unit) * Fraction(10) ** places)
    if converted > LARGEST_MINOR:
        facts = {"amount": amount, "base": base, "largest": Money(LARGEST_MINOR, base)}
        return Refusal("amount_too_large", _TOO_LARGE_IN_BASE, facts=facts)
    return converted


_TOO_LARGE_IN_BASE = N_(
    "%(amount)s is more in %(base)s than %(largest)s, the largest amount there can be. Check the figure and"
    " the rate."
)


def still_promised(base_minor: int, amount_minor: int, released_minor: int) -> int:
    """What counts of an earlier request when part of its commitment was released: rounded up, like a rate."""
    return ceil(Fraction(base_minor * (amount_minor - released_minor), amount_minor))


@dataclass(frozen=True)
class Ask:
    """Money somebody wants to ask for. live: the request that waits or holds money already, by reference."""

    amount: Money
    reason: str
    live: str = ""


def why_not_ask(ask: Ask) -> list[Refusal]:
    """Everything that stands against asking for the money of a signed agreement."""
    found: list[Refusal | None] = [why_not_long(ask.reason, "reason")]
    if ask.live:
        reason = N_("The money was asked for already: %(request)s. Open it to see who decides.")
        found.append(Refusal("asked_already", reason, facts={"request": ask.live}))
    if ask.amount.minor <= 0:
        reason = N_("The agreement is about no money; there is nothing to commit.")
        found.append(Refusal("nothing_to_spend", reason))
    return [refusal for refusal in found if refusal is not None]


def why_not_budget(found: bool, ends_on: date | None, today: date) -> Refusal | None:
    """A budget takes new promises until its last day."""
    if not found:
        return Refusal("no_budget", N_("Choose one of the budgets in the list."), field="budget")
    if ends_on is not None and ends_on < today:
        reason = N_("This budget ended on %(day)s. Choose another one.")
        return Refusal("budget_ended", reason, "budget", {"day": ends_on})
    return None


def why_not_budget_currency(amount: str, budget: str, base: str) -> Refusal | None:
    """Rates lead to the organisation's currency alone, so a budget is kept in that or in the amount's own."""
    if budget in {amount, base}:
        return None
    reason = N_("Choose a budget kept in %(needed)s or in %(base)s.")
    return Refusal("wrong_currency", reason, "budget", {"needed": amount, "base": base})


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
            "%(budget)s has %(free)s free; this needs %(needed)s."
            " Choose another budget or ask for more money in it."
        ),
        field="budget",
        facts={"budget": budget, "free": free, "needed": needed},
    )


SETTLED = PURCHASE_REQUEST.terminal | {RequestState.COMMITTED}


@dataclass(frozen=True)
class DecisionFacts:
    """A request, the version that was seen of it, and the member who wants to decide on it."""

    state: str
    version: int
    seen_version: int
    person: UUID
    is_owner: bool
    call: Call


def why_not_decide(facts: DecisionFacts, act: str) -> Refusal | None:
    """Whether this person may take this decision on the version they saw."""
    if facts.state in SETTLED:
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
    if elsewhere := why_not_called(facts.person, facts.is_owner, facts.call):
        return elsewhere
    return PURCHASE_REQUEST.why_not(facts.state, act)


def share(budget_minor: int, amount_minor: int, part_minor: int) -> int:
    """The part of a converted sum that belongs to the first `part_minor` of `amount_minor`.

    Floors, so that the shares of growing parts never fall and the last one is exactly the whole.
    """
    return budget_minor * part_minor // amount_minor


def why_not_words(text: str, field: str) -> Refusal | None:
    """A no, a question and an answer say something."""
    if not text.strip():
        return Refusal("words_missing", N_("Write a sentence, so that they know why."), field)
    return why_not_long(text, field)


def why_not_long(text: str, field: str) -> Refusal | None:
    if len(text) <= LONGEST_WORDS:
        return None
    return Refusal("words_long", N_("Write at most %(most)s characters."), field, {"most": LONGEST_WORDS})


def why_not_own(asked_by: UUID, actor: UUID | None) -> Refusal | None:
    """A request belongs to whoever asked."""
    if asked_by == actor:
        return None
    return Refusal("not_yours", N_("Only the person who asked can change, answer or withdraw the request."))


def why_not_turn_own_down(asked_by: UUID, actor: UUID | None) -> Refusal | None:
    """Nobody decides on what they asked for, not even with a no, and not after they became an owner."""
    if asked_by != actor:
        return None
    return Refusal("your_own", N_("You asked for this yourself. Withdraw it if it is not needed any more."))


def why_not_stale(seen: int, version: int) -> Refusal | None:
    if seen == version:
        return None
    return Refusal("stale_version", N_("The request was changed meanwhile. Open it again."), field="version")


# ---- budgets and rates ----


@dataclass(frozen=True)
class NewBudget:
    """A pot somebody wants to open. taken: another one has this name. field: where the amount was given."""

    name: str
    authorised: Money
    starts_on: date | None = None
    ends_on: date | None = None
    taken: bool = False
    field: str = "authorised"


def why_not_open(budget: NewBudget) -> list[Refusal]:
    """Everything that is wrong with a new budget, each on its field."""
    found: list[Refusal] = []
    if not budget.name.strip():
        reason = N_("Give the budget a name, such as “Online shop 2026”.")
        found.append(Refusal("name_missing", reason, "name"))
    if len(budget.name) > LONGEST_NAME:
        reason = N_("Use at most %(most)s characters.")
        found.append(Refusal("name_long", reason, "name", {"most": LONGEST_NAME}))
    if budget.taken:
        found.append(Refusal("name_taken", N_("A budget of this name exists. Choose another name."), "name"))
    if budget.authorised.minor < 0:
        found.append(Refusal("negative", N_("A budget cannot begin below zero."), budget.field))
    if budget.starts_on and budget.ends_on and budget.ends_on < budget.starts_on:
        found.append(Refusal("ends_first", N_("The budget ends before it starts."), "ends_on"))
    return found


@dataclass(frozen=True)
class NewRate:
    """A rate somebody wants to note. taken: there is one for this day already."""

    currency: str
    base: str
    per_unit: Decimal
    taken: bool = False


def why_not_note(rate: NewRate) -> list[Refusal]:
    """Everything that is wrong with a rate. Rates never change, since limits were kept by them."""
    found: list[Refusal] = []
    if not known(rate.currency):
        reason = N_("Choose a currency of ISO 4217, such as EUR.")
        found.append(Refusal("currency_unknown", reason, "currency"))
    if rate.currency == rate.base:
        reason = N_("%(base)s is your own currency; it needs no rate.")
        found.append(Refusal("own_currency", reason, "currency", {"base": rate.base}))
    if not rate.per_unit.is_finite() or not 0 < rate.per_unit < 10**9 or _places(rate.per_unit) > 10:
        reason = N_("Enter a rate above zero with ten decimals at most, such as 0.858.")
        found.append(Refusal("rate_out_of_range", reason, "per_unit"))
    if rate.taken:
        reason = N_("There is a rate for that day already. Rates are never changed.")
        found.append(Refusal("rate_noted", reason, "day"))
    return found


def _places(value: Decimal) -> int:
    """How many decimals a finite number has."""
    exponent_of = value.normalize().as_tuple().exponent
    return max(-exponent_of, 0) if isinstance(exponent_of, int) else 0


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
