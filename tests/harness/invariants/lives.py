"""Where things stand: states of their machines, what was taken back dead, what was signed unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from django.db.models import Model

from outtask.agree.states import AGREEMENT, AgreementState, Form, Party
from outtask.deliver.states import CHECK, MILESTONE, SETTLED
from outtask.followers.models import WebhookDelivery
from outtask.followers.states import DELIVERY
from outtask.kernel.machine import Machine
from outtask.messages.states import MAIL
from outtask.models import (
    Agreement,
    AgreementVersion,
    Archive,
    Award,
    Brief,
    Check,
    Commitment,
    Drill,
    Handover,
    Invitation,
    Invoice,
    Link,
    Mail,
    MemberInvitation,
    Milestone,
    OutTask,
    Proposal,
    PurchaseRequest,
    Signature,
)
from outtask.pay.states import INVOICE
from outtask.people.states import MEMBER_INVITATION
from outtask.source.rules import ASKED
from outtask.source.states import BRIEF, INVITATION, PROPOSAL
from outtask.spend.states import PURCHASE_REQUEST, UNDECIDED
from outtask.takeback.states import ARCHIVE, DRILL, HANDOVER
from tests.harness.invariants.house import House, Row, grouped

MACHINES: Mapping[type[Model], Machine[Any]] = {
    Agreement: AGREEMENT,
    Archive: ARCHIVE,
    Brief: BRIEF,
    Check: CHECK,
    Drill: DRILL,
    Handover: HANDOVER,
    Invitation: INVITATION,
    Invoice: INVOICE,
    Mail: MAIL,
    MemberInvitation: MEMBER_INVITATION,
    Milestone: MILESTONE,
    Proposal: PROPOSAL,
    PurchaseRequest: PURCHASE_REQUEST,
    WebhookDelivery: DELIVERY,
}
"""Every noun with a transition table."""


def states_are_those_of_their_machines(house: House) -> Iterator[str]:
    """Each row is in a state of its machine; against the moment before, one act led there at most."""
    for model, machine in MACHINES.items():
        known = {state.value for state in machine.states}
        for row in house.all(model):
            if row.state not in known:
                yield f"{row} is {row.state!r}, which is no state of a {machine.name}"
        yield from _jumps(house, model, machine)


def _jumps(house: House, model: type[Model], machine: Machine[Any]) -> Iterator[str]:
    if house.before is None:
        return
    steps = {(source.value, target.value) for (source, _), target in machine.table.items()}
    for row in house.all(model):
        old = house.before.get(model, row.pk)
        if old is row:
            continue
        if old is not None and old.state != row.state and (old.state, row.state) not in steps:
            yield f"{row} went from {old.state} to {row.state}"


def what_was_taken_back_is_dead(house: House) -> Iterator[str]:
    """After taking back: no live link, nothing waits, what was not accepted is free again, nobody has it."""
    for outtask_id, handovers in grouped(house.all(Handover), lambda row: row.outtask_id).items():
        latest = max(handovers, key=lambda row: row.taken_back_at)
        for commitment in house.of(Commitment, outtask_id=outtask_id):
            held = commitment.amount_minor - commitment.accepted_minor - commitment.released_minor
            if commitment.made_at <= latest.taken_back_at and held:
                yield f"{commitment} still holds {held} of out-task {outtask_id}, which was taken back"
        if latest.handed_on_at is None:
            yield from _alive(house, outtask_id)


def _alive(house: House, outtask_id: Any) -> Iterator[str]:
    outtask = house.get(OutTask, outtask_id)
    assert outtask is not None, "held by a foreign key"
    mine = {"outtask_id": outtask_id}
    briefs = {row.pk for row in house.of(Brief, **mine)}
    living: list[Row] = [
        *(row for row in house.of(Link, **mine) if row.revoked_at is None),
        *(row for row in house.of(Award, **mine) if row.ended_at is None),
        *(row for row in house.of(Agreement, **mine) if row.state != AgreementState.ENDED),
        *(row for row in house.of(PurchaseRequest, **mine) if row.state in UNDECIDED),
        *(row for row in house.of(Milestone, **mine) if row.state not in SETTLED),
        *(row for row in house.all(Invitation) if row.brief_id in briefs and row.state in ASKED),
    ]
    yield from (f"{row} lives, and {outtask} was taken back" for row in living)
    if outtask.provider_id is not None:
        yield f"{outtask} was taken back and has a provider"


def links_are_kept_as_digests(house: House) -> Iterator[str]:
    """A link ends; its token stands nowhere, only a digest that no other link has."""
    seen = set()
    for row in house.all(Link):
        if len(row.token_hash) != 64 or row.token_hash in seen or row.expires_at <= row.made_at:
            yield f"{row} has the digest {row.token_hash!r} and ends {row.expires_at}"
        seen.add(row.token_hash)


def what_was_signed_stays(house: House) -> Iterator[str]:
    """A version has the digest of its bytes, a signature that of its version, and neither ever changes."""
    versions = {row.pk: row for row in house.all(AgreementVersion)}
    for row in versions.values():
        if sha256(row.body).hexdigest() != row.sha256:
            yield f"{row} does not have the digest of its bytes"
        old = house.before.get(AgreementVersion, row.pk) if house.before else None
        if old is not None and (old.body, old.sha256, old.number) != (row.body, row.sha256, row.number):
            yield f"{row} was changed after it was made"
    for row in house.all(Signature):
        if versions[row.version_id].sha256 != row.sha256:
            yield f"{row} is for other bytes than those of its version"
    for agreement, mine in grouped(versions.values(), lambda row: row.agreement_id).items():
        kept = house.get(Agreement, agreement)
        numbers = sorted(row.number for row in mine)
        if kept is None or numbers != list(range(1, kept.version + 1)):
            yield f"agreement {agreement} has versions {numbers}"


def both_signed_what_binds(house: House) -> Iterator[str]:
    """An agreement that is signed or in force has the signatures of both to its latest version.

    An order has the client's: placing it is enough.
    """
    latest = {(row.agreement_id, row.number): row.pk for row in house.all(AgreementVersion)}
    parties = grouped(house.all(Signature), lambda row: row.version_id)
    for row in house.all(Agreement):
        if row.state not in {AgreementState.SIGNED, AgreementState.IN_FORCE}:
            continue
        signed = sorted(one.party for one in parties[latest[row.pk, row.version]])
        if signed != sorted(Party) and not (row.form == Form.ORDER and Party.CLIENT in signed):
            yield f"{row} is {row.state}, signed by {signed}"


def one_choice_at_a_time(house: House) -> Iterator[str]:
    """An out-task has one award that stands and one agreement that lives at most, with the same provider."""
    awards = grouped((row for row in house.all(Award) if row.ended_at is None), lambda row: row.outtask_id)
    lives = grouped(
        (row for row in house.all(Agreement) if row.state != AgreementState.ENDED), lambda row: row.outtask_id
    )
    for outtask in house.all(OutTask):
        mine, agreed = awards[outtask.pk], lives[outtask.pk]
        if len(mine) > 1 or len(agreed) > 1:
            yield f"{outtask} has {len(mine)} awards and {len(agreed)} agreements"
        proposal = house.get(Proposal, mine[0].proposal_id) if mine else None
        if proposal is not None and proposal.provider_id != outtask.provider_id:
            yield f"{outtask} was given to {proposal.provider_id}, has {outtask.provider_id}"
        if proposal is not None and any(row.provider_id != proposal.provider_id for row in agreed):
            yield f"{outtask} is agreed with somebody who was not chosen"


INVARIANTS = (
    states_are_those_of_their_machines,
    what_was_taken_back_is_dead,
    links_are_kept_as_digests,
    what_was_signed_stays,
    both_signed_what_binds,
    one_choice_at_a_time,
)
