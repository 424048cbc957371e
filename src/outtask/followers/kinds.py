"""What settling a dead letter, and looking after webhooks, writes into the journal."""

from outtask.journal.kinds import Kind, Says, Tally
from outtask.kernel.words import N_, N_n

LETTER = {"follower": Says.CODE, "entry": Says.COUNT}
TASK = {"task": Says.CODE}
# Only the host: the rest of an address may be all that keeps strangers from writing to it.
WEBHOOK = {"webhook": Says.ID, "host": Says.WORDS}

KINDS = (
    Kind("dead_letter.retried", N_("Entry %(entry)s is tried again by %(follower)s"), LETTER, icon="loop"),
    Kind("dead_letter.dismissed", N_("Entry %(entry)s is let go by %(follower)s"), LETTER, icon="cross"),
    Kind("task.retried", N_("The task %(task)s is tried again"), TASK, icon="loop"),
    Kind("task.dismissed", N_("The task %(task)s is let go"), TASK, icon="cross"),
    Kind("webhook.added", N_("%(host)s is told by webhook what happens"), WEBHOOK, icon="link"),
    Kind("webhook.changed", N_("The webhook to %(host)s was changed"), WEBHOOK, icon="edit"),
    Kind("webhook.paused", N_("The webhook to %(host)s was paused"), WEBHOOK, icon="pause"),
    Kind("webhook.resumed", N_("The webhook to %(host)s sends again"), WEBHOOK, icon="play"),
    Kind("webhook.secret_shown", N_("The secret of the webhook to %(host)s was shown"), WEBHOOK, icon="lock"),
    Kind(
        "webhook.secret_replaced",
        N_("The webhook to %(host)s has a new secret; the earlier one signs until %(ends)s"),
        WEBHOOK | {"ends": Says.INSTANT},
        icon="lock",
    ),
    Kind("webhook.tested", N_("A test was sent by webhook to %(host)s"), WEBHOOK, icon="out"),
    Kind(
        "webhook.replayed",
        N_("%(messages)s to %(host)s"),
        WEBHOOK | {"count": Says.COUNT},
        icon="loop",
        tallies={
            "messages": Tally({"count": N_n("%(n)s message is sent anew", "%(n)s messages are sent anew")})
        },
    ),
    Kind("webhook.closed", N_("The webhook to %(host)s was closed"), WEBHOOK, icon="cross"),
    Kind(
        "webhook.gone",
        N_("%(host)s said that it is gone, so its webhook was closed"),
        WEBHOOK,
        icon="cross",
        tone="warn",
    ),
    Kind(
        "webhook.failing",
        N_("%(host)s did not take a message in ten tries"),
        WEBHOOK,
        icon="alert",
        tone="warn",
    ),
)
