"""A guest hands in 64 MB: they see how far it is, stop it, and send it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import Watch, shoot
from tests.installation import Installation

SIZE = 64 * 2**20
SLOWLY = 4 * 2**20  # bytes a second, so that there is something to stop
UNDERWAY = """
from django.utils import timezone
from outtask.deliver.tests.underway import begin
from outtask.people.links import address_of
from tests.world import make_world
print(address_of(begin(make_world(timezone.now())).link))
"""


@pytest.fixture
def guest(browser: Browser, installation: Installation) -> Iterator[Page]:
    """The page of a provider whose work is under way."""
    address = installation.python(UNDERWAY)
    watch = Watch(browser, installation.up().address)
    page = watch.window(360, 740)
    page.goto(urlsplit(address).path)
    yield page
    watch.close()
    assert watch.faults == []


def throttle(page: Page, upload: int) -> None:
    """Limit how fast the page can send, in bytes a second; -1 lifts the limit."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload}
    line.send("Network.emulateNetworkConditions", limits)


def test_a_large_hand_in_shows_how_far_it_is_and_can_be_stopped(
    guest: Page, installation: Installation, tmp_path: Path, axe: Callable[[Page], None]
) -> None:
    records = tmp_path / "records.csv"
    with records.open("wb") as file:
        file.truncate(SIZE)
    guest.get_by_label("Choose files").set_input_files(records)
    expect(guest.get_by_text("67.1 MB")).to_be_visible()
    hand_in = guest.get_by_role("button", name="Hand in milestone 1")

    throttle(guest, SLOWLY)
    hand_in.click()
    bar = guest.get_by_role("progressbar", name="Sending")
    expect(bar).to_be_visible()
    guest.wait_for_function("bar => bar.value > 0", arg=bar.element_handle())
    expect(guest.get_by_role("status").filter(has_text="/ 67.1 MB")).to_be_visible()
    expect(hand_in).to_be_disabled()
    axe(guest)
    shoot(guest, "upload")

    guest.get_by_role("button", name="Stop").click()
    expect(bar).to_be_hidden()
    expect(hand_in).to_be_enabled()
    assert installation.rows("SELECT count(*) FROM outtask_submission") == [(0,)]

    throttle(guest, -1)
    hand_in.click()
    expect(guest.get_by_role("status").filter(has_text="Handed in.")).to_be_visible(timeout=60_000)
    ((size,),) = installation.rows(
        "SELECT blob.size FROM outtask_file file JOIN outtask_blob blob ON blob.sha256 = file.blob_id"
    )
    assert size == SIZE
