"""Taking back, and sending on: the only writers of this room."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from outtask.agree.actions import end
from outtask.deliver.actions import cancel_milestones
from outtask.files.actions import keep_upload
from outtask.files.storage import Stored
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.outtasks.models import OutTask
from outtask.people.links import revoke_links
from outtask.people.roles import Right, may
from outtask.source.actions import end_sourcing, reopen_brief
from outtask.source.models import Brief
from outtask.spend.actions.ledger import release
from outtask.spend.actions.requests import void
from outtask.spend.models import Commitment, PurchaseRequest
from outtask.spend.states import RequestState
from outtask.takeback import queries, rules
from outtask.takeback.models import Handover
from outtask.takeback.states import HANDOVER, HandoverState, Successor


@action
def take_back(
    *, actor: Actor, now: datetime, key: Key = None, outtask_id: UUID, successor: str, reason: str = ""
) -> Outcome:
    """Take an out-task back, from any stage, in one act.

    Work stops, links close, undecided requests are void, what was accepted stays owed, the rest of the
    commitment is free again; the handover pack is made by the worker right after. No reason is needed.
    """
    with recording("outtask.taken_back", actor=actor, on=(OutTask, outtask_id), now=now, key=key) as entry:
        outtask: OutTask = entry.subject
        refuse_if(
            may(actor, Right.TAKE_BACK),
            rules.why_not_take_back(queries.facts_of(outtask)),
            rules.why_not_successor(successor),
        )
        links = revoke_links(now, outtask=outtask)
        settled, released, items = _stop(entry, outtask)
        handover = Handover.objects.create(
            organisation_id=entry.organisation_id,
            outtask=outtask,
            provider_id=outtask.provider_id,
            from_stage=outtask.stage,
            reason=reason,
            successor=Successor(successor),
            currency=settled.currency if settled else "",
            settled_minor=settled.minor if settled else 0,
            released_minor=released.minor if released else 0,
            open_items=items,
            taken_back_by_id=actor.id,
            taken_back_at=now,
        )
        entry.says(
            handover=handover.pk,
            reason=entry.keep(reason),
            successor=successor,
            settled=settled,
            released=released,
            links_closed=links,
            open_items=len(items),
        )
        entry.gives(handover=handover.pk)
    return entry.outcome


def _stop(entry: Recording, outtask: OutTask) -> tuple[Money | None, Money | None, list[dict[str, object]]]:
    """Stop everything that runs: sourcing, undecided spending, milestones, the agreement, the money."""
    brief = Brief.objects.filter(outtask=outtask).first()
    if brief is not None:
        end_sourcing(entry, brief)
    waiting = PurchaseRequest.objects.filter(
        outtask=outtask, state__in=[RequestState.REFERRED, RequestState.ASKED]
    )
    for request in waiting:
        void(entry, request)
    agreement = queries.live_agreement(outtask)
    if agreement is None:
        return None, None, []
    items = cancel_milestones(entry, agreement)
    commitment = Commitment.objects.select_related("budget").filter(agreement=agreement).first()
    settled = Money(commitment.accepted_minor, commitment.currency) if commitment else None
    released = release(entry, commitment) if commitment else None
    end(entry, agreement)
    return settled, released, items


@action
def record_pack(
    *, actor: Actor, now: datetime, key: Key = None, handover_id: UUID, stored: Stored, name: str, files: int
) -> Outcome:
    """The worker made the pack: its bytes are stored, and here they get their name and their place."""
    with recording("handover.packed", actor=actor, on=(Handover, handover_id), now=now, key=key) as entry:
        handover: Handover = entry.subject
        refuse_if(rules.why_not_pack(handover.state))
        handover.pack = keep_upload(entry, stored, name, outtask_id=handover.outtask_id)
        handover.state = HANDOVER.after(HandoverState(handover.state), "pack")
        handover.packed_at = now
        handover.save(update_fields=["pack", "state", "packed_at"])
        entry.says(handover=handover.pk, file=handover.pack.pk, files=files, sha256=stored.sha256)
    return entry.outcome


@action
def record_pack_failed(
    *, actor: Actor, now: datetime, key: Key = None, handover_id: UUID, reason: str
) -> Outcome:
    """The worker could not make the pack; why is shown, and it can be tried again."""
    with recording(
        "handover.pack_failed", actor=actor, on=(Handover, handover_id), now=now, key=key
    ) as entry:
        handover: Handover = entry.subject
        refuse_if(HANDOVER.why_not(handover.state, "fail"))
        handover.state = HANDOVER.after(HandoverState(handover.state), "fail")
        handover.save(update_fields=["state"])
        entry.says(handover=handover.pk, reason=entry.keep(reason))
    return entry.outcome


@action
def ask_for_pack_again(*, actor: Actor, now: datetime, key: Key = None, handover_id: UUID) -> Outcome:
    """Have the worker try again after a failure."""
    with recording(
        "handover.pack_asked_again", actor=actor, on=(Handover, handover_id), now=now, key=key
    ) as entry:
        handover: Handover = entry.subject
        refuse_if(may(actor, Right.TAKE_BACK), rules.why_not_try_again(handover.state))
        handover.state = HANDOVER.after(HandoverState(handover.state), "try_again")
        handover.save(update_fields=["state"])
        entry.says(handover=handover.pk)
    return entry.outcome


@action
def hand_on(*, actor: Actor, now: datetime, key: Key = None, handover_id: UUID, by_when: date) -> Outcome:
    """Open the brief again for another provider; the pack goes with it."""
    with recording("outtask.handed_on", actor=actor, on=(Handover, handover_id), now=now, key=key) as entry:
        handover: Handover = entry.subject
        standing = queries.standing_handover(handover.outtask)
        refuse_if(
            may(actor, Right.BRIEF),
            rules.why_not_hand_on(
                handed_on=handover.handed_on_at is not None,
                latest=standing is not None and standing.pk == handover.pk,
                by_when=by_when,
                today=now.date(),
            ),
            None
            if handover.state == HandoverState.PACKED
            else Refusal("not_packed", N_("The handover pack is still being made. Try again in a moment.")),
        )
        handover.handed_on_at = now
        handover.save(update_fields=["handed_on_at"])
        brief = Brief.objects.get(outtask_id=handover.outtask_id)
        reopen_brief(entry, brief, handover_id=handover.pk)
        brief.by_when = by_when
        brief.save(update_fields=["by_when"])
        entry.says(handover=handover.pk, by_when=by_when)
        entry.gives(reference=handover.outtask.reference)
    return entry.outcome
