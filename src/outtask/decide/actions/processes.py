"""Putting processes on the list, changing what it says of them, merging two that are one."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from outtask.decide.inventory import Row
from outtask.decide.inventory import key as key_of
from outtask.decide.inventory.changes import Change
from outtask.decide.models import Process
from outtask.decide.queries import row_of, row_told
from outtask.decide.rules import tidy, why_not_described, why_not_merge
from outtask.journal.recording import Key, NotFound, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may


def columns_of(row: Row) -> dict[str, Any]:
    """The columns of `Process` that hold a row."""
    return {
        "name": row.name,
        "area": row.area,
        "group": row.group,
        "output": row.output,
        "owner_name": row.owner,
        "times_per_year": row.times_per_year,
        "hours_each": row.hours_each,
    }


def _taken(organisation_id: UUID, identity: str, but: UUID | None = None) -> Refusal | None:
    if not Process.objects.filter(organisation_id=organisation_id, key=identity).exclude(pk=but).exists():
        return None
    reason = N_("A process of this name stands on the list already, in the same area and group.")
    return Refusal("process_twice", reason, field="name")


@action
def add_process(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    name: str,
    area: str = "",
    group: str = "",
    output: str = "",
    owner: str = "",
    times_per_year: Decimal | None = None,
    hours_each: Decimal | None = None,
) -> Outcome:
    """Put one process on the list. Its name, area and group together stand there once."""
    with recording("process.added", actor=actor, now=now, key=key) as entry:
        row = tidy(row_told(name, area, group, output, owner, times_per_year, hours_each))
        identity = key_of(row)
        refuse_if(may(actor, Right.JUDGE), *why_not_described(row), _taken(entry.organisation_id, identity))
        process = Process.objects.create(
            organisation_id=entry.organisation_id, key=identity, added_at=now, **columns_of(row)
        )
        entry.says(name=entry.keep(row.name))
        entry.gives(id=process.pk)
    return entry.outcome


@action
def change_process(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    process_id: UUID,
    name: str,
    area: str = "",
    group: str = "",
    output: str = "",
    owner: str = "",
    times_per_year: Decimal | None = None,
    hours_each: Decimal | None = None,
) -> Outcome:
    """Change what the list says of a process. An inventory finds it by its new name, area and group then.

    Its judgements stay as they were: they keep the answers they were given on.
    """
    with recording("process.changed", actor=actor, on=(Process, process_id), now=now, key=key) as entry:
        process: Process = entry.subject
        row = tidy(row_told(name, area, group, output, owner, times_per_year, hours_each))
        change = Change(key_of(row), row, row_of(process))
        refuse_if(
            may(actor, Right.JUDGE),
            *why_not_described(row),
            _taken(entry.organisation_id, change.key, but=process.pk),
            None if change.columns else Refusal("nothing_changed", N_("This is what the list says already.")),
        )
        Process.objects.filter(pk=process.pk).update(key=change.key, **columns_of(row))
        entry.says(name=entry.keep(row.name), columns=" ".join(change.columns))
    return entry.outcome


@action
def merge_processes(
    *, actor: Actor, now: datetime, key: Key = None, process_id: UUID, into_id: UUID
) -> Outcome:
    """Let one process stand under another, for good. Importing its old name again brings nothing back.

    What was merged into it before goes along; judgements and out-tasks stay where they are. Nothing is taken
    over, because two entries for one piece of work seldom agree on its volume: say it anew on the one kept.
    """
    with recording("process.merged", actor=actor, on=(Process, process_id), now=now, key=key) as entry:
        process: Process = entry.subject
        into = Process.objects.visible_to(actor).filter(pk=into_id).first()
        if into is None:
            raise NotFound("process")
        refuse_if(
            may(actor, Right.JUDGE),
            why_not_merge(
                process.pk, into.pk, process.merged_into_id is not None, into.merged_into_id is not None
            ),
        )
        Process.objects.filter(merged_into=process).update(merged_into=into)
        Process.objects.filter(pk=process.pk).update(merged_into=into)
        entry.says(name=entry.keep(process.name), into=into.pk, into_name=entry.keep(into.name))
        entry.gives(into=into.pk)
    return entry.outcome
