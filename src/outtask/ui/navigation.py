"""The links of the top bar: those whose pages exist, with the one we are in marked."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from outtask.kernel.words import N_

# Label, name of the page, and beginnings of other addresses that belong under it.
_PLACES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (N_("Home"), "home", ()),
    (N_("Work"), "outtasks", ("/out-tasks", "/briefs")),
    (N_("Requests"), "requests", ("/requests",)),
    (N_("Catalogue"), "catalogue", ("/catalogue", "/cart", "/subscriptions")),
    (N_("Providers"), "providers", ("/providers",)),
    (N_("Processes"), "processes", ("/processes",)),
    (N_("Money"), "budgets", ("/budgets", "/invoices", "/watch")),
    (N_("Reports"), "reports", ("/reports",)),
    (N_("Settings"), "organisation", ("/settings", "/imports")),
)


@dataclass(frozen=True, slots=True)
class Place:
    label: str
    href: str
    here: bool
    key: str = ""


def place_of(path: str) -> str:
    """The name of the place an address belongs to; empty when to none."""
    for _, name, below in _PLACES:
        if path.startswith(below) or path == _address(name):
            return name
    return ""


def entries(here: str) -> list[Place]:
    """The places of the top bar, `here` marked; a room that brings no such page has no link."""
    found = []
    for label, name, _ in _PLACES:
        if href := _address(name):
            found.append(Place(gettext(label), href, name == here, "g" if name == "home" else ""))
    return found


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
