"""Budgets and rates: what money there is, and every movement of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from outtask.journal.recording import NotFound
from outtask.people.roles import Right, may
from outtask.spend import actions, queries
from outtask.spend.forms import AuthoriseForm, BudgetForm, RateForm
from outtask.spend.models import Budget, Posting, Rate
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@member_page
def budgets(request: MemberRequest) -> HttpResponse:
    """Every pot with its bar, and a form to open another."""
    form = BudgetForm(request.POST or None, initial={"currency": request.organisation.currency})
    if form.is_valid():
        with form.taking_refusals():
            outcome = actions.open_budget(actor=request.actor, now=request.now, key=form.key, **form.facts())
            messages.success(request, _("The budget is open."))
            return see_other("budget", outcome["id"])
    context = {
        "budgets": queries.budgets_for(request.actor),
        "form": form,
        "why_not": may(request.actor, Right.MANAGE_BUDGETS),
    }
    return render(request, "spend/budgets.html", context, status=form.status)


@member_page
def budget(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One pot: its bar and every movement."""
    row = Budget.objects.visible_to(request.actor).filter(pk=pk).first()
    if row is None:
        raise NotFound("budget")
    form = AuthoriseForm(request.POST or None, currency=row.currency)
    if form.is_valid():
        with form.taking_refusals():
            amount = form.cleaned_data["amount"]
            actions.authorise(actor=request.actor, now=request.now, key=form.key, budget_id=pk, amount=amount)
            messages.success(request, _("Noted. The budget shows the new sum."))
            return see_other("budget", pk)
    postings = Posting.objects.visible_to(request.actor).filter(budget=row)
    context = {
        "budget": row,
        "form": form,
        "page": Page.of(postings.select_related("commitment__outtask"), request),
        "why_not": may(request.actor, Right.MANAGE_BUDGETS),
    }
    return render(request, "spend/budget.html", context, status=form.status)


@member_page
def rates(request: MemberRequest) -> HttpResponse:
    """What foreign currencies were worth, from which day on."""
    form = RateForm(request.POST or None, initial={"day": timezone.localdate(request.now)})
    if form.is_valid():
        with form.taking_refusals():
            data = form.cleaned_data
            actions.note_rate(
                actor=request.actor,
                now=request.now,
                key=form.key,
                currency=data["currency"],
                per_unit=data["per_unit"],
                day=data["day"],
            )
            messages.success(request, _("The rate is noted."))
            return see_other("rates")
    context = {
        "page": Page.of(Rate.objects.visible_to(request.actor), request),
        "form": form,
        "why_not": may(request.actor, Right.MANAGE_BUDGETS),
    }
    return render(request, "spend/rates.html", context, status=form.status)
