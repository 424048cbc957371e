"""Passwords that whoever knows the place would try first."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from outtask.people.models import Member, Person

WORDS = (
    "outtasking", "outtask", "administrator", "administration", "admin", "owner", "manager", "requester",
    "finance", "auditor", "broker", "provider", "member", "organisation", "organization", "company",
    "passphrase", "password", "passwort", "changeme", "welcome", "letmein", "qwertyuiop", "qwerty", "secret",
    "login", "account", "installation",
)  # fmt: skip
"""Words of this product and of its place, and those that stand in front of every list."""

ENOUGH = 8
"""So many letters or digits must be left once those words are taken out."""

_SIGNS = re.compile(r"[^\w]|_")


def left_over(password: str, names: tuple[str, ...] = ()) -> str:
    """What is left of a password without the words anybody would guess, and without runs of one sign."""
    plain = _plain(password)
    # The longest first: else "admin" would leave "istrator".
    for word in sorted({_plain(name) for name in (*WORDS, *names)}, key=len, reverse=True):
        if len(word) >= 4:
            plain = plain.replace(word, "")
    return re.sub(r"(.)\1+", r"\1", plain)


def _plain(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


class GuessableWords:
    """Refuses a password that is little more than words of this place: the product, roles, organisations."""

    def validate(self, password: str, user: Person | None = None) -> None:
        if len(left_over(password, _names(user))) < ENOUGH:
            raise ValidationError(
                gettext("This is little more than words anybody here would try. Add some of your own."),
                code="password_of_the_place",
            )

    def get_help_text(self) -> str:
        return gettext("Not made of the name of your organisation, of roles or of this product.")


def _names(user: Person | None) -> tuple[str, ...]:
    """The names of the organisations somebody belongs to, whole and word by word."""
    if user is None or user.pk is None:
        return ()
    # Whose password it is decides what is looked at, so this read begins with the person.
    names = Member.objects.filter(person_id=user.pk).values_list("organisation__name", flat=True)
    return tuple(part for name in names for part in (name, *name.split()))
