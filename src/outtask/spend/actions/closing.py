"""Closing the books through a day, and opening them again."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may
from outtask.source.queries import today_of
from outtask.spend import budget_rules, rules
from outtask.spend.books import closed_through, standing_through
from outtask.spend.models import Closing


@action
def close_books(*, actor: Actor, now: datetime, key: Key = None, through: date) -> Outcome:
    """Close the books through a day: from now on nothing is posted then, and what stood there is sealed.

    The entry holds the digest of the trial balance: whoever has it can tell that it is the same still.
    """
    with recording("books.closed", actor=actor, now=now, key=key) as entry:
        organisation_id = entry.organisation_id
        refuse_if(
            may(actor, Right.MANAGE_BUDGETS),
            budget_rules.why_not_close(
                through, closed_through(organisation_id), today_of(organisation_id, now)
            ),
        )
        standing = standing_through(organisation_id, through)
        closing: Closing = Closing.objects.create(
            organisation_id=organisation_id,
            through=through,
            postings=standing.postings,
            sha256=standing.sha256,
            closed_by_id=actor.id,
            closed_at=now,
        )
        entry.says(through=through, postings=standing.postings, sha256=standing.sha256, closing=closing.pk)
        entry.gives(id=closing.pk)
    return entry.outcome


@action
def reopen_books(*, actor: Actor, now: datetime, key: Key = None, closing_id: UUID, reason: str) -> Outcome:
    """Open the books again that were closed last. What was closed before them stays closed."""
    with recording("books.reopened", actor=actor, on=(Closing, closing_id), now=now, key=key) as entry:
        closing: Closing = entry.subject
        reopened = closing.reopened_at is not None
        last = closed_through(entry.organisation_id)
        refuse_if(
            may(actor, Right.MANAGE_BUDGETS),
            rules.why_not_long(reason, "reason"),
            *budget_rules.why_not_reopen(closing.through, reopened, last, reason),
        )
        closing.reopened_by_id = actor.id
        closing.reopened_at = now
        closing.reopen_reason = reason.strip()
        closing.save(update_fields=["reopened_by", "reopened_at", "reopen_reason"])
        entry.says(through=closing.through, reason=entry.keep(closing.reopen_reason))
    return entry.outcome
