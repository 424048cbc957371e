"""What the messages room writes into the journal."""

from outtask.journal.kinds import BOTH, Kind, Says
from outtask.kernel.words import N_

KINDS = (
    Kind(
        "message.written",
        N_("Wrote: %(text)s"),
        {"text": Says.WORDS, "message": Says.ID},
        audience=BOTH,
        icon="chat",
    ),
    Kind(
        "question.asked",
        N_("Asked: %(text)s"),
        {"text": Says.WORDS, "message": Says.ID},
        audience=BOTH,
        icon="chat",
    ),
    Kind("mail.asked_again", N_("A mail that had failed is sent again"), {"mail": Says.ID}, icon="loop"),
)
