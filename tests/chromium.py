"""A real headless Chromium for every test that looks at pages, and a watch over what must hold on each.

Without Chromium these tests skip, visibly; where CI=true they fail instead.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.installation import ROOT

SCREENSHOTS = ROOT / "build" / "screenshots"
# Two a page and width take a minute of every run; `make pictures` takes them.
PICTURES = os.environ.get("OUTTASK_TEST_PICTURES") == "yes"
type Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What a page may weigh with all it needs, sent to an empty cache, in bytes.
PAGE_LIMIT, GUEST_LIMIT = 200_000, 60_000


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
        flags = ["--no-sandbox"] if os.getuid() == 0 else []
        flags.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost")
        running = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        running.close()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """`axe(page)`: fails, naming them, on violations of WCAG 2.2 A and AA and of axe's best practices."""

    def check(page: Page) -> None:
        assert violations(page) == ""

    return check


def violations(page: Page, rules: Sequence[str] | None = None) -> str:
    """What axe finds wrong with the page as it is shown, told at length; nothing when all is well.

    rules: only these rules of axe; all of them when left out.
    """
    page.wait_for_load_state()  # words may stand there before the style sheet does
    wanted = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else None
    results = Axe().run(page, options=wanted)
    return f"{page.url}\n{results.generate_report()}" if results.violations_count else ""


@dataclass
class Watch:
    """Sees to it that on every page opened through it: no script fails, nothing is asked of another machine,
    a strict Content-Security-Policy came with it, nobody scrolls sideways, and it is light.

    faults: what was found, each with the address of the page.
    heaviest: the greatest weight in bytes met so far of each path, with all that the page needs.
    """

    browser: Browser
    address: str
    faults: list[str] = field(default_factory=list)
    heaviest: dict[str, int] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)
    weights: dict[Page, int] = field(default_factory=dict)

    def window(self, width: int = 1280, height: int = 900) -> Page:
        """A fresh window with cookies of its own and an empty cache."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": height},
            locale="en-GB",
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        context.route(re.compile(rf"^(?!{re.escape(self.address)}/|data:)"), self._elsewhere)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", self._said)
        page.on("response", self._answered)
        self._weigh(page)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def look(self, page: Page) -> None:
        """What can be told of a page only once it is there."""
        wide = page.evaluate("document.documentElement.scrollWidth")
        window = page.evaluate("document.documentElement.clientWidth")
        if wide > window:
            self.faults.append(f"{page.url} is {wide} pixels wide in a window of {window}")
        path, weight = urlsplit(page.url).path, self.weights[page]
        self.heaviest[path] = max(weight, self.heaviest.get(path, 0))
        limit = GUEST_LIMIT if path.startswith(("/l/", "/track/")) else PAGE_LIMIT
        if weight > limit:
            self.faults.append(f"{page.url} weighs {weight} bytes of {limit}")

    def _elsewhere(self, route: Any) -> None:
        self.faults.append(f"{route.request.frame.url} asks for {route.request.url}")
        route.abort()

    def _said(self, message: ConsoleMessage) -> None:
        # The browser also notes each answer that is not 200; those are looked at where they are expected.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"{message.location.get('url')}: {message.text}")

    def _answered(self, response: Response) -> None:
        if not response.headers.get("content-type", "").startswith("text/html"):
            return
        policy = response.headers.get("content-security-policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            self.faults.append(f"{response.url} came with the policy {policy!r}")

    def _weigh(self, page: Page) -> None:
        """Count bytes on the wire, from each navigation on."""
        self.weights[page] = 0
        line = page.context.new_cdp_session(page)

        def begins(event: dict[str, Any]) -> None:
            if event["type"] == "Document":
                self.weights[page] = 0

        def ends(event: dict[str, Any]) -> None:
            self.weights[page] += int(event["encodedDataLength"])

        line.on("Network.requestWillBeSent", begins)
        line.on("Network.loadingFinished", ends)
        line.send("Network.enable")
        line.send("Network.setCacheDisabled", {"cacheDisabled": True})


def shoot(page: Page, name: str, schemes: tuple[Scheme, ...] = SCHEMES) -> None:
    """Keep pictures of the whole page as it is, under build/screenshots/<width>/<name>-<scheme>.png."""
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        picture(page, f"{name}-{scheme}")
    page.emulate_media(color_scheme=None)


def picture(page: Page, name: str) -> None:
    """Keep one picture of the whole page as it is shown, when somebody wants to look at them."""
    if not PICTURES:
        return
    size = page.viewport_size or {"width": 0}
    folder = SCREENSHOTS / str(size["width"])
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)
