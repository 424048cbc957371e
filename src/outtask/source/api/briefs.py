"""Briefs: written, changed, sent, closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, AmountGiven, Day, Done, Given, Id, Shown, Version, YesNo, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right
from outtask.source import actions
from outtask.source.api.shapes import CriterionGiven, CriterionShown, Reason, criteria_of
from outtask.source.criteria import MOST_CRITERIA
from outtask.source.models import Brief
from outtask.source.rules import LONGEST_SKILLS, LONGEST_TEXT, Need
from outtask.source.states import BriefState

room = Room("Briefs")


class BriefGiven(Given):
    """A need in writing. What and by when are enough."""

    what: Annotated[str, upto(LONGEST_TEXT, 1)]
    by_when: Day
    criteria: Annotated[list[CriterionGiven], Field(max_length=MOST_CRITERIA)] = []
    budget: AmountGiven | None = None
    skills: Annotated[str, upto(LONGEST_SKILLS)] = ""
    personal_data: YesNo = False
    answer_by: Day | None = None

    @property
    def need(self) -> Need:
        return Need(
            what=self.what,
            by_when=self.by_when,
            criteria=criteria_of(self.criteria),
            budget=self.budget.money if self.budget else None,
            skills=self.skills,
            personal_data=self.personal_data,
            answer_by=self.answer_by,
        )


class NewBrief(BriefGiven):
    """A brief to write, and the process it grows out of, where there is one."""

    process_id: Id | None = None


class EditedBrief(BriefGiven):
    """A brief as it shall read. `version` is the one you have read."""

    version: Version


class BriefShown(Shown):
    """A brief. Providers do not see its budget."""

    id: UUID
    out_task: str
    state: BriefState
    version: int
    what: str
    by_when: date
    answer_by: date | None
    criteria: list[CriterionShown]
    budget: Amount | None
    currency: str
    skills: str
    personal_data: bool
    written_at: datetime


class BriefWritten(Done):
    """A brief was written, and its out-task opened."""

    outtask_id: UUID
    brief_id: UUID
    reference: str


class BriefSent(Done):
    """The invitations, in the order of the providers."""

    invitation_ids: list[UUID]


class Sending(Given):
    """Whom to ask, until the end of which day. `version` is the brief you have read."""

    version: Version
    provider_ids: Annotated[list[Id], Field(min_length=1, max_length=100)]
    answer_by: Day


@room.act("/briefs", BriefWritten, status=201, scope=Right.BRIEF, at="/out-tasks/{reference}/brief")
def write_brief(call: Call, body: NewBrief) -> Outcome:
    """Write a brief.

    Opens an out-task with a reference of its own. Nobody outside sees the brief until it is sent.
    """
    return act(call, actions.write_brief, need=body.need, process_id=body.process_id)


@room.one("/out-tasks/{slug:reference}/brief", BriefShown)
def brief(call: Call, reference: str) -> BriefShown:
    """Read the brief of an out-task."""
    row = _brief(call, reference)
    money = None if call.actor.is_provider_side else Amount.maybe(row.budget_minor, row.currency)
    return BriefShown(
        id=row.pk,
        out_task=reference,
        state=BriefState(row.state),
        version=row.version,
        what=row.what,
        by_when=row.by_when,
        answer_by=row.answer_by,
        criteria=[CriterionShown(**one) for one in row.criteria],
        budget=money,
        currency=row.currency,
        skills=row.skills,
        personal_data=row.personal_data,
        written_at=row.written_at,
    )


@room.act("/out-tasks/{slug:reference}/brief", method="PUT", scope=Right.BRIEF, about=brief)
def edit_brief(call: Call, reference: str, body: EditedBrief) -> Outcome:
    """Change a brief."""
    pk = _brief(call, reference).pk
    return act(call, actions.edit_brief, brief_id=pk, version=body.version, need=body.need)


@room.act("/out-tasks/{slug:reference}/brief/sendings", BriefSent, status=201, scope=Right.BRIEF, about=brief)
def send_brief(call: Call, reference: str, body: Sending) -> Outcome:
    """Send a brief to providers.

    Each of them is asked for a proposal; people by a link in a mail, programs see it with their token.
    """
    pk = _brief(call, reference).pk
    return act(call, actions.send_brief, brief_id=pk, **body.model_dump())


@room.act("/out-tasks/{slug:reference}/brief/closure", scope=Right.BRIEF, about=brief)
def close_brief(call: Call, reference: str, body: Reason) -> Outcome:
    """Give a need up before a choice was made."""
    return act(call, actions.close_brief, brief_id=_brief(call, reference).pk, reason=body.reason)


def _brief(call: Call, reference: str) -> Brief:
    outtask = outtask_of(call.actor, reference)
    row: Brief | None = Brief.objects.visible_to(call.actor).filter(outtask=outtask).first()
    if row is None:
        raise NotFound("brief")
    return row
