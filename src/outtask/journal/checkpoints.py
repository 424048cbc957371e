"""Making checkpoints: signed statements of how long a log is and what it holds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal import proofs, signing
from outtask.journal.merkle import Edge
from outtask.journal.models import Checkpoint, JournalHead
from outtask.journal.notes import BadNote, Note, TreeHead, encoded, signed


class Inconsistent(Exception):
    """The log does not go on from what was signed before; nothing more is signed until somebody looks."""


def latest(organisation_id: UUID) -> Checkpoint | None:
    """The checkpoint over most entries."""
    found: Checkpoint | None = (
        Checkpoint.objects.filter(organisation_id=organisation_id).order_by("-size").first()
    )
    return found


def make(organisation_id: UUID, now: datetime) -> Checkpoint | None:
    """Sign the log as it is now; the same length gives the same checkpoint. None when the log is empty.

    Takes no lock: the head is one row, read whole. Raises Inconsistent when the log is not a continuation of
    the last checkpoint: a log never signs two histories.
    """
    # In this order: the head is read after the checkpoint, so that it can only be longer.
    before = latest(organisation_id)
    head = JournalHead.objects.get(organisation_id=organisation_id)
    if not head.size:
        return None
    root = Edge.from_bytes(bytes(head.edge)).root()
    stated = TreeHead(signing.origin_of(organisation_id), head.size, root)
    _goes_on(before, stated, organisation_id)
    note = signed(str(stated), [signing.signer_for(organisation_id)])
    made: Checkpoint
    made, _new = Checkpoint.objects.get_or_create(
        organisation_id=organisation_id,
        size=head.size,
        defaults={"note": str(note), "key": signing.current(now), "made_at": now},
    )
    return made


def head_of(checkpoint: Checkpoint) -> TreeHead:
    """What a stored checkpoint states; its signature is not looked at."""
    return TreeHead.parse(Note.parse(checkpoint.note).text)


def bundle(checkpoint: Checkpoint, since: Checkpoint | None = None) -> str:
    """A checkpoint with the proof that it goes on from an earlier one, as witnesses of logs get it.

    The form is that of a request to c2sp.org/tlog-witness: the line `old N`, the hashes of the proof, an
    empty line, the checkpoint. Without an earlier one it is `old 0`. Raises proofs.Unprovable.
    """
    old, proof = 0, list[bytes]()
    if since is not None:
        old = since.size
        proof = proofs.consistency(checkpoint.organisation_id, head_of(since), head_of(checkpoint))
    lines = [f"old {old}", *map(encoded, proof), "", ""]
    return "\n".join(lines) + checkpoint.note


def _goes_on(before: Checkpoint | None, stated: TreeHead, organisation_id: UUID) -> None:
    """Raises Inconsistent unless the tree holds that of the checkpoint before as its beginning."""
    try:
        proofs.keep_blocks(organisation_id, stated.size)
        if before is not None:
            proofs.consistency(organisation_id, head_of(before), stated)
    except (BadNote, proofs.Unprovable) as wrong:
        since = (
            f" from the checkpoint over {before.size}, signed on {before.made_at:%Y-%m-%d}" if before else ""
        )
        raise Inconsistent(
            f"The log with {stated.size} entries does not go on{since}. Run `outtask verify`, and keep a copy"
            " of the database as it is."
        ) from wrong
