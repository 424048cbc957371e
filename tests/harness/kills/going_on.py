"""Somebody whose server dies under their hands, and who presses the same button again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import psycopg
import requests
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.installation import Installation
from tests.journey.visitors import PlainVisitor

# What a request may change beside its action: who is signed in, since when, and how often somebody tried to.
BESIDE = {"django_session", "outtask_cache"}
SINCE = "last_login"
# What every action with a form of its own writes.
ALWAYS = {"outtask_entry", "outtask_journalhead", "outtask_keyused"}
# More than any request has.
MOMENTS = 300


def picture(installation: Installation) -> dict[str, str]:
    """A digest of each table, read beneath the product."""
    if installation.database:
        with psycopg.connect(installation.database) as connection:
            return _of_postgresql(connection)
    with closing(sqlite3.connect(installation.home / "outtask.sqlite3", timeout=20)) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: _of_sqlite(file, name) for name in sorted({*tables} - BESIDE)}


def _of_sqlite(file: sqlite3.Connection, table: str) -> str:
    columns = [row[1] for row in file.execute(f'PRAGMA table_info("{table}")') if row[1] != SINCE]
    wanted = ", ".join(f'"{column}"' for column in columns)
    return hashlib.sha256(
        repr(file.execute(f'SELECT {wanted} FROM "{table}"').fetchall()).encode()
    ).hexdigest()


def _of_postgresql(connection: psycopg.Connection[Any]) -> dict[str, str]:
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    row = f"(to_jsonb(row) - '{SINCE}')::text"
    digest = "SELECT '{0}', md5(coalesce(string_agg({1}, ',' ORDER BY {1}), '')) FROM \"{0}\" row"
    parts = [digest.format(name, row) for (name,) in sorted(tables) if name not in BESIDE]
    found = connection.execute(" UNION ALL ".join(parts)).fetchall()  # type: ignore[arg-type]
    return {str(name): str(value) for name, value in found}


@dataclass
class Answer:
    """What `PlainVisitor` asks of an answer."""

    status_code: int
    content: bytes
    redirect_chain: list[tuple[str, int]]
    streaming: bool = False


@dataclass
class Browser:
    """A browser over real HTTP. While `mortal`, what it posts is killed at every moment, then sent again.

    kills: for each button, how often its request was killed. stride: 1 for every moment, 7 for every seventh.
    """

    address: str
    installation: Installation
    mortal: str = ""
    kills: dict[str, int] = field(default_factory=dict)
    stride: int = 1
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, data: Any = None, follow: bool = False) -> Answer:
        response = self.session.get(urljoin(self.address, path), params=data, timeout=60)
        return self._answer(response)

    def post(self, path: str, data: dict[str, list[Any]], follow: bool = False) -> Answer:
        if self.mortal and data.get("key"):
            self._killed_through(path, data)
        answer = self._answer(self._send(path, data))
        if not self.mortal or answer.status_code < 400:
            return answer
        # What they pressed is done by now; a door that it closed shows the outcome when it is opened again,
        # or that it was used: then whoever came in by it is in.
        again = self.get(path)
        return again if again.status_code != 410 else self.get("/")

    def _killed_through(self, path: str, data: dict[str, list[Any]]) -> None:
        """Send a form again and again, killing the server a moment later each time, until it answers.

        A request is one action or a few in a row. Whatever is there after a kill is a whole action with its
        entry, its key and the end of its log, or nothing; and once all is done, nothing more happens.
        """
        there, moment, done, answers = picture(self.installation), -(self.stride // 2), 0, False
        while not answers:
            moment += self.stride
            assert moment < MOMENTS, f"{self.mortal} never answers"
            answers = self._survives(path, data, moment)
            now = picture(self.installation)
            if now != there:
                changed = {name for name in now if now[name] != there.get(name)}
                assert changed >= ALWAYS, f"{self.mortal} left a half: {sorted(changed)}"
                there, moment, done = now, 0, done + 1
        assert done, f"{self.mortal} did nothing"
        # A door that is closed by now may say so; it must not break, and must do nothing.
        assert self._send(path, data).status_code < 500
        again = picture(self.installation)
        twice = sorted(name for name in again if again[name] != there[name])
        assert not twice, f"{self.mortal} was done twice: {twice}"

    def _survives(self, path: str, data: dict[str, list[Any]], moment: int) -> bool:
        """Whether the server answered before it came to the moment of its death."""
        try:
            answer = self._send(path, data, moment)
        except requests.ConnectionError:
            self.kills[self.mortal] = self.kills.get(self.mortal, 0) + 1
            return False
        assert answer.status_code < 500, answer.text
        return True

    def _send(self, path: str, data: dict[str, list[Any]], die_at: int = 0) -> requests.Response:
        plain, files = [], []
        for name, values in data.items():
            for value in values:
                if isinstance(value, SimpleUploadedFile):
                    value.seek(0)
                    files.append((name, (value.name, value.read())))
                else:
                    plain.append((name, value))
        return self.session.post(
            urljoin(self.address, path), data=plain, files=files or None, timeout=60,
            headers={"X-Die-At": str(die_at)}, allow_redirects=not die_at,
        )  # fmt: skip

    def _answer(self, response: requests.Response) -> Answer:
        chain = [(step.headers["Location"], step.status_code) for step in response.history]
        return Answer(response.status_code, response.content, chain)


@dataclass
class Stubborn(PlainVisitor):
    """Reads labels and presses buttons; some of them kill the server."""

    deadly: Callable[[str], bool] = lambda button: False

    def press(self, button: str) -> None:
        browser: Browser = self.client  # type: ignore[assignment]  # stands in for Django's test client
        browser.mortal = button if self.deadly(button) else ""
        try:
            super().press(button)
        finally:
            browser.mortal = ""
