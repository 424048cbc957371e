"""The list of out-tasks for members, and the tracking page for whoever has a code."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outtask.followers.timeline import public_happenings
from outtask.kernel.reference import parse, parse_tracking_code
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.lifecycle.lifeline import line_of
from outtask.outtasks.forms import Filters
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import tracked
from outtask.outtasks.words import PROGRESS
from outtask.people.models import Provider
from outtask.ui.pages import MemberRequest, member_page, read_in_zone
from outtask.ui.paging import Page

UNKNOWN = Refusal(
    "code_unknown",
    N_("Nothing here has this code. Compare it with your e-mail, character by character."),
    "code",
)


@require_safe
@member_page
def outtasks(request: MemberRequest) -> HttpResponse:
    """Every out-task the member may see, latest first; filters live in the address."""
    filters = Filters(request.GET)
    rows: Any = OutTask.objects.visible_to(request.actor).select_related("provider")
    page = Page.of(filters.narrow(rows), request)
    wanted = filters.cleaned_data.get("provider")
    providers: Any = Provider.objects.visible_to(request.actor)
    context = {
        "page": page,
        "today": timezone.localdate(request.now),
        "filters": filters,
        "provider": providers.filter(pk=wanted).first() if wanted else None,
    }
    return render(request, "outtasks/outtasks.html", context)


@require_safe
@never_cache
def track(request: HttpRequest) -> HttpResponse:
    """Ask for a code and lead to its page; a member may give the reference of an out-task instead."""
    typed = request.GET.get("code", "").strip()
    if not typed:
        return render(request, "outtasks/track.html", {"organisation": None})
    try:
        return redirect("track-code", parse_tracking_code(typed))
    except Refused as refused:
        own = _own_reference(request, typed)
        if own:
            return redirect("outtask", own)
        context = {"typed": typed, "refusal": refused.refusal, "organisation": None}
        return render(request, "outtasks/track.html", context, status=422)


@require_safe
@never_cache
def track_code(request: HttpRequest, code: str) -> HttpResponse:
    """How far one out-task is, without names of people, amounts or files."""
    try:
        plain = parse_tracking_code(code)
    except Refused as refused:
        context = {"typed": code, "refusal": refused.refusal, "organisation": None}
        return render(request, "outtasks/track.html", context, status=404)
    if plain != code:
        return redirect("track-code", plain)
    outtask = tracked(plain)
    if outtask is None:
        context = {"typed": code, "refusal": UNKNOWN, "organisation": None}
        return render(request, "outtasks/track.html", context, status=404)
    read_in_zone(outtask.organisation.zone)
    context = {
        "row": outtask,
        "organisation": outtask.organisation,
        "progress": PROGRESS[outtask.ending or outtask.stage],
        "track_line": line_of(outtask, links=False),
        "happenings": public_happenings(outtask.organisation_id, outtask.pk),
    }
    response = render(request, "outtasks/track.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _own_reference(request: HttpRequest, typed: str) -> str:
    """The reference a signed-in member typed, when it is one; whether they may see it, its page says."""
    if not request.user.is_authenticated:
        return ""
    try:
        return str(parse(typed))
    except Refused:
        return ""
