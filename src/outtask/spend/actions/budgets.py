"""Opening budgets, putting money into them, noting rates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.people.models import Organisation
from outtask.people.roles import Right, may
from outtask.spend import budget_rules, rules
from outtask.spend.actions.ledger import put
from outtask.spend.models import Budget, Rate
from outtask.spend.pots import pot_of


@action
def open_budget(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    name: str,
    authorised: Money,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Outcome:
    """Open a pot of money in one currency."""
    with recording("budget.opened", actor=actor, now=now, key=key) as entry:
        taken = Budget.objects.filter(organisation_id=entry.organisation_id, name=name.strip()).exists()
        new = rules.NewBudget(name, authorised, starts_on, ends_on, taken)
        refuse_if(may(actor, Right.MANAGE_BUDGETS), *rules.why_not_open(new))
        budget = Budget.objects.create(
            organisation_id=entry.organisation_id,
            name=name.strip(),
            currency=authorised.currency,
            starts_on=starts_on,
            ends_on=ends_on,
            opened_at=now,
        )
        put(entry, budget, authorised)
        entry.says(name=entry.keep(budget.name), amount=authorised)
        entry.gives(id=budget.pk)
    return entry.outcome


@action
def authorise(*, actor: Actor, now: datetime, key: Key = None, budget_id: UUID, amount: Money) -> Outcome:
    """Put money into a budget, or take free money out of it with a negative amount."""
    with recording("budget.authorised", actor=actor, on=(Budget, budget_id), now=now, key=key) as entry:
        budget: Budget = entry.subject
        refuse_if(
            may(actor, Right.MANAGE_BUDGETS),
            budget_rules.why_not_put(budget.name, budget.parent_id is not None),
            rules.why_not_authorise(amount, budget.currency, budget.free_minor),
            budget_rules.why_not_into(pot_of(budget), "amount") if amount.minor > 0 else None,
        )
        put(entry, budget, amount)
        entry.says(name=entry.keep(budget.name), amount=amount)
    return entry.outcome


@action
def note_rate(
    *, actor: Actor, now: datetime, key: Key = None, currency: str, per_unit: Decimal, day: date
) -> Outcome:
    """Store what one unit of a currency is worth in the organisation's, from a day on."""
    with recording("rate.noted", actor=actor, now=now, key=key) as entry:
        base = Organisation.objects.values_list("currency", flat=True).get(pk=entry.organisation_id)
        taken = Rate.objects.filter(organisation_id=entry.organisation_id, currency=currency, day=day)
        new = rules.NewRate(currency, base, per_unit, taken.exists())
        refuse_if(may(actor, Right.MANAGE_BUDGETS), *rules.why_not_note(new))
        Rate.objects.create(
            organisation_id=entry.organisation_id,
            currency=currency,
            per_unit=per_unit,
            day=day,
            noted_by_id=actor.id,
        )
        entry.says(currency=currency, per_unit=f"{per_unit:f}", day=day)
    return entry.outcome
