"""Who did what: one decision a request, never by who asked; of request, approve, accept, pay one a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from outtask.deliver.states import MilestoneState, VerdictKind
from outtask.models import (
    Approval,
    Delegation,
    Invoice,
    Member,
    Milestone,
    PurchaseRequest,
    Return,
    Submission,
    Verdict,
)
from outtask.pay.states import InvoiceState
from outtask.spend.states import LIVE, Decision
from tests.harness.invariants.house import House, Row, Told, grouped

FINAL = {Decision.APPROVE, Decision.REJECT, Decision.WITHIN_LIMIT}


class Act(NamedTuple):
    """A duty somebody holds on an out-task by an act that still counts. marked: by the declared exception."""

    seq: int
    duty: str
    person: UUID
    outtask: UUID
    marked: bool


def one_decision_a_request_and_never_by_who_asked(house: House) -> Iterator[str]:
    """Each version has one decision at most; nobody decides on their own, but by the marked exception."""
    decided = [row for row in house.all(Approval) if row.decision in FINAL]
    twice = Counter((row.request_id, row.version) for row in decided)
    yield from (
        f"request {pk}, version {version}: {n} decisions" for (pk, version), n in twice.items() if n > 1
    )
    marks = _marks(house)
    for row in decided:
        request = house.get(PurchaseRequest, row.request_id)
        assert request is not None, "held by a foreign key"
        lent = house.get(Delegation, row.delegation_id)
        deciders = {row.decided_by_id, lent.giver_id} if lent is not None else {row.decided_by_id}
        own = _person(house, request.requested_by_id) in {_person(house, pk) for pk in deciders}
        if own == (row.decision == Decision.WITHIN_LIMIT):
            continue
        if not own or (request.organisation_id, request.reference, "approve") not in marks:
            who = f"by {row.decided_by_id}, asked by {request.requested_by_id}"
            yield f"{request} was decided ({row.decision}) {who}"


def one_duty_a_person(house: House) -> Iterator[str]:
    """Of request, approve, accept, pay one person holds one at most on an out-task; each more is marked."""
    for (outtask, person), acts in grouped(_acts(house), lambda act: (act.outtask, act.person)).items():
        held: set[str] = set()
        for act in sorted(acts):
            if held - {act.duty} and not act.marked:
                yield f"person {person} holds {sorted(held)} on out-task {outtask}, then {act.duty}, unmarked"
            held.add(act.duty)


def _acts(house: House) -> Iterator[Act]:
    yield from _spending(house)
    for told in house.entries("milestone.accepted"):
        submission = house.get(Submission, UUID(told.says["submission"]))
        if told.is_own and submission is not None:
            yield _act(house, told, "accept", told.says["exception"])
    for told in house.entries("invoice.approved", "invoice.paid"):
        invoice = house.get(Invoice, told.subject_id)
        if told.is_own and invoice is not None and _counts(told, invoice):
            yield _act(house, told, "pay", told.says["exception"])


def _counts(told: Told, invoice: Row) -> bool:
    """Whether it is a duty still: not when the invoice went back, nor when the approval was voided."""
    last = told.kind == "invoice.paid" or (told.actor_id, told.at) == (
        invoice.approved_by_id,
        invoice.approved_at,
    )
    return last and invoice.state in {InvoiceState.APPROVED, InvoiceState.PAID}


def _spending(house: House) -> Iterator[Act]:
    marks = _marks(house)
    live = {(row.organisation_id, row.reference) for row in house.all(PurchaseRequest) if row.state in LIVE}
    counted = {
        (row.request_id, row.version)
        for row in house.all(Approval)
        if row.decision == Decision.APPROVE and row.voided_at is None
    }
    # What was approved in somebody's place is their duty as well.
    lent = {
        row.request_id: delegation.giver_id
        for row in house.all(Approval)
        if (row.request_id, row.version) in counted
        and row.decision == Decision.APPROVE
        and (delegation := house.get(Delegation, row.delegation_id)) is not None
    }
    for told in house.entries("request.referred", "request.committed_within_limit", "request.approved"):
        which = (told.organisation_id, told.says["request"])
        duty = "approve" if told.kind == "request.approved" else "request"
        counts = (told.subject_id, told.says["version"]) in counted if duty == "approve" else which in live
        if counts:
            mine = _act(house, told, duty, (*which, duty) in marks)
            yield mine
            giver = lent.get(told.subject_id) if duty == "approve" else None
            if giver is not None:
                yield mine._replace(person=_person(house, giver))


def _act(house: House, told: Told, duty: str, marked: Any) -> Act:
    return Act(told.seq, duty, _person(house, told.actor_id), told.outtask_id, bool(marked))


def _marks(house: House) -> set[tuple[UUID, str, str]]:
    """Uses of the declared exception that stand beside another entry."""
    return {
        (told.organisation_id, told.says["request"], told.says["duty"])
        for told in house.entries("exception.used")
    }


def _person(house: House, member_id: Any) -> Any:
    member = house.get(Member, member_id)
    return member.person_id if member is not None else None


def silence_accepts_nothing(house: House) -> Iterator[str]:
    """Each accepted milestone has a verdict by a member on its last hand-in; none was accepted otherwise."""
    submissions = grouped(house.all(Submission), lambda row: row.milestone_id)
    undone = {row.verdict_id for row in house.all(Return)}
    accepted = {
        row.submission_id
        for row in house.all(Verdict)
        if row.kind == VerdictKind.ACCEPTED and row.pk not in undone
    }
    for milestone in house.all(Milestone):
        tries = sorted(submissions[milestone.pk], key=lambda row: row.number)
        said = [one.pk in accepted for one in tries]
        wanted = [False] * len(tries)
        if milestone.state == MilestoneState.ACCEPTED:
            wanted[-1:] = [True]
        if said != wanted:
            yield f"{milestone} is {milestone.state}; its hand-ins were accepted: {said}"
        if [one.number for one in tries] != list(range(1, len(tries) + 1)):
            yield f"{milestone} has hand-ins {[one.number for one in tries]}"


def who_delivered_never_verified(house: House) -> Iterator[str]:
    """Nobody judges what they recorded. Owners of programs may change: the machine looks at once."""
    recorded = grouped(
        (row for row in house.all(Submission) if row.recorded_by_id is not None), lambda row: row.milestone_id
    )
    for verdict in house.all(Verdict):
        submission = house.get(Submission, verdict.submission_id)
        assert submission is not None, "held by a foreign key"
        earlier = [row for row in recorded[submission.milestone_id] if row.number <= submission.number]
        persons = {_person(house, row.recorded_by_id) for row in earlier}
        if _person(house, verdict.decided_by_id) in persons:
            yield f"{verdict} was given by somebody who handed it in"


INVARIANTS = (
    one_decision_a_request_and_never_by_who_asked,
    one_duty_a_person,
    silence_accepts_nothing,
    who_delivered_never_verified,
)
