"""Threads and the outbox for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Given, Id, Made, Shown, YesNo, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.refusal import refuse_if
from outtask.messages import actions
from outtask.messages.models import Mail, Message
from outtask.messages.rules import LONGEST
from outtask.messages.states import MailState
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right, may

threads, mails = Room("Threads"), Room("Outbox")
ROUTERS = (threads, mails)


class MessageShown(Shown):
    """A line in a thread. A question (`asks`) is open until the other side writes."""

    id: UUID
    author: str
    by_member_id: UUID | None
    provider_id: UUID | None
    text: str
    asks: bool
    answered_at: datetime | None
    written_at: datetime

    @classmethod
    def of(cls, row: Message) -> Self:
        return cls(
            id=row.pk,
            author=row.author,
            by_member_id=row.member_id,
            provider_id=row.provider_id,
            text=row.text,
            asks=row.asks,
            answered_at=row.answered_at,
            written_at=row.written_at,
        )


class NewMessage(Given):
    """A line, and in whose thread: without a provider in the usual one."""

    text: Annotated[str, upto(LONGEST, 1)]
    asks: YesNo = False
    provider_id: Id | None = None


@threads.many("/out-tasks/{slug:reference}/messages", MessageShown)
def message_list(call: Call, reference: str) -> Any:
    """List the lines about an out-task, the latest first."""
    rows = Message.objects.visible_to(call.actor).filter(outtask=outtask_of(call.actor, reference))
    return rows.select_related("member__person", "link", "provider")


@threads.act("/out-tasks/{slug:reference}/messages", Made, status=201, scope=Right.WRITE)
def write_message(call: Call, reference: str, body: NewMessage) -> Outcome:
    """Write in a thread; whoever writes answers what the other side asked."""
    pk = outtask_of(call.actor, reference).pk
    return act(call, actions.write_message, outtask_id=pk, **body.model_dump())


class MailShown(Shown):
    """A mail and what became of it. Its words are not told: links in them act for whoever gets it."""

    id: UUID
    to_name: str
    to_email: str
    subject: str
    out_task: str | None
    state: MailState
    attempts: int
    made_at: datetime
    sent_at: datetime | None

    @classmethod
    def of(cls, row: Mail) -> Self:
        return cls(
            id=row.pk,
            to_name=row.to_name,
            to_email=row.to_email,
            subject=row.subject,
            out_task=row.outtask.reference if row.outtask else None,
            state=MailState(row.state),
            attempts=row.attempts,
            made_at=row.made_at,
            sent_at=row.sent_at,
        )


@mails.many("/mails", MailShown)
def mail_list(call: Call) -> Any:
    """List mails, the latest first."""
    return _mails(call)


@mails.one("/mails/{uuid:mail_id}", MailShown)
def mail(call: Call, mail_id: UUID) -> MailShown:
    """Read what became of one mail."""
    row = _mails(call).filter(pk=mail_id).first()
    if row is None:
        raise NotFound("mail")
    return MailShown.of(row)


@mails.act("/mails/{uuid:mail_id}/retry", status=202, scope=Right.MANAGE_ORGANISATION, about=mail)
def send_mail_again(call: Call, mail_id: UUID) -> Outcome:
    """Put a mail that was given up back in line."""
    return act(call, actions.send_mail_again, mail_id=mail_id)


def _mails(call: Call) -> Any:
    refuse_if(may(call.actor, Right.MANAGE_ORGANISATION))
    return Mail.objects.visible_to(call.actor).select_related("outtask")
