"""What a password may be: long, of any signs, exactly as typed, and not the first that comes to mind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from outtask.models import Person
from outtask.people.passwords import ENOUGH, left_over
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db

UNICODE = "Möwe über dem Kai ⚓ 灯台"


def codes(password: str, person: Person | None = None) -> set[str]:
    try:
        validate_password(password, person)
    except ValidationError as wrong:
        return {str(one.code) for one in wrong.error_list}
    return set()


def change(browser: Client, new: str, old: str = PASSWORD) -> int:
    given = {"oldpassword": old, "password1": new, "password2": new}
    return browser.post("/account/password/change/", given).status_code


def sign_in(password: str) -> tuple[int, Client]:
    browser = Client()
    page = browser.post("/account/login/", {"login": "imke@harbour.example", "password": password})
    return page.status_code, browser


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("elevenchars", {"password_too_short"}),
        ("twelve chars", set()),
        ("all small letters without a digit", set()),
        ("x4" * 500, set()),
        (UNICODE, set()),
        ("  blanks at both ends  ", set()),
        ("123456789012", {"password_entirely_numeric"}),
        ("1q2w3e4r5t6y", {"password_too_common"}),
        ("Outtask-2026!", {"password_of_the_place"}),
        ("owner admin owner", {"password_of_the_place"}),
    ],
)
def test_what_may_be_one(password: str, expected: set[str]) -> None:
    assert codes(password) == expected


def test_the_names_of_the_place_are_not_enough(world: World) -> None:
    imke = world.member("imke").person
    assert codes("Harbour Row Books", imke) == {"password_of_the_place"}
    assert codes("Harbour Row Books", world.member("oskar").person) == set()
    assert "password_too_similar" in codes("imke@harbour.example", imke)


@given(st.text(max_size=60))
def test_words_of_the_place_add_nothing(text: str) -> None:
    assert len(left_over(f"{text} password")) <= len(left_over(text)) + len("password")
    assert len(left_over("outtask" * 5)) < ENOUGH


@pytest.mark.parametrize("new", [UNICODE, "x4" * 64, "a lighthouse keeper sings  "])
def test_it_is_taken_exactly_as_typed(world: World, new: str) -> None:
    _, browser = sign_in(PASSWORD)
    assert change(browser, new) == 302
    assert sign_in(new)[0] == 302
    for near in (new[:-1], new.strip() if new != new.strip() else new + " ", new.swapcase()):
        assert near == new or sign_in(near)[0] == 200


def test_a_change_wants_the_old_one_and_a_good_new_one(world: World) -> None:
    _, browser = sign_in(PASSWORD)
    assert change(browser, "a lighthouse keeper sings", old="not the old one") == 200
    assert change(browser, "short") == 200
    assert sign_in(PASSWORD)[0] == 302


def test_fields_mask_and_let_paste_and_managers_in(world: World) -> None:
    _, browser = sign_in(PASSWORD)
    for page, uses in (
        (Client().get("/account/login/"), {"current-password"}),
        (browser.get("/account/password/change/"), {"current-password", "new-password"}),
    ):
        text = page.content.decode()
        assert all(f'autocomplete="{use}"' in text for use in uses)
        assert 'type="password"' in text and "onpaste" not in text and "maxlength" not in text
    assert "question" not in browser.get("/settings/me").content.decode().lower()


def test_they_do_not_age(world: World) -> None:
    Person.objects.update(last_login=timezone.now() - timedelta(days=1_500))
    status, browser = sign_in(PASSWORD)
    assert status == 302 and browser.get("/settings").status_code == 200


def test_they_are_kept_slowly(world: World) -> None:
    kept = world.member("imke").person.password
    hasher = identify_hasher(kept)
    told = hasher.decode(kept)
    assert told["variety"] == "argon2id"
    # OWASP, Password Storage: at least 19 MiB and two passes.
    assert told["memory_cost"] >= 19 * 1024 and told["time_cost"] >= 2


def test_nobody_is_there_before_somebody_founds(db: None) -> None:
    assert not Person.objects.exists()
