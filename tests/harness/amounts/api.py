"""The amounts in bodies of the API: by operation and place, with what each refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.harness.amounts.faults import Meaning
from tests.harness.amounts.ground import Ground


def pounds(minor: Any) -> dict[str, Any]:
    return {"minor": minor, "currency": "GBP"}


@dataclass(frozen=True)
class Sent:
    """One amount of one operation. body: everything that is sent, given the amount.

    plain: a number of minor units alone, in the organisation's currency.
    """

    who: str
    path: str
    means: Meaning
    body: Callable[[Ground, Any], dict[str, Any]]
    method: str = "POST"
    plain: bool = False
    good: int = 500


def _amount(ground: Ground, amount: Any) -> dict[str, Any]:
    return {"amount": amount}


def _day(ground: Ground) -> str:
    return ground.world.now.date().isoformat()


def _line(amount: Any) -> dict[str, Any]:
    return {"what": "Cup", "price": amount}


SENT: dict[str, Sent] = {
    "buy #/lines/0/price": Sent(
        "joseph",
        "/orders",
        Meaning(zero="price_not_positive", negative="price_not_positive", other="no_rate"),
        lambda ground, amount: {
            "title": "Cups",
            "budget_id": str(ground.world.budget.pk),
            "lines": [_line(amount)],
        },
    ),
    "change_order #/lines/0/price": Sent(
        "roisin",
        "/requests/{reference}/lines",
        Meaning(zero="price_not_positive", negative="price_not_positive", other="no_rate"),
        lambda ground, amount: {"version": 1, "lines": [_line(amount)]},
        "PUT",
        good=30_000,
    ),
    "put_in_cart #/price": Sent(
        "joseph",
        "/cart/{item_id}",
        Meaning(
            zero="price_changed", negative="price_changed", largest="price_changed", other="price_changed"
        ),
        lambda ground, amount: {"quantity": 1, "price": amount},
        "PUT",
        good=1_250,
    ),
    "add_item #/price": Sent(
        "imke",
        "/items",
        Meaning(zero="price_range", negative="price_range", other=""),
        lambda ground, amount: {
            "provider_id": str(ground.world.kestrel.pk),
            "code": "A",
            "name": "Box",
            "kind": "good",
            "price": amount,
        },
    ),
    "note_price #/price": Sent(
        "imke",
        "/items/{item_id}/prices",
        Meaning(zero="price_range", negative="price_range", other="currency_other"),
        lambda ground, amount: {"price": amount},
    ),
    "open_budget #/authorised": Sent(
        "dunstan",
        "/budgets",
        Meaning(negative="negative", other=""),
        lambda ground, amount: {"name": "Second", "authorised": amount},
    ),
    "authorise #/amount": Sent(
        "dunstan",
        "/budgets/{budget_id}/authorisations",
        Meaning(zero="nothing_to_do", other="wrong_currency"),
        _amount,
    ),
    "open_part #/amount": Sent(
        "dunstan",
        "/budgets/{budget_id}/parts",
        Meaning(negative="negative", largest="not_free", other="wrong_currency"),
        lambda ground, amount: {"name": "Shelves", "amount": amount},
    ),
    "give_down #/amount": Sent(
        "dunstan",
        "/budgets/{part_id}/moves",
        Meaning(zero="nothing_to_do", largest="not_free", other="wrong_currency"),
        _amount,
    ),
    "ask_transfer #/amount": Sent(
        "joseph",
        "/transfers",
        Meaning(zero="nothing_to_do", negative="nothing_to_do", largest="not_free", other="wrong_currency"),
        lambda ground, amount: {
            "source_id": str(ground.world.budget.pk),
            "target_id": str(ground.part.pk),
            "amount": amount,
        },
    ),
    "set_limit #/amount": Sent(
        "imke",
        "/members/{member_id}/limits",
        Meaning(negative="limit_range", other="no_rate"),
        lambda ground, amount: {"period": "month", "amount": amount},
    ),
    "change_members #/limit_minor": Sent(
        "imke",
        "/members/changes",
        Meaning(negative="not_fitting"),
        lambda ground, amount: {"member_ids": [str(ground.ids["member_id"])], "limit_minor": amount},
        plain=True,
    ),
    "change_members #/limits/0/amount": Sent(
        "imke",
        "/members/changes",
        Meaning(negative="limit_range", other="rows_wrong"),
        lambda ground, amount: {
            "member_ids": [str(ground.ids["member_id"])],
            "limits": [{"period": "day", "amount": amount}],
        },
    ),
    "make_rule #/amount_from": Sent(
        "imke",
        "/rules",
        Meaning(negative="amount_range", other="wrong_currency"),
        lambda ground, amount: {"name": "Two", "demand": "two", "amount_from": amount},
    ),
    "ask_second_factor #/from_minor": Sent(
        "imke",
        "/organisation/second-factor",
        Meaning(negative="not_fitting"),
        lambda ground, amount: {"from_minor": amount},
        "PUT",
        plain=True,
    ),
    "change_member #/limit_minor": Sent(
        "imke",
        "/members/{member_id}",
        Meaning(negative="not_fitting"),
        lambda ground, amount: {"role": "manager", "limit_minor": amount},
        "PUT",
        plain=True,
    ),
    "invite_member #/limit_minor": Sent(
        "imke",
        "/member-invitations",
        Meaning(negative="not_fitting"),
        lambda ground, amount: {"email": "sefa@harbour.example", "role": "manager", "limit_minor": amount},
        plain=True,
    ),
    "delegate #/up_to_minor": Sent(
        "joseph",
        "/members/{member_id}/absences",
        Meaning(negative="not_fitting"),
        lambda ground, amount: {
            "taker_id": str(ground.ids["taker_id"]),
            "starts_on": _day(ground),
            "ends_on": _day(ground),
            "up_to_minor": amount,
        },
        plain=True,
    ),
}

RULES = "src/outtask/source/tests/test_rules.py"
TERMS = "src/outtask/agree/tests/test_rules.py::test_terms"
ELSEWHERE = {
    "judge_process #/answers/saving_minor": (
        "src/outtask/decide/tests/test_rules.py::test_unfit_answers_are_refused"
    ),
    "write_brief #/budget": f"{RULES}::test_a_need_needs_what_and_by_when",
    "edit_brief #/budget": f"{RULES}::test_a_need_needs_what_and_by_when",
    "propose #/price": f"{RULES}::test_an_offer_adds_up",
    "propose #/milestones/0/amount": f"{RULES}::test_an_offer_adds_up",
} | {
    f"{act} #/terms/{place}": TERMS
    for act in ("draft_agreement", "revise_agreement", "revise_agreement_after_signing")
    for place in ("milestones/0/amount", "exit/fee")
}
"""Amounts that commit no money: the test of what they mean."""
