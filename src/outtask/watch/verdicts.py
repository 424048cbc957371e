"""What becomes of requests by limits, rules and detectors together, from plain JSON, with every reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.spend import demand_rules, limit_rules
from outtask.spend.demand_rules import Rule, Wanted
from outtask.spend.limit_rules import Approver, Ceiling, Spending
from outtask.spend.states import Demand, LimitPeriod
from outtask.watch.reading import Input, category, currency_of, each, minor, one_of, text, truth, wrong
from outtask.watch.rules import Finding, why_not_held


def verdicts(given: Input, findings: Sequence[tuple[str, Finding]]) -> list[dict[str, Any]]:
    """For each request whether it is committed or referred, and every reason why.

    The same functions decide it as in the product: a hold, a rule or a limit is enough to refer it, and each
    of them is told. findings: what the detectors found, by the id of what they found it in.
    """
    currency = currency_of(given)
    known = [_rule(one, place) for one, place in each(given, "rules")]
    held: dict[str, set[str]] = defaultdict(set)
    for subject, finding in findings:
        held[subject].add(finding.detector)
    return [
        _verdict(one, place, known, held[text(one, "id", place)], currency)
        for one, place in each(given, "requests")
    ]


def _verdict(one: Input, place: str, known: Sequence[Rule], held: set[str], currency: str) -> dict[str, Any]:
    spending = _spending(one, place, currency)
    wanted = Wanted(spending.need.minor, spending.category, truth(one, "new_provider", place))
    fired = demand_rules.fired(known, wanted)
    above = limit_rules.why_not_within(_asker(one, place, currency), spending)
    by_rules = (demand_rules.why_not_alone([rule]) for rule in fired)
    why: list[Refusal | None] = [*why_not_held(held), *by_rules, above]
    reasons = [str(reason) for reason in why if reason is not None]
    two = demand_rules.needs_two(fired)
    return {
        "request": one["id"],
        "verdict": "referred" if reasons else "committed",
        "approvals": 2 if two else int(bool(reasons)),
        "rules": [rule.name for rule in fired],
        "why": reasons,
    }


def _spending(one: Input, place: str, currency: str) -> Spending:
    amount = minor(one, "amount_minor", place)
    need = minor(one, "committed_minor", place, 0) + amount
    return Spending(Money(need, currency), Money(amount, currency), category(one, place))


def _asker(one: Input, place: str, currency: str) -> Approver:
    limited = one.get("limit_minor") is not None
    return Approver(
        _id(text(one, "by", place)),
        minor(one, "limit_minor", place) if limited else None,
        is_owner=truth(one, "owner", place),
        ceilings=tuple(_ceiling(limit, where, currency) for limit, where in each(one, "limits", f"{place}.")),
    )


def _ceiling(limit: Input, place: str, currency: str) -> Ceiling:
    set_to = minor(limit, "limit_minor", place)
    return Ceiling(
        period=one_of(LimitPeriod, limit, "period", place),
        category=category(limit, place),
        limit=Money(set_to, currency),
        base_minor=set_to,
        used_minor=minor(limit, "used_minor", place, 0),
        until=_until(limit, place),
    )


def _until(limit: Input, place: str) -> date | None:
    written = text(limit, "until", place, "")
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise wrong(f"{place}.until", N_("A day such as 2026-11-24 is needed here.")) from None


def _rule(one: Input, place: str) -> Rule:
    limited = one.get("amount_from_minor") is not None
    return Rule(
        _id(place),
        text(one, "name", place),
        one_of(Demand, one, "demand", place),
        minor(one, "amount_from_minor", place) if limited else None,
        category(one, place),
        truth(one, "new_provider", place),
    )


def _id(name: str) -> UUID:
    """Names stand for ids here; no reason tells them."""
    return uuid5(NAMESPACE_OID, name)
