"""The second step: codes of an app and recovery codes, each good once, guessed by nobody."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from allauth.mfa import app_settings as second_step
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of test databases only
IMKE = "imke@harbour.example"


@pytest.fixture(autouse=True)
def counters(db: None) -> None:
    call_command("createcachetable", verbosity=0)
    cache.clear()


@pytest.fixture
def person(world: World, time_machine: Any) -> Any:
    # Held still: a code lives half a minute, and hashing passwords may take as long on a busy machine.
    time_machine.move_to(world.now, tick=False)
    person = world.member("imke").person
    TOTP.activate(person, SECRET)
    RecoveryCodes.activate(person)
    return person


def at_the_second_step() -> Client:
    browser = Client()
    page = browser.post("/account/login/", {"login": IMKE, "password": PASSWORD})
    assert page.headers["Location"].startswith("/account/2fa/authenticate/")
    return browser


def enters(code: str, browser: Client | None = None) -> bool:
    browser = browser or at_the_second_step()
    browser.post("/account/2fa/authenticate/", {"code": code})
    return browser.get("/settings").status_code == 200


def code() -> str:
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


def test_a_password_alone_is_not_enough(person: Any) -> None:
    assert at_the_second_step().get("/settings").status_code == 302


def test_a_code_works_once(person: Any) -> None:
    used = code()
    assert enters(used)
    assert not enters(used)


def test_a_recovery_code_works_once(person: Any) -> None:
    wrapped = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES).wrap()
    first, second = wrapped.get_unused_codes()[:2]
    assert enters(first)
    assert not enters(first)
    assert enters(second)


def test_guessing_is_stopped_and_told(person: Any, caplog: pytest.LogCaptureFixture) -> None:
    browser = at_the_second_step()
    with caplog.at_level(logging.INFO):
        for number in range(6):
            enters(f"{number:06d}", browser)
    assert not enters(code(), browser)
    told = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    failed = [line for line in told if line["event"] == "second_step_failed"]
    assert failed and all(line["person"] == str(person.pk) for line in failed)


def test_a_new_password_by_mail_does_not_go_round_it(person: Any) -> None:
    folder = settings.HOME / "letters"
    for old in folder.glob("*") if folder.exists() else []:
        old.unlink()
    Client().post("/account/password/reset/", {"email": IMKE})
    (letter,) = folder.glob("*")
    found = re.search(r"/account/password/reset/key/\S+", letter.read_text().replace("=\n", ""))
    letter.unlink()
    assert found
    browser, new = Client(), "a lighthouse keeper sings"
    form = browser.get(found[0], follow=True)
    browser.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert browser.get("/settings").status_code == 302
    page = browser.post("/account/login/", {"login": IMKE, "password": new})
    assert page.headers["Location"].startswith("/account/2fa/authenticate/")
    assert browser.get("/settings").status_code == 302


def test_codes_are_long_enough_and_short_lived(person: Any) -> None:
    assert second_step.TOTP_PERIOD == 30 and second_step.TOTP_TOLERANCE == 0
    wrapped = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES).wrap()
    codes = wrapped.get_unused_codes()
    # Eight digits are 26 bits.
    assert len(set(codes)) == len(codes) >= 10 and all(len(code) >= 8 for code in codes)
    assert len({generate_totp_secret() for _ in range(100)}) == 100
    assert len(generate_totp_secret()) == 32  # 160 bits in base 32
