"""The second factor of a person: whether they have one, showed it lately, or show it now."""

from __future__ import annotations

from datetime import datetime

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from outtask.people.models import Person

CODES, PASSKEYS = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN


def kinds_of(person: Person) -> frozenset[str]:
    """The second factors a person can show: codes of an app, passkeys, both or none."""
    found = Authenticator.objects.filter(user=person, type__in=[CODES, PASSKEYS])
    return frozenset(found.values_list("type", flat=True))


def shown_lately(request: HttpRequest, person: Person, now: datetime) -> bool:
    """Whether this browser, signed in as that person, showed it so lately that nobody asks again."""
    if not request.user.is_authenticated or request.user.pk != person.pk:
        return False
    records = get_authentication_records(request, person)
    shown = [float(record["at"]) for record in records if record.get("method") == "mfa"]
    oldest = now.timestamp() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(at >= oldest for at in shown)


def why_not_code(person: Person, code: str) -> list[str]:
    """What is wrong with a code, in the reader's words; empty when it is right. Each is good once.

    Guessing is stopped as at signing in: five wrong ones, then nothing for five minutes.
    """
    form = BaseAuthenticateForm({"code": code}, user=person)
    return [] if form.is_valid() else [str(text) for text in form.errors.get("code", [])]
