"""Figures: of one out-task against its promises, of one provider, of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from outtask.agree.queries import agreement_of
from outtask.deliver.queries import milestones_of
from outtask.journal.recording import NotFound
from outtask.lifecycle.lifeline import line_of
from outtask.measure import queries, wording
from outtask.outtasks.queries import outtask_of
from outtask.people.models import Provider
from outtask.ui.pages import MemberRequest, member_page
from outtask.ui.paging import Page


@require_safe
@member_page
def outtask_service(request: MemberRequest, reference: str) -> HttpResponse:
    """What was promised for one out-task, and what is kept so far."""
    outtask = outtask_of(request.actor, reference)
    context: dict[str, Any] = {"outtask": outtask, "line": line_of(outtask)}
    agreement = agreement_of(outtask, request.actor)
    if agreement is not None:
        zone, now = request.organisation.zone, request.now
        facts = queries.facts_of_agreement(request.actor, agreement.pk, zone, now)
        card = facts.scorecard(agreement.made_at, now)
        promises = queries.promises(request.actor, agreement.pk, facts, now)
        context |= {
            "rows": wording.rows_of(card),
            "promises": [_promise(promise) for promise in promises],
            "milestones": _days(request, outtask.pk, agreement.pk, facts),
            "chart": wording.month_chart(card),
        }
    return render(request, "measure/outtask_service.html", context)


def _promise(promise: queries.Promise) -> dict[str, Any]:
    return {
        "name": wording.promise_name(promise),
        "standing": promise.standing,
        "now": wording.figure(promise.figure),
        "cases": wording.cases(promise.figure),
        "target": wording.target(promise),
    }


def _days(
    request: MemberRequest, outtask_id: UUID, agreement_id: UUID, facts: queries.Facts
) -> Sequence[dict[str, Any]]:
    """The cases behind the figures: each milestone with the day it was due and the day it first came."""
    first = {one.milestone: one for one in facts.hand_ins if one.number == 1}
    rows = [row for row in milestones_of(request.actor, outtask_id) if row.agreement_id == agreement_id]
    return [{"milestone": row, "first": first.get(row.pk)} for row in rows]


@require_safe
@member_page
def provider_service(request: MemberRequest, provider_id: UUID) -> HttpResponse:
    """The scorecard of one provider; the page about them takes its `#scorecard`."""
    rows: Any = Provider.objects.visible_to(request.actor).filter(pk=provider_id)
    found: Provider | None = rows.first()
    if found is None:
        raise NotFound("provider")
    cards = queries.scorecards(request.actor, [found.pk], request.organisation.zone, request.now)
    card = cards[found.pk]
    context = {
        "provider": found,
        "card": card,
        "rows": wording.rows_of(card),
        "chart": wording.month_chart(card),
        "days": queries.WINDOW.days,
    }
    return render(request, "measure/provider_service.html", context)


@require_safe
@member_page
def reports(request: MemberRequest) -> HttpResponse:
    """Every provider with their figures of the last 90 days."""
    page: Page[Provider] = Page.of(Provider.objects.visible_to(request.actor), request, by=("name", "id"))
    cards = queries.scorecards(
        request.actor, [one.pk for one in page.rows], request.organisation.zone, request.now
    )
    context = {
        "page": page,
        "table": [{"provider": one, "rows": wording.rows_of(cards[one.pk])} for one in page.rows],
        "days": queries.WINDOW.days,
    }
    return render(request, "measure/reports.html", context)
