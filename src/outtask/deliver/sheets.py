"""What the pages about a milestone show: facts read once, put in the order people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from outtask.deliver import queries, rules
from outtask.deliver.models import Check, Milestone, Submission, SubmittedFile, Verdict
from outtask.deliver.states import CheckState
from outtask.files.checks.criteria import CheckKind, parse_params, sentence
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused
from outtask.people.duties import Duty, why_not_duty
from outtask.people.roles import Right, may

_ORDER = (CheckState.FAILED, CheckState.UNABLE, CheckState.WAITING, CheckState.PASSED)
_LOOKS = {
    CheckState.FAILED: ("bad", "cross"),
    CheckState.UNABLE: ("warn", "alert"),
    CheckState.WAITING: ("", "clock"),
    CheckState.PASSED: ("ok", "check"),
}


@dataclass(frozen=True)
class CheckLine:
    """One check as a list shows it: its look, its first sentence, the lines below."""

    check: Check
    tone: str
    icon: str
    expects: str
    found: str
    lines: Sequence[str]
    why_not_tick: Refusal | None

    @property
    def by_hand(self) -> bool:
        return self.check.kind == CheckKind.BY_HAND

    @property
    def state(self) -> str:
        return str(self.check.state)


@dataclass(frozen=True)
class Try:
    """One hand-in with its files, checks (failures first) and verdict."""

    submission: Submission
    files: Sequence[SubmittedFile]
    checks: Sequence[CheckLine]
    verdict: Verdict | None
    by: str
    late: bool

    @property
    def passed(self) -> int:
        return sum(line.state == CheckState.PASSED for line in self.checks)

    @property
    def waiting(self) -> int:
        return sum(line.state == CheckState.WAITING for line in self.checks)

    @property
    def not_passed(self) -> int:
        return len(self.checks) - self.passed - self.waiting


@dataclass(frozen=True)
class MilestoneSheet:
    """A milestone with its tries, the latest first, and what its reader may do now."""

    milestone: Milestone
    amount: Money
    tries: Sequence[Try]
    why_not_accept: Refusal | None = None
    why_not_send_back: Refusal | None = None
    why_not_hand_in: Refusal | None = None
    uses_exception: bool = False

    @property
    def latest(self) -> Try | None:
        return self.tries[0] if self.tries else None

    @property
    def earlier(self) -> Sequence[Try]:
        return self.tries[1:]

    @property
    def undecided(self) -> bool:
        return self.milestone.state == "handed_in"

    @property
    def changes(self) -> Sequence[str]:
        """The points of the latest verdict, while they are to be worked on."""
        verdict = self.latest.verdict if self.latest else None
        if self.milestone.state != "changes_requested" or verdict is None:
            return ()
        return [line.strip() for line in verdict.reasons.splitlines() if line.strip()]

    @property
    def criteria(self) -> Sequence[str]:
        return [str(criterion["text"]) for criterion in self.milestone.criteria]


def sheet_of(actor: Actor, milestone: Milestone) -> MilestoneSheet:
    """Everything about one milestone for one reader; as many queries for ten tries as for one."""
    zone = ZoneInfo(milestone.organisation.zone)
    tries = [_try(milestone, row, zone) for row in queries.tries_of(actor, milestone.pk)]
    amount = Money(milestone.amount_minor, milestone.currency)
    if not actor.is_member:
        return MilestoneSheet(milestone, amount, tries, why_not_hand_in=_why_not_hand_in(actor, milestone))
    duties = queries.duties_on(milestone.outtask_id, milestone.organisation_id, milestone)
    barred = may(actor, Right.VERIFY) or why_not_duty(actor.person_id, Duty.ACCEPT, duties)
    states = [line.state for line in tries[0].checks] if tries else []
    # Reasons can still be written, so their lack does not bar the button.
    judged = rules.Judged(milestone.state, states, reasons="…")
    delivered = may(actor, Right.VERIFY) or (barred if barred and barred.code == "delivered_it" else None)
    return MilestoneSheet(
        milestone,
        amount,
        tries,
        why_not_accept=barred or rules.why_not_accept(judged),
        why_not_send_back=delivered,
        why_not_hand_in=_why_not_hand_in(actor, milestone),
        uses_exception=duties.exception,
    )


def _why_not_hand_in(actor: Actor, milestone: Milestone) -> Refusal | None:
    in_force = milestone.agreement.state == "in_force"
    something = rules.HandIn(milestone.state, in_force, files=1, links=(), note="")
    return may(actor, Right.VERIFY if actor.is_member else Right.HAND_IN) or rules.why_not_hand_in(something)


def _try(milestone: Milestone, submission: Submission, zone: ZoneInfo) -> Try:
    lines = [_line(check, milestone.state) for check in submission.checks.all()]
    lines.sort(key=lambda line: (_ORDER.index(CheckState(line.state)), line.check.order))
    files = sorted(submission.submitted_files.all(), key=lambda row: row.order)
    who = submission.recorded_by or submission.handed_in_by
    provider = milestone.agreement.provider
    # Nobody by name: a program handed it in, or it simply arrived.
    by = who.name if who else (provider.name if provider else "")
    verdict: Verdict | None = getattr(submission, "verdict", None)
    late = submission.handed_in_at.astimezone(zone).date() > submission.due_on
    return Try(submission, files, lines, verdict, by, late)


def _line(check: Check, milestone_state: str) -> CheckLine:
    tone, icon = _LOOKS[CheckState(check.state)]
    found, *lines = check.detail.splitlines() or [""]
    stopped = rules.why_not_tick(check.kind, check.state, check.ticked_by_id is not None, milestone_state)
    return CheckLine(check, tone, icon, _expects(check), found, lines, stopped)


def _expects(check: Check) -> str:
    try:
        return str(sentence(CheckKind(check.kind), parse_params(CheckKind(check.kind), check.params)))
    except Refused:
        return ""
