"""What the lists of people's forms offer: time zones, currencies, members."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from functools import cache

from babel.numbers import get_currency_name, get_territory_currencies
from django.utils.translation import gettext

from outtask.kernel.actor import Actor
from outtask.kernel.money import CURRENCIES
from outtask.people import queries
from outtask.ui import formats

type Choices = list[tuple[str, str]]

_PLACES = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@cache
def zones() -> list[tuple[str, Choices]]:
    """Zones of the IANA database by part of the world, UTC first; old aliases are left out."""
    groups: dict[str, Choices] = {"UTC": [("UTC", "UTC")]}
    for name in sorted(zoneinfo.available_timezones()):
        place, _, city = name.partition("/")
        if city and place in _PLACES:
            groups.setdefault(place, []).append((name, city.replace("_", " ").replace("/", ", ")))
    return list(groups.items())


def currencies() -> Choices:
    """Every currency by its code, named in the reader's language."""
    locale = formats.locale()
    return [(code, f"{code} · {get_currency_name(code, locale=locale)}") for code in sorted(CURRENCIES)]


def likely_currency() -> str:
    """What is paid in where the reader's language is at home; euro when it names no place."""
    territory = formats.locale().territory
    found = get_territory_currencies(territory) if territory else []
    return next((code for code in found if code in CURRENCIES), "EUR")


def named(names: Mapping[str, str], *, without: frozenset[str] = frozenset()) -> Choices:
    """Words of a state with their names in the reader's language."""
    return [(str(value), gettext(name)) for value, name in names.items() if value not in without]


def members(actor: Actor, nobody: str, *, besides: object = None) -> Choices:
    """Who works here now, after the words for nobody."""
    found = [
        (str(member.pk), member.name) for member in queries.active_members(actor) if member.pk != besides
    ]
    return [("", nobody), *found]
