"""The list of processes, one process, and changing what the list says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from outtask.decide import actions, queries
from outtask.decide.answers import decode, reason_of
from outtask.decide.forms import SORTS, FilterForm, MergeForm, ProcessForm
from outtask.decide.models import Judgement, Process
from outtask.decide.rules import Flip, flips, priority
from outtask.decide.rules.questions import HIGHEST
from outtask.decide.scatter import Plotted, Scatter, scatter
from outtask.decide.states import INSIDE, Outcome, Verdict
from outtask.decide.telling import counted, said, sentence
from outtask.decide.words import LOOKS, STEPS, Look
from outtask.journal.recording import NotFound
from outtask.kernel.refusal import refuse_if
from outtask.outtasks.states import Ending
from outtask.people.roles import Right, may
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page

TO_HAND_OUT = frozenset({Verdict.OUT_TASK, Verdict.RETAINER_OR_HIRE})
FLIPS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list. value, risk: in percent, None while their answers are missing."""

    number: int
    process: Process
    look: Look
    reason: str
    value: int | None
    risk: int | None

    @property
    def hours(self) -> int | None:
        volume = queries.volume_of(self.process)
        return None if volume is None else round(volume.hours)


@member_page
def processes(request: MemberRequest) -> HttpResponse:
    form = FilterForm(request.GET, areas=queries.areas(request.actor))
    wanted = form.wanted()
    rows = queries.with_work(queries.wanted(request.actor, wanted))
    page = Page.of(rows, request, by=SORTS[form.order])
    lines = _lines(page.rows)
    counts = queries.counts_by_verdict(request.actor)
    judged = sum((counts[verdict] for verdict in Verdict), start=queries.NO_COUNT)
    total = judged + counts[""]
    ranked = form.order == "priority" and not page.previous
    context = {
        "form": form,
        "page": page,
        "lines": lines,
        "wanted": wanted,
        "total": total.number,
        "total_said": counted(total),
        "judged": counted(judged),
        "counts": _counted(counts),
        "ranked": ranked,
        "scatter": _chart(lines) if ranked else None,
        "best": next((line for line in lines if _waits_for_brief(line)), None) if ranked else None,
        "may_judge": may(request.actor, Right.JUDGE) is None,
        "may_import": may(request.actor, Right.IMPORT) is None,
    }
    return render(request, "decide/processes.html", context)


def _lines(rows: object) -> list[Line]:
    found: list[Process] = list(rows)  # type: ignore[call-overload]
    latest = queries.latest_of(found)
    return [_line(number, row, latest.get(row.pk)) for number, row in enumerate(found, start=1)]


def _line(number: int, row: Process, latest: queries.Latest | None) -> Line:
    if latest is None:
        return Line(number, row, LOOKS[row.verdict], "", None, None)
    ranked = latest.priority
    return Line(
        number,
        row,
        LOOKS[row.verdict],
        sentence(reason_of(latest.rule, latest.trail)),
        _percent(ranked.value),
        _percent(ranked.risk),
    )


def _percent(share: Fraction | None) -> int | None:
    return None if share is None else round(share * 100)


def _chart(lines: list[Line]) -> Scatter | None:
    plotted = [
        Plotted(line.number, line.process.name, line.value / 100, line.risk / 100, line.look.dot)
        for line in lines
        if line.value is not None and line.risk is not None
    ]
    return scatter(plotted) if plotted else None


def _waits_for_brief(line: Line) -> bool:
    return line.process.verdict == Verdict.OUT_TASK and not line.process.is_out  # type: ignore[attr-defined]


def _counted(counts: dict[str, queries.Count]) -> list[tuple[str, Look, str]]:
    """The verdicts that occur, as the filter names them."""
    return [
        (verdict or queries.UNJUDGED, look, counted(counts[verdict]))
        for verdict, look in LOOKS.items()
        if counts[verdict].number
    ]


@member_page
def new(request: MemberRequest) -> HttpResponse:
    refuse_if(may(request.actor, Right.JUDGE))
    form = ProcessForm(request.POST or None)
    if form.is_valid():
        with form.taking_refusals():
            outcome = actions.add_process(actor=request.actor, now=request.now, key=form.key, **form.inputs())
            messages.success(request, _("It is on the list. Judge it next."))
            return see_other("process", outcome["id"])
    return render(request, "decide/facts.html", {"form": form}, status=form.status)


