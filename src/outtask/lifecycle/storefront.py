"""Ordering what is in a cart, and what a subscription does on the day its period is over.

A composite: the cart and the subscriptions are of the catalogue, the order and its money of later rooms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from outtask.agree.orders import Line, totals_of
from outtask.catalogue import queries, renewals, rules
from outtask.catalogue.actions import begin_subscription, end, renew, take_out
from outtask.catalogue.models import CartLine, CatalogueItem, Subscription
from outtask.catalogue.states import Plan
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.categories import common_category
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.lifecycle.ordering import Purchase, open_purchase
from outtask.outtasks.models import OutTask
from outtask.people.models import Provider
from outtask.people.roles import Right, may
from outtask.source.queries import today_of
from outtask.spend.actions.requests import base_and_budget, open_budget_of
from outtask.spend.models import Budget, PurchaseRequest
from outtask.spend.states import RequestState

TURNED_DOWN = (RequestState.REJECTED, RequestState.WITHDRAWN, RequestState.VOID)
TAKEN_BACK = "taken_back"


@action
def order_cart(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    provider_id: UUID,
    currency: str,
    budget_id: UUID | None = None,
    needed_by: date | None = None,
    reason: str = "",
) -> Outcome:
    """Order everything of one provider in one currency that is in the actor's cart, at the prices they saw.

    One order, within the member's limits or referred, as for anything else that is bought. What is on trial
    or free costs nothing now: it becomes a subscription, without an order when nothing else is there.
    budget_id: needed when something is paid. Gives `ordered` (how many lines) and, when something is paid,
    what `request_purchase` gives.
    """
    # About the provider too, who reads it when work may begin.
    on = (Provider, provider_id)
    with recording("cart.ordered", actor=actor, on=on, now=now, key=key) as entry:
        refuse_if(may(actor, Right.REQUEST))
        provider: Provider = entry.subject
        lines = [
            line
            for line in queries.cart_of(actor)
            if line.item.provider_id == provider.pk and line.item.currency == currency
        ]
        today = today_of(entry.organisation_id, now)
        refuse_if(*_why_not_lines(actor, lines, today))
        paid = [line for line in lines if is_paid_now(line.item)]
        refuse_if(_why_not_budget(lines, budget_id))
        _budget_of_trials(entry, lines, budget_id)
        outtask = None
        if paid and budget_id is not None:
            outtask = _buy(entry, paid, Purchase("", (), budget_id, provider.pk, needed_by, reason))
        for line in lines:
            _subscribe(entry, line, today, budget_id, outtask)
        take_out(entry, lines)
        _tell(entry, provider, len(lines), bought=outtask is not None)
        entry.gives(ordered=len(lines))
    return entry.outcome


def is_paid_now(item: CatalogueItem) -> bool:
    """Whether ordering it today costs money today."""
    return item.plan != Plan.FREE and not (item.plan == Plan.PERIOD and item.trial_days)


def _why_not_lines(actor: Actor, lines: Sequence[CartLine], today: date) -> list[Refusal | None]:
    if not lines:
        reason = N_("Nothing of this provider is in your cart. Perhaps you have ordered it already.")
        return [Refusal("cart_empty", reason)]
    seen = [(line.item, line.quantity, Money(line.price_minor, line.item.currency)) for line in lines]
    return [rules.why_not_order(wanted) for wanted in queries.wanted_in(actor, seen, today).values()]


def _why_not_budget(lines: Sequence[CartLine], budget_id: UUID | None) -> Refusal | None:
    if budget_id is not None or not any(line.item.plan != Plan.FREE for line in lines):
        return None
    return Refusal("budget_missing", N_("Choose the budget that pays for it."), "budget")


def _budget_of_trials(entry: Recording, lines: Sequence[CartLine], budget_id: UUID | None) -> None:
    """Refused when what is on trial could not be paid from this budget today: no order asks for it yet."""
    trials = [line for line in lines if line.item.plan == Plan.PERIOD and line.item.trial_days]
    if not trials or budget_id is None:
        return
    budget = open_budget_of(entry, budget_id)
    for line in trials:
        ordered = totals_of([line_of(line.item, line.quantity, Money(line.price_minor, line.item.currency))])
        base_and_budget(entry, ordered.gross, budget)


def _buy(entry: Recording, lines: Sequence[CartLine], purchase: Purchase) -> OutTask:
    ordered = tuple(
        line_of(line.item, line.quantity, Money(line.price_minor, line.item.currency)) for line in lines
    )
    category = common_category(line.item.category for line in lines)
    return open_purchase(entry, replace(purchase, lines=ordered, category=category)).outtask


def line_of(item: CatalogueItem, quantity: int, price: Money) -> Line:
    """A line of an order for an item."""
    return Line(item.name, quantity, item.unit or item.period, price, item.tax_percent, item.pk)


def _subscribe(
    entry: Recording, line: CartLine, today: date, budget_id: UUID | None, outtask: OutTask | None
) -> None:
    """A subscription begins with its first order; ordering more uses of one that runs begins none."""
    item = line.item
    if not item.plan:
        return
    if item.plan == Plan.PER_USE and _runs(entry, item):
        return
    begin_subscription(
        entry,
        item,
        quantity=line.quantity,
        today=today,
        budget_id=budget_id,
        outtask_id=outtask.pk if outtask is not None and is_paid_now(item) else None,
    )


def _runs(entry: Recording, item: CatalogueItem) -> bool:
    live = Subscription.objects.filter(member_id=entry.actor.id, item=item, ended_on__isnull=True)
    return bool(live.exists())


def _tell(entry: Recording, provider: Provider, lines: int, *, bought: bool) -> None:
    """The entry is the request's when there is one; the cart is told of beside it."""
    told = {"name": entry.keep(provider.name), "provider": provider.pk, "lines": lines}
    if bought:
        entry.also_says("cart.ordered", provider, **told)
    else:
        entry.says(**told)


