"""What a table of people would change: who is invited, who changed, and why a row cannot be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from outtask.decide.inventory import CellError
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people.rules import why_not_manage
from outtask.people.states import Role
from outtask.spend.people_table.row import NOTHING, Column, LimitKey, Row, heading_of

type Limits = Mapping[LimitKey, Money]


@dataclass(frozen=True, slots=True)
class Known:
    """A member as far as a table can speak of them. limit_minor: in the organisation's currency.

    reports_to: the address of whom they refer to, empty for nobody.
    """

    id: UUID
    email: str
    name: str
    role: str
    limit_minor: int | None
    reports_to: str
    limits: Limits = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class House:
    """What a table is compared with: everybody here now, by address, and who asks.

    invited: addresses with an open invitation. comparable: currencies that limits may be in today.
    """

    members: Mapping[str, Known]
    invited: frozenset[str]
    actor_id: UUID | None
    actor_role: str
    comparable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """One person as they will stand. before: as they stand; None for somebody to invite.

    set_limits, ended_limits: what becomes of their further limits. columns: the headings that differ.
    """

    number: int
    before: Known | None
    after: Known
    set_limits: Limits = field(default_factory=dict)
    ended_limits: tuple[LimitKey, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        limits = tuple(heading_of(key) for key in (*self.set_limits, *self.ended_limits))
        if self.before is None:
            return limits
        before, after = self.before, self.after
        own = (
            (Column.ROLE, before.role != after.role),
            (Column.LIMIT, before.limit_minor != after.limit_minor),
            (Column.REPORTS_TO, before.reports_to != after.reports_to),
        )
        return (*(column.value for column, differs in own if differs), *limits)


@dataclass(slots=True)
class Changes:
    """What came of comparing. waiting: rows of whoever has an open invitation; they stay as they are."""

    invited: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    waiting: int = 0
    errors: list[CellError] = field(default_factory=list)

    @property
    def written(self) -> int:
        return len(self.invited) + len(self.changed)


_NOBODY = UUID(int=0)


def compare(rows: Sequence[Row], house: House) -> Changes:
    """Compare a table with the members, by address, and judge it as a whole.

    The last owner stays, and the line above everybody ends somewhere, when all of it is done.
    """
    found = Changes()
    coming = frozenset(row.email for row in rows if row.email not in house.members)
    for row in rows:
        if row.email in house.invited and row.email not in house.members:
            found.waiting += 1
            continue
        change = _change(row, house.members.get(row.email))
        wrong = [*_why_not(row, change, house, coming)]
        if wrong:
            found.errors += wrong
        elif change.before is None:
            found.invited.append(change)
        elif change.columns:
            found.changed.append(change)
        else:
            found.unchanged += 1
    found.errors += _why_not_together(found, house)
    return found


def _change(row: Row, before: Known | None) -> Change:
    stands = before or Known(_NOBODY, row.email, row.name, row.role, None, "")
    after = replace(
        stands,
        role=row.role or stands.role,
        limit_minor=_minor(row.limit, stands.limit_minor),
        reports_to="" if row.reports_to == NOTHING else row.reports_to or stands.reports_to,
    )
    wanted: dict[LimitKey, Money] = {}
    ended: list[LimitKey] = []
    for key, cell in row.limits:
        if isinstance(cell, Money):
            if stands.limits.get(key) != cell:
                wanted[key] = cell
        elif key in stands.limits:
            ended.append(key)
    return Change(row.number, before, after, wanted, tuple(ended))


def _minor(cell: object, stands: int | None) -> int | None:
    if isinstance(cell, Money):
        return cell.minor
    return None if cell == NOTHING else stands


def _why_not(row: Row, change: Change, house: House, coming: frozenset[str]) -> Iterator[CellError]:
    before, after = change.before, change.after
    if before is None and not row.role:
        reason = N_("Nobody here has this address, so they are invited: write which role they get.")
        yield CellError(row.number, Column.ROLE, "role_missing", reason)
        return
    if before is None or change.columns:
        refused = why_not_manage(
            house.actor_role,
            target_role=before.role if before else None,
            new_role=after.role,
            themselves=before is not None and before.id == house.actor_id,
        )
        if refused is not None:
            yield _error(row, refused.field and Column.ROLE, refused)
    if before is None or before.reports_to != after.reports_to:
        yield from _why_not_boss(row, change, house, coming)
    for key, amount in change.set_limits.items():
        if amount.currency not in house.comparable:
            reason = N_("There is no rate for %(currency)s yet. Note one under Money, Rates, then try again.")
            refused = Refusal("no_rate", reason, facts={"currency": amount.currency})
            yield _error(row, heading_of(key), refused)


def _why_not_boss(row: Row, change: Change, house: House, coming: frozenset[str]) -> Iterator[CellError]:
    boss = change.after.reports_to
    if not boss or boss in house.members:
        return
    if boss not in coming and boss not in house.invited:
        reason = N_("Nobody here has the address %(email)s, and no row of the file invites them.")
        yield _error(row, Column.REPORTS_TO, Refusal("boss_absent", reason, facts={"email": boss}))
    elif change.before is not None:
        reason = N_("%(email)s has yet to join. Leave this empty, and import it again when they are here.")
        yield _error(row, Column.REPORTS_TO, Refusal("boss_coming", reason, facts={"email": boss}))


def _error(row: Row, column: str | None, refusal: Refusal) -> CellError:
    return CellError(row.number, column or None, refusal.code, refusal.reason, refusal.facts)


def _why_not_together(found: Changes, house: House) -> Iterator[CellError]:
    """What is wrong only when all rows are done: circles, and nobody left who owns."""
    line = {known.email: known.reports_to for known in house.members.values()}
    roles = {known.email: known.role for known in house.members.values()}
    every = [*found.invited, *found.changed]
    for change in every:
        line[change.after.email] = change.after.reports_to
        if change.before is not None:
            roles[change.after.email] = change.after.role
    for change in every:
        moved = change.before is None or change.before.reports_to != change.after.reports_to
        if moved and _goes_round(change.after.email, line):
            reason = N_("This would go in a circle: a request above a limit would never arrive.")
            yield CellError(change.number, Column.REPORTS_TO, "reports_in_circle", reason)
    if Role.OWNER not in roles.values():
        reason = N_("Nobody would be an owner any more. Make somebody else an owner first.")
        for change in _demoted(every):
            yield CellError(change.number, Column.ROLE, "last_owner", reason)


def _demoted(changes: Iterable[Change]) -> Iterator[Change]:
    for change in changes:
        if change.before is not None and change.before.role == Role.OWNER != change.after.role:
            yield change


def _goes_round(start: str, line: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    step = line.get(start, "")
    while step and step not in seen:
        if step == start:
            return True
        seen.add(step)
        step = line.get(step, "")
    return False
