"""Signing a version, by the client and then by the provider, or objecting to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.agree import rules
from outtask.agree.actions.parts import close_sign_links
from outtask.agree.models import Agreement, AgreementVersion, Signature
from outtask.agree.queries import signatures_of, version_of
from outtask.agree.states import AGREEMENT, Form, Party
from outtask.journal.recording import Key, NotFound, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import refuse_if
from outtask.people.links import Holder, make_link
from outtask.people.models import Link, Member
from outtask.people.roles import Right, may
from outtask.people.states import Purpose
from outtask.source.rules import why_not_words


@action
def sign_as_client(
    *, actor: Actor, now: datetime, key: Key = None, agreement_id: UUID, version: int, sha256: str
) -> Outcome:
    """Sign exactly the version that was read, and offer it to the provider by a link of their own.

    Gives link_id.
    """
    kind = "agreement.signed_by_client"
    with recording(kind, actor=actor, on=(Agreement, agreement_id), now=now, key=key) as entry:
        agreement: Agreement = entry.subject
        refuse_if(may(actor, Right.AGREE))
        refuse_if(rules.why_not_sign(agreement.state, "sign_as_client"))
        current = version_of(agreement)
        refuse_if(rules.why_not_seen(version, sha256, current.number, current.sha256))
        member = Member.objects.select_related("person").get(pk=actor.id)
        # After an objection the same version may be offered again: the client's yes to it still stands.
        if Party.CLIENT not in signatures_of(current):
            sign(entry, current, Party.CLIENT, member.name, member=member)
        agreement.state = AGREEMENT.after(agreement.state, "sign_as_client")
        agreement.save(update_fields=["state"])
        link = offer(entry, agreement)
        entry.says(name=entry.keep(member.name), version=current.number, sha256=current.sha256)
        entry.gives(link_id=link.pk)
    return entry.outcome


@action
def sign_as_provider(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    agreement_id: UUID,
    version: int,
    sha256: str,
    name: str,
) -> Outcome:
    """Sign exactly the version that was read and that the link was made for, with the name typed.

    An order holds already: this confirms it.
    """
    kind = "agreement.signed_by_provider"
    with recording(kind, actor=actor, on=(Agreement, agreement_id), now=now, key=key) as entry:
        agreement: Agreement = entry.subject
        refuse_if(may(actor, Right.SIGN_AS_PROVIDER))
        current = version_of(agreement)
        is_order = agreement.form == Form.ORDER
        refuse_if(
            rules.why_not_confirm(agreement.state, Party.PROVIDER in signatures_of(current))
            if is_order
            else rules.why_not_sign(agreement.state, "sign_as_provider")
        )
        link = _link_of(actor, agreement)
        refuse_if(
            rules.why_not_seen(version, sha256, current.number, current.sha256),
            rules.why_not_seen(link.version, sha256, current.number, current.sha256),
        )
        refuse_if(rules.why_not_name(name))
        sign(entry, current, Party.PROVIDER, name.strip(), link=link)
        Link.objects.filter(pk=link.pk).update(spent_at=now)
        entry.says(name=entry.keep(name.strip()), version=current.number, sha256=current.sha256)
        if is_order:
            # It holds since it was placed; this says that they have it and will deliver.
            entry.becomes("order.confirmed")
        else:
            agreement.state = AGREEMENT.after(agreement.state, "sign_as_provider")
            agreement.signed_at = now
            agreement.save(update_fields=["state", "signed_at"])
            entry.also_says("agreement.signed", agreement)
    return entry.outcome


@action
def object_to_agreement(
    *, actor: Actor, now: datetime, key: Key = None, agreement_id: UUID, version: int, reason: str
) -> Outcome:
    """Say why this version is not signed: it is the client's draft again."""
    kind = "agreement.objected"
    with recording(kind, actor=actor, on=(Agreement, agreement_id), now=now, key=key) as entry:
        agreement: Agreement = entry.subject
        refuse_if(may(actor, Right.SIGN_AS_PROVIDER))
        refuse_if(rules.why_not_object(agreement.state))
        current = version_of(agreement)
        refuse_if(rules.why_not_seen(version, current.sha256, current.number, current.sha256))
        refuse_if(why_not_words(reason, "reason", "objection_without_reason"))
        link = _link_of(actor, agreement)
        agreement.state = AGREEMENT.after(agreement.state, "object")
        agreement.save(update_fields=["state"])
        Link.objects.filter(pk=link.pk).update(spent_at=now)
        entry.says(version=current.number, reason=entry.keep(reason.strip()))
    return entry.outcome


def _link_of(actor: Actor, agreement: Agreement) -> Link:
    """The link that asked for the signature: made for this agreement, and still open.

    A guest came by it; to a program it says which version its provider was asked to sign.
    """
    whose = {"provider_id": actor.provider_id} if actor.is_program else {"pk": actor.id}
    link: Link | None = Link.objects.filter(
        **whose,
        purpose=Purpose.SIGN,
        subject_type="agreement",
        subject_id=agreement.pk,
        revoked_at__isnull=True,
    ).first()
    if link is None:
        raise NotFound("link")
    return link


def sign(
    entry: Recording,
    version: AgreementVersion,
    party: Party,
    name: str,
    *,
    member: Member | None = None,
    link: Link | None = None,
) -> None:
    Signature.objects.create(
        organisation_id=entry.organisation_id,
        version=version,
        party=party,
        name=name,
        member=member,
        link=link,
        sha256=version.sha256,
        signed_at=entry.now,
    )


def offer(entry: Recording, agreement: Agreement) -> Link:
    """Part: a link by which the provider signs the current version; earlier ones close.

    It goes to whoever answered the brief for the provider, else to the provider's own address.
    """
    close_sign_links(entry, agreement.pk)
    answered = (
        Link.objects.filter(
            purpose=Purpose.PROPOSE, outtask_id=agreement.outtask_id, provider_id=agreement.provider_id
        )
        .order_by("-made_at", "-id")
        .first()
    )
    provider = agreement.provider
    assert provider is not None, "it is offered to somebody"
    name, email = (answered.name, answered.email) if answered else (provider.name, provider.email)
    return make_link(
        Holder(name, email, provider=provider),
        Purpose.SIGN,
        organisation_id=entry.organisation_id,
        outtask_id=agreement.outtask_id,
        subject_type="agreement",
        subject_id=agreement.pk,
        version=agreement.version,
        now=entry.now,
    )
