"""Where the machine plays: two organisations made by real actions alone, a clock, and who can act.

Everything here is journalled, so that the journal tells the state from its first line; the world of the other
tests writes its rows directly. `found` gives the same people under the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Model

from outtask.files.storage import Stored, store_pieces
from outtask.journal.recording import Outcome
from outtask.kernel.actor import Actor, ActorKind
from outtask.kernel.money import Money
from outtask.models import Budget, Link, Member, MemberInvitation, Organisation, Person, Provider, Token
from outtask.people.actions import accept_invitation, add_provider, found_organisation, invite_member
from outtask.people.queries import coming_member, coming_owner
from outtask.people.states import ProviderKind, Role
from outtask.people.tokens import actor_of as tokens_actor
from outtask.spend.actions import open_budget
from tests.harness.invariants import House
from tests.harness.invariants.house import Row
from tests.world import World, password_hash

# short name: (name, role, limit in minor units, reports to)
HARBOUR = {
    "imke": ("Imke Vos", Role.OWNER, None, None),
    "joseph": ("Joseph Adeyemi", Role.MANAGER, 150_000, "imke"),
    "roisin": ("Roisin Tully", Role.REQUESTER, 20_000, "joseph"),
    "dunstan": ("Dunstan Peel", Role.FINANCE, None, "imke"),
    "ada": ("Ada Quill", Role.AUDITOR, None, "imke"),
    "nadia": ("Nadia Brook", Role.ADMIN, None, "imke"),
    "petra": ("Petra Lund", Role.PROGRAMME_MANAGER, 60_000, "imke"),
    "bruno": ("Bruno Falk", Role.BROKER, None, "petra"),
}
NAMES = uuid5(UUID(int=0), "tests.harness.machine")
"""Ids that belong to nobody are made from this."""


def found(now: datetime) -> World:
    """The two organisations, each step by the action that anybody would use."""
    members = _organisation("Harbour Row Books", HARBOUR, now)
    person = Person.objects.create(
        email="oskar@fold.example", name="Oskar Brandt", zone="Europe/London", password=password_hash()
    )
    oskar = coming_owner(person)
    founding: dict[str, Any] = {"name": "Fold & Bind", "currency": "GBP", "zone": "Europe/London"}
    found_organisation(actor=oskar, now=now, **founding)
    members["oskar"] = Member.objects.get(pk=oskar.id)
    imke = members["imke"].actor
    kestrel = _provider(imke, now, ProviderKind.FIRM, "Kestrel Data Ltd", "work@kestrel.example")
    marek = _provider(imke, now, ProviderKind.PERSON, "Marek Solan", "marek@solan.example")
    pagewright = _provider(
        imke, now, ProviderKind.AGENT, "Pagewright", "pagewright@harbour.example", members["joseph"].pk
    )
    _provider(oskar, now, ProviderKind.FIRM, "Lamplight Bindery", "desk@lamplight.example")
    # Nobody can claim a provider yet; whoever does will find both journals in order.
    Provider.objects.filter(pk=kestrel.pk).update(claimed_by_id=oskar.organisation_id)
    kestrel.refresh_from_db()
    _budget(oskar, now, 400_000)
    return World(
        now=now,
        organisation=members["imke"].organisation,
        foreign=Organisation.objects.get(pk=oskar.organisation_id),
        budget=_budget(imke, now, 1_200_000),
        kestrel=kestrel,
        marek=marek,
        pagewright=pagewright,
        members=members,
    )


def _organisation(name: str, people: dict[str, Any], now: datetime) -> dict[str, Member]:
    owner = coming_owner()
    (short, (full, *_)), *others = people.items()
    found_organisation(
        actor=owner, now=now, name=name, currency="GBP", zone="Europe/London", person_name=full,
        email=f"{short}@harbour.example", password_hash=password_hash(),
    )  # fmt: skip
    members = {short: Member.objects.get(pk=owner.id)}
    for short, (full, role, limit, boss) in others:
        outcome = invite_member(
            actor=members["imke"].actor, now=now, email=f"{short}@harbour.example", name=full, role=role,
            limit_minor=limit, reports_to_id=members[boss].pk,
        )  # fmt: skip
        members[short] = joins(UUID(outcome["id"]), full, now)
    return members


def joins(invitation_id: UUID, name: str, now: datetime) -> Member:
    """Somebody new takes an invitation up."""
    invitation = MemberInvitation.objects.get(pk=invitation_id)
    joined = accept_invitation(
        actor=coming_member(invitation, None), now=now, invitation_id=invitation_id, name=name,
        password_hash=password_hash(),
    )  # fmt: skip
    return Member.objects.get(pk=joined["member_id"])


def _provider(
    actor: Actor, now: datetime, kind: str, name: str, email: str, owned_by_id: UUID | None = None
) -> Provider:
    given = add_provider(actor=actor, now=now, kind=kind, name=name, email=email, owned_by_id=owned_by_id)
    return Provider.objects.get(pk=given["id"])


def _budget(actor: Actor, now: datetime, minor: int) -> Budget:
    given = open_budget(actor=actor, now=now, name="Online shop 2026", authorised=Money(minor, "GBP"))
    return Budget.objects.get(pk=given["id"])


class Nothing(Exception):
    """There is nothing in the world yet that this act could be about."""


@dataclass
class Stage:
    """The world as the machine last saw it. `chance` makes every choice, so that its seed replays a step."""

    world: World
    house: House
    now: datetime
    chance: Random = field(default_factory=Random)
    files: tuple[tuple[str, Stored], ...] = ()
    keys: list[tuple[str, Callable[..., Outcome], Actor, dict[str, Any]]] = field(default_factory=list)

    @classmethod
    def open(cls, now: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)) -> Stage:
        world = found(now)
        return cls(world, House.now(), now, files=some_files())

    @property
    def today(self) -> date:
        return self.now.date()

    def day(self, least: int = 1, most: int = 30) -> date:
        return self.today + timedelta(days=self.chance.randint(least, most))

    def some(self, model: type[Model], suits: Callable[[Row], bool] = lambda row: True) -> Row:
        """A row that suits, more often a late one than an early one; Nothing when there is none."""
        rows = [row for row in self.house.all(model) if suits(row)]
        if not rows:
            raise Nothing(model.__name__)
        return rows[-1] if self.chance.random() < 0.5 else self.chance.choice(rows)

    def member(self, organisation_id: UUID, *roles: str) -> Actor:
        """Somebody who works there now, of one of these roles when there is any."""
        here = [
            row
            for row in self.house.all(Member)
            if row.organisation_id == organisation_id and row.left_at is None
        ]
        fit = [row for row in here if row.role in roles] or here
        if not fit:
            raise Nothing("member")
        return actor_of(self.chance.choice(fit))

    def lead(self, organisation_id: UUID) -> Actor:
        return self.member(organisation_id, "owner", "admin", "manager", "programme_manager", "broker")

    def head(self, organisation_id: UUID) -> Actor:
        return self.member(organisation_id, "owner", "admin")

    def tenant(self) -> UUID:
        """The first organisation mostly, sometimes the other."""
        chosen = self.world.organisation if self.chance.random() < 0.8 else self.world.foreign
        return UUID(str(chosen.pk))

    def guest(self, suits: Callable[[Row], bool]) -> Actor:
        """The holder of a live link; sometimes the program that its provider is, by a token."""
        link = self.some(Link, lambda row: suits(row) and self.is_live(row))
        tokens = [row for row in self.house.of(Token, provider_id=link.provider_id) if self.is_live(row)]
        if link.provider_id is not None and tokens and self.chance.random() < 0.5:
            return tokens_actor(Token.objects.get(pk=tokens[-1].pk), self.now)
        return Link.objects.get(pk=link.pk).actor

    def is_live(self, key: Row) -> bool:
        """Of a link or a token."""
        return bool(key.revoked_at is None and key.expires_at > self.now)

    def anybody(self) -> Actor:
        """Any member or guest of any organisation. Nobody can act as the clock."""
        if self.chance.random() < 0.3:
            try:
                return self.guest(lambda row: row.provider_id is not None)
            except Nothing:
                pass
        return self.member(self.tenant())

    def words(self) -> str:
        return self.chance.choice(WORDS)

    def any_id(self, model: type[Model] | None = None) -> UUID:
        """An id of some row, of whatever tenant, or of nobody."""
        models = [model] if model else [Budget, Provider, Member]
        try:
            return UUID(str(self.some(self.chance.choice(models)).pk))
        except Nothing:
            return uuid5(NAMES, str(self.chance.random()))


WORDS = (
    "The shop opens in spring.",
    "Two spines are cut off.",
    "Naïve façade — «ποίημα» 書店 🙂",
    "x",
    "=HYPERLINK(0)",
    "a" * 400,
)


def actor_of(member: Row) -> Actor:
    return Actor(
        ActorKind.MEMBER,
        member.organisation_id,
        id=member.pk,
        role=member.role,
        person_id=member.person_id,
    )


def some_files() -> tuple[tuple[str, Stored], ...]:
    """Bytes that are in their place before anybody speaks of them, as after an upload."""
    named: Iterable[tuple[str, bytes]] = (
        ("records.csv", b"isbn,title\n1,Tide\n"),
        ("cover.jpg", b"\xff\xd8\xff\xe0 not really"),
        ("pack.zip", b"PK\x05\x06" + bytes(18)),
    )
    return tuple((name, store_pieces([content], name)) for name, content in named)
