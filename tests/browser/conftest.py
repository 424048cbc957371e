"""Pages in a real headless Chromium, against a real server with its worker.

Without Chromium these tests skip, visibly; where CI=true they fail instead.
`server` is an installation with the people of `tests.world`; `page` a fresh window; `signed_in("imke")` one
in which a member is signed in; `axe(page)` fails on any violation; `shoot(page, "home")` keeps pictures.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.installation import ROOT, Installation, Server, installed
from tests.world import HARBOUR, NEXT_DOOR, PASSWORD

SCREENSHOTS = ROOT / "build" / "screenshots"
WIDTHS = (1280, 360)
SCHEMES = ("light", "dark")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium on this machine."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        reason = "no Chromium on the PATH (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Chromium's own sandbox cannot start as root; nothing but our own pages is opened.
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        running = playwright.chromium.launch(executable_path=chromium, args=sandbox)
        yield running
        running.close()


@pytest.fixture(scope="session")
def inhabited(template: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation behind `server`; `installation.python(...)` reaches its models."""
    with installed(tmp_path_factory.mktemp("browser"), "browser", template) as installation:
        installation.make_world()
        yield installation


@pytest.fixture(scope="session")
def server(inhabited: Installation) -> Server:
    """`outtask up` with its worker and the people of `tests.world`; one for all tests here."""
    return inhabited.up()


@pytest.fixture
def window(browser: Browser, server: Server) -> Iterator[Callable[[], Page]]:
    """Makes fresh windows, each with cookies of its own. A script that fails on a page fails the test."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def opened() -> Page:
        context = browser.new_context(
            base_url=server.address,
            viewport={"width": 1280, "height": 900},
            locale="en-GB",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda message: broken.append(message.text) if _is_fault(message) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert broken == []


def _is_fault(message: object) -> bool:
    """A console error that tells of our page; the browser also notes each answer that is not 200."""
    kind, text = getattr(message, "type", ""), getattr(message, "text", "")
    return kind == "error" and not text.startswith("Failed to load resource")


@pytest.fixture
def page(window: Callable[[], Page]) -> Page:
    """A window in which nobody is signed in."""
    return window()


@pytest.fixture
def signed_in(window: Callable[[], Page]) -> Callable[[str], Page]:
    """`signed_in("joseph")`: a window in which that member signed in by the page."""

    def enter(name: str) -> Page:
        page = window()
        organisation = "harbour" if name in HARBOUR else "fold"
        assert name in HARBOUR or name in NEXT_DOOR
        page.goto("/account/login/")
        page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).first.fill(f"{name}@{organisation}.example")
        page.get_by_label(re.compile("password", re.IGNORECASE)).first.fill(PASSWORD)
        page.get_by_role("button", name=re.compile("sign in|log in", re.IGNORECASE)).first.click()
        page.wait_for_url(lambda address: "/account/login" not in address)
        return page

    return enter


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """`axe(page)`: fails, naming them, on violations of WCAG 2.2 A and AA and of axe's best practices."""
    checker = Axe()

    def check(page: Page) -> None:
        results = checker.run(page)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check


@pytest.fixture(scope="session")
def shoot() -> Callable[[Page, str], None]:
    """`shoot(page, "home")`: the whole page at both widths, light and dark, under build/screenshots/.

    Fails when the page is wider than the window: nobody should have to scroll sideways.
    """

    def take(page: Page, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{page.url} is {wide} pixels wide in a window of {width}"
        page.emulate_media(color_scheme=None)
        if before is not None:
            page.set_viewport_size(before)

    return take
