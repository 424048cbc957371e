"""Subscriptions: begun with an order, renewed and ended by the clock, cancelled by a member."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from outtask.catalogue import queries, renewals
from outtask.catalogue.models import CatalogueItem, Subscription
from outtask.catalogue.states import Plan
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import LARGEST_MINOR, Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.people.roles import Right, may
from outtask.source.queries import today_of


def begin_subscription(
    entry: Recording,
    item: CatalogueItem,
    *,
    quantity: int,
    today: date,
    budget_id: UUID | None,
    outtask_id: UUID | None = None,
) -> Subscription:
    """Part: a subscription on the terms its item has today. outtask_id: of the order, when there is one."""
    trial_until, anchor_on, renews_on = renewals.begin(item.plan, item.period, item.trial_days, today)
    row: Subscription = Subscription.objects.create(
        organisation_id=entry.organisation_id,
        item=item,
        member_id=entry.actor.id,
        outtask_id=outtask_id,
        last_outtask_id=outtask_id,
        budget_id=budget_id if item.plan == Plan.PERIOD else None,
        quantity=quantity,
        plan=item.plan,
        period=item.period,
        starts_on=today,
        trial_until=trial_until,
        anchor_on=anchor_on,
        renews_on=renews_on,
        notice_days=item.cancel_days,
    )
    entry.also_says(
        "subscription.begun",
        row,
        subscription=row.pk,
        name=entry.keep(item.name),
        plan=item.plan,
        quantity=quantity,
        renews_on=renews_on,
    )
    return row


@action
def cancel_subscription(*, actor: Actor, now: datetime, key: Key = None, subscription_id: UUID) -> Outcome:
    """Cancel a subscription: it ends at the first renewal for which there is notice enough. Gives `ends_on`.

    What is not renewed ends at once. One's own with the right to ask to spend; anybody's with that to agree.
    """
    with recording(
        "subscription.cancelled", actor=actor, on=(Subscription, subscription_id), now=now, key=key
    ) as entry:
        row = queries.subscription_of(actor, subscription_id)
        term = queries.term_of(row)
        refuse_if(may(actor, Right.REQUEST if row.member_id == actor.id else Right.AGREE))
        refuse_if(renewals.why_not_cancel(term))
        row.cancelled_on = today_of(entry.organisation_id, now)
        ends_on = renewals.end_after(term, row.cancelled_on)
        if row.renews_on is None:
            row.ended_on = ends_on
        row.save(update_fields=["cancelled_on", "ended_on"])
        entry.says(name=entry.keep(row.item.name), ends_on=ends_on)
        entry.gives(ends_on=ends_on.isoformat())
    return entry.outcome


@action
def warn_subscription(*, actor: Actor, now: datetime, key: Key = None, subscription_id: UUID) -> Outcome:
    """Tell the holder of a subscription that it renews, while it can be cancelled; once for each renewal."""
    with recording(
        "subscription.warned", actor=actor, on=(Subscription, subscription_id), now=now, key=key
    ) as entry:
        row: Subscription = entry.subject
        term = queries.term_of(row)
        today = today_of(entry.organisation_id, now)
        refuse_if(renewals.why_not_clock(actor.is_clock), renewals.why_not_warn(term, today))
        assert row.renews_on is not None, "the rule says so"
        row.warned_for = row.renews_on
        row.save(update_fields=["warned_for"])
        cost = queries.costs_of([row.item], row.renews_on).get(row.item_id)
        entry.says(
            name=entry.keep(row.item.name),
            renews_on=row.renews_on,
            last_day=renewals.last_day_to_cancel(term),
            price=_all_of(row, cost),
        )
    return entry.outcome


def _all_of(row: Subscription, cost: Money | None) -> Money | None:
    """What the next period costs. A price that rose past every amount there can be is said by its renewal."""
    if cost is None or cost.minor * row.quantity > LARGEST_MINOR:
        return None
    return Money(cost.minor * row.quantity, cost.currency)


def renew(entry: Recording, row: Subscription, *, today: date, outtask_id: UUID) -> None:
    """Part: its next period begins, ordered with this out-task from the budget that the row names.

    A renewal that was missed while nobody kept the time is not made up for: the next one comes after today.
    """
    assert row.anchor_on is not None, "only a plan by period renews"
    row.renews_on = renewals.renewal_after(row.anchor_on, row.period, today)
    row.outtask_id = row.outtask_id or outtask_id
    row.last_outtask_id = outtask_id
    row.save(update_fields=["renews_on", "outtask", "last_outtask", "budget"])
    entry.also_says("subscription.renewed", row, name=entry.keep(row.item.name), renews_on=row.renews_on)


def end(entry: Recording, row: Subscription, *, today: date, why: Refusal) -> None:
    """Part: it is over."""
    row.ended_on = today
    row.save(update_fields=["ended_on"])
    entry.says(name=entry.keep(row.item.name), reason=entry.keep(str(why)), why=why.code)
