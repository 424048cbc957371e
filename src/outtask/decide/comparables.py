"""What organisations of this installation that share their counts hand out: the one read across tenants.

Nothing leaves this module but `Comparison`: numbers that stand for five organisations at least. No name, no
row and no id of another organisation is given to anybody.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from uuid import UUID

from django.db.models import Q

from outtask.decide.catalogue import catalogue
from outtask.decide.models import Process
from outtask.decide.queries import near
from outtask.decide.rules import Described
from outtask.decide.rules.comparables import (
    Comparison,
    Contributor,
    TaskKind,
    comparable,
    comparison,
    kinds_of,
)
from outtask.kernel.actor import Actor
from outtask.outtasks.models import OutTask
from outtask.people.models import Member, Organisation

READ_MOST = 20_000
"""So many processes of others are compared with one at most; what is told is "at least" anyway."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Step 2 for one process. kinds: of our catalogue. shares: whether the organisation shares its counts;
    counts: what it may know of others, None as long as it does not share."""

    kinds: tuple[TaskKind, ...]
    shares: bool
    counts: Comparison | None


def compared(actor: Actor, process: Process) -> Compared:
    """What is commonly handed out that is like this process, here and in general."""
    kinds = kinds_of(_described(process), catalogue())
    if not Organisation.objects.filter(pk=actor.organisation_id, compares=True).exists():
        return Compared(kinds, shares=False, counts=None)
    found = _comparable(actor.organisation_id, process, kinds)
    people = _people({actor.organisation_id, *found})
    out = _handed_out(found)
    contributors = [Contributor(str(other), people[other], other in out) for other in sorted(found)]
    return Compared(kinds, shares=True, counts=comparison(people[actor.organisation_id], contributors))


def _described(process: Process) -> Described:
    return Described(str(process.pk), process.name, process.output)


def _comparable(own: UUID, process: Process, kinds: tuple[TaskKind, ...]) -> dict[UUID, list[UUID]]:
    """Organisation → its processes that are the same work; the reader's own, samples and shadows left out."""
    sharing = Organisation.objects.filter(compares=True, is_sample=False, represented_by__isnull=True)
    rows = Process.objects.filter(organisation__in=sharing.exclude(pk=own), merged_into__isnull=True)
    rows = rows.filter(reduce(or_, (_of_kind(kind) for kind in kinds), near(process)))
    read = list(rows.order_by("id").values_list("pk", "organisation_id", "name", "output")[:READ_MOST])
    others = (Described(str(pk), name, output) for pk, _, name, output in read)
    same = comparable(_described(process), others, catalogue())
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for pk, organisation_id, _, _ in read:
        if str(pk) in same:
            found[organisation_id].append(pk)
    return found


def _of_kind(kind: TaskKind) -> Q:
    """What the database can tell of a kind: the beginnings stand somewhere. The rule looks closer."""
    ways = [reduce(and_, (_somewhere(beginning) for beginning in way)) for way in kind.ways]
    return reduce(or_, ways)


def _somewhere(beginning: str) -> Q:
    return Q(name__icontains=beginning) | Q(output__icontains=beginning)


def _people(organisations: set[UUID]) -> dict[UUID, frozenset[str]]:
    rows = Member.objects.filter(organisation_id__in=organisations).values_list(
        "organisation_id", "person_id"
    )
    people: dict[UUID, set[str]] = {one: set() for one in organisations}
    for organisation_id, person_id in rows:
        people[organisation_id].add(str(person_id))
    return {one: frozenset(theirs) for one, theirs in people.items()}


def _handed_out(found: dict[UUID, list[UUID]]) -> set[UUID]:
    """The organisations in which an out-task of this work has a provider, running or ended."""
    ids = [pk for theirs in found.values() for pk in theirs]
    of_it = Q(process__in=ids) | Q(process__merged_into__in=ids)
    rows = OutTask.objects.filter(of_it, organisation_id__in=list(found), provider__isnull=False)
    return set(rows.order_by().values_list("organisation_id", flat=True).distinct())
