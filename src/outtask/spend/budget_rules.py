"""Whether money may move between pots, books be closed, a pot go on into its next period; what to tell of it.

Amounts are minor units of a pot's currency, days those of the organisation's calendar.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from outtask.kernel.canonical import canonical, sha256_hex
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.spend.states import TRANSFER, Account, Rollover

DEEPEST = 3
"""Organisation, department, project."""

MARKS = (80, 95)
"""Percent of what was put into a pot at which its keeper and the owners are told, lowest first."""


@dataclass(frozen=True)
class Pot:
    """A budget as far as moving money is concerned.

    depth: 1 for one that is part of none. closed: it takes no new promises, and no more money.
    """

    id: UUID
    name: str
    currency: str
    free_minor: int
    depth: int = 1
    parent_id: UUID | None = None
    closed: bool = False


# ---- the tree ----


def why_not_part_of(parent: Pot) -> Refusal | None:
    """Whether a pot may be opened under another one."""
    if parent.depth >= DEEPEST:
        reason = N_("Budgets stand in at most %(deepest)s levels. Open this one beside %(name)s instead.")
        return Refusal("too_deep", reason, "parent", {"deepest": DEEPEST, "name": parent.name})
    return why_not_into(parent, "parent")


def why_not_into(pot: Pot, field: str) -> Refusal | None:
    """A closed pot gets nothing any more; what flows back into it can be moved on."""
    if not pot.closed:
        return None
    reason = N_("%(name)s is closed. Choose the budget of the present period.")
    return Refusal("budget_closed", reason, field, {"name": pot.name})


def why_not_commit_from(name: str, closed: bool) -> Refusal | None:
    """A closed pot makes no new promises, whenever the money was asked for."""
    if not closed:
        return None
    reason = N_("%(name)s is closed to new promises. Whoever asked can choose the budget that follows it.")
    return Refusal("budget_closed", reason, "budget", {"name": name})


def why_not_put(name: str, is_part: bool) -> Refusal | None:
    """Into a part money comes from the pot above it, never from outside."""
    if not is_part:
        return None
    reason = N_("%(name)s is part of another budget. Its money comes from there: move some down.")
    return Refusal("is_a_part", reason, "amount", {"name": name})


def why_not_move(source: Pot, target: Pot, amount: Money) -> list[Refusal]:
    """Everything that stands against moving free money from one pot to another."""
    found: list[Refusal | None] = []
    if source.id == target.id:
        reason = N_("Choose another budget: the money is in this one already.")
        found.append(Refusal("same_budget", reason, "target"))
    if source.currency != target.currency:
        reason = N_("%(name)s is kept in %(currency)s. Money moves between budgets of one currency only.")
        facts = {"name": target.name, "currency": target.currency}
        found.append(Refusal("wrong_currency", reason, "target", facts))
    found.append(why_not_into(target, "target"))
    found.append(_why_not_amount(source, amount))
    return [refusal for refusal in found if refusal is not None]


def _why_not_amount(source: Pot, amount: Money) -> Refusal | None:
    if amount.currency != source.currency:
        reason = N_("The budget is kept in %(currency)s.")
        return Refusal("wrong_currency", reason, "amount", {"currency": source.currency})
    if amount.minor <= 0:
        return Refusal("nothing_to_do", N_("Enter an amount above zero."), "amount")
    if amount.minor > source.free_minor:
        reason = N_("%(name)s has %(free)s free. Move that much at most.")
        facts = {"name": source.name, "free": Money(source.free_minor, source.currency)}
        return Refusal("not_free", reason, "amount", facts)
    return None


def why_not_take(parent: Pot, amount: Money) -> Refusal | None:
    """Whether a new part can begin with this much of the money above it; it may begin with nothing."""
    same = amount.currency == parent.currency
    return None if same and amount.minor <= 0 else _why_not_amount(parent, amount)


def why_not_give(name: str, is_part: bool) -> Refusal | None:
    """Money goes straight down to a part and back up; elsewhere it is asked for."""
    if is_part:
        return None
    reason = N_("%(name)s is part of no other budget. Put money in, or ask for a transfer.")
    return Refusal("no_part", reason, "amount", {"name": name})


def why_not_period(starts_on: date | None, ends_on: date | None) -> list[Refusal]:
    if starts_on and ends_on and ends_on < starts_on:
        return [Refusal("ends_first", N_("The budget ends before it starts."), "ends_on")]
    return []


def why_not_keeper(here: bool) -> Refusal | None:
    """here: whether who is named is a member now."""
    if here:
        return None
    return Refusal("keeper_absent", N_("Choose somebody who is a member here."), "keeper")


# ---- transfers ----


@dataclass(frozen=True)
class TransferFacts:
    """A transfer and the member who wants to decide on it.

    exception: whether the organisation declared that one person may hold two duties.
    """

    state: str
    asked_by: UUID
    member: UUID | None
    exception: bool = False

    @property
    def own(self) -> bool:
        return self.asked_by == self.member


def why_not_decide_transfer(facts: TransferFacts, act: str) -> list[Refusal]:
    """Whether to approve or refuse now; never one's own wish, but by the declared exception."""
    found: list[Refusal | None] = []
    if facts.own and not facts.exception:
        reason = N_(
            "You asked for this yourself, so somebody else decides. Ask another member; if you are the only"
            " one, an exception can be declared under Settings."
        )
        found.append(Refusal("your_own", reason))
    found.append(TRANSFER.why_not(facts.state, act))
    return [refusal for refusal in found if refusal is not None]


