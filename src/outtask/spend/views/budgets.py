"""Budgets and rates: what money there is, in which pots, and every movement of it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from outtask.people.roles import Right, may
from outtask.spend import actions, pots
from outtask.spend.budget_forms import ChangeForm, DownForm, NextForm, PartForm
from outtask.spend.budget_wording import bar_of, forecast_words
from outtask.spend.forms import AuthoriseForm, BudgetForm, RateForm
from outtask.spend.models import Budget, Posting, Rate
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page

AT_A_TIME = 20


def today_there(request: MemberRequest) -> date:
    """The day on the calendar of the organisation, whatever the reader's own zone."""
    return request.now.astimezone(ZoneInfo(request.organisation.zone)).date()


@member_page
def budgets(request: MemberRequest) -> HttpResponse:
    """Every pot with its parts, each with its bar, and a form to open another."""
    form = BudgetForm(request.POST or None, initial={"currency": request.organisation.currency})
    if form.is_valid():
        with form.taking_refusals():
            outcome = actions.open_budget(actor=request.actor, now=request.now, key=form.key, **form.facts())
            messages.success(request, _("The budget is open."))
            return see_other("budget", outcome["id"])
    closed = request.GET.get("show") == "closed"
    rows = Budget.objects.visible_to(request.actor).filter(closed_at__isnull=not closed)
    # What is part of a closed one stands on its own among the open ones.
    tops = rows if closed else rows.filter(Q(parent__isnull=True) | Q(parent__closed_at__isnull=False))
    page = Page.of(tops.select_related("keeper__person"), request, size=AT_A_TIME, by=("name",))
    context = {
        "page": page,
        "branches": pots.branches(request.actor, page.rows) if not closed else [],
        "closed": closed,
        "form": form,
        "why_not": may(request.actor, Right.MANAGE_BUDGETS),
    }
    return render(request, "spend/budgets.html", context, status=form.status)


@member_page
def budget(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One pot: its bar, its parts, what is foretold, and every movement."""
    row = pots.budget_of(request.actor, pk)
    form = (DownForm if row.parent_id else AuthoriseForm)(request.POST or None, currency=row.currency)
    if form.is_valid():
        with form.taking_refusals():
            put = actions.give_down if row.parent_id else actions.authorise
            amount = form.cleaned_data["amount"]
            put(actor=request.actor, now=request.now, key=form.key, budget_id=pk, amount=amount)
            messages.success(request, _("Noted. The budget shows the new sum."))
            return see_other("budget", pk)
    postings = Posting.objects.visible_to(request.actor).filter(budget=row)
    context = _told_of(request, row) | {
        "form": form,
        "page": Page.of(postings.select_related("commitment__outtask"), request),
    }
    return render(request, "spend/budget.html", context, status=form.status)


def _told_of(request: MemberRequest, row: Budget) -> dict[str, Any]:
    """What every page of one pot shows of it."""
    branch = pots.branches(request.actor, [row])[0]
    said, why = forecast_words(row, pots.forecast_of(row, today_there(request)))
    return {
        "budget": row,
        "branch": branch,
        "bar": bar_of(row),
        "keeper": pots.keeper_here(row),
        "forecast": said,
        "forecast_why": why,
        "following": Budget.objects.visible_to(request.actor).filter(follows=row).first(),
        "why_not": may(request.actor, Right.MANAGE_BUDGETS),
        "why_not_ask": pots.why_not_ask(request.actor),
    }


@member_page
def part(request: MemberRequest, pk: UUID) -> HttpResponse:
    """A form to open a pot under this one."""
    row = pots.budget_of(request.actor, pk)
    form = PartForm(request.POST or None, actor=request.actor, parent=row)
    if form.is_valid():
        with form.taking_refusals():
            outcome = actions.open_part(
                actor=request.actor, now=request.now, key=form.key, parent_id=pk, **form.facts()
            )
            messages.success(request, _("The part is open."))
            return see_other("budget", outcome["id"])
    return _form_page(request, "spend/budget_part.html", row, form)


@member_page
def change(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Who keeps a pot, its days, and what becomes of free money."""
    row = pots.budget_of(request.actor, pk)
    form = ChangeForm(request.POST or None, actor=request.actor, budget=row)
    if form.is_valid():
        with form.taking_refusals():
            actions.change_budget(
                actor=request.actor, now=request.now, key=form.key, budget_id=pk, **form.facts()
            )
            messages.success(request, _("The budget is changed."))
            return see_other("budget", pk)
    return _form_page(request, "spend/budget_change.html", row, form)


@member_page
def following(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The pot of the next period, and the end of this one."""
    row = pots.budget_of(request.actor, pk)
    form = NextForm(request.POST or None, budget=row)
    if form.is_valid():
        with form.taking_refusals():
            outcome = actions.start_next_period(
                actor=request.actor, now=request.now, key=form.key, budget_id=pk, **form.facts()
            )
            messages.success(request, _("The next period has begun."))
            return see_other("budget", outcome["id"])
    return _form_page(request, "spend/budget_next.html", row, form)


def _form_page(request: MemberRequest, template: str, row: Budget, form: Form) -> HttpResponse:
    context = {"budget": row, "form": form, "why_not": may(request.actor, Right.MANAGE_BUDGETS)}
    return render(request, template, context, status=form.status)


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
