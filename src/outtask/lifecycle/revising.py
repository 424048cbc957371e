"""Changing a statement of work after both have signed: what was approved no longer counts.

A composite: the new version (agree) voids the request and its approval (spend), gives the commitment back to
the budget, and cancels the milestones (deliver). Possible as long as nothing was accepted; after that, take
the rest back and agree on it afresh.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.agree.actions import new_version
from outtask.agree.documents import Terms
from outtask.agree.models import Agreement
from outtask.agree.rules import why_not_statement
from outtask.deliver.actions import cancel_milestones
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.links import revoke_links_to
from outtask.people.roles import Right, may
from outtask.people.states import Purpose
from outtask.source.rules import why_not_stale
from outtask.spend.actions.ledger import release
from outtask.spend.actions.requests import void
from outtask.spend.queries import live_commitment, live_request


def why_not_revise_after(live_request: bool, accepted_minor: int) -> Refusal | None:
    """Whether what was asked for or approved may be undone by a new version of the text."""
    if not live_request:
        reason = N_("No money was asked for this version. Change the statement of work itself.")
        return Refusal("nothing_to_void", reason)
    if accepted_minor:
        reason = N_(
            "Part of the work is accepted, so this agreement stands."
            " Take the rest back and agree on it afresh."
        )
        return Refusal("accepted_already", reason)
    return None


@action
def revise_after_signing(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    agreement_id: UUID,
    version: int,
    terms: Terms,
    change_note: str,
) -> Outcome:
    """Make a new version of an agreement whose money was asked for or committed; both sign and ask afresh.

    Gives version and sha256 of the new text.
    """
    kind = "agreement.revised_after_signing"
    with recording(kind, actor=actor, on=(Agreement, agreement_id), now=now, key=key) as entry:
        agreement: Agreement = entry.subject
        commitment = live_commitment(agreement.pk)
        refuse_if(
            may(actor, Right.AGREE),
            why_not_statement(agreement.form),
            why_not_stale(version, agreement.version),
            why_not_revise_after(
                live_request(agreement.pk) is not None, commitment.accepted_minor if commitment else 0
            ),
        )
        released = _undo(entry, agreement)
        made = new_version(entry, agreement, terms, change_note)
        entry.says(
            version=made.number, sha256=made.sha256, released=released, note=entry.keep(made.change_note)
        )
        entry.gives(version=made.number, sha256=made.sha256)
    return entry.outcome


def _undo(entry: Recording, agreement: Agreement) -> Money:
    """Give the money back and stop what it had opened; returns what is free again."""
    request, commitment = live_request(agreement.pk), live_commitment(agreement.pk)
    assert request is not None, "the rule asks for a live request"
    void(entry, request)
    cancel_milestones(entry, agreement)
    revoke_links_to(Purpose.DELIVER, "agreement", agreement.pk, entry.now)
    return release(entry, commitment) if commitment else Money.zero(agreement.currency)
