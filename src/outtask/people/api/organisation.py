"""The organisation a token is of, who the token is, and the exception from separate duties."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, Done, Given, Made, Shown, Whole, YesNo, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.actor import ActorKind
from outtask.kernel.money import LARGEST_MINOR
from outtask.people import actions, queries
from outtask.people.models import Organisation
from outtask.people.roles import Right
from outtask.people.states import Role

room = Room("Organisation")


class CallerShown(Shown):
    """Who the token acts as, within which scopes, until when."""

    kind: ActorKind
    organisation_id: UUID
    token_id: UUID
    token_name: str
    scopes: list[Right]
    expires_at: datetime
    member_id: UUID | None
    role: Role | None
    provider_id: UUID | None


@room.one("/me", CallerShown)
def me(call: Call) -> CallerShown:
    """Read who you are here."""
    token = call.token
    return CallerShown(
        kind=call.actor.kind,
        organisation_id=call.organisation.pk,
        token_id=token.pk,
        token_name=token.name,
        scopes=[Right(scope) for scope in token.scopes],
        expires_at=token.expires_at,
        member_id=token.member_id,
        role=Role(call.actor.role) if call.actor.role else None,
        provider_id=token.provider_id,
    )


class ExceptionShown(Shown):
    """The declared exception that holds: one person may hold several duties."""

    reason: str
    declared_by_id: UUID
    since: datetime


class OrganisationShown(Shown):
    """An organisation: its currency, in which limits are kept, and its zone, in which days are told."""

    id: UUID
    name: str
    currency: str
    zone: str
    is_sample: bool
    compares: bool
    # From this amount on decisions need a second factor; null: never.
    second_factor_from: Amount | None
    founded_at: datetime
    separation_exception: ExceptionShown | None


@room.one("/organisation", OrganisationShown)
def organisation(call: Call) -> OrganisationShown:
    """Read the organisation."""
    if not call.actor.is_member:
        raise NotFound("organisation")
    row = Organisation.objects.get(pk=call.actor.organisation_id)
    exception = queries.open_exception(row.pk)
    return OrganisationShown(
        id=row.pk,
        name=row.name,
        currency=row.currency,
        zone=row.zone,
        is_sample=row.is_sample,
        compares=row.compares,
        second_factor_from=Amount.maybe(row.second_factor_from_minor, row.currency),
        founded_at=row.founded_at,
        separation_exception=ExceptionShown(
            reason=exception.reason, declared_by_id=exception.declared_by_id, since=exception.since
        )
        if exception
        else None,
    )


class OrganisationGiven(Given):
    """Name and zone (of the IANA database) as they shall be. The currency stays: limits are in it."""

    name: Annotated[str, upto(300, 1)]
    zone: Annotated[str, upto(64, 1)]


class Comparing(Given):
    """Whether the organisation counts, without a name, in comparisons, and sees them."""

    compares: YesNo


class AskingSecondFactor(Given):
    """From which amount on decisions need a second factor, in the organisation's currency; null: never."""

    from_minor: Annotated[Whole, Field(ge=0, le=LARGEST_MINOR)] | None


class Declaring(Given):
    """Why one person has to hold several duties."""

    reason: Annotated[str, upto(2000)]


@room.act("/organisation", method="PUT", scope=Right.MANAGE_ORGANISATION, about=organisation)
def change_organisation(call: Call, body: OrganisationGiven) -> Outcome:
    """Change name and zone of the organisation."""
    return act(call, actions.change_organisation, **body.model_dump())


@room.act("/organisation/comparison", scope=Right.MANAGE_ORGANISATION, about=organisation)
def compare_organisation(call: Call, body: Comparing) -> Outcome:
    """Begin or cease to be counted among others."""
    return act(call, actions.compare_organisation, compares=body.compares)


@room.act("/organisation/second-factor", method="PUT", scope=Right.MANAGE_ORGANISATION, about=organisation)
def ask_second_factor(call: Call, body: AskingSecondFactor) -> Outcome:
    """Ask for a second factor from an amount on.

    A token cannot show one, so it decides nothing above, and changes no amount that holds.
    """
    return act(call, actions.ask_second_factor, from_minor=body.from_minor)


@room.act("/organisation/exception", Made, status=201, scope=Right.MANAGE_ORGANISATION, about=organisation)
def declare_exception(call: Call, body: Declaring) -> Outcome:
    """Declare the exception from separate duties, for an organisation of one person."""
    return act(call, actions.declare_exception, reason=body.reason)


@room.act(
    "/organisation/exception", Done, method="DELETE", scope=Right.MANAGE_ORGANISATION, about=organisation
)
def end_exception(call: Call) -> Outcome:
    """Separate the duties again."""
    return act(call, actions.end_exception)
