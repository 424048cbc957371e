"""Journal ⇔ state: the entries told again in their order lead to the states that the tables hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model

from outtask.agree.states import AgreementState, Form
from outtask.deliver.states import MilestoneState
from outtask.followers.models import WebhookEndpoint
from outtask.models import (
    Agreement,
    Award,
    Brief,
    Budget,
    Commitment,
    Handover,
    Invitation,
    Invoice,
    Link,
    Member,
    MemberInvitation,
    Milestone,
    Organisation,
    Process,
    Proposal,
    Provider,
    PurchaseRequest,
    Submission,
    Transfer,
)
from outtask.pay.states import InvoiceState
from outtask.people.states import InvitationState as MemberInvitationState
from outtask.people.states import Relation
from outtask.source.rules import ASKED
from outtask.source.states import BriefState, InvitationState
from outtask.spend.states import LIVE, UNDECIDED, RequestState, TransferState
from outtask.takeback.states import HandoverState
from tests.harness.invariants.house import House, Told

type Course = dict[Any, Any]
"""What each row came to, by its id (or another column) as far as the journal was told again."""


def briefs(house: House, told: Told, course: Course) -> None:
    """By out-task: state and version."""
    state = {
        "brief.written": BriefState.DRAFT,
        "brief.sent": BriefState.SENT,
        "proposal.awarded": BriefState.AWARDED,
        "brief.closed": BriefState.CLOSED,
        "outtask.taken_back": BriefState.CLOSED,
        "outtask.handed_on": BriefState.DRAFT,
        "outtask.imported": BriefState.DRAFT,
    }.get(told.kind)
    before = course.get(told.outtask_id, (state, 1))
    if told.kind in {"brief.edited", "outtask.handed_on"}:
        course[told.outtask_id] = (state or before[0], before[1] + 1)
    elif state is not None:
        course[told.outtask_id] = (state, before[1])


def invitations(house: House, told: Told, course: Course) -> None:
    states = {
        "invitation.sent": InvitationState.SENT,
        "proposal.offered": InvitationState.ANSWERED,
        "proposal.changed": InvitationState.ANSWERED,
        "proposal.withdrawn": InvitationState.SENT,
        "invitation.declined": InvitationState.DECLINED,
        "invitation.lapsed": InvitationState.LAPSED,
        "invitation.ended": InvitationState.WITHDRAWN,
    }
    if told.kind == "award.ended":
        award = house.get(Award, told.subject_id)
        proposal = house.get(Proposal, award.proposal_id if award else None)
        pk = proposal.invitation_id if proposal else None
        if course.get(pk) in ASKED:
            course[pk] = InvitationState.WITHDRAWN
    elif told.kind in states:
        proposal = house.get(Proposal, told.subject_id) if told.kind == "proposal.withdrawn" else None
        course[proposal.invitation_id if proposal else told.subject_id] = states[told.kind]


def agreements(house: House, told: Told, course: Course) -> None:
    """An acceptance of work without a price may be the last thing that was waited for: then either may be."""
    match told.kind:
        case "agreement.drafted":
            drafted = house.of(Agreement, outtask_id=told.outtask_id, made_at=told.at)
            course |= {row.pk: AgreementState.DRAFT for row in drafted}
        case "agreement.revised" | "agreement.revised_after_signing" | "agreement.objected":
            course[told.subject_id] = AgreementState.DRAFT
        case "agreement.signed_by_client":
            course[told.subject_id] = AgreementState.OFFERED
        case "agreement.signed_by_provider":
            course[told.subject_id] = AgreementState.SIGNED
        case "order.placed":
            course.setdefault(told.subject_id, AgreementState.SIGNED)
        case "request.committed_within_limit":
            course[_asked_by(house, told)] = AgreementState.IN_FORCE
        case "order.asked_anew":
            course[_asked_by(house, told)] = AgreementState.SIGNED
        case "request.rejected" | "request.withdrawn" | "request.expired":
            agreement = house.get(Agreement, _agreement_of(house, told.subject_id))
            if agreement is not None and agreement.form == Form.ORDER:
                course[agreement.pk] = AgreementState.ENDED
        case "order.closed" | "order.returned":
            part = house.get(Milestone, told.subject_id)
            agreement = house.get(Agreement, part.agreement_id if part else told.subject_id)
            if agreement is not None and agreement.ended_at == told.at:
                course[agreement.pk] = AgreementState.ENDED
        case "request.approved":
            course[_agreement_of(house, told.subject_id)] = AgreementState.IN_FORCE
        case "invoice.paid" if told.says["completes"]:
            invoice = house.get(Invoice, told.subject_id)
            course[_of_commitment(house, invoice.commitment_id if invoice else None)] = AgreementState.ENDED
        case "milestone.accepted" if not told.says["amount"]["minor"]:
            milestone = house.get(Milestone, told.subject_id)
            pk = milestone.agreement_id if milestone else None
            if course.get(pk) == AgreementState.IN_FORCE:
                kept = house.get(Agreement, pk)
                ended = kept is not None and kept.ended_at == told.at
                course[pk] = AgreementState.ENDED if ended else AgreementState.IN_FORCE
        case "outtask.taken_back":
            mine = {row.pk for row in house.of(Agreement, outtask_id=told.outtask_id)}
            course |= dict.fromkeys(mine & course.keys(), AgreementState.ENDED)


def _asked_by(house: House, told: Told) -> Any:
    """The agreement whose money was asked for by the request that an entry names."""
    which = {"organisation_id": told.organisation_id, "reference": told.says["request"]}
    return next((row.agreement_id for row in house.of(PurchaseRequest, **which)), None)


def _agreement_of(house: House, request_id: Any) -> Any:
    request = house.get(PurchaseRequest, request_id)
    return request.agreement_id if request else None


def _of_commitment(house: House, pk: Any) -> Any:
    commitment = house.get(Commitment, pk)
    return commitment.agreement_id if commitment else None


CHANGED = {"request.edited", "request.approval_voided"}
"""Kinds that give a request a new version."""


def requests(house: House, told: Told, course: Course) -> None:
    """By organisation and reference: state and version."""
    match told.kind:
        case "request.referred":
            course[told.organisation_id, told.says["request"]] = (RequestState.REFERRED, 1)
        case "request.committed_within_limit":
            course[told.organisation_id, told.says["request"]] = (RequestState.COMMITTED, 1)
        case "agreement.revised_after_signing" | "outtask.taken_back":
            by_agreement = told.kind == "agreement.revised_after_signing"
            which = {"agreement_id": told.subject_id} if by_agreement else {"outtask_id": told.outtask_id}
            for row in house.of(PurchaseRequest, **which):
                state, version = course.get((row.organisation_id, row.reference), (None, 0))
                if state in (LIVE if by_agreement else UNDECIDED):
                    course[row.organisation_id, row.reference] = (RequestState.VOID, version)
        case "order.asked_anew":
            key = told.organisation_id, told.says["request"]
            course[key] = (RequestState.VOID, course.get(key, (None, 0))[1])
        case kind if kind.startswith("request."):
            states = {
                "request.referred_on": RequestState.REFERRED,
                "request.approved_first": RequestState.REFERRED,
                "request.approved": RequestState.COMMITTED,
                "request.rejected": RequestState.REJECTED,
                "request.asked": RequestState.ASKED,
                "request.answered": RequestState.REFERRED,
                "request.withdrawn": RequestState.WITHDRAWN,
                "request.edited": RequestState.REFERRED,
                "request.reminded": RequestState.REFERRED,
                "request.handed_over": RequestState.REFERRED,
                "request.escalated": RequestState.REFERRED,
                "request.expired": RequestState.VOID,
                "request.approval_voided": RequestState.REFERRED,
            }
            key = told.organisation_id, told.says["request"]
            _, version = course.get(key, (None, 0))
            course[key] = (states[kind], version + (kind in CHANGED))


def milestones(house: House, told: Told, course: Course) -> None:
    if told.kind == "milestones.opened":
        which = {"agreement_id": UUID(told.says["agreement"]), "agreement_version": told.says["version"]}
        course |= {row.pk: MilestoneState.OPEN for row in house.of(Milestone, **which)}
    states = {
        "milestone.handed_in": MilestoneState.HANDED_IN,
        "milestone.accepted": MilestoneState.ACCEPTED,
        "milestone.changes_requested": MilestoneState.CHANGES_REQUESTED,
        "milestone.cancelled": MilestoneState.CANCELLED,
    }
    if told.kind in states:
        course[told.subject_id] = states[told.kind]
    if told.kind == "order.returned":
        wanted = told.says["wanted"]
        # Of a receipt that goes back in part, the piece that goes has a submission of its own.
        goes = house.get(Submission, UUID(told.says["submission"]))
        course[goes.milestone_id if goes else told.subject_id] = (
            MilestoneState.CHANGES_REQUESTED if wanted else MilestoneState.CANCELLED
        )


def invoices(house: House, told: Told, course: Course) -> None:
    if told.kind == "invoice.received":
        course[UUID(told.says["invoice"])] = InvoiceState.RECEIVED
    states = {
        "invoice.approved": InvoiceState.APPROVED,
        "invoice.approval_voided": InvoiceState.RECEIVED,
        "invoice.returned": InvoiceState.RETURNED,
        "invoice.paid": InvoiceState.PAID,
    }
    if told.kind in states:
        course[told.subject_id] = states[told.kind]


def handovers(house: House, told: Told, course: Course) -> None:
    states = {
        "outtask.taken_back": HandoverState.STARTED,
        "handover.packed": HandoverState.PACKED,
        "handover.pack_failed": HandoverState.FAILED,
        "handover.pack_asked_again": HandoverState.STARTED,
    }
    if told.kind in states:
        course[UUID(told.says["handover"])] = states[told.kind]


def member_invitations(house: House, told: Told, course: Course) -> None:
    if told.kind == "member.invited":
        course[UUID(told.says["invitation"])] = MemberInvitationState.SENT
    elif told.kind == "invitation.withdrawn":
        course[told.subject_id] = MemberInvitationState.WITHDRAWN
    elif told.kind == "member.joined":
        course[told.subject_id] = MemberInvitationState.ACCEPTED


def members(house: House, told: Told, course: Course) -> None:
    """Role, and whether they are here. Whoever founded an organisation is its first owner."""
    match told.kind:
        case "organisation.founded":
            course[told.actor_id] = ("owner", True)
        case "member.joined":
            course[UUID(told.says["member"])] = (told.says["role"], True)
        case "member.changed":
            course[told.subject_id] = (told.says["role"], True)
        case "member.left":
            course[told.subject_id] = (told.says["role"], False)


def providers(house: House, told: Told, course: Course) -> None:
    """How they are known."""
    match told.kind:
        case "provider.added":
            course[UUID(told.says["provider"])] = Relation.NEW
        case "provider.changed" | "provider.known":
            course[told.subject_id] = told.says["relation"]
        case "provider.blocked":
            course[told.subject_id] = Relation.BLOCKED
        case "provider.unblocked":
            course[told.subject_id] = Relation.OCCASIONAL


def webhooks(house: House, told: Told, course: Course) -> None:
    """Which secret, and since when it sends."""
    if told.kind == "webhook.added":
        course[UUID(told.says["webhook"])] = (1, told.at)
    pk = UUID(told.says["webhook"]) if told.kind.startswith("webhook.") else None
    generation, since = course.get(pk, (0, None))
    match told.kind:
        case "webhook.paused":
            course[pk] = (generation, None)
        case "webhook.resumed":
            course[pk] = (generation, told.at)
        case "webhook.secret_replaced":
            course[pk] = (generation + 1, since)


def transfers(house: House, told: Told, course: Course) -> None:
    if told.kind == "transfer.asked":
        course[UUID(told.says["transfer"])] = TransferState.ASKED
    states = {
        "transfer.done": TransferState.DONE,
        "transfer.refused": TransferState.REFUSED,
        "transfer.withdrawn": TransferState.WITHDRAWN,
    }
    if told.kind in states:
        course[told.subject_id] = states[told.kind]


def _same_state(row: Any) -> Any:
    return row.state


REPLAYS: tuple[tuple[type[Model], Callable[[House, Told, Course], None], Any, Any], ...] = (
    # model, how the journal leads it on, what its course is kept by, what the course says of it
    (Brief, briefs, lambda row: row.outtask_id, lambda row: (row.state, row.version)),
    (Invitation, invitations, lambda row: row.pk, _same_state),
    (Agreement, agreements, lambda row: row.pk, _same_state),
    (
        PurchaseRequest,
        requests,
        lambda row: (row.organisation_id, row.reference),
        lambda row: (row.state, row.version),
    ),
    (Milestone, milestones, lambda row: row.pk, _same_state),
    (Invoice, invoices, lambda row: row.pk, _same_state),
    (Handover, handovers, lambda row: row.pk, _same_state),
    (Transfer, transfers, lambda row: row.pk, _same_state),
    (MemberInvitation, member_invitations, lambda row: row.pk, _same_state),
    (Member, members, lambda row: row.pk, lambda row: (row.role, row.left_at is None)),
    (Provider, providers, lambda row: row.pk, lambda row: row.relation),
    (WebhookEndpoint, webhooks, lambda row: row.pk, lambda row: (row.generation, row.sends_since)),
)


def the_journal_told_again_leads_to_the_same_states(house: House) -> Iterator[str]:
    """Fold the entries from the first on; each row must stand where they lead."""
    entries = [told for told in house.entries() if told.is_own]
    for model, lead, key, said in REPLAYS:
        course: Course = {}
        for told in entries:
            lead(house, told, course)
        for row in house.all(model):
            if said(row) != course.get(key(row)) and not _came_otherwise(row):
                yield f"{row} is {said(row)}; the journal leads to {course.get(key(row))}"


def _came_otherwise(row: Any) -> bool:
    """Providers of published contracts come with the import of those."""
    return row.model is Provider and row.identifier != ""


def budgets_are_as_they_were_changed_last(house: House) -> Iterator[str]:
    """What becomes of free money, and the last day, by the last change; closed by the pot that follows."""
    changed = {told.subject_id: told.says for told in house.entries("budget.changed")}
    closed = {told.subject_id for told in house.entries("budget.followed")}
    for row in house.all(Budget):
        said = changed.get(row.pk)
        last = row.ends_on.isoformat() if row.ends_on else None
        if said is not None and (row.rollover, last) != (said["rollover"], said["ends_on"]):
            yield f"{row} is kept by {row.rollover}, {last}; it was changed otherwise"
        if (row.pk in closed) != (row.closed_at is not None):
            yield f"{row} is closed: {row.closed_at}; followed by another: {row.pk in closed}"


def closed_links_are_closed(house: House) -> Iterator[str]:
    """A link that somebody closed is closed."""
    for told in house.entries("link.closed"):
        link = house.get(Link, told.subject_id)
        if link is None or link.revoked_at is None:
            yield f"{told} closed {link}, which is open"


def organisations_are_as_they_were_changed_last(house: House) -> Iterator[str]:
    zones = {told.organisation_id: told.says["zone"] for told in house.entries("organisation.changed")}
    joined = {
        told.organisation_id: told.kind == "comparison.joined"
        for told in house.entries("comparison.joined", "comparison.left")
    }
    factor = {
        told.organisation_id: told.says.get("amount", {}).get("minor")
        for told in house.entries("second_factor.asked", "second_factor.dropped")
    }
    for row in house.all(Organisation):
        if row.second_factor_from_minor != factor.get(row.pk):
            yield f"{row.name}: second factor from {row.second_factor_from_minor}; it said otherwise"
        if (row.zone, row.compares) != (zones.get(row.pk, row.zone), joined.get(row.pk, False)):
            yield f"{row.name} is in {row.zone}, compares: {row.compares}; it was changed otherwise"


def processes_were_added_or_imported(house: House) -> Iterator[str]:
    """An entry of an import tells how many it brought, not which."""
    told: Counter[Any] = Counter()
    for entry in house.entries("process.added", "processes.imported"):
        told[entry.organisation_id] += entry.says["created"] if entry.kind == "processes.imported" else 1
    there = Counter(row.organisation_id for row in house.all(Process))
    if told != there:
        yield f"processes came {dict(told)}, there are {dict(there)}"


INVARIANTS = (
    the_journal_told_again_leads_to_the_same_states,
    budgets_are_as_they_were_changed_last,
    closed_links_are_closed,
    organisations_are_as_they_were_changed_last,
    processes_were_added_or_imported,
)
