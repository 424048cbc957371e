"""Milestones, what is handed in for them, checks and verdicts, for programs on both sides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import File, Form, UploadedFile

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, Day, Done, Given, Shown, Version, YesNo, upto
from outtask.deliver import actions, queries
from outtask.deliver.models import Check, Milestone, Submission
from outtask.deliver.rules import LONGEST_DETAIL, LONGEST_NOTE, LONGEST_REASONS
from outtask.deliver.states import CheckState, MilestoneState, VerdictKind
from outtask.files.checks.criteria import CheckKind
from outtask.files.storage import store
from outtask.journal.recording import NotFound, Outcome
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right
from outtask.source.api.shapes import CriterionShown

room = Room("Milestones")
ROUTERS = (room,)

_MILESTONE = "/out-tasks/{slug:reference}/milestones/{int:order}"
_MOST_FILES = 200
_MOST_LINKS = 100


class MilestoneShown(Shown):
    """A dated part of the work with its price."""

    id: UUID
    order: int
    title: str
    state: MilestoneState
    due_on: date
    amount: Amount
    criteria: list[CriterionShown]
    agreement_version: int
    opened_at: datetime
    settled_at: datetime | None

    @classmethod
    def of(cls, row: Milestone) -> Self:
        return cls(
            id=row.pk,
            order=row.order,
            title=row.title,
            state=MilestoneState(row.state),
            due_on=row.due_on,
            amount=Amount.of(row.amount_minor, row.currency),
            criteria=[CriterionShown(**one) for one in row.criteria],
            agreement_version=row.agreement_version,
            opened_at=row.opened_at,
            settled_at=row.settled_at,
        )


class CheckShown(Shown):
    """One condition applied to one hand-in, and what was found."""

    id: UUID
    order: int
    text: str
    kind: CheckKind
    state: CheckState
    detail: str
    ticked_by_id: UUID | None
    settled_at: datetime | None


class HandedFileShown(Shown):
    """A file that was handed in; fetch it under its id."""

    id: UUID
    name: str
    size: int
    sha256: str


class VerdictShown(Shown):
    """A person's word on a hand-in."""

    kind: VerdictKind
    reasons: str
    new_due_on: date | None
    decided_by_id: UUID
    decided_at: datetime


class SubmissionShown(Shown):
    """What was handed in. A verdict names its number."""

    id: UUID
    number: int
    note: str
    links: list[str]
    files: list[HandedFileShown]
    checks: list[CheckShown]
    verdict: VerdictShown | None
    due_on: date
    handed_in_at: datetime
    recorded_by_id: UUID | None

    @classmethod
    def of(cls, row: Submission) -> Self:
        files = sorted(row.submitted_files.all(), key=lambda one: one.order)
        verdict = getattr(row, "verdict", None)
        return cls(
            id=row.pk,
            number=row.number,
            note=row.note,
            links=row.links,
            files=[_file(one.file) for one in files],
            checks=[_check(one) for one in sorted(row.checks.all(), key=lambda one: one.order)],
            verdict=_verdict(verdict) if verdict else None,
            due_on=row.due_on,
            handed_in_at=row.handed_in_at,
            recorded_by_id=row.recorded_by_id,
        )


def _file(row: Any) -> HandedFileShown:
    return HandedFileShown(id=row.pk, name=row.name, size=row.blob.size, sha256=row.blob_id)


def _check(row: Check) -> CheckShown:
    return CheckShown(
        id=row.pk,
        order=row.order,
        text=row.text,
        kind=CheckKind(row.kind),
        state=CheckState(row.state),
        detail=row.detail,
        ticked_by_id=row.ticked_by_id,
        settled_at=row.settled_at,
    )


def _verdict(row: Any) -> VerdictShown:
    return VerdictShown(
        kind=VerdictKind(row.kind),
        reasons=row.reasons,
        new_due_on=row.new_due_on,
        decided_by_id=row.decided_by_id,
        decided_at=row.decided_at,
    )


class MilestonesShown(Shown):
    """Every milestone of an out-task in its order, those of the latest version last."""

    items: list[MilestoneShown]


class SubmissionsShown(Shown):
    """Everything handed in for a milestone, the latest first."""

    items: list[SubmissionShown]


