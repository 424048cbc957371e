"""`outtask export`: a whole organisation in one open file."""

from __future__ import annotations

import argparse
from pathlib import Path

from outtask.cli.ground import DONE, FAILED, Failed, counting, django_ready, migrated, say, show, show_json
from outtask.cli.verify_command import chosen


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("organisation", metavar="NAME", help="which one, by name or id")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to write it")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def run(given: argparse.Namespace) -> int:
    django_ready()
    migrated()
    from outtask.takeback.archive.writing import export_to  # models are loaded only now

    (organisation,) = chosen(given.organisation)
    path: Path = given.output or Path(f"outtask-{organisation.pk}.zip")
    if path.is_dir() or not path.parent.is_dir():
        raise Failed(f"{path} cannot be written. Name a file in a folder that is there.")
    written = export_to(path, organisation.pk, counting("Lines written"))
    told = written.manifest
    if given.json:
        show_json(
            {
                "file": str(path),
                "organisation": told.name,
                "id": str(told.organisation_id),
                "sha256": written.sha256,
                "size": written.size,
                "rows": told.rows,
                "entries": told.entries,
                "files": told.files,
                "root": told.root,
                "fault": written.fault or None,
            }
        )
    else:
        show(f"{path}: {told.rows:,} rows, {told.entries:,} entries, {told.files:,} files")
        show(f"  SHA-256 {written.sha256}")
    if written.fault:
        say(f"{written.fault} `outtask verify` says more. The archive is whole, and no import will take it.")
    return FAILED if written.fault else DONE
