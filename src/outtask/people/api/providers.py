"""Providers: persons, firms, programs, AI agents."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Query

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Given, Id, Made, Shown, YesNo, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.lifecycle import accounts
from outtask.people import actions, queries
from outtask.people.account_rules import SHOWN_DIGITS
from outtask.people.models import BankAccount, Provider
from outtask.people.roles import Right
from outtask.people.states import ProviderKind, Relation

room = Room("Providers")

_PROVIDER = "/providers/{uuid:provider_id}"


class ChosenRelation(StrEnum):
    """What is chosen freely; blocking is an act of its own."""

    NEW = "new"
    OCCASIONAL = "occasional"
    REGULAR = "regular"
    FORMER = "former"


class ProviderShown(Shown):
    """Who does work for the organisation. `owned_by_id`: the member who answers for a program or agent."""

    id: UUID
    kind: ProviderKind
    name: str
    email: str
    phone: str
    address: str
    country: str
    note: str
    relation: Relation
    owned_by_id: UUID | None
    added_at: datetime

    @classmethod
    def of(cls, row: Provider) -> Self:
        return cls(
            id=row.pk,
            kind=ProviderKind(row.kind),
            name=row.name,
            email=row.email,
            phone=row.phone,
            address=row.address,
            country=row.country,
            note=row.note,
            relation=Relation(row.relation),
            owned_by_id=row.owned_by_id,
            added_at=row.added_at,
        )


class ProviderGiven(Given):
    """What is kept about a provider. A second one of the same name or address needs `anyway`."""

    kind: ProviderKind
    name: Annotated[str, upto(300, 1)]
    email: Annotated[str, upto(254)] = ""
    phone: Annotated[str, upto(60)] = ""
    address: Annotated[str, upto(2000)] = ""
    country: Annotated[str, upto(2)] = ""
    note: Annotated[str, upto(5000)] = ""
    owned_by_id: Id | None = None
    anyway: YesNo = False


class ChangedProvider(ProviderGiven):
    """What shall be kept about a provider. `relation` left out stays as it is."""

    relation: ChosenRelation | None = None


class Blocking(Given):
    """Why; colleagues will ask."""

    reason: Annotated[str, upto(2000)]


class AccountGiven(Given):
    """An IBAN, or whatever number the provider's bank gives."""

    account: Annotated[str, upto(100, 1)]


class AccountNoted(Made):
    """What was approved for the account before. `to_approve_again`: invoices that are not paid yet.

    `to_decide_again`: requests that one of two persons had approved.
    """

    to_approve_again: int
    to_decide_again: int


class BankAccountShown(Shown):
    """Where a provider is paid. The account itself is shown to nobody: `ends_with` its last four signs."""

    id: UUID
    ends_with: str
    noted_by_id: UUID
    noted_at: datetime

    @classmethod
    def of(cls, row: BankAccount) -> Self:
        ends_with = row.account[-SHOWN_DIGITS:]
        return cls(id=row.pk, ends_with=ends_with, noted_by_id=row.noted_by_id, noted_at=row.noted_at)


@room.many("/providers", ProviderShown, by=("name", "id"))
def provider_list(
    call: Call,
    kind: ProviderKind | None = None,
    relation: Relation | None = None,
    q: Annotated[
        str, Query("", max_length=200, pattern=r"^[^\u0000]*$", description="In name or e-mail.")
    ] = "",
) -> Any:
    """List providers by name."""
    return queries.providers(call.actor, words=q, kind=kind or "", relation=relation or "")


@room.one(_PROVIDER, ProviderShown)
def provider(call: Call, provider_id: UUID) -> ProviderShown:
    """Read one provider."""
    return _shown(call, _provider(call, provider_id))


def _shown(call: Call, row: Provider) -> ProviderShown:
    shown = ProviderShown.of(row)
    # What members note about a provider is not for the provider.
    return shown.model_copy(update={"note": ""}) if call.actor.is_provider_side else shown


@room.act("/providers", Made, status=201, scope=Right.MANAGE_PROVIDERS, at="/providers/{id}")
def add_provider(call: Call, body: ProviderGiven) -> Outcome:
    """Add a provider."""
    return act(call, actions.add_provider, **_facts(body))


@room.act(_PROVIDER, method="PUT", scope=Right.MANAGE_PROVIDERS, about=provider)
def change_provider(call: Call, provider_id: UUID, body: ChangedProvider) -> Outcome:
    """Change what is kept about a provider."""
    relation = body.relation.value if body.relation else _provider(call, provider_id).relation
    return act(
        call, actions.change_provider, provider_id=provider_id, **_facts(body) | {"relation": relation}
    )


@room.one(f"{_PROVIDER}/bank-account", BankAccountShown)
def bank_account(call: Call, provider_id: UUID) -> BankAccountShown:
    """Read where a provider is paid: its last four signs, who noted it and when."""
    row = queries.bank_account_of(call.actor, _provider(call, provider_id))
    if row is None:
        raise NotFound("bank account")
    return BankAccountShown.of(row)


@room.act(f"{_PROVIDER}/bank-account", AccountNoted, status=201, scope=Right.MANAGE_PROVIDERS, about=provider)
def note_bank_account(call: Call, provider_id: UUID, body: AccountGiven) -> Outcome:
    """Note where a provider is paid from now on. Those before stay; what was approved is approved again."""
    return act(call, accounts.note_bank_account, provider_id=provider_id, account=body.account)


@room.act(f"{_PROVIDER}/block", status=201, scope=Right.MANAGE_PROVIDERS, about=provider)
def block_provider(call: Call, provider_id: UUID, body: Blocking) -> Outcome:
    """Send a provider no more briefs; their tokens end."""
    return act(call, actions.block_provider, provider_id=provider_id, reason=body.reason)


@room.act(f"{_PROVIDER}/block", method="DELETE", scope=Right.MANAGE_PROVIDERS, about=provider)
def unblock_provider(call: Call, provider_id: UUID) -> Outcome:
    """Let a blocked provider be asked again."""
    return act(call, actions.unblock_provider, provider_id=provider_id)


def _facts(body: ProviderGiven) -> dict[str, Any]:
    return body.model_dump(exclude={"relation", "kind"}) | {"kind": body.kind.value}


def _provider(call: Call, provider_id: UUID) -> Provider:
    row: Provider | None = Provider.objects.visible_to(call.actor).filter(pk=provider_id).first()
    if row is None:
        raise NotFound("provider")
    return row
