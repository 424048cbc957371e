"""The life line of an out-task: nine stages, what is done, where it is, what comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.journal.models import Entry
from outtask.journal.prepared import prepared
from outtask.outtasks.models import OutTask
from outtask.outtasks.states import Ending, Stage
from outtask.ui.formats import day
from outtask.ui.words import STAGE_NAMES

# The entry that closes a stage: its latest date stands under the stage's name.
CLOSED_BY = {
    "process.judged": Stage.DECIDE,
    "proposal.awarded": Stage.SOURCE,
    "agreement.signed_by_provider": Stage.AGREE,
    "request.committed_within_limit": Stage.APPROVE,
    "request.approved": Stage.APPROVE,
    "milestone.handed_in": Stage.DELIVER,
    "milestone.accepted": Stage.VERIFY,
    "invoice.paid": Stage.PAY,
    "outtask.taken_back": Stage.TAKE_BACK,
}

SENT_BACK = "milestone.changes_requested"
BEGINS_AGAIN = "outtask.handed_on"

PAGES = {
    Stage.SOURCE: "outtask-brief",
    Stage.AGREE: "outtask-agreement",
    Stage.APPROVE: "outtask-approval",
    Stage.DELIVER: "outtask",
    Stage.VERIFY: "outtask",
    Stage.PAY: "outtask-invoices",
    Stage.MEASURE: "outtask-service",
    Stage.TAKE_BACK: "outtask-handover",
}


class Mark(StrEnum):
    DONE = "done"
    SKIPPED = "skipped"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True)
class LineStage:
    """One node of the line, in words."""

    stage: Stage
    label: str
    state: Mark
    when: str = ""
    href: str = ""
    loop: str = ""


@dataclass(frozen=True)
class Line:
    """The whole line with the sentence above it."""

    reference: str
    stages: tuple[LineStage, ...]
    now_label: str
    sub: str


def line_of(outtask: OutTask, *, links: bool = True) -> Line:
    """The line of one out-task: one query for the dates of its stages."""
    closed, returned = _dates(outtask)
    order = list(Stage)
    here = order.index(Stage(outtask.stage))
    stages = tuple(
        _node(outtask, stage, order.index(stage) - here, closed, returned, links) for stage in order
    )
    now_label = _("%(place)d of 9: %(stage)s") % {
        "place": here + 1,
        "stage": _(STAGE_NAMES[Stage(outtask.stage)]),
    }
    return Line(outtask.reference, stages, now_label, _sub(outtask))


def _dates(outtask: OutTask) -> tuple[dict[Stage, datetime], datetime | None]:
    """When each stage of this round was closed, and when work was sent back and not handed in since."""
    closed: dict[Stage, datetime] = {}
    returned: datetime | None = None
    for kind, at in _turns(outtask.organisation_id, outtask.pk):
        if kind == BEGINS_AGAIN:
            closed, returned = {}, None
        elif kind == SENT_BACK:
            returned = at
        else:
            closed[CLOSED_BY[kind]] = at
            returned = None if kind == "milestone.handed_in" else returned
    return closed, returned


@prepared()
def _turns(organisation_id: UUID, outtask_id: UUID) -> QuerySet[Entry, tuple[str, datetime]]:
    """What closed a stage or sent it back, in its order."""
    rows = Entry.objects.filter(
        organisation_id=organisation_id, outtask_id=outtask_id, kind__in=[*CLOSED_BY, SENT_BACK, BEGINS_AGAIN]
    )
    return rows.order_by("seq").values_list("kind", "at")


def _sub(outtask: OutTask) -> str:
    if outtask.ending == Ending.DONE:
        return _("Done and paid.")
    if outtask.ending == Ending.ABANDONED:
        return _("Closed without an award.")
    if outtask.ending == Ending.TAKEN_BACK:
        return _("It is back.")
    return _("By %(day)s.") % {"day": day(outtask.due_on)} if outtask.due_on else ""


def _node(
    outtask: OutTask,
    stage: Stage,
    distance: int,
    closed: dict[Stage, datetime],
    returned: datetime | None,
    links: bool,
) -> LineStage:
    when = day(closed[stage]) if stage in closed else ""
    loop = ""
    if distance == 0:
        state = Mark.DONE if outtask.ending == Ending.DONE else Mark.NOW
        when = day(outtask.due_on) if outtask.due_on and not outtask.ending else when
        loop = _("Sent back %(day)s") % {"day": day(returned)} if returned and stage is Stage.DELIVER else ""
    elif distance < 0:
        done = stage in closed or (stage is Stage.DECIDE and outtask.process_id is not None)
        state = Mark.DONE if done else Mark.SKIPPED
        when = when or ("" if done else _("skipped"))
    else:
        state = Mark.AHEAD
        when = _("any time") if stage is Stage.TAKE_BACK else ""
    return LineStage(stage, _(STAGE_NAMES[stage]), state, when, _href(outtask, stage) if links else "", loop)


def _href(outtask: OutTask, stage: Stage) -> str:
    if stage is Stage.DECIDE:
        return reverse("process", args=[outtask.process_id]) if outtask.process_id else ""
    return reverse(PAGES[stage], args=[outtask.reference])
