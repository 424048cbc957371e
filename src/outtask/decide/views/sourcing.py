"""The models of sourcing side by side, on rates that live in the address and are never kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from outtask.decide import queries
from outtask.decide.forms import RatesForm
from outtask.decide.models import Process
from outtask.decide.sourcing_models import Choice, Comparison, Ranked, compare_models
from outtask.decide.states import SourcingModel
from outtask.decide.views.processes import process_seen
from outtask.decide.words import CRITERIA, LOOKS, MODELS
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.ui.pages import MemberRequest, member_page


@dataclass(frozen=True, slots=True)
class Way:
    """One model in the table. pro, con: what tells most for and against it, next to its rival."""

    name: str
    cost: Money | None
    rank: int | None = None
    score: int | None = None
    pro: str = ""
    con: str = ""
    why_not: Refusal | None = None


@member_page
def models(request: MemberRequest, pk: UUID) -> HttpResponse:
    row = process_seen(request, pk)
    form = RatesForm(request.GET or None, currency=request.organisation.currency)
    found = _compared(row, form) if form.is_valid() else None
    context = {
        "process": row,
        "look": LOOKS[row.verdict],
        "volume": queries.volume_of(row),
        "form": form,
        "found": found,
        "ways": _ways(found, request.organisation.currency) if found else [],
        "saving": _money(found.saving, request.organisation.currency) if found else None,
        "even": _tasks(found) if found else None,
    }
    return render(request, "decide/models.html", context, status=form.status)


def _compared(row: Process, form: RatesForm) -> Comparison | None:
    volume = queries.volume_of(row)
    return None if volume is None else compare_models(volume, form.terms(), form.situation(row.verdict))


def _ways(found: Comparison, currency: str) -> list[Way]:
    if found.choice is None:
        return [Way(MODELS[model], _money(cost, currency)) for model, cost in found.costs.items()]
    return [_ranked(one, currency) for one in found.choice.ranked] + _excluded(
        found.choice, found.costs, currency
    )


def _ranked(one: Ranked, currency: str) -> Way:
    pro, con = _strongest(one.leads_by)
    return Way(
        MODELS[one.model], _money(one.cost_minor, currency), one.rank, round(one.score * 100), pro, con
    )


def _excluded(choice: Choice, costs: Mapping[SourcingModel, int | None], currency: str) -> list[Way]:
    return [
        Way(MODELS[model], _money(costs[model], currency), why_not=refusal)
        for model, refusal in choice.excluded.items()
    ]


def _strongest(leads_by: Mapping[str, Fraction]) -> tuple[str, str]:
    best = max(leads_by, key=lambda name: leads_by[name])
    worst = min(leads_by, key=lambda name: leads_by[name])
    pro = CRITERIA[best] if leads_by[best] > 0 else ""
    return pro, CRITERIA[worst] if leads_by[worst] < 0 else ""


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _tasks(found: Comparison) -> Decimal | None:
    """From how many tasks a year a retainer is cheaper, to one decimal; None when never or unknown."""
    if found.break_even is None or found.break_even.tasks is None:
        return None
    return round(Decimal(found.break_even.tasks.numerator) / found.break_even.tasks.denominator, 1)
