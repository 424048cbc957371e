"""Template tags that need to know the stages: the next step in a row, the badge of a milestone."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from outtask.deliver.states import MilestoneState
from outtask.lifecycle.next_steps import WORDINGS
from outtask.lifecycle.queries import Summary
from outtask.outtasks.models import OutTask
from outtask.ui.bars import MoneyBar
from outtask.ui.tags import badge, moneybar

register = template.Library()

_MILESTONES = {
    MilestoneState.OPEN: ("", "clock", gettext_lazy("Not handed in")),
    MilestoneState.HANDED_IN: ("now", "up", gettext_lazy("Handed in")),
    MilestoneState.CHANGES_REQUESTED: ("warn", "loop", gettext_lazy("Changes requested")),
    MilestoneState.ACCEPTED: ("ok", "check", gettext_lazy("Accepted")),
    MilestoneState.CANCELLED: ("", "skip", gettext_lazy("Cancelled")),
}


@register.filter
def nextstep(outtask: OutTask) -> str:
    """The title of the next step, for a table row."""
    return gettext(str(WORDINGS[outtask.next_step].title))


@register.simple_tag
def milestonebadge(state: str) -> SafeString:
    """The state of a milestone as a badge."""
    tone, icon, text = _MILESTONES[MilestoneState(state)]
    return badge(tone, icon, text)


@register.simple_tag
def orderbadge(state: str) -> SafeString:
    """The state of a line of an order, or of a part of one: it is received, not handed in."""
    match MilestoneState(state):
        case MilestoneState.OPEN:
            return badge("", "clock", gettext("Not here yet"))
        case MilestoneState.ACCEPTED:
            return badge("ok", "check", gettext("Received"))
        case MilestoneState.CHANGES_REQUESTED:
            return badge("warn", "loop", gettext("Sent back, comes again"))
        case _:
            return milestonebadge(state)


@register.simple_tag
def contractbar(facts: Summary) -> str:
    """The money of one out-task as a bar: what of the promise is paid, owed, still to be earned."""
    if facts.committed is None or facts.accepted is None or facts.paid is None or facts.released is None:
        return ""
    promised = facts.committed - facts.released
    name = gettext("Order") if facts.is_order else gettext("Statement of work")
    bar = MoneyBar(name, promised, facts.paid, facts.accepted - facts.paid, promised - facts.accepted)
    return moneybar(bar)


@register.filter
def fileext(name: str) -> str:
    """`PDF` for `brief.pdf`: what stands in the little box beside a file."""
    stem, dot, extension = name.rpartition(".")
    return extension.upper()[:4] if dot and stem else gettext("FILE")
