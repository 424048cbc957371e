"""Clients that wait for each other and then send at once, each on a connection of its own."""

from __future__ import annotations

import http.client
import re
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from threading import Barrier, Thread
from typing import Any
from urllib.parse import urlencode

CLIENTS = 16
CHALLENGE = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PATIENCE = 60


@dataclass(frozen=True)
class Answer:
    """What one client was answered. side: 0 or 1, which of the two acts it sent.

    says: what the page of an act says that answers by a page either way.
    """

    side: int
    status: int
    page: str
    says: str = ""

    @property
    def won(self) -> bool:
        """The act was done: 303 to the page that shows it, or the page that says so."""
        return self.status == 303 or (bool(self.says) and self.says in self.page)


class Racer(Thread):
    """One client: opens the page if there is one, connects, waits at the barrier, sends."""

    def __init__(self, port: int, side: int, send: dict[str, Any], session: str, barrier: Barrier) -> None:
        super().__init__(daemon=True)
        self.port, self.side, self.send, self.session, self.barrier = port, side, send, session, barrier
        self.answer: Answer | None = None

    def run(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.connect()
            # A secret of its own in cookie and form, as a browser has after it has seen any of our pages.
            secret = secrets.token_hex(16)
            cookies = f"csrftoken={secret}" + (f"; sessionid={self.session}" if self.session else "")
            # A press of its own for each, unless the race is about one form that is sent again.
            fields = {"key": secrets.token_hex(8)} | self.send["fields"] | {"csrfmiddlewaretoken": secret}
            headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
            self.barrier.wait(PATIENCE)
            connection.request("POST", self.send["path"], urlencode(fields), headers)
            response = connection.getresponse()
            page = response.read().decode()
            self.answer = Answer(self.side, response.status, page, self.send.get("says", ""))


def race(port: int, sends: list[dict[str, Any]], sessions: dict[str, str]) -> list[Answer]:
    """Sixteen clients, the two sides by turns, all at once; what each was answered."""
    barrier = Barrier(CLIENTS)
    racers = [
        Racer(port, side, sends[side], sessions.get(sends[side]["who"], ""), barrier) for side in _sides()
    ]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(PATIENCE)
    answers = [racer.answer for racer in racers]
    assert all(answers), f"{answers.count(None)} clients got no answer"
    return [answer for answer in answers if answer is not None]


def _sides() -> Iterator[int]:
    for number in range(CLIENTS):
        yield number % 2
