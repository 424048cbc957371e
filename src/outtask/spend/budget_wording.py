"""Budgets in words: accounts, forecasts, who is told."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.spend.budget_rules import MARKS, Forecast
from outtask.spend.models import Budget
from outtask.spend.pots import told_when_low
from outtask.spend.states import Account, Rollover, TransferState
from outtask.ui.bars import MoneyBar
from outtask.ui.formats import money, number, say

_ACCOUNTS = {
    Account.AUTHORISED: gettext_lazy("Put in"),
    Account.FREE: gettext_lazy("Free"),
    Account.COMMITTED: gettext_lazy("Committed"),
    Account.OWED: gettext_lazy("Owed"),
    Account.PAID: gettext_lazy("Paid"),
}

ROLLOVERS = {
    Rollover.NOTHING: gettext_lazy("stays in this budget, until somebody moves it"),
    Rollover.FREE: gettext_lazy("goes on into the next period"),
}

TRANSFERS = {
    TransferState.ASKED: ("now", "clock", gettext_lazy("Waits for a decision")),
    TransferState.DONE: ("ok", "check", gettext_lazy("Moved")),
    TransferState.REFUSED: ("bad", "cross", gettext_lazy("Refused")),
    TransferState.WITHDRAWN: ("", "back", gettext_lazy("Withdrawn")),
}


def account_name(account: str) -> str:
    """`Committed`: an account of a budget, for a row of movements."""
    return str(_ACCOUNTS[Account(account)])


def bar_of(budget: Budget) -> MoneyBar:
    """A pot's own bar, with the first mark and who is told at it."""
    told = ", ".join(member.name for member in told_when_low(budget))
    return MoneyBar.of(budget, mark=MARKS[0], told=told)


def forecast_words(budget: Budget, found: Forecast | Refusal) -> tuple[str, str]:
    """What will be used when the period ends, and how that is reckoned; or why nothing is foretold."""
    if isinstance(found, Refusal):
        return say(found), ""
    end = Money(found.minor, budget.currency)
    left = Money(budget.authorised_minor - found.minor, budget.currency)
    told = {"amount": money(end), "left": money(left), "over": money(-left)}
    if left.minor < 0:
        said = _("At this pace %(amount)s will be used when the period ends: %(over)s more than was put in.")
    else:
        said = _("At this pace %(amount)s will be used when the period ends, and %(left)s will be left.")
    why = _(
        "Paid, owed and committed so far, over %(elapsed)s of %(total)s working days, Monday to Friday,"
        " drawn on in a straight line."
    ) % {"elapsed": number(found.elapsed), "total": number(found.total)}
    return said % told, why
