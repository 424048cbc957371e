"""What stands against an order beside its lines: its words, its day, its provider, its state. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outtask.agree.orders import why_not_no_order
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people.states import Relation
from outtask.source.rules import FARTHEST, why_not_plain

MOST_FILES = 20
LONGEST_TITLE = 120


def why_not_title(title: str) -> Refusal | None:
    """What is bought, in a line. Empty is said by the lines."""
    if len(title) > LONGEST_TITLE:
        reason = N_("Use at most %(most)s characters; the lines and the reason have room for more.")
        return Refusal("title_long", reason, "title", {"most": LONGEST_TITLE})
    return why_not_plain(title, "title")


def why_not_needed_by(day: date | None, today: date) -> Refusal | None:
    if day is None:
        return None
    if day < today:
        reason = N_("This day is over. Choose today or a later one, or leave it empty.")
        return Refusal("day_past", reason, "needed_by")
    if day > today + FARTHEST:
        reason = N_("This day is more than ten years away. Choose a nearer one.")
        return Refusal("day_far", reason, "needed_by")
    return None


def why_not_files(count: int) -> Refusal | None:
    if count <= MOST_FILES:
        return None
    reason = N_("At most %(most)s files go with a request. Put them into an archive.")
    return Refusal("files_many", reason, "files", {"most": MOST_FILES})


def why_not_provider(relation: str, name: str) -> Refusal | None:
    """Orders go to nobody who is blocked."""
    if relation != Relation.BLOCKED:
        return None
    reason = N_("%(name)s is blocked. Choose another provider, or leave it open for now.")
    return Refusal("provider_blocked", reason, "provider", {"name": name})


@dataclass(frozen=True, slots=True)
class Naming:
    """An order somebody wants to name the provider of. live: its request waits, or holds money."""

    form: str
    live: bool
    ended: bool
    named: bool
    invoiced_minor: int


def why_not_name(naming: Naming) -> Refusal | None:
    """A provider is named once, while the order lives and nothing of it is invoiced."""
    if (no_order := why_not_no_order(naming.form)) is not None:
        return no_order
    if naming.named:
        reason = N_("This order has a provider. Close it and order afresh to change that.")
        return Refusal("named_already", reason, "provider")
    if naming.ended or not naming.live:
        return Refusal(
            "order_over", N_("This order is over, so nobody delivers it. Duplicate it as a new one.")
        )
    if naming.invoiced_minor:
        return Refusal("invoiced_already", N_("Part of this order is invoiced, so its provider stands."))
    return None


def why_decided_anew(decided_by_others: bool) -> Refusal | None:
    """A decision is about the provider too, so one that was taken without them is taken again."""
    if not decided_by_others:
        return None
    reason = N_("It was approved while nobody was named, and who delivers is part of what is approved.")
    return Refusal("approved_without", reason)


def why_not_name_anew(accepted_minor: int) -> Refusal | None:
    """Money that is owed for what came cannot be asked for again."""
    if not accepted_minor:
        return None
    reason = N_(
        "Part of this order has come, and somebody else has to decide about this provider. Send back what"
        " came, name them, and receive it when it is approved."
    )
    return Refusal("received_already", reason, "provider")
