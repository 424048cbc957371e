"""Reading people: members, invitations, providers, and the facts that rules ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID

from django.db.models import F, Q, QuerySet

from outtask.journal.facts import FactQuerySet
from outtask.journal.prepared import prepared
from outtask.kernel.actor import Actor, ActorKind
from outtask.kernel.identifiers import id_from, new_id
from outtask.people.models import (
    BankAccount,
    Delegation,
    Link,
    Member,
    MemberInvitation,
    Organisation,
    Person,
    Provider,
    SeparationException,
    Token,
)
from outtask.people.roles import Right, may
from outtask.people.rules import Acceptance, plain_address
from outtask.people.states import InvitationState, Role


def person_of(actor: Actor) -> Person | None:
    """The human behind an actor; None for guests, the clock, and somebody who is about to join."""
    return Person.objects.filter(pk=actor.person_id).first() if actor.person_id else None


def person_with(email: str) -> Person | None:
    return Person.objects.filter(email=plain_address(email)).first()


def coming_owner(person: Person | None = None, key: str | None = None) -> Actor:
    """Who founds an organisation: its coming owner, with ids made before the rows.

    key: of the form that is sent. The same form sent again comes from the same owner of the same
    organisation, so that it is known again like any other.
    """
    coming, who = _coming(key), str(person.pk) if person else ""
    return Actor(
        ActorKind.MEMBER,
        coming("organisation", who),
        id=coming("member", who),
        role=Role.OWNER,
        person_id=person.pk if person else coming("person"),
    )


def coming_member(invitation: MemberInvitation, person: Person | None, key: str | None = None) -> Actor:
    """Who accepts an invitation: the member they become, or the one they were before they left.

    key: of the form that is sent, as for `coming_owner`.
    """
    before = (
        Member.objects.filter(organisation_id=invitation.organisation_id, person=person).first()
        if person
        else None
    )
    coming, which = _coming(key), str(invitation.pk)
    return Actor(
        ActorKind.MEMBER,
        invitation.organisation_id,
        id=before.pk if before else coming("member", which, str(person.pk) if person else ""),
        role=invitation.role,
        person_id=person.pk if person else coming("person", which),
    )


def _coming(key: str | None) -> Callable[..., UUID]:
    """Makes the ids of rows to come: the same ones for the same key of a form, and new ones without."""
    try:
        seed = UUID(key or "")
    except ValueError:
        seed = None
    return partial(id_from, seed) if seed and seed.version == 7 else lambda *parts: new_id()


def real_organisations() -> int:
    """Organisations with members of their own that are no sample; people who were imported do not count."""
    return Organisation.objects.filter(is_sample=False, represented_by__isnull=True).count()


def is_empty() -> bool:
    """Whether nobody has begun to use this installation yet, not even with the sample."""
    return not Organisation.objects.exists()


def active_members(actor: Actor) -> FactQuerySet:
    """Who works here now, by name."""
    members = Member.objects.visible_to(actor).filter(left_at__isnull=True)
    return members.select_related("person", "reports_to__person").order_by("person__name", "id")


@prepared()
def working_as(person_id: UUID, organisation_id: UUID | None) -> QuerySet[Member]:
    """The member a person is: in this organisation, or in the first they joined. Where somebody may look
    begins here, so this read cannot begin with `visible_to`."""
    members = Member.objects.select_related("person", "organisation").filter(
        person_id=person_id, left_at__isnull=True
    )
    if organisation_id is not None:
        return members.filter(organisation_id=organisation_id)[:1]
    return members.order_by("joined_at", "id")[:1]


def memberships_of(person: Person) -> QuerySet[Member]:
    """Every organisation a person works in now; what the choice of organisation shows."""
    members = Member.objects.filter(person=person, left_at__isnull=True).select_related("organisation")
    return members.order_by("organisation__name", "id")


def line_of(organisation_id: UUID) -> dict[UUID, UUID | None]:
    """Each active member → whom they refer to."""
    rows = Member.objects.filter(organisation_id=organisation_id, left_at__isnull=True)
    return dict(rows.values_list("id", "reports_to_id"))


def owners_in(organisation_id: UUID) -> int:
    return Member.objects.filter(
        organisation_id=organisation_id, left_at__isnull=True, role=Role.OWNER
    ).count()


def open_invitations(actor: Actor) -> FactQuerySet:
    sent = MemberInvitation.objects.visible_to(actor).filter(state=InvitationState.SENT)
    return sent.select_related("invited_by__person", "reports_to__person").order_by("-id")


def acceptance_of(invitation: MemberInvitation, person: Person | None) -> Acceptance:
    """What accepting depends on, for the person who would."""
    return Acceptance(
        state=invitation.state,
        expires_at=invitation.expires_at,
        email=invitation.email,
        account=person.email if person else "",
        taken=person_with(invitation.email) is not None,
        inviter_stays=invitation.invited_by.left_at is None,
    )


def open_exception(organisation_id: UUID) -> SeparationException | None:
    """The declared exception from separate duties, when one holds now."""
    return SeparationException.objects.filter(organisation_id=organisation_id, until__isnull=True).first()


def is_excepted(organisation_id: UUID) -> bool:
    """Whether one person may hold several duties here."""
    return _exceptions.first(organisation_id) is not None


@prepared()
def _exceptions(organisation_id: UUID) -> QuerySet[SeparationException, UUID]:
    rows = SeparationException.objects.filter(organisation_id=organisation_id, until__isnull=True)
    return rows.values_list("pk", flat=True)[:1]


def absences_on(day: date) -> QuerySet[Delegation]:
    """Who is away on a day of their organisation, and who decides in their place."""
    held = Delegation.objects.filter(ended_at__isnull=True, starts_on__lte=day, ends_on__gte=day)
    return held.select_related("giver__person", "taker__person")


def absence_of(member_id: UUID | None, day: date) -> Delegation | None:
    """Who decides in the place of a member who is away on this day; None while they are here."""
    return _absence.first(member_id, day) if member_id else None


@prepared()
def _absence(giver_id: UUID, day: date) -> QuerySet[Delegation]:
    return absences_on(day).filter(giver_id=giver_id).order_by("id")[:1]


def decides_for(member_id: UUID | None, day: date) -> list[UUID]:
    """Whose decisions are a member's on a day: theirs while they are here, and of whom they stand in for."""
    if member_id is None:
        return []
    # Themselves unless they are away; nobody is their own taker.
    return sorted(set(_away_by(member_id, day)) ^ {member_id})


