"""Founding an organisation, changing what it is called, and whether it counts among others."""

from __future__ import annotations

from datetime import datetime

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people import queries, rules
from outtask.people.founding import one_at_a_time
from outtask.people.models import Member, Organisation, Person
from outtask.people.roles import Right, may
from outtask.people.states import Role


@action
def found_organisation(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    name: str,
    currency: str,
    zone: str = "UTC",
    person_name: str = "",
    email: str = "",
    password_hash: str = "",
    sample: bool = False,
) -> Outcome:
    """Begin an organisation, its journal and its owner.

    actor: from `queries.coming_owner`; when its person exists they found one more, else the person is made
        from `person_name`, `email` and `password_hash` (hashed before, never the password itself).
    sample: made-up, removed in one piece; it does not count as the installation's organisation.
    """
    with recording("organisation.founded", actor=actor, now=now, key=key, founding=True) as entry:
        one_at_a_time()
        founder = queries.person_of(actor)
        refuse_if(
            rules.why_not_found(
                real_organisations=queries.real_organisations(),
                founder_known=founder is not None,
                sample=sample,
            ),
            rules.why_not_name(name, longest=300),
            rules.why_not_currency(currency),
            rules.why_not_zone(zone),
            *(() if founder else _why_not_person(person_name, email)),
        )
        founder = founder or _person(actor, person_name, email, password_hash, zone)
        _write(entry, founder, name.strip(), currency, zone, sample)
        entry.says(name=entry.keep(name.strip()))
        entry.gives(organisation_id=actor.organisation_id, member_id=actor.id, person_id=founder.pk)
    return entry.outcome


def _why_not_person(person_name: str, email: str) -> tuple[Refusal | None, ...]:
    taken = queries.person_with(email) is not None
    return (
        rules.why_not_name(person_name, field="person_name"),
        rules.why_not_address(email),
        Refusal(
            "address_taken",
            N_("There is an account with this address. Sign in with it first."),
            field="email",
        )
        if taken
        else None,
    )


def _person(actor: Actor, name: str, email: str, password_hash: str, zone: str) -> Person:
    return Person.objects.create(
        id=actor.person_id,
        name=name.strip(),
        email=rules.plain_address(email),
        password=password_hash,
        zone=zone,
    )


def _write(entry: Recording, founder: Person, name: str, currency: str, zone: str, sample: bool) -> None:
    Organisation.objects.create(
        id=entry.organisation_id,
        name=name,
        currency=currency,
        zone=zone,
        is_sample=sample,
        founded_at=entry.now,
    )
    Member.objects.create(
        id=entry.actor.id,
        organisation_id=entry.organisation_id,
        person=founder,
        role=Role.OWNER,
        joined_at=entry.now,
    )


@action
def change_organisation(*, actor: Actor, now: datetime, key: Key = None, name: str, zone: str) -> Outcome:
    """Change the name or the zone of the actor's organisation. Its currency stays: limits are in it."""
    with recording("organisation.changed", actor=actor, now=now, key=key) as entry:
        refuse_if(
            may(actor, Right.MANAGE_ORGANISATION),
            rules.why_not_name(name, longest=300),
            rules.why_not_zone(zone),
        )
        Organisation.objects.filter(pk=entry.organisation_id).update(name=name.strip(), zone=zone)
        entry.says(name=entry.keep(name.strip()), zone=zone)
    return entry.outcome


@action
def ask_second_factor(
    *, actor: Actor, now: datetime, key: Key = None, from_minor: int | None, proven: bool = False
) -> Outcome:
    """From which amount on whoever decides about money shows a second factor; None: never.

    from_minor: of the whole need, in the organisation's currency. proven: whether a second factor was shown
    just before, which changing or dropping an amount that holds needs.
    """
    with recording("second_factor.asked", actor=actor, now=now, key=key) as entry:
        organisation = Organisation.objects.get(pk=entry.organisation_id)
        refuse_if(
            may(actor, Right.MANAGE_ORGANISATION),
            rules.why_not_second_factor(from_minor, organisation.second_factor_from_minor, proven),
        )
        Organisation.objects.filter(pk=organisation.pk).update(second_factor_from_minor=from_minor)
        if from_minor is None:
            entry.becomes("second_factor.dropped")
        else:
            entry.says(amount=Money(from_minor, organisation.currency))
    return entry.outcome


@action
def compare_organisation(*, actor: Actor, now: datetime, key: Key = None, compares: bool) -> Outcome:
    """Let the organisation be counted, without a name, among those that do or hand out a kind of work.

    Who is counted sees the counts of others; who leaves sees none from then on and is counted in none.
    """
    with recording("comparison.joined", actor=actor, now=now, key=key) as entry:
        organisation = Organisation.objects.get(pk=entry.organisation_id)
        refuse_if(
            may(actor, Right.MANAGE_ORGANISATION),
            rules.why_not_compare(compares, now=organisation.compares, is_sample=organisation.is_sample),
        )
        Organisation.objects.filter(pk=organisation.pk).update(compares=compares)
        if not compares:
            entry.becomes("comparison.left")
    return entry.outcome
