"""Subscriptions: what renews when, until when it can be cancelled, what it costs a year; and cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outtask.agree.orders import totals_of
from outtask.catalogue import actions, queries
from outtask.catalogue.models import Subscription
from outtask.catalogue.renewals import MONTHS, end_after, last_day_to_cancel, why_not_cancel
from outtask.catalogue.rules import Price, price_on
from outtask.catalogue.states import Period
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.lifecycle.storefront import line_of
from outtask.people.roles import Right, may
from outtask.source.queries import today_of
from outtask.ui.formats import day
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@dataclass(frozen=True)
class Shown:
    """One subscription. renewal: what its next period costs, with tax. yearly: what a year of them costs.

    late: the next renewal can be kept from happening no more.
    """

    row: Subscription
    renewal: Money | None
    yearly: Money | None
    last_day: date | None
    late: bool
    ends_on: date | None
    why_not: Refusal | None


@require_safe
@member_page
def subscriptions(request: MemberRequest) -> HttpResponse:
    """What runs, what renews soonest first; or what is over."""
    over = request.GET.get("show", "") == "ended"
    rows = queries.subscriptions_for(request.actor).filter(ended_on__isnull=not over)
    page = Page.of(rows, request, by=("-id",) if over else queries.SUBSCRIBED_ORDER)
    context = {
        "page": page,
        "over": over,
        "rows": _shown(list(page), request.actor, today_of(request.organisation.pk, request.now)),
    }
    return render(request, "catalogue/subscriptions.html", context)


def _shown(rows: Sequence[Subscription], actor: Actor, today: date) -> list[Shown]:
    prices = queries.prices_of({row.item_id for row in rows})
    return [_one(row, prices.get(row.item_id, ()), actor, today) for row in rows]


def _one(row: Subscription, prices: Sequence[Price], actor: Actor, today: date) -> Shown:
    term = queries.term_of(row)
    last_day = last_day_to_cancel(term)
    renewal = None
    if row.renews_on is not None and (price := price_on(prices, row.renews_on)) is not None:
        renewal = totals_of([line_of(row.item, row.quantity, Money(price.minor, row.item.currency))]).gross
    times = 12 // MONTHS[Period(row.period)] if row.period else 0
    return Shown(
        row=row,
        renewal=renewal,
        yearly=Money(renewal.minor * times, renewal.currency) if renewal is not None else None,
        last_day=last_day,
        late=last_day is not None and last_day < today,
        ends_on=end_after(term, row.cancelled_on or today),
        why_not=why_not_cancel(term)
        or may(actor, Right.REQUEST if row.member_id == actor.id else Right.AGREE),
    )


@require_POST
@member_page
def cancellation(request: MemberRequest, subscription_id: UUID) -> HttpResponse:
    """Cancel one."""
    form = Form(request.POST)
    done = actions.cancel_subscription(
        actor=request.actor,
        now=request.now,
        key=form.key if form.is_valid() else None,
        subscription_id=subscription_id,
    )
    ends_on = date.fromisoformat(done["ends_on"])
    messages.success(request, _("Cancelled. It ends on %(day)s.") % {"day": day(ends_on)})
    return see_other("subscriptions")
