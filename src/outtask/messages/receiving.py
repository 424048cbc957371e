"""Mail that comes in: the answer to a notice becomes a line in the thread of its out-task.

Whoever runs the mail server pipes each message for the reply domain in here. The reply address alone says
who writes about what; it is sealed, and the `From` of a mail, which anybody can write, is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from uuid import UUID

from outtask.journal.recording import Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.messages.actions import write_message
from outtask.messages.addresses import read_reply_address
from outtask.people.links import why_closed
from outtask.people.models import Link, Member

_TELLTALES = ("Auto-Submitted", "Precedence", "Return-Path", "X-Autoreply", "X-Autorespond", "List-Id")
# Where what is quoted begins, as the common mail programs write it.
_QUOTED = re.compile(
    r"^(>.*|-{2,}\s?|_{5,}|-+\s?Original Message\s?-+|From: .+|On .{6,200} wrote:)$", re.IGNORECASE
)


def receive(data: bytes, now: datetime) -> Outcome:
    """Write the answer in one mail (the bytes of RFC 5322) into its thread; the same mail again does nothing.

    Refused, with a reason for the log of the mail server, when it was not an answer to us, was sent by a
    machine, says nothing, or when whoever we wrote to may write no more.
    """
    message = opened(data)
    found = next(filter(None, map(read_reply_address, addressees(message))), None)
    if found is None:
        raise Refused(Refusal("not_ours", N_("This is no answer to a mail of ours.")))
    outtask_id, reader_id = found
    return write_in_thread(message, _writer(reader_id, now), outtask_id, now)


def opened(data: bytes) -> EmailMessage:
    """A mail by its bytes. Refused when a machine sent it (RFC 3834, and what others write instead)."""
    message = message_from_bytes(data, policy=policy.default)
    if _by_machine(message):
        raise Refused(Refusal("automatic", N_("This was sent by a machine. Nobody needs to read it.")))
    return message


def _by_machine(message: EmailMessage) -> bool:
    said = {name: str(message.get(name, "")).strip().lower() for name in _TELLTALES}
    return (
        said["Auto-Submitted"] not in {"", "no"}
        or said["Precedence"] in {"bulk", "junk", "list", "auto_reply"}
        or said["Return-Path"] == "<>"
        or any(said[name] for name in ("X-Autoreply", "X-Autorespond", "List-Id"))
        or message.get_content_type() == "multipart/report"
    )


def write_in_thread(message: EmailMessage, writer: Actor, outtask_id: UUID, now: datetime) -> Outcome:
    """What was typed becomes a line in the thread."""
    return write_message(
        actor=writer,
        now=now,
        key=number_of(message),
        outtask_id=outtask_id,
        text=written(message),
    )


def number_of(message: EmailMessage) -> str | None:
    """What makes the same mail known again."""
    return str(message.get("Message-ID", ""))[:200].strip() or None


def addressees(message: EmailMessage) -> Iterator[str]:
    for name in ("Delivered-To", "X-Original-To", "To", "Cc"):
        yield from (address for _, address in getaddresses([str(one) for one in message.get_all(name, [])]))


def _writer(reader_id: UUID, now: datetime) -> Actor:
    """The member or the holder of the link that the notice went to."""
    member: Member | None = Member.objects.filter(pk=reader_id, left_at__isnull=True).first()
    if member is not None:
        return member.actor
    link: Link | None = (
        Link.objects.select_related("member__person", "provider__owned_by").filter(pk=reader_id).first()
    )
    closed = why_closed(link, now) if link else None
    if link is None or closed is not None:
        raise Refused(
            closed or Refusal("reader_gone", N_("Whoever this was written to is not here any more."))
        )
    return link.actor


def written(message: EmailMessage) -> str:
    """What was typed above the quoted notice, as plain text."""
    body = message.get_body(("plain",))
    lines = body.get_content().splitlines() if body is not None else []
    kept = []
    for line in lines:
        if _QUOTED.match(line.strip()):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()
