"""What the source room writes into the journal.

Entries about one provider's invitation or offer are for the client alone: providers of one out-task never
read of each other. The page behind their link shows each of them what they answered.
"""

from outtask.journal.kinds import BOTH, EVERYBODY, Kind, Says
from outtask.kernel.words import N_

W, M, N, D, ID = Says.WORDS, Says.MONEY, Says.COUNT, Says.DAY, Says.ID

KINDS: tuple[Kind, ...] = (
    Kind(
        "brief.written",
        N_("Brief written: %(title)s, needed by %(by_when)s"),
        {"title": W, "by_when": D},
        icon="file",
    ),
    Kind(
        "brief.edited",
        N_("Brief changed, now version %(version)s, needed by %(by_when)s"),
        {"version": N, "by_when": D},
        BOTH,
        icon="file",
    ),
    Kind(
        "brief.sent",
        N_("Brief sent to %(providers)s, answers by %(answer_by)s"),
        {"providers": W, "answer_by": D},
        icon="up",
    ),
    # Beside brief.sent, once for each provider asked: what their mail is made from.
    Kind(
        "invitation.sent",
        N_("%(provider)s was asked for a proposal by %(answer_by)s"),
        {"provider": W, "answer_by": D},
        icon="up",
    ),
    Kind(
        "proposal.offered",
        N_("%(provider)s offers it for %(price)s, ready on %(ready_on)s"),
        {"provider": W, "price": M, "ready_on": D, "proposal": ID},
        icon="chat",
    ),
    Kind(
        "proposal.changed",
        N_("%(provider)s changed the offer to %(price)s, ready on %(ready_on)s (version %(version)s)"),
        {"provider": W, "price": M, "ready_on": D, "version": N, "proposal": ID},
        icon="chat",
    ),
    Kind(
        "proposal.withdrawn",
        N_("%(provider)s withdrew the offer of %(price)s"),
        {"provider": W, "price": M},
        icon="cross",
    ),
    Kind(
        "invitation.declined",
        N_("%(provider)s declined: %(reason)s"),
        {"provider": W, "reason": W},
        icon="cross",
    ),
    Kind(
        "invitation.lapsed",
        N_("%(provider)s did not answer by %(answer_by)s"),
        {"provider": W, "answer_by": D},
        icon="clock",
        tone="warn",
    ),
    Kind(
        "proposal.awarded",
        N_("%(provider)s was chosen for %(price)s: %(reasons)s"),
        {"provider": W, "price": M, "reasons": W, "proposal": ID, "passed_over": N},
        icon="check",
    ),
    # Beside proposal.awarded: the same news without names and amounts, for the provider and for tracking.
    Kind("provider.chosen", N_("A provider was chosen"), {}, EVERYBODY, icon="check"),
    # Beside proposal.awarded and brief.closed, once for each whose offer or invitation ended: their mail.
    Kind(
        "invitation.ended",
        N_("%(provider)s was told that nothing more is needed"),
        {"provider": W},
        icon="skip",
    ),
    # Beside outtask.taken_back: the choice has its end. The provider reads of it in that entry's mail.
    Kind("award.ended", N_("%(provider)s no longer has the work"), {"provider": W}, icon="back"),
    Kind("brief.closed", N_("Brief closed: %(reason)s"), {"reason": W}, icon="stop"),
)
