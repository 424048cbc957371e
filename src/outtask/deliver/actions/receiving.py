"""What was ordered comes, wholly or in part, goes back, or will not come: by one act of a member each.

Whoever receives gives the verdict with it. They vouch for what they saw arrive, so no check runs, and the
detector of acceptance without evidence has nothing to look at.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.agree.actions import end
from outtask.agree.models import Agreement
from outtask.agree.orders import part_of
from outtask.agree.states import AgreementState
from outtask.deliver import queries, receipt_rules, rules
from outtask.deliver.actions.deciding import complete_if_settled, judge
from outtask.deliver.actions.opening import cancel_milestones
from outtask.deliver.models import Milestone, Return, Submission, Verdict
from outtask.deliver.states import MILESTONE, SETTLED, MilestoneState, VerdictKind
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.people.duties import Duty, used_exception, why_not_duty
from outtask.people.roles import Right, may
from outtask.spend.actions.ledger import owe, release, take_back_owed


@action
def receive_line(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    milestone_id: UUID,
    quantity: int,
    note: str = "",
) -> Outcome:
    """Say that `quantity` pieces of an order's line have come as they should: their price is owed.

    When that is not all of them, the rest stays open as a milestone of its own. Gives `amount_minor` of what
    was received, and `rest` (its number) or nothing.
    """
    kind = "milestone.accepted"
    with recording(kind, actor=actor, on=(Milestone, milestone_id), now=now, key=key) as entry:
        milestone: Milestone = entry.subject
        agreement = milestone.agreement
        duties = queries.duties_on(milestone.outtask_id, entry.organisation_id, milestone)
        given = receipt_rules.Receipt(
            form=agreement.form,
            in_force=agreement.state == AgreementState.IN_FORCE,
            state=milestone.state,
            open=milestone.quantity or 0,
            quantity=quantity,
            note=note,
        )
        refuse_if(
            may(actor, Right.VERIFY),
            receipt_rules.why_not_receive(given),
            why_not_duty(actor.person_id, Duty.ACCEPT, duties),
        )
        ordered = milestone.quantity
        rest = _split(milestone, quantity)
        submission = _receive(entry, milestone, note)
        commitment = queries.commitment_of(milestone)
        owe(entry, commitment, milestone.amount_minor)
        complete_if_settled(entry, commitment)
        amount = Money(milestone.amount_minor, milestone.currency)
        entry.says(
            milestone=entry.keep(milestone.title),
            order=milestone.order,
            number=submission.number,
            submission=submission.pk,
            amount=amount,
            evidence=rules.evidence([], [], note.strip()),
            not_passed=0,
            exception=int(used_exception(actor.person_id, Duty.ACCEPT, duties)),
        )
        entry.also_says(
            "order.received",
            milestone,
            what=entry.keep(milestone.title),
            quantity=quantity,
            open=ordered,
            submission=submission.pk,
            rest=rest.pk if rest else None,
        )
        entry.gives(amount_minor=amount.minor, rest=rest.order if rest else None)
    return entry.outcome


def _split(milestone: Milestone, quantity: int) -> Milestone | None:
    """Keep `quantity` pieces with their part of the price; the rest goes on as a milestone of its own."""
    whole = milestone.quantity
    assert whole is not None, "the rule asks for a line of an order"
    if quantity == whole:
        return None
    part, left = part_of(Money(milestone.amount_minor, milestone.currency), whole, quantity)
    siblings = Milestone.objects.filter(
        agreement_id=milestone.agreement_id, agreement_version=milestone.agreement_version
    )
    rest: Milestone = Milestone.objects.create(
        organisation_id=milestone.organisation_id,
        outtask_id=milestone.outtask_id,
        agreement_id=milestone.agreement_id,
        agreement_version=milestone.agreement_version,
        order=max(siblings.values_list("order", flat=True)) + 1,
        title=milestone.title,
        due_on=milestone.due_on,
        amount_minor=left.minor,
        currency=left.currency,
        order_line=milestone.order_line,
        quantity=whole - quantity,
        criteria=milestone.criteria,
        # The promise is as old as the order: it only goes on.
        opened_at=milestone.opened_at,
    )
    milestone.quantity, milestone.amount_minor = quantity, part.minor
    milestone.save(update_fields=["quantity", "amount_minor"])
    return rest


def _receive(entry: Recording, milestone: Milestone, note: str) -> Submission:
    """What came, and the word of whoever saw it, in one."""
    latest = queries.latest_submission(milestone)
    # Nobody of ours counts as having delivered it: it came from the provider.
    submission: Submission = Submission.objects.create(
        organisation_id=entry.organisation_id,
        milestone=milestone,
        number=latest.number + 1 if latest else 1,
        note=note.strip(),
        due_on=milestone.due_on,
        handed_in_at=entry.now,
    )
    judge(entry, submission, VerdictKind.ACCEPTED, note)
    milestone.state = MILESTONE.after(MilestoneState(milestone.state), "receive")
    milestone.settled_at = entry.now
    milestone.save(update_fields=["state", "settled_at"])
    return submission


@action
def return_line(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    milestone_id: UUID,
    wanted: bool,
    reasons: str,
    quantity: int | None = None,
) -> Outcome:
    """Send back what was received, or `quantity` pieces of it, before it is invoiced: they are owed no more.

    wanted: the provider is to deliver it again, so the money stays committed; else it is free again. Gives
    `amount_minor` of what goes back, and `order`, the number under which it goes on.
    """
    kind = "order.returned"
    with recording(kind, actor=actor, on=(Milestone, milestone_id), now=now, key=key) as entry:
        milestone: Milestone = entry.subject
        agreement = milestone.agreement
        received = milestone.quantity or 0
        sending = receipt_rules.Sending(
            form=agreement.form,
            in_force=agreement.state == AgreementState.IN_FORCE,
            state=milestone.state,
            received=received,
            quantity=received if quantity is None else quantity,
            reasons=reasons,
            **queries.invoiced_on([milestone.pk]).get(milestone.pk, {}),
        )
        refuse_if(may(actor, Right.VERIFY), receipt_rules.why_not_return(sending))
        goes = _set_apart(entry, milestone, sending.quantity)
        submission = _undo(entry, goes, wanted, reasons)
        amount = Money(goes.amount_minor, goes.currency)
        commitment = queries.commitment_of(goes)
        take_back_owed(entry, commitment, amount.minor)
        if not wanted:
            release(entry, commitment, amount.minor)
            entry.also_says(
                "milestone.cancelled",
                goes,
                milestone=entry.keep(goes.title),
                order=goes.order,
                amount=amount,
            )
            settle_order(entry, agreement)
        entry.says(
            what=entry.keep(goes.title),
            order=goes.order,
            quantity=goes.quantity,
            amount=amount,
            wanted=int(wanted),
            submission=submission.pk,
            reasons=entry.keep(reasons.strip()),
        )
        entry.gives(amount_minor=amount.minor, order=goes.order)
    return entry.outcome


def _set_apart(entry: Recording, milestone: Milestone, quantity: int) -> Milestone:
    """`quantity` pieces of what was received, as if they had been received by themselves.

    The receipt keeps the others, and the word of whoever received them all counts for both.
    """
    received = milestone.quantity
    assert received is not None, "the rule asks for a line of an order"
    if quantity == received:
        return milestone
    before = queries.latest_submission(milestone)
    assert before is not None, "what is accepted was handed in"
    apart = _split(milestone, received - quantity)
    assert apart is not None, "some stay and some go"
    submission: Submission = Submission.objects.create(
        organisation_id=entry.organisation_id,
        milestone=apart,
        number=1,
        note=before.note,
        links=before.links,
        due_on=before.due_on,
        handed_in_by_id=before.handed_in_by_id,
        recorded_by_id=before.recorded_by_id,
        handed_in_at=before.handed_in_at,
    )
    word = Verdict.objects.get(submission=before)
    Verdict.objects.create(
        organisation_id=entry.organisation_id,
        submission=submission,
        kind=word.kind,
        reasons=word.reasons,
        decided_by_id=word.decided_by_id,
        decided_at=word.decided_at,
    )
    apart.state, apart.settled_at = milestone.state, milestone.settled_at
    entry.also_says(
        "order.receipt_split",
        apart,
        what=entry.keep(apart.title),
        quantity=quantity,
        received=received,
        submission=submission.pk,
        before=before.pk,
    )
    return apart


def _undo(entry: Recording, goes: Milestone, wanted: bool, reasons: str) -> Submission:
    """What was accepted is to be delivered again, or is given up; who accepted it stands as it was."""
    submission = queries.latest_submission(goes)
    assert submission is not None, "what is accepted was handed in"
    Return.objects.create(
        organisation_id=entry.organisation_id,
        verdict=Verdict.objects.get(submission=submission),
        wanted=wanted,
        reasons=reasons.strip(),
        returned_by_id=entry.actor.id,
        returned_at=entry.now,
    )
    goes.state = MILESTONE.after(MilestoneState(goes.state), "send_back" if wanted else "give_up")
    goes.settled_at = None if wanted else entry.now
    goes.save(update_fields=["state", "settled_at"])
    return submission


@action
def close_order(*, actor: Actor, now: datetime, key: Key = None, agreement_id: UUID, reasons: str) -> Outcome:
    """Say that nothing more will come: what is open is cancelled, and its money is free again.

    What has come stays owed and is paid as always. Gives `released_minor`.
    """
    with recording("order.closed", actor=actor, on=(Agreement, agreement_id), now=now, key=key) as entry:
        agreement: Agreement = entry.subject
        states = [
            str(state)
            for state in Milestone.objects.filter(agreement=agreement).values_list("state", flat=True)
        ]
        closing = receipt_rules.Closing(
            form=agreement.form,
            state=agreement.state,
            open=sum(state not in SETTLED for state in states),
            handed_in=states.count(MilestoneState.HANDED_IN),
            reasons=reasons,
        )
        refuse_if(may(actor, Right.REQUEST), receipt_rules.why_not_close(closing))
        commitment = queries.promised_under(agreement.pk)
        cancel_milestones(entry, agreement)
        released = release(entry, commitment)
        settle_order(entry, agreement)
        entry.says(released=released, reasons=entry.keep(reasons.strip()))
        entry.gives(released_minor=released.minor)
    return entry.outcome


def settle_order(entry: Recording, agreement: Agreement) -> None:
    """Part: end an order nothing of which will come; one of which something was received ends when paid."""
    if Milestone.objects.filter(agreement=agreement).exclude(state=MilestoneState.CANCELLED).exists():
        complete_if_settled(entry, queries.promised_under(agreement.pk))
    else:
        end(entry, agreement)
