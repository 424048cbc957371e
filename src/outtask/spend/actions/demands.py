"""Rules of the organisation about spending: made and ended, never edited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.models import Organisation
from outtask.people.roles import Right, may
from outtask.spend.actions.requests import digits_of
from outtask.spend.demand_rules import NewRule, Rule, why_not_make
from outtask.spend.models import PurchaseRequest, SpendRule


@action
def make_rule(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    name: str,
    demand: str,
    amount_from: Money | None = None,
    category: str = "",
    new_provider: bool = False,
) -> Outcome:
    """Ask for more eyes on some requests from now on, also on those that wait for a decision.

    All conditions given must be met; without one the rule falls on every request. Gives `id`.
    """
    with recording("rule.made", actor=actor, now=now, key=key) as entry:
        base = Organisation.objects.get(pk=entry.organisation_id).currency
        same = SpendRule.objects.filter(
            organisation_id=entry.organisation_id, name=name.strip(), ended_at__isnull=True
        )
        refuse_if(
            may(actor, Right.MANAGE_ORGANISATION),
            *why_not_make(NewRule(name, demand, amount_from, base, taken=same.exists())),
        )
        made = SpendRule.objects.create(
            organisation_id=entry.organisation_id,
            name=name.strip(),
            amount_from_minor=amount_from.minor if amount_from is not None else None,
            category=digits_of(category),
            new_provider=new_provider,
            demand=demand,
            made_by_id=actor.id,
            made_at=now,
        )
        entry.says(
            rule=made.pk,
            name=entry.keep(made.name),
            demand=demand,
            amount_from=amount_from,
            category=made.category or "all",
        )
        entry.gives(id=made.pk)
    return entry.outcome


@action
def end_rule(*, actor: Actor, now: datetime, key: Key = None, rule_id: UUID) -> Outcome:
    """Ask for it no more, from now on; what was decided under it keeps its name."""
    with recording("rule.ended", actor=actor, on=(SpendRule, rule_id), now=now, key=key) as entry:
        rule: SpendRule = entry.subject
        refuse_if(
            may(actor, Right.MANAGE_ORGANISATION),
            None if rule.ended_at is None else Refusal("rule_ended", N_("This rule has ended already.")),
        )
        rule.ended_at, rule.ended_by_id = now, actor.id
        rule.save(update_fields=["ended_at", "ended_by"])
        entry.says(rule=rule.pk, name=entry.keep(rule.name))
    return entry.outcome


def tell_rules(entry: Recording, request: PurchaseRequest, found: Sequence[Rule]) -> None:
    """Part: the rules that fall on a request, named in an entry beside what is done with it."""
    if found:
        names = ", ".join(f"“{rule.name}”" for rule in found)
        entry.also_says("rule.applied", request, request=request.reference, rules=entry.keep(names))
