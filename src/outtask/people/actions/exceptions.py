"""The declared exception from separate duties, for an organisation of one person."""

from __future__ import annotations

from datetime import datetime

from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people import queries, rules
from outtask.people.models import SeparationException
from outtask.people.roles import Right, may


@action
def declare_exception(*, actor: Actor, now: datetime, key: Key = None, reason: str) -> Outcome:
    """Let the only member hold several duties; every use of it is marked. It ends when somebody joins."""
    with recording("exception.declared", actor=actor, now=now, key=key) as entry:
        refuse_if(
            may(actor, Right.MANAGE_ORGANISATION),
            rules.why_not_declare(
                len(queries.line_of(entry.organisation_id)),
                declared=queries.open_exception(entry.organisation_id) is not None,
                reason=reason,
            ),
        )
        exception = SeparationException.objects.create(
            organisation_id=entry.organisation_id, declared_by_id=actor.id, reason=reason.strip(), since=now
        )
        entry.says(reason=entry.keep(exception.reason))
        entry.gives(id=exception.pk)
    return entry.outcome


@action
def end_exception(*, actor: Actor, now: datetime, key: Key = None) -> Outcome:
    """From now on duties are separate again, also where the exception was used before."""
    with recording("exception.ended", actor=actor, now=now, key=key) as entry:
        exception = queries.open_exception(entry.organisation_id)
        refuse_if(may(actor, Right.MANAGE_ORGANISATION))
        if exception is None:
            refuse_if(Refusal("none_declared", N_("No exception is declared.")))
        else:
            exception.until = now
            exception.save(update_fields=["until"])
    return entry.outcome
