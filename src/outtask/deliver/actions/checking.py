"""Results of checks: written by the clock for those the system tries, by a verifier for the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from outtask.deliver import queries, rules
from outtask.deliver.models import Check, Submission
from outtask.deliver.states import CHECK, CheckState
from outtask.files.checks.criteria import CheckKind
from outtask.files.checks.result import CheckResult
from outtask.files.checks.result import Outcome as Found
from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people.duties import Duties, Duty, why_not_duty
from outtask.people.roles import Right, may

NOTHING_WAITS = "nothing_waits"
_ACT = {Found.PASSED: "pass", Found.FAILED: "fail", Found.UNABLE: "be_unable"}


@action
def record_check_results(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    submission_id: UUID,
    results: Mapping[UUID, CheckResult],
) -> Outcome:
    """Write what the system found. Checks that have a result keep it, so a run may be repeated.

    Refused with the code `nothing_waits` when every check it is about has a result.
    """
    with recording("checks.ran", actor=actor, on=(Submission, submission_id), now=now, key=key) as entry:
        if not actor.is_clock:
            raise Refused(Refusal("clock_only", N_("Checks run by themselves. Nobody writes their results.")))
        submission: Submission = entry.subject
        waiting = Check.objects.filter(submission=submission, state=CheckState.WAITING, pk__in=list(results))
        settled = list(waiting.exclude(kind=CheckKind.BY_HAND).order_by("order"))
        if not settled:
            raise Refused(Refusal(NOTHING_WAITS, N_("Every check of this hand-in has its result.")))
        for check in settled:
            result = results[check.pk]
            check.state = CHECK.after(CheckState.WAITING, _ACT[result.outcome])
            check.detail = told(result)
            check.settled_at = now
        Check.objects.bulk_update(settled, ["state", "detail", "settled_at"])
        count = Counter(check.state for check in settled)
        entry.says(
            order=submission.milestone.order,
            number=submission.number,
            submission=submission.pk,
            passed=count[CheckState.PASSED],
            failed=count[CheckState.FAILED],
            unable=count[CheckState.UNABLE],
        )
    return entry.outcome


def told(result: CheckResult) -> str:
    """What was found as text: one sentence, then a line for each thing that was looked at."""
    return "\n".join([str(result.reason), *(str(line) for line in result.details)])


@action
def tick_check(
    *, actor: Actor, now: datetime, key: Key = None, check_id: UUID, passed: bool, detail: str = ""
) -> Outcome:
    """Say what a person found: on what only people can judge, and on what the system could not try."""
    with recording("check.ticked", actor=actor, on=(Check, check_id), now=now, key=key) as entry:
        check: Check = entry.subject
        milestone = check.submission.milestone
        refuse_if(may(actor, Right.VERIFY))
        latest = queries.latest_submission(milestone)
        delivered = Duties({}, delivered=queries.persons_who_delivered(milestone))
        refuse_if(
            why_not_duty(actor.person_id, Duty.ACCEPT, delivered),
            rules.why_not_current(check.submission.number, latest.number if latest else 0),
            rules.why_not_tick(check.kind, check.state, check.ticked_by_id is not None, milestone.state),
            rules.why_not_detail(detail, passed),
        )
        check.state = rules.after_tick(check.state, passed)
        check.detail = detail.strip()
        check.ticked_by_id = actor.id
        check.settled_at = now
        check.save(update_fields=["state", "detail", "ticked_by", "settled_at"])
        entry.says(check=entry.keep(check.text), result=str(check.state), submission=check.submission_id)
    return entry.outcome
