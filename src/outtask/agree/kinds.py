"""What the agree room writes into the journal."""

from outtask.journal.kinds import BOTH, EVERYBODY, Kind, Says
from outtask.kernel.words import N_

W, M, N, S, ID = Says.WORDS, Says.MONEY, Says.COUNT, Says.SHA256, Says.ID

KINDS: tuple[Kind, ...] = (
    Kind(
        "agreement.drafted",
        N_("Statement of work drafted, %(amount)s"),
        {"version": N, "amount": M, "sha256": S},
        icon="file",
    ),
    Kind(
        "agreement.revised",
        N_("Statement of work changed, now version %(version)s, %(amount)s: %(note)s"),
        {"version": N, "amount": M, "sha256": S, "note": W},
        BOTH,
        icon="file",
    ),
    Kind(
        "agreement.signed_by_client",
        N_("%(name)s signed version %(version)s for the client"),
        {"name": W, "version": N, "sha256": S},
        BOTH,
        icon="seal",
    ),
    Kind(
        "agreement.signed_by_provider",
        N_("%(name)s signed version %(version)s for the provider: both have signed"),
        {"name": W, "version": N, "sha256": S},
        BOTH,
        icon="seal",
    ),
    # Beside agreement.signed_by_provider: the same news without a name, for tracking.
    Kind("agreement.signed", N_("Statement of work signed by both"), {}, EVERYBODY, icon="seal"),
    Kind(
        "agreement.objected",
        N_("The provider did not sign version %(version)s: %(reason)s"),
        {"version": N, "reason": W},
        BOTH,
        icon="loop",
        tone="warn",
    ),
    # Until its money is committed, an order is the client's own affair.
    Kind(
        "order.placed",
        N_("Order placed: %(title)s, %(amount)s"),
        {"title": W, "amount": M, "version": N, "lines": N, "sha256": S, "agreement": ID},
        icon="file",
    ),
    Kind(
        "order.changed",
        N_("Order changed, now version %(version)s, %(amount)s: %(note)s"),
        {"amount": M, "version": N, "lines": N, "sha256": S, "agreement": ID, "note": W},
        icon="loop",
    ),
    Kind(
        "order.confirmed",
        N_("%(name)s confirmed version %(version)s of the order"),
        {"name": W, "version": N, "sha256": S},
        BOTH,
        icon="seal",
        tone="ok",
    ),
    Kind(
        "order.provider_named",
        N_("%(name)s delivers this order"),
        {"name": W, "provider": ID},
        BOTH,
        icon="person",
    ),
)
