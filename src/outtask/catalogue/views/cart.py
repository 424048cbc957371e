"""The cart: what somebody means to order, by provider and currency, and ordering it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from outtask.agree.orders import Totals, totals_of
from outtask.catalogue import actions, queries
from outtask.catalogue.forms import CartForm, OrderForm
from outtask.catalogue.models import CartLine
from outtask.catalogue.rules import Price, why_not_order
from outtask.catalogue.states import Plan
from outtask.catalogue.views.items import item_page
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.lifecycle.storefront import is_paid_now, line_of, order_cart
from outtask.people.models import Provider
from outtask.people.roles import Right, may
from outtask.source.queries import today_of
from outtask.spend.queries import budgets_for
from outtask.ui.formats import money
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other


@dataclass(frozen=True)
class Shown:
    """One line. now: today's price where it is another than was seen; why_not: what stands against it.

    coming: the price it is said to have next.
    """

    line: CartLine
    seen: Money
    net: Money
    now: Money | None
    accept: CartForm | None
    why_not: Refusal | None
    paid: bool
    coming: Price | None


@dataclass(frozen=True)
class Group:
    """Everything of one provider in one currency: what one press orders."""

    provider: Provider
    currency: str
    lines: list[Shown]
    totals: Totals | None
    needs_budget: bool
    form: OrderForm
    why_not: Refusal | None


@require_safe
@member_page
def cart(request: MemberRequest) -> HttpResponse:
    """What is in the cart of whoever looks."""
    return _page(request)


def _page(request: MemberRequest, sent: OrderForm | None = None) -> HttpResponse:
    groups = _groups(request, sent)
    context = {"groups": groups, "why_not": may(request.actor, Right.REQUEST)}
    return render(request, "catalogue/cart.html", context, status=sent.status if sent else 200)


def _groups(request: MemberRequest, sent: OrderForm | None) -> list[Group]:
    rows = queries.cart_of(request.actor)
    seen = [(row.item, row.quantity, Money(row.price_minor, row.item.currency)) for row in rows]
    today = today_of(request.organisation.pk, request.now)
    wanted = queries.wanted_in(request.actor, seen, today)
    coming = queries.coming_of(wanted, today)
    shown = [
        _shown(row, wanted[row.item_id].price, why_not_order(wanted[row.item_id]), coming.get(row.item_id))
        for row in rows
    ]
    barred = may(request.actor, Right.REQUEST)
    return [
        _group(request, list(lines), barred, sent)
        for _key, lines in groupby(shown, lambda one: (one.line.item.provider_id, one.line.item.currency))
    ]


def _shown(row: CartLine, price: Money | None, why_not: Refusal | None, coming: Price | None) -> Shown:
    seen = Money(row.price_minor, row.item.currency)
    moved = price if price is not None and price != seen else None
    accept = CartForm(item=row.item, price=moved, quantity=row.quantity) if moved is not None else None
    net = Money(seen.minor * row.quantity, seen.currency)
    return Shown(row, seen, net, moved, accept, why_not, is_paid_now(row.item), coming)


def _group(
    request: MemberRequest, lines: list[Shown], barred: Refusal | None, sent: OrderForm | None
) -> Group:
    item = lines[0].line.item
    paid = [line_of(one.line.item, one.line.quantity, one.seen) for one in lines if one.paid]
    mine = sent is not None and (sent["provider"].value(), sent["currency"].value()) == (
        str(item.provider_id),
        item.currency,
    )
    form = sent if mine and sent is not None else _form(request, item.provider_id, item.currency)
    # The action asks for it; here the label says so before.
    form.fields["budget"].required = any(one.line.item.plan != Plan.FREE for one in lines)
    return Group(
        provider=item.provider,
        currency=item.currency,
        lines=lines,
        totals=totals_of(paid) if paid else None,
        needs_budget=form.fields["budget"].required,
        form=form,
        why_not=barred or next((one.why_not for one in lines if one.why_not), None),
    )


def _form(request: MemberRequest, provider_id: UUID, currency: str, data: object = None) -> OrderForm:
    budgets = sorted(budgets_for(request.actor), key=lambda row: (row.currency != currency, row.name))
    told = [
        (
            str(row.pk),
            _("%(name)s, %(free)s free")
            % {"name": row.name, "free": money(Money(row.free_minor, row.currency))},
        )
        for row in budgets
    ]
    return OrderForm(data, provider_id=provider_id, currency=currency, budgets=told)


@require_POST
@member_page
def order(request: MemberRequest) -> HttpResponse:
    """Order everything of one provider in one currency."""
    try:
        provider_id = UUID(request.POST.get("provider", ""))
    except ValueError:
        return see_other("cart")
    form = _form(request, provider_id, request.POST.get("currency", "")[:3], request.POST)
    if form.is_valid():
        with form.taking_refusals():
            done = order_cart(actor=request.actor, now=request.now, key=form.key, **form.facts)
            messages.success(request, _told(done.values))
            return see_other("request", done["request"]) if "request" in done.values else _began()
    return _page(request, form)


def _began() -> HttpResponse:
    return see_other("subscriptions")


def _told(values: dict[str, object]) -> str:
    if "request" not in values:
        count = int(str(values["ordered"]))
        said = ngettext("%(count)s subscription began.", "%(count)s subscriptions began.", count)
        return said % {"count": count}
    if values["committed"]:
        return _("Ordered. The money is committed.")
    return _("Asked for. It is ordered as soon as somebody approves.")


@require_POST
@member_page
def put(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Put so many of an item into the cart, in place of what stands there of it."""
    row = queries.item_of(request.actor, item_id)
    form = CartForm(request.POST, item=row)
    if form.is_valid():
        with form.taking_refusals():
            actions.put_in_cart(actor=request.actor, now=request.now, key=form.key, **form.facts)
            messages.success(request, _("%(name)s is in your cart.") % {"name": row.name})
            return see_other("cart")
    return item_page(request, row, cart=form)


@require_POST
@member_page
def removal(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Take an item out of the cart."""
    form = Form(request.POST)
    key = form.key if form.is_valid() else None
    actions.take_from_cart(actor=request.actor, now=request.now, key=key, item_id=item_id)
    messages.success(request, _("Taken out."))
    return see_other("cart")
