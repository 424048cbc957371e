"""Who a request comes from: by Django's own session and sign-in, which is asked at every request, so that the
two reads are built once; and whether somebody new sent the same form before."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from outtask.journal.prepared import prepared
from outtask.journal.reading import outcome_of
from outtask.journal.recording import Outcome
from outtask.kernel.actor import Actor
from outtask.people.models import Person
from outtask.people.second_factor import kinds_of


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


def known_again(actor: Actor, key: str | None, kind: str, password: str) -> Outcome | None:
    """What came of the first time, when somebody sends the form that they came in by again.

    actor: as whom they come, by that key. None when it was not sent before, when the password is another than
    theirs, and when they have a second factor by now: they sign in with it.
    """
    done = outcome_of(actor, key, kind)
    if done is None:
        return None
    person = Person.objects.get(pk=done["person_id"])
    return done if person.check_password(password) and not kinds_of(person) else None
