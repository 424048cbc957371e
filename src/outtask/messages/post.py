"""Putting mail in line, rendering it, and sending what waits.

A mail row holds no secret: its link is named by id, and the address is derived again when it is rendered.
Rows are deduplicated by entry and reader, so a follower that reads an entry twice sends one mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from smtplib import SMTPException
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from outtask.messages.addresses import reply_address
from outtask.messages.models import Mail
from outtask.messages.states import MailState
from outtask.people.links import address_of, invitation_address
from outtask.people.models import Link, Member, MemberInvitation, Organisation

log = structlog.get_logger(__name__)
GIVE_UP_AFTER = 8
FIRST_WAIT = timedelta(seconds=30)
CLAIM = timedelta(minutes=5)


@dataclass(frozen=True)
class Reader:
    """Whom a mail is for: a member, or the holder of a link."""

    name: str
    email: str
    member: Member | None = None
    link: Link | None = None


def put_in_line(
    organisation_id: UUID,
    reader: Reader,
    template: str,
    subject: str,
    context: dict[str, Any],
    *,
    outtask_id: UUID | None,
    dedupe: str,
    now: datetime,
) -> None:
    """Queue one mail; the same `dedupe` again does nothing. A reader without an address gets none."""
    if not reader.email:
        return
    Mail.objects.get_or_create(
        organisation_id=organisation_id,
        dedupe=f"{dedupe}:{reader.email}",
        defaults={
            "to_name": reader.name,
            "to_email": reader.email,
            "member": reader.member,
            "link": reader.link,
            "outtask_id": outtask_id,
            "template": template,
            "subject": " ".join(subject.split())[:300],
            "context": context,
            "made_at": now,
        },
    )


@dataclass(frozen=True)
class Rendered:
    """A mail as it leaves: the same facts in both parts, in the same order."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


def render(mail: Mail) -> Rendered:
    """Words, links and headers of one mail, in its reader's language and zone."""
    organisation = Organisation.objects.get(pk=mail.organisation_id)
    member = mail.member
    zone = member.person.zone if member and member.person.zone != "UTC" else organisation.zone
    with (
        translation.override(member.person.language if member else "en-gb"),
        timezone.override(ZoneInfo(zone)),
    ):
        context = mail.context | {
            "mail": mail,
            "organisation": organisation,
            "button_href": _address(mail),
            "base_url": settings.BASE_URL,
        }
        text = render_to_string("mail/notice.txt", context)
        html = render_to_string("mail/notice.html", context)
    return Rendered(mail.subject, text, html, _headers(mail))


def _address(mail: Mail) -> str:
    """Where the button leads; the secret part of a link is derived here and nowhere kept."""
    if mail.link is not None:
        return address_of(mail.link)
    if invitation := mail.context.get("invitation"):
        return invitation_address(MemberInvitation.objects.get(pk=invitation))
    return f"{settings.BASE_URL}{mail.context.get('path', '/')}"


def _headers(mail: Mail) -> dict[str, str]:
    domain = settings.REPLY_DOMAIN
    headers = {
        "Message-ID": f"<mail.{mail.pk.hex}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    reader_id = mail.member_id or mail.link_id
    if mail.outtask_id and reader_id:
        thread = f"<outtask.{mail.outtask_id.hex}@{domain}>"
        headers |= {"In-Reply-To": thread, "References": thread}
        headers["Reply-To"] = reply_address(mail.outtask_id, reader_id)
    return headers


def send_waiting(now: datetime, limit: int = 50) -> int:
    """Send what is due; returns how many left. Each mail is marked after it was handed over, never before.

    A mail that SMTP took just as the process died is sent once more: at least once, with the same
    Message-ID, so that readers' programs can tell.
    """
    due = Mail.objects.filter(state=MailState.WAITING).filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now))
    sent = 0
    for mail in due.select_related("member__person", "link").order_by("id")[:limit]:
        # Whoever moves the retry time first has the mail; another worker passes it by.
        mine = Mail.objects.filter(pk=mail.pk, state=MailState.WAITING, retry_at=mail.retry_at)
        if mine.update(retry_at=now + CLAIM):
            sent += _send(mail, now)
    return sent


def _send(mail: Mail, now: datetime) -> int:
    """Hand one claimed mail over; 1 when it left, 0 when it has to wait."""
    if settings.OUTBOX_ONLY:
        Mail.objects.filter(pk=mail.pk, state=MailState.WAITING).update(state=MailState.OUTBOX, sent_at=now)
        return 1
    try:
        rendered = render(mail)
        message = EmailMultiAlternatives(
            rendered.subject,
            rendered.text,
            settings.DEFAULT_FROM_EMAIL,
            [formataddr((mail.to_name, mail.to_email))],
            headers=rendered.headers,
        )
        message.attach_alternative(rendered.html, "text/html")
        message.send()
    except (SMTPException, OSError) as problem:
        _failed(mail, problem, now)
        return 0
    Mail.objects.filter(pk=mail.pk).update(state=MailState.SENT, sent_at=now, last_error="")
    return 1


def _failed(mail: Mail, problem: Exception, now: datetime) -> None:
    """Try again later, twice as late each time; given up mails stand on the outbox page."""
    attempts = mail.attempts + 1
    state = MailState.FAILED if attempts >= GIVE_UP_AFTER else MailState.WAITING
    wait = FIRST_WAIT * 2 ** (attempts - 1)
    Mail.objects.filter(pk=mail.pk).update(
        attempts=attempts,
        state=state,
        retry_at=now + wait,
        last_error=f"{type(problem).__name__}: {problem}"[:500],
    )
    log.warning("mail.failed", mail=str(mail.pk), attempts=attempts, error=type(problem).__name__)
