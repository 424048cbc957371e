"""The page of a member's limits, what the approval page foretells, and the same by the API."""

from __future__ import annotations

import pytest
from django.utils import timezone

from outtask.api.tests.callers import Caller, token_for
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import WHOLE
from outtask.models import Limit
from outtask.spend.actions import set_limit
from tests.world import World


def page(world: World, name: str = "joseph") -> str:
    return f"/settings/members/{world.member(name).pk}/limits"


FORM = {"period": "month", "amount": "500.00", "currency": "GBP", "category": "72000000-5"}


def test_a_limit_is_set_and_ended(world: World) -> None:
    nadia = world.client("nadia")
    assert "£1,500.00" in nadia.get(page(world)).text
    answer = nadia.post(page(world), FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, page(world))
    limit = Limit.objects.get()
    assert (limit.period, limit.category, limit.amount_minor) == ("month", "72", 50_000)
    shown = nadia.get(page(world)).text
    assert "a month" in shown and "£500.00" in shown and "£0.00" in shown
    assert nadia.post(f"/settings/limits/{limit.pk}/end").status_code == 303
    assert "£500.00" not in nadia.get(page(world)).text.partition("<aside")[0]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("amount", "lots", "is not an amount we can read"),
        ("amount", "-1", "A limit is zero or more."),
        ("amount", "", "required"),
        ("category", "paper", "two to eight digits"),
        ("currency", "EUR", "There is no rate for EUR yet."),
        ("period", "week", "week is not one of the available choices"),
    ],
)
def test_what_is_wrong_stands_on_its_field(world: World, field: str, typed: str, said: str) -> None:
    answer = world.client("nadia").post(page(world), FORM | {field: typed})
    assert answer.status_code == 422 and said in answer.text
    assert not Limit.objects.exists()


@pytest.mark.parametrize(
    ("who", "whose", "barred"),
    [("joseph", "joseph", True), ("nadia", "nadia", True), ("nadia", "imke", True), ("imke", "nadia", False)],
)
def test_everybody_sees_limits_and_some_set_them(world: World, who: str, whose: str, barred: bool) -> None:
    client = world.client(who)
    assert (" disabled " in client.get(page(world, whose)).text) is barred
    assert client.post(page(world, whose), FORM).status_code == (422 if barred else 303)


def test_foreign_limits_do_not_exist(world: World) -> None:
    world.client("nadia").post(page(world), FORM)
    oskar = world.client("oskar")
    assert oskar.get(page(world)).status_code == 404
    answers = [oskar.post(f"/settings/limits/{pk}/end") for pk in (Limit.objects.get().pk, new_id())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_the_approval_page_foretells_which_limit_and_the_message_says_it(world: World) -> None:
    set_limit(
        actor=world.actor("nadia"),
        now=world.now,
        member_id=world.member("joseph").pk,
        period="year",
        amount=Money(WHOLE - 1, "GBP"),
        category="72",
    )
    life = lives.signed(world)
    address = f"/out-tasks/{life.outtask.reference}/approval"
    joseph = world.client("joseph")
    shown = joseph.get(address).text
    assert "No category was given, so the limit of £411.99 for category 72 counts" in shown
    assert "Ask Imke Vos to approve £412.00" in shown
    asked = {"budget": str(world.budget.pk), "reason": "", "category": "72413000"}
    answer = joseph.post(address, asked, follow=True)
    assert "£0.00 of the limit of £411.99 for category 72 is used until the end of" in answer.text
    assert (life.request.category, life.request.decider) == ("72413", world.member("imke"))
    assert "72413" in world.client("imke").get(f"/requests/{life.request.reference}").text


def test_the_same_by_the_api(world: World) -> None:
    now = timezone.now()
    nadia = Caller(token_for(world.member("nadia"), now, "manage_people"))
    joseph = Caller(token_for(world.member("joseph"), now, "request"))
    path = f"/members/{world.member('joseph').pk}/limits"
    body = {"period": "day", "amount": {"minor": WHOLE - 1, "currency": "GBP"}}
    assert joseph.post(path, body).status_code == 403
    made = nadia.post(path, body)
    assert made.status_code == 201
    at = made.headers["Location"].removeprefix("/api/v1")
    shown = joseph.reads(at)
    assert (shown["used"], shown["until"]) == (
        {"minor": 0, "currency": "GBP"},
        timezone.localdate().isoformat(),
    )
    life = lives.signed(world)
    given = {"budget_id": str(world.budget.pk), "category": "72"}
    asked = joseph.post(f"/out-tasks/{life.outtask.reference}/requests", given)
    assert asked.status_code == 201
    assert (asked.json()["committed"], "GBP 411.99 for a day" in asked.json()["why"]) == (False, True)
    request = joseph.reads(f"/requests/{life.request.reference}")
    assert (request["category"], request["decisions"]) == ("72", [])
    assert nadia.does(at, method="DELETE")
    listed = joseph.reads(f"/limits?member_id={world.member('joseph').pk}")["items"]
    assert [row["ended_at"] is not None for row in listed] == [True]
