"""The one guided page: the seven steps, and the verdict so far after each answer."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outtask.decide import actions, queries
from outtask.decide.answers import Reason, decode
from outtask.decide.comparables import compared
from outtask.decide.forms import JudgementForm
from outtask.decide.models import Process
from outtask.decide.rules import Question, judge
from outtask.decide.states import Verdict
from outtask.decide.telling import sentence
from outtask.decide.views.processes import process_seen
from outtask.decide.words import LOOKS, Look
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.people.roles import Right, may
from outtask.ui.pages import MemberRequest, member_page, see_other

ASKED_SHOWN = 6


@dataclass(frozen=True, slots=True)
class SoFar:
    """What the answers given up to now say; refusals when they contradict each other."""

    look: Look
    reason: str
    asked: tuple[Question, ...]
    decided: bool
    refusals: tuple[Refusal, ...] = ()

    @property
    def first_asked(self) -> tuple[Question, ...]:
        return self.asked[:ASKED_SHOWN]

    @property
    def more_asked(self) -> int:
        return max(0, len(self.asked) - ASKED_SHOWN)


def _so_far(answers: dict[str, object]) -> SoFar:
    try:
        judged = judge(decode(answers))
    except Refused as refused:
        return SoFar(LOOKS[Verdict.INCOMPLETE], "", (), False, refused.refusals)
    reason = sentence(Reason(judged.reason, judged.facts))
    return SoFar(LOOKS[judged.verdict], reason, judged.asked, judged.verdict is not Verdict.INCOMPLETE)


def _form(request: MemberRequest, process: Process) -> JudgementForm:
    judged = queries.judgements_of(process)
    known = queries.answers_now(process, judged[0] if judged else None)
    sent = request.POST if request.method == "POST" else None
    return JudgementForm(sent, currency=request.organisation.currency, known=known)


def _page(request: MemberRequest, process: Process, form: JudgementForm, so_far: SoFar) -> HttpResponse:
    context = {
        "process": process,
        "form": form,
        "so_far": so_far,
        "alike": queries.alike_processes(request.actor, process),
        "compared": compared(request.actor, process),
    }
    return render(request, "decide/judgement.html", context, status=form.status)


@member_page
def judgement(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Answer the seven steps and save; what is left out stays unknown."""
    process = process_seen(request, pk)
    refuse_if(may(request.actor, Right.JUDGE))
    form = _form(request, process)
    if form.is_valid():
        with form.taking_refusals():
            outcome = actions.judge_process(
                actor=request.actor, now=request.now, key=form.key, process_id=pk, answers=form.answers()
            )
            messages.success(
                request, _("Judged: %(verdict)s.") % {"verdict": _(LOOKS[outcome["verdict"]].name)}
            )
            return see_other("process", pk)
    answers = form.answers() if form.is_bound else dict(form.known)
    return _page(request, process, form, _so_far(answers))


@require_POST
@member_page
def so_far(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The verdict on the answers sent, to look at: nothing is written. The whole page without script."""
    process = process_seen(request, pk)
    refuse_if(may(request.actor, Right.JUDGE))
    form = _form(request, process)
    found = _so_far(form.answers())
    if request.htmx:
        return render(request, "decide/judgement.html#so-far", {"so_far": found})
    return _page(request, process, form, found)
