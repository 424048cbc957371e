"""What an organisation asks for beside limits: which of its rules fall on a request, and what they demand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from outtask.kernel.money import LARGEST_MINOR, Money
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.spend.limit_rules import falls_under
from outtask.spend.states import Demand

LONGEST_NAME = 100


@dataclass(frozen=True)
class Rule:
    """A rule that holds. All conditions given must be met; without one it falls on everything.

    amount_from: what the whole need promises, in minor units of the organisation's currency.
    """

    id: UUID
    name: str
    demand: Demand
    amount_from: int | None = None
    category: str = ""
    new_provider: bool = False


@dataclass(frozen=True)
class Wanted:
    """A request as rules look at it. need: what the whole need would have promised with it.

    category: digits, or empty when it was not said. new_provider: nobody worked with them before, or nobody
    said yet who they are.
    """

    need: int
    category: str
    new_provider: bool


def falls_on(rule: Rule, wanted: Wanted) -> bool:
    """Whether every condition of a rule is met.

    What was said less exactly than a rule, or not at all, is under it: saying nothing gets nobody past.
    """
    return (
        (rule.amount_from is None or wanted.need >= rule.amount_from)
        and falls_under(rule.category, wanted.category)
        and (wanted.new_provider or not rule.new_provider)
    )


def fired(rules: Iterable[Rule], wanted: Wanted) -> tuple[Rule, ...]:
    """The rules that fall on a request, those that demand two persons first."""
    found = [rule for rule in rules if falls_on(rule, wanted)]
    return tuple(sorted(found, key=lambda rule: (rule.demand is not Demand.TWO, rule.name)))


def needs_two(found: Iterable[Rule]) -> bool:
    return any(rule.demand is Demand.TWO for rule in found)


def why_not_alone(found: Sequence[Rule]) -> Refusal | None:
    """Why nobody commits this within their own limit."""
    if not found:
        return None
    if needs_two(found):
        reason = N_("The rule “%(rule)s” asks that two persons approve this.")
        return Refusal("rule_two", reason, facts={"rule": found[0].name})
    reason = N_("The rule “%(rule)s” asks that somebody else decides this.")
    return Refusal("rule_decides", reason, facts={"rule": found[0].name})


def why_not_own_by_rule(found: Sequence[Rule], themselves: bool) -> Refusal | None:
    """No exception from separate duties gets round a rule: whoever asks does not approve."""
    return why_not_alone(found) if themselves else None


def why_not_again(gave_first: bool) -> Refusal | None:
    """The second yes is another person's."""
    if not gave_first:
        return None
    reason = N_("You have approved this already. A rule asks for a second person, who decides now.")
    return Refusal("second_person", reason)


def why_not_proven(need: Money, from_minor: int | None, proven: bool) -> Refusal | None:
    """From the organisation's value on, whoever decides has shown a second factor just before.

    need: what the whole need would have promised, so that parts of it do not stay below.
    """
    if from_minor is None or need.minor < from_minor or proven:
        return None
    reason = N_(
        "From %(amount)s on, whoever decides confirms it with their second factor. Sign in, open the request"
        " and confirm it there."
    )
    return Refusal("second_factor", reason, facts={"amount": Money(from_minor, need.currency)})


@dataclass(frozen=True)
class NewRule:
    """A rule somebody wants to make. base: the organisation's currency. taken: a rule of this name holds."""

    name: str
    demand: str
    amount_from: Money | None
    base: str
    taken: bool = False


def why_not_make(rule: NewRule) -> list[Refusal]:
    """Everything that is wrong with a new rule, each on its field."""
    found: list[Refusal] = []
    name = rule.name.strip()
    if not name:
        found.append(Refusal("name_missing", N_("Give the rule a name, such as “Two above 5,000”."), "name"))
    if len(name) > LONGEST_NAME:
        reason = N_("Use at most %(most)s characters.")
        found.append(Refusal("name_long", reason, "name", {"most": LONGEST_NAME}))
    if rule.taken:
        found.append(Refusal("name_taken", N_("A rule of this name holds. Choose another name."), "name"))
    if rule.demand not in set(Demand):
        found.append(Refusal("demand_unknown", N_("Choose what the rule asks for."), "demand"))
    amount = rule.amount_from
    if amount is not None and amount.currency != rule.base:
        reason = N_("Rules count in %(base)s.")
        found.append(Refusal("wrong_currency", reason, "amount_from", {"base": rule.base}))
    elif amount is not None and not 0 <= amount.minor <= LARGEST_MINOR:
        found.append(Refusal("amount_range", N_("Enter an amount of zero or more."), "amount_from"))
    return found
