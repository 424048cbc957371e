"""Receipts of single entries and checkpoints of the whole log, for members and for guests by their link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from outtask.followers import checkpointing, proving
from outtask.followers.timeline import entry_of, happenings, sentence_of
from outtask.journal import checkpoints
from outtask.journal.models import Checkpoint, Entry, SentCheckpoint
from outtask.journal.reading import read
from outtask.kernel.refusal import Refused
from outtask.outtasks.models import OutTask
from outtask.people.states import Purpose
from outtask.ui.pages import GuestRequest, MemberRequest, guest_page, member_page, see_other

GUESTS = (Purpose.PROPOSE, Purpose.SIGN, Purpose.DELIVER)
ON_A_PAGE = 200

type Request = MemberRequest | GuestRequest


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def receipt(request: MemberRequest, seq: str) -> HttpResponseBase:
    """The receipt of an entry as a file; POST seals the log now, where it was not sealed yet."""
    entry = entry_of(request.actor, int(seq))
    if request.method == "POST":
        _seal(request)
        return see_other("receipt", entry.seq)
    return _receipt(request, entry) or _unsealed(request, entry, "work.html")


@require_http_methods(["GET", "HEAD", "POST"])
@guest_page(*GUESTS)
def receipt_by_link(request: GuestRequest, token: str, seq: str) -> HttpResponseBase:
    """As `receipt`, for whoever holds a link."""
    entry = entry_of(request.actor, int(seq))
    if request.method == "POST":
        _seal(request)
        return see_other("guest-receipt", token, entry.seq)
    return _receipt(request, entry) or _unsealed(request, entry, "guest.html")


@require_safe
@member_page
def checkpoint(request: MemberRequest) -> HttpResponse:
    """The newest checkpoint as a file; `?since=N` adds the proof that it goes on from that over N entries."""
    return _checkpoint(request, _since(request, request.actor.organisation_id))


@require_safe
@guest_page(*GUESTS)
def checkpoint_by_link(request: GuestRequest, token: str) -> HttpResponse:
    """As `checkpoint`, and without being asked from the one that the provider was sent last."""
    since = _since(request, request.actor.organisation_id)
    if since is None and request.link.provider is not None:
        sent = checkpointing.last_sent(request.link.provider)
        since = sent.checkpoint if sent else None
    return _checkpoint(request, since)


@require_safe
@guest_page(*GUESTS)
def proofs_by_link(request: GuestRequest, token: str) -> HttpResponse:
    """Everything a guest may read of their out-task, each line with its receipt; the newest checkpoint."""
    outtask = OutTask.objects.visible_to(request.actor).filter(pk=request.actor.outtask_id).first()
    if outtask is None:
        raise Http404("no out-task")
    lines = happenings(
        request.actor,
        outtask.pk,
        size=ON_A_PAGE,
        receipts=lambda seq: reverse("guest-receipt", args=[token, seq]),
    )
    newest = checkpoints.latest(request.actor.organisation_id)
    context = {
        "token": token,
        "link": request.link,
        "outtask": outtask,
        "happenings": lines,
        "newest": newest,
        "key": checkpointing.verifier_key(newest) if newest else None,
        "kept": _kept(request),
    }
    return render(request, "followers/proofs.html", context)


def _kept(request: GuestRequest) -> list[SentCheckpoint]:
    rows = SentCheckpoint.objects.filter(
        organisation_id=request.actor.organisation_id, provider_id=request.actor.provider_id
    )
    return list(rows.select_related("checkpoint").order_by("-checkpoint__size")[:20])


def _seal(request: Request) -> None:
    try:
        checkpoints.make(request.actor.organisation_id, request.now)
    except checkpoints.Inconsistent as wrong:
        raise Refused(proving.TAMPERED) from wrong


def _receipt(request: Request, entry: Entry) -> HttpResponse | None:
    """The receipt as a file; None when no checkpoint covers the entry yet."""
    text = proving.receipt_of(request.organisation, entry)
    return _file(text, "application/json", f"receipt-{entry.seq}.json") if text is not None else None


def _unsealed(request: Request, entry: Entry, base: str) -> HttpResponse:
    [told] = read([entry])
    context: dict[str, Any] = {"base": base, "entry": entry, "sentence": sentence_of(told)}
    return render(request, "followers/unsealed.html", context)


def _checkpoint(request: Request, since: Checkpoint | None) -> HttpResponse:
    newest = proving.newest(request.actor.organisation_id)
    return _file(proving.as_text(newest, since), "text/plain; charset=utf-8", f"checkpoint-{newest.size}.txt")


def _since(request: Request, organisation_id: UUID) -> Checkpoint | None:
    """The checkpoint the reader holds; 404 when none of that length was ever made."""
    size = request.GET.get("since", "")
    if not size:
        return None
    if not (size.isascii() and size.isdecimal() and len(size) < 19):
        raise Http404("no checkpoint of this length")
    return proving.checkpoint_over(organisation_id, int(size))


def _file(text: str, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
