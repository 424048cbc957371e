"""The detectors, and who may dispose of what they hold. Pure: facts in, a finding, a refusal or None out.

Each detector looks at one thing beside what came before it and does not care in which order it is given
that; `sweeps` asks the same of many things at once. A finding is a reason to look, never a verdict.

The schemes are those of the fraud trees of the ACFE (split purchases, payments kept under a limit, duplicate
invoices, receipt without goods, shell vendors, diverted bank details); FAR 13.003(c)(2) forbids the first by
name: "do not break down requirements merely to permit use of simplified acquisition procedures".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Reversible
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.watch.likeness import shingles
from outtask.watch.numbers import number_key, transposed
from outtask.watch.states import FOUND, Detector

LONGEST_NOTE = 2_000

LABELS: Mapping[Detector, str] = {
    Detector.SPLIT: N_("perhaps one purchase in parts"),
    Detector.JUST_BELOW: N_("again just below the limit"),
    Detector.DUPLICATE: N_("perhaps a duplicate"),
    Detector.NO_EVIDENCE: N_("accepted with nothing to look at"),
    Detector.NEW_FAST: N_("a new provider, paid within days"),
    Detector.BANK_CHANGED: N_("whoever pays noted the account"),
    Detector.OVER_PROGRESS: N_("more than the whole"),
}


@dataclass(frozen=True)
class Parameters:
    """What the detectors are tuned to. Days count back from what is looked at, to the same minute."""

    split_days: int = 7
    alike_split_days: int = 30
    alike: Fraction = Fraction(1, 2)  # least resemblance of two texts, see `likeness`
    just_below: Fraction = Fraction(5, 100)  # of the limit
    below_least: int = 3
    below_of_last: int = 5
    new_days: int = 7
    bank_days: int = 30
    over: Fraction = Fraction(0)  # of what is accepted or promised


DEFAULTS = Parameters()


def percent(share: Fraction) -> str:
    """A share as people write it, `2.5`, exact to six digits."""
    return f"{float(share * 100):g}"


@dataclass(frozen=True)
class Finding:
    """What a detector has to say. evidence: ids, amounts in minor units, counts and days, as plain JSON."""

    detector: Detector
    evidence: Mapping[str, Any]


# ---- requests ----


@dataclass(frozen=True)
class Asked:
    """A request to spend. amount, limit: minor units of the organisation's currency.

    limit: the lowest limit in the line of whoever asks that covers the amount; None when nobody's does, or
    only an owner's, who has none. team: whoever refers to the same person. agreement: draws on one approved
    agreement are one purchase.
    """

    id: str
    person: str
    team: str
    provider: str
    agreement: str
    amount: int
    limit: int | None
    at: datetime
    text: str = ""

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands among others; of two at one instant the one with the greater id came later."""
        return self.at, self.id


def split(asked: Asked, others: Iterable[Asked], terms: Parameters = DEFAULTS) -> Finding | None:
    """One need cut into parts: this request and those of the team to the provider before it are above the
    limit together, and each passes under it.

    Counted is what was asked for within `split_days`; within `alike_split_days`, what was asked for in words
    that are alike. The evidence names the latest that suffice.
    """
    return split_among(asked, sorted(others, key=lambda one: one.place), terms)


def split_among(asked: Asked, others: Reversible[Asked], terms: Parameters = DEFAULTS) -> Finding | None:
    """The same for others that are sorted already: looks no further back than it must."""
    limit = asked.limit
    if limit is None or asked.amount > limit:
        return None
    for days, alike in ((terms.split_days, False), (terms.alike_split_days, True)):
        parts, total = [asked.id], asked.amount
        for one in reversed(others):
            if asked.at - one.at > timedelta(days=days):
                break
            if not _may_be_a_part(one, asked, limit):
                continue
            if alike and not _alike(one.text, asked.text, terms.alike):
                continue
            parts.append(one.id)
            total += one.amount
            if total > limit:
                evidence = {"requests": parts[::-1], "total": total, "limit": limit, "days": days}
                return Finding(Detector.SPLIT, evidence | {"alike": alike})
    return None


