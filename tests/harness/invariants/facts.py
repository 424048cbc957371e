"""Journal ⇔ state: which row each kind of entry stands for. A kind that is not in here fails a test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from outtask.agree.states import Form, Party
from outtask.deliver.states import CheckState, MilestoneState, VerdictKind
from outtask.files.checks.criteria import CheckKind
from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.states import DeliveryState
from outtask.followers.webhooks.actions import CLOSED
from outtask.journal.kinds import all_kinds
from outtask.models import (
    Agreement,
    AgreementVersion,
    Approval,
    Archive,
    Award,
    BankAccount,
    Brief,
    Budget,
    Check,
    Closing,
    Commitment,
    Delegation,
    Drill,
    Entry,
    Handover,
    Hold,
    Import,
    ImportedRecord,
    Invitation,
    Invoice,
    JournalHead,
    Judgement,
    Limit,
    MemberInvitation,
    Message,
    Milestone,
    OutTask,
    Payment,
    Process,
    Proposal,
    Provider,
    PurchaseRequest,
    Rate,
    Repeat,
    Return,
    SeparationException,
    Signature,
    SpendRule,
    Submission,
    Token,
    Transfer,
    Tuning,
    Verdict,
)
from outtask.pay.states import InvoiceState
from outtask.people.states import InvitationState
from outtask.spend.states import Decision, TransferState
from outtask.takeback.states import ArchiveState, DrillState
from tests.harness.invariants.house import House, Row, Told
from tests.harness.invariants.recognising import (
    Fact,
    OfRow,
    column,
    columns,
    known,
    pk,
    says,
    subject,
    via,
    where,
)
from tests.harness.invariants.rowless import REPLAYED, WITHOUT_ROW
from tests.harness.invariants.shop import SHOP


def at(told: Told) -> Any:
    return told.organisation_id, told.at


def _request_version(told: Told) -> Any:
    return told.subject_id, told.says["version"]


def _reference(told: Told) -> Any:
    return told.organisation_id, told.says["request"]


def _approvals(decision: Decision) -> OfRow:
    return where("decision", decision)


def _signed(house: House, row: Row) -> Any:
    version = house.get(AgreementVersion, row.version_id)
    assert version is not None, "held by a foreign key"
    return version.agreement_id, version.number, row.sha256


def _is_statement(house: House, row: Row) -> bool:
    agreement = house.get(Agreement, _signed(house, row)[0])
    return agreement is not None and agreement.form == Form.STATEMENT


def _signature(told: Told) -> Any:
    return told.subject_id, told.says["version"], told.says["sha256"]


def _ended_alone(house: House, row: Row) -> bool:
    """Limits that were taken away, not replaced in the same instant."""
    same = {"member_id": row.member_id, "period": row.period, "category": row.category}
    return row.ended_at is not None and not house.of(Limit, set_at=row.ended_at, **same)


def _overruled(house: House, row: Row) -> bool:
    states = {check.state for check in house.of(Check, submission_id=row.submission_id)}
    return row.kind == VerdictKind.ACCEPTED and bool(states & {CheckState.FAILED, CheckState.UNABLE})


FACTS: tuple[Fact, ...] = (
    *SHOP,
    Fact(("organisation.founded",), JournalHead, subject, column("organisation_id")),
    Fact(("member.invited",), MemberInvitation, says("invitation"), pk),
    Fact(("invitation.withdrawn",), MemberInvitation, subject, pk, where("state", InvitationState.WITHDRAWN)),
    Fact(("member.joined",), MemberInvitation, subject, pk, where("state", InvitationState.ACCEPTED)),
    Fact(("exception.declared",), SeparationException, at, columns("organisation_id", "since")),
    Fact(("exception.ended",), SeparationException, at, columns("organisation_id", "until"), known("until")),
    Fact(("provider.added",), Provider, says("provider"), pk, where("identifier", "")),
    Fact(("token.made",), Token, says("token"), pk),
    Fact(("provider.bank_account_noted",), BankAccount, says("bank_account"), pk),
    # Held again when it was lifted and what was asked for changed once more.
    Fact(("watch.held",), Hold, says("hold"), pk, often=True),
    Fact(("watch.disposed",), Hold, says("hold"), pk, known("disposed_by_id")),
    Fact(("watch.tuned",), Tuning, says("tuning"), pk),
    Fact(("delegation.made",), Delegation, says("delegation"), pk),
    Fact(("delegation.ended",), Delegation, says("delegation"), pk, known("ended_at")),
    Fact(("limit.set",), Limit, says("limit"), pk),
    Fact(("rule.made",), SpendRule, says("rule"), pk),
    Fact(("rule.ended",), SpendRule, says("rule"), pk, known("ended_at")),
    Fact(
        ("request.approved_first",),
        Approval,
        _request_version,
        columns("request_id", "version"),
        _approvals(Decision.FIRST),
    ),
    Fact(("limit.ended",), Limit, says("limit"), pk, _ended_alone),
    Fact(("token.revoked",), Token, says("token"), pk, known("revoked_at")),
    Fact(
        ("process.judged",),
        Judgement,
        lambda told: (told.subject_id, told.says["number"], told.says["verdict"]),
        columns("process_id", "number", "verdict"),
    ),
    Fact(
        ("process.merged",),
        Process,
        subject,
        pk,
        known("merged_into_id"),
    ),
    Fact(
        ("brief.written",),
        Brief,
        lambda told: told.outtask_id,
        column("outtask_id"),
        lambda house, row: via("outtask_id", OutTask, "source_key")(house, row) == "",
    ),
    Fact(("invitation.sent",), Invitation, subject, pk),
    Fact(("proposal.offered", "proposal.changed"), Proposal, says("proposal"), pk),
    Fact(("proposal.awarded",), Award, says("proposal"), column("proposal_id")),
    Fact(("provider.chosen",), Award, subject, pk),
    Fact(
        (
            "agreement.drafted",
            "agreement.revised",
            "agreement.revised_after_signing",
            "order.placed",
            "order.changed",
        ),
        AgreementVersion,
        lambda told: (told.outtask_id, told.says["version"], told.says["sha256"]),
        lambda house, row: (via("agreement_id", Agreement, "outtask_id")(house, row), row.number, row.sha256),
    ),
    # After an objection the same version may be offered again: the client's yes to it still stands.
    Fact(
        ("agreement.signed_by_client", "order.placed", "order.changed"),
        Signature,
        _signature,
        _signed,
        where("party", Party.CLIENT),
        True,
    ),
    Fact(
        ("agreement.signed_by_provider", "order.confirmed"),
        Signature,
        _signature,
        _signed,
        where("party", Party.PROVIDER),
    ),
    Fact(
        ("agreement.signed",),
        Signature,
        lambda told: (told.subject_id, told.at),
        lambda house, row: (_signed(house, row)[0], row.signed_at),
        lambda house, row: row.party == Party.PROVIDER and _is_statement(house, row),
    ),
    Fact(("award.ended",), Award, subject, pk, known("ended_at")),
    Fact(
        ("budget.opened",),
        Budget,
        at,
        columns("organisation_id", "opened_at"),
        lambda house, row: row.parent_id is None and row.follows_id is None,
    ),
    Fact(
        ("budget.part_opened",),
        Budget,
        says("budget"),
        pk,
        lambda house, row: row.parent_id is not None and row.follows_id is None,
    ),
    Fact(("budget.followed",), Budget, says("budget"), pk, known("follows_id")),
    Fact(("transfer.asked",), Transfer, says("transfer"), pk),
    Fact(("transfer.done",), Transfer, subject, pk, where("state", TransferState.DONE)),
    Fact(("transfer.refused",), Transfer, subject, pk, where("state", TransferState.REFUSED)),
    Fact(("transfer.withdrawn",), Transfer, subject, pk, where("state", TransferState.WITHDRAWN)),
    Fact(("books.closed",), Closing, says("closing"), pk),
    Fact(("books.reopened",), Closing, subject, pk, known("reopened_at")),
    Fact(
        ("rate.noted",),
        Rate,
        lambda told: (told.organisation_id, told.says["currency"], told.says["day"]),
        lambda house, row: (row.organisation_id, row.currency, row.day.isoformat()),
    ),
    Fact(
        ("request.referred", "request.committed_within_limit"),
        PurchaseRequest,
        _reference,
        columns("organisation_id", "reference"),
    ),
    Fact(("request.approved", "request.committed_within_limit"), Commitment, says("commitment"), pk),
    Fact(
        ("request.approved",),
        Approval,
        _request_version,
        columns("request_id", "version"),
        _approvals(Decision.APPROVE),
    ),
    Fact(
        ("request.rejected",),
        Approval,
        _request_version,
        columns("request_id", "version"),
        _approvals(Decision.REJECT),
    ),
    Fact(
        ("decision.delegated",),
        Approval,
        lambda told: (told.subject_id, told.at, UUID(told.says["delegation"])),
        columns("request_id", "decided_at", "delegation_id"),
        known("delegation_id"),
    ),
    Fact(
        ("request.committed_within_limit",),
        Approval,
        _reference,
        lambda house, row: (row.organisation_id, via("request_id", PurchaseRequest, "reference")(house, row)),
        _approvals(Decision.WITHIN_LIMIT),
    ),
    Fact(
        ("request.asked",),
        Approval,
        lambda told: (told.subject_id, told.says["version"], told.at),
        columns("request_id", "version", "decided_at"),
        _approvals(Decision.ASK),
    ),
    Fact(
        ("milestones.opened",),
        Milestone,
        lambda told: (UUID(told.says["agreement"]), told.says["version"], told.at),
        columns("agreement_id", "agreement_version", "opened_at"),
        lambda house, row: row.order == 1,
    ),
    Fact(
        ("milestone.handed_in", "order.received", "order.receipt_split"),
        Submission,
        says("submission"),
        pk,
    ),
    Fact(("order.returned",), Return, says("submission"), via("verdict_id", Verdict, "submission_id")),
    Fact(("order.repeats",), Repeat, subject, pk),
    Fact(("order.repeat_ended",), Repeat, subject, pk, known("ended_at")),
    Fact(
        ("checks.ran",),
        Check,
        says("submission"),
        column("submission_id"),
        lambda house, row: row.kind != CheckKind.BY_HAND and row.state != CheckState.WAITING,
        True,
    ),
    Fact(("check.ticked",), Check, subject, pk, known("ticked_by_id"), True),
    Fact(
        ("milestone.accepted", "order.receipt_split"),
        Verdict,
        says("submission"),
        column("submission_id"),
        where("kind", VerdictKind.ACCEPTED),
    ),
    Fact(("checks.overruled",), Verdict, says("submission"), column("submission_id"), _overruled),
    Fact(
        ("milestone.changes_requested",),
        Verdict,
        says("submission"),
        column("submission_id"),
        where("kind", VerdictKind.CHANGES_REQUESTED),
    ),
    Fact(("milestone.cancelled",), Milestone, subject, pk, where("state", MilestoneState.CANCELLED)),
    Fact(("invoice.received",), Invoice, says("invoice"), pk),
    # Once more when the approval before no longer counts.
    Fact(("invoice.approved",), Invoice, subject, pk, known("approved_at"), often=True),
    Fact(("invoice.returned",), Invoice, subject, pk, where("state", InvoiceState.RETURNED)),
    Fact(("invoice.paid",), Payment, subject, column("invoice_id")),
    Fact(("outtask.taken_back",), Handover, says("handover"), pk),
    Fact(("handover.packed",), Handover, says("handover"), pk, known("packed_at")),
    Fact(("outtask.handed_on",), Handover, says("handover"), pk, known("handed_on_at")),
    Fact(("archive.asked",), Archive, says("archive"), pk),
    Fact(("archive.made",), Archive, says("archive"), pk, where("state", ArchiveState.MADE)),
    Fact(("archive.failed",), Archive, says("archive"), pk, where("state", ArchiveState.FAILED)),
    # A drill that nobody asked for beforehand is told when it is over.
    Fact(("drill.passed",), Drill, says("drill"), pk, where("state", DrillState.PASSED)),
    Fact(("drill.failed",), Drill, says("drill"), pk, where("state", DrillState.FAILED)),
    Fact(("drill.asked",), Drill, says("drill"), pk, lambda house, row: row.asked_at != row.settled_at),
    Fact(("webhook.added",), WebhookEndpoint, says("webhook"), pk),
    Fact(("webhook.closed", "webhook.gone"), WebhookEndpoint, says("webhook"), pk, known("closed_at")),
    Fact(
        ("webhook.tested",),
        WebhookDelivery,
        lambda told: told.pk,
        column("entry_id"),
        lambda house, row: via("entry_id", Entry, "kind")(house, row) == "webhook.tested",
        True,
    ),
    # Those that waited when their endpoint was closed went with it, without a word each.
    Fact(
        ("webhook.failing", "webhook.gone"),
        WebhookDelivery,
        subject,
        pk,
        lambda house, row: row.state == DeliveryState.FAILED and row.last_error != CLOSED,
    ),
    Fact(("message.written", "question.asked"), Message, says("message"), pk),
    Fact(
        ("outtasks.imported",), Import, at, columns("organisation_id", "imported_at"), where("source", "ocds")
    ),
    Fact(("outtask.imported",), ImportedRecord, subject, column("outtask_id")),
)


def unexplained() -> list[str]:
    """Kinds that nobody said anything about, and names that are no kind any more."""
    declared = {kind.name for kind in all_kinds()}
    told = {name for fact in FACTS for name in fact.kinds} | REPLAYED | set(WITHOUT_ROW)
    return [
        *(f"{name} stands for no row: say which here" for name in sorted(declared - told)),
        *(f"{name} is no kind" for name in sorted(told - declared)),
    ]


def every_entry_has_its_row_and_every_row_its_entry(house: House) -> Iterator[str]:
    """Dated facts are in the journal, and what the journal tells is there."""
    for fact in FACTS:
        told = Counter(fact.entry(one) for one in house.entries(*fact.kinds) if one.is_own)
        there = Counter(fact.row(house, row) for row in house.all(fact.model) if fact.counts(house, row))
        if fact.often:
            told, there = Counter(set(told)), Counter(set(there))
        if told != there:
            yield f"{'/'.join(fact.kinds)} without a {fact.model.__name__}: {list((told - there).elements())}"
            yield f"{fact.model.__name__} without an entry {fact.kinds}: {list((there - told).elements())}"


INVARIANTS = (every_entry_has_its_row_and_every_row_its_entry,)
