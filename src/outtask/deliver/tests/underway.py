"""An out-task under way, as the tests of delivery, payment and measurement need it.

The need and its agreement are written directly; from the promise of money on, everything goes through the
parts and actions of the product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from outtask.agree import documents
from outtask.agree.actions import enter_into_force
from outtask.agree.documents import (
    Document,
    ExitTerms,
    MilestoneTerms,
    ServiceLevelTerms,
    Terms,
    digest_of,
)
from outtask.agree.states import AgreementState
from outtask.deliver.actions import accept_milestone, hand_in, open_milestones, request_changes, tick_check
from outtask.files.checks.criteria import CheckKind
from outtask.files.storage import Stored, store_pieces
from outtask.journal.models import Entry, Saying
from outtask.journal.reading import body_of
from outtask.journal.recording import Outcome, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.models import (
    Agreement,
    AgreementVersion,
    Check,
    Commitment,
    Link,
    Member,
    Milestone,
    OutTask,
    Provider,
    PurchaseRequest,
)
from outtask.people.links import Holder, make_link
from outtask.people.states import Purpose
from outtask.source.criteria import Criterion
from outtask.spend.actions import commit
from outtask.spend.states import RequestState
from tests.world import World

LOOK = Criterion("Reads well", CheckKind.BY_HAND, {"instruction": "Reads well"})
A_CSV = Criterion("A CSV file", CheckKind.FILE_PRESENT, {"pattern": "*.csv", "least": 1})


@dataclass
class Underway:
    """One out-task in delivery. `guest` is the provider's contact by their link."""

    world: World
    outtask: OutTask
    agreement: Agreement
    commitment: Commitment
    link: Link
    milestones: list[Milestone] = field(default_factory=list)

    @property
    def guest(self) -> Actor:
        return self.link.actor

    def milestone(self, order: int = 1) -> Milestone:
        return Milestone.objects.get(agreement=self.agreement, order=order)

    def money(self) -> tuple[int, int, int]:
        """Accepted, invoiced and paid, in minor units."""
        fresh = Commitment.objects.get(pk=self.commitment.pk)
        return fresh.accepted_minor, fresh.invoiced_minor, fresh.paid_minor

    def hands_in(self, order: int = 1, at: datetime | None = None, **given: Any) -> Outcome:
        given = given or {"files": [a_file()]}
        return hand_in(
            actor=self.guest, now=at or self.world.now, milestone_id=self.milestone(order).pk, **given
        )

    def accepts(self, order: int = 1, by: str = "nadia", at: datetime | None = None, **given: Any) -> Outcome:
        milestone = self.milestone(order)
        number = milestone.submissions.count()
        return accept_milestone(
            actor=self.world.actor(by),
            now=at or self.world.now,
            milestone_id=milestone.pk,
            submission_number=number,
            **given,
        )

    def ticks_all(self, submission_id: str, by: str = "nadia", passed: bool = True) -> None:
        for check in Check.objects.filter(submission_id=submission_id, kind=CheckKind.BY_HAND):
            tick_check(
                actor=self.world.actor(by),
                now=self.world.now,
                check_id=check.pk,
                passed=passed,
                detail="" if passed else "Two words are missing.",
            )

    def delivers(self, order: int = 1, by: str = "nadia", at: datetime | None = None) -> None:
        """Handed in and accepted at once; for milestones without checks."""
        self.hands_in(order, at=at)
        self.accepts(order, by=by, at=at)


def a_file(name: str = "records.csv", content: bytes = b"isbn,title\n1,Tide\n") -> tuple[str, Stored]:
    return name, store_pieces([content], name)


def terms(
    parts: Sequence[tuple[str, date, int]],
    criteria: Mapping[int, Sequence[Criterion]],
    levels: Sequence[ServiceLevelTerms] = (),
) -> Terms:
    return Terms(
        scope="Clean 4,200 catalogue records.",
        milestones=tuple(
            MilestoneTerms(title, due, Money(minor, "GBP"), tuple(criteria.get(order, ())))
            for order, (title, due, minor) in enumerate(parts, start=1)
        ),
        exit=ExitTerms(14, 30, Money.zero("GBP")),
        service_levels=tuple(levels),
    )


