"""Run by `test_parallel` in a process without threads: what one process and several find in the same log."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from outtask.journal import parallel
from outtask.journal.merkle import root_of
from outtask.journal.models import Entry, JournalHead
from outtask.journal.scanning import RUN
from outtask.journal.statements import OTHERS, Statement
from outtask.journal.tests.growing import grow
from outtask.journal.verify import Report, verify
from outtask.models import Organisation

SIZE = 3 * RUN + 500
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def tell() -> str:
    """As JSON, for each thing done to a log: whether both found the same, what, how many runs were shared."""
    parallel.SPAN, parallel.WORTHWHILE = 1, 0
    organisation = Organisation.objects.create(name="Long", currency="GBP", founded_at=NOW)
    JournalHead.objects.create(organisation=organisation)
    grow(organisation.pk, SIZE, NOW)
    ours = organisation.pk
    roots = {length: root_at(ours, length) for length in (10, RUN, RUN + 476, 3 * RUN)}
    kept = [Statement(length, root, None, OTHERS) for length, root in roots.items()]
    rows, told = list(Entry.objects.filter(organisation_id=ours)), {}
    for name, does in TAMPERED.items():
        does(Entry.objects.filter(organisation_id=ours))
        alone, (together, shared) = verify(ours, also=kept), counted(ours, kept)
        told[name] = [alone == together, str(alone.fault or ""), shared]
        Entry.objects.filter(organisation_id=ours).delete()
        Entry.objects.bulk_create(rows)
    forged = Statement(RUN + 476, bytes(32), None, OTHERS)
    alone, (together, shared) = verify(ours, also=[forged]), counted(ours, [forged])
    told["forged"] = [alone == together, str(alone.fault or ""), shared]
    return json.dumps(told)


def root_at(ours: UUID, length: int) -> bytes:
    leaves = Entry.objects.filter(organisation_id=ours, seq__lt=length).order_by("seq")
    return root_of(bytes(leaf) for leaf in leaves.values_list("leaf", flat=True))


def counted(ours: UUID, kept: list[Statement]) -> tuple[Report, int]:
    """What several processes find, and how many runs they had looked at."""
    shared = 0
    sound = parallel.sound

    def counting(*given: Any, **more: Any) -> Any:
        nonlocal shared
        for piece in sound(*given, **more):
            shared += 1
            yield piece

    parallel.sound = counting
    try:
        return verify(ours, also=kept, processes=2), shared
    finally:
        parallel.sound = sound


def nothing(entries: Any) -> None:
    pass


def edited(entries: Any) -> None:
    row = entries.get(seq=RUN + 7)
    entries.filter(seq=row.seq).update(body=bytes(row.body).replace(b"founded", b"FOUNDED"))


def column(entries: Any) -> None:
    entries.filter(seq=2 * RUN + 1).update(kind="brief.sent")


def last_of_a_run(entries: Any) -> None:
    entries.filter(seq=2 * RUN - 1).delete()


def a_whole_run(entries: Any) -> None:
    entries.filter(seq__gte=RUN, seq__lt=2 * RUN).delete()


def the_end(entries: Any) -> None:
    entries.filter(seq__gte=SIZE - 10).delete()


def the_beginning(entries: Any) -> None:
    entries.filter(seq=0).delete()


TAMPERED: dict[str, Callable[[Any], None]] = {
    does.__name__: does
    for does in (nothing, edited, column, last_of_a_run, a_whole_run, the_end, the_beginning)
}
