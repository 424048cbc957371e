"""What detectors look for, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, ngettext

from outtask.kernel.words import N_
from outtask.ui import formats
from outtask.watch.tuning_rules import DAYS, Terms

USUALLY = N_("Usually %(value)s.")

NAMES: Mapping[str, str] = {
    "split_days": N_("One purchase in parts"),
    "alike_split_days": N_("The same in like words"),
    "just_below": N_("Just below the limit"),
    "new_days": N_("A new provider, paid soon"),
    "bank_days": N_("Whoever pays noted the account"),
    "over": N_("More than the whole"),
}
"""By the field, in the order of the page."""


def told(terms: Terms) -> dict[str, str]:
    """Each value with its unit, by its field: `7 days`, `2.5 %`."""
    values: dict[str, str] = {}
    for name in NAMES:
        if name in DAYS:
            count = terms.days[name]
            values[name] = ngettext("%(n)s day", "%(n)s days", count) % {"n": formats.number(count)}
        else:
            values[name] = gettext("%(n)s %%") % {"n": formats.number(terms.percents[name])}
    return values


def looked_for(terms: Terms) -> list[tuple[str, str]]:
    """What each value is for, and how far it goes: `within 7 days`, `by any amount`."""
    reach = {name: gettext("within %(value)s") % {"value": value} for name, value in told(terms).items()}
    if terms.over:
        reach["over"] = gettext("by more than %(value)s") % {"value": told(terms)["over"]}
    else:
        reach["over"] = gettext("by any amount")
    return [(gettext(NAMES[name]), how_far) for name, how_far in reach.items()]


def differences(terms: Terms, before: Terms) -> list[tuple[str, str, str]]:
    """What is not as it was: what it is for, what it was, what it is."""
    now, then = told(terms), told(before)
    return [(gettext(name), then[key], now[key]) for key, name in NAMES.items() if now[key] != then[key]]
