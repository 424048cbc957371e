"""`outtask import`: an inventory of processes, published contracts (OCDS), or a whole organisation."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outtask.cli.archives import bring_in
from outtask.cli.ground import (
    DONE,
    FAILED,
    REFUSED,
    USAGE,
    Failed,
    counting,
    django_ready,
    migrated,
    say,
    show,
    show_json,
)
from outtask.cli.verify_command import chosen

if TYPE_CHECKING:
    from outtask.kernel.actor import Actor

SHOWN = 20
WRITTEN = {"created", "changed"}
COUNTS = ("created", "changed", "unchanged", "merged")
# What was left out of the files: the rest is taken in, and the exit code says that something is missing.
NOT_TAKEN = ("errors", "unread")


def arguments(parser: argparse.ArgumentParser) -> None:
    what = "a CSV of processes, OCDS JSON, or the archive of an organisation"
    parser.add_argument("what", choices=["processes", "ocds", "archive"], help=what)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    into = "into this one, by name or id; an archive brings its own"
    parser.add_argument("--organisation", metavar="NAME", help=into)
    parser.add_argument(
        "--as", dest="email", metavar="EMAIL", help="the member who imports; for an archive nobody"
    )
    parser.add_argument("--dry-run", action="store_true", help="only tell what would change")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")


def run(given: argparse.Namespace) -> int:
    django_ready()
    missing = [str(path) for path in given.files if not path.is_file()]
    if missing:
        raise Failed(f"There is no file {', '.join(missing)}.", USAGE)
    if given.what == "archive":
        return bring_in(given.files, dry_run=given.dry_run, as_json=given.json)
    migrated()
    if not given.organisation or not given.email:
        raise Failed("Say into which organisation, and who imports: --organisation NAME --as EMAIL.", USAGE)
    actor = member_of(given.organisation, given.email)
    take = {"processes": processes, "ocds": contracts}[given.what]
    counts = take(actor, given.files, given.dry_run)
    if given.json:
        show_json({"dry_run": given.dry_run, **counts})
    else:
        would = "would be " if given.dry_run else ""
        told = [f"{count:,} {would if name in WRITTEN else ''}{name}" for name, count in counts.items()]
        show(", ".join(told))
    return FAILED if any(counts.get(name) for name in NOT_TAKEN) else DONE


def member_of(organisation: str, email: str) -> Actor:
    """Whoever signs in with this address, as a member of this organisation; raises Failed."""
    from outtask.people.models import Member

    (home,) = chosen(organisation)
    member = Member.objects.filter(
        organisation=home, person__email__iexact=email, left_at__isnull=True
    ).first()
    if member is None:
        raise Failed(f"{email} is not a member of {home.name}.", USAGE)
    actor: Actor = member.actor
    return actor


def processes(actor: Actor, files: list[Path], dry_run: bool) -> dict[str, int]:
    """Each file is one inventory. Rows with an error are told and left out."""
    from outtask.decide.importing import import_inventory, preview
    from outtask.decide.inventory import read

    totals = dict.fromkeys((*COUNTS, "errors"), 0)
    for path in files:
        data = path.read_bytes()
        reading = read(data)
        tell_errors(path, reading.errors)
        if dry_run:
            found = preview(actor, data, path.name, reading)
            counts = {name: getattr(found, name) for name in COUNTS}
        else:
            done = import_inventory(actor, data, path.name, datetime.now(UTC), reading=reading)
            counts = {name: done[name] for name in COUNTS}
        counts["errors"] = len(reading.errors)
        totals = {name: total + counts[name] for name, total in totals.items()}
    return totals


def tell_errors(path: Path, errors: Any) -> None:
    for error in errors[:SHOWN]:
        column = f", {error.column}" if error.column else ""
        reason = error.reason % error.facts if error.facts else error.reason
        say(f"{path.name}, row {error.row}{column}: {reason}")
    if len(errors) > SHOWN:
        say(f"… and {len(errors) - SHOWN:,} more rows with errors.")


def contracts(actor: Actor, files: list[Path], dry_run: bool) -> dict[str, int]:
    """All files together, because releases of one process may stand in several; a bad one stops none."""
    from outtask.kernel.refusal import refuse_if
    from outtask.lifecycle.import_files import MOST_AT_ONCE, read_files
    from outtask.lifecycle.importing import compare, import_outtasks, in_parts
    from outtask.people.roles import Right, may

    progress = counting("Files read")
    reading = read_files(
        [(path.name, path) for path in files], progress=lambda done: progress(done, len(files))
    )
    for unread in reading.unread:
        say(f"{unread.name}: {unread.refusal}")
    if reading.unread and not reading.sources:
        raise Failed("None of the files could be read.", REFUSED)
    refuse_if(may(actor, Right.IMPORT))
    totals = dict.fromkeys(("created", "changed", "unchanged", "problems", "unmapped"), 0)
    for part in in_parts(reading.sources, MOST_AT_ONCE):
        if dry_run:
            counts = compare(actor.organisation_id, part).counts(part)
        else:
            counts = import_outtasks(actor=actor, now=datetime.now(UTC), sources=part).values
        for name in totals:
            totals[name] += counts[name]
    return totals | {"unread": len(reading.unread)}
