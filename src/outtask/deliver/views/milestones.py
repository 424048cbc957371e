"""A milestone for members: what was handed in, what the checks found, and the decision on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outtask.deliver.actions import accept_milestone, hand_in, request_changes, tick_check
from outtask.deliver.forms import HandInForm, TickForm, VerdictForm
from outtask.deliver.models import Check, Milestone
from outtask.deliver.queries import milestone_for
from outtask.deliver.sheets import MilestoneSheet, sheet_of
from outtask.journal.recording import NotFound
from outtask.kernel.money import Money
from outtask.lifecycle.lifeline import line_of
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import outtask_of
from outtask.ui.formats import day, money
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other


@require_safe
@member_page
def milestone(request: MemberRequest, reference: str, order: int) -> HttpResponse:
    """The latest hand-in with its checks, failures first, and the tries before it."""
    return _page(request, *_found(request, reference, order))


@require_POST
@member_page
def verdict(request: MemberRequest, reference: str, order: int) -> HttpResponse:
    """Accept the hand-in that was looked at, or send it back."""
    outtask, found = _found(request, reference, order)
    form = VerdictForm(request.POST)
    if form.is_valid():
        with form.taking_refusals():
            messages.success(request, _decide(request, found, form))
            return see_other("milestone", reference, order)
    return _page(request, outtask, found, verdict=form)


def _decide(request: MemberRequest, found: Milestone, form: VerdictForm) -> str:
    given: dict[str, Any] = {
        "actor": request.actor,
        "now": request.now,
        "key": form.key,
        "milestone_id": found.pk,
        "submission_number": form.cleaned_data["submission_number"],
        "reasons": form.cleaned_data["reasons"],
    }
    if form.cleaned_data["do"] == "accept":
        accept_milestone(**given)
        amount = money(Money(found.amount_minor, found.currency))
        return _("Accepted. %(amount)s is owed.") % {"amount": amount}
    new_due_on = form.cleaned_data["new_due_on"]
    request_changes(**given, new_due_on=new_due_on)
    return _("Sent back. It is due again on %(day)s.") % {"day": day(new_due_on)}


@require_POST
@member_page
def check(request: MemberRequest, reference: str, order: int, check_id: UUID) -> HttpResponse:
    """Say what a look at one check found."""
    outtask, found = _found(request, reference, order)
    form = TickForm(request.POST)
    if form.is_valid():
        with form.taking_refusals():
            tick_check(
                actor=request.actor,
                now=request.now,
                key=form.key,
                check_id=_check_of(found, check_id),
                passed=form.cleaned_data["passed"],
                detail=form.cleaned_data["detail"],
            )
            return see_other("milestone", reference, order)
    return _page(request, outtask, found, tick=form, ticked=check_id)


def _check_of(found: Milestone, check_id: UUID) -> UUID:
    """An address that joins one milestone's number with another's check leads nowhere."""
    if not Check.objects.filter(pk=check_id, submission__milestone=found).exists():
        raise NotFound("check")
    return check_id


@require_POST
@member_page
def submissions(request: MemberRequest, reference: str, order: int) -> HttpResponse:
    """Record for the provider what came by another way."""
    outtask, found = _found(request, reference, order)
    form = HandInForm(request.POST, request.FILES)
    if form.is_valid():
        with form.taking_refusals():
            hand_in(
                actor=request.actor,
                now=request.now,
                key=form.key,
                milestone_id=found.pk,
                files=form.uploads(),
                links=form.cleaned_data["links"],
                note=form.cleaned_data["note"],
            )
            messages.success(request, _("Recorded. Somebody else checks it."))
            return see_other("milestone", reference, order)
    return _page(request, outtask, found, hand_in=form)


def _found(request: MemberRequest, reference: str, order: int) -> tuple[OutTask, Milestone]:
    outtask = outtask_of(request.actor, reference)
    return outtask, milestone_for(request.actor, outtask.pk, order)


def _page(request: MemberRequest, outtask: OutTask, found: Milestone, **forms: Any) -> HttpResponse:
    sheet = sheet_of(request.actor, found)
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "sheet": sheet,
        "milestone": found,
        "verdict": forms.get("verdict") or _fresh_verdict(sheet),
        "hand_in": forms.get("hand_in") or HandInForm(),
        "tick": forms.get("tick") or TickForm(),
        "ticked": forms.get("ticked"),
    }
    sent = [form for form in forms.values() if isinstance(form, Form)]
    return render(request, "deliver/milestone.html", context, status=sent[0].status if sent else 200)


def _fresh_verdict(sheet: MilestoneSheet) -> VerdictForm:
    number = sheet.latest.submission.number if sheet.latest else 0
    return VerdictForm(initial={"submission_number": number})
