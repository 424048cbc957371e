"""What an organisation tunes its detectors to: between which bounds, and what looks for less. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.source.rules import why_not_stale
from outtask.watch.rules import DEFAULTS, Parameters, percent

LEAST_DAYS, MOST_DAYS = 1, 366
MOST_JUST_BELOW, MOST_OVER = Decimal(50), Decimal(20)
LONGEST_REASON = 2_000

DAYS = ("split_days", "alike_split_days", "new_days", "bank_days")
PERCENTS = ("just_below", "over")


@dataclass(frozen=True)
class Terms:
    """What people set of the detectors' parameters: whole days to look back, and percentages.

    just_below: of the limit. over: of what is accepted or promised; so much more is let through.
    """

    split_days: int
    alike_split_days: int
    new_days: int
    bank_days: int
    just_below: Decimal
    over: Decimal

    @property
    def parameters(self) -> Parameters:
        """What the detectors take; what nobody sets is as always."""
        return replace(
            DEFAULTS,
            split_days=self.split_days,
            alike_split_days=self.alike_split_days,
            new_days=self.new_days,
            bank_days=self.bank_days,
            just_below=Fraction(self.just_below) / 100,
            over=Fraction(self.over) / 100,
        )

    @property
    def days(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in DAYS}

    @property
    def percents(self) -> dict[str, Decimal]:
        return {name: getattr(self, name) for name in PERCENTS}


USUAL = Terms(
    split_days=DEFAULTS.split_days,
    alike_split_days=DEFAULTS.alike_split_days,
    new_days=DEFAULTS.new_days,
    bank_days=DEFAULTS.bank_days,
    just_below=Decimal(percent(DEFAULTS.just_below)),
    over=Decimal(percent(DEFAULTS.over)),
)
"""What holds until somebody tunes it."""


def written(value: Decimal) -> str:
    """A percentage without zeros that say nothing: `2.5`, `50`."""
    return f"{value.normalize() + 0:f}"


def looks_for_less(wanted: Terms, before: Terms) -> bool:
    """Whether anything would pass that is held now."""
    fewer = any(wanted.days[name] < before.days[name] for name in DAYS)
    return fewer or wanted.just_below < before.just_below or wanted.over > before.over


@dataclass(frozen=True)
class Change:
    """What somebody wants to tune. before: what holds.

    seen, version: how often it had been tuned when they looked, and was by now. guarded: whether the
    organisation asks for a second factor from some amount on. proven: whether one was shown just before.
    """

    wanted: Terms
    before: Terms
    reason: str
    seen: int
    version: int
    guarded: bool = False
    proven: bool = False


def why_not_tune(change: Change) -> list[Refusal]:
    """Everything that stands against it, each on its field."""
    if stale := why_not_stale(change.seen, change.version):
        return [stale]
    wanted = change.wanted
    found = [*_why_not_days(wanted), *_why_not_percents(wanted), *_why_not_reason(change.reason)]
    if found:
        return found
    if wanted == change.before:
        return [Refusal("nothing_to_do", N_("That is so already. Change a number first."))]
    if change.guarded and not change.proven and looks_for_less(wanted, change.before):
        reason = N_(
            "Whoever looks for less confirms it with their second factor. Sign in, open Money, Watch, What is"
            " looked for and confirm it there."
        )
        return [Refusal("second_factor", reason)]
    return []


def _why_not_days(wanted: Terms) -> Iterator[Refusal]:
    for name, count in wanted.days.items():
        if not LEAST_DAYS <= count <= MOST_DAYS:
            bounds = {"least": LEAST_DAYS, "most": MOST_DAYS}
            yield Refusal("days_range", N_("Enter whole days from %(least)s to %(most)s."), name, bounds)
    if LEAST_DAYS <= wanted.alike_split_days < wanted.split_days <= MOST_DAYS:
        reason = N_("Like words are looked for at least as far back as any. Enter %(least)s days or more.")
        yield Refusal("alike_shorter", reason, "alike_split_days", {"least": wanted.split_days})


def _why_not_percents(wanted: Terms) -> Iterator[Refusal]:
    just_below, over = wanted.just_below, wanted.over
    if not (just_below.is_finite() and 0 < just_below <= MOST_JUST_BELOW):
        reason = N_("Enter a percentage above 0, and %(most)s at most.")
        yield Refusal("percent_range", reason, "just_below", {"most": written(MOST_JUST_BELOW)})
    elif not _is_plain(just_below):
        yield _too_fine("just_below")
    if not (over.is_finite() and 0 <= over <= MOST_OVER):
        reason = N_("Enter a percentage from 0 to %(most)s.")
        yield Refusal("percent_range", reason, "over", {"most": written(MOST_OVER)})
    elif not _is_plain(over):
        yield _too_fine("over")


def _is_plain(value: Decimal) -> bool:
    return value == value.quantize(Decimal("0.1"))


def _too_fine(name: str) -> Refusal:
    return Refusal("percent_fine", N_("Use one decimal place at most, such as 2.5."), name)


def _why_not_reason(reason: str) -> Iterator[Refusal]:
    if not reason.strip():
        yield Refusal("reason_missing", N_("Write why, so that others can follow it."), "reason")
    elif len(reason) > LONGEST_REASON:
        most = {"most": LONGEST_REASON}
        yield Refusal("reason_long", N_("Write at most %(most)s characters."), "reason", most)
