"""Who has an account, what broke inside, what others typed: nobody learns it from an answer."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from outtask.config import logs
from outtask.models import Person
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db
IMKE, NOBODY = "imke@harbour.example", "nobody@harbour.example"


@pytest.fixture(autouse=True)
def counters(db: None) -> None:
    call_command("createcachetable", verbosity=0)
    cache.clear()


def plain(page: Any, typed: str) -> tuple[int, str, str]:
    text = re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page.content.decode())
    return page.status_code, page.headers.get("Location", ""), text.replace(typed, "…")


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("/account/login/", {"login": "{}", "password": "wrong wrong wrong"}),
        ("/account/password/reset/", {"email": "{}"}),
        ("/account/signup/", {"email": "{}", "password1": "long enough it is"}),
    ],
)
def test_having_an_account_looks_like_having_none(world: World, address: str, given: dict[str, str]) -> None:
    pages = [
        plain(Client().post(address, {name: value.format(who) for name, value in given.items()}), who)
        for who in (IMKE, NOBODY)
    ]
    assert pages[0] == pages[1]


def test_lock_out_is_of_the_address_whether_or_not_it_is_one(world: World) -> None:
    pages = []
    for who in (IMKE, NOBODY):
        for _ in range(5):
            Client().post("/account/login/", {"login": who, "password": "wrong wrong wrong"})
        pages.append(plain(Client().post("/account/login/", {"login": who, "password": PASSWORD}), who))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(RuntimeError("SELECT secret FROM keys"), 500), (OperationalError("host=10.0.0.5"), 503)],
)
def test_what_broke_stays_inside(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trouble: Exception,
    status: int,
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise trouble

    browser = world.client("imke")
    browser.raise_request_exception = False
    monkeypatch.setattr("outtask.people.queries.providers", breaks)
    page = browser.get("/providers")
    assert page.status_code == status
    assert any(record.exc_info and record.exc_info[1] is trouble for record in caplog.records)
    text = page.content.decode()
    assert page.headers["X-Request-ID"] in text
    for inside in ("SELECT", "10.0.0.5", "Traceback", "Error", "site-packages", "outtask/"):
        assert inside not in text


def test_a_line_of_log_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """What a visitor typed cannot write a line of its own: JSON escapes it, Django escapes addresses."""
    kept, level = logging.getLogger().handlers, logging.getLogger().level
    try:
        logs.configure({"format": "json", "level": "WARNING"})
        logging.getLogger("tests").warning("forged\n2026 signed_in person=1\r\x1b[31m")
        lines = capsys.readouterr().err.splitlines()
    finally:
        logging.getLogger().handlers = kept
        logging.getLogger().setLevel(level)
    (line,) = lines
    told = json.loads(line)
    assert told["event"].startswith("forged\n")
    assert told["timestamp"].endswith("Z") and told["level"] == "warning" and told["logger"] == "tests"


def test_an_address_cannot_break_a_line(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Client().get("/nowhere%0aforged%0d%1b%5b31m")
    (told,) = [record.getMessage() for record in caplog.records if "forged" in record.getMessage()]
    assert "\n" not in told and "\r" not in told and "\x1b" not in told


def test_no_password_reaches_a_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Client().post("/account/login/", {"login": IMKE, "password": "a secret of hers"})
        Client().post("/account/login/", {"login": IMKE, "password": PASSWORD})
    assert "a secret of hers" not in caplog.text and PASSWORD not in caplog.text


def test_nothing_but_what_a_form_names_is_changed(world: World) -> None:
    """Mass assignment: fields nobody offered are passed over."""
    person, browser = world.member("roisin").person, world.client("roisin")
    given = {"name": "Róisín T.", "zone": "Europe/London", "language": "en-gb"}
    more = {
        "is_superuser": "1",
        "email": "new@x.example",
        "role": "owner",
        "limit_minor": "9",
        "password": "x",
    }
    assert browser.post("/settings/me", given | more).status_code == 303
    after, member = Person.objects.get(pk=person.pk), world.member("roisin")
    member.refresh_from_db()
    assert after.name == "Róisín T."
    assert (after.email, after.password, member.role, member.limit_minor) == (
        person.email,
        person.password,
        "requester",
        20_000,
    )


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "%2f%2fevil.example",
    ],
)
def test_nobody_is_led_elsewhere(world: World, elsewhere: str) -> None:
    browser = Client()
    page = browser.post(
        f"/account/login/?next={elsewhere}", {"login": IMKE, "password": PASSWORD, "next": elsewhere}
    )
    assert page.status_code == 302
    here = "http://testserver/account/login/"
    assert urlsplit(urljoin(here, page.headers["Location"]))[:2] == ("http", "testserver")
    out = browser.post(f"/account/logout/?next={elsewhere}", {"next": elsewhere})
    assert urlsplit(urljoin(here, out.headers["Location"]))[:2] == ("http", "testserver")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ settings.SECRET_KEY }}{% debug %}",
        "'; DROP TABLE outtask_person; --",
        "%s%s%n{0.__class__}",
    ],
)
def test_what_people_write_is_only_text(world: World, text: str) -> None:
    browser = world.client("imke")
    given = {"kind": "firm", "name": text, "email": "odd@odd.example"}
    assert browser.post("/providers/new", given).status_code == 303
    for address in (
        "/providers",
        "/providers?q=" + text.replace("%", "%25").replace("&", "%26"),
        "/search?q=odd",
    ):
        page = browser.get(address).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page
    assert "DROP TABLE" not in text or Person.objects.exists()
    listed = browser.get("/providers").content.decode()
    assert ("{{ settings" in text) == ("{{ settings.SECRET_KEY }}" in listed)


def test_a_value_sent_twice_counts_once(world: World) -> None:
    """Parameter pollution: only the body is read, and of two values the last."""
    browser = world.client("roisin")
    page = browser.post(
        "/settings/me?name=From+the+address",
        "name=First&name=Second&zone=Europe/London&language=en-gb",
        content_type="application/x-www-form-urlencoded",
    )
    assert page.status_code == 303
    assert Person.objects.get(pk=world.member("roisin").person_id).name == "Second"


def test_what_was_not_allowed_stands_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        page = world.client("ada").post(
            "/providers/new", {"kind": "firm", "name": "X", "email": "x@x.example"}
        )
        Client().get("/api/v1/me")
        Client(enforce_csrf_checks=True).post("/account/login/", {"login": IMKE})
    told = " ".join(record.getMessage() for record in caplog.records)
    assert page.status_code == 422 and "Your role does not allow this" in page.content.decode()
    assert "/providers/new" in told and "/api/v1/me" in told and "/account/login/" in told


def test_too_much_at_once_is_refused_before_it_is_written(world: World, settings: Any) -> None:
    settings.LARGEST_UPLOAD = 1_000
    browser = world.client("imke")
    sent = SimpleUploadedFile("inventory.csv", b"name\n" + b"x" * 2_000)
    before = set(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir())
    assert browser.post("/processes/import", {"file": sent}).status_code in {400, 413}
    assert set(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == before
    assert browser.get("/providers").status_code == 200
