"""Proofs for programs: the receipt of an entry, checkpoints, and that one log goes on from another."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext
from ninja import Query

from outtask.api.calls import Call
from outtask.api.conditional import answered
from outtask.api.problems import NOT_FITTING, Problem
from outtask.api.routing import Room
from outtask.api.schemas import Shown
from outtask.followers import checkpointing, proving
from outtask.followers.timeline import entry_with
from outtask.journal import checkpoints
from outtask.journal.models import Checkpoint
from outtask.journal.notes import encoded
from outtask.kernel.refusal import Refused

room = Room("Proofs")

Size = Annotated[int, Query(ge=1, le=2**63 - 1, description="The checkpoint over so many entries.")]


class CheckpointShown(Shown):
    """A signed statement of how long the journal is and what it holds.

    root is of the Merkle tree (RFC 6962), in hexadecimal; note is the signed note that states it, key the
    verifier key to check it with.
    """

    size: int
    root: str
    note: str
    key: str
    made_at: datetime

    @classmethod
    def of(cls, row: Checkpoint) -> Self:
        return cls(
            size=row.size,
            root=checkpoints.head_of(row).root.hex(),
            note=row.note,
            key=str(checkpointing.verifier_key(row)),
            made_at=row.made_at,
        )


class ConsistencyShown(Shown):
    """The proof that the journal of `new` begins with all of that of `old`: hashes in base64, in their order.

    It is the consistency proof of RFC 6962; there is none to give from nothing, or from the same length.
    """

    old: CheckpointShown | None
    new: CheckpointShown
    proof: list[str]


@room.file("/entries/{uuid:entry_id}/receipt", "application/json", tagged=True)
def receipt(call: Call, entry_id: UUID) -> HttpResponse:
    """Fetch the receipt of an entry of an out-task, which proves the entry by itself.

    These are the bytes of the page's download; `outtask verify --receipt` examines them anywhere. Refused
    while no checkpoint covers the entry: it is sealed each night, and with each signature.
    """
    text = proving.receipt_of(call.organisation, entry_with(call.actor, entry_id))
    if text is None:
        raise Refused(proving.UNSEALED)
    return answered(call, text.encode(), "application/json")


@room.many("/checkpoints", CheckpointShown, by=("-size",))
def checkpoint_list(call: Call) -> Any:
    """List the checkpoints of the journal, the latest first."""
    # Whoever may come in may hold them against the log: they say how long it is, and nothing of what it says.
    return Checkpoint.objects.filter(organisation_id=call.actor.organisation_id)


@room.one("/checkpoints/latest", CheckpointShown)
def latest_checkpoint(call: Call) -> CheckpointShown:
    """Read the latest checkpoint. Refused while nothing is sealed."""
    return CheckpointShown.of(proving.newest(call.actor.organisation_id))


@room.file("/checkpoints/latest/text", "text/plain", tagged=True)
def checkpoint_text(call: Call, since: Size | None = None) -> HttpResponse:
    """Fetch the latest checkpoint as the other party keeps it, with the proof since an earlier one.

    These are the bytes of the page's download; `outtask verify --checkpoint` compares several of them.
    """
    organisation_id = call.actor.organisation_id
    old = None if since is None else proving.checkpoint_over(organisation_id, since)
    text = proving.as_text(proving.newest(organisation_id), old)
    return answered(call, text.encode(), "text/plain; charset=utf-8")


@room.one("/checkpoints/consistency", ConsistencyShown)
def consistency(call: Call, old: Size | None = None, new: Size | None = None) -> ConsistencyShown:
    """Read the proof that the journal only grew from one checkpoint to another.

    Without `new` to the latest one, without `old` from the one before.
    """
    organisation_id = call.actor.organisation_id
    to = proving.newest(organisation_id) if new is None else proving.checkpoint_over(organisation_id, new)
    since = proving.before(to) if old is None else proving.checkpoint_over(organisation_id, old)
    if since is not None and since.size > to.size:
        said = gettext("`old` is the earlier of the two. Turn them round.")
        raise Problem(NOT_FITTING, said, "old_is_newer", parameter="old")
    hashes = proving.consistency(since, to) if since is not None else []
    return ConsistencyShown(
        old=CheckpointShown.of(since) if since is not None else None,
        new=CheckpointShown.of(to),
        proof=[encoded(one) for one in hashes],
    )
