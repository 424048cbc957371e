"""Taking back and handing on, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from django.http.response import HttpResponseBase

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, Day, Done, Given, Shown, upto
from outtask.files.actions import record_download
from outtask.files.views import send
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.money import Money
from outtask.outtasks.queries import outtask_of
from outtask.outtasks.states import Stage
from outtask.people.roles import Right
from outtask.takeback import actions, queries
from outtask.takeback.models import Handover
from outtask.takeback.rules import LONGEST_REASON
from outtask.takeback.states import HandoverState, Successor

room = Room("Taking back")


_OUTTASK = "/out-tasks/{slug:reference}"
_HANDOVER = "/handovers/{uuid:handover_id}"


class PreviewShown(Shown):
    """What would happen if it were taken back now. Amounts are null where no money was promised."""

    open_milestones: int
    accepted_milestones: int
    open_invitations: int
    live_links: int
    files: int
    file_bytes: int
    undecided_requests: list[str]
    settled: Amount | None
    unpaid: Amount | None
    released: Amount | None
    fee: Amount | None


class HandoverShown(Shown):
    """One taking back of one out-task."""

    id: UUID
    out_task: str
    provider_id: UUID | None
    from_stage: Stage
    successor: Successor
    reason: str
    state: HandoverState
    settled: Amount | None
    released: Amount | None
    open_items: list[dict[str, Any]]
    taken_back_by_id: UUID
    taken_back_at: datetime
    packed_at: datetime | None
    handed_on_at: datetime | None

    @classmethod
    def of(cls, row: Handover) -> Self:
        priced = bool(row.currency)
        return cls(
            id=row.pk,
            out_task=row.outtask.reference,
            provider_id=row.provider_id,
            from_stage=Stage(row.from_stage),
            successor=Successor(row.successor),
            reason=row.reason,
            state=HandoverState(row.state),
            settled=Amount.of(row.settled_minor, row.currency) if priced else None,
            released=Amount.of(row.released_minor, row.currency) if priced else None,
            open_items=row.open_items,
            taken_back_by_id=row.taken_back_by_id,
            taken_back_at=row.taken_back_at,
            packed_at=row.packed_at,
            handed_on_at=row.handed_on_at,
        )


class TakingBack(Given):
    """Who goes on with it, and why, if you want to say."""

    successor: Successor
    reason: Annotated[str, upto(LONGEST_REASON)] = ""


class TakenBack(Done):
    """The handover. Its pack is made right after."""

    handover: UUID


class HandingOn(Given):
    """The day the work is needed by from the next provider."""

    by_when: Day


@room.one(f"{_OUTTASK}/taking-back", PreviewShown)
def taking_back_preview(call: Call, reference: str) -> PreviewShown:
    """Read what taking back would do; nothing is done."""
    outtask = outtask_of(call.actor, reference)
    if not call.actor.is_member:
        raise NotFound("preview")
    found = queries.preview(call.actor, outtask)
    return PreviewShown(
        open_milestones=len(found.open_items),
        accepted_milestones=len(found.accepted),
        open_invitations=found.invitations,
        live_links=found.links,
        files=found.files,
        file_bytes=found.file_bytes,
        undecided_requests=[row.reference for row in found.requests],
        settled=_amount(found.settled),
        unpaid=_amount(found.unpaid),
        released=_amount(found.released),
        fee=_amount(found.fee),
    )


def _amount(value: Money | None) -> Amount | None:
    return None if value is None else Amount.of(value.minor, value.currency)


@room.act(f"{_OUTTASK}/taking-back", TakenBack, status=201, scope=Right.TAKE_BACK, at="/handovers/{handover}")
def take_back(call: Call, reference: str, body: TakingBack) -> Outcome:
    """Take an out-task back, from any stage, in one act."""
    pk = outtask_of(call.actor, reference).pk
    return act(call, actions.take_back, outtask_id=pk, successor=body.successor.value, reason=body.reason)


@room.many("/handovers", HandoverShown)
def handover_list(call: Call) -> Any:
    """List what was taken back, the latest first."""
    return Handover.objects.visible_to(call.actor).select_related("outtask")


@room.one(_HANDOVER, HandoverShown)
def handover(call: Call, handover_id: UUID) -> HandoverShown:
    """Read one handover."""
    return HandoverShown.of(_handover(call, handover_id))


@room.file(f"{_HANDOVER}/pack", "application/zip")
def handover_pack(call: Call, handover_id: UUID) -> HttpResponseBase:
    """Fetch the handover pack. Reading it is recorded."""
    pack = _handover(call, handover_id).pack
    if pack is None:
        raise NotFound("pack")
    record_download(actor=call.actor, now=call.now, file_id=pack.pk)
    return send(call, pack)


@room.act(f"{_HANDOVER}/pack", status=202, scope=Right.TAKE_BACK, about=handover)
def ask_for_pack_again(call: Call, handover_id: UUID) -> Outcome:
    """Have the pack made again after it failed."""
    return act(call, actions.ask_for_pack_again, handover_id=handover_id)


@room.act(f"{_HANDOVER}/handing-on", status=201, scope=Right.BRIEF, about=handover)
def hand_on(call: Call, handover_id: UUID, body: HandingOn) -> Outcome:
    """Open the brief again for another provider; the pack goes with it."""
    return act(call, actions.hand_on, handover_id=handover_id, by_when=body.by_when)


def _handover(call: Call, handover_id: UUID) -> Handover:
    row: Handover | None = (
        Handover.objects.visible_to(call.actor).select_related("outtask").filter(pk=handover_id).first()
    )
    if row is None:
        raise NotFound("handover")
    return row
