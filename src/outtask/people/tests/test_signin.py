"""Signing in: password, second step, passkey pages, lock-out, a forgotten password."""

import re
from email import message_from_bytes, policy

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from outtask.models import Person
from outtask.people.tests.traces import last
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db
INLINE = re.compile(r"<script(?![^>]*(src=|application/json))|\sstyle=|\son[a-z]+=")


@pytest.fixture(autouse=True)
def counters(db: None) -> None:
    """The counters of failed tries live in the database cache, which tests begin without."""
    call_command("createcachetable", verbosity=0)
    cache.clear()


def sign_in(browser: Client, email: str, password: str = PASSWORD, **more: str):
    return browser.post("/account/login/", {"login": email, "password": password} | more)


def current_code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_password_alone_signs_in(world: World) -> None:
    browser = Client()
    done = sign_in(browser, "IMKE@harbour.example")
    assert (done.status_code, done.headers["Location"]) == (302, "/")
    assert browser.get("/settings").status_code == 200


def test_a_wrong_password_says_no_more_than_that(world: World) -> None:
    somebody, nobody = "imke@harbour.example", "nobody@harbour.example"
    known, unknown = (sign_in(Client(), email, "wrong wrong wrong") for email in (somebody, nobody))
    plain = [re.sub(r'value="[^"]*"', "", page.content.decode()) for page in (known, unknown)]
    assert plain[0] == plain[1]


def test_after_five_wrong_tries_the_right_password_waits(world: World) -> None:
    for _ in range(5):
        sign_in(Client(), "imke@harbour.example", "wrong wrong wrong")
    page = sign_in(Client(), "imke@harbour.example")
    assert "Too many failed" in page.content.decode()
    assert sign_in(Client(), "ada@harbour.example").status_code == 302


def test_accounts_are_not_made_by_signing_up(world: World) -> None:
    people = Person.objects.count()
    assert "Members are invited" in Client().get("/account/signup/").content.decode()
    Client().post("/account/signup/", {"email": "new@new.example", "password1": "long enough it is"})
    assert Person.objects.count() == people


def test_turn_the_second_step_on_and_sign_in_with_it(world: World) -> None:
    person, browser = world.member("imke").person, Client()
    sign_in(browser, person.email)
    page = browser.get("/account/2fa/totp/activate/", follow=True)
    if "/reauthenticate/" in page.request["PATH_INFO"]:
        browser.post(page.request["PATH_INFO"], {"password": PASSWORD})
        page = browser.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert not INLINE.search(page.content.decode())
    done = browser.post("/account/2fa/totp/activate/", {"code": current_code(secret)})
    assert done.status_code == 302
    assert Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()
    assert "An authenticator app is on" in browser.get("/settings/me").content.decode()

    cache.clear()  # a code is good once; the same half minute has passed for the test
    other = Client()
    assert sign_in(other, person.email).headers["Location"].startswith("/account/2fa/authenticate/")
    assert other.get("/settings").status_code == 302
    step = other.get("/account/2fa/authenticate/")
    assert not INLINE.search(step.content.decode())
    wrong = other.post("/account/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert other.post("/account/2fa/authenticate/", {"code": current_code(secret)}).status_code == 302
    assert other.get("/settings").status_code == 200

    recovery = browser.get("/account/2fa/recovery-codes/").context["unused_codes"][0]
    third = Client()
    sign_in(third, person.email)
    assert third.post("/account/2fa/authenticate/", {"code": recovery}).status_code == 302
    assert third.get("/settings").status_code == 200


ADDRESSES = [
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/",
    "/account/2fa/webauthn/add/",
    "/account/password/change/",
    "/account/reauthenticate/",
    "/account/logout/",
    "/account/2fa/recovery-codes/generate/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_of_signing_in_wears_our_dress(world: World, address: str) -> None:
    browser = Client()
    sign_in(browser, "imke@harbour.example")
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get(address, follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    assert "outtask.css" in text
    assert len(re.findall(r"<h1\b", text)) == 1
    assert not INLINE.search(text)
    assert "style-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address", ["/account/login/", "/account/password/reset/", "/account/password/reset/done/"]
)
def test_pages_before_signing_in(world: World, address: str) -> None:
    text = Client().get(address).content.decode()
    assert "outtask.css" in text
    assert len(re.findall(r"<h1\b", text)) == 1
    assert not INLINE.search(text)


def test_a_forgotten_password(world: World) -> None:
    """Without a mail server the letter lies in the home folder; the link in it works once."""
    folder = django_settings.HOME / "letters"
    for old in folder.glob("*") if folder.exists() else []:
        old.unlink()
    Client().post("/account/password/reset/", {"email": "nobody@nowhere.example"})
    assert not list(folder.glob("*"))
    Client().post("/account/password/reset/", {"email": "imke@harbour.example"})
    (letter,) = folder.glob("*")
    assert folder.stat().st_mode & 0o077 == 0
    told = message_from_bytes(letter.read_bytes(), policy=policy.default).get_content()
    address = re.search(r"http://[^/]+(/account/password/reset/key/\S+)", told)[1]
    browser = Client()
    form = browser.get(address, follow=True)
    assert not INLINE.search(form.content.decode())
    new = "a lighthouse keeper sings"
    done = browser.post(form.request["PATH_INFO"], {"password1": new, "password2": new}, follow=True)
    assert done.status_code == 200
    assert sign_in(Client(), "imke@harbour.example", new).status_code == 302
    assert "was used or has ended" in Client().get(address, follow=True).content.decode()
    letter.unlink()


def test_passwords_are_kept_by_argon2_alone(world: World) -> None:
    assert django_settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert all(person.password.startswith("argon2$argon2id$") for person in Person.objects.all())


def test_signing_out_elsewhere_ends_every_other_session(world: World) -> None:
    here, lost, other = Client(), Client(), Client()
    for browser in (here, lost):
        sign_in(browser, "imke@harbour.example")
    sign_in(other, "ada@harbour.example")
    assert lost.get("/settings").status_code == 200
    assert here.post("/settings/me/sessions").status_code == 303
    assert here.get("/settings").status_code == 200
    assert lost.get("/settings").status_code == 302
    assert other.get("/settings").status_code == 200
    assert last(world.organisation.pk) == ("person.signed_out", {"who": "Imke Vos"})
    assert sign_in(lost, "imke@harbour.example").status_code == 302
    assert lost.get("/settings").status_code == 200


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "confirm-email/abc/", "password/set/"])
def test_pages_that_nobody_needs_are_not_there(world: World, path: str) -> None:
    absent = world.client("imke").get("/nowhere")
    page = world.client("imke").get(f"/account/{path}")
    assert (page.status_code, page.content) == (404, absent.content)
    assert world.client("imke").post(f"/account/{path}", {"email": "x@x.example"}).status_code == 404
