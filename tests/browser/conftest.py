"""Pages against a real server with its worker, peopled as in `tests.world`.

`server` is that installation; `page` a fresh window; `signed_in("imke")` one in which a member is signed in;
`axe(page)` fails on any violation; `shoot_all(page, "home")` keeps pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import Watch, shoot
from tests.installation import Installation, Server, installed
from tests.world import HARBOUR, NEXT_DOOR, PASSWORD

WIDTHS = (1280, 360)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


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
    """Makes fresh windows, each with cookies of its own. What a `Watch` finds amiss fails the test."""
    watch = Watch(browser, server.address)
    yield watch.window
    watch.close()
    assert watch.faults == []


@pytest.fixture
def page(window: Callable[[], Page]) -> Page:
    """A window in which nobody is signed in."""
    return window()


@pytest.fixture
def signed_in(window: Callable[[], Page]) -> Callable[[str], Page]:
    """`signed_in("joseph")`: a window in which that member signed in by the page."""

    def enter(name: str) -> Page:
        page = window()
        type_sign_in(page, name)
        return page

    return enter


def type_sign_in(page: Page, name: str) -> None:
    """Give a member's address and password on the page for signing in; a second step may follow."""
    assert name in HARBOUR or name in NEXT_DOOR
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(f"{name}@{'harbour' if name in HARBOUR else 'fold'}.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/account/login" not in address)


@pytest.fixture(scope="session")
def shoot_all() -> Callable[[Page, str], None]:
    """`shoot_all(page, "home")`: the page at both widths, light and dark; fails when it must be scrolled."""

    def take(page: Page, name: str) -> None:
        before = page.viewport_size or {"width": 1280, "height": 900}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            shoot(page, name)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{page.url} is {wide} pixels wide in a window of {width}"
        page.set_viewport_size(before)

    return take
