"""Issuing receipts over the stored log. Reads only: a page that shows a receipt changes nothing."""

from __future__ import annotations

from outtask.journal import checkpoints, proofs, signing
from outtask.journal.body import kept_words, said_in
from outtask.journal.models import Checkpoint, Entry, Saying
from outtask.journal.receipts import Receipt, Words


def covering(entry: Entry) -> Checkpoint | None:
    """The newest checkpoint, when it covers the entry; None while the entry waits for the next one."""
    newest = checkpoints.latest(entry.organisation_id)
    return newest if newest is not None and newest.size > entry.seq else None


def issue(entry: Entry, checkpoint: Checkpoint, summary: str = "") -> Receipt:
    """The receipt of an entry that a checkpoint covers; its words are for whoever may read the entry.

    summary: the entry in one sentence, for people. Raises proofs.Unprovable when the stored entry is not the
    one that the checkpoint covers.
    """
    body = bytes(entry.body)
    head = checkpoints.head_of(checkpoint)
    return Receipt(
        entry=body,
        place=entry.seq,
        proof=tuple(proofs.inclusion(entry.organisation_id, entry.seq, bytes(entry.leaf), head)),
        checkpoint=checkpoint.note,
        keys=tuple(signing.known_keys()),
        words=_words(entry),
        summary=summary,
    )


def _words(entry: Entry) -> dict[str, Words]:
    wanted = [pk for _name, pk, _digest in kept_words(said_in(bytes(entry.body))["says"])]
    rows = Saying.objects.filter(
        pk__in=wanted, organisation_id=entry.organisation_id, erased_at__isnull=True
    ).values_list("pk", "salt", "text")
    return {str(pk): Words(bytes(salt), text) for pk, salt, text in rows}
