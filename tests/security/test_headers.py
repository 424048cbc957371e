"""What every answer tells a browser, whoever asks and whatever they ask for."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db

PUBLIC = [
    "/account/login/",
    "/account/password/reset/",
    "/track",
    "/healthz",
    "/nowhere",
    "/api/v1/reference",
]
PRIVATE = ["/", "/settings", "/settings/me", "/providers", "/out-tasks", "/settings/tokens", "/account/2fa/"]
TEXTS = ("text/html", "text/plain", "text/css")


def signed_in() -> Client:
    browser = Client()
    browser.post("/account/login/", {"login": "imke@harbour.example", "password": PASSWORD})
    return browser


@pytest.mark.parametrize("address", [*PUBLIC, *PRIVATE, "/api/v1/me"])
def test_browsers_are_told_to_distrust(world: World, address: str) -> None:
    page = signed_in().get(address, headers={"origin": "https://evil.example"})
    policy = page.headers["Content-Security-Policy"]
    for directive in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert not [name for name in page.headers if name.lower().startswith("access-control-")]
    kind = page.headers["Content-Type"]
    assert "charset=utf-8" in kind or not kind.startswith(TEXTS)


@pytest.mark.parametrize("address", [*PRIVATE, "/api/v1/me", "/nowhere"])
def test_nothing_private_is_kept_by_a_cache(world: World, address: str) -> None:
    page = signed_in().get(address, follow=True)
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("address", ["/", "/settings", "/out-tasks", "/track", "/healthz"])
def test_unused_methods_are_refused(world: World, method: str, address: str) -> None:
    page = signed_in().generic(method, address)
    assert page.status_code == 405
    assert b"Cookie" not in page.content


@pytest.mark.parametrize(
    "address",
    ["/.git/config", "/.env", "/static/", "/static/../outtask.sqlite3", "/keys/secret", "/manage.py"],
)
def test_nothing_beside_the_pages_is_served(world: World, address: str) -> None:
    page = signed_in().get(address)
    assert page.status_code == 404
    assert page.content == Client().get("/nowhere").content


def test_cookies_of_a_session(world: World) -> None:
    browser = signed_in()
    browser.get("/settings")
    session, form = browser.cookies["sessionid"], browser.cookies.get("csrftoken")
    assert session["httponly"] and session["samesite"] == "Lax" and session["path"] == "/"
    assert form is None or (form["httponly"] and form["samesite"] == "Lax")
    # 32 signs of 36: more than 160 bits.
    assert len(session.value) == 32
    assert set(browser.cookies) <= {"sessionid", "csrftoken", "messages"}
    assert PASSWORD not in str(browser.cookies) and "imke" not in str(browser.cookies)
