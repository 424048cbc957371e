"""What the catalogue room writes into the journal."""

from outtask.journal.kinds import Kind, Says, Tally
from outtask.kernel.words import N_, N_n

_WORDS, _MONEY, _CODE, _COUNT, _DAY, _ID = (
    Says.WORDS, Says.MONEY, Says.CODE, Says.COUNT, Says.DAY, Says.ID,
)  # fmt: skip

KINDS = (
    Kind(
        "item.added",
        N_("%(name)s put into the catalogue at %(price)s"),
        {"item": _ID, "name": _WORDS, "price": _MONEY},
        icon="plus",
    ),
    Kind(
        "item.changed",
        N_("%(name)s changed in the catalogue"),
        {"name": _WORDS, "columns": _CODE},
        icon="edit",
    ),
    Kind(
        "item.price_noted",
        N_("%(name)s costs %(price)s from %(from_on)s"),
        {"name": _WORDS, "price": _MONEY, "from_on": _DAY, "noted": _ID},
        icon="coin",
    ),
    Kind("item.withdrawn", N_("%(name)s is no longer sold"), {"name": _WORDS}, icon="cross"),
    Kind(
        "items.imported",
        N_("Catalogue %(file)s imported: %(rows)s"),
        {
            "file": _WORDS,
            "sha256": Says.SHA256,
            "created": _COUNT,
            "changed": _COUNT,
            "prices": _COUNT,
            "unchanged": _COUNT,
        },
        icon="up",
        tallies={
            "rows": Tally(
                {
                    "created": N_n("%(n)s new", "%(n)s new"),
                    "changed": N_n("%(n)s changed", "%(n)s changed"),
                    "unchanged": N_n("%(n)s as before", "%(n)s as before"),
                },
                none=N_("nothing in it"),
            )
        },
    ),
    Kind(
        "cart.filled",
        N_("%(name)s put into a cart at %(price)s each"),
        {"name": _WORDS, "item": _ID, "quantity": _COUNT, "price": _MONEY},
        icon="plus",
    ),
    Kind("cart.emptied", N_("%(name)s taken out of a cart"), {"name": _WORDS, "item": _ID}, icon="cross"),
    Kind(
        "cart.ordered",
        N_("%(things)s ordered from %(name)s out of the catalogue"),
        {"name": _WORDS, "provider": _ID, "lines": _COUNT},
        icon="check",
        tallies={"things": Tally({"lines": N_n("%(n)s thing", "%(n)s things")}, none=N_("nothing"))},
    ),
    Kind(
        "subscription.begun",
        N_("Subscription to %(name)s begun"),
        {"subscription": _ID, "name": _WORDS, "plan": _CODE, "quantity": _COUNT, "renews_on": _DAY},
        icon="loop",
    ),
    Kind(
        "subscription.warned",
        N_("%(name)s renews on %(renews_on)s for %(price)s: its holder was told"),
        {"name": _WORDS, "renews_on": _DAY, "last_day": _DAY, "price": _MONEY},
        icon="clock",
    ),
    Kind(
        "subscription.renewed",
        N_("%(name)s renewed until %(renews_on)s"),
        {"name": _WORDS, "renews_on": _DAY},
        icon="loop",
    ),
    Kind(
        "subscription.cancelled",
        N_("%(name)s cancelled; it ends on %(ends_on)s"),
        {"name": _WORDS, "ends_on": _DAY},
        icon="cross",
    ),
    Kind(
        "subscription.ended",
        N_("%(name)s ended. %(reason)s"),
        {"name": _WORDS, "reason": _WORDS, "why": _CODE},
        icon="cross",
        tone="warn",
    ),
)
