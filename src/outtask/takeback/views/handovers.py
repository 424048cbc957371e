"""The way back: preview, one press, the pack, and the way on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from outtask.journal.reading import outcome_of
from outtask.kernel.refusal import refuse_if
from outtask.lifecycle.lifeline import line_of
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right, may
from outtask.takeback import actions, queries, rules
from outtask.takeback.forms import HandOnForm, TakeBackForm
from outtask.takeback.models import Handover
from outtask.takeback.readiness_facts import readiness_of
from outtask.takeback.telling import told
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other

LED_TO = {"outtask.taken_back": "outtask-handover", "outtask.handed_on": "outtask-brief"}
"""By what was done here, the page that shows what came of it."""


@member_page
def handover(request: MemberRequest, reference: str) -> HttpResponse:
    """One address for the way back: before it a preview with one button, after it the pack."""
    outtask = outtask_of(request.actor, reference)
    # Sent again, a form finds that the address shows something else by now.
    for kind, page in LED_TO.items():
        if outcome_of(request.actor, request.POST.get("key"), kind):
            return see_other(page, reference)
    standing = queries.standing_handover(outtask)
    if standing is not None:
        if request.method == "POST" and "act" not in request.POST:
            # Somebody was quicker: the page of what came of it would look as if this press had done it.
            refuse_if(rules.why_not_take_back(True))
        return _taken_back(request, outtask, standing)
    form = TakeBackForm(request.POST or None)
    if form.is_valid():
        with form.taking_refusals():
            actions.take_back(
                actor=request.actor,
                now=request.now,
                key=form.key,
                outtask_id=outtask.pk,
                successor=form.cleaned_data["successor"],
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("It is back with you. The handover pack is being made."))
            return see_other("outtask-handover", reference)
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "preview": queries.preview(request.actor, outtask),
        "form": form,
        "why_not": may(request.actor, Right.TAKE_BACK),
        "readiness": told(readiness_of(outtask, request.now)) if outtask.provider else None,
    }
    return render(request, "takeback/preview.html", context, status=form.status)


def _taken_back(request: MemberRequest, outtask: OutTask, standing: Handover) -> HttpResponse:
    """The pack, and the way on to somebody else."""
    act = request.POST.get("act", "")
    again = Form(request.POST if act == "again" else None)
    form = HandOnForm(
        request.POST if act == "hand_on" else None, initial={"by_when": queries.day_needed(outtask)}
    )
    if again.is_valid():
        with again.taking_refusals():
            actions.ask_for_pack_again(
                actor=request.actor, now=request.now, key=again.key, handover_id=standing.pk
            )
            return see_other("outtask-handover", outtask.reference)
    if form.is_valid():
        with form.taking_refusals():
            actions.hand_on(
                actor=request.actor,
                now=request.now,
                key=form.key,
                handover_id=standing.pk,
                by_when=form.cleaned_data["by_when"],
            )
            messages.success(request, _("The brief is open again, with the pack. Choose whom to send it to."))
            return see_other("outtask-brief", outtask.reference)
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "handover": standing,
        "form": form,
        "again": again,
        "why_not": may(request.actor, Right.BRIEF) or rules.why_not_hand_on(queries.onward_of(standing)),
    }
    return render(request, "takeback/handover.html", context, status=max(form.status, again.status))
