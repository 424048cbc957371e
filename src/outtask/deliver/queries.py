"""Reads of the deliver room; each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet

from outtask.deliver.models import Check, Milestone, Submission, SubmittedFile, Verdict
from outtask.deliver.states import VerdictKind
from outtask.journal.prepared import prepared
from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor
from outtask.people.duties import Duties, Duty
from outtask.spend.models import Commitment
from outtask.spend.queries import duties as duties_with
from outtask.spend.states import RequestState


def milestones_of(actor: Actor, outtask_id: UUID) -> Sequence[Milestone]:
    """The milestones of an out-task in their order, those of the latest version last."""
    rows = Milestone.objects.visible_to(actor).filter(outtask_id=outtask_id)
    return cast(Sequence[Milestone], rows.order_by("agreement_id", "agreement_version", "order"))


def milestone_for(actor: Actor, outtask_id: UUID, order: int) -> Milestone:
    """The milestone of this number in the latest version; NotFound when the actor sees none."""
    rows = Milestone.objects.visible_to(actor).filter(outtask_id=outtask_id, order=order)
    latest: Milestone | None = rows.order_by("-agreement_id", "-agreement_version").first()
    if latest is None:
        raise NotFound("milestone")
    return latest


def tries_of(actor: Actor, milestone_id: UUID) -> Sequence[Submission]:
    """What was handed in for a milestone with verdict, files and checks, the latest first: four queries."""
    rows = (
        Submission.objects.visible_to(actor)
        .filter(milestone_id=milestone_id)
        .select_related("verdict__decided_by__person", "recorded_by__person", "handed_in_by")
        .prefetch_related("submitted_files__file__blob", "checks__ticked_by__person")
    )
    return cast(Sequence[Submission], rows.order_by("-number"))


def latest_submission(milestone: Milestone) -> Submission | None:
    """The hand-in that stands; asked inside an action, after the lock."""
    latest: Submission | None = Submission.objects.filter(milestone=milestone).order_by("-number").first()
    return latest


def sums_of(submission: Submission) -> list[str]:
    """The SHA-256 of each file of a hand-in, in order."""
    files = SubmittedFile.objects.filter(submission=submission).order_by("order")
    return list(files.values_list("file__blob_id", flat=True))


def invoiced_on(milestone_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """By milestone, the `invoice` (its number) that it stands on and whether it is `paid`.

    Invoices are kept in a room below this one; they are reached through the milestones they are for.
    """
    rows = Milestone.objects.filter(pk__in=milestone_ids, invoice_lines__live=True)
    found = rows.values_list("pk", "invoice_lines__invoice__number", "invoice_lines__invoice__state")
    return {pk: {"invoice": number, "paid": state == "paid"} for pk, number, state in found}


def check_states(submission: Submission) -> list[str]:
    return list(Check.objects.filter(submission=submission).order_by("order").values_list("state", flat=True))


def commitment_of(milestone: Milestone) -> Commitment:
    """The money that is promised for a milestone; there is one while its agreement is in force."""
    return promised_under(milestone.agreement_id)


def promised_under(agreement_id: UUID) -> Commitment:
    """The money that is promised under an agreement that was in force."""
    promised: Commitment = Commitment.objects.select_related("budget").get(
        agreement_id=agreement_id, request__state=RequestState.COMMITTED
    )
    return promised


def persons_who_delivered(milestone: Milestone) -> frozenset[UUID]:
    """Who stands on the provider's side of a milestone: who recorded its hand-ins, who owns the program."""
    recorded = Submission.objects.filter(milestone=milestone, recorded_by__isnull=False)
    persons = set(recorded.values_list("recorded_by__person_id", flat=True))
    provider = milestone.agreement.provider
    owner = provider.owned_by if provider else None
    return frozenset(persons | {owner.person_id}) if owner else frozenset(persons)


def later_duties(outtask_id: UUID) -> dict[Duty, set[UUID]]:
    """Which persons accepted work of an out-task and which handled its invoices.

    Invoices are kept in a room below this one; they are reached through the commitment they draw on.
    """
    paid = {person for pair in _handled(outtask_id) for person in pair if person is not None}
    return {Duty.ACCEPT: set(_accepted(outtask_id)), Duty.PAY: paid}


@prepared()
def _accepted(outtask_id: UUID) -> QuerySet[Verdict, UUID]:
    rows = Verdict.objects.filter(submission__milestone__outtask_id=outtask_id, kind=VerdictKind.ACCEPTED)
    return rows.values_list("decided_by__person_id", flat=True)


@prepared()
def _handled(outtask_id: UUID) -> QuerySet[Commitment, tuple[UUID | None, UUID | None]]:
    # One filter, so that state and people are those of the same invoice.
    rows = Commitment.objects.filter(outtask_id=outtask_id, invoices__state__in=["approved", "paid"])
    return rows.values_list("invoices__approved_by__person_id", "invoices__payment__recorded_by__person_id")


def duties_on(outtask_id: UUID, organisation_id: UUID, milestone: Milestone | None = None) -> Duties:
    """Every duty held on an out-task; with a milestone also who delivered it."""
    held = duties_with(outtask_id, organisation_id, later_duties(outtask_id))
    return replace(held, delivered=persons_who_delivered(milestone)) if milestone else held
