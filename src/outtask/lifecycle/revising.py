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
from outtask.deliver.actions import cancel_milestones
from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.links import revoke_links
from outtask.people.roles import Right, may
from outtask.people.states import Purpose
from outtask.spend.actions.ledger import release
from outtask.spend.actions.requests import void
from outtask.spend.models import Commitment, PurchaseRequest
from outtask.spend.states import RequestState

LIVE = (RequestState.REFERRED, RequestState.ASKED, RequestState.COMMITTED)


def why_not_revise_after(accepted_minor: int, seen: int, version: int) -> Refusal | None:
    """A refusal once something was accepted, or when another version was open."""
    if seen != version:
        return Refusal(
            "stale_version", N_("The statement of work was changed meanwhile. Open it again."), field="version"
        )
    if accepted_minor:
        return Refusal(
            "accepted_already",
            N_(
                "Part of the work is accepted, so this agreement stands. Take the rest back and agree on it afresh."
            ),
        )
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
        commitment = Commitment.objects.filter(agreement=agreement, released_minor=0).order_by("-id").first()
        accepted = commitment.accepted_minor if commitment else 0
        refuse_if(may(actor, Right.AGREE), why_not_revise_after(accepted, version, agreement.version))
        released = Money(0, agreement.currency)
        for request in PurchaseRequest.objects.filter(agreement=agreement, state__in=LIVE):
            void(entry, request)
        if commitment is not None:
            released = release(entry, commitment)
            cancel_milestones(entry, agreement)
        revoke_links(now, outtask_id=agreement.outtask_id, purpose=Purpose.DELIVER)
        made = new_version(entry, agreement, terms, change_note)
        entry.says(version=made.number, sha256=made.sha256, released=released, note=entry.keep(change_note))
        entry.gives(version=made.number, sha256=made.sha256)
    return entry.outcome
