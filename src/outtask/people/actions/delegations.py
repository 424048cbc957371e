"""Who decides in somebody's place while they are away."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people import delegation_rules
from outtask.people.models import Delegation, Member, Organisation
from outtask.people.roles import ROLES, Right, may
from outtask.people.rules import why_not_manage
from outtask.people.states import Role


def end_delegations(entry: Recording, member: Member) -> None:
    """Part: a member leaves, so whatever they gave or took over ends; each is told in an entry of its own."""
    live = Delegation.objects.filter(ended_at__isnull=True)
    for row in live.filter(Q(giver=member) | Q(taker=member)).order_by("id"):
        row.ended_at = entry.now
        row.save(update_fields=["ended_at"])
        entry.also_says("delegation.ended", row, **_told(entry, row))


@action
def delegate(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    giver_id: UUID,
    taker_id: UUID,
    starts_on: date,
    ends_on: date,
    up_to_minor: int | None = None,
    reason: str = "",
) -> Outcome:
    """Note that a member is away and who decides in their place; members for themselves, admins for all.

    starts_on, ends_on: days of the organisation's calendar, both included. up_to_minor: at most so much for
    one need, in the organisation's currency; None: as much as the one who is away. Gives `id`.
    """
    with recording("delegation.made", actor=actor, on=(Member, giver_id), now=now, key=key) as entry:
        giver: Member = entry.subject
        refuse_if(_why_not_for(actor, giver))
        organisation = Organisation.objects.get(pk=entry.organisation_id)
        taker = Member.objects.visible_to(actor).filter(pk=taker_id).first()
        absence = delegation_rules.Absence(
            giver=giver.pk,
            taker=taker_id,
            starts_on=starts_on,
            ends_on=ends_on,
            by=actor.id or giver.pk,
            up_to_minor=up_to_minor,
            reason=reason,
            by_owner=actor.role == Role.OWNER,
            giver_approves=_approves(giver),
            taker_approves=taker is not None and _approves(taker),
            taker_here=taker is not None and taker.left_at is None,
            overlaps=_overlapping(giver, starts_on, ends_on),
        )
        refuse_if(*delegation_rules.why_not_delegate(absence, _today(organisation, now)))
        made: Delegation = Delegation.objects.create(
            organisation_id=entry.organisation_id,
            giver=giver,
            taker=taker,
            starts_on=starts_on,
            ends_on=ends_on,
            up_to_minor=up_to_minor,
            reason=reason.strip(),
            made_by_id=actor.id,
            made_at=now,
        )
        up_to = None if up_to_minor is None else Money(up_to_minor, organisation.currency)
        entry.says(**_told(entry, made), starts=starts_on, ends=ends_on, up_to=up_to)
        entry.gives(id=made.pk)
    return entry.outcome


@action
def end_delegation(*, actor: Actor, now: datetime, key: Key = None, delegation_id: UUID) -> Outcome:
    """Whoever was away decides again from this moment on; what was decided for them stands."""
    with recording(
        "delegation.ended", actor=actor, on=(Delegation, delegation_id), now=now, key=key
    ) as entry:
        row: Delegation = entry.subject
        today = _today(Organisation.objects.get(pk=entry.organisation_id), now)
        refuse_if(
            _why_not_for(actor, row.giver),
            delegation_rules.why_not_end(row.ends_on, today, ended=row.ended_at is not None),
        )
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        entry.says(**_told(entry, row))
    return entry.outcome


def _why_not_for(actor: Actor, giver: Member) -> Refusal | None:
    """One's own absence is one's own affair, that of others an admin's, that of owners an owner's."""
    if giver.left_at is not None:
        return Refusal("member_gone", N_("This person is no longer a member. Invite them again."))
    if giver.pk == actor.id:
        return may(actor, Right.APPROVE)
    return may(actor, Right.MANAGE_PEOPLE) or why_not_manage(
        actor.role, target_role=giver.role, new_role=giver.role
    )


def _approves(member: Member) -> bool:
    return Role(member.role) in ROLES[Right.APPROVE]


def _overlapping(giver: Member, starts_on: date, ends_on: date) -> tuple[date, date] | None:
    others = Delegation.objects.filter(giver=giver, ended_at__isnull=True)
    found = others.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).order_by("starts_on").first()
    return (found.starts_on, found.ends_on) if found is not None else None


def _today(organisation: Organisation, now: datetime) -> date:
    return now.astimezone(ZoneInfo(organisation.zone)).date()


def _told(entry: Recording, row: Delegation) -> dict[str, object]:
    return {
        "delegation": row.pk,
        "giver": entry.keep(row.giver.name),
        "taker": entry.keep(row.taker.name),
    }
