"""Many people at once: their roles, limits and lines, from a file or from a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from outtask.journal.recording import Key, NotFound, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people.actions.invitations import Place, told_of, write_invitation
from outtask.people.actions.members import place_member
from outtask.people.models import Member, MemberInvitation
from outtask.people.roles import Right, may
from outtask.spend.actions.limits import end_limit_beside, set_limit_beside
from outtask.spend.line import Today
from outtask.spend.models import Limit
from outtask.spend.people_table import Change, Changes, LimitKey, Row, compare
from outtask.spend.staff import house_of, staff

MOST_TOLD = 10


@action
def import_people(
    *, actor: Actor, now: datetime, key: Key = None, rows: Sequence[Row], name: str, sha256: str
) -> Outcome:
    """Bring members and limits up to a table read from the file `name`: all of it, or nothing.

    Whoever is not known is invited, with the place and the limits that they get when they join. Nobody is
    removed. The outcome has the counts: invited, changed, unchanged, waiting.
    """
    with recording("people.imported", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.MANAGE_PEOPLE))
        found = _judged(entry, rows)
        _write(entry, found)
        counts = {"invited": len(found.invited), "changed": len(found.changed), "unchanged": found.unchanged}
        entry.says(file=entry.keep(name), sha256=sha256, **counts)
        entry.gives(**counts, waiting=found.waiting)
    return entry.outcome


@action
def change_members(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    member_ids: Sequence[UUID],
    limit: Money | Literal["none"] | None = None,
    reports_to_id: UUID | Literal["none"] | None = None,
    limits: Sequence[tuple[LimitKey, Money | Literal["none"]]] = (),
) -> Outcome:
    """Give several members the same limits or the same line: all of them, or none.

    What is None stays as it is for each; "none" takes it away. limit: for one request, in the organisation's
    currency. Raises NotFound when one of them is no member now. Gives `changed`.
    """
    with recording("people.changed", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.MANAGE_PEOPLE), _why_nothing(member_ids, limit, reports_to_id, limits))
        refuse_if(*_why_no_limits(limit, [amount for _key, amount in limits]))
        here = {known.id: known.email for known in staff(entry.organisation_id)}
        named = {*member_ids, *([reports_to_id] if isinstance(reports_to_id, UUID) else [])}
        if not named <= set(here):
            raise NotFound("member")
        boss = here[reports_to_id] if isinstance(reports_to_id, UUID) else reports_to_id or ""
        rows = [
            Row(number, here[pk], limit=limit, reports_to=boss, limits=tuple(limits))
            for number, pk in enumerate(dict.fromkeys(member_ids), start=1)
        ]
        found = _judged(entry, rows)
        _write(entry, found)
        entry.says(changed=len(found.changed))
        entry.gives(changed=len(found.changed))
    return entry.outcome


def _why_nothing(member_ids: Sequence[UUID], *what: object) -> Refusal | None:
    if not member_ids:
        return Refusal("nobody_chosen", N_("Tick at least one member."), "member_ids")
    if all(each is None or each == () or each == [] for each in what):
        return Refusal("nothing_to_do", N_("Say what shall change: a limit, or whom they refer to."))
    return None


def _why_no_limits(limit: Money | str | None, further: Sequence[Money | str]) -> Iterator[Refusal]:
    """A file is read cell by cell and says so of each; here nobody has looked at the amounts yet."""
    if isinstance(limit, Money) and limit.minor < 0:
        yield Refusal("limit_range", _ZERO_OR_MORE, "limit")
    if any(isinstance(amount, Money) and amount.minor < 0 for amount in further):
        yield Refusal("limit_range", _ZERO_OR_MORE, "limits")


_ZERO_OR_MORE = N_("A limit is zero or more.")


def _judged(entry: Recording, rows: Sequence[Row]) -> Changes:
    """What would change, by the members of this moment; Refused with every reason when one row cannot be."""
    today = Today.at(entry.organisation_id, entry.now)
    found = compare(rows, house_of(entry.actor, today, entry.now))
    if found.errors:
        raise Refused(*_told_together(rows, found))
    return found


def _told_together(rows: Sequence[Row], found: Changes) -> Iterator[Refusal]:
    """Whom nothing can be changed for, and each reason once."""
    emails = {row.number: row.email for row in rows}
    about = list(dict.fromkeys(emails[error.row] for error in found.errors))
    reason = N_("Nothing was changed, because of %(who)s.")
    yield Refusal("rows_wrong", reason, facts={"who": ", ".join(about[:MOST_TOLD])})
    reasons = {(error.reason, str(error.facts)): error for error in found.errors}
    for error in list(reasons.values())[:MOST_TOLD]:
        field = "currency" if error.code == "no_rate" else error.column
        yield Refusal(error.code, error.reason, field, error.facts)


def _write(entry: Recording, found: Changes) -> None:
    """Those who are invited first: they are referred to by none of the others."""
    ids = dict(
        Member.objects.filter(organisation_id=entry.organisation_id, left_at__isnull=True).values_list(
            "person__email", "pk"
        )
    )
    for change in found.invited:
        _invite(entry, change, ids)
    for change in found.changed:
        _change(entry, change, ids)


def _invite(entry: Recording, change: Change, ids: Mapping[str, UUID]) -> None:
    boss = change.after.reports_to
    limits = [
        {"period": period.value, "category": category, "minor": amount.minor, "currency": amount.currency}
        for (period, category), amount in change.set_limits.items()
    ]
    place = Place(
        change.after.role,
        change.after.limit_minor,
        ids.get(boss),
        "" if boss in ids else boss,
        limits,
    )
    made = write_invitation(entry, change.after.email, change.after.name, place)
    entry.also_says("member.invited", made, **told_of(entry, made))


def _change(entry: Recording, change: Change, ids: Mapping[str, UUID]) -> None:
    before, after = change.before, change.after
    assert before is not None, "whoever is not here is invited"
    member = Member.objects.select_related("person").get(pk=before.id)
    own = (before.role, before.limit_minor, before.reports_to)
    if own != (after.role, after.limit_minor, after.reports_to):
        boss = ids[after.reports_to] if after.reports_to else None
        told = place_member(entry, member, after.role, after.limit_minor, boss)
        entry.also_says("member.changed", member, **told)
    for (period, category), amount in change.set_limits.items():
        held = before.limits.get((period, category))
        by = entry.actor.id
        set_limit_beside(entry, member, period, category, amount, set_by_id=by, before=held)
    for period, category in change.ended_limits:
        same = {"member": member, "period": period, "category": category, "ended_at": None}
        end_limit_beside(entry, Limit.objects.get(**same))


def set_promised_limits(entry: Recording, member: Member, invitation: MemberInvitation) -> None:
    """Part of joining: the further limits that the invitation named hold from the first moment."""
    for limit in invitation.limits:
        amount = Money(limit["minor"], limit["currency"])
        set_limit_beside(
            entry,
            member,
            limit["period"],
            limit["category"],
            amount,
            set_by_id=invitation.invited_by_id,
        )
