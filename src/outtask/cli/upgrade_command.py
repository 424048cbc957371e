"""`outtask upgrade`: bring the database to this version, with a backup first and proof after."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from outtask.cli.ground import DONE, django_ready, refuse_half_restored, say, show, show_json

if TYPE_CHECKING:
    from outtask.cli.upgrading import Standing


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only tell what would be changed")
    parser.add_argument("--no-backup", action="store_true", help="when you made one by other means just now")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")


def run(given: argparse.Namespace) -> int:
    django_ready()
    from outtask.cli import running, upgrading

    refuse_half_restored()
    found = upgrading.standing()
    upgrading.refuse_newer(found)
    if given.dry_run:
        return preview(found, given.json)
    if not found.steps:
        show_json({"steps": []}) if given.json else show(
            "The database is up to date; there is nothing to do."
        )
        return DONE
    with running.alone():
        say("Backing up, then upgrading …" if not given.no_backup else "Upgrading …")
        done = upgrading.upgrade(datetime.now(UTC), backup=not given.no_backup)
    if given.json:
        show_json(asdict(done))
        return DONE
    for step in done.steps:
        show(f"{step.name} applied")
    for report in done.reports:
        show(f"{report['organisation']}: {report['entries']:,} entries, every one as it was written")
    say(upgrading.way_back(done.backup))
    return DONE


def preview(found: Standing, as_json: bool) -> int:
    from outtask.cli.upgrading import megabytes, sizes

    size = sizes()
    if as_json:
        show_json({"dry_run": True, "steps": [asdict(step) for step in found.steps], **size})
        return DONE
    if not found.steps:
        show("The database is up to date; there is nothing to do.")
        return DONE
    for step in found.steps:
        show(f"{step.name}{'' if step.undone else ' (goes one way; only the backup leads back)'}")
        for line in step.does:
            show(f"  {line}")
    rows = ", ".join(f"{count:,} in {name.removeprefix('outtask_')}" for name, count in size["rows"].items())
    say(f"The database takes {megabytes(size['bytes'])}{f'; rows: {rows}' if rows else ''}.")
    say("`outtask upgrade` makes a backup first, applies these, and verifies every journal.")
    return DONE
