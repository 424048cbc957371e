"""Template tags of the catalogue room."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from outtask.catalogue.models import CatalogueItem, Subscription
from outtask.catalogue.states import Plan
from outtask.catalogue.words import KINDS, PERIODS, PLANS
from outtask.ui.formats import day
from outtask.ui.tags import badge

register = template.Library()


@register.filter
def itemkind(item: CatalogueItem) -> str:
    """`Subscription, paid by period`: what an item is, in words."""
    kind = gettext(KINDS[item.kind])
    return f"{kind}, {gettext(PLANS[item.plan]).lower()}" if item.plan else kind


@register.filter
def per(item: CatalogueItem | Subscription) -> str:
    """`a month`, `per use`, `per box`, or nothing: what one price is for."""
    if item.plan == Plan.PER_USE:
        return gettext("per use")
    if item.period:
        return gettext(PERIODS[item.period])
    unit = getattr(item, "unit", "")
    return gettext("per %(unit)s") % {"unit": unit} if unit else ""


@register.simple_tag
def subscriptionbadge(row: Subscription, ends_on: object = None) -> SafeString:
    """Where a subscription stands, as a badge."""
    if row.ended_on is not None:
        return badge("", "cross", gettext("Ended"))
    if row.cancelled_on is not None:
        return badge("warn", "clock", gettext("Ends %(day)s") % {"day": day(ends_on)})  # type: ignore[arg-type]
    if row.outtask_id is None and row.trial_until is not None:
        return badge("now", "clock", gettext("On trial"))
    return badge("ok", "check", gettext("Runs"))
