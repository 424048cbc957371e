"""Signing in with more than a password: an authenticator app, recovery codes, a passkey."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import type_sign_in
from tests.world import PASSWORD

PERIOD = 30  # seconds that a code of an authenticator app holds
CODE_PATH = re.compile(r"/account/2fa/authenticate/")


def show_it_is_you(page: Page) -> None:
    """What changes how one signs in asks for the password again."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def give_code(page: Page, secret: str, button: str) -> None:
    """Enter what the app shows; once more when the code changed between reading and pressing."""
    before = page.url
    for _ in range(2):
        page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD)))
        with page.expect_navigation():
            page.get_by_role("button", name=button).click()
        if page.url != before:
            return
    raise AssertionError(page.locator("main").inner_text())


def sign_out(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda address: "/account/" in address)


def test_an_authenticator_app_then_a_recovery_code(
    signed_in: Callable[[str], Page], axe: Callable[[Page], None], shoot_all: Callable[[Page, str], None]
) -> None:
    page = signed_in("nadia")
    page.goto("/settings/me")
    page.get_by_role("link", name="Turn on second step").click()
    page.get_by_role("link", name="Turn it on").first.click()
    show_it_is_you(page)
    expect(page.get_by_role("img", name="The secret below")).to_be_visible()
    axe(page)
    shoot_all(page, "second-step-on")
    secret = page.get_by_label("No camera?").input_value()
    give_code(page, secret, "Turn it on")

    page.goto("/account/2fa/recovery-codes/")
    axe(page)
    recovery = page.get_by_label("Keep them").input_value().split()
    assert len(recovery) == 10

    sign_out(page)
    type_sign_in(page, "nadia")
    expect(page).to_have_url(CODE_PATH)
    axe(page)
    shoot_all(page, "second-step")
    give_code(page, secret, "Sign in")
    expect(page.get_by_role("link", name="Nadia Brook, your account")).to_be_attached()

    sign_out(page)
    type_sign_in(page, "nadia")
    page.get_by_label("Code").fill(recovery[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Nadia Brook, your account")).to_be_attached()
    page.goto("/account/2fa/recovery-codes/")
    show_it_is_you(page)
    expect(page.locator("main")).to_contain_text("9 of 10 are left")


def test_a_passkey_is_registered_and_signs_in_alone(
    signed_in: Callable[[str], Page], axe: Callable[[Page], None], shoot_all: Callable[[Page, str], None]
) -> None:
    page = signed_in("ada")
    device_with_fingerprint(page)
    page.goto("/settings/me")
    page.get_by_role("link", name="See them passkeys").click()
    page.get_by_role("link", name="Add a passkey").click()
    show_it_is_you(page)
    axe(page)
    shoot_all(page, "passkey-new")
    page.get_by_label("Name of the device").fill("Ada's phone")
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url(lambda address: "/webauthn/add" not in address)
    page.goto("/account/2fa/webauthn/")
    expect(page.get_by_role("table", name="Passkeys")).to_contain_text("Ada's phone")
    expect(page.get_by_role("table", name="Passkeys")).to_contain_text("Signs in alone")
    axe(page)
    shoot_all(page, "passkeys")

    sign_out(page)
    page.goto("/account/login/")
    axe(page)
    shoot_all(page, "sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda address: "/account/login" not in address)
    expect(page.get_by_role("link", name="Ada Quill, your account")).to_be_attached()


def device_with_fingerprint(page: Page) -> None:
    """Plug a made-up authenticator into the browser that knows its owner at once."""
    line: CDPSession = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
