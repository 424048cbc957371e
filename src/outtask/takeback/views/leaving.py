"""Leaving with everything: the archive, the drill, and how ready one is."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outtask.files.models import File
from outtask.files.views import send
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may
from outtask.takeback import actions
from outtask.takeback.models import Archive
from outtask.takeback.readiness_facts import last_drills, readiness_here
from outtask.takeback.states import ArchiveState, DrillState
from outtask.takeback.telling import told
from outtask.ui.pages import MemberRequest, member_page, see_other

SHOWN = 20


@require_safe
@member_page
def leaving(request: MemberRequest) -> HttpResponse:
    """What there is to take along, what the last drill came to, and what stands in the way."""
    refuse_if(may(request.actor, Right.MANAGE_ORGANISATION))
    found, outtasks = readiness_here(request.actor, request.now)
    rows = Archive.objects.visible_to(request.actor).select_related("blob", "asked_by__person")
    archives, drills = list(rows.order_by("-asked_at", "-id")[:SHOWN]), last_drills(request.actor)
    settled = [drill for drill in drills if drill.state != DrillState.ASKED]
    context = {
        "readiness": told(found),
        "outtasks": outtasks,
        "archives": archives,
        "making": any(archive.state == ArchiveState.ASKED for archive in archives),
        "drills": settled,
        "last": settled[0] if settled else None,
        "hours": settled[0].took_ms / 3_600_000 if settled else 0,
        "drilling": any(drill.state == DrillState.ASKED for drill in drills),
        "every": settings.DRILL_DAYS,
    }
    return render(request, "takeback/exit.html", context)


@require_POST
@member_page
def archive_new(request: MemberRequest) -> HttpResponse:
    """Have everything put into one file."""
    actions.ask_for_archive(actor=request.actor, now=request.now, key=request.POST.get("key"))
    messages.success(request, _("The archive is being made. This page shows it as soon as it is there."))
    return see_other("exit")


@require_POST
@member_page
def drill_new(request: MemberRequest) -> HttpResponse:
    """Have leaving rehearsed."""
    actions.ask_for_drill(actor=request.actor, now=request.now, key=request.POST.get("key"))
    messages.success(request, _("The drill is under way. It takes a minute or so; nothing here changes."))
    return see_other("exit")


@require_safe
@member_page
def archive(request: MemberRequest, archive_id: UUID, name: str) -> HttpResponseBase:
    """The archive itself. Taking it is recorded, once for each download that begins at its beginning."""
    refuse_if(may(request.actor, Right.MANAGE_ORGANISATION))
    rows = Archive.objects.visible_to(request.actor).select_related("blob")
    found: Archive | None = rows.filter(pk=archive_id, state=ArchiveState.MADE).first()
    if found is None or found.blob is None:
        raise Http404("no such archive")
    if request.method == "GET" and request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        actions.record_archive_download(actor=request.actor, now=request.now, archive_id=found.pk)
    return send(request, File(blob=found.blob, name=found.name, media_type="application/zip"))
