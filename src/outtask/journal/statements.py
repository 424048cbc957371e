"""What was stated about a log and when: by its checkpoints, by the witness, by what the other party kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from outtask.journal import signing, witness
from outtask.journal.models import Checkpoint
from outtask.journal.notes import BadNote, Note, TreeHead, VerifierKey
from outtask.journal.tampering import Bad, Fault, Tampering
from outtask.journal.witness import Sight

TABLE, WITNESS, OTHERS = "table", "witness", "others"


@dataclass(frozen=True, slots=True)
class Statement:
    """At `at` (None: not known) the log was `size` long with this root. by: who keeps the statement."""

    size: int
    root: bytes
    at: datetime | None
    by: str

    @property
    def day(self) -> str:
        return f" of {self.at:%Y-%m-%d}" if self.at else ""


@dataclass(frozen=True)
class Known:
    """The statements that we signed; the first that should be signed and is not; what else is noteworthy."""

    statements: tuple[Statement, ...]
    fault: Fault | None
    remarks: tuple[str, ...]


class _Forged(Exception):
    """A statement without a good signature."""


def known(organisation_id: UUID) -> Known:
    """What the table and the witness state about a log. Signatures are checked here, roots by `check`."""
    found: list[Statement] = []
    remarks: list[str] = []
    fault: Fault | None = None
    keys = _Keys(organisation_id)
    lost, sights = _still_held(witness.seen(organisation_id))
    remarks += lost
    for sight in sights:
        try:
            found.append(Statement(sight.size, keys.head(sight.note, sight.size).root, sight.at, WITNESS))
        except _Forged as wrong:
            fault = fault or _forgery(f"What the witness saw{_day(sight.at)}: {wrong}")
    rows = Checkpoint.objects.filter(organisation_id=organisation_id).order_by("size")
    for size, note, at in rows.values_list("size", "note", "made_at").iterator():
        try:
            found.append(Statement(size, keys.head(note, size).root, at, TABLE))
        except _Forged as wrong:
            fault = fault or _forgery(f"The checkpoint over {size} entries: {wrong}")
    stored = {one.size for one in found if one.by == TABLE}
    missing = {one.size for one in found if one.by == WITNESS} - stored
    if missing:
        remarks.append(
            f"{len(missing)} checkpoints that the witness saw are not in the database; the first is over"
            f" {min(missing)} entries."
        )
    return Known(tuple(found), fault, (*remarks, *keys.remarks()))


def check(statements: Sequence[Statement], roots: Mapping[int, bytes], size: int) -> None:
    """Raises Bad when the log is not what was stated. roots: by length, of the tree as it is now."""
    ordered = sorted(statements, key=lambda one: one.size)
    good = max((one.size for one in ordered if roots.get(one.size) == one.root), default=0)
    for one in ordered:
        if one.size <= size and roots[one.size] != one.root:
            raise Bad(_differs(one, [other for other in ordered if roots.get(other.size) == other.root]))
    beyond = [one for one in ordered if one.size > size]
    if beyond:
        raise Bad(_ends_early(beyond, size, good))


def _differs(one: Statement, agreeing: Sequence[Statement]) -> Fault:
    """The fault of a log that had another root at some length."""
    last = max((other for other in agreeing if other.size < one.size), key=lambda at: at.size, default=None)
    before = last.size if last else 0
    up_to = f"agrees with the one over {before}{last.day}" if last else "agrees with none before"
    table_agrees = any(other.by == TABLE and other.size >= one.size for other in agreeing)
    if one.by == TABLE or (one.by == OTHERS and not table_agrees):
        what = (
            f"Entries {before} to {one.size - 1} are not those that the checkpoint{one.day} over {one.size}"
            " entries signs: some were edited, inserted, deleted or swapped, and all hashes made to fit. The"
            f" log {up_to}."
        )
        return Fault(None, None, what, Tampering.REWRITE)
    who = "The witness outside of the database" if one.by == WITNESS else "The other party"
    what = (
        f"{who} holds a checkpoint{one.day} over {one.size} entries, and the log was another one then; it"
        f" {up_to}. The database is an old copy that was written on, or its history and its checkpoints were"
        " replaced."
    )
    return Fault(None, None, what, Tampering.REPLAY)


def _ends_early(beyond: Sequence[Statement], size: int, good: int) -> Fault:
    """The fault of a log that is shorter than was stated."""
    one = beyond[-1]
    if any(other.by == TABLE for other in beyond):
        what = (
            f"The log ends after {size} entries; the checkpoint{one.day} signs {one.size}. Its end was"
            " cut off."
        )
        return Fault(None, None, what, Tampering.TRUNCATE)
    who = "the witness outside of the database saw" if one.by == WITNESS else "the other party holds one with"
    what = (
        f"The log ends after {size} entries; {who} {one.size}{one.day}. The database is an old copy, or the"
        f" end of the log was cut off together with its checkpoints. Checkpoints agree up to {good} entries."
    )
    return Fault(None, None, what, Tampering.REPLAY)


def _still_held(sights: Iterable[Sight]) -> tuple[list[str], list[Sight]]:
    """What the witness saw and no restore that was meant to be has undone; and what is said of restores."""
    held: dict[tuple[int, str], Sight] = {}
    remarks: list[str] = []
    for sight in sights:
        if sight.note:
            held[sight.size, sight.note] = sight
            continue
        lost = max((size for size, _ in held), default=0) - sight.size
        held = {key: one for key, one in held.items() if key[0] <= sight.size}
        also = f"; {lost} entries after it were lost" if lost > 0 else ""
        remarks.append(f"Put back from a backup{_day(sight.at)} at {sight.size} entries{also}.")
    return remarks, list(held.values())


class _Keys:
    """Whose signatures count in one log, and which others were met."""

    def __init__(self, organisation_id: UUID) -> None:
        self.origin = signing.origin_of(organisation_id)
        rows = signing.known_keys()
        self.trusted = signing.trusted_for(organisation_id, rows)
        every = {VerifierKey(self.origin, key.public) for key in rows} - set(self.trusted)
        self.strangers = sorted(every, key=str)
        self.by_strangers: set[int] = set()

    def head(self, note: str, size: int) -> TreeHead:
        """What a note states; raises _Forged unless a key of ours, present or former, signed just this."""
        try:
            parsed = Note.parse(note)
            head = TreeHead.parse(parsed.text)
            try:
                parsed.signed_by(self.trusted)
            except BadNote:
                parsed.signed_by(self.strangers)
                self.by_strangers.add(size)
        except BadNote as wrong:
            raise _Forged(str(wrong)) from wrong
        if (head.origin, head.size) != (self.origin, size):
            raise _Forged(f"It is over {head.size} entries of {head.origin}.")
        return head

    def remarks(self) -> list[str]:
        if not self.by_strangers:
            return []
        return [
            f"{len(self.by_strangers)} checkpoints are signed by a key that the present one has no word of:"
            " it was lost or replaced without `outtask keys rotate`. Their roots were compared all the same."
        ]


def _forgery(what: str) -> Fault:
    return Fault(None, None, what, Tampering.FORGERY)


def _day(at: datetime) -> str:
    return f" on {at:%Y-%m-%d}"
