"""All races, and what their clients send; run inside an installation, it prints that.

installation.python("from tests.harness.races.telling import tell; tell(3)")
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from outtask.models import Member, Provider
from outtask.spend.actions import authorise
from tests.harness.machine.stage import found
from tests.harness.races import buying, setting
from tests.harness.races.setting import Send
from tests.world import SIGN_IN, World

AGREED = {
    race.__name__: race
    for race in (
        setting.approve_and_reject, setting.approve_and_approve, setting.accept_and_take_back,
        setting.award_and_award, setting.sign_and_amend, setting.pay_and_pay, setting.link_used_twice,
        setting.revoke_and_use, setting.ask_and_ask,
    )
}  # fmt: skip
BOUGHT = {
    race.__name__: race
    for race in (
        buying.one_form_again_and_again, buying.orders_and_budget, buying.orders_and_limit,
        buying.cart_and_cart, buying.receive_and_receive, buying.receive_and_close,
        buying.return_and_return, buying.return_and_close, buying.several_and_tap, buying.edit_and_tap,
        buying.price_and_checkout, buying.lowered_and_order, buying.back_and_decide,
        buying.transfer_and_transfer,
    )
}  # fmt: skip
RACES = AGREED | BOUGHT


def tell(rounds: int, bought: int = 0, *names: str) -> None:
    """Print what each race is about, round by round, and a session for each member.

    bought: rounds of what is bought. names: these races alone.
    """
    now = timezone.now()
    world = found(now - timedelta(minutes=5))
    # So many rounds need more than a shop has in a year.
    authorise(actor=world.actor("imke"), now=now, budget_id=world.budget.id, amount=buying.pounds(10_000_000))
    # They would look like one purchase in parts, and the first payments like paying a stranger.
    Member.objects.filter(pk=world.member("joseph").pk).update(limit_minor=5_000_000)
    Provider.objects.update(added_at=now - timedelta(days=400))
    races = {
        name: [RACES[name](world, now) for _ in range(bought if name in BOUGHT else rounds)]
        for name in (names or tuple(RACES))
    }
    pairs = [pair for sides in races.values() for pair in sides]
    json.dump(
        {"races": races, "sessions": _sessions(world, [send for pair in pairs for send in pair])}, sys.stdout
    )


def tell_acts() -> None:
    """Print one act of each kind that buying is made of, and a session for whoever does it."""
    now = timezone.now()
    world = found(now - timedelta(minutes=5))
    acts = buying.acts(world, now)
    json.dump({"acts": acts, "sessions": _sessions(world, acts.values())}, sys.stdout)


def _sessions(world: World, sends: Iterable[Send]) -> dict[str, str]:
    found_sessions = {}
    for name in {send["who"] for send in sends} - {""}:
        client = Client()
        client.force_login(world.member(name).person, backend=SIGN_IN)
        found_sessions[name] = client.cookies["sessionid"].value
    return found_sessions
