"""What is posted goes through the same guard as what is fetched; no redirect is followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from outtask.files.fetcher import Posted, post
from outtask.files.tests.test_fetcher import Pages, Rebinding, Server, refusal_of, running


class Taking(Pages):
    """The pages of the fetcher's tests, for POST; what was posted is kept."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.posted.append(self.rfile.read(length))  # type: ignore[attr-defined]
        self.do_GET()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        super().answer(status, body, **headers)
        if self.command == "POST":
            self.wfile.write(body)

    def page_busy(self) -> None:
        self.answer(503, b"later", Retry_After="120")


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server("127.0.0.1")
    one.RequestHandlerClass = Taking
    one.posted = []  # type: ignore[attr-defined]
    with running(one):
        yield one


def sent(server: Server, path: str, body: bytes = b"{}", **options: object) -> Posted:
    given = {"timeout": 20, "max_bytes": 100, "allow_private": frozenset({server.endpoint})} | options
    url = f"http://{server.endpoint}{path}"
    return post(url, body, {"Content-Type": "application/json", "webhook-id": "msg_1"}, **given)  # type: ignore[arg-type]


def test_body_and_headers_arrive_and_nothing_about_us(server: Server) -> None:
    body = b"x" * 100_000
    assert sent(server, "/hello", body).status == 200
    assert server.posted == [body]  # type: ignore[attr-defined]
    ((method, path, headers),) = server.asked
    assert (method, path) == ("POST", "/hello")
    assert set(headers) == {
        "Host",
        "User-Agent",
        "Accept",
        "Accept-Encoding",
        "Connection",
        "Content-Length",
        "Content-Type",
        "webhook-id",
    }


def test_what_is_answered(server: Server) -> None:
    busy = sent(server, "/busy")
    assert (busy.status, busy.retry_after) == (503, "120")
    assert sent(server, "/nowhere").status == 404


def test_a_redirect_is_an_answer_and_goes_nowhere(server: Server) -> None:
    for location in ("/hello", "http://127.0.0.2/", "http://169.254.169.254/"):
        assert sent(server, f"/to?{quote(location)}").status == 302
    assert len(server.asked) == 3


def test_of_an_endless_answer_only_the_beginning_is_read(server: Server) -> None:
    answer = sent(server, "/huge")
    assert (answer.status, answer.beginning) == (200, b"x" * 100)
    assert sent(server, "/huge-declared").status == 200


@pytest.mark.parametrize("path", ["/slow-head", "/slow-body"])
def test_time_is_bounded_in_total(server: Server, path: str) -> None:
    assert refused(lambda: sent(server, path, timeout=0.3)) == "fetch_slow"


def refused(call: Callable[[], Posted]) -> str:
    return refusal_of(call)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1/", "url_address"),
        ("http://10.1.2.3/", "url_address"),
        ("http://[::ffff:127.0.0.1]/", "url_address"),
        ("http://[64:ff9b::a00:1]/", "url_address"),
        ("http://0x7f000001/", "url_host"),
        ("http://127.1/", "url_host"),
        ("http://93.184.215.14:25/", "url_port"),
        ("https://a:b@93.184.215.14/", "url_credentials"),
    ],
)
def test_what_is_never_called(url: str, code: str) -> None:
    assert refused(lambda: post(url, b"{}", {}, timeout=5, max_bytes=1)) == code


def test_a_rebinding_name_reaches_only_the_address_that_was_judged(server: Server) -> None:
    port = server.server_address[1]
    resolver = Rebinding("127.0.0.1", "127.0.0.2")
    url = f"http://rebind.example:{port}/hello"
    allowed = frozenset({server.endpoint})
    got = post(url, b"{}", {}, timeout=20, max_bytes=9, resolver=resolver, allow_private=allowed)
    assert (got.status, resolver.times) == (200, 1)
    again = lambda: post(  # noqa: E731
        url, b"{}", {}, timeout=20, max_bytes=9, resolver=resolver, allow_private=allowed
    )
    assert refused(again) in {"url_address", "url_port"}
