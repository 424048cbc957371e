"""The timeline: what happened to an out-task, told by the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outtask.journal.kinds import Audience, Says, Tally, all_kinds
from outtask.journal.models import Entry
from outtask.journal.prepared import prepared, several
from outtask.journal.reading import Told, read
from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor, ActorKind
from outtask.kernel.money import Money
from outtask.outtasks.models import OutTask
from outtask.people.models import Link, Member, Token
from outtask.source.models import Award
from outtask.ui.formats import day, money, number
from outtask.ui.timeline import Happening


def happenings(
    actor: Actor,
    outtask_id: UUID,
    *,
    before: int | None = None,
    size: int = 20,
    receipts: Callable[[int], str] | None = None,
) -> list[Happening]:
    """The latest lines about an out-task that the actor may read, by key: pass the last `seq` to go on.

    receipts: where the receipt of an entry is, for a guest; members have one address for all.
    """
    lines = told(read(_latest(actor, outtask_id, before, size)))
    if receipts is None and actor.is_member:
        receipts = _receipt_of
    return lines if receipts is None else [replace(line, proof=receipts(line.seq or 0)) for line in lines]


def _latest(actor: Actor, outtask_id: UUID, before: int | None, size: int) -> Iterable[Entry]:
    if not actor.is_provider_side:
        return _of_kinds(actor.organisation_id, outtask_id, Audience.CLIENT, size, before)
    rows = Entry.objects.filter(organisation_id=actor.organisation_id, outtask_id=outtask_id)
    rows = rows.filter(_readable(actor, outtask_id))
    return (rows if before is None else rows.filter(seq__lt=before)).order_by("-seq")[:size]


@prepared("before")
def _of_kinds(
    organisation_id: UUID, outtask_id: UUID, audience: Audience, size: int, before: int | None
) -> QuerySet[Entry]:
    rows = Entry.objects.filter(organisation_id=organisation_id, outtask_id=outtask_id)
    rows = rows.filter(kind__in=_kinds_for(audience))
    return (rows if before is None else rows.filter(seq__lt=before)).order_by("-seq")[:size]


def _receipt_of(seq: int) -> str:
    """Where a member gets the receipt of an entry."""
    return reverse("receipt", args=[seq])


def entry_of(actor: Actor, seq: int) -> Entry:
    """The entry of an out-task at this place, as far as the actor may read it; NotFound else."""
    return _readable_one(actor, Entry.objects.filter(organisation_id=actor.organisation_id, seq=seq).first())


def entry_with(actor: Actor, entry_id: UUID) -> Entry:
    """As `entry_of`, by the entry's id."""
    rows = Entry.objects.filter(organisation_id=actor.organisation_id, pk=entry_id)
    return _readable_one(actor, rows.first())


def _readable_one(actor: Actor, entry: Entry | None) -> Entry:
    if entry is not None and entry.outtask_id is not None:
        seen = OutTask.objects.visible_to(actor).filter(pk=entry.outtask_id).exists()
        if seen and Entry.objects.filter(_readable(actor, entry.outtask_id), pk=entry.pk).exists():
            return entry
    raise NotFound("entry")


def _readable(actor: Actor, outtask_id: UUID) -> Q:
    """Which entries an actor may read. A provider reads of the time they had the work, and not of others'."""
    if not actor.is_provider_side:
        return Q(kind__in=_kinds_for(Audience.CLIENT))
    readable = Q(kind__in=_kinds_for(Audience.PUBLIC))
    own = Award.objects.filter(outtask_id=outtask_id, proposal__provider_id=actor.provider_id)
    for begun, ended in own.values_list("awarded_at", "ended_at"):
        had_it = Q(kind__in=_kinds_for(Audience.PROVIDER), at__gte=begun)
        readable |= had_it & Q(at__lte=ended) if ended else had_it
    return readable


def _kinds_for(audience: Audience) -> list[str]:
    return [kind.name for kind in all_kinds() if audience in kind.audience]


def public_happenings(organisation_id: UUID, outtask_id: UUID, size: int = 20) -> list[Happening]:
    """What the holder of a tracking code may read: no amounts, no names."""
    lines = read(_of_kinds(organisation_id, outtask_id, Audience.PUBLIC, size, None))
    return [_line(line, "", "firm") for line in lines]


def told(lines: Iterable[Told]) -> list[Happening]:
    """Lines with the names of those who acted; a query for each sort of actor, whatever their number."""
    lines = list(lines)
    members = {line.actor_id for line in lines if line.actor_kind == ActorKind.MEMBER and line.actor_id}
    guests = {line.actor_id for line in lines if line.actor_kind == ActorKind.GUEST}
    names = dict(several(_names, sorted(members)))
    if guests:
        rows = Link.objects.filter(pk__in=guests).values_list("pk", "name", "provider__name")
        names |= {
            pk: f"{name}, {provider}" if provider and provider != name else name
            for pk, name, provider in rows
        }
    programs = {line.actor_id for line in lines if line.actor_kind == ActorKind.PROGRAM}
    if programs:
        names |= dict(Token.objects.filter(pk__in=programs).values_list("pk", "provider__name"))
    return [_line(line, *_by(line, names)) for line in lines]


@prepared()
def _names(members: tuple[UUID, ...]) -> QuerySet[Member, tuple[UUID, str]]:
    return Member.objects.filter(pk__in=members).values_list("pk", "person__name")


def _by(line: Told, names: dict[UUID, str]) -> tuple[str, str]:
    if line.actor_kind == ActorKind.CLOCK:
        return "Outtask", "clock"
    if line.actor_kind == ActorKind.PROGRAM:
        return names.get(line.actor_id, _("a program")) if line.actor_id else _("a program"), "program"
    return names.get(line.actor_id, _("somebody who left")) if line.actor_id else "", "person"


def _line(line: Told, by: str, by_icon: str) -> Happening:
    return Happening(
        line.at, sentence_of(line), by=by, by_icon=by_icon, seq=line.seq, entry=line.id, tone=line.kind.tone
    )


def sentence_of(line: Told) -> str:
    """What an entry tells, in the reader's language."""
    words = {name: _spoken(says, line.says.get(name)) for name, says in line.kind.payload.items()}
    words |= {place: _counted(tally, line) for place, tally in line.kind.tallies.items()}
    return _(line.kind.sentence) % words


def _counted(tally: Tally, line: Told) -> str:
    numbers = [(words, line.says.get(name) or 0) for name, words in tally.counts.items()]
    told = [ngettext(words.one, words.many, n) % {"n": number(n)} for words, n in numbers if n]
    return ", ".join(told) or _(tally.none)


def _spoken(says: Says, value: object) -> str:
    if value is None:
        return _("(erased)") if says is Says.WORDS else _("none")
    if isinstance(value, Money):
        return money(value)
    if says in {Says.DAY, Says.INSTANT}:
        return day(value)  # type: ignore[arg-type]  # dates and instants alike
    return str(value)