def why_not_withdraw_transfer(state: str, asked_by: UUID, member: UUID | None) -> list[Refusal]:
    found: list[Refusal | None] = [TRANSFER.why_not(state, "withdraw")]
    if asked_by != member:
        found.append(Refusal("not_yours", N_("Only the person who asked can withdraw it.")))
    return [refusal for refusal in found if refusal is not None]


# ---- running low ----


def percent_used(used_minor: int, authorised_minor: int) -> int:
    """How much of what was put in is committed, owed or paid, in whole percent, rounded down."""
    return used_minor * 100 // authorised_minor if authorised_minor else 0


def crossed(before: tuple[int, int], after: tuple[int, int]) -> int | None:
    """The highest mark that a movement passed upward, in percent; None when it passed none.

    before, after: what is used and what was put in. A pot of which nothing is used is never low.
    """
    passed = [mark for mark in MARKS if _reached(mark, *after) and not _reached(mark, *before)]
    return max(passed, default=None)


def _reached(mark: int, used_minor: int, authorised_minor: int) -> bool:
    return used_minor > 0 and used_minor * 100 >= mark * authorised_minor


# ---- the forecast ----

LEAST_ELAPSED = Fraction(1, 10)
"""How much of a period has to be over before anything is foretold."""


@dataclass(frozen=True)
class Forecast:
    """What a pot will have used when its period ends, if it goes on at the pace so far.

    minor: paid, owed and committed at the end. elapsed, total: working days, Monday to Friday, so far (today
    included) and in the whole period.
    """

    minor: int
    elapsed: int
    total: int


def working_days(first: date, last: date) -> int:
    """Mondays to Fridays from `first` to `last`, both included; public holidays count as working days."""
    days = (last - first).days + 1
    if days <= 0:
        return 0
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum((first.weekday() + place) % 7 < 5 for place in range(rest))


