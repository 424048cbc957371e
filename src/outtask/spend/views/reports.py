"""Reports over any days: what was spent, how fast it was decided, how much choice there was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from outtask.kernel.money import Money
from outtask.source.states import Choice
from outtask.spend.reports import queries, wording
from outtask.spend.reports.figures import By, Line, Measure, Report, in_order
from outtask.spend.reports.forms import SpanForm
from outtask.spend.reports.sheets import choice_sheet, decisions_sheet, sheet
from outtask.spend.reports.spans import Span, this_year
from outtask.ui.pages import MemberRequest, member_page

PAGE = 50


@dataclass(frozen=True)
class Part:
    """Some of the rows; `next` and `previous` are query strings, empty at an end."""

    rows: Sequence[Line]
    next: str = ""
    previous: str = ""

    @property
    def alone(self) -> bool:
        return not (self.next or self.previous)


@dataclass(frozen=True)
class Asked:
    """What the address asks for. span: None when its days need another look."""

    form: SpanForm
    span: Span | None
    by: By
    measure: Measure | None
    falling: bool

    @classmethod
    def of(cls, request: MemberRequest) -> Asked:
        zone = ZoneInfo(request.organisation.zone)
        usual = this_year(request.now.astimezone(zone).date(), zone)
        form = SpanForm.read(request.GET, usual)
        by = _one_of(By, request.GET.get("by", ""), By.PROVIDER)
        # Months stand as time goes, everything else with the most first.
        usual_sort = "name" if by is By.MONTH else "-committed"
        sort = request.GET.get("sort") or usual_sort
        measure = _one_of(Measure, sort.removeprefix("-"), None)
        return cls(form, form.span(usual), by, measure, sort.startswith("-"))

    @property
    def drawn(self) -> Measure:
        """Which sum the chart shows: that which the rows are sorted by."""
        return self.measure or Measure.COMMITTED

    def ordered(self, report: Report) -> list[Line]:
        return in_order(report.lines, self.measure, falling=self.falling)

    def columns(self) -> list[dict[str, Any]]:
        """The heads of the table: where each leads to, and how the rows stand by it."""
        heads: list[tuple[Measure | None, str]] = [(None, str(wording.NAMES[self.by]))]
        heads += [(measure, str(label)) for measure, label in wording.MEASURES.items()]
        return [self._column(measure, label) for measure, label in heads]

    def _column(self, measure: Measure | None, label: str) -> dict[str, Any]:
        name = measure.value if measure else "name"
        here = measure is self.measure
        # A column begins with its most, names and months with their first; asked again it turns round.
        falls = not self.falling if here else measure is not None
        sorted_as = ("descending" if self.falling else "ascending") if here else ""
        return {"label": label, "sort": f"-{name}" if falls else name, "as": sorted_as, "sum": measure}


def _one_of[E: StrEnum, Other](of: type[E], name: str, other: Other) -> E | Other:
    return of(name) if name in of else other


@require_safe
@member_page
def spend(request: MemberRequest) -> HttpResponse:
    """What moved for commitments in the span, by provider, budget, category, person or month."""
    asked = Asked.of(request)
    context = _about(request, asked) | {"by": asked.by, "title": wording.TITLES[asked.by]}
    if asked.span is not None:
        report = queries.spending(request.actor, asked.span, asked.by, request.organisation.currency)
        part = _part(request, asked.ordered(report))
        context |= {
            "page": part,
            "rows": wording.rows_of(report, part.rows),
            "total": wording.total_of(report),
            "columns": asked.columns(),
            "chart": wording.chart_of(report, asked.drawn),
            "how": wording.how(report, own_only=request.actor.role == "requester"),
        }
    return render(request, "spend/report.html", context, status=asked.form.status)


@require_safe
@member_page
def spend_csv(request: MemberRequest) -> HttpResponse:
    """The same rows as a CSV file; the page again when its days need another look."""
    asked = Asked.of(request)
    if asked.span is None:
        context = _about(request, asked) | {"by": asked.by, "title": wording.TITLES[asked.by]}
        return render(request, "spend/report.html", context, status=asked.form.status)
    report = queries.spending(request.actor, asked.span, asked.by, request.organisation.currency)
    return _file(sheet(report, asked.ordered(report)), f"spend-by-{asked.by}", asked.span)


def _file(table: str, name: str, span: Span) -> HttpResponse:
    response = HttpResponse(table, content_type="text/csv; charset=utf-8")
    whole = f"{name}-{span.first}-{span.last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{whole}"'
    return response


@require_safe
@member_page
def decisions(request: MemberRequest) -> HttpResponse:
    """Who decided how fast."""
    asked = Asked.of(request)
    context = _about(request, asked)
    if asked.span is not None:
        everybody, people = queries.decisions(request.actor, asked.span)
        context |= {
            "everybody": _times(everybody),
            "people": [{"name": one.name, **_times(one.waits)} for one in people],
            "chart": wording.chart_of_waits(people),
        }
    return render(request, "spend/report_decisions.html", context, status=asked.form.status)


@require_safe
@member_page
def decisions_csv(request: MemberRequest) -> HttpResponse:
    """The same times as a CSV file; the page again when its days need another look."""
    asked = Asked.of(request)
    if asked.span is None:
        return _asked_again(request, asked, "spend/report_decisions.html")
    return _file(decisions_sheet(*queries.decisions(request.actor, asked.span)), "decisions", asked.span)


def _asked_again(request: MemberRequest, asked: Asked, page: str) -> HttpResponse:
    """The page of a report instead of its file, with what is wrong about the days."""
    return render(request, page, _about(request, asked), status=asked.form.status)


def _times(waits: Any) -> dict[str, Any]:
    return {
        "n": waits.n,
        "low": wording.duration(waits.low),
        "middle": wording.duration(waits.middle),
        "high": wording.duration(waits.high),
        "why_not": wording.why_no_middle(waits),
    }


@require_safe
@member_page
def single_source(request: MemberRequest) -> HttpResponse:
    """For how many awards, and how much money, one provider alone was asked or answered."""
    asked = Asked.of(request)
    context = _about(request, asked)
    if asked.span is not None:
        found = queries.single_source(request.actor, asked.span, request.organisation.currency)
        kinds = {
            Choice.ASKED_ONE: found.asked_one,
            Choice.ONE_OFFER: found.one_offer,
            Choice.SEVERAL: found.several,
        }
        context |= {
            "found": found,
            "kinds": [
                (wording.CHOICES[kind], one, Money(one.committed_minor, found.currency))
                for kind, one in kinds.items()
            ],
            "chart": wording.chart_of_choice(found),
            "total": Money(found.total.committed_minor, found.currency),
            "single_money": Money(found.single.committed_minor, found.currency),
            "of_awards": wording.percent(found.share_of_awards),
            "of_money": wording.percent(found.share_of_money),
        }
    return render(request, "spend/report_single_source.html", context, status=asked.form.status)


@require_safe
@member_page
def single_source_csv(request: MemberRequest) -> HttpResponse:
    """The same shares as a CSV file; the page again when its days need another look."""
    asked = Asked.of(request)
    if asked.span is None:
        return _asked_again(request, asked, "spend/report_single_source.html")
    found = queries.single_source(request.actor, asked.span, request.organisation.currency)
    return _file(choice_sheet(found), "single-source", asked.span)


def _about(request: MemberRequest, asked: Asked) -> dict[str, Any]:
    """What every report shows: its tabs, its days and their zone."""
    return {
        "form": asked.form,
        "span": asked.span,
        "tabs": wording.TABS,
        "zone": request.organisation.zone,
        "own_only": request.actor.role == "requester",
    }


def _part(request: MemberRequest, found: Sequence[Line]) -> Part:
    """The page of the rows that the address asks for; one past the end is the last."""
    last = max(0, (len(found) - 1) // PAGE)
    wanted = request.GET.get("page", "")
    number = int(wanted) if re.fullmatch("[1-9][0-9]{0,8}", wanted) else 1
    here = min(number - 1, last)
    rows = found[here * PAGE : (here + 1) * PAGE]
    return Part(
        rows,
        _address(request, here + 2) if here < last else "",
        _address(request, here) if here else "",
    )


def _address(request: MemberRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"
