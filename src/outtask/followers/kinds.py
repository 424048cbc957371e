"""What settling a dead letter writes into the journal."""

from outtask.journal.kinds import Kind, Says
from outtask.kernel.words import N_

LETTER = {"follower": Says.CODE, "entry": Says.COUNT}
TASK = {"task": Says.CODE}

KINDS = (
    Kind("dead_letter.retried", N_("Entry %(entry)s is tried again by %(follower)s"), LETTER, icon="loop"),
    Kind("dead_letter.dismissed", N_("Entry %(entry)s is let go by %(follower)s"), LETTER, icon="cross"),
    Kind("task.retried", N_("The task %(task)s is tried again"), TASK, icon="loop"),
    Kind("task.dismissed", N_("The task %(task)s is let go"), TASK, icon="cross"),
)
