"""The two verdicts on what was handed in. Only people give one: time that passes accepts nothing."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from outtask.agree.actions import complete
from outtask.agree.models import Agreement
from outtask.agree.states import AGREEMENT
from outtask.deliver import queries, rules
from outtask.deliver.models import Milestone, Submission, Verdict
from outtask.deliver.states import MILESTONE, MilestoneState, VerdictKind
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.people.duties import Duties, Duty, used_exception, why_not_duty
from outtask.people.roles import Right, may
from outtask.source.queries import today_of
from outtask.spend.actions.ledger import owe
from outtask.spend.models import Commitment
from outtask.watch.actions import MILESTONE as MILESTONE_HELD
from outtask.watch.actions import hold
from outtask.watch.rules import Shown, no_evidence


@action
def accept_milestone(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    milestone_id: UUID,
    submission_number: int,
    reasons: str = "",
) -> Outcome:
    """Accept exactly the hand-in that was looked at: its price moves from committed to owed.

    reasons: needed when a check did not pass; they are told to the provider and stand in the journal.
    """
    with recording(
        "milestone.accepted", actor=actor, on=(Milestone, milestone_id), now=now, key=key
    ) as entry:
        milestone: Milestone = entry.subject
        refuse_if(may(actor, Right.VERIFY))
        submission = _looked_at(milestone, submission_number, "accept")
        duties = queries.duties_on(milestone.outtask_id, entry.organisation_id, milestone)
        judged = rules.Judged(milestone.state, queries.check_states(submission), reasons)
        refuse_if(why_not_duty(actor.person_id, Duty.ACCEPT, duties), rules.why_not_accept(judged))
        judge(entry, submission, VerdictKind.ACCEPTED, reasons)
        milestone.state = MILESTONE.after(MilestoneState(milestone.state), "accept")
        milestone.settled_at = now
        milestone.save(update_fields=["state", "settled_at"])
        commitment = queries.commitment_of(milestone)
        owe(entry, commitment, milestone.amount_minor)
        complete_if_settled(entry, commitment)
        exception = used_exception(actor.person_id, Duty.ACCEPT, duties)
        entry.says(
            milestone=entry.keep(milestone.title),
            order=milestone.order,
            number=submission.number,
            submission=submission.pk,
            amount=Money(milestone.amount_minor, milestone.currency),
            evidence=rules.evidence(queries.sums_of(submission), submission.links, submission.note),
            not_passed=judged.not_passed,
            exception=int(exception),
        )
        shown = Shown(len(queries.sums_of(submission)), len(submission.links), judged.passed)
        hold(entry, milestone.outtask_id, MILESTONE_HELD, milestone.pk, [no_evidence(shown)])
        if judged.not_passed:
            entry.also_says(
                "checks.overruled",
                submission,
                not_passed=judged.not_passed,
                reasons=entry.keep(reasons.strip()),
                submission=submission.pk,
            )
    return entry.outcome


@action
def request_changes(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    milestone_id: UUID,
    submission_number: int,
    reasons: str,
    new_due_on: date | None,
) -> Outcome:
    """Send the hand-in back with points to work on and a new due day; what was handed in stays as it is."""
    with recording(
        "milestone.changes_requested", actor=actor, on=(Milestone, milestone_id), now=now, key=key
    ) as entry:
        milestone: Milestone = entry.subject
        refuse_if(may(actor, Right.VERIFY))
        submission = _looked_at(milestone, submission_number, "request_changes")
        delivered = Duties({}, delivered=queries.persons_who_delivered(milestone))
        refuse_if(
            why_not_duty(actor.person_id, Duty.ACCEPT, delivered),
            rules.why_not_send_back(
                milestone.state, reasons, new_due_on, today_of(entry.organisation_id, now)
            ),
        )
        assert new_due_on is not None, "the rule asks for a day"
        judge(entry, submission, VerdictKind.CHANGES_REQUESTED, reasons, new_due_on)
        milestone.state = MILESTONE.after(MilestoneState(milestone.state), "request_changes")
        milestone.due_on = new_due_on
        milestone.save(update_fields=["state", "due_on"])
        entry.says(
            order=milestone.order,
            number=submission.number,
            submission=submission.pk,
            reasons=entry.keep(reasons.strip()),
            due=new_due_on,
        )
    return entry.outcome


def _looked_at(milestone: Milestone, number: int, act: str) -> Submission:
    """The latest hand-in, when it is the one that was looked at."""
    latest = queries.latest_submission(milestone)
    refuse_if(MILESTONE.why_not(milestone.state, act))
    refuse_if(rules.why_not_current(number, latest.number if latest else 0))
    assert latest is not None, "what is handed in has a submission"
    return latest


def judge(
    entry: Recording, submission: Submission, kind: VerdictKind, reasons: str, new_due_on: date | None = None
) -> None:
    Verdict.objects.create(
        organisation_id=entry.organisation_id,
        submission=submission,
        kind=kind,
        reasons=reasons.strip(),
        new_due_on=new_due_on,
        decided_by_id=entry.actor.id,
        decided_at=entry.now,
    )


def complete_if_settled(entry: Recording, commitment: Commitment) -> bool:
    """End the agreement when no milestone is open and all that was accepted is paid. A part of actions."""
    agreement = Agreement.objects.get(pk=commitment.agreement_id)
    if not AGREEMENT.allows(agreement.state, "complete"):
        return False  # taken back: what was accepted is still paid, the agreement has ended already
    states = Milestone.objects.filter(agreement=agreement).values_list("state", flat=True)
    settled = rules.is_settled(list(states), commitment.accepted_minor, commitment.paid_minor)
    if settled:
        complete(entry, agreement)
    return settled
