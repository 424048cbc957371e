"""The people every test knows: Harbour Row Books and, next door, Fold & Bind.

`now` is the instant at which tests happen; `world` is the shop with its members, providers and budget.
Rows are written directly, inside one recording, so that the journal of the world verifies like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from outtask.journal.recording import Outcome, recording
from outtask.kernel.actor import Actor
from outtask.models import Budget, Member, Organisation, Person, Posting, Provider
from outtask.people.states import ProviderKind, Role
from outtask.spend.states import Account

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "tide tables and lamplight"  # signs in to nothing but test databases
SIGN_IN = "outtask.people.identity.SignIn"

# short name: (name, role, limit in minor units, reports to)
HARBOUR = {
    "imke": ("Imke Vos", Role.OWNER, None, None),
    "joseph": ("Joseph Adeyemi", Role.MANAGER, 150_000, "imke"),
    "roisin": ("Roisin Tully", Role.REQUESTER, 20_000, "joseph"),
    "dunstan": ("Dunstan Peel", Role.FINANCE, None, "imke"),
    "ada": ("Ada Quill", Role.AUDITOR, None, "imke"),
    "nadia": ("Nadia Brook", Role.ADMIN, None, "imke"),
}
NEXT_DOOR = {"oskar": ("Oskar Brandt", Role.OWNER, None, None)}


@cache
def password_hash() -> str:
    """Hashed once a run: the hash is slow on purpose."""
    return make_password(PASSWORD)


@dataclass
class World:
    """Everybody by their short name."""

    now: datetime
    organisation: Organisation
    foreign: Organisation
    budget: Budget
    kestrel: Provider
    marek: Provider
    pagewright: Provider
    members: dict[str, Member] = field(default_factory=dict)

    def member(self, name: str) -> Member:
        """A member by short name: imke, joseph, roisin, dunstan, ada, nadia; oskar is next door."""
        return self.members[name]

    def actor(self, name: str) -> Actor:
        return self.members[name].actor

    def becomes(self, name: str, role: Role) -> Actor:
        """Give a member another role, past all actions."""
        self.members[name].role = role
        self.members[name].save(update_fields=["role"])
        return self.actor(name)

    def client(self, name: str) -> Client:
        """A browser in which this member is signed in."""
        client = Client()
        client.force_login(self.members[name].person, backend=SIGN_IN)
        return client


def found(name: str, at: datetime, people: dict[str, Any]) -> tuple[dict[str, Member], Outcome]:
    """An organisation with its members, recorded as founded by the first of them."""
    organisation = Organisation.objects.create(name=name, currency="GBP", zone="Europe/London", founded_at=at)
    members: dict[str, Member] = {}
    for short, (full, role, limit, boss) in people.items():
        person = Person.objects.create(
            email=f"{short}@{name.split()[0].lower()}.example",
            name=full,
            zone="Europe/London",
            password=password_hash(),
        )
        members[short] = Member.objects.create(
            organisation=organisation,
            person=person,
            role=role,
            limit_minor=limit,
            reports_to=members[boss] if boss else None,
            joined_at=at,
        )
    founder = next(iter(members.values())).actor
    with recording("organisation.founded", actor=founder, now=at, founding=True) as entry:
        entry.says(name=entry.keep(name))
    return members, entry.outcome


def open_budget(organisation: Organisation, at: datetime, entry_id: str) -> Budget:
    """Twelve thousand pounds, put in by one balanced posting."""
    budget = Budget.objects.create(
        organisation=organisation,
        name="Online shop 2026",
        currency="GBP",
        authorised_minor=1_200_000,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        opened_at=at,
    )
    Posting.objects.create(
        organisation=organisation,
        budget=budget,
        entry_id=entry_id,
        source=Account.AUTHORISED,
        target=Account.FREE,
        amount_minor=1_200_000,
        posted_at=at,
    )
    return budget


def make_world(now: datetime) -> World:
    """The world as it stands a month after the shop began; needs a database and nothing else."""
    at = now - timedelta(days=30)
    members, founded = found("Harbour Row Books", at, HARBOUR)
    strangers, _ = found("Fold & Bind", at, NEXT_DOOR)
    organisation = members["imke"].organisation

    def provider(kind: ProviderKind, name: str, email: str, **more: object) -> Provider:
        return Provider.objects.create(
            organisation=organisation, kind=kind, name=name, email=email, added_at=at, **more
        )

    return World(
        now=now,
        organisation=organisation,
        foreign=strangers["oskar"].organisation,
        budget=open_budget(organisation, at, founded.entry_id),
        kestrel=provider(ProviderKind.FIRM, "Kestrel Data Ltd", "work@kestrel.example"),
        marek=provider(ProviderKind.PERSON, "Marek Solan", "marek@solan.example"),
        pagewright=provider(
            ProviderKind.AGENT, "Pagewright", "pagewright@harbour.example", owned_by=members["joseph"]
        ),
        members=members | strangers,
    )


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def world(db: None, now: datetime) -> World:
    return make_world(now)
