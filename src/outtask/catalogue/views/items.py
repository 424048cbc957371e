"""The catalogue: searching it, one item with its prices, items side by side, and looking after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outtask.agree.orders import Line
from outtask.catalogue import actions, queries
from outtask.catalogue.forms import CartForm, ChangeForm, ItemForm, PriceForm, SearchForm
from outtask.catalogue.models import CatalogueItem
from outtask.catalogue.rules import Price
from outtask.catalogue.sheet import sheet
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people import queries as people
from outtask.people.roles import Right, may
from outtask.people.states import Relation
from outtask.source.comparison import Converted, Record
from outtask.source.queries import today_of
from outtask.source.record import converted, records_of
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page

MOST_COMPARED = 4
_ONE_MORE = Refusal("compare_more", N_("Tick two to four items, then compare them."))


@dataclass(frozen=True)
class Shown:
    """An item with today's price: net, and with tax. about: the latter in the organisation's currency.

    coming: the price it is said to have next.
    """

    item: CatalogueItem
    price: Money | None
    gross: Money | None
    about: Converted | None = None
    record: Record | None = None
    coming: Price | None = None


def gross_of(item: CatalogueItem, price: Money) -> Money:
    """One, with its tax, as an order of one would have it."""
    return Line(item.name, 1, item.unit, price, item.tax_percent).gross


def providers_of(request: MemberRequest) -> list[tuple[str, str]]:
    """Providers to choose from, by name."""
    rows = people.providers(request.actor).exclude(relation=Relation.BLOCKED)
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def _search(request: MemberRequest) -> SearchForm:
    currency = request.organisation.currency
    return SearchForm(request.GET, providers=providers_of(request), currency=currency)


def _shown(items: Sequence[CatalogueItem], request: MemberRequest) -> list[Shown]:
    today = today_of(request.organisation.pk, request.now)
    costs, coming = queries.costs_of(items, today), queries.coming_of((item.pk for item in items), today)
    return [
        Shown(item, price, gross_of(item, price) if price is not None else None, coming=coming.get(item.pk))
        for item in items
        for price in [costs.get(item.pk)]
    ]


@require_safe
@member_page
def catalogue(request: MemberRequest) -> HttpResponse:
    """What is sold, by name, as the address says."""
    form = _search(request)
    asked = form.search()
    rows = queries.items(request.actor, today_of(request.organisation.pk, request.now), asked)
    page = Page.of(rows, request, by=queries.BY_NAME)
    context = {
        "form": form,
        "filtered": asked != queries.Search(),
        "page": page,
        "rows": _shown(list(page), request),
        "barred": may(request.actor, Right.MANAGE_PROVIDERS),
        "in_cart": len(queries.cart_of(request.actor)),
    }
    return render(request, "catalogue/catalogue.html", context)


@require_safe
@member_page
def table(request: MemberRequest) -> StreamingHttpResponse:
    """What the search finds as CSV, in the columns that an import reads."""
    today = today_of(request.organisation.pk, request.now)
    rows = queries.items(request.actor, today, _search(request).search()).order_by(*queries.BY_NAME)
    response = StreamingHttpResponse(sheet(rows.iterator(chunk_size=500), today), content_type="text/csv")
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="catalogue.csv"'
    return response


@require_safe
@member_page
def compare(request: MemberRequest) -> HttpResponse:
    """Two to four items side by side; which ones stands in the address."""
    rows = _chosen(request)
    records = records_of({item.provider_id for item in rows}, request.organisation.pk, request.now)
    columns = [
        Shown(
            one.item,
            one.price,
            one.gross,
            converted(request.organisation, one.gross, request.now) if one.gross is not None else None,
            records.get(one.item.provider_id, Record()),
        )
        for one in _shown(rows, request)
    ]
    same = {one.about.amount.minor for one in columns if one.about}
    context = {"columns": columns, "too_few": _ONE_MORE if len(columns) < 2 else None}
    best = min(same) if len(same) > 1 and all(one.about for one in columns) else None
    return render(request, "catalogue/compare.html", context | {"best": best})


def _chosen(request: MemberRequest) -> list[CatalogueItem]:
    wanted = []
    for text in request.GET.getlist("item")[:MOST_COMPARED]:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    rows = CatalogueItem.objects.visible_to(request.actor).filter(pk__in=wanted).select_related("provider")
    found = {row.pk: row for row in rows}
    return [found[pk] for pk in dict.fromkeys(wanted) if pk in found]


@require_safe
@member_page
def item(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """One item: what it costs, cost and will cost, and what may be done with it."""
    return item_page(request, queries.item_of(request.actor, item_id))


def item_page(
    request: MemberRequest, row: CatalogueItem, cart: CartForm | None = None, price: PriceForm | None = None
) -> HttpResponse:
    """The page of an item, with whichever form needs another look."""
    [shown] = _shown([row], request)
    today = today_of(request.organisation.pk, request.now)
    prices = queries.price_rows(row)
    holds = next((one for one in prices if one.from_on <= today), None)
    context: dict[str, Any] = {
        "item": row,
        "shown": shown,
        "prices": [(one, one.from_on > today, one == holds) for one in prices],
        "cart_form": cart or CartForm(item=row, price=shown.price),
        "price_form": price or PriceForm(item=row),
        "barred": may(request.actor, Right.MANAGE_PROVIDERS),
        "why_not_order": may(request.actor, Right.REQUEST),
    }
    status = max(form.status for form in (context["cart_form"], context["price_form"]))
    return render(request, "catalogue/item.html", context, status=status)


@member_page
def new(request: MemberRequest) -> HttpResponse:
    """Put an item into the catalogue."""
    form = ItemForm(
        request.POST or None,
        providers=providers_of(request),
        currency=request.organisation.currency,
        initial={"provider": request.GET.get("provider", "")},
    )
    if form.is_valid():
        with form.taking_refusals():
            done = actions.add_item(actor=request.actor, now=request.now, key=form.key, **form.facts)
            messages.success(
                request, _("%(name)s is in the catalogue.") % {"name": form.cleaned_data["name"]}
            )
            return see_other("item", done["id"])
    context = {"form": form, "barred": may(request.actor, Right.MANAGE_PROVIDERS)}
    return render(request, "catalogue/item_new.html", context, status=form.status)


@member_page
def change(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Change what an item says."""
    row = queries.item_of(request.actor, item_id)
    form = ChangeForm(request.POST or None, item=row)
    if form.is_valid():
        with form.taking_refusals():
            given = {"item_id": row.pk, **form.facts}
            actions.change_item(actor=request.actor, now=request.now, key=form.key, **given)
            messages.success(request, _("Saved."))
            return see_other("item", row.pk)
    context = {"form": form, "item": row, "barred": may(request.actor, Right.MANAGE_PROVIDERS)}
    return render(request, "catalogue/item_change.html", context, status=form.status)


@require_POST
@member_page
def price(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Note what an item costs from a day on."""
    row = queries.item_of(request.actor, item_id)
    form = PriceForm(request.POST, item=row)
    if form.is_valid():
        with form.taking_refusals():
            given = {"price": form.cleaned_data["price"], "from_on": form.cleaned_data["from_on"]}
            actions.note_price(actor=request.actor, now=request.now, key=form.key, item_id=row.pk, **given)
            messages.success(request, _("Noted. The prices before it stay on the page."))
            return see_other("item", row.pk)
    return item_page(request, row, price=form)


@require_POST
@member_page
def withdrawal(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Sell an item no longer."""
    form = Form(request.POST)
    key = form.key if form.is_valid() else None
    actions.withdraw_item(actor=request.actor, now=request.now, key=key, item_id=item_id)
    messages.success(request, _("It is no longer sold. Subscriptions run until their next renewal."))
    return see_other("item", item_id)
