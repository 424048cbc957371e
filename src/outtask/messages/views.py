"""Writing in a thread, and the outbox."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from outtask.journal.recording import NotFound
from outtask.kernel.refusal import refuse_if
from outtask.lifecycle.lifeline import line_of
from outtask.messages import queries
from outtask.messages.actions import send_mail_again, write_message
from outtask.messages.forms import MessageForm
from outtask.messages.models import Mail
from outtask.messages.rendering import render as render_mail
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right, may
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page

SHOWN = 200


@member_page
def thread(request: MemberRequest, reference: str) -> HttpResponse:
    """The whole thread with a form; the out-task's page shows its latest lines and posts here."""
    outtask = outtask_of(request.actor, reference)
    initial = {"to": request.GET["to"]} if "to" in request.GET else None
    form = MessageForm(request.POST or None, outtask=outtask, initial=initial)
    if form.is_valid():
        with form.taking_refusals():
            write_message(
                actor=request.actor,
                now=request.now,
                key=form.key,
                outtask_id=outtask.pk,
                text=form.cleaned_data["text"],
                asks=form.cleaned_data["asks"],
                provider_id=form.provider_id,
            )
            messages.success(request, _("Sent."))
            return see_other(f"{request.path.removesuffix('/thread')}#thread")
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "thread": queries.thread_of(request.actor, outtask.pk)[:SHOWN],
        "form": form,
    }
    return render(request, "messages/page.html", context, status=form.status)


@member_page
def outbox(request: MemberRequest) -> HttpResponse:
    """Every mail, the latest first; admins alone, since links in mails act."""
    refuse_if(may(request.actor, Right.MANAGE_ORGANISATION))
    rows = Mail.objects.visible_to(request.actor).select_related("outtask")
    return render(
        request, "messages/outbox.html", {"page": Page.of(rows, request), "local": settings.OUTBOX_ONLY}
    )


@member_page
def mail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One mail. Its words, with their links, are shown only without SMTP: then this page delivers."""
    refuse_if(may(request.actor, Right.MANAGE_ORGANISATION))
    row = (
        Mail.objects.visible_to(request.actor)
        .select_related("outtask", "member__person", "link")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise NotFound("mail")
    again = Form(request.POST or None)
    if again.is_valid():
        with again.taking_refusals():
            send_mail_again(actor=request.actor, now=request.now, key=again.key, mail_id=pk)
            return see_other("mail", pk)
    shown = render_mail(row) if settings.OUTBOX_ONLY else None
    context = {"mail": row, "shown": shown, "again": again}
    return render(request, "messages/mail.html", context, status=again.status)
