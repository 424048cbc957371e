"""Processes and answers that the tests of this room share."""

from typing import Any

from outtask.decide import actions
from outtask.journal.models import Entry
from outtask.journal.reading import read
from outtask.models import Process
from tests.world import World

OUT: dict[str, Any] = {
    "owner": "Imke Vos",
    "output": "Clean records",
    "times_per_year": "12",
    "hours_each": "7.5",
    "used": True,
    "duplicate": False,
    "candidate": True,
    "strategic": 2,
    "performance": "same",
    "saving_minor": 120_000,
    "significance": 4,
    "authority": False,
    "politics": 1,
    "compliance": False,
    "contact": 1,
    "contract_forbids": False,
    "in_progress": False,
    "roadmap_open": False,
    "jeopardy": 2,
    "technical_knowledge": 2,
    "business_knowledge": 2,
    "benefit": 5,
    "consequence": 4,
    "risk": 2,
    "difficulty": 2,
    "importance": 1,
    "domain_knowledge": 2,
    "service_levels": 2,
    "measured_levels": 2,
    "baselined_levels": 2,
}
"""Every question answered so that the verdict is to hand it out."""


def added(world: World, name: str = "Clean catalogue records", **more: Any) -> Process:
    outcome = actions.add_process(actor=world.actor("imke"), now=world.now, name=name, **more)
    return Process.objects.get(pk=outcome["id"])


def judged(world: World, process: Process, **answers: Any) -> Process:
    """Judged on `OUT` with some answers different; None takes one away."""
    given = {id: answer for id, answer in (OUT | answers).items() if answer is not None}
    actions.judge_process(actor=world.actor("imke"), now=world.now, process_id=process.pk, answers=given)
    process.refresh_from_db()
    return process


def told(world: World) -> list[tuple[str, dict[str, Any]]]:
    """The journal of the shop, latest last: kind and what it says."""
    rows = Entry.objects.filter(organisation=world.organisation).order_by("seq")
    return [(line.kind.name, dict(line.says)) for line in read(rows)]


def facts(process: Process) -> dict[str, Any]:
    names = ("name", "area", "group", "output", "owner_name", "times_per_year", "hours_each")
    return {name: getattr(process, name) for name in names}
