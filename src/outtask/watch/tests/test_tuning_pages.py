"""What is looked for, on its page and for programs: read, tuned, refused, taken back to the usual."""

from __future__ import annotations

from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from outtask.api.tests.callers import Caller, token_for
from outtask.models import Hold, Tuning
from outtask.people.actions import ask_second_factor
from outtask.spend.tests.test_second_factor import SECRET, code
from outtask.watch.tests.test_holding import split
from outtask.watch.tests.test_tuning import tunes
from outtask.watch.tuning_rules import USUAL
from tests.world import World

WHERE = "/watch/terms"
TYPED = {
    "split_days": "2", "alike_split_days": "30", "just_below": "2.5", "new_days": "7", "bank_days": "30",
    "over": "0", "reason": "Two purchases a week.", "version": "0",
}  # fmt: skip
SENT: dict[str, Any] = {
    "version": 0, "split_days": 60, "alike_split_days": 60, "new_days": 7, "bank_days": 30,
    "just_below": "7.5", "over": "0", "reason": "We are a public body.",
}  # fmt: skip


def text(client: Client, where: str) -> str:
    return unescape(client.get(where).content.decode())


@pytest.fixture(autouse=True)
def stand_still(world: World, time_machine: Any) -> None:
    time_machine.move_to(world.now, tick=False)


# ---- the pages ----


def test_the_page_of_holds_says_what_is_looked_for(world: World) -> None:
    tunes(world, split_days=1, just_below=Decimal("2.5"))
    page = text(world.client("imke"), reverse("watch"))
    for told in ("within 1 day<", "within 30 days<", "within 2.5 %<", "by any amount<", "Tune it"):
        assert told in page
    tunes(world, over=Decimal("0.5"))
    page = text(world.client("ada"), reverse("watch"))
    assert "by more than 0.5 %<" in page and "Tune it" not in page


def test_tuning_on_the_page(world: World) -> None:
    client = world.client("imke")
    page = text(client, WHERE)
    assert 'value="7"' in page and "Usually 7." in page and "Nobody has tuned it yet" in page
    assert "Back to the usual" not in page
    assert client.post(WHERE, TYPED).status_code == 303
    row = Tuning.objects.get()
    assert (row.split_days, row.just_below, row.reason) == (2, Decimal("2.5"), "Two purchases a week.")
    page = text(client, WHERE)
    assert 'value="2.5"' in page and "Back to the usual" in page
    assert "One purchase in parts: 2 days, before 7 days" in page
    assert "Just below the limit: 2.5 %, before 5 %" in page
    assert world.member("imke").name in page


def test_back_to_the_usual(world: World) -> None:
    tunes(world, split_days=2, over=Decimal(20))
    client = world.client("imke")
    typed = TYPED | {"version": "1", "split_days": "never", "usual": "yes"}
    assert client.post(WHERE, typed | {"reason": ""}).status_code == 422
    assert client.post(WHERE, typed).status_code == 303
    assert Tuning.objects.latest("id").terms == USUAL


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"split_days": "0"}, "Enter whole days from 1 to 366."),
        ({"split_days": "x"}, "Write a whole number of days such as 30."),
        ({"split_days": "31"}, "Enter 31 days or more."),
        ({"just_below": "2.55"}, "Use one decimal place at most, such as 2.5."),
        ({"just_below": "51"}, "Enter a percentage above 0, and 50 at most."),
        ({"over": "-1"}, "Enter a percentage from 0 to 20."),
        ({"over": "1e-999999"}, "Use one decimal place at most, such as 2.5."),
        ({"reason": ""}, "This field is required."),
        ({"split_days": "7", "just_below": "5"}, "That is so already."),
    ],
)
def test_what_cannot_be_typed(world: World, changes: dict[str, str], told: str) -> None:
    answer = world.client("imke").post(WHERE, TYPED | changes)
    assert answer.status_code == 422 and told in unescape(answer.content.decode())
    assert not Tuning.objects.exists()


def test_a_page_that_was_open_too_long(world: World) -> None:
    tunes(world, split_days=3)
    client = world.client("imke")
    answer = client.post(WHERE, TYPED)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422 and "Somebody changed this while you wrote" in page
    assert 'name="version" value="1"' in page and 'value="2.5"' in page, "what was typed can be sent again"
    assert Tuning.objects.get().split_days == 3
    assert client.post(WHERE, TYPED | {"version": "1"}).status_code == 303


def test_others_read_it(world: World) -> None:
    tunes(world, split_days=3)
    for name in ("ada", "roisin"):
        client = world.client(name)
        page = text(client, WHERE)
        assert "One purchase in parts: 3 days, before 7 days" in page and "disabled aria-describedby" in page
        assert client.post(WHERE, TYPED | {"version": "1"}).status_code == 422
    theirs = text(world.client("oskar"), WHERE)
    assert "before 7 days" not in theirs and "Nobody has tuned it yet" in theirs
    assert Tuning.objects.count() == 1


def test_the_page_says_when_a_second_factor_is_needed(world: World) -> None:
    ask_second_factor(actor=world.actor("imke"), now=world.now, from_minor=10**9)
    client = world.client("imke")
    assert "Looking for less needs a second factor, and you have none yet." in text(client, WHERE)
    answer = client.post(WHERE, TYPED)
    assert answer.status_code == 422 and "confirms it with their second factor" in answer.content.decode()
    more = TYPED | {"split_days": "14", "just_below": "5"}
    assert client.post(WHERE, more).status_code == 303


