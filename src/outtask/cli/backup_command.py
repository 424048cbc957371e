"""`outtask backup`: the whole installation in one file, while it runs."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from outtask.cli.ground import DONE, FAILED, counting, django_ready, migrated, say, show, show_json

if TYPE_CHECKING:
    from outtask.cli.backups.making import Made


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="a file, a folder, or - for standard output (home/backups)"
    )
    parser.add_argument("--with-files", action="store_true", help="also the files that are kept in S3")
    parser.add_argument(
        "--json", action="store_true", help="print what was made as JSON, to stderr with -o -"
    )


def run(given: argparse.Namespace) -> int:
    django_ready()
    migrated()
    from outtask.cli.backups import making, record  # models are loaded only now

    target = None if given.output == "-" else Path(given.output or record.folder())
    made = making.make(
        target, datetime.now(UTC), with_files=given.with_files, progress=counting("Files backed up")
    )
    tell(made, given.json)
    return FAILED if made.manifest.missing or made.manifest.damaged else DONE


def tell(made: Made, as_json: bool) -> None:
    from outtask.cli.backups.making import strangers

    manifest = made.manifest
    if as_json:
        told = {
            "file": made.file,
            "size": made.size,
            "made_at": manifest.made_at,
            "files": manifest.files["count"],
            "missing": manifest.missing,
            "damaged": manifest.damaged,
            "organisations": manifest.organisations,
        }
        (show_json if made.file else lambda told: say(str(told)))(told)
    elif made.file:
        entries = sum(one["entries"] for one in manifest.organisations)
        show(made.file)
        say(
            f"{made.size / 1_000_000:,.1f} MB: {len(manifest.organisations)} organisations,"
            f" {entries:,} entries, {manifest.files['count']:,} files."
        )
    say("It holds the secrets of this installation: keep it as safe, and on another machine.")
    for name in strangers():
        say(f"Not in it: {name} in the home folder, which is none of Outtask's.")
    for what, sums in (
        ("not in the storage", manifest.missing),
        ("damaged in the storage", manifest.damaged),
    ):
        if sums:
            say(f"{len(sums)} stored files are {what}, such as {sums[0]}. Run `outtask doctor`.")
