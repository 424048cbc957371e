"""How much a member may promise: limits by need, day, month and year, and who decides above them.

Limits narrow. A member's limit for one need comes first; each limit set beside it holds as well, so that the
strictest one that applies decides. Whoever is away is judged with the limits they have, through whoever
decides in their place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from outtask.kernel.categories import category_of as category_of
from outtask.kernel.categories import falls_under as falls_under
from outtask.kernel.money import LARGEST_MINOR, Money, exponent, known
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.spend.states import LimitPeriod

# ---- periods ----


def first_day(period: LimitPeriod, day: date) -> date | None:
    """The first day of the calendar period that `day` is in; None for one need, which has no calendar."""
    if period is LimitPeriod.NEED:
        return None
    if period is LimitPeriod.DAY:
        return day
    return day.replace(day=1) if period is LimitPeriod.MONTH else day.replace(month=1, day=1)


def last_day(period: LimitPeriod, day: date) -> date | None:
    """The last day of that period."""
    if period is LimitPeriod.NEED:
        return None
    if period is LimitPeriod.DAY:
        return day
    if period is LimitPeriod.YEAR:
        return day.replace(month=12, day=31)
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def since(period: LimitPeriod, day: date, zone: str) -> datetime | None:
    """The instant from which decisions count. Later ones all do: a clock set back never makes room."""
    first = first_day(period, day)
    return datetime.combine(first, time(), ZoneInfo(zone)) if first else None


def limit_in_base(limit: Money, base: str, per_unit: Decimal | None) -> int | None:
    """The limit in minor units of the organisation's currency, rounded down; None without a rate.

    per_unit: what one unit of the limit's currency is worth on the day. An amount is rounded up, so the two
    together never let more pass than either says.
    """
    if limit.currency == base:
        return limit.minor
    if per_unit is None:
        return None
    places = exponent(base) - exponent(limit.currency)
    return int(limit.minor * Fraction(per_unit) * Fraction(10) ** places)


# ---- what is asked for, and by whose power ----


@dataclass(frozen=True)
class Spending:
    """What somebody wants to promise, in the organisation's currency.

    need: what the whole need would have promised with it; limits for one need compare with that.
    amount: what this request adds. category: digits, or empty when it was not said.
    """

    need: Money
    amount: Money
    category: str = ""


@dataclass(frozen=True)
class Ceiling:
    """One limit beside the one for a need, as it stands on the day it is asked.

    limit: as it was set. base_minor: the same in the organisation's currency; None: there is no rate.
    used_minor: what is promised under it already, in the organisation's currency. until: its last day.
    """

    period: LimitPeriod
    category: str
    limit: Money
    base_minor: int | None
    used_minor: int = 0
    until: date | None = None


@dataclass(frozen=True)
class Approver:
    """A member as far as limits are concerned.

    limit_minor: in the organisation's currency, for one need; None and not an owner: no limit of their own.
    is_owner: their limit is the budget. may_approve: whether role, membership and duties held on the
    out-task let them approve. ceilings: their further limits. taker: who decides in their place today.
    away: whether they are away, with somebody in their place or nobody who could be.
    """

    id: UUID
    limit_minor: int | None
    is_owner: bool = False
    may_approve: bool = True
    ceilings: tuple[Ceiling, ...] = ()
    taker: UUID | None = None
    away: bool = False


def in_place_of(giver: Approver, taker: UUID, up_to_minor: int | None, may_approve: bool) -> Approver:
    """The power of somebody who is away, in the hands of who decides for them: theirs, and no more than that.

    may_approve: whether role, membership and duties let both of them.
    """
    limits = [minor for minor in (giver.limit_minor, up_to_minor) if minor is not None]
    nothing = giver.limit_minor is None and not giver.is_owner
    return replace(
        giver,
        limit_minor=None if nothing or not limits else min(limits),
        is_owner=giver.is_owner and up_to_minor is None,
        may_approve=may_approve,
        taker=taker,
        away=True,
    )


_OVER = {
    LimitPeriod.DAY: N_(
        "%(used)s of the limit of %(limit)s for a day is used until the end of %(until)s; this needs"
        " %(amount)s."
    ),
    LimitPeriod.MONTH: N_(
        "%(used)s of the limit of %(limit)s for a month is used until the end of %(until)s; this needs"
        " %(amount)s."
    ),
    LimitPeriod.YEAR: N_(
        "%(used)s of the limit of %(limit)s for a year is used until the end of %(until)s; this needs"
        " %(amount)s."
    ),
}
_OVER_CATEGORY = N_(
    "%(used)s of the limit of %(limit)s for category %(category)s is used until the end of %(until)s; this"
    " needs %(amount)s."
)
_OVER_UNSAID = N_(
    "No category was given, so the limit of %(limit)s for category %(category)s counts: %(used)s of it is"
    " used until the end of %(until)s, and this needs %(amount)s."
)
_OVER_NEED = N_("The limit for one need is %(limit)s; with this it would be %(need)s.")
_OVER_NEED_CATEGORY = N_(
    "The limit for one need of category %(category)s is %(limit)s; with this it would be %(need)s."
)
_OVER_NEED_UNSAID = N_(
    "No category was given, so the limit of %(limit)s for one need of category %(category)s counts; with this"
    " it would be %(need)s."
)


def why_not_within(person: Approver, spending: Spending) -> Refusal | None:
    """Why somebody's limits do not cover this: which limit, how much of it is used, until when.

    The one place where limits are compared: for what is asked, decided, referred and foretold.
    """
    base = spending.need.currency
    if person.limit_minor is None and not person.is_owner:
        return Refusal("no_limit", N_("There is no limit of their own: everything is referred."))
    if person.limit_minor is not None and not person.is_owner and spending.need.minor > person.limit_minor:
        facts = {"limit": Money(person.limit_minor, base), "need": spending.need}
        return Refusal("above_limit", _OVER_NEED, facts=facts)
    found = (_why_not_under(ceiling, spending) for ceiling in person.ceilings)
    return next((refusal for refusal in found if refusal is not None), None)


def _why_not_under(ceiling: Ceiling, spending: Spending) -> Refusal | None:
    if not falls_under(ceiling.category, spending.category):
        return None
    if ceiling.base_minor is None:
        reason = N_(
            "A limit is kept in %(currency)s, and there is no rate for it yet. Ask for one under Money,"
            " Rates, then try again."
        )
        return Refusal("no_rate", reason, facts={"currency": ceiling.limit.currency})
    base = spending.need.currency
    by_need = ceiling.period is LimitPeriod.NEED
    wanted = spending.need.minor if by_need else ceiling.used_minor + spending.amount.minor
    if wanted <= ceiling.base_minor:
        return None
    facts = {
        "limit": ceiling.limit,
        "category": ceiling.category,
        "need": spending.need,
        "amount": spending.amount,
        "used": Money(ceiling.used_minor, base),
        "until": ceiling.until,
    }
    unsaid = bool(ceiling.category) and not spending.category
    return Refusal("above_limit", _words(ceiling, by_need, unsaid), facts=facts)


def _words(ceiling: Ceiling, by_need: bool, unsaid: bool) -> str:
    if by_need and not ceiling.category:
        return _OVER_NEED
    if by_need:
        return _OVER_NEED_UNSAID if unsaid else _OVER_NEED_CATEGORY
    if not ceiling.category:
        return _OVER[ceiling.period]
    return _OVER_UNSAID if unsaid else _OVER_CATEGORY


def who_decides(above: Iterable[Approver], spending: Spending) -> Approver | Refusal:
    """The first whose limits cover this much and who may approve it.

    above: whom the asker refers to, step by step, and after them the owners; somebody who is away stands
    there with the power of whoever decides in their place.
    """
    away = False
    for approver in above:
        covers = why_not_within(approver, spending) is None
        if covers and approver.may_approve:
            return approver
        away = away or (covers and approver.away)
    if away:
        reason = N_(
            "Whoever's limit covers this amount is away, and nobody can decide it in their place. Ask an"
            " admin to end the absence."
        )
        return Refusal("nobody_decides", reason)
    return Refusal(
        "nobody_decides",
        N_("Nobody's limit covers this amount. Ask an admin to raise a limit or to name an owner."),
    )


def why_no_second(answer: Refusal) -> Refusal:
    """The same when one person has said yes, and a rule asks for two."""
    reason = N_(
        "A rule asks that two persons approve this, and nobody else could be the second. Ask an admin to"
        " raise a limit or to name an owner."
    )
    return Refusal(answer.code, reason)


@dataclass(frozen=True)
class Call:
    """Whose decision a request is. taker: who decides in their place today, while they are away.

    stood_in: whether the person who asks now was in that place before, and is no longer.
    """

    decider: UUID | None
    taker: UUID | None = None
    stood_in: bool = False


def why_not_called(person: UUID, is_owner: bool, call: Call) -> Refusal | None:
    """Whether a request is this person's to decide: theirs, in somebody's place, or as an owner."""
    called = call.decider if call.taker is None else call.taker
    if person == called or is_owner:
        return None
    if call.stood_in:
        reason = N_("The absence in which you decided for somebody is over. They decide this themselves now.")
        return Refusal("stands_in_no_more", reason)
    if person == call.decider:
        reason = N_("Somebody decides in your place while you are away. End the absence to decide yourself.")
        return Refusal("away", reason)
    return Refusal("not_the_decider", N_("Somebody else decides this request. You can see who on its page."))


# ---- in time ----

TIME_TO_DECIDE = timedelta(days=7)
HALF_TIME = TIME_TO_DECIDE / 2


@dataclass(frozen=True)
class Waiting:
    """A request that waits for a decision, as the clock sees it.

    decide_by: None while a question is open. called: who decides it today. link_of, link_made_at: whom the
    live link went to, and when; None when there is none.
    """

    referred: bool
    decide_by: datetime | None
    called: UUID | None
    link_of: UUID | None = None
    link_made_at: datetime | None = None


def why_not_remind(waiting: Waiting, now: datetime) -> Refusal | None:
    """Whoever decides is called again at half time, and whenever it is somebody else than had the link."""
    if not waiting.referred or waiting.decide_by is None or waiting.decide_by <= now:
        return Refusal("not_waiting", N_("Nobody has to be reminded of this request."))
    if waiting.link_of != waiting.called or waiting.link_made_at is None:
        return None
    half_time = waiting.decide_by - HALF_TIME
    if half_time <= now and waiting.link_made_at < half_time:
        return None
    return Refusal("reminded_already", N_("They have a link, and time to use it."))


def why_not_escalate(waiting: Waiting, now: datetime) -> Refusal | None:
    """What was not decided in its time goes to the next one up."""
    if waiting.referred and waiting.decide_by is not None and waiting.decide_by <= now:
        return None
    return Refusal("time_left", N_("There is time left to decide this request."))


# ---- setting limits ----


@dataclass(frozen=True)
class NewLimit:
    """A limit somebody wants to set. has_rate: whether its currency can be compared on this day.

    before: the amount of the limit it would replace.
    """

    period: str
    amount: Money
    has_rate: bool = True
    before: Money | None = None


def why_not_set(limit: NewLimit) -> list[Refusal]:
    """Everything that is wrong with a limit, each on its field."""
    found: list[Refusal] = []
    if limit.period not in set(LimitPeriod):
        found.append(Refusal("period_unknown", N_("Choose one need, a day, a month or a year."), "period"))
    if not 0 <= limit.amount.minor <= LARGEST_MINOR:
        found.append(Refusal("limit_range", N_("A limit is zero or more."), "amount"))
    if not known(limit.amount.currency):
        found.append(
            Refusal("currency_unknown", N_("Choose a currency of ISO 4217, such as EUR."), "currency")
        )
    elif not limit.has_rate:
        reason = N_("There is no rate for %(currency)s yet. Note one under Money, Rates, then set the limit.")
        found.append(Refusal("no_rate", reason, "currency", {"currency": limit.amount.currency}))
    if limit.before == limit.amount:
        found.append(Refusal("nothing_to_do", N_("This limit is set already."), "amount"))
    return found
