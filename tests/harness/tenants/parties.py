"""Everybody who comes: with nothing, a link or a token, signed in in each role, and from next door."""

from __future__ import annotations

import copy
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.test import Client

from outtask.people.states import Role
from tests.harness.tenants.town import Side, Town
from tests.harness.tenants.undoing import counted, undone
from tests.world import SIGN_IN


@dataclass(frozen=True)
class Party:
    """Somebody with a browser, and what their programs send along.

    member: short name of a member, "" for everybody else. side: the organisation they belong to, or none.
    """

    name: str
    client: Client
    role: str = ""
    foreign: bool = False
    bearer: str = ""
    program: bool = False

    @property
    def is_member(self) -> bool:
        return bool(self.role)


@dataclass(frozen=True)
class Answer:
    """What came back, and how many rows were touched on the way."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    rows: int

    @property
    def text(self) -> str:
        return html.unescape(self.body.decode("utf-8", "replace"))


ROLES = {
    "requester": "roisin",
    "manager": "joseph",
    "programme manager": "petra",
    "finance": "dunstan",
    "broker": "bruno",
    "auditor": "ada",
    "admin": "nadia",
}
PARTIES = (
    "anonymous", "guest link", "own provider", "foreign provider", *ROLES, "foreign admin", "program token",
)  # fmt: skip


def party(town: Town, name: str) -> Party:
    """One of PARTIES with a fresh browser."""
    if name in ROLES:
        return _member(town.own, name, ROLES[name])
    if name == "foreign admin":
        return _member(town.foreign, name, "nadia", foreign=True)
    if name == "program token":
        return Party(
            name, Client(raise_request_exception=False), bearer=town.own.tokens["program"], program=True
        )
    held = {
        "guest link": (town.own, "decide_token"),
        "own provider": (town.own, "deliver_token"),
        "foreign provider": (town.foreign, "deliver_token"),
    }
    client = Client(raise_request_exception=False)
    if name == "anonymous":
        return Party(name, client)
    side, link = held[name]
    token = side.things[link]
    # Whatever cookies the page behind the link leaves, they come along everywhere.
    assert client.get(f"/l/{token}").status_code == 200
    foreign = side is town.foreign
    bearer = side.tokens["program"] if foreign else token
    return Party(name, client, foreign=foreign, bearer=bearer, program=foreign)


def _member(side: Side, name: str, short: str, foreign: bool = False) -> Party:
    client = Client(raise_request_exception=False)
    member = side.world.members[short]
    client.force_login(member.person, backend=SIGN_IN)
    return Party(name, client, Role(member.role).value, foreign, side.tokens[short])


def ask(party: Party, method: str, path: str, data: Any = None, **more: Any) -> Answer:
    """Ask once and undo whatever it did."""
    given: dict[str, Any] = {} if data is None else {"data": data}
    cookies = copy.deepcopy(party.client.cookies)
    with undone(), counted() as touched:
        send = getattr(party.client, method.lower())
        response = send(path, **given, **more)
        body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    party.client.cookies = cookies
    return Answer(response.status_code, dict(response.headers), body, touched.rows)


# What differs between any two answers: numbers of requests, keys of forms against forgery and doubling.
_FRESH = (
    re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]+'),
    re.compile(rb'(name="(?:[a-z]+-)?key" value=")[^"]+'),
    re.compile(rb'("request_id": ?")[^"]+'),
)
_FRESH_HEADERS = frozenset({"X-Request-ID", "RateLimit", "RateLimit-Policy", "Set-Cookie", "Date"})


def same_again(answer: Answer, *names: str) -> tuple[int, dict[str, str], bytes]:
    """The answer without what is fresh each time, and without the names it was asked with."""
    body = answer.body
    for pattern in _FRESH:
        body = pattern.sub(rb"\1", body)
    headers = {name: told for name, told in answer.headers.items() if name not in _FRESH_HEADERS}
    # A short number would be found in words that are none of it; it stands in the address, which is longer.
    spelled = {quote(name, safe="") for name in names} | set(names)
    for name in sorted((one for one in spelled if len(one) > 8), key=len, reverse=True):
        body = body.replace(name.encode(), b"~")
        headers = {header: told.replace(name, "~") for header, told in headers.items()}
    headers.pop("Content-Length", None)
    return answer.status, headers, body
