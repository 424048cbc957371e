"""The page about background work, and the two addresses that watchers of the installation ask."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outtask.followers import actions, health, queries
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may
from outtask.ui.pages import MemberRequest, member_page, see_other

ENTRY_ACTS = {"retry": actions.retry_entry, "dismiss": actions.dismiss_entry}
TASK_ACTS = {"retry": actions.retry_task, "dismiss": actions.dismiss_task}


@require_safe
@member_page
def work(request: MemberRequest) -> HttpResponse:
    """Dead letters of this organisation, and whether anybody works."""
    refuse_if(may(request.actor, Right.MANAGE_ORGANISATION))
    context: dict[str, Any] = {
        "skipped": queries.skipped_entries(request.actor)[:100],
        "tasks": queries.dead_tasks(request.actor)[:100],
        "held_up": queries.held_up(request.actor),
        "workers": queries.living_workers(request.now),
        "duties": queries.failing_duties(),
    }
    return render(request, "followers/work.html", context)


@require_POST
@member_page
def settle_entry(request: MemberRequest, skipped_id: int, act: str) -> HttpResponse:
    key = request.POST.get("key")
    ENTRY_ACTS[act](actor=request.actor, now=request.now, key=key, skipped_id=skipped_id)
    return _settled(request, act)


@require_POST
@member_page
def settle_task(request: MemberRequest, task_id: UUID, act: str) -> HttpResponse:
    key = request.POST.get("key")
    TASK_ACTS[act](actor=request.actor, now=request.now, key=key, task_id=task_id)
    return _settled(request, act)


def _settled(request: MemberRequest, act: str) -> HttpResponse:
    messages.success(request, _("It is being tried again.") if act == "retry" else _("It is let go."))
    return see_other("work")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """503 unless database, migrations, disk, the place of files and a worker are there.

    `?without=worker` is for a balancer in front of many servers: a lost worker takes none of them out.
    """
    without = request.GET.getlist("without")
    checks = [check for check in health.READY if check.__name__ not in without]
    findings = health.look(checks, request.now)  # type: ignore[attr-defined]
    ready = all(finding.state != health.State.BAD for finding in findings)
    shown = {finding.name: finding.state.value for finding in findings}
    wrong = {finding.name: finding.short for finding in findings if finding.short}
    told = {"ready": ready, "checks": shown} | ({"wrong": wrong} if wrong else {})
    return JsonResponse(told, status=200 if ready else 503)
