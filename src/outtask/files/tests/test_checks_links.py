"""Links against a real server on the loopback network, through the real fetcher."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from outtask.files.checks.criteria import CheckKind, LinkAnswers
from outtask.files.checks.links import MOST_LINKS, Fetch
from outtask.files.checks.result import CheckResult, Outcome
from outtask.files.checks.run import run_check
from outtask.files.fetcher import fetch


class Pages(http.server.BaseHTTPRequestHandler):
    """/NNN answers with that status; /head-refused takes GET only; /to-NNN leads to /NNN."""

    def do_GET(self) -> None:
        name = self.path.strip("/")
        if name.startswith("to-"):
            self.send_response(302)
            self.send_header("Location", "/" + name[3:])
        elif name == "head-refused":
            self.send_response(405 if self.command == "HEAD" else 200)
        else:
            self.send_response(int(name))
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def run(site: str, *links: str, params: LinkAnswers | None = None) -> CheckResult:
    allowed: Fetch = partial(fetch, allow_private=frozenset({site}))
    return run_check(CheckKind.LINK_ANSWERS, params or LinkAnswers(), [], links, allowed)


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("200", Outcome.PASSED),
        ("204", Outcome.PASSED),
        ("to-200", Outcome.PASSED),
        ("head-refused", Outcome.PASSED),
        ("404", Outcome.FAILED),
        ("to-404", Outcome.FAILED),
        ("500", Outcome.FAILED),
        ("403", Outcome.FAILED),
        ("304", Outcome.FAILED),
        ("to-to-to-to-to-to-200", Outcome.FAILED),
    ],
)
def test_a_link_answers_or_not(site: str, path: str, outcome: Outcome) -> None:
    assert run(site, f"http://{site}/{path}").outcome is outcome
    assert run(site, params=LinkAnswers(f"http://{site}/{path}")).outcome is outcome


def test_each_link_handed_in_must_answer(site: str) -> None:
    good, bad = f"http://{site}/200", f"http://{site}/404"
    assert str(run(site, good, good, bad).reason) == (
        f"Expected every link handed in to answer within 10 seconds; found {bad} answering 404."
    )
    assert [str(line) for line in run(site, good, bad).details] == [
        f"{bad} answering 404",
        f"{good} answering 200 (text/html)",
    ]
    assert run(site, good, bad, params=LinkAnswers(good)).passed


def test_no_link_is_not_passed(site: str) -> None:
    assert (
        str(run(site).reason) == "Expected every link handed in to answer within 10 seconds; found no link."
    )
    assert run(site).outcome is Outcome.FAILED


def test_what_outtask_does_not_open_is_left_to_a_person(site: str) -> None:
    for link in (
        "http://169.254.169.254/",
        "ftp://example.com/",
        "http://127.1/",
        "https://u:p@example.com/",
    ):
        result = run(site, link)
        assert result.outcome is Outcome.UNABLE
        assert "not one Outtask opens" in str(result.reason)
    assert run(site, "http://10.0.0.1/", f"http://{site}/404").outcome is Outcome.FAILED


def test_too_many_links_are_left_to_a_person(site: str) -> None:
    result = run(site, *(f"http://{site}/200?{number}" for number in range(MOST_LINKS + 1)))
    assert result.outcome is Outcome.UNABLE
