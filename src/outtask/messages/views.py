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
from outtask.messages import queries
from outtask.messages.actions import send_mail_again, write_message
from outtask.messages.forms import MessageForm
from outtask.messages.models import Mail
from outtask.messages.post import render as render_mail
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right, may
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@member_page
def thread(request: MemberRequest, reference: str) -> HttpResponse:
    """The whole thread with a form; the out-task's page shows its latest lines and posts here."""
    outtask = outtask_of(request.actor, reference)
    form = MessageForm(request.POST or None)
    if form.is_valid():
        with form.taking_refusals():
            write_message(
                actor=request.actor,
                now=request.now,
                key=form.key,
                outtask_id=outtask.pk,
                text=form.cleaned_data["text"],
                asks=form.cleaned_data["asks"],
            )
            messages.success(request, _("Sent."))
            return see_other(f"{request.path.removesuffix('/thread')}#thread")
    context = {"outtask": outtask, "thread": queries.thread_of(request.actor, outtask, 200), "form": form}
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
    """One mail. Its words with their links are shown only where no SMTP is set, so this page is the delivery."""
    refuse_if(may(request.actor, Right.MANAGE_ORGANISATION))
    row = (
        Mail.objects.visible_to(request.actor)
        .select_related("outtask", "member__person", "link")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise NotFound("mail")
    if request.method == "POST":
        send_mail_again(actor=request.actor, now=request.now, mail_id=pk)
        return see_other("mail", pk)
    shown = render_mail(row) if settings.OUTBOX_ONLY else None
    return render(request, "messages/mail.html", {"mail": row, "shown": shown, "again": Form()})