@action
def turn_subscription(
    *, actor: Actor, now: datetime, key: Key = None, subscription_id: UUID, refused: str = ""
) -> Outcome:
    """Renew a subscription whose period is over, by the next order in its holder's name; or end it.

    It ends when it was cancelled in time, is no longer sold, its holder may not order any more, or its order
    was turned down. refused: why the next order could not even be asked for, found out before.
    """
    with recording(
        "subscription.ended", actor=actor, on=(Subscription, subscription_id), now=now, key=key
    ) as entry:
        row: Subscription = entry.subject
        today = today_of(entry.organisation_id, now)
        term = queries.term_of(row, turned_down=is_turned_down(row))
        refuse_if(renewals.why_not_clock(actor.is_clock), renewals.why_not_turn(term, today))
        cost = queries.costs_of([row.item], today).get(row.item_id)
        why = renewals.why_it_ends(term, today) or _why_not_next(cost, refused)
        if why is not None or cost is None:
            end(entry, row, today=today, why=why or _NO_PRICE)
        else:
            budget = _budget_now(row, today)
            item, lines = row.item, (line_of(row.item, row.quantity, cost),)
            purchase = Purchase("", lines, budget.pk, item.provider_id, category=item.category)
            request = open_purchase(entry, purchase, row.member)
            row.budget = budget
            renew(entry, row, today=today, outtask_id=request.outtask_id)
    return entry.outcome


_NO_PRICE = Refusal("price_missing", N_("It has no price that holds today."))


def _why_not_next(cost: Money | None, refused: str) -> Refusal | None:
    if cost is None:
        return _NO_PRICE
    return Refusal("not_renewed", refused.replace("%", "%%")) if refused else None


def is_turned_down(row: Subscription) -> bool:
    """Whether the order of its present period came to nothing."""
    if row.plan != Plan.PERIOD or row.last_outtask is None:
        return False
    if row.last_outtask.ending == TAKEN_BACK:
        return True
    request = PurchaseRequest.objects.filter(outtask_id=row.last_outtask_id).order_by("-id").first()
    return request is not None and request.state in TURNED_DOWN


def turned_down() -> list[tuple[UUID, UUID]]:
    """(organisation, subscription) of those whose order may have come to nothing."""
    live = Subscription.objects.filter(ended_on__isnull=True, plan=Plan.PERIOD)
    lost = PurchaseRequest.objects.filter(state__in=TURNED_DOWN).values("outtask_id")
    rows = live.filter(last_outtask_id__in=lost) | live.filter(last_outtask__ending=TAKEN_BACK)
    found = rows.select_related("last_outtask").order_by("id")
    return [(row.organisation_id, row.pk) for row in found if is_turned_down(row)]


def _budget_now(row: Subscription, today: date) -> Budget:
    """The budget it is paid from, or the one that followed it when its period was over."""
    budget: Budget | None = row.budget
    assert budget is not None, "what is paid by period has one"
    while budget.closed_at is not None or (budget.ends_on is not None and budget.ends_on < today):
        after: Budget | None = Budget.objects.filter(follows=budget).order_by("-id").first()
        if after is None:
            break
        budget = after
    return budget
