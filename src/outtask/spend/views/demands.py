"""The rules of the organisation about spending: what holds, a new one, ending one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outtask.people.roles import Right, may
from outtask.spend import actions
from outtask.spend.forms import RuleForm
from outtask.spend.models import SpendRule
from outtask.spend.states import Demand
from outtask.spend.wording import DEMANDS
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@member_page
def rules(request: MemberRequest) -> HttpResponse:
    """Every rule, those that ended too, and a form for another."""
    currency = request.organisation.currency
    form = RuleForm(request.POST if request.method == "POST" else None, currency=currency)
    if form.is_valid():
        with form.taking_refusals():
            actions.make_rule(actor=request.actor, now=request.now, key=form.key, **form.facts())
            messages.success(request, _("The rule holds from now on."))
            return see_other("rules")
    rows = SpendRule.objects.visible_to(request.actor).select_related("made_by__person")
    page = Page.of(rows, request)
    context = {
        "page": page,
        "rows": [(row, DEMANDS[Demand(row.demand)]) for row in page],
        "form": form,
        "barred": may(request.actor, Right.MANAGE_ORGANISATION),
    }
    return render(request, "spend/rules.html", context, status=form.status)


@require_POST
@member_page
def end(request: MemberRequest, rule_id: UUID) -> HttpResponse:
    """Ask for it no more."""
    key = request.POST.get("key")
    actions.end_rule(actor=request.actor, now=request.now, key=key, rule_id=rule_id)
    messages.success(request, _("The rule ended."))
    return see_other("rules")
