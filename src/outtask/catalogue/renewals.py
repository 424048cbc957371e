"""When a subscription renews, until when it can be cancelled, and when it is over. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from outtask.catalogue.states import Period, Plan
from outtask.kernel.period import months_after
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

MONTHS = {Period.MONTH: 1, Period.YEAR: 12}
WARNED_AHEAD = timedelta(days=14)
"""So long before the last day to cancel its holder is told that it renews."""
LONGEST_NOTICE = {Period.MONTH: 28, Period.YEAR: 365}
"""A longer notice would end before the period begins that it is about."""


@dataclass(frozen=True)
class Term:
    """A subscription as far as its dates go; the names are those of the row.

    holder_stays: whether its member still works here and may order. on_sale: whether the item is sold, by a
    provider who is not blocked. turned_down: whether the order of its present period came to nothing.
    """

    plan: str
    period: str = ""
    trial_until: date | None = None
    anchor_on: date | None = None
    renews_on: date | None = None
    notice_days: int = 0
    warned_for: date | None = None
    cancelled_on: date | None = None
    ended_on: date | None = None
    holder_stays: bool = True
    on_sale: bool = True
    turned_down: bool = False

    @property
    def on_trial(self) -> bool:
        """Whether what comes next is the first period that is paid."""
        return self.trial_until is not None and self.renews_on == self.trial_until + timedelta(days=1)


def renewal_after(anchor: date, period: str, day: date) -> date:
    """The first day after `day` on which a period begins; each is counted from the anchor, so none drifts."""
    step = MONTHS[Period(period)]
    passed = max(0, (day.year - anchor.year) * 12 + day.month - anchor.month)
    number = max(0, passed // step - 1)
    while (found := months_after(anchor, number * step)) <= day:
        number += 1
    return found


def begin(
    plan: str, period: str, trial_days: int, today: date
) -> tuple[date | None, date | None, date | None]:
    """The last day of the trial, the first day that is paid, and the day of the first renewal.

    After a trial the first renewal is the first order; without one, today's order pays the first period.
    """
    if plan != Plan.PERIOD:
        return None, None, None
    if not trial_days:
        return None, today, renewal_after(today, period, today)
    paid_from = today + timedelta(days=trial_days)
    return paid_from - timedelta(days=1), paid_from, paid_from


def last_day_to_cancel(term: Term, renewal: date | None = None) -> date | None:
    """The last day on which this renewal, the next one unless said, can be kept from happening.

    A trial can be left until its last day; the notice is that of paid periods.
    """
    renewal = renewal or term.renews_on
    if renewal is None:
        return None
    notice = 1 if term.on_trial and renewal == term.renews_on else max(1, term.notice_days)
    return renewal - timedelta(days=notice)


def end_after(term: Term, cancelled_on: date) -> date:
    """The day on which a subscription cancelled on this day is over: the first renewal that it prevents."""
    if term.renews_on is None or term.anchor_on is None:
        return cancelled_on
    renewal = term.renews_on
    while (last := last_day_to_cancel(term, renewal)) is not None and last < cancelled_on:
        renewal = renewal_after(term.anchor_on, term.period, renewal)
    return renewal


def why_not_cancel(term: Term) -> Refusal | None:
    """What is over or was cancelled is not cancelled again."""
    if term.ended_on is not None:
        return Refusal("subscription_ended", N_("This subscription is over. There is nothing to cancel."))
    if term.cancelled_on is not None:
        facts = {"day": end_after(term, term.cancelled_on)}
        return Refusal("cancelled_already", N_("This is cancelled already. It ends on %(day)s."), facts=facts)
    return None


def why_not_clock(is_clock: bool) -> Refusal | None:
    """Dates are kept by the system alone."""
    return None if is_clock else Refusal("clock_only", N_("Time alone does this."))


def why_not_warn(term: Term, today: date) -> Refusal | None:
    """A holder is told once of each renewal, in time to cancel."""
    last = last_day_to_cancel(term)
    if term.ended_on is not None or term.cancelled_on is not None or last is None:
        return Refusal("nothing_renews", N_("Nothing renews here."))
    if term.warned_for == term.renews_on:
        return Refusal("warned_already", N_("Its holder was told of this renewal."))
    if today < last - WARNED_AHEAD:
        return Refusal("too_early", N_("There is time before this renewal."))
    return None


def why_it_ends(term: Term, today: date) -> Refusal | None:
    """Why a subscription is over today; None while it goes on."""
    if term.ended_on is not None:
        return None
    if term.turned_down:
        return Refusal("order_turned_down", N_("Its order was rejected, or taken back."))
    if term.renews_on is None:
        if not term.on_sale:
            return Refusal("not_on_sale", N_("It is no longer sold to you."))
        return None
    if today < term.renews_on:
        return None
    if term.cancelled_on is not None and end_after(term, term.cancelled_on) <= term.renews_on:
        return Refusal("cancelled", N_("It was cancelled."))
    if not term.on_sale:
        return Refusal("not_on_sale", N_("It is no longer sold to you."))
    if not term.holder_stays:
        return Refusal("holder_left", N_("Its holder is no longer a member who may order."))
    return None


def why_not_turn(term: Term, today: date) -> Refusal | None:
    """Whether it is time: for the next period, or because something ended the subscription before."""
    if term.ended_on is not None:
        return Refusal("subscription_ended", N_("This subscription is over. Nothing renews."))
    if why_it_ends(term, today) or (term.renews_on is not None and term.renews_on <= today):
        return None
    return Refusal("not_due", N_("This does not renew today."))
