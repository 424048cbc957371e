"""The story in real browser windows, wide and narrow, against a fresh `outtask up` with its worker.

Each page that is come to is watched (see `tests.chromium.Watch`); each that was not there before is looked at
by axe and kept as a picture. Pages look alike on both databases, so pictures are taken on the first.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from django.db.models import Model
from django.urls import resolve
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from playwright.sync_api import Page

from outtask.followers import registry
from outtask.journal.models import FollowerCursor, JournalHead
from outtask.messages.models import Mail
from outtask.messages.states import MailState
from tests.chromium import SCHEMES, SCREENSHOTS, Watch, picture, violations
from tests.installation import Installation, eventually
from tests.journey import story
from tests.journey.visitors import ChromiumVisitor, Visitor

WIDE, NARROW = (1280, 900), (360, 740)
PICTURED = os.environ.get("OUTTASK_TEST_DATABASE") != "postgresql"
BETWEEN = (320, 480, 768, 1024)
PLACES = (
    "/", "/out-tasks", "/requests", "/providers", "/providers/new", "/processes", "/rates", "/imports",
    "/imports/ocds", "/track", "/settings", "/settings/organisation", "/settings/rights", "/settings/me",
    "/settings/work", "/settings/components", "/settings/exit", "/settings/tokens", "/settings/webhooks",
    "/api/v1/reference", "/budgets/transfers", "/budgets/books", "/budgets/books/closings", "/budgets/rules",
    "/settings/members/import", "/settings/members/together", "/requests/new", "/catalogue",
    "/catalogue/import", "/subscriptions", "/watch/terms",
)  # fmt: skip


@dataclass
class Album:
    """Looks at pages, in light and in the dark. Two are distinct by another address or another heading.

    thorough: look at them at widths in between as well.
    """

    watch: Watch
    thorough: bool
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def look(self, page: Page) -> None:
        self.watch.look(page)
        if not PICTURED:
            return
        name = resolve(urlsplit(page.url).path).url_name or "page"
        heading = page.locator("h1").first.inner_text()
        if (name, heading) in self.seen:
            return
        number = self.seen[name, heading] = len(self.seen) + 1
        # The same page twice, without a reload. What a scheme can change is contrast; the rest was looked at.
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            picture(page, f"{number:02}-{name}-{scheme}")
            if found := violations(page, None if scheme == "light" else ["color-contrast"]):
                self.watch.faults.append(f"{scheme}: {found}")
        page.emulate_media(color_scheme=None)
        if self.thorough:
            self._narrow(page)

    def _narrow(self, page: Page) -> None:
        size = page.viewport_size
        assert size is not None
        for width in BETWEEN:
            page.set_viewport_size({"width": width, "height": size["height"]})
            self.watch.look(page)
        page.set_viewport_size(size)


def settled(installation: Installation) -> None:
    """Wait until the worker has read everything, done every task and put every mail where it belongs."""
    readers = " UNION ALL ".join(f"SELECT '{follower.name}' AS name" for follower in registry.followers())
    behind = (
        f"{_count(JournalHead)} head CROSS JOIN ({readers}) AS reader"
        f" LEFT JOIN {FollowerCursor._meta.db_table} place"
        " ON place.organisation_id = head.organisation_id AND place.follower = reader.name"
        " WHERE head.size > coalesce(place.seq, 0)"
    )
    waiting = (
        behind,
        f"{_count(DBTaskResult)} WHERE status IN ('READY', 'RUNNING')",
        f"{_count(Mail)} WHERE state = '{MailState.WAITING}'",
    )
    eventually(
        lambda: all(installation.rows(query) == [(0,)] for query in waiting), installation.log.read_text
    )


def _count(model: type[Model]) -> str:
    return f"SELECT count(*) FROM {model._meta.db_table}"


def look_around(cast: story.Cast) -> None:
    """The pages that the story had no need to pass."""
    imke = cast["imke"]
    for path in PLACES + tuple(f"/out-tasks/{cast.reference}/{page}" for page in ("thread", "invoices")):
        imke.open(path)
    for path in ("/providers", "/budgets"):
        imke.open(path)
        imke.open(imke.link_matching(path + "/[0-9a-f-]{36}$"))
    imke.open("/requests")
    imke.follow_row("PR-")
    _shop(imke)


def _shop(imke: Visitor) -> None:
    """Something from the shelf and an order of it: the pages that begin with an item."""
    imke.open("/catalogue/items/new")
    imke.fill("Who sells it?", "Kestrel")
    imke.fill("Their code for it", "BOX-1")
    imke.fill("What is it called?", "Archive box")
    imke.fill("Price of one, without tax", "4.20")
    imke.press("Add it")
    imke.press("Put into the cart")
    imke.open("/cart")
    imke.press("Order from")
    imke.follow("Duplicate")


def walk(installation: Installation, watch: Watch, size: tuple[int, int], folder: Path) -> None:
    """The whole story in windows of this size; `folder` takes what is downloaded."""
    album = Album(watch, thorough=size == WIDE)
    cast = story.Cast(
        window=lambda: ChromiumVisitor(watch.window(*size), album.look),
        settled=partial(settled, installation),
        today=timezone.now().date(),
        folder=folder,
    )
    for chapter in story.CHAPTERS:
        chapter(cast)
    look_around(cast)
    weights = SCREENSHOTS / str(size[0]) / "weights.json"
    weights.parent.mkdir(parents=True, exist_ok=True)
    weights.write_text(json.dumps(watch.heaviest, indent=2, sort_keys=True))
    assert watch.faults == []
