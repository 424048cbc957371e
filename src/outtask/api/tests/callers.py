"""Programs that call the API in tests: a client with a token, and short ways to send JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from outtask.models import Member, Provider
from outtask.people.actions import make_token
from outtask.people.links import hash_of
from outtask.people.roles import PROGRAM_RIGHTS, rights_of
from outtask.people.tokens import fresh

ROOT = "/api/v1"


def token_for(member: Member, now: datetime, *scopes: str, provider: Provider | None = None) -> str:
    """A live token of a member, or of a provider's program, with these scopes or all it may have."""
    secret = fresh()
    carried = PROGRAM_RIGHTS if provider else rights_of(member.role)
    make_token(
        actor=member.actor,
        now=now,
        name="A test",
        scopes=scopes or [right.value for right in carried],
        expires_at=now + timedelta(days=30),
        token_hash=hash_of(secret),
        provider_id=provider.pk if provider else None,
    )
    return secret


@dataclass
class Caller:
    """Whoever holds this token. Paths begin after the root; answers are Django's test responses."""

    token: str

    def __post_init__(self) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"})

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(ROOT + path, headers=_named(headers))

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send JSON; keyword arguments are headers, `If_Match` for If-Match."""
        given = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self.client, method.lower())(ROOT + path, headers=_named(headers), **given)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def does(self, path: str, body: Any = None, method: str = "POST") -> dict[str, Any]:
        """An act that has to succeed; what it answers."""
        response = self.send(method, path, body)
        assert response.status_code in {200, 201, 202}, response.content
        done: dict[str, Any] = response.json()
        return done

    def reads(self, path: str) -> dict[str, Any]:
        response = self.get(path)
        assert response.status_code == 200, response.content
        found: dict[str, Any] = response.json()
        return found

    def upload(self, path: str, data: dict[str, Any]) -> Any:
        """Send a form with files."""
        return self.client.post(ROOT + path, data)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
