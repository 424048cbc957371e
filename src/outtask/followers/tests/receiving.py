"""A receiver of webhooks for tests: a real server on this machine that keeps what it is sent."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from outtask.files import fetcher
from outtask.followers.models import WebhookEndpoint
from outtask.followers.webhooks.delivering import Post
from tests.world import World


@dataclass(frozen=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the next of the server's answers, and with 204 when there is none left."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.path, headers, body))
        status, more, answer = self.server.answers.pop(0) if self.server.answers else (204, {}, b"")
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(answer)
        except OSError:
            self.server.was_cut = True

    def log_message(self, format: str, *args: object) -> None:
        return None


class Receiver(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[Received] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.was_cut = False
        self.released = threading.Event()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """What the next message that nothing else is set for gets."""
        self.answers.append(
            (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
        )

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.endpoint}/hook"

    @property
    def post(self) -> Post:
        """The product's own fetcher, told of this very server as the fetcher's own tests tell it."""
        post: Any = functools.partial(fetcher.post, allow_private=frozenset({self.endpoint}))
        return post  # type: ignore[no-any-return]


@contextmanager
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def endpoint_at(world: World, url: str, **more: Any) -> WebhookEndpoint:
    """An endpoint written directly, since no action takes an address on this machine."""
    who = more.pop("made_by", world.member("imke"))
    values = {"address": url, "made_at": world.now, "since_seq": 1, "sends_since": world.now} | more
    endpoint: WebhookEndpoint = WebhookEndpoint.objects.create(
        organisation=who.organisation, made_by=who, **values
    )
    return endpoint