def test_the_page_takes_it_once_the_factor_was_shown(world: World) -> None:
    call_command("createcachetable", verbosity=0)
    cache.clear()
    TOTP.activate(world.member("imke").person, SECRET)
    ask_second_factor(actor=world.actor("imke"), now=world.now, from_minor=10**9)
    client = world.client("imke")
    confirm = "/account/2fa/reauthenticate/?next=%2Fwatch%2Fterms"
    assert confirm in text(client, WHERE) and client.post(WHERE, TYPED).status_code == 422
    assert client.post(confirm, {"code": code()}).headers["Location"] == WHERE
    assert "needs your second factor" not in text(client, WHERE)
    assert client.post(WHERE, TYPED).status_code == 303
    assert Tuning.objects.get().split_days == 2


def test_many_changes_are_paged_each_beside_the_one_before(world: World) -> None:
    for count in range(8, 30):
        tunes(world, new_days=count)
    first = world.client("imke").get(WHERE)
    assert [each.changes[0][1:] for each in first.context["history"]][-1] == ("9 days", "10 days")
    last = world.client("imke").get(WHERE + first.context["page"].next)
    assert [each.changes[0][1:] for each in last.context["history"]] == [
        ("8 days", "9 days"),
        ("7 days", "8 days"),
    ]


def test_evidence_tells_by_what_it_was_found(world: World) -> None:
    life = split(world)
    where = reverse("request", args=[life.request.reference])
    evidence: dict[str, Any] = {"requests": [life.request.reference], "of": 5, "limit": 100_000}
    over = {"exceeds": "accepted", "amount": 30_000, "whole": 20_000}
    for detector, found, told in (
        ("just_below", evidence, "within 5 % under £1,000.00"),
        ("just_below", evidence | {"percent": "2.5"}, "within 2.5 % under £1,000.00"),
        ("over_progress", over, "£300.00 is invoiced, £200.00 accepted."),
        ("over_progress", over | {"percent": "12.5"}, "That is more than 12.5 % above it."),
    ):
        Hold.objects.update(detector=detector, evidence=found)
        page = text(world.client("imke"), where)
        assert told in page
        assert ("above it" in page) == ("above it" in told)


# ---- for programs ----


def caller(world: World, name: str = "imke", *scopes: str) -> Caller:
    return Caller(token_for(world.member(name), world.now, *(scopes or ("manage_organisation", "read"))))


def test_reading_and_tuning_by_the_api(world: World) -> None:
    imke = caller(world)
    shown = imke.reads("/holds/terms")
    assert shown == {
        "version": 0, "split_days": 7, "alike_split_days": 30, "new_days": 7, "bank_days": 30,
        "just_below": "5", "over": "0", "reason": "", "set_by_id": None, "set_at": None,
    }  # fmt: skip
    answer = imke.send("PUT", "/holds/terms", SENT)
    row = Tuning.objects.get()
    assert (answer.status_code, answer.json()["id"]) == (200, str(row.pk))
    shown = imke.reads("/holds/terms")
    assert shown["version"] == 1 and shown["just_below"] == "7.5" and shown["reason"] == SENT["reason"]
    assert shown["set_by_id"] == str(world.member("imke").pk)


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"version": 1}, 409, "Somebody changed this while you wrote"),
        ({"just_below": "7.55"}, 409, "Use one decimal place at most"),
        ({"just_below": "0"}, 409, "Enter a percentage above 0"),
        ({"alike_split_days": 59}, 409, "Enter 60 days or more."),
        ({"split_days": 0}, 422, "split_days"),
        ({"split_days": "60"}, 422, "split_days"),
        ({"just_below": 7.5}, 422, "just_below"),
    ],
)
def test_what_the_api_refuses(world: World, changes: dict[str, Any], status: int, told: str) -> None:
    answer = caller(world).send("PUT", "/holds/terms", SENT | changes)
    assert (answer.status_code, told in answer.text) == (status, True), answer.text
    assert not Tuning.objects.exists()


def test_programs_need_the_scope_and_the_right_and_no_second_factor_to_look_for_more(world: World) -> None:
    assert caller(world, "imke", "approve").send("PUT", "/holds/terms", SENT).status_code == 403
    assert caller(world, "dunstan", "approve").send("PUT", "/holds/terms", SENT).status_code == 403
    ask_second_factor(actor=world.actor("imke"), now=world.now, from_minor=10**9)
    imke = caller(world)
    less = imke.send("PUT", "/holds/terms", SENT | {"over": "1"})
    assert (less.status_code, "second factor" in less.text) == (409, True)
    assert imke.send("PUT", "/holds/terms", SENT).status_code == 200


def test_only_on_what_was_read(world: World) -> None:
    imke = caller(world)
    tag = imke.get("/holds/terms").headers["ETag"]
    tunes(world, split_days=8)
    stale = imke.send("PUT", "/holds/terms", SENT | {"version": 1}, If_Match=tag)
    assert stale.status_code == 412 and Tuning.objects.count() == 1
