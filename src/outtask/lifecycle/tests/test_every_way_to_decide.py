"""What happens between mail and tap, on every way to decide: page, link, answer, several at once, API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from outtask.api.tests.callers import Caller, token_for
from outtask.deliver.actions import receive_line
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.answering import receive
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import Life
from outtask.lifecycle.tests.orders import CHAIRS, buys, line, refused, request
from outtask.lifecycle.tests.test_answering import address, mail
from outtask.lifecycle.tests.test_delegating import away, becomes
from outtask.models import Approval, Commitment, Member, Provider
from outtask.people.actions import remove_member
from outtask.people.links import address_of
from outtask.people.states import Role
from outtask.spend.actions import change_members, withdraw_request
from tests.world import World

REFERRED, COMMITTED = "referred", "committed"


@dataclass
class Hands:
    """Joseph with everything he needs, from before anything happened: signed in, link, mail, token."""

    life: Life
    browser: Client = field(init=False)
    link: str = field(init=False)
    address: str = field(init=False)
    caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        world = self.life.world
        self.browser = world.client("joseph")
        self.caller = Caller(token_for(world.member("joseph"), world.now))
        self.link, self.address = address_of(self.life.decide_link), address(self.life)
        self.reference = self.life.request.reference


def by_page(hands: Hands) -> int:
    form = {"act": "decide", "version": "1", "decision": "approve", "note": "", "key": "k"}
    return int(hands.browser.post(f"/requests/{hands.reference}", form).status_code)


def by_link(hands: Hands) -> int:
    form = {"version": "1", "decision": "approve", "note": "", "key": "k"}
    return int(Client().post(hands.link, form).status_code)


def by_answer(hands: Hands) -> int:
    try:
        receive(mail(hands.address, "approve"), hands.life.world.now)
    except Refused:
        return 409
    return 200


def among_several(hands: Hands) -> int:
    form = {"pick": [f"{hands.reference}:1"], "decision": "approve", "note": "", "key": "k"}
    return int(hands.browser.post("/requests/decisions", form).status_code)


def by_api(hands: Hands) -> int:
    body = {"version": 1}
    return int(
        hands.caller.post(f"/requests/{hands.reference}/approval", body, Idempotency_Key="k").status_code
    )


WAYS = (by_page, by_link, by_answer, among_several, by_api)


# ---- meanwhile: each gives the state that is left, and who decides then ----


def nothing(life: Life) -> tuple[str, str]:
    return COMMITTED, ""


def his_limit_is_lowered(life: Life) -> tuple[str, str]:
    whose = [life.world.member("joseph").pk]
    change_members(
        actor=life.actor("imke"), now=life.world.now, member_ids=whose, limit=Money(lives.WHOLE - 1, "GBP")
    )
    return REFERRED, "imke"


def he_left(life: Life) -> tuple[str, str]:
    """Nobody is let go while something waits for them; what an import brings may be so all the same."""
    joseph = life.world.member("joseph")
    with refused("answers_for_programs"):
        remove_member(actor=life.actor("imke"), now=life.world.now, member_id=joseph.pk)
    Member.objects.filter(pk=joseph.pk).update(left_at=life.world.now)
    return REFERRED, "joseph"


def he_approves_no_more(life: Life) -> tuple[str, str]:
    becomes(life.world, "joseph", Role.AUDITOR)
    return REFERRED, "joseph"


def he_goes_away(life: Life) -> tuple[str, str]:
    away(life.world)
    return REFERRED, "joseph"


def it_is_edited(life: Life) -> tuple[str, str]:
    edit_request(
        actor=life.actor("roisin"),
        now=life.world.now,
        request_id=life.request.pk,
        version=1,
        budget_id=life.world.budget.pk,
        reason="For another shop.",
    )
    return REFERRED, "joseph"


def it_is_withdrawn(life: Life) -> tuple[str, str]:
    withdraw_request(actor=life.actor("roisin"), now=life.world.now, request_id=life.request.pk)
    return "withdrawn", ""


MEANWHILE = (
    nothing, his_limit_is_lowered, he_left, he_approves_no_more, he_goes_away, it_is_edited, it_is_withdrawn,
)  # fmt: skip


@pytest.fixture
def life(world: World, settings: Any, time_machine: Any) -> Life:
    settings.REPLY_DOMAIN = "replies.example"
    time_machine.move_to(world.now, tick=False)
    return lives.referred(world)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("happens", MEANWHILE)
def test_between_mail_and_tap(
    life: Life, happens: Callable[[Life], tuple[str, str]], way: Callable[[Hands], int]
) -> None:
    hands = Hands(life)
    state, decider = happens(life)
    assert way(hands) < 500
    now = life.request
    assert (now.state, now.decider) == (state, life.world.member(decider) if decider else None)
    yes = state == COMMITTED
    assert (Approval.objects.count(), Commitment.objects.count()) == (yes, yes)


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_one_yes_by_two_ways(
    life: Life, first: Callable[[Hands], int], second: Callable[[Hands], int]
) -> None:
    """Two taps, whichever they are: the money is committed once, and nothing breaks."""
    hands = Hands(life)
    assert first(hands) < 400
    assert second(hands) < 500
    assert (life.request.state, Approval.objects.count(), Commitment.objects.count()) == (COMMITTED, 1, 1)


def test_one_person_who_is_requester_delegate_and_owner_of_the_program(world: World) -> None:
    """Joseph asks, stands in for whoever would decide, and answers for the agent that delivers."""
    assert Provider.objects.get(pk=world.pagewright.pk).owned_by == world.member("joseph")
    becomes(world, "nadia", Role.OWNER)
    away(world, "imke", "joseph")
    made = buys(world, lines=(CHAIRS,) * 15, provider_id=world.pagewright.pk)
    assert (made["committed"], request().decider) == (False, world.member("nadia"))
    joseph = Caller(token_for(world.member("joseph"), world.now))
    path = f"/requests/{made['request']}/approval"
    assert joseph.post(path, {"version": 1}).json()["code"] == "not_the_decider"
    shown = world.client("joseph").post("/requests/decisions", {
        "pick": [f"{made['request']}:1"], "decision": "approve",
    })  # fmt: skip
    assert shown.status_code == 200 and not Approval.objects.exists()
    nadia = Caller(token_for(world.member("nadia"), world.now))
    assert nadia.post(path, {"version": 1}).json()["committed"]
    given = {"now": world.now + timedelta(hours=1), "milestone_id": line(1).pk, "quantity": 1}
    with refused("delivered_it"):
        receive_line(actor=world.actor("joseph"), **given)
    # Neither does whoever approved it receive it; somebody else does.
    with refused("separate_duties"):
        receive_line(actor=world.actor("nadia"), **given)
    assert receive_line(actor=world.actor("imke"), **given)["amount_minor"]
