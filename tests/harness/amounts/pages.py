"""The fields of pages for money to spend: where each is sent to, by whom, with what, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.harness.amounts.faults import Meaning
from tests.harness.amounts.ground import Ground

NO_ROWS = {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}
ABOVE = "Give an amount above zero."
PRICE = "Line 1: give a price above zero."
ITEM = "Give a price above zero. What costs nothing is a subscription on a free plan."
BEGIN = "A budget cannot begin below zero."
LIMIT = "A limit is zero or more."
FROM = "Enter an amount of zero or more."
MOVED = "Enter an amount above zero."
FREE = "Online shop 2026 has £11,000.00 free. Move that much at most."


@dataclass(frozen=True)
class Page:
    """One field. beside: the rest of the form; `named` is the field as the browser sends it."""

    who: str
    path: Callable[[Ground], str]
    named: str
    means: Meaning
    beside: Callable[[Ground], dict[str, Any]] = lambda ground: {}
    good: str = "5.00"


def _pot(ground: Ground) -> str:
    return f"/budgets/{ground.world.budget.pk}"


def _row(**cells: str) -> dict[str, str]:
    row = {"what": "Cup", "quantity": "1", "unit": "", "price": "", "tax": ""} | cells
    return {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"} | {
        f"lines-0-{name}": value for name, value in row.items()
    }


def _buying(ground: Ground) -> dict[str, Any]:
    return {"title": "A kettle", "budget": str(ground.world.budget.pk), "currency": "GBP"}


def _absence(ground: Ground) -> dict[str, Any]:
    day = ground.world.now.date().isoformat()
    giver, taker = (str(ground.world.member(name).pk) for name in ("joseph", "dunstan"))
    return {"giver": giver, "taker": taker, "starts_on": day, "ends_on": day}


def _item(ground: Ground) -> dict[str, Any]:
    return {
        "provider": str(ground.world.kestrel.pk), "code": "A-1", "name": "Box", "kind": "good",
        "currency": "GBP", "tax_percent": "20", "notice_days": "30", "trial_days": "0", "cancel_days": "0",
    }  # fmt: skip


def _several(ground: Ground) -> dict[str, Any]:
    return {"member_ids": [str(ground.world.member("joseph").pk)], "currency": "GBP"}


PAGES: dict[str, Page] = {
    "lifecycle.order_forms.BuyForm.amount": Page(
        "joseph",
        lambda ground: "/requests/new",
        "amount",
        Meaning(zero=ABOVE, negative=ABOVE),
        lambda ground: _buying(ground) | NO_ROWS,
    ),
    "lifecycle.order_forms.LineRow.price": Page(
        "joseph",
        lambda ground: "/requests/new",
        "lines-0-price",
        Meaning(zero=PRICE, negative=PRICE),
        lambda ground: _buying(ground) | {"amount": ""} | _row(),
    ),
    "lifecycle.order_forms.LineRow.price, changed": Page(
        "roisin",
        lambda ground: f"/requests/{ground.waiting.reference}/lines",
        "lines-0-price",
        Meaning(zero=PRICE, negative=PRICE),
        lambda ground: {"version": "1", "provider": "", "note": ""} | _row(),
        good="300.00",
    ),
    "catalogue.forms.ItemForm.price": Page(
        "imke", lambda ground: "/catalogue/items/new", "price", Meaning(zero=ITEM, negative=ITEM), _item
    ),
    "catalogue.forms.PriceForm.price": Page(
        "imke",
        lambda ground: f"/catalogue/items/{ground.item.pk}/price",
        "price",
        Meaning(zero=ITEM, negative=ITEM),
    ),
    "people.forms.OrganisationFields.budget": Page(
        "roisin",
        lambda ground: "/welcome",
        "budget",
        Meaning(negative=BEGIN),
        lambda ground: {"name": "Her own", "currency": "GBP", "zone": "Europe/London"},
    ),
    "people.forms.PlaceForm.limit": Page(
        "imke",
        lambda ground: f"/settings/members/{ground.world.member('joseph').pk}",
        "limit",
        Meaning(negative=LIMIT),
        lambda ground: {"role": "manager", "reports_to": ""},
    ),
    "people.forms.InviteForm.limit": Page(
        "imke",
        lambda ground: "/settings/members/new",
        "limit",
        Meaning(negative=LIMIT),
        lambda ground: {"email": "sefa@harbour.example", "name": "Sefa", "role": "manager"},
    ),
    "people.forms.SecondFactorForm.from_amount": Page(
        "imke",
        lambda ground: "/settings/organisation/second-factor",
        "factor-from_amount",
        Meaning(negative=FROM),
    ),
    "people.views.absence_form.AbsenceForm.up_to": Page(
        "joseph",
        lambda ground: "/settings/absences",
        "up_to",
        Meaning(negative="It is zero or more."),
        _absence,
    ),
    "spend.budget_forms.DownForm.amount": Page(
        "dunstan", lambda ground: f"/budgets/{ground.part.pk}", "amount", Meaning(zero=MOVED, largest=FREE)
    ),
    "spend.budget_forms.PartForm.amount": Page(
        "dunstan",
        lambda ground: f"{_pot(ground)}/parts",
        "amount",
        Meaning(negative=BEGIN, largest=FREE),
        lambda ground: {"name": "Shelves"},
    ),
    "spend.forms.AuthoriseForm.amount": Page(
        "dunstan", _pot, "amount", Meaning(zero="Enter an amount above or below zero.")
    ),
    "spend.forms.RuleForm.amount_from": Page(
        "imke",
        lambda ground: "/budgets/rules",
        "amount_from",
        Meaning(negative=FROM),
        lambda ground: {"name": "Two", "demand": "two"},
    ),
    "spend.people_forms.ChangeMembersForm.limit": Page(
        "imke", lambda ground: "/settings/members/together", "limit", Meaning(negative=LIMIT), _several
    ),
    "spend.people_forms.ChangeMembersForm.amount": Page(
        "imke",
        lambda ground: "/settings/members/together",
        "amount",
        Meaning(negative=LIMIT),
        lambda ground: _several(ground) | {"period": "month"},
    ),
    "spend.forms.BudgetForm.authorised": Page(
        "dunstan",
        lambda ground: "/budgets",
        "authorised",
        Meaning(negative=BEGIN),
        lambda ground: {"name": "Second", "currency": "GBP"},
    ),
    "spend.forms.LimitForm.amount": Page(
        "imke",
        lambda ground: f"/settings/members/{ground.world.member('joseph').pk}/limits",
        "amount",
        Meaning(negative=LIMIT),
        lambda ground: {"period": "month", "currency": "GBP"},
    ),
    "spend.budget_forms.TransferForm.amount": Page(
        "joseph",
        lambda ground: "/budgets/transfers",
        "amount",
        Meaning(zero=MOVED, negative=MOVED, largest=FREE),
        lambda ground: {"source": str(ground.world.budget.pk), "target": str(ground.part.pk)},
    ),
}

RULES = "src/outtask/source/tests/test_rules.py"
ELSEWHERE = {
    "agree.forms.TermsForm.fee": "src/outtask/agree/tests/test_rules.py::test_terms",
    "catalogue.forms.SearchForm.most": (
        "src/outtask/catalogue/tests/test_pages.py::test_searching_by_words_kind_category_provider_and_price"
    ),
    "decide.forms.RatesForm": (
        "src/outtask/decide/tests/test_sourcing_models.py::test_terms_that_cannot_be_are_errors"
    ),
    "source.forms.NeedForm.budget": f"{RULES}::test_a_need_needs_what_and_by_when",
    "source.forms.OfferForm.price": f"{RULES}::test_an_offer_adds_up",
    "source.forms.StageRow.amount": f"{RULES}::test_an_offer_adds_up",
}
"""Fields that spend no money: by form, or by form and field, the test of what they mean.

That each of them reads amounts like all others is tried on every field there is.
"""
