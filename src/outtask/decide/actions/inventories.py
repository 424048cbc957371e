"""Taking in a whole inventory at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import batched
from uuid import UUID

from outtask.decide.actions.processes import columns_of
from outtask.decide.inventory import Row, compare, keyed
from outtask.decide.inventory.changes import Change
from outtask.decide.models import Process
from outtask.decide.queries import known_rows
from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may

BATCH = 2_000
WRITTEN = ["name", "area", "group", "output", "owner_name", "times_per_year", "hours_each"]


@action
def import_processes(
    *, actor: Actor, now: datetime, key: Key = None, rows: Sequence[Row], name: str, sha256: str
) -> Outcome:
    """Bring the list up to an inventory that was read from the file `name` with the digest `sha256`.

    A row is the same process as one on the list when name, area and group are the same; a blank cell leaves
    what the list says. Nothing is ever taken off the list, and a process that was merged stays merged.
    The outcome has the counts: created, changed, unchanged, merged.
    """
    with recording("processes.imported", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.IMPORT))
        told = keyed(rows)
        found = compare(told, known_rows(entry.organisation_id, told.keys()))
        for part in batched(found.created, BATCH):
            Process.objects.bulk_create(list(_fresh(part, entry.organisation_id, now)))
        for part in batched(found.changed, BATCH):
            # The rows exist under the lock we hold: each insert meets its key and becomes an update.
            Process.objects.bulk_create(
                list(_fresh(part, entry.organisation_id, now)),
                update_conflicts=True,
                unique_fields=["organisation", "key"],
                update_fields=WRITTEN,
            )
        counts = {
            "created": len(found.created),
            "changed": len(found.changed),
            "unchanged": found.unchanged,
            "merged": found.merged,
        }
        entry.says(file=entry.keep(name), sha256=sha256, **counts)
        entry.gives(**counts)
    return entry.outcome


def _fresh(changes: Iterable[Change], organisation_id: UUID, now: datetime) -> Iterator[Process]:
    for change in changes:
        yield Process(organisation_id=organisation_id, key=change.key, added_at=now, **columns_of(change.row))
