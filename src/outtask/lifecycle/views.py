"""Pages that cross the stages: home, one out-task, its timeline, search."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from outtask.files.queries import latest_files
from outtask.followers.timeline import happenings
from outtask.lifecycle import queries
from outtask.lifecycle.lifeline import line_of
from outtask.lifecycle.needs import needs_of
from outtask.lifecycle.next_steps import next_step_of
from outtask.messages.queries import latest_lines
from outtask.outtasks.queries import outtask_of
from outtask.spend.queries import foremost_budgets
from outtask.ui.pages import MemberRequest, member_page

ON_THE_PAGE = 8


@member_page
def home(request: MemberRequest) -> HttpResponse:
    """What needs this member, the money, and the out-tasks at hand."""
    context = {
        "needs": needs_of(request.actor, request.now.date()),
        "budgets": foremost_budgets(request.actor),
        "outtasks": queries.at_hand(request.actor),
        "today": request.now,
    }
    return render(request, "lifecycle/home.html", context)


@member_page
def outtask_page(request: MemberRequest, reference: str) -> HttpResponse:
    """One out-task: its line, the next step, milestones, thread, files, timeline."""
    outtask = outtask_of(request.actor, reference)
    context: dict[str, Any] = {
        "outtask": outtask,
        "line": line_of(outtask),
        "step": next_step_of(outtask),
        "facts": queries.summary_of(request.actor, outtask),
        "thread": latest_lines(request.actor, outtask.pk),
        "files": latest_files(request.actor, outtask.pk),
        "timeline": happenings(request.actor, outtask.pk, size=ON_THE_PAGE),
    }
    return render(request, "lifecycle/outtask.html", context)


@member_page
def timeline(request: MemberRequest, reference: str) -> HttpResponse:
    """Everything the journal tells of one out-task, a page at a time by entry number."""
    outtask = outtask_of(request.actor, reference)
    before = request.GET.get("before", "")
    rows = happenings(
        request.actor, outtask.pk, before=int(before) if before.isdecimal() else None, size=queries.LINES + 1
    )
    more = rows[queries.LINES - 1].seq if len(rows) > queries.LINES else None
    context = {"outtask": outtask, "line": line_of(outtask), "timeline": rows[: queries.LINES], "more": more}
    return render(request, "lifecycle/timeline.html", context)


@member_page
def search(request: MemberRequest) -> HttpResponse:
    """One box for everything: references, out-tasks, providers, processes, requests."""
    query = request.GET.get("q", "").strip()[:200]
    return render(
        request, "lifecycle/search.html", {"q": query, "found": queries.search(request.actor, query)}
    )