class HandedIn(Done):
    """The hand-in. Its checks run a moment later."""

    submission: UUID
    number: int


class Accepting(Given):
    """The hand-in that was looked at. Reasons are needed when a check did not pass."""

    submission_number: Version
    reasons: Annotated[str, upto(LONGEST_REASONS)] = ""


class SendingBack(Given):
    """The hand-in that was looked at, what has to change, until when."""

    submission_number: Version
    reasons: Annotated[str, upto(LONGEST_REASONS)]
    new_due_on: Day | None = None


class Ticking(Given):
    """What a look at it found."""

    passed: YesNo
    detail: Annotated[str, upto(LONGEST_DETAIL)] = ""


@room.one("/out-tasks/{slug:reference}/milestones", MilestonesShown)
def milestone_list(call: Call, reference: str) -> MilestonesShown:
    """List the milestones of an out-task."""
    rows = queries.milestones_of(call.actor, outtask_of(call.actor, reference).pk)
    return MilestonesShown(items=[MilestoneShown.of(row) for row in rows])


@room.one(_MILESTONE, MilestoneShown)
def milestone(call: Call, reference: str, order: int) -> MilestoneShown:
    """Read one milestone of the latest version."""
    return MilestoneShown.of(_milestone(call, reference, order))


@room.one(f"{_MILESTONE}/submissions", SubmissionsShown)
def submission_list(call: Call, reference: str, order: int) -> SubmissionsShown:
    """List what was handed in for a milestone, with checks and verdicts."""
    rows = queries.tries_of(call.actor, _milestone(call, reference, order).pk)
    return SubmissionsShown(items=[SubmissionShown.of(row) for row in rows])


@room.act(f"{_MILESTONE}/submissions", HandedIn, status=201, scope=Right.HAND_IN, about=milestone)
def hand_in(
    call: Call,
    reference: str,
    order: int,
    note: Annotated[str, upto(LONGEST_NOTE), Form("")],
    links: Annotated[list[str], Form([], max_length=_MOST_LINKS, description="Where the work stands.")],
    files: Annotated[list[UploadedFile], File([], max_length=_MOST_FILES, description="The work itself.")],
) -> Outcome:
    """Hand a milestone in, as files, links or both.

    A program hands in for its provider; a member who may verify records what came by another way, with the
    scope `verify`, and then counts as one who delivered.
    """
    return act(
        call,
        actions.hand_in,
        milestone_id=_milestone(call, reference, order).pk,
        files=[(one.name or "", store(one)) for one in files],
        links=list(dict.fromkeys(link.strip() for link in links if link.strip())),
        note=note,
    )


@room.act(f"{_MILESTONE}/acceptance", status=201, scope=Right.VERIFY, about=milestone)
def accept_milestone(call: Call, reference: str, order: int, body: Accepting) -> Outcome:
    """Accept a hand-in; its price is owed from now on."""
    pk = _milestone(call, reference, order).pk
    return act(call, actions.accept_milestone, milestone_id=pk, **body.model_dump())


@room.act(f"{_MILESTONE}/change-request", status=201, scope=Right.VERIFY, about=milestone)
def request_changes(call: Call, reference: str, order: int, body: SendingBack) -> Outcome:
    """Send a hand-in back with what has to change."""
    pk = _milestone(call, reference, order).pk
    return act(call, actions.request_changes, milestone_id=pk, **body.model_dump())


@room.act(f"{_MILESTONE}/checks/{{uuid:check_id}}/tick", scope=Right.VERIFY, about=milestone)
def tick_check(call: Call, reference: str, order: int, check_id: UUID, body: Ticking) -> Outcome:
    """Say what a person found on a condition."""
    found = _milestone(call, reference, order)
    rows = Check.objects.visible_to(call.actor).filter(pk=check_id, submission__milestone=found)
    if not rows.exists():
        raise NotFound("check")
    return act(call, actions.tick_check, check_id=check_id, **body.model_dump())


def _milestone(call: Call, reference: str, order: int) -> Milestone:
    if order > 2**31 - 1:
        raise NotFound("milestone")
    return queries.milestone_for(call.actor, outtask_of(call.actor, reference).pk, order)