def _may_be_a_part(one: Asked, asked: Asked, limit: int) -> bool:
    return (
        (one.team, one.provider) == (asked.team, asked.provider)
        and one.agreement != asked.agreement
        and one.amount <= limit
        and one.place < asked.place
    )


def _alike(one: str, other: str, least: Fraction) -> bool:
    """Whether `likeness(one, other)` is at least so much, without making a fraction of it."""
    these, those = shingles(one), shingles(other)
    both = len(these & those)
    either = len(these) + len(those) - both
    return bool(both) and both * least.denominator >= either * least.numerator


def just_below(asked: Asked, others: Iterable[Asked], terms: Parameters = DEFAULTS) -> Finding | None:
    """Again and again a little under the limit: this one and two more of a person's last five.

    A little: within `just_below` of the limit, the limit itself included.
    """
    if asked.limit is None or not is_just_below(asked.amount, asked.limit, terms):
        return None
    mine = [one for one in others if one.person == asked.person and one.place < asked.place]
    last = [*sorted(mine, key=lambda one: one.place)[-(terms.below_of_last - 1) :], asked]
    near = [one.id for one in last if is_just_below(one.amount, asked.limit, terms)]
    if len(near) < terms.below_least:
        return None
    evidence = {"requests": near, "of": terms.below_of_last, "limit": asked.limit}
    return Finding(Detector.JUST_BELOW, evidence | {"percent": percent(terms.just_below)})


def is_just_below(amount: int, limit: int, terms: Parameters = DEFAULTS) -> bool:
    """Whether an amount passes under a limit and would not with a little more."""
    a_little = terms.just_below
    return amount <= limit and (limit - amount) * a_little.denominator <= limit * a_little.numerator


# ---- invoices ----


@dataclass(frozen=True)
class Bill:
    """An invoice. accounts: every bank account its provider was ever paid to."""

    id: str
    provider: str
    number: str
    amount: int
    currency: str
    at: datetime
    accounts: frozenset[str] = frozenset()

    @cached_property
    def key(self) -> str:
        return number_key(self.number)

    @property
    def place(self) -> tuple[datetime, str]:
        return self.at, self.id


def duplicate(bill: Bill, others: Iterable[Bill]) -> Finding | None:
    """An invoice that seems to be there: of the amount, with the same number or two digits of it swapped,
    from the provider or from another who is paid to the same account. The evidence names the first.
    """
    numbers = {bill.key, *transposed(bill.key)}
    found = [
        one
        for one in others
        if one.place < bill.place
        and (one.amount, one.currency) == (bill.amount, bill.currency)
        and (one.provider == bill.provider or one.accounts & bill.accounts)
        and one.key in numbers
    ]
    return duplicate_of(bill, min(found, key=lambda one: how_plain(bill, one))) if found else None


def how_plain(bill: Bill, one: Bill) -> tuple[bool, bool, tuple[datetime, str]]:
    """The same number before a swapped one, the same provider before another, the first before others."""
    return one.key != bill.key, one.provider != bill.provider, one.place


def duplicate_of(bill: Bill, first: Bill) -> Finding:
    """What to tell of a bill and the one before it that it repeats."""
    why = "same_number" if first.key == bill.key else "digits_swapped"
    shared = first.provider != bill.provider
    evidence = {"invoice": first.id, "number": first.number, "why": why, "shared_account": shared}
    return Finding(Detector.DUPLICATE, evidence)


@dataclass(frozen=True)
class Progress:
    """A commitment with what is accepted of it and what is invoiced, this invoice included: minor units."""

    committed: int
    accepted: int
    invoiced: int


def over_progress(progress: Progress, terms: Parameters = DEFAULTS) -> Finding | None:
    """More than the whole: more invoiced than was accepted, or more accepted than was promised, by more than
    what is let through.
    """
    for exceeds, done, whole in (
        ("accepted", progress.invoiced, progress.accepted),
        ("committed", progress.accepted, progress.committed),
    ):
        if done > whole * (1 + terms.over):
            evidence = {"exceeds": exceeds, "amount": done, "whole": whole}
            return Finding(Detector.OVER_PROGRESS, evidence | {"percent": percent(terms.over)})
    return None


# ---- acceptances and payments ----


