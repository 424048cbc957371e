"""What a person changes about themselves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F

from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people import rules
from outtask.people.models import Member, Person


@action
def rename_me(
    *, actor: Actor, now: datetime, key: Key = None, name: str, zone: str, language: str
) -> Outcome:
    """Change the name others see, and the zone and language of one's own pages, in every organisation."""
    with recording("person.renamed", actor=actor, on=(Member, _member_id(actor)), now=now, key=key) as entry:
        refuse_if(rules.why_not_name(name), rules.why_not_zone(zone), _why_not_language(language))
        person: Person = entry.subject.person
        person.name, person.zone, person.language = name.strip(), zone, language
        person.save(update_fields=["name", "zone", "language"])
        entry.says(who=entry.keep(person.name), zone=zone)
    return entry.outcome


def _why_not_language(language: str) -> Refusal | None:
    if language in dict(settings.LANGUAGES):
        return None
    return Refusal("language_unknown", N_("Choose one of the languages of the list."), field="language")


@action
def end_sessions(*, actor: Actor, now: datetime, key: Key = None) -> Outcome:
    """Sign the person out everywhere; the page that asked renews its own session afterwards."""
    with recording(
        "person.signed_out", actor=actor, on=(Member, _member_id(actor)), now=now, key=key
    ) as entry:
        person: Person = entry.subject.person
        Person.objects.filter(pk=person.pk).update(sign_outs=F("sign_outs") + 1)
        entry.says(who=entry.keep(person.name))
    return entry.outcome


def _member_id(actor: Actor) -> UUID:
    # A token is of one organisation; who somebody is, and their sessions, are of all of them.
    if actor.is_member and actor.id is not None and actor.scopes is None:
        return actor.id
    raise Refused(Refusal("members_only", N_("Only somebody who signs in has settings of their own.")))
