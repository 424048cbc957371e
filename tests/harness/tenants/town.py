"""Two organisations that live the same life, every text of each beginning with words of its own.

What one of them has is `own`, what the other has is `foreign`; `colleague` is what stands in the own
organisation under somebody else's name, `deleted` was there once, `absent` never was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from outtask.followers.engine import drain
from outtask.followers.registry import followers
from outtask.journal import checkpoints
from outtask.kernel.identifiers import new_id
from outtask.models import (
    Mail,
    Member,
    Person,
    Provider,
    ReferenceCounter,
)
from outtask.people.roles import PROGRAM_RIGHTS, rights_of
from outtask.people.states import ProviderKind, Role
from tests.harness.tenants.planting import plant, word
from tests.harness.tenants.settling import Things, absent, later, make_secret, settle
from tests.harness.tenants.undoing import undone
from tests.world import HARBOUR, NOW, World, found, make_world, open_budget

OWN, FOREIGN = "wvy", "zqx"
"""What every word of the own and of the foreign organisation begins with; nothing else holds it."""

MORE_PEOPLE = {
    "petra": ("Petra Lind", Role.PROGRAMME_MANAGER),
    "bruno": ("Bruno Falk", Role.BROKER),
}
NEXT_NUMBERS = 500_000
"""Where references of the foreign organisation begin: none of its numbers is one of ours."""


@dataclass
class Side:
    """One organisation: its people, its things, and the secrets with which programs come in."""

    world: World
    things: Things = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


@dataclass
class Town:
    """Everything there is. `things` by whose they are: own, colleague, foreign, deleted, absent."""

    now: datetime
    own: Side
    foreign: Side
    things: dict[str, Things] = field(default_factory=dict)


@contextmanager
def standing(build: Callable[[], Town]) -> Iterator[Town]:
    """A town at an instant that stands still, in a transaction that ends with the block."""
    with time_machine.travel(NOW, tick=False), undone():
        # Thousands of refusals are what is asked for here; a line of log for each would only be kept in vain.
        logging.disable(logging.ERROR)
        try:
            yield build()
        finally:
            logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """Built once for a module; each test leaves it as it found it."""
    with django_db_blocker.unblock(), standing(make_town) as built:
        yield built


def make_town() -> Town:
    own, foreign = Side(_peopled(make_world(NOW))), Side(_next_door(NOW))
    for side, tag in ((own, OWN), (foreign, FOREIGN)):
        side.things = settle(side.world, tag, "roisin", 1)
    town = Town(NOW, own, foreign, {"own": own.things, "foreign": foreign.things})
    town.things["colleague"] = settle(own.world, OWN, "imke", 2)
    for side, tag in ((own, OWN), (foreign, FOREIGN)):
        plant(side.world.organisation, tag)
    drain(followers(), NOW)
    for side, tag in ((own, OWN), (foreign, FOREIGN)):
        plant(side.world.organisation, tag)
        checkpoints.make(side.world.organisation.pk, NOW)
        side.tokens = _tokens(side.world, tag)
        side.things["mail"] = str(Mail.objects.filter(organisation=side.world.organisation)[0].pk)
    town.things["colleague"]["mail"] = own.things["mail"]
    with undone():
        town.things["deleted"] = settle(own.world, OWN, "roisin", 3) | {"mail": str(new_id())}
    town.things["absent"] = absent()
    return town


# -- people -----------------------------------------------------------------------------------------------


def _peopled(world: World) -> World:
    """With somebody in every role."""
    domain = world.members["imke"].person.email.partition("@")[2]
    for short, (full, role) in MORE_PEOPLE.items():
        person = Person.objects.create(email=f"{short}@{domain}", name=full, zone="Europe/London")
        world.members[short] = Member.objects.create(
            organisation=world.organisation,
            person=person,
            role=role,
            reports_to=world.members["imke"],
            joined_at=world.now,
        )
    return world


def _next_door(now: datetime) -> World:
    """Another organisation in which everybody has the same name and work."""
    at = now - timedelta(days=30)
    members, founded = found("Quillfold Bindery", at, HARBOUR)
    organisation = members["imke"].organisation
    for prefix in ("OT", "PR"):
        ReferenceCounter.objects.create(
            organisation=organisation, prefix=prefix, year=now.year, last=NEXT_NUMBERS
        )

    def provider(kind: ProviderKind, name: str, owner: Member | None = None) -> Provider:
        return Provider.objects.create(
            organisation=organisation,
            kind=kind,
            name=f"{word(FOREIGN, 'Provider', 'name')} {name}",
            email=f"{name.lower()}@{FOREIGN}.example",
            owned_by=owner,
            added_at=at,
        )

    world = World(
        now=now,
        organisation=organisation,
        foreign=organisation,
        budget=open_budget(organisation, at, founded.entry_id),
        kestrel=provider(ProviderKind.FIRM, "Lark"),
        marek=provider(ProviderKind.PERSON, "Tomasz"),
        pagewright=provider(ProviderKind.AGENT, "Folio", members["joseph"]),
        members=members,
    )
    return _peopled(world)


def _tokens(world: World, tag: str) -> dict[str, str]:
    """A token for every member with all they may do, and one for the provider that is an agent."""
    secrets_of: dict[str, str] = {}
    for name, member in world.members.items():
        if member.organisation_id == world.organisation.pk:
            secrets_of[name] = make_secret(world, member, tag, rights_of(member.role))
    secrets_of["program"] = make_secret(
        world, world.members["imke"], tag, PROGRAM_RIGHTS, provider_id=world.pagewright.pk
    )
    return secrets_of


__all__ = ["FOREIGN", "NOW", "OWN", "Side", "Things", "Town", "later", "town"]
