"""How sessions begin, change, end; and what signing in leaves in the log."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from outtask.people import actions, sessions
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db
IMKE = "imke@harbour.example"


@pytest.fixture(autouse=True)
def counters(db: None) -> None:
    call_command("createcachetable", verbosity=0)
    cache.clear()


def sign_in(browser: Client, email: str = IMKE, password: str = PASSWORD) -> Any:
    return browser.post("/account/login/", {"login": email, "password": password})


def test_signing_in_gives_a_new_session(world: World) -> None:
    browser = Client()
    browser.cookies["sessionid"] = "a" * 32
    sign_in(browser)
    first = browser.cookies["sessionid"].value
    assert first != "a" * 32
    sign_in_again = Client()
    sign_in(sign_in_again)
    assert sign_in_again.cookies["sessionid"].value != first


def test_showing_the_password_again_changes_its_key(world: World) -> None:
    browser = Client()
    sign_in(browser)
    before = browser.cookies["sessionid"].value
    assert browser.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
    after = browser.cookies["sessionid"].value
    assert after != before and not Session.objects.filter(session_key=before).exists()
    assert browser.get("/settings").status_code == 200


def test_signing_out_ends_it_for_whoever_kept_the_cookie(world: World) -> None:
    browser, thief = Client(), Client()
    sign_in(browser)
    kept = browser.cookies["sessionid"].value
    thief.cookies["sessionid"] = kept
    assert thief.get("/settings").status_code == 200
    browser.get("/account/logout/")
    assert thief.get("/settings").status_code == 200
    browser.post("/account/logout/")
    assert thief.get("/settings").status_code == 302
    assert not Session.objects.filter(session_key=kept).exists()


def test_another_password_ends_every_other_session(world: World) -> None:
    here, lost = Client(), Client()
    sign_in(here), sign_in(lost)
    new = "a lighthouse keeper sings"
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    before = here.cookies["sessionid"].value
    assert here.post("/account/password/change/", given).status_code == 302
    assert here.get("/settings").status_code == 200
    assert here.cookies["sessionid"].value != before
    assert lost.get("/settings").status_code == 302


def test_it_ends_after_its_time_however_busy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    sign_in(browser)
    began = timezone.now()
    for share, status in ((0.5, 200), (0.99, 200), (1.01, 302)):
        monkeypatch.setattr(
            "outtask.ui.middleware.timezone.now", lambda share=share: began + sessions.LASTS * share
        )
        assert browser.get("/settings").status_code == status


def test_a_session_without_a_beginning_is_over(world: World) -> None:
    browser = Client()
    sign_in(browser)
    kept = browser.session
    del kept[sessions.BEGAN]
    kept.save()
    assert browser.get("/settings").status_code == 302


def test_whoever_left_gets_in_nowhere(world: World) -> None:
    browser = Client()
    sign_in(browser, "dunstan@harbour.example")
    assert browser.get("/settings").status_code == 200
    who = world.member("dunstan")
    actions.remove_member(actor=world.actor("imke"), now=timezone.now(), member_id=who.pk)
    for address in ("/", "/settings", "/out-tasks", "/providers"):
        page = browser.get(address)
        assert page.status_code == 302
        assert page.headers["Location"] == "/welcome"


def test_an_account_switched_off_gets_in_nowhere(world: World) -> None:
    browser, person = Client(), world.member("dunstan").person
    sign_in(browser, person.email)
    person.is_active = False
    person.save()
    assert browser.get("/settings").status_code == 302
    assert sign_in(Client(), person.email).headers.get("Location", "") != "/"


def test_a_way_out_is_on_every_page(world: World) -> None:
    browser = Client()
    sign_in(browser)
    for address in ("/", "/settings", "/providers", "/out-tasks"):
        assert 'action="/account/logout/"' in browser.get(address).content.decode()


@pytest.mark.parametrize(
    "address",
    ["/account/2fa/totp/activate/", "/account/2fa/webauthn/add/", "/account/2fa/recovery-codes/generate/"],
)
def test_ways_to_sign_in_change_only_after_showing_the_password_again(world: World, address: str) -> None:
    browser = Client()
    sign_in(browser)
    kept = browser.session
    for method in kept["account_authentication_methods"]:
        method["at"] -= timedelta(hours=1).total_seconds()
    kept.save()
    assert browser.get(address, follow=True).request["PATH_INFO"] in {
        "/account/reauthenticate/",
        "/account/2fa/",
    }


def test_the_log_tells_of_every_try(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        browser = Client()
        sign_in(browser, password="wrong wrong wrong")
        sign_in(browser, "nobody@nowhere.example", "wrong wrong wrong")
        sign_in(browser)
        browser.post("/account/logout/")
    imke = str(world.member("imke").person.pk)
    told = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    seen = [(line["event"], line["person"], line["came_from"]) for line in told if "person" in line]
    assert seen == [
        ("sign_in_failed", imke, "127.0.0.1"),
        ("sign_in_failed", "", "127.0.0.1"),
        ("signed_in", imke, "127.0.0.1"),
        ("signed_out", imke, "127.0.0.1"),
    ]
    assert "wrong wrong" not in str(told) and PASSWORD not in caplog.text and "nobody@" not in str(told)