def forecast(
    used_minor: int, starts_on: date | None, ends_on: date | None, today: date
) -> Forecast | Refusal:
    """Linear: used so far ÷ working days so far × working days of the period, rounded up to a minor unit.

    None of seasons, instalments or standing orders is known to it; after the period it is what was used.
    Refusal: the pot has no period, or too little of it is over.
    """
    if starts_on is None or ends_on is None:
        return Refusal("no_period", N_("A forecast needs a period: give the budget a first and a last day."))
    total = working_days(starts_on, ends_on)
    elapsed = working_days(starts_on, min(today, ends_on))
    if today > ends_on:
        return Forecast(used_minor, total, total)
    if not total or Fraction(elapsed, total) < LEAST_ELAPSED:
        reason = N_(
            "Too early for a forecast: %(elapsed)s of %(total)s working days are over, and a tenth is needed."
        )
        return Refusal("too_early", reason, facts={"elapsed": elapsed, "total": total})
    return Forecast(-(-used_minor * total // elapsed), elapsed, total)


# ---- the next period ----


def next_period(starts_on: date, ends_on: date) -> tuple[date, date]:
    """The period after one: as many whole months when it was whole months, else as many days."""
    first = ends_on + timedelta(days=1)
    if starts_on.day == 1 and first.day == 1:
        months = (first.year - starts_on.year) * 12 + first.month - starts_on.month
        year, month = divmod(first.year * 12 + first.month - 1 + months - 1, 12)
        return first, date(year, month + 1, monthrange(year, month + 1)[1])
    return first, first + (ends_on - starts_on)


def next_name(name: str, starts_on: date, following: date) -> str:
    """`Online shop 2026` becomes `Online shop 2027`; a name without the year gets that of the new period."""
    year = rf"\b{starts_on.year}\b"
    if following.year != starts_on.year and re.search(year, name):
        return re.sub(year, str(following.year), name)
    return f"{name} from {following.isoformat()}"


@dataclass(frozen=True)
class Following:
    """A pot whose period ends, and the one that shall follow it. taken: another pot has the name."""

    ends_on: date | None
    followed: bool
    closed: bool
    starts_next: date
    today: date


def why_not_follow(facts: Following) -> list[Refusal]:
    """Everything that stands against the next period of a pot."""
    found: list[Refusal] = []
    if facts.followed or facts.closed:
        reason = N_("The next period of this budget was started already.")
        found.append(Refusal("followed", reason))
    elif facts.ends_on is None:
        reason = N_("This budget has no last day. Give it one first, then start what follows.")
        found.append(Refusal("no_period", reason))
    elif facts.today < facts.ends_on:
        reason = N_("This period runs until %(day)s. Start the next one from that day on.")
        found.append(Refusal("still_running", reason, facts={"day": facts.ends_on}))
    elif facts.starts_next <= facts.ends_on:
        reason = N_("The next period begins after %(day)s, when this one ends.")
        found.append(Refusal("overlaps", reason, "starts_on", {"day": facts.ends_on}))
    return found


def carried(rollover: str, free_minor: int) -> int:
    """How much free money goes on into the next period."""
    return max(free_minor, 0) if rollover == Rollover.FREE else 0


# ---- closing the books ----


def why_not_post(day: date, closed_through: date | None) -> Refusal | None:
    """Nothing is posted on a day whose books are closed: only a clock that was set back could ask for it."""
    if closed_through is None or day > closed_through:
        return None
    reason = N_(
        "The books are closed through %(closed)s, and by the clock it is %(day)s. Set the clock right, or"
        " reopen the books under Money, Books."
    )
    return Refusal("books_closed", reason, facts={"closed": closed_through, "day": day})


def why_not_close(through: date, closed_through: date | None, today: date) -> Refusal | None:
    """Books are closed through a day that is over, and further than before."""
    if through >= today:
        reason = N_("Choose a day before today: money may still move on %(day)s.")
        return Refusal("day_not_over", reason, "through", {"day": through})
    if closed_through is not None and through <= closed_through:
        reason = N_("The books are closed through %(day)s already. Choose a later day.")
        return Refusal("closed_already", reason, "through", {"day": closed_through})
    return None


def why_not_reopen(through: date, reopened: bool, closed_through: date | None, reason: str) -> list[Refusal]:
    """The last closing that stands can be reopened, and why is kept."""
    found: list[Refusal] = []
    if reopened:
        found.append(Refusal("reopened_already", N_("These books were reopened already.")))
    elif closed_through is not None and closed_through > through:
        text = N_("The books were closed again through %(day)s. Reopen those first.")
        found.append(Refusal("closed_later", text, facts={"day": closed_through}))
    if not reason.strip():
        found.append(Refusal("words_missing", N_("Write a sentence, so that they know why."), "reason"))
    return found


def digest_of_balance(through: date, balances: Iterable[tuple[UUID, str, Mapping[Account, int]]]) -> str:
    """SHA-256 of the canonical bytes (RFC 8785) of a trial balance: pots by id, each with its five accounts.

    balances: id of the pot, its currency, minor units in each account. Amounts stand as text, since sums may
    pass the integers of JSON. Pots whose accounts are all empty are left out.
    """
    rows = [
        {"budget": pk, "currency": currency, **_as_text(sums)}
        for pk, currency, sums in sorted(balances, key=lambda row: row[0].bytes)
        if any(sums.values())
    ]
    return sha256_hex(canonical({"format": 1, "through": through, "balances": rows}))


def _as_text(sums: Mapping[Account, int]) -> dict[str, str]:
    return {account.value: str(sums.get(account, 0)) for account in Account}
