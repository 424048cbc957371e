"""Pots that are part of others: opening them, moving money down and back, what else is kept, what follows."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.people.models import Member
from outtask.people.roles import Right, may
from outtask.source.queries import today_of
from outtask.spend import budget_rules, rules
from outtask.spend.actions.ledger import move
from outtask.spend.models import Budget
from outtask.spend.pots import pot_of
from outtask.spend.states import Rollover


@action
def open_part(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    parent_id: UUID,
    name: str,
    amount: Money,
    keeper_id: UUID | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Outcome:
    """Open a pot under another one and give it some of that one's free money. Gives the `id` of the part."""
    on = (Budget, parent_id)
    with recording("budget.part_opened", actor=actor, on=on, now=now, key=key) as entry:
        parent: Budget = entry.subject
        new = rules.NewBudget(name, amount, starts_on, ends_on, _taken(entry, name), field="amount")
        above = pot_of(parent)
        refuse_if(
            may(actor, Right.MANAGE_BUDGETS),
            *rules.why_not_open(new),
            _why_not_keeper(entry, keeper_id),
            budget_rules.why_not_part_of(above),
            budget_rules.why_not_take(above, amount),
        )
        part: Budget = Budget.objects.create(
            organisation_id=entry.organisation_id,
            name=name.strip(),
            parent=parent,
            keeper_id=keeper_id,
            currency=parent.currency,
            starts_on=starts_on,
            ends_on=ends_on,
            opened_at=now,
        )
        move(entry, parent, part, amount)
        entry.says(name=entry.keep(part.name), parent=entry.keep(parent.name), amount=amount, budget=part.pk)
        entry.gives(id=part.pk)
    return entry.outcome


@action
def give_down(*, actor: Actor, now: datetime, key: Key = None, budget_id: UUID, amount: Money) -> Outcome:
    """Move free money down to a part from the pot above it, or back up with a negative amount."""
    with recording("budget.given_down", actor=actor, on=(Budget, budget_id), now=now, key=key) as entry:
        part: Budget = entry.subject
        refuse_if(
            may(actor, Right.MANAGE_BUDGETS),
            budget_rules.why_not_give(part.name, part.parent_id is not None),
        )
        assert part.parent is not None, "the rule has asked for it"
        source, target = part.parent, part
        if amount.minor < 0:
            entry.becomes("budget.given_back")
            source, target, amount = target, source, -amount
        refuse_if(*budget_rules.why_not_move(pot_of(source), pot_of(target), amount))
        move(entry, source, target, amount)
        entry.says(source=entry.keep(source.name), target=entry.keep(target.name), amount=amount)
    return entry.outcome


@action
def change_budget(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    budget_id: UUID,
    keeper_id: UUID | None,
    rollover: Rollover,
    starts_on: date | None,
    ends_on: date | None,
) -> Outcome:
    """Who keeps a pot, over which days it takes promises, and what becomes of free money after them."""
    with recording("budget.changed", actor=actor, on=(Budget, budget_id), now=now, key=key) as entry:
        budget: Budget = entry.subject
        refuse_if(
            may(actor, Right.MANAGE_BUDGETS),
            _why_not_keeper(entry, keeper_id) if keeper_id != budget.keeper_id else None,
            *budget_rules.why_not_period(starts_on, ends_on),
        )
        budget.keeper_id = keeper_id
        budget.rollover = Rollover(rollover).value
        budget.starts_on, budget.ends_on = starts_on, ends_on
        budget.save(update_fields=["keeper", "rollover", "starts_on", "ends_on"])
        entry.says(
            name=entry.keep(budget.name),
            keeper=keeper_id,
            rollover=budget.rollover,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    return entry.outcome


@action
def start_next_period(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    budget_id: UUID,
    name: str,
    starts_on: date,
    ends_on: date | None = None,
) -> Outcome:
    """Open the pot of the next period, with this one's free money if that goes on, and close this one.

    What is committed and owed stays where it is and is paid from there. Gives the `id` of the new pot.
    """
    with recording("budget.followed", actor=actor, on=(Budget, budget_id), now=now, key=key) as entry:
        budget: Budget = entry.subject
        amount = Money(budget_rules.carried(budget.rollover, budget.free_minor), budget.currency)
        new = rules.NewBudget(name, amount, starts_on, ends_on, _taken(entry, name), field="amount")
        followed = Budget.objects.filter(follows=budget).exists()
        today = today_of(entry.organisation_id, now)
        ends = budget_rules.Following(
            budget.ends_on, followed, budget.closed_at is not None, starts_on, today
        )
        refuse_if(
            may(actor, Right.MANAGE_BUDGETS),
            *budget_rules.why_not_follow(ends),
            *rules.why_not_open(new),
        )
        following = _following(entry, budget, name.strip(), starts_on, ends_on)
        move(entry, budget, following, amount)
        budget.closed_at = now
        budget.save(update_fields=["closed_at"])
        entry.says(
            name=entry.keep(budget.name),
            next=entry.keep(following.name),
            amount=amount,
            budget=following.pk,
        )
        entry.gives(id=following.pk)
    return entry.outcome


def _following(entry: Recording, budget: Budget, name: str, starts_on: date, ends_on: date | None) -> Budget:
    """The same pot for other days: in the same place, kept by the same person, as long as they are here."""
    keeper_id = budget.keeper_id
    made: Budget = Budget.objects.create(
        organisation_id=entry.organisation_id,
        name=name,
        parent=_place_of(budget),
        keeper_id=None if _why_not_keeper(entry, keeper_id) else keeper_id,
        rollover=budget.rollover,
        follows=budget,
        currency=budget.currency,
        starts_on=starts_on,
        ends_on=ends_on,
        opened_at=entry.now,
    )
    return made


def _place_of(budget: Budget) -> Budget | None:
    """The pot above, or what follows it where its own period is over."""
    above: Budget | None = budget.parent
    while above is not None and above.closed_at is not None:
        following = Budget.objects.filter(follows=above).first()
        if following is None:
            return above
        above = following
    return above


def _taken(entry: Recording, name: str) -> bool:
    return Budget.objects.filter(organisation_id=entry.organisation_id, name=name.strip()).exists()


def _why_not_keeper(entry: Recording, keeper_id: UUID | None) -> Refusal | None:
    """A keeper is a member who is here."""
    if keeper_id is None:
        return None
    here = Member.objects.visible_to(entry.actor).filter(pk=keeper_id, left_at__isnull=True)
    return budget_rules.why_not_keeper(here.exists())