def begin(
    world: World,
    *,
    prices: Sequence[int] = (18_000, 84_000),
    criteria: Mapping[int, Sequence[Criterion]] | None = None,
    levels: Sequence[ServiceLevelTerms] = (),
    provider: Provider | None = None,
    requester: str = "joseph",
    number: int = 1,
    at: datetime | None = None,
    first_due: date | None = None,
) -> Underway:
    """An agreement in force with a milestone of each price, one due every week from three days on."""
    at = at or world.now
    provider = provider or world.kestrel
    due = first_due or at.date() + timedelta(days=3)
    parts = [
        (f"Records, part {order}", due + timedelta(weeks=order - 1), minor)
        for order, minor in enumerate(prices, 1)
    ]
    agreed = terms(parts, criteria or {}, levels)
    member = world.member(requester)
    outtask, agreement = _signed(world, member, provider, agreed, number, at)
    request = _asked(world, member, agreement, number, at)
    with recording(
        "request.committed_within_limit", actor=member.actor, on=(Agreement, agreement.pk), now=at
    ) as entry:
        commitment = commit(entry, request, agreement)
        enter_into_force(entry, agreement)
        milestones = open_milestones(entry, agreement)
        amount = Money(request.amount_minor, request.currency)
        entry.says(
            request=request.reference,
            amount=amount,
            budget=request.budget_id,
            limit=None,
            commitment=commitment.pk,
        )
    link = Link.objects.get(subject_id=agreement.pk, purpose=Purpose.DELIVER, revoked_at__isnull=True)
    return Underway(world, outtask, agreement, commitment, link, milestones)


def _signed(
    world: World, member: Member, provider: Provider, agreed: Terms, number: int, at: datetime
) -> tuple[OutTask, Agreement]:
    outtask = OutTask.objects.create(
        organisation=world.organisation,
        reference=f"OT-26-{number:06}-X",
        tracking_code=f"track-{number}-{provider.pk.hex[-12:]}",
        title="Clean 4,200 catalogue records",
        owner=member,
        provider=provider,
        opened_at=at,
    )
    agreement = Agreement.objects.create(
        organisation=world.organisation,
        outtask=outtask,
        provider=provider,
        amount_minor=agreed.total.minor,
        currency="GBP",
        state=AgreementState.SIGNED,
        made_at=at,
        signed_at=at,
    )
    body = documents.body_of(
        Document(
            outtask.reference, outtask.title, world.organisation.name, provider.name, provider.kind, agreed
        )
    )
    AgreementVersion.objects.create(
        organisation=world.organisation,
        agreement=agreement,
        number=1,
        body=body,
        sha256=digest_of(body),
        made_at=at,
    )
    return outtask, agreement


def _asked(world: World, member: Member, agreement: Agreement, number: int, at: datetime) -> PurchaseRequest:
    made: PurchaseRequest = PurchaseRequest.objects.create(
        organisation=world.organisation,
        reference=f"PR-26-{number:06}-X",
        outtask=agreement.outtask,
        agreement=agreement,
        agreement_version=1,
        budget=world.budget,
        amount_minor=agreement.amount_minor,
        currency="GBP",
        base_minor=agreement.amount_minor,
        budget_minor=agreement.amount_minor,
        requested_by=member,
        requested_at=at,
        state=RequestState.COMMITTED,
    )
    return made


def visible(rows: Any) -> set[UUID]:
    """The ids of what somebody sees."""
    return set(rows.values_list("pk", flat=True))


def says(kind: str) -> dict[str, Any]:
    """The payload of the latest entry of a kind."""
    found: dict[str, Any] = body_of(Entry.objects.filter(kind=kind).latest("seq"))["says"]
    return found


def kept(words: dict[str, str]) -> str:
    return str(Saying.objects.get(pk=words["saying"]).text)


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda refused: refused.refusal.code == code)


def link_of(under: Underway, purpose: Purpose) -> Link:
    provider = under.agreement.provider
    return make_link(
        Holder(provider.name, provider.email, provider=provider),
        purpose,
        organisation_id=under.world.organisation.pk,
        outtask_id=under.outtask.pk,
        subject_type="agreement",
        subject_id=under.agreement.pk,
        now=under.world.now,
    )


def send_back(under: Underway, order: int = 1, by: str = "nadia", days: int = 2) -> date:
    new_due = under.world.now.date() + timedelta(days=days)
    milestone = under.milestone(order)
    request_changes(
        actor=under.world.actor(by),
        now=under.world.now,
        milestone_id=milestone.pk,
        submission_number=milestone.submissions.count(),
        reasons="31 records are there twice.",
        new_due_on=new_due,
    )
    return new_due


def tick(under: Underway, order: int, passed: bool, by: str = "nadia", detail: str = "") -> None:
    check = Check.objects.filter(order=order).latest("id")
    actor = under.world.actor(by)
    tick_check(actor=actor, now=under.world.now, check_id=check.pk, passed=passed, detail=detail)
