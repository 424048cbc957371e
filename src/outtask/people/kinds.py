"""What the people room writes into the journal."""

from outtask.journal.kinds import Kind, Says
from outtask.kernel.words import N_

_WORDS, _CODE, _MONEY, _ID, _DAY = Says.WORDS, Says.CODE, Says.MONEY, Says.ID, Says.DAY

KINDS = (
    Kind("organisation.founded", N_("%(name)s began to use Outtask"), {"name": _WORDS}, icon="firm"),
    Kind(
        "organisation.changed",
        N_("The organisation is now %(name)s, in the zone %(zone)s"),
        {"name": _WORDS, "zone": _CODE},
        icon="firm",
    ),
    Kind(
        "member.invited",
        N_("%(who)s was invited as %(role)s"),
        {"invitation": _ID, "who": _WORDS, "role": _CODE, "limit": _MONEY},
        icon="chat",
    ),
    Kind(
        "invitation.withdrawn",
        N_("The invitation of %(who)s was withdrawn"),
        {"who": _WORDS},
        icon="cross",
    ),
    Kind(
        "member.joined",
        N_("%(who)s joined as %(role)s"),
        {"member": _ID, "who": _WORDS, "role": _CODE, "limit": _MONEY},
        icon="person",
    ),
    Kind(
        "member.changed",
        N_("%(who)s is now %(role)s; limit or line may have changed"),
        {
            "who": _WORDS,
            "role": _CODE,
            "role_before": _CODE,
            "limit": _MONEY,
            "limit_before": _MONEY,
            "reports_to": _ID,
            "reports_to_before": _ID,
        },
        icon="person",
    ),
    Kind("member.left", N_("%(who)s is no longer a member"), {"who": _WORDS, "role": _CODE}, icon="person"),
    Kind(
        "delegation.made",
        N_("%(taker)s decides in the place of %(giver)s from %(starts)s to %(ends)s"),
        {
            "delegation": _ID,
            "giver": _WORDS,
            "taker": _WORDS,
            "starts": _DAY,
            "ends": _DAY,
            "up_to": _MONEY,
        },
        icon="person",
    ),
    Kind(
        "delegation.ended",
        N_("%(taker)s no longer decides in the place of %(giver)s"),
        {"delegation": _ID, "giver": _WORDS, "taker": _WORDS},
        icon="person",
    ),
    Kind(
        "person.renamed",
        N_("%(who)s changed how they are shown"),
        {"who": _WORDS, "zone": _CODE},
        icon="person",
    ),
    Kind(
        "person.signed_out",
        N_("%(who)s ended all their other sessions"),
        {"who": _WORDS},
        icon="lock",
    ),
    Kind(
        "comparison.joined",
        N_("The organisation counts in comparisons of what is handed out, and sees those of others"),
        icon="firm",
    ),
    Kind(
        "comparison.left",
        N_("The organisation no longer counts in comparisons, and sees none"),
        icon="firm",
    ),
    Kind(
        "second_factor.asked",
        N_("From %(amount)s on, decisions about money need a second factor"),
        {"amount": _MONEY},
        icon="lock",
    ),
    Kind(
        "second_factor.dropped",
        N_("Decisions about money need no second factor any more"),
        icon="alert",
        tone="warn",
    ),
    Kind(
        "exception.declared",
        N_("One person may hold several duties here: %(reason)s"),
        {"reason": _WORDS},
        icon="alert",
        tone="warn",
    ),
    Kind("exception.ended", N_("The exception from separate duties ended"), icon="check"),
    Kind(
        "provider.added",
        N_("%(name)s was added as a provider"),
        {"provider": _ID, "name": _WORDS, "kind": _CODE},
        icon="firm",
    ),
    Kind(
        "provider.changed",
        N_("What is kept about %(name)s changed"),
        {"name": _WORDS, "kind": _CODE, "relation": _CODE},
        icon="firm",
    ),
    # Beside what completes an out-task: with the first one done, and again with the third.
    Kind(
        "provider.known",
        N_("%(name)s is now known as %(relation)s"),
        {"name": _WORDS, "relation": _CODE},
        icon="firm",
    ),
    Kind(
        "provider.blocked",
        N_("%(name)s gets no new briefs: %(reason)s"),
        {"name": _WORDS, "reason": _WORDS},
        icon="cross",
        tone="warn",
    ),
    Kind("provider.unblocked", N_("%(name)s may get briefs again"), {"name": _WORDS}, icon="check"),
    # The account itself is kept beside the journal, and no sentence tells it.
    Kind(
        "provider.bank_account_noted",
        N_("%(name)s is paid to another account from now on"),
        {"bank_account": _ID, "name": _WORDS, "account": _WORDS},
        icon="coin",
        tone="warn",
    ),
    Kind(
        "token.made",
        N_("The token %(name)s was made for programs: %(scopes)s, until %(ends)s"),
        {"token": _ID, "name": _WORDS, "scopes": _CODE, "ends": Says.INSTANT},
        icon="lock",
    ),
    Kind(
        "token.revoked",
        N_("The token %(name)s ended"),
        {"token": _ID, "name": _WORDS},
        icon="lock",
    ),
    Kind("link.closed", N_("The link of %(who)s was closed"), {"who": _WORDS, "purpose": _CODE}, icon="lock"),
)
