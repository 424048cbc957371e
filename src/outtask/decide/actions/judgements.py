"""Judging a process by the seven steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from outtask.decide import rules
from outtask.decide.actions.processes import columns_of
from outtask.decide.answers import METHOD_NAME, Answers, decode, encode, trail_of
from outtask.decide.inventory import Row
from outtask.decide.models import NOT_RANKED, Judgement, Process
from outtask.decide.queries import row_of
from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may

RANKS = 1000


@action
def judge_process(
    *, actor: Actor, now: datetime, key: Key = None, process_id: UUID, answers: Answers
) -> Outcome:
    """Judge a process on the answers given, by question id; those missing are unknown, never no.

    The judgement is kept whole, with the trail of every rule; earlier ones stay. The verdict and the score
    stand on the process as well, and so does what step 1 asks: owner, output, times a year, hours each.
    """
    with recording("process.judged", actor=actor, on=(Process, process_id), now=now, key=key) as entry:
        process: Process = entry.subject
        refuse_if(may(actor, Right.JUDGE), _why_not(process))
        facts = decode(answers)
        refuse_if(*rules.why_not(facts))
        row = _told(row_of(process), facts)
        refuse_if(*rules.why_not_described(row))
        judged = rules.judge(facts)
        number = Judgement.objects.filter(process=process).count() + 1
        judgement = Judgement.objects.create(
            organisation_id=entry.organisation_id,
            process=process,
            number=number,
            answers=encode(facts),
            verdict=judged.verdict,
            rule=judged.rule,
            trail=trail_of(judged),
            method=METHOD_NAME,
            judged_by_id=actor.id,
            judged_at=now,
        )
        score = judged.priority.score
        ranked = NOT_RANKED if score is None else round(score * RANKS)
        Process.objects.filter(pk=process.pk).update(
            verdict=judged.verdict, priority=ranked, **columns_of(row)
        )
        entry.says(
            name=entry.keep(process.name),
            number=number,
            verdict=judged.verdict.value,
            rule=judged.rule,
            method=METHOD_NAME,
        )
        entry.gives(id=judgement.pk, verdict=judged.verdict.value)
    return entry.outcome


def _why_not(process: Process) -> Refusal | None:
    if process.merged_into_id is None:
        return None
    return Refusal("merged_already", N_("This process was merged into another one. Judge that one."))


def _told(row: Row, facts: rules.Facts) -> Row:
    """What step 1 says about the process itself; an answer left out leaves what the list has."""
    said = {
        "owner": facts.owner,
        "output": facts.output,
        "times_per_year": facts.times_per_year,
        "hours_each": facts.hours_each,
    }
    given = {name: value for name, value in said.items() if value is not None}
    return rules.tidy(replace(row, **given))  # type: ignore[arg-type]
