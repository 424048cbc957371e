"""What was handed in, opened by a real browser in every way a page could: nothing of it runs."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.installation import Installation

pytestmark = pytest.mark.browser

HANDED_IN = """
import json
from django.utils import timezone
from outtask.deliver.actions import hand_in
from outtask.deliver.tests.underway import begin
from outtask.files.storage import store_pieces
from outtask.models import File
from outtask.people.links import address_of
from tests.harness.links.hostile import FILES
from tests.world import make_world
now = timezone.now()
under = begin(make_world(now))
hand_in(actor=under.guest, now=now, milestone_id=under.milestone(1).pk,
        files=[(name, store_pieces([content], name)) for name, content in FILES.items()])
print(json.dumps([address_of(under.link), {file.name: str(file.pk) for file in File.objects.all()}]))
"""
WAYS = {
    "script": "script",
    "iframe": "iframe",
    "object": "object",
    "embed": "embed",
    "img": "img",
    "link": "link",
}
PUT_IN = """([tag, address]) => new Promise(done => {
    const element = document.createElement(tag);
    if (tag === 'link') { element.rel = 'stylesheet'; element.href = address; }
    else if (tag === 'object') element.data = address;
    else element.src = address;
    element.onload = element.onerror = () => done();
    document.body.append(element);
    setTimeout(done, 300);
})"""
WORKER = """address => navigator.serviceWorker.register(address).then(() => 'registered', () => 'refused')"""


def ran(page: Page, base: str) -> bool:
    """Whether any script of a file left its mark, on a page of ours that can read it."""
    return bool(page.evaluate("localStorage.getItem('ran') === '1' || document.title === 'RAN'"))


def test_nothing_in_a_file_runs(browser: Browser, installation: Installation) -> None:
    address, files = json.loads(installation.python(HANDED_IN))
    context = browser.new_context(base_url=installation.up().address, accept_downloads=True)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page, base = context.new_page(), urlsplit(address).path
    saved = 0
    for name, pk in files.items():
        place = f"{base}/files/{pk}/x"
        aborted = pytest.raises(Error, match=r"Download is starting|ERR_ABORTED")
        with page.expect_download() as download, aborted:
            page.goto(place)
        assert download.value.suggested_filename, name
        saved += 1
    assert saved == len(files) > 20

    page.goto(base)
    for name, pk in files.items():
        for tag in WAYS:
            page.evaluate(PUT_IN, [tag, f"{base}/files/{pk}/x"])
        assert not ran(page, base), name
        assert page.evaluate(WORKER, f"{base}/files/{pk}/x") == "refused", name
    assert "/ran" not in asked
    context.close()


def test_the_marks_would_be_seen(browser: Browser, installation: Installation) -> None:
    """The control: the same script where it may run leaves its mark."""
    from tests.harness.links.hostile import MARK

    context = browser.new_context(base_url=installation.up().address)
    page = context.new_page()
    page.goto("/track")
    page.evaluate(f"() => {{ {MARK} }}")
    assert ran(page, "")
    context.close()
