"""Template tags of the watch room: what is held, shown where it holds something up."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from outtask.kernel.refusal import Refusal
from outtask.spend.models import PurchaseRequest
from outtask.ui.tags import badge
from outtask.watch.models import Hold
from outtask.watch.queries import open_on, why_held
from outtask.watch.rules import LABELS
from outtask.watch.states import Detector, Disposition

register = template.Library()

_DISPOSITIONS = {
    "": ("warn", "pause", gettext_lazy("Open")),
    Disposition.SOUND: ("ok", "check", gettext_lazy("All is well")),
    Disposition.FAULT: ("bad", "cross", gettext_lazy("A fault")),
    Disposition.LIFTED: ("", "loop", gettext_lazy("Changed since")),
}


@register.filter
def detectorname(detector: str) -> str:
    """`perhaps a duplicate`: what a detector has to say."""
    return gettext(LABELS[Detector(detector)])


@register.simple_tag
def holdbadge(hold: Hold) -> SafeString:
    """What became of a hold as a badge."""
    tone, icon, text = _DISPOSITIONS[hold.disposition]
    return badge(tone, icon, text)


@register.simple_tag
def openholds(request: PurchaseRequest) -> Sequence[Hold]:
    """What is held of a request to spend, for `watch/notice.html`."""
    return open_on(request.organisation_id, [request.pk])


@register.simple_tag
def whyheld(request: PurchaseRequest) -> Refusal | None:
    """Why nobody approves a request now, for a button that is off."""
    return next(iter(why_held(request.organisation_id, request.pk)), None)
