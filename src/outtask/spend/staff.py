"""Everybody in an organisation with their limits, as tables of people are compared with."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.people.models import Member, MemberInvitation, Organisation
from outtask.people.states import InvitationState
from outtask.spend.line import Today
from outtask.spend.models import Limit, Rate
from outtask.spend.people_table import House, Known, LimitKey
from outtask.spend.states import LimitPeriod


def staff(organisation_id: UUID) -> list[Known]:
    """Who works here now, by name."""
    held: dict[UUID, dict[LimitKey, Money]] = defaultdict(dict)
    for limit in Limit.objects.filter(organisation_id=organisation_id, ended_at__isnull=True):
        key = (LimitPeriod(limit.period), limit.category)
        held[limit.member_id][key] = Money(limit.amount_minor, limit.currency)
    members = Member.objects.filter(organisation_id=organisation_id, left_at__isnull=True)
    rows = members.select_related("person", "reports_to__person").order_by("person__name", "id")
    return [_known(row, held[row.pk]) for row in rows]


def _known(row: Member, limits: dict[LimitKey, Money]) -> Known:
    boss = row.reports_to
    return Known(
        row.pk,
        row.person.email,
        row.name,
        row.role,
        row.limit_minor,
        boss.person.email if boss is not None else "",
        limits,
    )


def house_of(actor: Actor, today: Today, now: datetime) -> House:
    """What a table is compared with, on a day."""
    sent = MemberInvitation.objects.filter(
        organisation_id=actor.organisation_id, state=InvitationState.SENT, expires_at__gt=now
    )
    return House(
        {known.email: known for known in staff(actor.organisation_id)},
        frozenset(sent.values_list("email", flat=True)),
        actor.id,
        actor.role or "",
        _comparable(today.organisation, today.day),
    )


def _comparable(organisation: Organisation, day: date) -> frozenset[str]:
    rates = Rate.objects.filter(organisation=organisation, day__lte=day)
    return frozenset({organisation.currency, *rates.values_list("currency", flat=True)})
