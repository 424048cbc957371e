"""Limits beside the one for a need: by day, month and year, by category, in any currency."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.models import Member
from outtask.people.roles import Right, may
from outtask.people.rules import why_not_manage
from outtask.spend import limit_rules
from outtask.spend.actions.requests import digits_of
from outtask.spend.line import Today
from outtask.spend.models import Limit
from outtask.spend.queries import rate_for


@action
def set_limit(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    member_id: UUID,
    period: str,
    amount: Money,
    category: str = "",
) -> Outcome:
    """Narrow what a member may promise in a period, of everything or of one category.

    It takes the place of a limit of the same period and category. Their limit for one need stays what it is:
    without that one they promise nothing, however wide the others are. Gives `id`.
    """
    with recording("limit.set", actor=actor, on=(Member, member_id), now=now, key=key) as entry:
        member: Member = entry.subject
        _refuse_unless_theirs(actor, member)
        digits = digits_of(category)
        refuse_if(
            Refusal("member_gone", N_("This person is no longer a member. Invite them again."))
            if member.left_at is not None
            else None
        )
        held = Limit.objects.filter(
            member=member, period=period, category=digits, ended_at__isnull=True
        ).first()
        before = Money(held.amount_minor, held.currency) if held is not None else None
        has_rate = _has_rate(entry, amount.currency)
        refuse_if(*limit_rules.why_not_set(limit_rules.NewLimit(period, amount, has_rate, before)))
        made = write_limit(entry, member, period, digits, amount, actor.id)
        entry.says(**_told(entry, made, member), before=before)
        entry.gives(id=made.pk)
    return entry.outcome


def write_limit(
    entry: Recording, member: Member, period: str, digits: str, amount: Money, set_by_id: UUID | None
) -> Limit:
    """Part: a limit in the place of the one of the same period and category."""
    same = Limit.objects.filter(member=member, period=period, category=digits, ended_at__isnull=True)
    same.update(ended_at=entry.now)
    made: Limit = Limit.objects.create(
        organisation_id=entry.organisation_id,
        member=member,
        period=period,
        category=digits,
        amount_minor=amount.minor,
        currency=amount.currency,
        set_by_id=set_by_id,
        set_at=entry.now,
    )
    return made


def set_limit_beside(
    entry: Recording,
    member: Member,
    period: str,
    digits: str,
    amount: Money,
    *,
    set_by_id: UUID | None,
    before: Money | None = None,
) -> None:
    """Part: a limit with an entry of its own, beside what else is done."""
    made = write_limit(entry, member, period, digits, amount, set_by_id)
    entry.also_says("limit.set", made, **_told(entry, made, member), before=before)


def end_limit_beside(entry: Recording, limit: Limit) -> None:
    """Part: the end of a limit, with an entry of its own."""
    limit.ended_at = entry.now
    limit.save(update_fields=["ended_at"])
    entry.also_says("limit.ended", limit, **_told(entry, limit, limit.member))


@action
def end_limit(*, actor: Actor, now: datetime, key: Key = None, limit_id: UUID) -> Outcome:
    """Take a limit away; the others and the limit for one need go on."""
    with recording("limit.ended", actor=actor, on=(Limit, limit_id), now=now, key=key) as entry:
        limit: Limit = entry.subject
        _refuse_unless_theirs(actor, limit.member)
        refuse_if(
            None
            if limit.ended_at is None
            else Refusal("limit_ended", N_("This limit was replaced or ended before."))
        )
        limit.ended_at = now
        limit.save(update_fields=["ended_at"])
        entry.says(**_told(entry, limit, limit.member))
    return entry.outcome


def _refuse_unless_theirs(actor: Actor, member: Member) -> None:
    """Limits are set by whoever sets roles: nobody but an owner sets their own, or an owner's."""
    refuse_if(
        may(actor, Right.MANAGE_PEOPLE),
        why_not_manage(
            actor.role, target_role=member.role, new_role=member.role, themselves=member.pk == actor.id
        ),
    )


def _has_rate(entry: Recording, currency: str) -> bool:
    today = Today.at(entry.organisation_id, entry.now)
    if currency == today.organisation.currency:
        return True
    return rate_for(entry.organisation_id, currency, today.day) is not None


def _told(entry: Recording, limit: Limit, member: Member) -> dict[str, object]:
    return {
        "limit": limit.pk,
        "who": entry.keep(member.name),
        "period": limit.period,
        "category": limit.category or "all",
        "amount": Money(limit.amount_minor, limit.currency),
    }
