"""The inventory of processes for programs, and the seven steps."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Query
from pydantic import Field, create_model

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Done, Given, Id, Made, Number, Shown, Whole, YesNo, upto
from outtask.api.tables import CSV, SHOWN, RowTrouble, bytes_of
from outtask.decide import actions, queries
from outtask.decide.answers import reason_of
from outtask.decide.importing import preview
from outtask.decide.inventory import MAX_BYTES, read
from outtask.decide.inventory.row import LIMITS
from outtask.decide.models import NOT_RANKED, Judgement, Process
from outtask.decide.rules import QUESTIONS
from outtask.decide.rules.questions import HIGHEST, LOWEST, NUMBER_LIMIT, TEXT_LIMIT
from outtask.decide.states import Kind, Performance, Verdict
from outtask.files.rules import plain_name
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.money import LARGEST_MINOR
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may
from outtask.ui.formats import say

room, inventories = Room("Processes"), Room("Inventories")
ROUTERS = (room, inventories)

_PROCESS = "/processes/{uuid:process_id}"


class ProcessShown(Shown):
    """Something the organisation does regularly. `priority` is the score of its latest judgement, 0 to 1."""

    id: UUID
    name: str
    area: str
    group: str
    output: str
    owner: str
    times_per_year: Decimal | None
    hours_each: Decimal | None
    verdict: Verdict | None
    priority: float | None
    merged_into_id: UUID | None
    added_at: datetime

    @classmethod
    def of(cls, row: Process) -> Self:
        return cls(
            id=row.pk,
            name=row.name,
            area=row.area,
            group=row.group,
            output=row.output,
            owner=row.owner_name,
            times_per_year=row.times_per_year,
            hours_each=row.hours_each,
            verdict=Verdict(row.verdict) if row.verdict else None,
            priority=None if row.priority == NOT_RANKED else row.priority / 1000,
            merged_into_id=row.merged_into_id,
            added_at=row.added_at,
        )


class ProcessGiven(Given):
    """A process as the list shall name it. Name, area and group together stand there once."""

    name: Annotated[str, upto(LIMITS["name"], 1)]
    area: Annotated[str, upto(LIMITS["area"])] = ""
    group: Annotated[str, upto(LIMITS["group"])] = ""
    output: Annotated[str, upto(LIMITS["output"])] = ""
    owner: Annotated[str, upto(LIMITS["owner"])] = ""
    times_per_year: Number | None = None
    hours_each: Number | None = None


class Merging(Given):
    """The process it is the same as."""

    into_id: Id


_ANSWERS: dict[Kind, Any] = {
    Kind.SCALE: Annotated[Whole, Field(ge=LOWEST, le=HIGHEST)],
    Kind.YES_NO: YesNo,
    Kind.NUMBER: Number,
    Kind.COUNT: Annotated[Whole, Field(ge=0, le=int(NUMBER_LIMIT))],
    Kind.MONEY: Annotated[Whole, Field(ge=-LARGEST_MINOR, le=LARGEST_MINOR)],
    Kind.TEXT: Annotated[str, upto(TEXT_LIMIT)],
    Kind.CHOICE: Performance,
}

_FIELDS: dict[str, Any] = {
    question.id: (_ANSWERS[question.kind] | None, Field(None, description=question.text))
    for question in QUESTIONS
}
Answers = create_model("Answers", __base__=Given, **_FIELDS)
Answers.__doc__ = "The answers to the seven steps, by question. One that is left out is unknown, never no."


class Judging(Given):
    """What is known of the process."""

    answers: Answers  # type: ignore[valid-type]  # made from the questions at run time


class Judged(Made):
    """The judgement, and what it says."""

    verdict: Verdict


class JudgementShown(Shown):
    """One passing of the seven steps: the answers, the verdict, the rule that fired and why."""

    id: UUID
    number: int
    verdict: Verdict
    rule: str
    reason: str
    answers: dict[str, str | int | bool]
    method: str
    judged_by_id: UUID
    judged_at: datetime

    @classmethod
    def of(cls, row: Judgement) -> Self:
        why = reason_of(row.rule, row.trail)
        return cls(
            id=row.pk,
            number=row.number,
            verdict=Verdict(row.verdict),
            rule=row.rule,
            reason=say(Refusal(row.rule, why.text, facts=why.facts)),
            answers=row.answers,
            method=row.method,
            judged_by_id=row.judged_by_id,
            judged_at=row.judged_at,
        )


@room.many("/processes", ProcessShown, by=("name", "id"))
def process_list(
    call: Call,
    verdict: Verdict | None = None,
    q: Annotated[
        str, Query("", max_length=200, pattern=r"^[^\u0000]*$", description="In name, output or group.")
    ] = "",
) -> Any:
    """List processes by name, without those merged into others."""
    return queries.wanted(call.actor, queries.Wanted(verdict=verdict or "", text=q))


@room.one(_PROCESS, ProcessShown)
def process(call: Call, process_id: UUID) -> ProcessShown:
    """Read one process."""
    return ProcessShown.of(_process(call, process_id))


@room.act("/processes", Made, status=201, scope=Right.JUDGE, at="/processes/{id}")
def add_process(call: Call, body: ProcessGiven) -> Outcome:
    """Put a process on the list."""
    return act(call, actions.add_process, **body.model_dump())


@room.act(_PROCESS, method="PUT", scope=Right.JUDGE, about=process)
def change_process(call: Call, process_id: UUID, body: ProcessGiven) -> Outcome:
    """Change what the list says of a process."""
    return act(call, actions.change_process, process_id=process_id, **body.model_dump())


@room.act(f"{_PROCESS}/merge", scope=Right.JUDGE, about=process)
def merge_processes(call: Call, process_id: UUID, body: Merging) -> Outcome:
    """Let one process stand under another, for good."""
    return act(call, actions.merge_processes, process_id=process_id, into_id=body.into_id)


@room.many(f"{_PROCESS}/judgements", JudgementShown)
def judgement_list(call: Call, process_id: UUID) -> Any:
    """List the judgements on a process, the latest first."""
    return Judgement.objects.visible_to(call.actor).filter(process=_process(call, process_id))


@room.act(f"{_PROCESS}/judgements", Judged, status=201, scope=Right.JUDGE, about=process)
def judge_process(call: Call, process_id: UUID, body: Judging) -> Outcome:
    """Judge a process by the seven steps."""
    answers = body.answers.model_dump(exclude_none=True)  # type: ignore[attr-defined]
    return act(call, actions.judge_process, process_id=process_id, answers=answers)


def _process(call: Call, process_id: UUID) -> Process:
    row = queries.process_of(call.actor, process_id)
    if row is None:
        raise NotFound("process")
    return row


class InventoryPreview(Shown):
    """What an inventory would change; nothing is written."""

    sha256: str
    created: int
    changed: int
    unchanged: int
    merged: int
    rows_left_out: int
    errors: list[RowTrouble]
    notices: list[RowTrouble]


class InventoryTaken(Done):
    """How the list changed."""

    created: int
    changed: int
    unchanged: int
    merged: int


@inventories.look("/inventories/preview", InventoryPreview)
def preview_inventory(call: Call, file: CSV) -> InventoryPreview:
    """Look at what an inventory would change."""
    found = preview(call.actor, bytes_of(file, MAX_BYTES), plain_name(file.name or ""))
    return InventoryPreview(
        sha256=found.sha256,
        created=found.created,
        changed=found.changed,
        unchanged=found.unchanged,
        merged=found.merged,
        rows_left_out=found.rows_left_out,
        errors=[RowTrouble.of(error) for error in found.errors[:SHOWN]],
        notices=[RowTrouble.of_file(notice) for notice in found.notices[:SHOWN]],
    )


@inventories.act("/inventories", InventoryTaken, status=201, scope=Right.IMPORT)
def import_processes(call: Call, file: CSV) -> Outcome:
    """Take an inventory in; rows with errors are left out. The same again changes nothing."""
    refuse_if(may(call.actor, Right.IMPORT))
    data = bytes_of(file, MAX_BYTES)
    rows = read(data).rows
    if not rows:
        reason = N_("No row of the file can be taken. Correct it and import it again.")
        raise Refused(Refusal("rows_none", reason, field="file"))
    name = plain_name(file.name or "")
    return act(call, actions.import_processes, rows=rows, name=name, sha256=sha256_hex(data))
