"""Acts that move money and work: asking, deciding, delivering, verifying, invoicing, paying, taking back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from outtask.agree.states import AgreementState
from outtask.deliver.actions import (
    accept_milestone,
    hand_in,
    record_check_results,
    request_changes,
    tick_check,
)
from outtask.deliver.states import CheckState, MilestoneState
from outtask.files.checks.criteria import CheckKind
from outtask.files.checks.result import CheckResult, Sentence
from outtask.files.checks.result import Outcome as Found
from outtask.kernel.actor import Actor, clock
from outtask.kernel.money import Money
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.spending import approve_request, ask_to_spend
from outtask.models import (
    Agreement,
    Budget,
    Check,
    Delegation,
    Handover,
    Invoice,
    InvoiceLine,
    Member,
    Milestone,
    OutTask,
    PurchaseRequest,
    Submission,
)
from outtask.pay.actions import approve_invoice, record_payment, return_invoice, send_invoice
from outtask.pay.states import InvoiceState
from outtask.people.states import Purpose
from outtask.spend.actions import (
    answer_request,
    ask_about_request,
    authorise,
    note_rate,
    open_budget,
    reject_request,
    withdraw_request,
)
from outtask.spend.states import LIVE, UNDECIDED, RequestState
from outtask.takeback.actions import (
    ask_for_pack_again,
    hand_on,
    record_pack,
    record_pack_failed,
    take_back,
)
from outtask.takeback.states import HandoverState, Successor
from tests.harness.invariants.house import Row
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.stage import Stage, actor_of

PAYERS = ("owner", "admin", "finance")


@act(open_budget)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    name = f"Pot {stage.chance.randint(1, 20)}"
    amount = Money(stage.chance.choice([0, 30_000, 500_000]), stage.chance.choice(["GBP", "GBP", "EUR"]))
    return stage.member(stage.tenant(), *PAYERS), {"name": name, "authorised": amount}


@act(authorise)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    budget = stage.some(Budget)
    amount = Money(stage.chance.choice([50_000, 400_000, -10_000, -2_000_000]), budget.currency)
    return stage.member(budget.organisation_id, *PAYERS), {"budget_id": budget.pk, "amount": amount}


@act(note_rate)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    per_unit = Decimal(stage.chance.randint(70, 99)) / 100
    day = stage.today - timedelta(days=stage.chance.randint(0, 9))
    given: Inputs = {"currency": "EUR", "per_unit": per_unit, "day": day}
    return stage.member(stage.tenant(), *PAYERS), given


@act(ask_to_spend, often=10, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    asked = {row.agreement_id for row in stage.house.all(PurchaseRequest) if row.state in LIVE}
    agreement = stage.some(Agreement, lambda row: row.state == AgreementState.SIGNED and row.pk not in asked)
    budget = stage.some(Budget, lambda row: row.organisation_id == agreement.organisation_id)
    return stage.member(agreement.organisation_id, "manager", "requester", "programme_manager", "owner"), {
        "agreement_id": agreement.pk,
        "budget_id": budget.pk,
        "reason": stage.words(),
        "category": stage.chance.choice(["", "72", "72413000", "79"]),
    }


def _decider(stage: Stage, request: Row) -> Actor:
    """Whom the request was put before mostly, or who stands in for them, else somebody who could be."""
    lent = [
        row.taker_id
        for row in stage.house.of(Delegation, giver_id=request.decider_id)
        if row.ended_at is None and row.starts_on <= stage.today <= row.ends_on
    ]
    member = stage.house.get(Member, lent[0] if lent else request.decider_id)
    if member is not None and stage.chance.random() < 0.8:
        return actor_of(member)
    return stage.member(request.organisation_id, "owner", "manager", "finance", "programme_manager")


def _undecided(stage: Stage) -> tuple[Row, Actor, Inputs]:
    request = stage.some(PurchaseRequest, lambda row: row.state in UNDECIDED)
    by_link = stage.chance.random() < 0.3
    given = {"request_id": request.pk, "version": request.version, "by_link": by_link}
    return request, _decider(stage, request), given


@act(approve_request, often=10, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    _, decider, given = _undecided(stage)
    # Sometimes without the second factor that a large amount may need.
    return decider, given | {"note": stage.words(), "proven": stage.chance.random() < 0.8}


@act(reject_request)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    _, decider, given = _undecided(stage)
    # Sometimes without the second factor that a large amount may need.
    return decider, given | {"note": stage.words(), "proven": stage.chance.random() < 0.8}


@act(ask_about_request)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    _, decider, given = _undecided(stage)
    return decider, given | {"question": stage.words()}


def _asker(stage: Stage, request: Row) -> Actor:
    member = stage.house.get(Member, request.requested_by_id)
    assert member is not None, "held by a foreign key"
    return actor_of(member)


@act(answer_request, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    request = stage.some(PurchaseRequest, lambda row: row.state == RequestState.ASKED)
    return _asker(stage, request), {"request_id": request.pk, "answer": stage.words()}


@act(withdraw_request)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    request = stage.some(PurchaseRequest, lambda row: row.state in UNDECIDED)
    return _asker(stage, request), {"request_id": request.pk}


@act(edit_request)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    request = stage.some(PurchaseRequest, lambda row: row.state in UNDECIDED)
    budget = stage.some(Budget, lambda row: row.organisation_id == request.organisation_id)
    return _asker(stage, request), {
        "request_id": request.pk,
        "version": request.version,
        "budget_id": budget.pk,
        "reason": stage.words(),
    }


# ---- delivering and verifying ----


@act(hand_in, often=8, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    waits = {MilestoneState.OPEN, MilestoneState.CHANGES_REQUESTED}
    milestone = stage.some(Milestone, lambda row: row.state in waits)
    files = stage.chance.sample(stage.files, stage.chance.randint(0, 2))
    links = stage.chance.choice([[], ["https://example.org/pictures"]])
    given = {"milestone_id": milestone.pk, "files": files, "links": links, "note": stage.words()}
    if stage.chance.random() < 0.2:  # a member records what came by another way
        return stage.lead(milestone.organisation_id), given
    guest = stage.guest(
        lambda row: row.subject_id == milestone.agreement_id and row.purpose == Purpose.DELIVER
    )
    return guest, given


@act(record_check_results, often=10, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    check = stage.some(Check, lambda row: row.state == CheckState.WAITING and row.kind != CheckKind.BY_HAND)
    found = stage.chance.choice([Found.PASSED, Found.PASSED, Found.FAILED, Found.UNABLE])
    results = {
        row.pk: CheckResult(found, Sentence("one"), Sentence("one"))
        for row in stage.house.of(Check, submission_id=check.submission_id)
    }
    return clock(check.organisation_id), {"submission_id": check.submission_id, "results": results}


@act(tick_check, often=6, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    waiting = {row.pk for row in stage.house.all(Check) if row.state == CheckState.WAITING}
    check = stage.some(Check, lambda row: not waiting or row.pk in waiting)
    given = {"check_id": check.pk, "passed": stage.chance.random() < 0.8, "detail": stage.words()}
    return stage.lead(check.organisation_id), given


def _looked_at(stage: Stage) -> tuple[Row, Inputs]:
    milestone = stage.some(Milestone, lambda row: row.state == MilestoneState.HANDED_IN)
    number = max(row.number for row in stage.house.of(Submission, milestone_id=milestone.pk))
    return milestone, {
        "milestone_id": milestone.pk,
        "submission_number": number,
        "reasons": stage.words(),
    }


@act(accept_milestone, often=12, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    milestone, given = _looked_at(stage)
    return stage.member(milestone.organisation_id, "admin", "broker", "requester", "programme_manager"), given


@act(request_changes)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    milestone, given = _looked_at(stage)
    return stage.lead(milestone.organisation_id), given | {"new_due_on": stage.day()}


# ---- paying ----


@act(send_invoice, often=8, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    invoiced = {row.milestone_id for row in stage.house.all(InvoiceLine) if row.live}
    suits = stage.some(Milestone, lambda row: row.state == MilestoneState.ACCEPTED and row.pk not in invoiced)
    beside = [
        row.pk
        for row in stage.house.of(Milestone, agreement_id=suits.agreement_id, state=MilestoneState.ACCEPTED)
        if row.pk not in invoiced and stage.chance.random() < 0.7
    ]
    given = {
        "outtask_id": suits.outtask_id,
        "number": f"INV-{stage.chance.randint(1, 60)}",
        "milestone_ids": list({suits.pk: None} | dict.fromkeys(beside)),
        "dated_on": stage.today,
        "file": stage.chance.choice([None, stage.files[0]]),
    }
    if stage.chance.random() < 0.4:
        return stage.member(suits.organisation_id, "finance", "owner"), given
    guest = stage.guest(lambda row: row.outtask_id == suits.outtask_id and row.purpose == Purpose.DELIVER)
    return guest, given


@act(approve_invoice, often=12, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    invoice = stage.some(Invoice, lambda row: row.state == InvoiceState.RECEIVED)
    return stage.member(invoice.organisation_id, "finance"), {"invoice_id": invoice.pk}


@act(return_invoice)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    waits = {InvoiceState.RECEIVED, InvoiceState.APPROVED}
    invoice = stage.some(Invoice, lambda row: row.state in waits)
    return stage.member(invoice.organisation_id, "finance"), {
        "invoice_id": invoice.pk,
        "reason": stage.words(),
    }


@act(record_payment, often=14, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    invoice = stage.some(Invoice, lambda row: row.state == InvoiceState.APPROVED)
    given = {"invoice_id": invoice.pk, "paid_on": stage.today, "bank_reference": "BACS 1"}
    return stage.member(invoice.organisation_id, "finance"), given


# ---- taking back ----


@act(take_back)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    standing = {row.outtask_id for row in stage.house.all(Handover) if row.handed_on_at is None}
    outtask = stage.some(OutTask, lambda row: row.pk not in standing)
    return stage.lead(outtask.organisation_id), {
        "outtask_id": outtask.pk,
        "successor": stage.chance.choice(list(Successor)),
        "reason": stage.chance.choice(["", stage.words()]),
    }


@act(record_pack, often=6, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    handover = stage.some(Handover, lambda row: row.state == HandoverState.STARTED)
    pack = stage.files[2]
    given = {"handover_id": handover.pk, "pack": pack, "onward": pack, "files": 3}
    return clock(handover.organisation_id), given


@act(record_pack_failed)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    handover = stage.some(Handover, lambda row: row.state == HandoverState.STARTED)
    return clock(handover.organisation_id), {"handover_id": handover.pk, "reason": stage.words()}


@act(ask_for_pack_again, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    handover = stage.some(Handover, lambda row: row.state == HandoverState.FAILED)
    return stage.lead(handover.organisation_id), {"handover_id": handover.pk}


@act(hand_on, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    handover = stage.some(
        Handover, lambda row: row.state == HandoverState.PACKED and row.handed_on_at is None
    )
    return stage.lead(handover.organisation_id), {"handover_id": handover.pk, "by_when": stage.day(20, 60)}
