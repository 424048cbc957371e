"""`outtask import`: an inventory of processes, or published contracts (OCDS), from files."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outtask.cli.ground import DONE, FAILED, USAGE, Failed, django_ready, migrated, say, show, show_json
from outtask.cli.verify_command import chosen

if TYPE_CHECKING:
    from outtask.kernel.actor import Actor

SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["processes", "ocds"], help="a CSV of processes, or OCDS JSON")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--organisation", required=True, metavar="NAME", help="into this one, by name or id")
    parser.add_argument("--as", required=True, dest="email", metavar="EMAIL", help="the member who imports")
    parser.add_argument("--dry-run", action="store_true", help="only tell what would change")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")


def run(given: argparse.Namespace) -> int:
    django_ready()
    migrated()
    missing = [str(path) for path in given.files if not path.is_file()]
    if missing:
        raise Failed(f"There is no file {', '.join(missing)}.", USAGE)
    actor = member_of(given.organisation, given.email)
    take = {"processes": processes, "ocds": contracts}[given.what]
    counts = take(actor, given.files, given.dry_run)
    if given.json:
        show_json({"dry_run": given.dry_run, **counts})
    else:
        would = "would be " if given.dry_run else ""
        show(
            ", ".join(f"{count:,} {would if name in WRITTEN else ''}{name}" for name, count in counts.items())
        )
    return (
        FAILED
        if counts.get("errors") and not any(counts[name] for name in counts if name != "errors")
        else DONE
    )


WRITTEN = {"created", "changed"}


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
    from outtask.decide.actions import import_processes
    from outtask.decide.inventory import compare, keyed, read
    from outtask.decide.queries import known_rows
    from outtask.kernel.canonical import sha256_hex
    from outtask.kernel.refusal import refuse_if
    from outtask.people.roles import Right, may

    totals = dict.fromkeys(("created", "changed", "unchanged", "merged", "errors"), 0)
    for path in files:
        data = path.read_bytes()
        reading = read(data)
        tell_errors(path, reading.errors)
        if dry_run:
            refuse_if(may(actor, Right.IMPORT))
            told = keyed(reading.rows)
            found = compare(told, known_rows(actor.organisation_id, told.keys()))
            counts: dict[str, Any] = {
                "created": len(found.created),
                "changed": len(found.changed),
                "unchanged": found.unchanged,
                "merged": found.merged,
            }
        else:
            counts = import_processes(
                actor=actor, now=datetime.now(UTC), rows=reading.rows, name=path.name, sha256=sha256_hex(data)
            ).values
        for name in counts:
            totals[name] += counts[name]
        totals["errors"] += len(reading.errors)
    return totals


def tell_errors(path: Path, errors: Any) -> None:
    for error in errors[:SHOWN]:
        column = f", {error.column}" if error.column else ""
        reason = error.reason % error.facts if error.facts else error.reason
        say(f"{path.name}, row {error.row}{column}: {reason}")
    if len(errors) > SHOWN:
        say(f"… and {len(errors) - SHOWN:,} more rows with errors.")


def contracts(actor: Actor, files: list[Path], dry_run: bool) -> dict[str, int]:
    """All files together: releases of one process may stand in several of them."""
    from outtask.kernel.canonical import sha256_hex
    from outtask.kernel.refusal import refuse_if
    from outtask.lifecycle.importing import compare, import_outtasks
    from outtask.lifecycle.ocds.reader import combine, read_package
    from outtask.people.roles import Right, may

    packages = []
    for path in files:
        say(f"Reading {path.name} …")
        packages.append(read_package(path, path.name))
    tasks = combine(packages)
    if dry_run:
        refuse_if(may(actor, Right.IMPORT))
        found = compare(actor.organisation_id, tasks)
        return {
            "created": len(found.created),
            "changed": len(found.changed),
            "unchanged": len(found.unchanged),
            "problems": found.problems,
            "unmapped": found.unmapped,
        }
    digests = [package.sha256 for package in packages]
    outcome = import_outtasks(
        actor=actor,
        now=datetime.now(UTC),
        name=", ".join(path.name for path in files),
        sha256=digests[0] if len(digests) == 1 else sha256_hex("\n".join(digests).encode()),
        tasks=tasks,
    )
    names = ("created", "changed", "unchanged", "problems", "unmapped")
    return {name: outcome[name] for name in names}
