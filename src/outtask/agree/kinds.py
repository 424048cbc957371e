"""What the agree room writes into the journal."""

from outtask.journal.kinds import BOTH, EVERYBODY, Kind, Says
from outtask.kernel.words import N_

W, M, N, S = Says.WORDS, Says.MONEY, Says.COUNT, Says.SHA256

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
)
