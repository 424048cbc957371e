"""What is handed out as proof, on pages and over the API alike: receipts, checkpoints, consistency proofs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from outtask.followers import checkpointing
from outtask.followers.timeline import sentence_of
from outtask.journal import bundles, checkpoints, issuing, proofs
from outtask.journal.models import Checkpoint, Entry
from outtask.journal.proofs import Unprovable
from outtask.journal.reading import read
from outtask.journal.recording import NotFound
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.people.models import Organisation
from outtask.ui.formats import moment

# A proof that does not hold is never handed out.
TAMPERED = Refusal(
    "log_inconsistent",
    N_(
        "The journal does not fit what was sealed before, so nothing is proven now."
        " Ask an administrator to run “outtask verify”."
    ),
)
UNSEALED = Refusal(
    "nothing_sealed", N_("Nothing is sealed yet; it is done each night, and with each signature.")
)


@contextmanager
def holding() -> Iterator[None]:
    """Refuses, in words for readers, when a proof that is made inside does not hold."""
    try:
        yield
    except Unprovable as wrong:
        raise Refused(TAMPERED) from wrong


def receipt_of(organisation: Organisation, entry: Entry) -> str | None:
    """The receipt of an entry as it is handed out; None while no checkpoint covers the entry.

    Its summary tells the time in the reader's zone; what is proven is the same for everybody.
    """
    covering = issuing.covering(entry)
    if covering is None:
        return None
    [told] = read([entry])
    with holding():
        summary = f"{organisation.name}, {moment(entry.at)}: {sentence_of(told)}"
        return issuing.issue(entry, covering, summary).to_json()


def newest(organisation_id: UUID) -> Checkpoint:
    """The latest checkpoint of a log; refused while there is none."""
    found = checkpoints.latest(organisation_id)
    if found is None:
        raise Refused(UNSEALED)
    return found


def checkpoint_over(organisation_id: UUID, size: int) -> Checkpoint:
    """The checkpoint over so many entries; NotFound when none of that length was ever made."""
    found: Checkpoint | None = Checkpoint.objects.filter(organisation_id=organisation_id, size=size).first()
    if found is None:
        raise NotFound("checkpoint")
    return found


def before(checkpoint: Checkpoint) -> Checkpoint | None:
    """The checkpoint made before this one."""
    rows = Checkpoint.objects.filter(organisation_id=checkpoint.organisation_id, size__lt=checkpoint.size)
    found: Checkpoint | None = rows.order_by("-size").first()
    return found


def as_text(checkpoint: Checkpoint, since: Checkpoint | None) -> str:
    """A checkpoint with the proof that it goes on from an earlier one, as its readers keep it."""
    with holding():
        return bundles.armoured(checkpoints.bundle(checkpoint, since), checkpointing.endorsements())


def consistency(old: Checkpoint, new: Checkpoint) -> list[bytes]:
    """The hashes that prove that the log of `new` goes on from the log of `old` (RFC 6962, section 2.1.2)."""
    with holding():
        return proofs.consistency(new.organisation_id, checkpoints.head_of(old), checkpoints.head_of(new))
