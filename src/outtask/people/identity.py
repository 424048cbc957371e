"""Who a request comes from, by Django's own session and sign-in; only that it is asked at every request, so
the two reads are built once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from outtask.journal.prepared import prepared
from outtask.people.models import Person


@prepared("key")
def _session(key: str, now: datetime) -> Any:
    return Session.objects.filter(session_key=key, expire_date__gt=now)[:1]


@prepared()
def _person(person_id: UUID) -> Any:
    return Person.objects.filter(pk=person_id)[:1]


class SessionStore(db.SessionStore):
    """Sessions in the database."""

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key
        found: Session | None = _session.first(key, timezone.now()) if key else None
        if found is None:
            self._session_key = None
        return found


class SignIn(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Address and password, by allauth."""

    def get_user(self, user_id: Any) -> Person | None:
        found: Person | None = _person.first(user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
