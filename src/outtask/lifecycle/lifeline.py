"""The life line of an out-task: nine stages, what is done, where it is, what comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outtask.journal.models import Entry
from outtask.outtasks.models import OutTask
from outtask.outtasks.states import Ending, Stage

NAMES = {
    Stage.DECIDE: gettext_lazy("Decide"),
    Stage.SOURCE: gettext_lazy("Source"),
    Stage.AGREE: gettext_lazy("Agree"),
    Stage.APPROVE: gettext_lazy("Approve"),
    Stage.DELIVER: gettext_lazy("Deliver"),
    Stage.VERIFY: gettext_lazy("Verify"),
    Stage.PAY: gettext_lazy("Pay"),
    Stage.MEASURE: gettext_lazy("Measure"),
    Stage.TAKE_BACK: gettext_lazy("Take back"),
}

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
    """One node of the line."""

    stage: Stage
    name: str
    mark: Mark
    when: datetime | date | None = None
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class Line:
    """The whole line with the sentence above it."""

    reference: str
    stages: tuple[LineStage, ...]
    number: int
    now_name: str
    sub: str
    returned: datetime | None = None


def line_of(outtask: OutTask, *, links: bool = True) -> Line:
    """The line of one out-task: one query for the dates of its stages."""
    closed: dict[Stage, datetime] = {}
    returned: datetime | None = None
    rows = Entry.objects.filter(
        organisation_id=outtask.organisation_id,
        outtask_id=outtask.pk,
        kind__in=[*CLOSED_BY, "milestone.changes_requested"],
    ).order_by("seq")
    for kind, at in rows.values_list("kind", "at"):
        if kind == "milestone.changes_requested":
            returned = at
        else:
            closed[CLOSED_BY[kind]] = at
            if kind == "milestone.handed_in":
                returned = None
    order = list(Stage)
    here = order.index(Stage(outtask.stage))
    stages = tuple(_node(outtask, stage, order.index(stage), here, closed, links) for stage in order)
    sub = _("Done.") if outtask.ending == Ending.DONE else ""
    return Line(outtask.reference, stages, here + 1, str(NAMES[Stage(outtask.stage)]), sub, returned)


def _node(
    outtask: OutTask, stage: Stage, place: int, here: int, closed: dict[Stage, datetime], links: bool
) -> LineStage:
    note = ""
    if place == here:
        mark = Mark.NOW if not (outtask.ending == Ending.DONE) else Mark.DONE
        when: datetime | date | None = outtask.due_on or closed.get(stage)
    elif place < here:
        mark = Mark.DONE if stage in closed or outtask.process_id and stage is Stage.DECIDE else Mark.SKIPPED
        when = closed.get(stage)
        note = _("skipped") if mark is Mark.SKIPPED else ""
    else:
        mark, when = Mark.AHEAD, None
        note = _("any time") if stage is Stage.TAKE_BACK else ""
    return LineStage(stage, str(NAMES[stage]), mark, when, note, _href(outtask, stage) if links else "")


def _href(outtask: OutTask, stage: Stage) -> str:
    if stage is Stage.DECIDE:
        return reverse("process", args=[outtask.process_id]) if outtask.process_id else ""
    return reverse(PAGES[stage], args=[outtask.reference])
