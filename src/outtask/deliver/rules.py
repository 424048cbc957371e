"""What may be handed in, ticked, accepted or sent back, and when. Pure: facts in, a refusal or None out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from outtask.deliver.states import CHECK, MILESTONE, SETTLED, CheckState, MilestoneState
from outtask.files.checks.criteria import CheckKind
from outtask.files.targets import parse as parse_url
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

MOST_FILES = 100
MOST_LINKS = 20
LONGEST_NOTE = 10_000
LONGEST_REASONS = 10_000
LONGEST_DETAIL = 2_000
FURTHEST = timedelta(days=5 * 366)


@dataclass(frozen=True)
class HandIn:
    """What somebody wants to hand in for a milestone, and where that milestone stands."""

    state: str
    in_force: bool
    files: int
    links: Sequence[str]
    note: str


def why_not_hand_in(given: HandIn) -> Refusal | None:
    """A hand-in has something in it and comes while agreement and milestone wait for it."""
    stopped = MILESTONE.why_not(given.state, "hand_in")
    if stopped is not None:
        return stopped
    if not given.in_force:
        return Refusal(
            "not_in_force",
            N_("The statement of work is not in force, so nothing can be handed in. Ask your contact."),
        )
    if not given.files and not given.links and not given.note.strip():
        return Refusal(
            "nothing_handed_in",
            N_("There is nothing here yet. Add a file, a link or a line of text."),
            "files",
        )
    if given.files > MOST_FILES:
        return Refusal(
            "files_many",
            N_("At most %(most)s files go in one hand-in. Put them into an archive."),
            "files",
            {"most": MOST_FILES},
        )
    if len(given.note) > LONGEST_NOTE:
        return Refusal(
            "note_long",
            N_("The note has more than %(most)s characters. Put it into a file."),
            "note",
            {"most": LONGEST_NOTE},
        )
    return why_not_links(given.links)


def why_not_links(links: Sequence[str]) -> Refusal | None:
    """Links are few, and whole addresses of the web; whether they answer is for the checks to say."""
    if len(links) > MOST_LINKS:
        return Refusal(
            "links_many", N_("At most %(most)s links go in one hand-in."), "links", {"most": MOST_LINKS}
        )
    for link in links:
        try:
            parse_url(link)
        except Refused as refused:
            told = refused.refusal
            reason = N_("“%(link)s”: %(reason)s")
            return Refusal(told.code, reason, "links", {"link": link[:100], "reason": str(told)})
    return None


def why_not_current(seen_number: int, latest_number: int) -> Refusal | None:
    """Whoever decides has looked at the latest hand-in, not at one before it."""
    if seen_number == latest_number:
        return None
    return Refusal(
        "stale_submission",
        N_("There is a newer hand-in than the one you looked at, try %(number)s. Look at it, then decide."),
        "submission_number",
        {"number": latest_number},
    )


def why_not_tick(kind: str, state: str, by_person: bool, milestone_state: str) -> Refusal | None:
    """People tick what a person has to look at and what could not be tried; a tried result stands.

    by_person: whether the present result was ticked by a person, who may have erred.
    """
    if milestone_state != MilestoneState.HANDED_IN:
        return MILESTONE.why_not(milestone_state, "accept")
    if kind == CheckKind.BY_HAND or state == CheckState.UNABLE or by_person:
        return None
    if state == CheckState.WAITING:
        return Refusal("still_running", N_("Outtask is trying this check itself. Look again in a moment."))
    return Refusal(
        "result_stands",
        N_("Outtask tried this check, and its result stands. You can accept all the same and write why."),
    )


def why_not_detail(detail: str, passed: bool) -> Refusal | None:
    """A check that did not pass says what was found, so that the provider can put it right."""
    if len(detail) > LONGEST_DETAIL:
        return Refusal(
            "detail_long", N_("Write at most %(most)s characters."), "detail", {"most": LONGEST_DETAIL}
        )
    if passed or detail.strip():
        return None
    return Refusal("detail_missing", N_("Write what you found, so that they can put it right."), "detail")


def after_tick(state: str, passed: bool) -> CheckState:
    """The state after a person's look; looking again with the same result changes nothing."""
    wanted = CheckState.PASSED if passed else CheckState.FAILED
    return wanted if state == wanted else CHECK.after(CheckState(state), "pass" if passed else "fail")


@dataclass(frozen=True)
class Judged:
    """A hand-in that somebody wants to accept: the milestone's state, its checks, and what they wrote."""

    state: str
    checks: Sequence[str]
    reasons: str = ""

    @property
    def waiting(self) -> int:
        return sum(state == CheckState.WAITING for state in self.checks)

    @property
    def passed(self) -> int:
        return sum(state == CheckState.PASSED for state in self.checks)

    @property
    def not_passed(self) -> int:
        """Checks that failed or could not be tried: neither counts as passed."""
        return sum(state in (CheckState.FAILED, CheckState.UNABLE) for state in self.checks)


def why_not_accept(judged: Judged) -> Refusal | None:
    """Acceptance waits for every check; over one that did not pass it needs written reasons."""
    stopped = MILESTONE.why_not(judged.state, "accept")
    if stopped is not None:
        return stopped
    if judged.waiting:
        return Refusal(
            "checks_wait",
            N_("Checks without a result yet: %(count)s. Tick yours; Outtask tries the others."),
            facts={"count": judged.waiting},
        )
    if judged.not_passed and not judged.reasons.strip():
        return Refusal(
            "reasons_missing",
            N_("Checks that did not pass: %(count)s. Write why you accept all the same, or send it back."),
            "reasons",
            {"count": judged.not_passed},
        )
    return why_not_long(judged.reasons)


def why_not_send_back(state: str, reasons: str, new_due_on: date | None, today: date) -> Refusal | None:
    """Changes are requested with points to work on and a day that can still be met."""
    stopped = MILESTONE.why_not(state, "request_changes")
    if stopped is not None:
        return stopped
    if not reasons.strip():
        return Refusal("reasons_missing", N_("Write what should change, point by point."), "reasons")
    if new_due_on is None:
        return Refusal("day_missing", N_("Choose the day by which you need it again."), "new_due_on")
    if not today <= new_due_on <= today + FURTHEST:
        return Refusal("day_out_of_range", N_("Choose today or a day within five years."), "new_due_on")
    return why_not_long(reasons)


def why_not_long(reasons: str) -> Refusal | None:
    if len(reasons) <= LONGEST_REASONS:
        return None
    return Refusal(
        "reasons_long", N_("Write at most %(most)s characters."), "reasons", {"most": LONGEST_REASONS}
    )


def evidence(sums: Sequence[str], links: Sequence[str], note: str) -> str:
    """One SHA-256 over everything handed in, in order, so that the journal proves what was accepted.

    Over the lines "file SUM", "link ADDRESS" and, last, "note SUM" of the note's UTF-8, each ended by a
    newline.
    """
    lines = [f"file {one}\n" for one in sums] + [f"link {one}\n" for one in links]
    lines.append(f"note {sha256(note.encode()).hexdigest()}\n")
    return sha256("".join(lines).encode()).hexdigest()


def is_settled(states: Collection[str], accepted_minor: int, paid_minor: int) -> bool:
    """Whether an agreement has run its course: no milestone is open, and what was accepted is paid."""
    return all(state in SETTLED for state in states) and accepted_minor == paid_minor
