"""Reads of the decide room; each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from outtask.decide.answers import decode, plain
from outtask.decide.inventory import Known, Row
from outtask.decide.models import Judgement, Process
from outtask.decide.rules import Described, alike_to, priority
from outtask.decide.rules.priority import Priority
from outtask.decide.sourcing_models import Volume
from outtask.decide.states import Verdict
from outtask.kernel.actor import Actor
from outtask.outtasks.models import OutTask
from outtask.outtasks.states import Ending

COMPARED_WHOLE = 2_000
"""Up to this many processes each is compared with one; beyond, only those that share a long word with it."""
COMPARED_MOST = 1_000
ALIKE_SHOWN = 5
AREAS_SHOWN = 300
COUNTED_MOST = 1_000
"""A page that told exact numbers would take longer the more there is."""
ASKED_BY_KEY = 1_000
"""Up to this many rows of an inventory are looked up by their keys; for more, the list is read through."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which processes a list shows; empty values do not narrow it."""

    verdict: str = ""
    area: str = ""
    text: str = ""


def listed(actor: Actor) -> QuerySet[Process]:
    """What stands on the list: everything but processes that were merged into others."""
    rows: Any = Process.objects.visible_to(actor).filter(merged_into__isnull=True)
    found: QuerySet[Process] = rows
    return found


UNJUDGED = "none"
"""The value of the filter for processes that nobody has judged."""


def wanted(actor: Actor, which: Wanted) -> QuerySet[Process]:
    rows = listed(actor)
    if which.verdict:
        rows = rows.filter(verdict="" if which.verdict == UNJUDGED else which.verdict)
    if which.area:
        rows = rows.filter(area=which.area)
    if which.text:
        text = which.text
        rows = rows.filter(Q(name__icontains=text) | Q(output__icontains=text) | Q(group__icontains=text))
    return rows


def with_work(rows: QuerySet[Process]) -> QuerySet[Process]:
    """The same rows, each with `is_out`: whether an out-task of it is running."""
    running = OutTask.objects.filter(process_id=OuterRef("pk"), ending=Ending.OPEN)
    return rows.annotate(is_out=Exists(running))


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, counted up to COUNTED_MOST. more: whether there may be more than `number`."""

    number: int
    more: bool = False

    @classmethod
    def of(cls, number: int) -> Count:
        return cls(min(number, COUNTED_MOST), number > COUNTED_MOST)

    def __add__(self, other: Count) -> Count:
        both = Count.of(self.number + other.number)
        return replace(both, more=both.more or self.more or other.more)


NO_COUNT = Count(0)


def counts_by_verdict(actor: Actor) -> dict[str, Count]:
    """How many of the listed processes have each verdict; "" for those without one. Never counts them all."""
    rows = listed(actor).order_by()
    return {
        verdict: Count.of(rows.filter(verdict=verdict)[: COUNTED_MOST + 1].count())
        for verdict in ("", *Verdict)
    }


_AREA_BY_AREA = """
    WITH RECURSIVE found(area) AS (
        SELECT ({first})
        UNION ALL
        SELECT ({beyond}) FROM found WHERE found.area IS NOT NULL
    )
    SELECT area FROM found WHERE area IS NOT NULL LIMIT %s
"""


def areas(actor: Actor) -> list[str]:
    """The areas of the list in their order, as far as a menu can hold them.

    Goes from each area straight to the next one in the index: DISTINCT would read every process, however few
    areas there are.
    """
    named = Process.objects.visible_to(actor).order_by("area").values_list("area")
    latest: Any = RawSQL("found.area", ())
    first, of_first = named.filter(area__gt="")[:1].query.sql_with_params()
    beyond, of_beyond = named.filter(area__gt=latest)[:1].query.sql_with_params()
    with connection.cursor() as cursor:
        asked = _AREA_BY_AREA.format(first=first, beyond=beyond)
        cursor.execute(asked, [*of_first, *of_beyond, AREAS_SHOWN])
        return [area for (area,) in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest judgement of one process, as lists need it: why, and where it lies in the chart."""

    number: int
    verdict: str
    rule: str
    trail: list[dict[str, Any]]
    priority: Priority


