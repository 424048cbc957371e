"""Writing a brief, reading it, changing it, sending it, closing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from outtask.decide.models import Process
from outtask.journal.recording import NotFound
from outtask.kernel.refusal import Refused
from outtask.lifecycle.lifeline import line_of
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right, may
from outtask.source import actions, queries, rules
from outtask.source.columns import conditions
from outtask.source.forms import NeedForm, ReasonForm, criteria_rows
from outtask.source.models import Brief, Invitation
from outtask.source.rows import Rows, status_of, take, wants_more
from outtask.source.states import BRIEF
from outtask.source.views.sending import sending_of
from outtask.ui.pages import MemberRequest, member_page, see_other


@member_page
def new(request: MemberRequest) -> HttpResponse:
    """Write a brief. Two answers are enough; it is kept as a draft that nobody outside sees."""
    data = request.POST if request.method == "POST" else None
    process = _process(request)
    begun = {"what": process.output or process.name} if process else {}
    form = _need_form(data, request.organisation.currency, begun)
    criteria = criteria_rows(data)
    if _fine(form, criteria):
        try:
            outcome = actions.write_brief(
                actor=request.actor,
                now=request.now,
                key=form.key,
                need=form.need(criteria),
                process_id=process.pk if process else None,
            )
        except Refused as refused:
            take(refused, form, criteria=criteria)
        else:
            messages.success(request, _("The brief is kept as a draft. Nobody outside sees it yet."))
            return see_other("outtask-brief", outcome["reference"])
    context = {
        "form": form,
        "criteria": criteria,
        "process": process,
        "barred": may(request.actor, Right.BRIEF),
    }
    return render(request, "source/new.html", context, status=status_of(form, criteria))


@member_page
def edit(request: MemberRequest, reference: str) -> HttpResponse:
    """Change a brief; somebody else's change meanwhile is told, and what was typed stays."""
    outtask, brief = brief_of(request, reference)
    data = request.POST if request.method == "POST" else None
    need = queries.need_of(brief)
    form = _need_form(data, brief.currency, NeedForm.initial_of(need, brief.version))
    criteria = criteria_rows(data, need.criteria)
    if _fine(form, criteria):
        try:
            actions.edit_brief(
                actor=request.actor,
                now=request.now,
                key=form.key,
                brief_id=brief.pk,
                version=form.cleaned_data["version"] or 0,
                need=form.need(criteria),
            )
        except Refused as refused:
            take(refused, form, criteria=criteria)
            if refused.refusal.code == "changed_meanwhile":
                form.seen_now(brief.version)
        else:
            messages.success(request, _("The brief is changed."))
            return see_other("outtask-brief", reference)
    context = {
        "outtask": outtask,
        "brief": brief,
        "form": form,
        "criteria": criteria,
        "barred": may(request.actor, Right.BRIEF) or rules.why_not_edit(brief.state),
    }
    return render(request, "source/edit.html", context, status=status_of(form, criteria))


@member_page
def brief(request: MemberRequest, reference: str) -> HttpResponse:
    """The brief, who has it, and the form that sends it."""
    outtask, row = brief_of(request, reference)
    sending = sending_of(request, row)
    if sending.sent:
        messages.success(request, _("Sent. Each of them has a link of their own."))
        return see_other("outtask-brief", reference)
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "brief": row,
        "criteria": conditions(queries.need_of(row).criteria),
        "invitations": _invitations(request, row),
        "sending": sending,
        "no_send": may(request.actor, Right.BRIEF) or BRIEF.why_not(row.state, "send"),
        "no_edit": may(request.actor, Right.BRIEF) or rules.why_not_edit(row.state),
        "no_close": may(request.actor, Right.BRIEF) or rules.why_not_close(row.state),
    }
    return render(request, "source/brief.html", context, status=status_of(sending.form, sending.rows))


@member_page
def closure(request: MemberRequest, reference: str) -> HttpResponse:
    """Give the need up, with a reason."""
    outtask, row = brief_of(request, reference)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.taking_refusals():
            actions.close_brief(
                actor=request.actor,
                now=request.now,
                key=form.key,
                brief_id=row.pk,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("The brief is closed. Everybody who was asked is told."))
            return see_other("outtask-brief", reference)
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "brief": row,
        "form": form,
        "asked": Invitation.objects.visible_to(request.actor)
        .filter(brief=row, state__in=rules.ASKED)
        .count(),
        "barred": may(request.actor, Right.BRIEF) or rules.why_not_close(row.state),
    }
    return render(request, "source/closure.html", context, status=form.status)


def brief_of(request: MemberRequest, reference: str) -> tuple[OutTask, Brief]:
    """The out-task and its brief; NotFound for an out-task that has none."""
    outtask = outtask_of(request.actor, reference)
    row = Brief.objects.visible_to(request.actor).filter(outtask=outtask).first()
    if row is None:
        raise NotFound("brief")
    return outtask, row


def _need_form(data: QueryDict | None, currency: str, begun: dict[str, Any]) -> NeedForm:
    """The form as sent, as it begins, or just as it was typed when more rows were wanted."""
    if wants_more(data):
        assert data is not None
        return NeedForm(None, currency=currency, initial=data.dict())
    return NeedForm(data, currency=currency, initial=begun)


def _fine(form: NeedForm, criteria: Rows) -> bool:
    """Whether both can be read; both are, so that everything wrong is told at once."""
    return all([form.is_valid(), criteria.is_valid()])


def _process(request: MemberRequest) -> Process | None:
    """The process a brief grows out of, named in the address of the page."""
    try:
        wanted = UUID(request.GET.get("process", ""))
    except ValueError:
        return None
    found: Process | None = Process.objects.visible_to(request.actor).filter(pk=wanted).first()
    return found


def _invitations(request: MemberRequest, row: Brief) -> list[Invitation]:
    rows = Invitation.objects.visible_to(request.actor).filter(brief=row).select_related("provider")
    return list(rows.order_by("-round", "provider__name", "id"))
