"""Who decides in whose place while they are away: noting it, seeing it, ending it."""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from outtask.kernel.money import Money
from outtask.people import actions, queries
from outtask.people.delegation_rules import in_force
from outtask.people.models import Delegation
from outtask.people.roles import Right, may
from outtask.people.views.absence_form import AbsenceForm
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@member_page
def absences(request: MemberRequest) -> HttpResponse:
    """One's own absences and those one stands in for, past ones too; for admins everybody's."""
    form = AbsenceForm(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.taking_refusals():
            actions.delegate(actor=request.actor, now=request.now, key=form.key, **form.facts)
            messages.success(request, gettext("Noted. Each decision tells in whose place it was."))
            return see_other("absences")
    today = request.now.astimezone(ZoneInfo(request.organisation.zone)).date()
    page = Page.of(queries.delegations_for(request.actor), request)
    manages = may(request.actor, Right.MANAGE_PEOPLE) is None
    context = {
        "form": form,
        "page": page,
        "rows": [_row(request, row, today, manages) for row in page],
        "barred": None if manages else may(request.actor, Right.APPROVE),
    }
    return render(request, "people/absences.html", context, status=form.status)


def _row(request: MemberRequest, row: Delegation, today: date, manages: bool) -> dict[str, object]:
    over = row.ended_at is not None or row.ends_on < today
    up_to = None if row.up_to_minor is None else Money(row.up_to_minor, request.organisation.currency)
    return {
        "row": row,
        "over": over,
        "now": in_force(row.starts_on, row.ends_on, today, ended=row.ended_at is not None),
        "up_to": up_to,
        "ends": not over and (manages or row.giver_id == request.member.pk),
    }


@require_POST
@member_page
def end(request: MemberRequest, delegation_id: UUID) -> HttpResponse:
    """End an absence early."""
    key = request.POST.get("key")
    actions.end_delegation(actor=request.actor, now=request.now, key=key, delegation_id=delegation_id)
    messages.success(request, gettext("Ended. They decide themselves again."))
    return see_other("absences")