def latest_of(processes: Iterable[Process]) -> dict[UUID, Latest]:
    """The latest judgement of each judged process; one query for all."""
    ids = [process.pk for process in processes if process.verdict]
    later = Judgement.objects.filter(process_id=OuterRef("process_id"), number__gt=OuterRef("number"))
    rows = Judgement.objects.filter(process_id__in=ids).exclude(Exists(later)) if ids else []
    return {
        row.process_id: Latest(row.number, row.verdict, row.rule, row.trail, priority(decode(row.answers)))
        for row in rows
    }


def process_of(actor: Actor, pk: UUID) -> Process | None:
    rows: Any = Process.objects.visible_to(actor).select_related("merged_into")
    found: Process | None = rows.filter(pk=pk).first()
    return found


def judgements_of(process: Process) -> list[Judgement]:
    """All of them, the latest first."""
    rows = Judgement.objects.filter(process=process).select_related("judged_by__person")
    return list(rows.order_by("-number"))


def outtasks_of(actor: Actor, process: Process, size: int = 20) -> list[OutTask]:
    """The out-tasks of a process and of those merged into it, the latest first."""
    mine = Q(process=process) | Q(process__merged_into=process)
    return list(OutTask.objects.visible_to(actor).filter(mine).order_by("-id")[:size])


def row_of(process: Process) -> Row:
    """A process as an inventory would name it."""
    return row_told(
        process.name,
        process.area,
        process.group,
        process.output,
        process.owner_name,
        process.times_per_year,
        process.hours_each,
    )


def answers_now(process: Process, latest: Judgement | None) -> dict[str, object]:
    """What is known before anybody answers anew: what the list says, else the latest answers."""
    known: dict[str, object] = dict(latest.answers) if latest else {}
    own = {
        "owner": process.owner_name or None,
        "output": process.output or None,
        "times_per_year": process.times_per_year,
        "hours_each": process.hours_each,
    }
    return known | {id: plain(answer) for id, answer in own.items() if answer is not None}


def known_rows(organisation_id: UUID, keys: Collection[str]) -> dict[str, Known]:
    """What the list of an organisation holds under the keys of an inventory."""
    columns = ("name", "area", "group", "output", "owner_name", "times_per_year", "hours_each")
    rows = Process.objects.filter(organisation_id=organisation_id)
    if len(keys) <= ASKED_BY_KEY:
        rows = rows.filter(key__in=list(keys))
    found = rows.values_list("key", "merged_into_id", *columns).iterator(chunk_size=5_000)
    return {
        identity: Known(row_told(*values), merged=merged is not None)
        for identity, merged, *values in found
        if identity in keys
    }


def row_told(
    name: str, area: str, group: str, output: str, owner: str, times: Decimal | None, hours: Decimal | None
) -> Row:
    """What is said of a process, as an inventory would say it; it stands in no file, so its number is 0."""
    return Row(
        number=0,
        name=name,
        area=area,
        group=group,
        output=output,
        owner=owner,
        times_per_year=times,
        hours_each=hours,
    )


@dataclass(frozen=True, slots=True)
class Alike:
    """A process that looks like the same work. score: percent."""

    process: Process
    score: float


def alike_processes(actor: Actor, process: Process) -> list[Alike]:
    """The processes most like one, for merging; none for a process that is merged already."""
    if process.merged_into_id is not None:
        return []
    others = listed(actor).exclude(pk=process.pk)
    if others[COMPARED_WHOLE : COMPARED_WHOLE + 1].exists():
        others = others.filter(near(process))[:COMPARED_MOST]
    described = (Described(str(pk), *texts) for pk, *texts in others.values_list("pk", "name", "output"))
    pairs = alike_to(Described(str(process.pk), process.name, process.output), described)[:ALIKE_SHOWN]
    found = Process.objects.in_bulk([UUID(other) for _, other, _ in pairs])
    return [Alike(found[UUID(other)], score) for _, other, score in pairs]


def near(process: Process) -> Q:
    """Names that share one of the two longest words, and the very same outputs."""
    longest = sorted(process.name.split(), key=len, reverse=True)[:2]
    near = Q()
    for word in longest:
        near |= Q(name__icontains=word)
    return near | Q(output=process.output) if process.output else near


def volume_of(process: Process) -> Volume | None:
    """How much work it is in a year; None while either number is missing."""
    times, hours = process.times_per_year, process.hours_each
    return None if times is None or hours is None else Volume(times, hours)
