"""The limits of one member: what holds, how much of it is used, setting another, ending one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outtask.journal.recording import NotFound
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.people.models import Member
from outtask.people.roles import Right, may
from outtask.people.rules import why_not_manage
from outtask.spend import actions
from outtask.spend.forms import LimitForm
from outtask.spend.line import Today, ceiling_of, limits_of
from outtask.spend.models import Limit
from outtask.spend.wording import PERIODS
from outtask.ui.pages import MemberRequest, member_page, see_other


@member_page
def limits(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Every limit of a member with its use, and a form for another."""
    whom = _member(request, member_id)
    initial = {"currency": request.organisation.currency}
    form = LimitForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with form.taking_refusals():
            given = {"member_id": whom.pk, **form.facts()}
            actions.set_limit(actor=request.actor, now=request.now, key=form.key, **given)
            messages.success(request, _("The limit holds from now on."))
            return see_other("member-limits", whom.pk)
    today = Today.at(request.organisation.pk, request.now)
    context = {
        "whom": whom,
        "form": form,
        "rows": [_row(limit, today) for limit in limits_of(whom.pk)],
        "barred": _why_not(request, whom),
    }
    return render(request, "spend/limits.html", context, status=form.status)


def _row(limit: Limit, today: Today) -> dict[str, object]:
    now = ceiling_of(limit, today)
    base = today.organisation.currency
    return {
        "limit": limit,
        "amount": now.limit,
        "period": PERIODS[now.period],
        "used": Money(now.used_minor, base),
        "until": now.until,
    }


def _why_not(request: MemberRequest, whom: Member) -> Refusal | None:
    return may(request.actor, Right.MANAGE_PEOPLE) or why_not_manage(
        request.member.role,
        target_role=whom.role,
        new_role=whom.role,
        themselves=whom.pk == request.member.pk,
    )


def _member(request: MemberRequest, member_id: UUID) -> Member:
    members = Member.objects.visible_to(request.actor).filter(left_at__isnull=True)
    found: Member | None = members.select_related("person").filter(pk=member_id).first()
    if found is None:
        raise NotFound("member")
    return found


@require_POST
@member_page
def end(request: MemberRequest, limit_id: UUID) -> HttpResponse:
    """Take a limit away."""
    limit = Limit.objects.visible_to(request.actor).filter(pk=limit_id).first()
    if limit is None:
        raise NotFound("limit")
    key = request.POST.get("key")
    actions.end_limit(actor=request.actor, now=request.now, key=key, limit_id=limit_id)
    messages.success(request, _("The limit ended."))
    return see_other("member-limits", limit.member_id)
