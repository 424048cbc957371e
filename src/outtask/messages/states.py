"""Where a mail stands."""

from enum import StrEnum

from outtask.kernel.machine import Machine


class MailState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    OUTBOX = "outbox"  # no SMTP is configured: it stays on the outbox page
    FAILED = "failed"


MAIL = Machine(
    "mail",
    MailState,
    MailState.WAITING,
    {
        (MailState.WAITING, "send"): MailState.SENT,
        (MailState.WAITING, "keep"): MailState.OUTBOX,
        (MailState.WAITING, "give_up"): MailState.FAILED,
        (MailState.FAILED, "try_again"): MailState.WAITING,
    },
)
