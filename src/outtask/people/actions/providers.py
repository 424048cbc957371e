"""Providers: adding, changing, blocking them, and closing a link."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people import queries, rules
from outtask.people.actions.tokens import revoke_tokens
from outtask.people.links import revoke_links
from outtask.people.models import Link, Member, Provider
from outtask.people.roles import Right, may
from outtask.people.states import Purpose, Relation


@action
def add_provider(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    kind: str,
    name: str,
    email: str = "",
    phone: str = "",
    address: str = "",
    country: str = "",
    note: str = "",
    owned_by_id: UUID | None = None,
    anyway: bool = False,
) -> Outcome:
    """Add a person, firm, program or AI agent. A second one of the same name or address needs `anyway`."""
    with recording("provider.added", actor=actor, now=now, key=key) as entry:
        email = rules.plain_address(email)
        facts = _facts(
            entry, kind=kind, name=name, email=email, country=country, owned_by_id=owned_by_id, anyway=anyway
        )
        refuse_if(
            may(actor, Right.MANAGE_PROVIDERS),
            _why_not_owner(entry, owned_by_id),
            *rules.why_not_provider(facts),
        )
        provider: Provider = Provider.objects.create(
            organisation_id=entry.organisation_id,
            kind=kind,
            name=name.strip(),
            email=email,
            phone=phone.strip(),
            address=address.strip(),
            country=country,
            note=note.strip(),
            owned_by_id=owned_by_id,
            added_at=now,
        )
        entry.says(provider=provider.pk, name=entry.keep(provider.name), kind=kind)
        entry.gives(id=provider.pk)
    return entry.outcome


@action
def change_provider(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    provider_id: UUID,
    kind: str,
    name: str,
    relation: str,
    email: str = "",
    phone: str = "",
    address: str = "",
    country: str = "",
    note: str = "",
    owned_by_id: UUID | None = None,
    anyway: bool = False,
) -> Outcome:
    """Change what is kept about a provider. Links already sent stay with the address they were sent to."""
    with recording("provider.changed", actor=actor, on=(Provider, provider_id), now=now, key=key) as entry:
        provider: Provider = entry.subject
        email = rules.plain_address(email)
        facts = _facts(
            entry, kind=kind, name=name, email=email, country=country, owned_by_id=owned_by_id, anyway=anyway
        )
        refuse_if(
            may(actor, Right.MANAGE_PROVIDERS),
            None if relation == provider.relation else _why_not_relation(provider, relation),
            _why_not_owner(entry, owned_by_id),
            *rules.why_not_provider(facts),
        )
        provider.kind, provider.name, provider.email, provider.relation = kind, name.strip(), email, relation
        provider.phone, provider.address, provider.country = phone.strip(), address.strip(), country
        provider.note, provider.owned_by_id = note.strip(), owned_by_id
        provider.save(
            update_fields=[
                "kind",
                "name",
                "email",
                "relation",
                "phone",
                "address",
                "country",
                "note",
                "owned_by",
            ]
        )
        entry.says(name=entry.keep(provider.name), kind=kind, relation=relation)
    return entry.outcome


def _facts(
    entry: Recording,
    *,
    kind: str,
    name: str,
    email: str,
    country: str,
    owned_by_id: UUID | None,
    anyway: bool,
) -> rules.ProviderFacts:
    besides = entry.subject.pk if entry.subject is not None else None
    same_email, same_name = queries.namesake(entry.organisation_id, name=name, email=email, besides=besides)
    return rules.ProviderFacts(
        kind=kind,
        name=name,
        email=email,
        country=country,
        has_owner=owned_by_id is not None,
        same_email=same_email,
        same_name=same_name,
        anyway=anyway,
    )


def _why_not_owner(entry: Recording, owned_by_id: UUID | None) -> Refusal | None:
    here = Member.objects.filter(organisation_id=entry.organisation_id, left_at__isnull=True)
    if owned_by_id is None or here.filter(pk=owned_by_id).exists():
        return None
    return Refusal("owner_absent", N_("Choose somebody who is a member here."), field="owned_by")


def _why_not_relation(provider: Provider, relation: str) -> Refusal | None:
    if provider.relation == Relation.BLOCKED:
        return Refusal("blocked", N_("This provider is blocked. Unblock them first."), field="relation")
    return rules.why_not_relation(relation)


def know_better(entry: Recording, provider: Provider, done: int) -> None:
    """Part: one more of their out-tasks is done, `done` in all; the new become occasional, then regular."""
    relation = rules.relation_after(provider.relation, done)
    if relation != provider.relation:
        provider.relation = relation
        provider.save(update_fields=["relation"])
        entry.also_says("provider.known", provider, name=entry.keep(provider.name), relation=relation)


@action
def block_provider(
    *, actor: Actor, now: datetime, key: Key = None, provider_id: UUID, reason: str
) -> Outcome:
    """Send no more briefs to a provider; open questions to them are closed.

    Work under an agreement goes on, with its links, until it is done or taken back; tokens end now.
    """
    with recording("provider.blocked", actor=actor, on=(Provider, provider_id), now=now, key=key) as entry:
        provider: Provider = entry.subject
        refuse_if(may(actor, Right.MANAGE_PROVIDERS), rules.why_not_block(provider.relation, reason))
        provider.relation = Relation.BLOCKED
        provider.save(update_fields=["relation"])
        revoke_links(now, provider=provider, purpose=Purpose.PROPOSE)
        revoke_tokens(entry, provider=provider)
        entry.says(name=entry.keep(provider.name), reason=entry.keep(reason.strip()))
    return entry.outcome


@action
def unblock_provider(*, actor: Actor, now: datetime, key: Key = None, provider_id: UUID) -> Outcome:
    """Let a blocked provider be asked again, as somebody who works here now and then."""
    with recording("provider.unblocked", actor=actor, on=(Provider, provider_id), now=now, key=key) as entry:
        provider: Provider = entry.subject
        refuse_if(
            may(actor, Right.MANAGE_PROVIDERS),
            None
            if provider.relation == Relation.BLOCKED
            else Refusal("not_blocked", N_("This provider is not blocked.")),
        )
        provider.relation = Relation.OCCASIONAL
        provider.save(update_fields=["relation"])
        entry.says(name=entry.keep(provider.name))
    return entry.outcome


@action
def close_link(*, actor: Actor, now: datetime, key: Key = None, link_id: UUID) -> Outcome:
    """Close a link before its end; whoever opens it reads so. Members may close their own links."""
    with recording("link.closed", actor=actor, on=(Link, link_id), now=now, key=key) as entry:
        link: Link = entry.subject
        refuse_if(
            _why_not_theirs(actor, link),
            None
            if link.revoked_at is None
            else Refusal("closed_already", N_("This link was closed before.")),
        )
        link.revoked_at = now
        link.save(update_fields=["revoked_at"])
        entry.says(who=entry.keep(link.name), purpose=link.purpose)
    return entry.outcome


def _why_not_theirs(actor: Actor, link: Link) -> Refusal | None:
    if link.member_id is None:
        return may(actor, Right.MANAGE_PROVIDERS)
    theirs = link.member_id == actor.id and actor.scopes is None
    return None if theirs else may(actor, Right.MANAGE_PEOPLE)
