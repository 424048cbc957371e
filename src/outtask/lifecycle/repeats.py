"""Orders that repeat: set up with the first one, placed by the clock in the name of who asked, ended by them.

Each order passes the same limits as the first. One that cannot be placed is skipped, with the reason in the
journal, and the next is tried on its day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from outtask.agree.queries import document_of, version_of
from outtask.journal.recording import Key, NotFound, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor, clock
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.lifecycle import repeating
from outtask.lifecycle.models import Repeat
from outtask.lifecycle.ordering import Purchase, open_purchase
from outtask.lifecycle.repeating import Due, Every, Plan, next_day, why_not_place
from outtask.people.roles import ROLES, Right, may
from outtask.people.states import Role
from outtask.source.queries import today_of
from outtask.spend.states import PURCHASE_REQUEST

A_DAY = timedelta(days=1)


@action
def place_repeat(*, actor: Actor, now: datetime, key: Key = None, repeat_id: UUID) -> Outcome:
    """Place the next order that is due, as whoever asked for the first would. Gives what they would get."""
    with recording("request.referred", actor=actor, on=(Repeat, repeat_id), now=now, key=key) as entry:
        repeat: Repeat = entry.subject
        refuse_if(_why_not_clock(actor), why_not_place(_due(entry, repeat)))
        first, day = repeat.request, repeat.next_on
        document = document_of(version_of(first.agreement))
        purchase = Purchase(
            title=first.outtask.title,
            lines=document.lines,
            budget_id=first.budget_id,
            provider_id=first.agreement.provider_id,
            reason=first.reason,
            category=first.category,
        )
        placed = open_purchase(entry, purchase, asker=repeat.asked_by)
        _go_on(repeat)
        entry.also_says("order.repeated", repeat, request=placed.reference, day=day, placed=repeat.placed)
    return entry.outcome


@action
def skip_repeat(*, actor: Actor, now: datetime, key: Key = None, repeat_id: UUID, reason: str) -> Outcome:
    """Let one order that is due pass, because it could not be placed."""
    with recording("order.repeat_skipped", actor=actor, on=(Repeat, repeat_id), now=now, key=key) as entry:
        repeat: Repeat = entry.subject
        due = _due(entry, repeat)
        refuse_if(_why_not_clock(actor))
        if due.next_on is None or due.next_on > due.today:
            raise Refused(Refusal(repeating.NOT_DUE, N_("Nothing of this is due now.")))
        day = repeat.next_on
        _go_on(repeat)
        if repeat.request.state in PURCHASE_REQUEST.terminal:
            # The first was turned down, so there is nothing to order again.
            repeat.next_on = None
            repeat.save(update_fields=["next_on"])
        entry.says(day=day, placed=repeat.placed, reason=entry.keep(reason))
    return entry.outcome


@action
def end_repeat(*, actor: Actor, now: datetime, key: Key = None, repeat_id: UUID) -> Outcome:
    """Order nothing more of it; what was ordered stays."""
    with recording("order.repeat_ended", actor=actor, on=(Repeat, repeat_id), now=now, key=key) as entry:
        repeat: Repeat = entry.subject
        manages = may(actor, Right.MANAGE_ORGANISATION) is None
        refuse_if(None if manages else may(actor, Right.REQUEST))
        refuse_if(repeating.why_not_end(repeat.next_on is None, repeat.asked_by_id == actor.id, manages))
        repeat.next_on, repeat.ended_by_id, repeat.ended_at = None, actor.id, now
        repeat.save(update_fields=["next_on", "ended_by", "ended_at"])
        entry.says(placed=repeat.placed)
    return entry.outcome


def plan_of(repeat: Repeat) -> Plan:
    return Plan(Every(repeat.every), repeat.until, repeat.times)


def _why_not_clock(actor: Actor) -> Refusal | None:
    if actor.is_clock:
        return None
    return Refusal("clock_only", N_("What repeats is placed by itself on its day. Nobody else does it."))


def _due(entry: Recording, repeat: Repeat) -> Due:
    asker = repeat.asked_by
    return Due(
        next_on=repeat.next_on,
        today=today_of(entry.organisation_id, entry.now),
        asker_here=asker.left_at is None,
        asker_may=Role(asker.role) in ROLES[Right.REQUEST],
        first=repeat.request.state,
    )


def _go_on(repeat: Repeat) -> None:
    """To the day after this one; several that were missed, as while nothing ran, come one after the other."""
    repeat.placed += 1
    repeat.next_on = next_day(plan_of(repeat), repeat.starts_on, repeat.placed)
    repeat.save(update_fields=["placed", "next_on"])


def place_due(now: datetime) -> None:
    """Place what is due by now, or say why not: one action each, so that one's fault stops no other."""
    # A day ahead, because it is tomorrow already in some zones; the rule knows the organisation's own.
    rows = Repeat.objects.filter(next_on__lte=now.date() + A_DAY).order_by("next_on", "id")
    for organisation_id, repeat_id in rows.values_list("organisation_id", "pk"):
        given = {"actor": clock(organisation_id), "now": now, "repeat_id": repeat_id}
        try:
            place_repeat(**given)
        except Refused as refused:
            if refused.refusal.code != repeating.NOT_DUE:
                skip_repeat(**given, reason=str(refused.refusal))
        except NotFound:
            skip_repeat(**given, reason=str(_GONE))


_GONE = Refusal("gone", N_("What it is about is not there any more."))
