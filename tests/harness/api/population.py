"""An organisation with work in every stage, tokens for it, and the names by which its things are found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from outtask.api.tests.callers import token_for
from outtask.journal.facts import Fact
from outtask.lifecycle.sample import fill
from outtask.models import (
    Budget,
    Handover,
    Invitation,
    Invoice,
    Link,
    Mail,
    Member,
    OutTask,
    Process,
    Proposal,
    Provider,
    PurchaseRequest,
    Token,
)
from outtask.people.states import ProviderKind, Role
from outtask.people.tokens import hash_of

# Parameter of an address → the things it may name.
NAMED: dict[str, tuple[type[Fact], str]] = {
    "budget_id": (Budget, "pk"),
    "handover_id": (Handover, "pk"),
    "invitation_id": (Invitation, "pk"),
    "invoice_id": (Invoice, "pk"),
    "link_id": (Link, "pk"),
    "mail_id": (Mail, "pk"),
    "member_id": (Member, "pk"),
    "process_id": (Process, "pk"),
    "proposal_id": (Proposal, "pk"),
    "provider_id": (Provider, "pk"),
    "into_id": (Process, "pk"),
    "owned_by_id": (Member, "pk"),
    "reports_to_id": (Member, "pk"),
    "reference": (OutTask, "reference"),
}
MOST = 12


@dataclass(frozen=True)
class Population:
    """Who calls: tokens by short name; what there is to name; own: the owner's token and member."""

    now: datetime
    tokens: dict[str, str]
    own: tuple[str, str]
    names: dict[str, list[str]]

    def is_locked_out(self) -> bool:
        """Whether the owner's token opens less than it did: then every answer says no, and proves nothing."""
        token = Token.objects.select_related("member").get(pk=self.own[0])
        here = token.member is not None and token.member.left_at is None
        return token.revoked_at is not None or not here or token.member.role != Role.OWNER


def populate() -> Population:
    """The sample shop, with a token for its owner and one for each of its programs."""
    now = timezone.now()
    owner = Member.objects.select_related("organisation").get(person=fill(now))
    tokens = {"owner": token_for(owner, now)}
    programs = Provider.objects.filter(kind__in=[ProviderKind.PROGRAM, ProviderKind.AGENT])
    for number, provider in enumerate(programs.order_by("id")):
        tokens[f"program{number}"] = token_for(owner, now, provider=provider)
    names = {name: _values(model, column) for name, (model, column) in NAMED.items()}
    names["request"] = _values(PurchaseRequest, "reference")
    own = str(Token.objects.get(token_hash=hash_of(tokens["owner"])).pk)
    names["token_id"] = [pk for pk in _values(Token, "pk") if pk != own]
    return Population(now, tokens, (own, str(owner.pk)), names)


def _values(model: type[Fact], column: str) -> list[str]:
    rows = model.objects.order_by("-pk").values_list(column, flat=True)[:MOST]
    return [str(value) for value in rows]