def process_seen(request: MemberRequest, pk: UUID) -> Process:
    """The process, or the answer of any absent page."""
    found = queries.process_of(request.actor, pk)
    if found is None:
        raise NotFound("process")
    return found


@member_page
def facts(request: MemberRequest, pk: UUID) -> HttpResponse:
    row = process_seen(request, pk)
    refuse_if(may(request.actor, Right.JUDGE))
    stands = queries.row_of(row)
    form = ProcessForm(
        request.POST or None, initial={name: getattr(stands, name) for name in ProcessForm.base_fields}
    )
    if form.is_valid():
        with form.taking_refusals():
            actions.change_process(
                actor=request.actor, now=request.now, key=form.key, process_id=pk, **form.inputs()
            )
            messages.success(request, _("Changed."))
            return see_other("process", pk)
    return render(request, "decide/facts.html", {"form": form, "process": row}, status=form.status)


@member_page
def merge(request: MemberRequest, pk: UUID, into: UUID) -> HttpResponse:
    """Say what merging does, and do it on a press; there is no way back."""
    row, kept = process_seen(request, pk), process_seen(request, into)
    refuse_if(may(request.actor, Right.JUDGE))
    form = MergeForm(request.POST or None)
    if form.is_valid():
        with form.taking_refusals():
            actions.merge_processes(
                actor=request.actor, now=request.now, key=form.key, process_id=pk, into_id=into
            )
            messages.success(request, _("Merged. This is the one that stands on the list."))
            return see_other("process", into)
    context = {"form": form, "process": row, "kept": kept}
    return render(request, "decide/merge.html", context, status=form.status)


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer that would change the verdict, in words."""

    question: str
    answer: str
    instead: str
    look: Look


@member_page
def process(request: MemberRequest, pk: UUID) -> HttpResponse:
    row = process_seen(request, pk)
    earlier = queries.judgements_of(row)
    latest = earlier[0] if earlier else None
    work = queries.outtasks_of(request.actor, row)
    ranked = priority(decode(latest.answers)) if latest else None
    context = {
        "process": row,
        "volume": queries.volume_of(row),
        "look": LOOKS[row.verdict],
        "latest": latest,
        "reason": sentence(reason_of(latest.rule, latest.trail)) if latest else "",
        "value": _percent(ranked.value) if ranked else None,
        "risk": _percent(ranked.risk) if ranked else None,
        "turns": _turns(latest, request.organisation.currency) if latest else [],
        "steps": _trail(latest) if latest else [],
        "earlier": [
            (judged, LOOKS[judged.verdict], sentence(reason_of(judged.rule, judged.trail)))
            for judged in earlier[1:]
        ],
        "outtasks": work,
        "out_now": next((one for one in work if one.ending == Ending.OPEN), None),
        "stays": row.verdict in INSIDE,
        "hand_out": row.verdict in TO_HAND_OUT,
        "why_not_judge": may(request.actor, Right.JUDGE),
    }
    return render(request, "decide/process.html", context)


def _turns(latest: Judgement, currency: str) -> list[Turn]:
    """The nearest first: one step on a scale is soon taken, another answer to yes or no is not."""
    nearest = sorted(flips(decode(latest.answers)), key=_distance)
    return [_turn(flip, currency) for flip in nearest[:FLIPS_SHOWN]]


def _distance(flip: Flip) -> int:
    if isinstance(flip.answer, bool) or not (isinstance(flip.answer, int) and isinstance(flip.instead, int)):
        return HIGHEST
    return min(abs(flip.answer - flip.instead), HIGHEST)


def _turn(flip: Flip, currency: str) -> Turn:
    answer, instead = (said(flip.question, one, currency) for one in (flip.answer, flip.instead))
    return Turn(flip.question.text, answer, instead, LOOKS[flip.verdict])


def _trail(latest: Judgement) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each step with what its rules said: (outcome, sentence)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in latest.trail:
        sentence = (
            _(line["reason"]) % line["facts"] if line["reason"] and line["outcome"] != Outcome.UNKNOWN else ""
        )
        found.setdefault(line["step"], []).append((line["outcome"], sentence or _(line["title"])))
    return [(STEPS[step].title, rules) for step, rules in found.items()]  # type: ignore[index]
