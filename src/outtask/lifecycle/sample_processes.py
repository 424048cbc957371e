"""What Harbour Row Books does regularly, which of it was judged, and contracts others published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import as_file
from typing import Any

from outtask.decide.actions import judge_process
from outtask.decide.importing import import_inventory
from outtask.decide.models import Process
from outtask.decide.queries import row_of
from outtask.lifecycle.importing import Source, import_outtasks
from outtask.lifecycle.ocds.reader import read_package
from outtask.lifecycle.sample_shop import DATA, Shop, Story

# What holds for work that may be handed out; each process below says where it differs.
USUAL: Mapping[str, Any] = {
    "used": True,
    "duplicate": False,
    "candidate": True,
    "strategic": 2,
    "performance": "worse",
    "saving_minor": 120_000,
    "significance": 3,
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
    "benefit": 4,
    "consequence": 3,
    "risk": 2,
    "difficulty": 2,
    "importance": 2,
    "domain_knowledge": 2,
    "service_levels": 2,
    "measured_levels": 2,
    "baselined_levels": 2,
}
JUDGED: Mapping[str, Mapping[str, Any]] = {
    "Clean catalogue records": {"benefit": 5, "saving_minor": 310_000},
    "Alt text for cover images": {"benefit": 4, "risk": 1, "difficulty": 1},
    "Same-day parcels in town": {"benefit": 5, "risk": 3, "contact": 3},
    "Reconcile card takings": {"benefit": 3, "risk": 3, "difficulty": 3},
    "Translate the shop pages": {"benefit": 4, "consequence": 4, "difficulty": 4, "domain_knowledge": 1},
    "Repair second-hand books": {"benefit": 3, "difficulty": 5, "saving_minor": 40_000},
    "Choose what to stock": {"strategic": 5, "performance": "better"},
    "Payroll": {"contract_forbids": True},
    "Yearly stock count": {"roadmap_open": True},
    "Retype the cash book": {"used": False},
}


def bring_in_processes(shop: Shop, at: datetime) -> Story:
    """Two inventories are read, and over two days some of what they list is judged."""
    for name in ("bookshop.csv", "capabilities.csv"):
        import_inventory(shop.actor("imke"), DATA.joinpath(name).read_bytes(), name, at)
    found = Process.objects.filter(organisation_id=shop.organisation_id)
    processes = {process.name: process for process in found.filter(name__in=list(JUDGED))}
    at = shop.at(43, 10)
    for name, differs in JUDGED.items():
        at = yield at + timedelta(minutes=6)
        process = processes[name]
        row = row_of(process)
        described = {
            "owner": row.owner,
            "output": row.output,
            "times_per_year": row.times_per_year,
            "hours_each": row.hours_each,
        }
        judge_process(
            actor=shop.actor("imke"), now=at, process_id=process.pk, answers={**USUAL, **described, **differs}
        )


def bring_in_contracts(shop: Shop, at: datetime) -> None:
    """Eight files of four publishers, as they were published."""
    sources = []
    for file in sorted(DATA.joinpath("contracts").iterdir(), key=lambda file: file.name):
        with as_file(file) as path:
            sources.append(Source.of(read_package(path, file.name)))
    import_outtasks(actor=shop.actor("imke"), now=at, sources=sources)