@prepared()
def _away_by(member_id: UUID, day: date) -> QuerySet[Delegation, UUID]:
    """Who is away of a member and those they stand in for."""
    absences = absences_on(day).filter(Q(giver_id=member_id) | Q(taker_id=member_id))
    return absences.values_list("giver_id", flat=True)


def delegations_for(actor: Actor) -> FactQuerySet:
    """Absences, past ones too, the latest first: one's own and those one stands in for; for admins all."""
    rows = Delegation.objects.visible_to(actor).select_related(
        "giver__person", "taker__person", "made_by__person"
    )
    if may(actor, Right.MANAGE_PEOPLE) is not None:
        rows = rows.filter(Q(giver_id=actor.id) | Q(taker_id=actor.id))
    return rows.order_by("-id")


def providers(actor: Actor, *, words: str = "", kind: str = "", relation: str = "") -> FactQuerySet:
    """Providers by name; `words` are looked for in name and e-mail address."""
    found = Provider.objects.visible_to(actor)
    if words := words.strip():
        found = found.filter(Q(name__icontains=words) | Q(email__icontains=words))
    if kind:
        found = found.filter(kind=kind)
    if relation:
        found = found.filter(relation=relation)
    return found.order_by("name", "id")


def live_links(actor: Actor, provider: Provider) -> FactQuerySet:
    """Links of one provider that were not closed, latest first; whether one has ended is told by its date."""
    links = Link.objects.visible_to(actor).filter(provider=provider, revoked_at__isnull=True)
    return links.select_related("outtask").order_by(F("outtask_id").desc(nulls_last=True), "-id")


def tokens_for(actor: Actor) -> FactQuerySet:
    """The tokens somebody may know of, the latest first: their own, and as admin those of everybody.

    A provider's program knows of none, not even its own; those who manage providers know of programs'.
    """
    rows = Token.objects.visible_to(actor).select_related("member__person", "provider", "made_by__person")
    if may(actor, Right.MANAGE_PEOPLE) is not None:
        own = Q(member_id=actor.id)
        programs = may(actor, Right.MANAGE_PROVIDERS) is None
        rows = rows.filter(own | Q(provider__isnull=False) if programs else own)
    return rows.order_by("-id")


def outtasks_of(actor: Actor, provider: Provider) -> FactQuerySet:
    """What a provider did and does here, latest first."""
    found: FactQuerySet = provider.outtasks.visible_to(actor).order_by("-id")
    return found


def contacts(actor: Actor, provider: Provider) -> list[tuple[str, str]]:
    """The people of a provider that links were made for: (name, e-mail), the provider's own first."""
    own = [(provider.name, provider.email)] if provider.email else []
    rows = (
        Link.objects.visible_to(actor).filter(provider=provider).order_by("name").values_list("name", "email")
    )
    others = {email: (name, email) for name, email in rows if email and email != provider.email}
    return own + list(others.values())


def namesake(organisation_id: UUID, *, name: str, email: str, besides: UUID | None = None) -> tuple[str, str]:
    """Names of providers that have this e-mail address and this name already; empty when none has."""
    others = Provider.objects.filter(organisation_id=organisation_id).exclude(pk=besides)
    same_email = others.filter(email=email).values_list("name", flat=True).first() if email else None
    same_name = others.filter(name__iexact=name.strip()).values_list("name", flat=True).first()
    return same_email or "", same_name or ""


def bank_account_of(actor: Actor, provider: Provider) -> BankAccount | None:
    """The account a provider is paid to now; None while none is noted."""
    rows = BankAccount.objects.visible_to(actor).filter(provider=provider)
    latest: BankAccount | None = rows.select_related("noted_by__person").order_by("-id").first()
    return latest
