"""Taking back, and sending on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from outtask.agree.actions import end
from outtask.agree.models import Agreement
from outtask.agree.states import AGREEMENT
from outtask.deliver.actions import cancel_milestones
from outtask.files.actions import keep_upload
from outtask.files.storage import Stored
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.outtasks.models import OutTask
from outtask.people.links import revoke_links
from outtask.people.roles import Right, may
from outtask.source.actions import end_sourcing, reopen_brief
from outtask.source.models import Brief
from outtask.source.queries import today_of
from outtask.spend.actions.ledger import release
from outtask.spend.actions.requests import void
from outtask.spend.queries import live_commitment
from outtask.takeback import queries, rules
from outtask.takeback.models import Handover
from outtask.takeback.states import HANDOVER, HandoverState, Successor


@dataclass(frozen=True)
class Stopped:
    """What taking back ended: milestones as they stood, what was accepted, what is free again."""

    items: list[dict[str, object]] = field(default_factory=list)
    settled: Money | None = None
    released: Money | None = None


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
            rules.why_not_take_back(queries.standing_handover(outtask) is not None),
            rules.why_not_successor(successor),
            rules.why_not_reason(reason),
        )
        links = revoke_links(now, outtask=outtask)
        stopped = _stop(entry, outtask)
        handover = _keep(entry, outtask, stopped, Successor(successor), reason.strip())
        entry.says(
            handover=handover.pk,
            reason=entry.keep(handover.reason),
            successor=handover.successor,
            settled=stopped.settled,
            released=stopped.released,
            links_closed=links,
            open_items=len(stopped.items),
        )
        entry.gives(handover=handover.pk)
    return entry.outcome


def _stop(entry: Recording, outtask: OutTask) -> Stopped:
    """Stop everything that runs: undecided spending, milestones, the money, the agreement, sourcing."""
    for request in queries.undecided_requests(outtask):
        void(entry, request)
    agreement = queries.current_agreement(outtask)
    stopped = _end(entry, agreement) if agreement else Stopped()
    brief = Brief.objects.filter(outtask=outtask).first()
    if brief is not None:
        end_sourcing(entry, brief)
    else:
        # What was bought had no brief; nobody has it any more either.
        OutTask.objects.filter(pk=outtask.pk).update(provider=None)
    return stopped


def _end(entry: Recording, agreement: Agreement) -> Stopped:
    """End an agreement that still runs; of one that was done and paid only the sums are told."""
    items = cancel_milestones(entry, agreement)
    commitment = live_commitment(agreement.pk)
    released = release(entry, commitment) if commitment else None
    if AGREEMENT.allows(agreement.state, "end"):
        end(entry, agreement)
    settled = Money(commitment.accepted_minor, commitment.currency) if commitment else None
    return Stopped(items, settled, released)


def _keep(
    entry: Recording, outtask: OutTask, stopped: Stopped, successor: Successor, reason: str
) -> Handover:
    handover: Handover = Handover.objects.create(
        organisation_id=entry.organisation_id,
        outtask=outtask,
        # As they were before this act: where it stood and who had it.
        provider_id=outtask.provider_id,
        from_stage=outtask.stage,
        reason=reason,
        successor=successor,
        currency=stopped.settled.currency if stopped.settled is not None else "",
        settled_minor=stopped.settled.minor if stopped.settled is not None else 0,
        released_minor=stopped.released.minor if stopped.released is not None else 0,
        open_items=stopped.items,
        taken_back_by_id=entry.actor.id,
        taken_back_at=entry.now,
    )
    return handover


@action
def record_pack(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    handover_id: UUID,
    pack: tuple[str, Stored],
    onward: tuple[str, Stored],
    files: int,
) -> Outcome:
    """The worker made the packs: their bytes are stored, and here they get their names and their place."""
    with recording("handover.packed", actor=actor, on=(Handover, handover_id), now=now, key=key) as entry:
        handover: Handover = entry.subject
        refuse_if(rules.why_not_pack(actor.is_clock, handover.state, "pack"))
        for_us, for_the_next = (
            keep_upload(entry, stored, name, outtask_id=handover.outtask_id)
            for name, stored in (pack, onward)
        )
        handover.pack, handover.onward = for_us, for_the_next
        handover.state = HANDOVER.after(HandoverState(handover.state), "pack")
        handover.packed_at = now
        handover.save(update_fields=["pack", "onward", "state", "packed_at"])
        entry.says(handover=handover.pk, file=for_us.pk, files=files, sha256=for_us.blob_id)
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
        refuse_if(rules.why_not_pack(actor.is_clock, handover.state, "fail"))
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
        refuse_if(
            may(actor, Right.BRIEF),
            rules.why_not_hand_on(queries.onward_of(handover)),
            rules.why_not_day(by_when, today_of(entry.organisation_id, now)),
        )
        brief = Brief.objects.get(outtask_id=handover.outtask_id)
        handover.handed_on_at = now
        handover.save(update_fields=["handed_on_at"])
        reopen_brief(entry, brief, handover_id=handover.pk)
        # What was agreed with the provider before is no sum of what comes next.
        OutTask.objects.filter(pk=handover.outtask_id).update(amount_minor=None, currency="")
        brief.by_when = by_when
        brief.save(update_fields=["by_when"])
        entry.says(handover=handover.pk, by_when=by_when)
        entry.gives(reference=handover.outtask.reference)
    return entry.outcome
