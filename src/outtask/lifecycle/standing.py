"""Where an out-task stands: derived from the facts of the rooms after every action, never set by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from outtask.agree.models import Agreement
from outtask.agree.states import AgreementState
from outtask.deliver.models import Milestone
from outtask.deliver.states import MilestoneState
from outtask.journal.direct import rows_by_key, update
from outtask.journal.prepared import prepared
from outtask.journal.recording import Recording
from outtask.lifecycle.models import ImportedRecord
from outtask.outtasks.models import OutTask
from outtask.outtasks.states import Ending, Holder, Stage
from outtask.pay.models import Invoice
from outtask.pay.states import InvoiceState
from outtask.source.models import Award, Brief, Proposal
from outtask.source.queries import today_of
from outtask.source.states import BriefState, ProposalState
from outtask.spend.models import PurchaseRequest
from outtask.spend.states import RequestState
from outtask.takeback.models import Handover
from outtask.takeback.queries import current_agreement

TO_HAND_IN = frozenset({MilestoneState.OPEN, MilestoneState.CHANGES_REQUESTED})
UNDER_WAY = TO_HAND_IN | {MilestoneState.HANDED_IN}


@dataclass(frozen=True)
class Standing:
    """Stage, who holds it, the code of the next step, by when, and how it ended."""

    stage: Stage
    holder: Holder
    next_step: str
    due_on: date | None = None
    ending: Ending = Ending.OPEN


@dataclass(frozen=True)
class Facts:
    """What the rooms hold about one out-task, as far as its standing depends on it."""

    brief: str = ""
    by_when: date | None = None
    answer_by: date | None = None
    proposals: int = 0
    awarded: bool = False
    agreement: str = ""
    request: str = ""
    decide_by: date | None = None
    milestones: tuple[tuple[str, date], ...] = ()
    uninvoiced: bool = False
    invoices: tuple[str, ...] = ()
    taken_back: bool = False
    successor: str = ""
    imported_stage: str = ""
    imported_ending: str = ""


def stand(facts: Facts) -> Standing:
    """The standing that follows from the facts; the latest stage that waits for somebody wins."""
    if facts.taken_back:
        waits = facts.successor == "another"
        return Standing(
            Stage.TAKE_BACK,
            Holder.CLIENT if waits else Holder.NOBODY,
            "hand_on" if waits else "see_pack",
            ending=Ending.TAKEN_BACK,
        )
    if facts.agreement == AgreementState.ENDED and not facts.milestones:
        # An order that was turned down, withdrawn, or nothing of which came.
        return Standing(Stage.APPROVE, Holder.NOBODY, "", ending=Ending.ABANDONED)
    if facts.agreement in {AgreementState.IN_FORCE, AgreementState.ENDED}:
        return _under_agreement(facts)
    if facts.agreement == AgreementState.SIGNED:
        return _spending(facts)
    if facts.agreement:
        if facts.agreement == AgreementState.OFFERED:
            return Standing(Stage.AGREE, Holder.PROVIDER, "provider_signs", facts.by_when)
        return Standing(Stage.AGREE, Holder.CLIENT, "sign_agreement", facts.by_when)
    if facts.imported_stage and not facts.awarded and facts.brief != BriefState.SENT:
        ending = Ending(facts.imported_ending)
        return Standing(Stage(facts.imported_stage), Holder.NOBODY, "see_published", facts.by_when, ending)
    return _sourcing(facts)


def _sourcing(facts: Facts) -> Standing:
    if facts.brief == BriefState.CLOSED:
        return Standing(Stage.SOURCE, Holder.NOBODY, "", ending=Ending.ABANDONED)
    if facts.awarded:
        return Standing(Stage.AGREE, Holder.CLIENT, "write_agreement", facts.by_when)
    if facts.proposals:
        return Standing(Stage.SOURCE, Holder.CLIENT, "choose_proposal", facts.answer_by)
    if facts.brief == BriefState.SENT:
        return Standing(Stage.SOURCE, Holder.PROVIDER, "wait_for_proposals", facts.answer_by)
    return Standing(Stage.SOURCE, Holder.CLIENT, "send_brief", facts.by_when)


def _spending(facts: Facts) -> Standing:
    if facts.request == RequestState.REFERRED:
        return Standing(Stage.APPROVE, Holder.APPROVER, "decide_request", facts.decide_by or facts.by_when)
    if facts.request == RequestState.ASKED:
        return Standing(Stage.APPROVE, Holder.CLIENT, "answer_request", facts.by_when)
    return Standing(Stage.APPROVE, Holder.CLIENT, "ask_to_spend", facts.by_when)


def _under_agreement(facts: Facts) -> Standing:
    open_now = [due for state, due in facts.milestones if state in TO_HAND_IN]
    handed_in = [due for state, due in facts.milestones if state == MilestoneState.HANDED_IN]
    if handed_in:
        return Standing(Stage.VERIFY, Holder.CLIENT, "check_milestone", min(handed_in))
    if open_now:
        return Standing(Stage.DELIVER, Holder.PROVIDER, "hand_in", min(open_now))
    if InvoiceState.RECEIVED in facts.invoices:
        return Standing(Stage.PAY, Holder.FINANCE, "approve_invoice")
    if InvoiceState.APPROVED in facts.invoices:
        return Standing(Stage.PAY, Holder.FINANCE, "pay_invoice")
    if facts.uninvoiced:
        return Standing(Stage.PAY, Holder.PROVIDER, "send_invoice")
    return Standing(Stage.MEASURE, Holder.NOBODY, "see_service", ending=Ending.DONE)


def facts_of(outtask: OutTask) -> Facts:
    """Read the facts that `stand` comes to; few small queries, each by an index of this out-task."""
    successor = _successor.first(outtask.pk)
    if successor is not None:
        return Facts(taken_back=True, successor=successor)
    # An agreement that ended when the work was taken back says nothing about the round that follows.
    agreement = current_agreement(outtask)
    if agreement is None:
        return _sourced(outtask.pk)
    if agreement.state in {AgreementState.IN_FORCE, AgreementState.ENDED}:
        return _delivered(agreement)
    return _agreed(agreement)


def _sourced(outtask_id: UUID) -> Facts:
    brief, by_when, answer_by = _brief.first(outtask_id) or ("", None, None)
    imported = _imported.first(outtask_id) or {}
    return Facts(
        brief=brief,
        by_when=by_when,
        answer_by=answer_by,
        proposals=len(_offered(outtask_id)),
        awarded=_awarded.first(outtask_id) is not None,
        imported_stage=imported.get("stage", ""),
        imported_ending=imported.get("ending", ""),
    )


def _agreed(agreement: Agreement) -> Facts:
    """What hangs on an agreement before its money is promised."""
    _, by_when, _ = _brief.first(agreement.outtask_id) or ("", None, None)
    request, decide_by = _latest_request.first(agreement.pk) or ("", None)
    return Facts(
        by_when=by_when,
        agreement=agreement.state,
        request=request,
        decide_by=today_of(agreement.organisation_id, decide_by) if decide_by else None,
    )


def _delivered(agreement: Agreement) -> Facts:
    """What hangs on an agreement once its money is promised: the milestones; when nothing is left to do on
    them, the invoices."""
    facts = Facts(agreement=agreement.state, milestones=tuple(_milestones(agreement.pk)))
    if any(state in UNDER_WAY for state, _ in facts.milestones):
        return facts
    uninvoiced = _uninvoiced.first(agreement.pk) is not None
    return replace(facts, uninvoiced=uninvoiced, invoices=tuple(_invoices(agreement.pk)))


# Every action derives where its out-task stands, so these are built once.


@prepared()
def _brief(outtask_id: UUID) -> QuerySet[Brief, tuple[str, date | None, date | None]]:
    rows = Brief.objects.filter(outtask_id=outtask_id).order_by("id")
    return rows.values_list("state", "by_when", "answer_by")[:1]


@prepared()
def _successor(outtask_id: UUID) -> QuerySet[Handover, str]:
    """Who is to have it after the taking back that stands."""
    rows = Handover.objects.filter(outtask_id=outtask_id, handed_on_at__isnull=True)
    return rows.order_by("-id").values_list("successor", flat=True)[:1]


@prepared()
def _imported(outtask_id: UUID) -> QuerySet[ImportedRecord, Any]:
    rows = ImportedRecord.objects.filter(outtask_id=outtask_id).order_by("id")
    return rows.values_list("understood", flat=True)[:1]


@prepared()
def _offered(outtask_id: UUID) -> QuerySet[Proposal, UUID]:
    rows = Proposal.objects.filter(outtask_id=outtask_id, state=ProposalState.OFFERED)
    return rows.values_list("pk", flat=True)


@prepared()
def _awarded(outtask_id: UUID) -> QuerySet[Award, UUID]:
    return Award.objects.filter(outtask_id=outtask_id, ended_at__isnull=True).values_list("pk", flat=True)[:1]


@prepared()
def _latest_request(agreement_id: UUID) -> QuerySet[PurchaseRequest, tuple[str, datetime | None]]:
    rows = PurchaseRequest.objects.filter(agreement_id=agreement_id).order_by("-id")
    return rows.values_list("state", "decide_by")[:1]


@prepared()
def _milestones(agreement_id: UUID) -> QuerySet[Milestone, tuple[str, date]]:
    rows = Milestone.objects.filter(agreement_id=agreement_id).exclude(state=MilestoneState.CANCELLED)
    return rows.values_list("state", "due_on")


@prepared()
def _uninvoiced(agreement_id: UUID) -> QuerySet[Milestone, UUID]:
    """Work that was accepted, is worth something, and stands on no invoice."""
    rows = Milestone.objects.filter(
        agreement_id=agreement_id, state=MilestoneState.ACCEPTED, amount_minor__gt=0
    )
    return rows.exclude(invoice_lines__live=True).values_list("pk", flat=True)[:1]


@prepared()
def _invoices(agreement_id: UUID) -> QuerySet[Invoice, str]:
    return Invoice.objects.filter(commitment__agreement_id=agreement_id).values_list("state", flat=True)


def derive(entry: Recording) -> None:
    """Bring the action's out-task in line with the facts, inside the action that changed them."""
    if entry.outtask_id is not None:
        settle(entry.outtask_id, entry.now)


def settle(outtask_id: UUID, now: datetime) -> None:
    """Write where one out-task stands; importers call it for each of many."""
    (outtask,) = rows_by_key(OutTask, [outtask_id])
    standing = stand(facts_of(outtask))
    if outtask.ending != standing.ending:
        outtask.closed_at = now if standing.ending else None
    outtask.stage, outtask.holder = standing.stage, standing.holder
    outtask.next_step, outtask.due_on = standing.next_step, standing.due_on
    outtask.ending = standing.ending
    update(outtask, "stage", "holder", "next_step", "due_on", "ending", "closed_at")