@dataclass(frozen=True)
class Shown:
    """What somebody could look at before they accepted: counts. checks: those that passed."""

    files: int
    links: int
    checks: int


def no_evidence(shown: Shown) -> Finding | None:
    """Accepted with nothing to look at: no file, no link, no check that passed. Words alone show nothing."""
    return None if shown.files or shown.links or shown.checks else Finding(Detector.NO_EVIDENCE, {})


@dataclass(frozen=True)
class Paying:
    """A payment about to be recorded. paid_before: how many invoices of the provider were paid before.

    noted: who noted bank accounts of the provider, and when.
    """

    at: datetime
    payer: str
    known_since: datetime
    paid_before: int
    noted: Collection[tuple[str, datetime]] = field(default=())


def new_fast(paying: Paying, terms: Parameters = DEFAULTS) -> Finding | None:
    """A provider nobody knew, paid within days: their first invoice, `new_days` after they were added or
    less.
    """
    known = paying.at - paying.known_since
    if paying.paid_before or known > timedelta(days=terms.new_days):
        return None
    return Finding(Detector.NEW_FAST, {"days": max(known.days, 0), "within": terms.new_days})


def bank_changed(paying: Paying, terms: Parameters = DEFAULTS) -> Finding | None:
    """Whoever sends the money also said where it goes: the payer noted the account within `bank_days`."""
    since = paying.at - timedelta(days=terms.bank_days)
    mine = [at for person, at in paying.noted if person == paying.payer and at >= since]
    if not mine:
        return None
    return Finding(Detector.BANK_CHANGED, {"noted_at": max(mine).isoformat(), "within": terms.bank_days})


# ---- holds ----


def why_not_held(detectors: Iterable[str]) -> list[Refusal]:
    """A refusal for each detector whose hold is open on what somebody wants to approve or pay."""
    reason = N_("Held for review: %(what)s. Somebody who had no part in it looks first, under Money, Watch.")
    return [Refusal("held", reason, facts={"what": LABELS[Detector(one)]}) for one in sorted(detectors)]


@dataclass(frozen=True)
class Disposal:
    """What somebody wants to say of a hold. involved: who asked for the money or did what is held.

    exception: whether the organisation declared that one person may hold several duties.
    """

    disposed: bool
    disposition: str
    note: str
    person: object
    involved: Collection[object]
    exception: bool = False

    @property
    def needs_exception(self) -> bool:
        return self.person in self.involved


def why_not_look(disposal: Disposal) -> Refusal | None:
    """Whether this person may dispose of it at all, whatever they would say."""
    if disposal.disposed:
        return Refusal("disposed_already", N_("Somebody disposed of this hold already. It stands below."))
    if disposal.needs_exception and not disposal.exception:
        reason = N_("You had a part in what is held, so somebody else looks at it. Ask another member.")
        return Refusal("separate_duties", reason)
    return None


def why_not_dispose(disposal: Disposal) -> list[Refusal]:
    """Everything that stands against disposing of a hold."""
    answers = (
        why_not_look(disposal),
        _why_not_disposition(disposal.disposition),
        _why_not_note(disposal.note),
    )
    return [answer for answer in answers if answer is not None]


def _why_not_disposition(disposition: str) -> Refusal | None:
    if disposition in FOUND:
        return None
    return Refusal("disposition_unknown", N_("Say whether all is well or not."), "disposition")


def _why_not_note(note: str) -> Refusal | None:
    if not note.strip():
        return Refusal("note_missing", N_("Write what you looked at, so that others can follow it."), "note")
    if len(note) > LONGEST_NOTE:
        most = {"most": LONGEST_NOTE}
        return Refusal("note_long", N_("Write at most %(most)s characters."), "note", most)
    return None


@dataclass(frozen=True)
class Record:
    """How a detector did: holds open, and what became of the others."""

    detector: Detector
    waiting: int = 0
    sound: int = 0
    fault: int = 0

    @property
    def disposed(self) -> int:
        return self.sound + self.fault

    @property
    def precision(self) -> Fraction | None:
        """The share of its holds that were faults; None while nobody has disposed of one."""
        return Fraction(self.fault, self.disposed) if self.disposed else None
