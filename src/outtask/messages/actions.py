"""The only writers of the messages room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, NotFound, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import refuse_if
from outtask.messages import rules
from outtask.messages.models import Mail, Message
from outtask.messages.queries import partners
from outtask.messages.states import MAIL, MailState
from outtask.outtasks.models import OutTask
from outtask.people.roles import Right, may


@action
def write_message(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    outtask_id: UUID,
    text: str,
    asks: bool = False,
    provider_id: UUID | None = None,
) -> Outcome:
    """Write in a thread of an out-task; a question by one side waits until the other side writes.

    Each provider has a thread of their own. Guests write into theirs; members into that of `provider_id`, or
    without one into that of whoever has the out-task now, or among colleagues. Raises NotFound for a provider
    who holds no link to it.
    """
    kind = "question.asked" if asks else "message.written"
    with recording(kind, actor=actor, on=(OutTask, outtask_id), now=now, key=key) as entry:
        outtask: OutTask = entry.subject
        refuse_if(may(actor, Right.WRITE), rules.why_not_write(text))
        provider_id = _thread(actor, outtask, provider_id)
        # Whoever writes answers what the other side asked.
        open_questions = Message.objects.filter(
            outtask=outtask, provider_id=provider_id, asks=True, answered_at=None
        )
        open_questions.filter(member__isnull=actor.is_member).update(answered_at=now)
        message = Message.objects.create(
            organisation_id=entry.organisation_id,
            outtask=outtask,
            provider_id=provider_id,
            member_id=actor.id if actor.is_member else None,
            link_id=actor.id if actor.is_guest else None,
            text=text.strip(),
            asks=asks,
            written_at=now,
        )
        entry.says(text=entry.keep(message.text), message=message.pk)
        entry.gives(id=message.pk)
    return entry.outcome


def _thread(actor: Actor, outtask: OutTask, wanted: UUID | None) -> UUID | None:
    if actor.is_provider_side:
        return actor.provider_id
    if wanted is None or wanted == outtask.provider_id:
        return outtask.provider_id
    if not partners(outtask).filter(pk=wanted).exists():
        raise NotFound("provider")
    return wanted


@action
def send_mail_again(*, actor: Actor, now: datetime, key: Key = None, mail_id: UUID) -> Outcome:
    """Put a mail that was given up back in line."""
    with recording("mail.asked_again", actor=actor, on=(Mail, mail_id), now=now, key=key) as entry:
        mail: Mail = entry.subject
        refuse_if(may(actor, Right.MANAGE_ORGANISATION), MAIL.why_not(mail.state, "try_again"))
        mail.state = MAIL.after(MailState(mail.state), "try_again")
        mail.attempts = 0
        mail.retry_at = None
        mail.save(update_fields=["state", "attempts", "retry_at"])
        entry.says(mail=mail.pk)
    return entry.outcome
