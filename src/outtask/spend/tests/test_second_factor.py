"""Large decisions need a second factor: by link, on the page, for several, by token; and deciding several."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from outtask.api.tests.callers import Caller, token_for
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import WHOLE, Life
from outtask.lifecycle.tests.test_spending import limit, nothing_promised, refused
from outtask.models import Approval, Budget, Entry, Member, Organisation
from outtask.people.actions import ask_second_factor
from outtask.people.links import address_of
from outtask.people.tests.traces import last
from outtask.spend.actions import set_limit
from tests.world import SIGN_IN, World

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of test databases only


def asked_from(world: World, minor: int | None, who: str = "imke", **more: bool) -> Any:
    return ask_second_factor(actor=world.actor(who), now=world.now, from_minor=minor, **more)


@pytest.fixture
def app(world: World, time_machine: Any) -> Any:
    """Joseph has an app with codes; time stands still, as codes live half a minute."""
    call_command("createcachetable", verbosity=0)
    cache.clear()
    time_machine.move_to(world.now, tick=False)
    TOTP.activate(world.member("joseph").person, SECRET)
    return world.member("joseph").person


def code() -> str:
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


def by_link(life: Life, **more: str) -> Any:
    path = address_of(life.decide_link).partition("/l/")[2]
    return Client().post(f"/l/{path}", {"decision": "approve", "version": "1"} | more)


# ---- the value ----


def test_the_value_is_set_and_dropped(world: World) -> None:
    asked_from(world, 5_000)
    assert Organisation.objects.get(pk=world.organisation.pk).second_factor_from_minor == 5_000
    told = {"amount": {"minor": 5_000, "currency": "GBP"}}
    assert last(world.organisation.pk) == ("second_factor.asked", told)
    asked_from(world, None, "nadia", proven=True)
    assert last(world.organisation.pk) == ("second_factor.dropped", {})


@pytest.mark.parametrize(
    ("minor", "who", "code"),
    [(None, "imke", "nothing_to_do"), (-1, "imke", "amount_range"), (5, "joseph", "not_allowed")],
)
def test_what_is_no_value(world: World, minor: int | None, who: str, code: str) -> None:
    with refused(code):
        asked_from(world, minor, who)


@pytest.mark.parametrize("minor", [None, 0, 4_999, 5_001, 10**9])
def test_changing_a_value_that_holds_needs_a_second_factor(world: World, minor: int | None) -> None:
    asked_from(world, 5_000)
    with refused("second_factor"):
        asked_from(world, minor)
    assert Organisation.objects.get(pk=world.organisation.pk).second_factor_from_minor == 5_000
    asked_from(world, minor, proven=True)
    assert Organisation.objects.get(pk=world.organisation.pk).second_factor_from_minor == minor


@pytest.mark.parametrize(("minor", "passes"), [(WHOLE + 1, True), (WHOLE, False), (0, False), (None, True)])
def test_it_is_asked_for_to_the_penny(world: World, minor: int | None, passes: bool) -> None:
    life = lives.referred(world)
    if minor is not None:
        asked_from(world, minor)
    if passes:
        assert life.approves()["committed"] is True
        return
    with refused("second_factor"):
        life.approves()
    with refused("second_factor"):
        life.approves("imke", by_link=True)
    assert nothing_promised(world)
    assert life.approves(proven=True)["committed"] is True


def test_a_token_cannot_show_one(world: World) -> None:
    life = lives.referred(world)
    asked_from(world, WHOLE)
    joseph = Caller(token_for(world.member("joseph"), timezone.now(), "approve"))
    for act, body in (("approval", {"version": 1}), ("rejection", {"version": 1, "note": "No"})):
        answer = joseph.post(f"/requests/{life.request.reference}/{act}", body)
        assert (answer.status_code, "second factor" in answer.text) == (409, True)
    assert joseph.post(f"/requests/{life.request.reference}/question", {"version": 1, "question": "?"})
    assert life.request.state == "asked"
    imke = Caller(token_for(world.member("imke"), timezone.now(), "manage_organisation"))
    answer = imke.send("PUT", "/organisation/second-factor", {"from_minor": None})
    assert (answer.status_code, "second factor" in answer.text) == (409, True)
    assert imke.reads("/organisation")["second_factor_from"]["minor"] == WHOLE


# ---- by link ----


def test_a_link_asks_for_the_code_of_the_app(world: World, app: Any) -> None:
    life = lives.referred(world)
    asked_from(world, WHOLE)
    shown = Client().get(f"/l/{address_of(life.decide_link).partition('/l/')[2]}").text
    assert 'name="code"' in shown and "Sign in and confirm" not in shown
    wrong = by_link(life, code="000000")
    assert wrong.status_code == 422 and nothing_promised(world)
    assert by_link(life).status_code == 422
    assert by_link(life, code=code()).status_code == 303
    assert life.request.state == "committed"


def test_a_code_is_good_once_and_guessing_is_stopped(world: World, app: Any) -> None:
    life = lives.referred(world)
    asked_from(world, WHOLE)
    for number in range(6):
        by_link(life, code=f"{number:06d}")
    assert by_link(life, code=code()).status_code == 422
    assert nothing_promised(world)


def test_without_an_app_the_link_leads_to_signing_in(world: World) -> None:
    life = lives.referred(world)
    asked_from(world, WHOLE)
    shown = Client().get(f"/l/{address_of(life.decide_link).partition('/l/')[2]}").text
    assert "Set one up under your account" in shown and 'name="code"' not in shown
    answer = by_link(life, code="123456")
    assert answer.status_code == 422 and "confirms it with their second factor" in answer.text
    assert by_link(life, decision="ask", note="Why?").status_code == 303


def test_below_the_value_nothing_is_asked_for(world: World, app: Any) -> None:
    life = lives.referred(world)
    asked_from(world, WHOLE + 1)
    assert by_link(life).status_code == 303


# ---- on the page ----


def confirmed(world: World) -> Client:
    """A browser in which Joseph has just entered a code of his app."""
    joseph = world.client("joseph")
    answer = joseph.post("/account/2fa/reauthenticate/?next=/requests", {"code": code()})
    assert answer.headers["Location"] == "/requests"
    return joseph


def test_the_page_asks_to_confirm_it_and_then_lets_it_pass_for_a_while(
    world: World, app: Any, time_machine: Any
) -> None:
    life = lives.referred(world)
    asked_from(world, WHOLE)
    page = f"/requests/{life.request.reference}"
    form = {"act": "decide", "decision": "approve", "version": "1"}
    joseph = world.client("joseph")
    assert (
        f"/account/2fa/reauthenticate/?next=%2Frequests%2F{life.request.reference}" in joseph.get(page).text
    )
    assert joseph.post(page, form).status_code == 422
    joseph = confirmed(world)
    assert "Confirm it" not in joseph.get(page).text
    time_machine.move_to(world.now + timedelta(minutes=6), tick=False)
    assert joseph.post(page, form).status_code == 422
    time_machine.move_to(world.now + timedelta(minutes=4), tick=False)
    assert joseph.post(page, form).status_code == 303
    assert life.request.state == "committed"


def test_somebody_elses_proof_is_none(world: World, app: Any) -> None:
    life = lives.referred(world)
    asked_from(world, WHOLE)
    browser = confirmed(world)
    browser.force_login(world.member("imke").person, backend=SIGN_IN)
    form = {"act": "decide", "decision": "approve", "version": "1"}
    assert browser.post(f"/requests/{life.request.reference}", form).status_code == 422


def test_the_settings_page(world: World) -> None:
    imke = world.client("imke")
    form = {"factor-from_amount": "1,000.00"}
    assert imke.post("/settings/organisation/second-factor", form).status_code == 303
    assert 'value="1,000.00"' in imke.get("/settings/organisation").text
    assert imke.post("/settings/organisation/second-factor", {"factor-from_amount": "-1"}).status_code == 422
    assert world.client("joseph").post("/settings/organisation/second-factor", form).status_code == 422
    other = {"factor-from_amount": "2,000.00"}
    refused_page = imke.post("/settings/organisation/second-factor", other)
    assert refused_page.status_code == 422 and "Set one up under your account" in refused_page.text


def test_the_settings_page_takes_it_once_the_factor_was_shown(world: World, app: Any) -> None:
    Member.objects.filter(pk=world.member("joseph").pk).update(role="owner", reports_to=None)
    asked_from(world, 100_000)
    form = {"factor-from_amount": ""}
    page = "/settings/organisation"
    joseph = world.client("joseph")
    assert joseph.post(f"{page}/second-factor", form).status_code == 422
    assert "Confirm it" in joseph.get(page).text
    assert confirmed(world).post(f"{page}/second-factor", form).status_code == 303
    assert Organisation.objects.get(pk=world.organisation.pk).second_factor_from_minor is None


# ---- several at once ----


def waiting(world: World, count: int) -> list[Life]:
    """So many requests that wait for Joseph."""
    limit(world, "roisin", None)
    return [lives.referred(world) for _ in range(count)]


def several(world: World, found: list[Life], who: str = "joseph", **form: str) -> Any:
    picks = [f"{life.request.reference}:1" for life in found]
    data = {"pick": picks, "decision": "approve", "key": str(new_id())} | form
    return world.client(who).post("/requests/decisions", data)


def test_several_are_approved_each_with_its_own_entry(world: World) -> None:
    found = waiting(world, 2)
    inbox = world.client("joseph").get("/requests?show=to-decide").text
    assert all(f'value="{life.request.reference}:1"' in inbox for life in found)
    answer = several(world, found, note="Both.", key="one")
    assert answer.status_code == 200 and answer.text.count("Approved and committed.") == 2
    assert Approval.objects.filter(note="Both.").count() == 2
    assert Entry.objects.filter(kind="request.approved").count() == 2
    again = several(world, found, note="Both.", key="one")
    assert again.text.count("Approved and committed.") == 2
    assert Entry.objects.filter(kind="request.approved").count() == 2


def test_one_that_is_refused_holds_up_no_other(world: World) -> None:
    one, other = waiting(world, 2)
    edit_request(
        actor=world.actor("roisin"), now=world.now, request_id=one.request.pk, version=1,
        budget_id=world.budget.pk, reason="Later",
    )  # fmt: skip
    picks = [f"{one.request.reference}:1", f"{other.request.reference}:1", "PR-26-999999-X:1", "nonsense"]
    answer = world.client("joseph").post("/requests/decisions", {"pick": picks[:3], "decision": "approve"})
    assert "was changed after you opened it" in answer.text and "There is no such request." in answer.text
    assert (one.request.state, other.request.state) == ("referred", "committed")
    form = {"pick": picks[3:], "decision": "approve"}
    assert world.client("joseph").post("/requests/decisions", form).status_code == 422


def test_rejecting_several_needs_a_reason(world: World) -> None:
    found = waiting(world, 2)
    assert "Write a sentence" in several(world, found, decision="reject").text
    several(world, found, decision="reject", note="Not now.")
    assert {life.request.state for life in found} == {"rejected"}


def test_a_batch_overspends_neither_limit_nor_budget(world: World) -> None:
    """The day's limit covers one of three; the budget covers none after it."""
    found = waiting(world, 3)
    joseph = world.member("joseph")
    set_limit(
        actor=world.actor("imke"), now=world.now, member_id=joseph.pk, period="day",
        amount=Money(WHOLE + 1, "GBP"),
    )  # fmt: skip
    answer = several(world, found)
    assert answer.text.count("Approved and committed.") == 1
    assert answer.text.count("somebody else is asked") == 2
    budget = Budget.objects.get(pk=world.budget.pk)
    assert budget.committed_minor == WHOLE
    Budget.objects.filter(pk=world.budget.pk).update(authorised_minor=WHOLE + 5)
    assert several(world, found[1:], who="imke").text.count("has £0.05 free") == 2
    assert Budget.objects.get(pk=world.budget.pk).committed_minor == WHOLE


def test_several_above_the_value_need_it_too(world: World, app: Any) -> None:
    found = waiting(world, 2)
    asked_from(world, WHOLE)
    assert several(world, found).text.count("confirms it with their second factor") == 2
    assert nothing_promised(world)
    picks = [f"{life.request.reference}:1" for life in found]
    done = confirmed(world).post("/requests/decisions", {"pick": picks, "decision": "approve"})
    assert done.text.count("Approved and committed.") == 2


def test_a_passkey_alone_is_confirmed_by_itself(world: World) -> None:
    life = lives.referred(world)
    asked_from(world, WHOLE)
    Authenticator.objects.create(user=world.member("joseph").person, type="webauthn", data={})
    shown = world.client("joseph").get(f"/requests/{life.request.reference}").text
    assert "/account/2fa/webauthn/reauthenticate/" in shown
