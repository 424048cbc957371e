"""`outtask drill`: leaving, rehearsed: export, import into a scratch installation, export there, compare."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from outtask.cli.ground import DONE, FAILED, django_ready, migrated, say, show, show_json
from outtask.cli.verify_command import chosen

if TYPE_CHECKING:
    from outtask.people.models import Organisation


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organisation", metavar="NAME", help="only this one, by name or id")
    parser.add_argument("--json", action="store_true", help="print the reports as JSON")


def run(given: argparse.Namespace) -> int:
    django_ready()
    migrated()
    reports = [_rehearsed(organisation) for organisation in chosen(given.organisation)]
    if given.json:
        show_json(reports)
    elif not reports:
        show("There is no organisation yet.")
    else:
        for told in reports:
            hours = f"{told['seconds']:,} seconds ({told['hours']:.4f} hours)"
            show(f"{told['organisation']}: {told['rows']:,} rows, {told['entries']:,} entries, {hours}")
            show(f"  BAD: {told['problem']}" if told["problem"] else "  everything came back the same")
    return FAILED if any(report["problem"] for report in reports) else DONE


def _rehearsed(organisation: Organisation) -> dict[str, Any]:
    """Rehearse for one organisation; what came of it stands in its journal too."""
    from outtask.takeback import drill
    from outtask.takeback.models import Drill

    say(f"{organisation.name}: leaving and coming back in a scratch installation …")
    done: Drill = Drill.objects.get(pk=drill.run(organisation.pk)["drill"])
    return {
        "organisation": organisation.name,
        "id": str(organisation.pk),
        "passed": not done.problem,
        "problem": done.problem or None,
        "seconds": round(done.took_ms / 1000, 1),
        "hours": done.took_ms / 3_600_000,
        "rows": done.rows,
        "entries": done.entries,
        "sha256": done.sha256,
        "size": done.size,
    }
