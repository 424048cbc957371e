"""Putting mail in line, and sending what waits.

Rows are deduplicated by what caused them and by reader, so a follower that reads an entry twice sends one
mail. A mail is marked sent after it was handed over, never before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q

from outtask.kernel.canonical import sha256_hex
from outtask.messages.models import Mail
from outtask.messages.rendering import render
from outtask.messages.states import MAIL, MailState
from outtask.people.models import Link, Member

log = structlog.get_logger(__name__)
GIVE_UP_AFTER = 8
FIRST_WAIT = timedelta(seconds=30)
# How long one worker has for a batch before another may take its mails over.
CLAIM = timedelta(minutes=5)
AT_A_TIME = 50


@dataclass(frozen=True)
class Reader:
    """Whom a mail is for: a member, the holder of a link, or an address."""

    name: str
    email: str
    member: Member | None = None
    link: Link | None = None


@dataclass(frozen=True)
class Notice:
    """What a mail says: its subject, the template of its two parts and what that is filled with."""

    subject: str
    context: dict[str, Any]
    template: str = "notice"


def put_in_line(
    reader: Reader,
    notice: Notice,
    *,
    organisation_id: UUID,
    outtask_id: UUID | None,
    cause: str,
    now: datetime,
) -> None:
    """Queue one mail; the same `cause` for the same reader again does nothing.

    A reader without an address gets none.
    """
    if not reader.email:
        return
    Mail.objects.get_or_create(
        organisation_id=organisation_id,
        dedupe=f"{cause}:{sha256_hex(reader.email.lower().encode())[:32]}",
        defaults={
            "to_name": reader.name[:200],
            "to_email": reader.email,
            "member": reader.member,
            "link": reader.link,
            "outtask_id": outtask_id,
            "template": notice.template,
            "subject": " ".join(notice.subject.split())[:300],
            "context": notice.context,
            "made_at": now,
        },
    )


def send_waiting(now: datetime) -> int:
    """Send what is due; returns how many left.

    At least once: a mail that SMTP took just as the process died leaves again with the same Message-ID, so
    that readers' programs can tell.
    """
    due = Mail.objects.filter(state=MailState.WAITING).filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now))
    waiting = due.select_related("member__person", "link", "organisation").order_by("id")[:AT_A_TIME]
    return sum(_send(mail, now) for mail in waiting if claim(mail, now))


def claim(mail: Mail, now: datetime) -> bool:
    """Whoever moves the retry time first has the mail; another worker passes it by."""
    as_read = Mail.objects.filter(pk=mail.pk, state=MailState.WAITING, retry_at=mail.retry_at)
    return as_read.update(retry_at=now + CLAIM) == 1


def _send(mail: Mail, now: datetime) -> int:
    """Hand one claimed mail over; 1 when it left, 0 when it has to wait."""
    # Nobody in the sample organisation exists; its mails are there to be looked at.
    if settings.OUTBOX_ONLY or mail.organisation.is_sample:
        _settle(mail, "keep", sent_at=now)
        return 1
    try:
        _hand_over(mail)
    except Exception as problem:  # whatever is wrong with one mail is kept with it and holds up no other
        _failed(mail, problem, now)
        return 0
    _settle(mail, "send", sent_at=now, last_error="")
    return 1


def _hand_over(mail: Mail) -> None:
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


def _failed(mail: Mail, problem: Exception, now: datetime) -> None:
    """Try again later, twice as late each time; given up mails stand on the outbox page."""
    attempts = mail.attempts + 1
    told = {"attempts": attempts, "last_error": f"{type(problem).__name__}: {problem}"[:500]}
    log.warning("mail failed", mail=str(mail.pk), attempts=attempts, error=type(problem).__name__)
    if attempts >= GIVE_UP_AFTER:
        _settle(mail, "give_up", **told)
    else:
        Mail.objects.filter(pk=mail.pk).update(retry_at=now + FIRST_WAIT * 2 ** (attempts - 1), **told)


def _settle(mail: Mail, act: str, **values: Any) -> None:
    state = MAIL.after(MailState.WAITING, act)
    Mail.objects.filter(pk=mail.pk, state=MailState.WAITING).update(state=state, **values)
