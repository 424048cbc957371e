"""What each model of sourcing costs in a year, where two models break even, how large a retainer should be.

Every amount is in minor units of one currency that the caller keeps; wages, rates and fees too. Times are
hours. Costs are exact and rounded once, to the minor unit, half to even. Percentages of hidden cost quoted
on the web could not be verified, so there is no default for any.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from outtask.decide.states import Proposal

type Exact = int | Decimal | Fraction

USABLE_HOURS = 1_550
"""Hours one employee works in a year after leave and illness (SCIENCE: ≈ 1,550; editable)."""
OVERHEAD = Fraction(3, 10)
"""Cost of employment on top of a salary (≈ 0.3; editable)."""
PROPOSE_FROM = 0.8
PROPOSE_BACK_BELOW = 0.2
REVIEWS_IN_A_ROW = 2
EMERGENCIES_IN_A_QUARTER = 2


@dataclass(frozen=True, slots=True)
class Volume:
    """n tasks a year of h hours each."""

    times_per_year: Exact
    hours_each: Exact

    def __post_init__(self) -> None:
        _not_negative(self, "times_per_year", "hours_each")

    @property
    def hours(self) -> Fraction:
        return Fraction(self.times_per_year) * Fraction(self.hours_each)


@dataclass(frozen=True, slots=True)
class OneOff:
    """Terms of handing out each task anew.

    finding: T, cost of finding, briefing and contracting, per task. rate: r, per hour. rework: ρ, share of
    the hours done again. managing_hours: m, own hours per task, at `wage` per hour.
    """

    finding: Exact
    rate: Exact
    rework: Exact = 0
    managing_hours: Exact = 0
    wage: Exact = 0

    def __post_init__(self) -> None:
        _not_negative(self, "finding", "rate", "rework", "managing_hours", "wage")

    def per_task(self, hours_each: Exact) -> Fraction:
        """T + h r (1+ρ) + m w."""
        work = Fraction(hours_each) * Fraction(self.rate) * (1 + Fraction(self.rework))
        return Fraction(self.finding) + work + Fraction(self.managing_hours) * Fraction(self.wage)


@dataclass(frozen=True, slots=True)
class Retainer:
    """Terms of a standing arrangement.

    set_up: S, once, spread over `life_years`. fee: F, per month. managing_hours: m_r, own hours per month,
    at `wage`. hours: H, included per year. extra_rate: r_x, per hour beyond them.
    """

    set_up: Exact
    life_years: Exact
    fee: Exact
    hours: Exact
    extra_rate: Exact
    managing_hours: Exact = 0
    wage: Exact = 0

    def __post_init__(self) -> None:
        _not_negative(self, "set_up", "fee", "hours", "extra_rate", "managing_hours", "wage")
        _positive(self, "life_years")

    @property
    def standing(self) -> Fraction:
        """S/L + 12 (F + m_r w): what it costs in a year in which nothing is asked."""
        monthly = Fraction(self.fee) + Fraction(self.managing_hours) * Fraction(self.wage)
        return Fraction(self.set_up) / Fraction(self.life_years) + 12 * monthly


@dataclass(frozen=True, slots=True)
class Hire:
    """Terms of employment. recruiting: R, once per person, spread over `stays_years`; salary: per year."""

    recruiting: Exact
    stays_years: Exact
    salary: Exact
    overhead: Exact = OVERHEAD
    usable_hours: Exact = USABLE_HOURS

    def __post_init__(self) -> None:
        _not_negative(self, "recruiting", "salary", "overhead")
        _positive(self, "stays_years", "usable_hours")


def _not_negative(terms: object, *names: str) -> None:
    for name in names:
        if getattr(terms, name) < 0:
            raise ValueError(f"{name} is below zero")


def _positive(terms: object, *names: str) -> None:
    for name in names:
        if getattr(terms, name) <= 0:
            raise ValueError(f"{name} is not above zero")


def keep_cost(volume: Volume, wage: Exact) -> int:
    """A year of doing it oneself: n h w."""
    return round(volume.hours * Fraction(wage))


def one_off_cost(volume: Volume, terms: OneOff) -> int:
    """A year of one-offs: n (T + h r (1+ρ) + m w)."""
    return round(Fraction(volume.times_per_year) * terms.per_task(volume.hours_each))


def retainer_cost(volume: Volume, terms: Retainer) -> int:
    """A year of a retainer: S/L + 12 (F + m_r w) + max(0, n h − H) r_x."""
    extra = max(Fraction(0), volume.hours - Fraction(terms.hours))
    return round(terms.standing + extra * Fraction(terms.extra_rate))


def hire_cost(volume: Volume, terms: Hire) -> int:
    """A year of employment: R/L_h + ceil(n h / U) · salary (1 + o)."""
    people = math.ceil(volume.hours / Fraction(terms.usable_hours))
    employed = people * Fraction(terms.salary) * (1 + Fraction(terms.overhead))
    return round(Fraction(terms.recruiting) / Fraction(terms.stays_years) + employed)


def saving(volume: Volume, wage: Exact, terms: OneOff) -> int:
    """A year's saving of one-offs over doing it oneself, after every cost of the transaction."""
    return keep_cost(volume, wage) - one_off_cost(volume, terms)


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From how many tasks a year a retainer is cheaper than one-offs.

    tasks: n*, exact; None when no number of tasks makes it cheaper. within: whether the hours of n* are
    within those the fee includes, where the simple formula holds.
    """

    tasks: Fraction | None
    within: bool


def break_even(hours_each: Exact, one_off: OneOff, retainer: Retainer) -> BreakEven:
    """n* = (S/L + 12(F + m_r w)) / (T + h r (1+ρ) + m w) while n* h ≤ H.

    Beyond H each task costs the retainer h r_x more, and the two lines cross (or do not) accordingly.
    """
    each, hours = one_off.per_task(hours_each), Fraction(hours_each)
    if each == 0:
        return BreakEven(Fraction(0), True) if retainer.standing == 0 else BreakEven(None, False)
    tasks = retainer.standing / each
    if tasks * hours <= Fraction(retainer.hours):
        return BreakEven(tasks, True)
    extra = hours * Fraction(retainer.extra_rate)
    if each <= extra:
        return BreakEven(None, False)
    included = Fraction(retainer.hours) * Fraction(retainer.extra_rate)
    return BreakEven((retainer.standing - included) / (each - extra), False)


def retainer_hours(
    times_per_year: Exact, hours_each: Exact, retainer_rate: Exact, spot_rate: Exact
) -> Fraction:
    """Hours a year to take on retainer: the smallest H with P(D > H) ≤ r_retainer / r_spot.

    The newsvendor's critical ratio. Demand D is a Poisson number of tasks with mean `times_per_year`, each of
    `hours_each`: calls come independently, which is right for repairs and questions and too calm for work
    that comes in waves. H is a whole number of tasks; 0 when the retainer's hour costs no less than spot.
    """
    mean, ratio = float(times_per_year), float(Fraction(retainer_rate) / Fraction(spot_rate))
    if mean < 0 or ratio < 0:
        raise ValueError("rates and times are not below zero")
    if mean == 0 or ratio >= 1:
        return Fraction(0)
    if ratio == 0:
        raise ValueError("a retainer that costs nothing has no best size")
    return _poisson_quantile(mean, ratio) * Fraction(hours_each)


def _poisson_quantile(mean: float, tail: float) -> int:
    """The smallest k with P(N > k) ≤ tail.

    Sums the tail from above, where the terms are small, so that a small `tail` is not lost in rounding.
    """
    top = math.ceil(mean + 40 * math.sqrt(mean) + 200)
    above = 0.0
    for k in range(top, -1, -1):
        above += math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
        if above > tail:
            return k
    return 0


def emergency_override(
    emergencies_per_year: Exact, spot_wait_hours: Exact, outage_per_hour: Exact, yearly_fee: Exact
) -> bool:
    """Whether waiting on the spot market costs more than a retainer: λ_e · E[wait] · outage cost > fee."""
    waiting = Fraction(emergencies_per_year) * Fraction(spot_wait_hours) * Fraction(outage_per_hour)
    return waiting > Fraction(yearly_fee)


def chance_above(count: int, years: Exact, per_year: Exact) -> float:
    """P(rate > per_year) after `count` tasks in `years`, by the posterior Gamma(count + ½, years).

    Jeffreys' prior for a Poisson rate. For half-integer shapes the upper tail is exact:
    Q(½, x) = erfc(√x), Q(a+1, x) = Q(a, x) + x^a e^(−x) / Γ(a+1).
    """
    if count < 0 or years <= 0 or per_year < 0:
        raise ValueError("count and rate are not below zero, years are above zero")
    x = float(Fraction(per_year) * Fraction(years))
    if x == 0:
        return 1.0
    terms = (math.exp(a * math.log(x) - x - math.lgamma(a + 1)) for a in (k + 0.5 for k in range(count)))
    return min(1.0, math.fsum((math.erfc(math.sqrt(x)), *terms)))


@dataclass(frozen=True, slots=True)
class Review:
    """One quarterly review. chance: P(rate > n*), see `chance_above`. emergencies: in that quarter."""

    chance: float
    emergencies: int = 0


def proposal(reviews: tuple[Review, ...], ongoing: bool) -> Proposal:
    """What the reviews (oldest first) propose; a person decides.

    From one-off to ongoing: a chance of at least 0.8 in two reviews in a row, or two emergencies in the
    latest quarter. Back: a chance below 0.2 in the latest review, and no such emergencies.
    """
    if not reviews:
        return Proposal.STAY
    latest = reviews[-REVIEWS_IN_A_ROW:]
    urgent = reviews[-1].emergencies >= EMERGENCIES_IN_A_QUARTER
    if not ongoing:
        likely = len(latest) == REVIEWS_IN_A_ROW and all(one.chance >= PROPOSE_FROM for one in latest)
        return Proposal.GO_ONGOING if likely or urgent else Proposal.STAY
    rare = reviews[-1].chance < PROPOSE_BACK_BELOW and not urgent
    return Proposal.GO_BACK_TO_ONE_OFF if rare else Proposal.STAY
