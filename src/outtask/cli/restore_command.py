"""`outtask restore`: a backup becomes the installation; what was there before is set aside."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outtask.cli.ground import DONE, REFUSED, Failed, counting, django_ready, say, show, show_json

if TYPE_CHECKING:
    from outtask.cli.backups.archive import Manifest
    from outtask.cli.backups.fitting import Fit


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="made by `outtask backup`")
    parser.add_argument("--dry-run", action="store_true", help="check the file and tell what would happen")
    parser.add_argument("--force", action="store_true", help="set aside what is here; nothing is deleted")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")


def run(given: argparse.Namespace) -> int:
    django_ready()
    from outtask.cli import running
    from outtask.cli.backups import restoring

    progress = counting("Parts read")
    if given.dry_run:
        manifest, fit = restoring.look(given.file, progress)
        tell(manifest, fit, given.json, {"dry_run": True})
        return DONE
    with running.alone():
        manifest, fit = restoring.look(given.file, progress)
        refuse_to_replace(fit, given.force)
        done = restoring.restore(given.file, datetime.now(UTC), progress)
    tell(
        done.manifest, done.fit, given.json, {"dry_run": False, "aside": done.aside, "verified": done.reports}
    )
    if not given.json:
        for report in done.reports:
            show(f"{report['organisation']}: {report['entries']:,} entries, every one as it was written")
        say(f"What was here before is kept in {' and '.join(done.aside)}. Delete it when you are sure.")
        say("Start with `outtask up`. What was done since the backup is not in it; tell those concerned.")
    return DONE


def refuse_to_replace(fit: Fit, force: bool) -> None:
    if fit.holds and not force:
        raise Failed(
            f"There is an installation here already: {fit.holds}. Restore into an empty home, or use --force:"
            " it sets the old one aside and deletes nothing.",
            REFUSED,
        )


def tell(manifest: Manifest, fit: Fit, as_json: bool, more: dict[str, Any]) -> None:
    if as_json:
        show_json(
            {
                "made_at": manifest.made_at,
                "outtask": manifest.outtask,
                "organisations": manifest.organisations,
                "files": manifest.files["count"],
                **fit.told(),
                **more,
            }
        )
        return
    entries = sum(one["entries"] for one in manifest.organisations)
    show(
        f"Backup of {manifest.made_at[:19]}Z by Outtask {manifest.outtask}, {manifest.database['version']}:"
        f" {len(manifest.organisations)} organisations, {entries:,} entries,"
        f" {manifest.files['count']:,} files. Every digest is right."
    )
    if fit.interrupted:
        say("An earlier restore was interrupted; this one ends it.")
    if fit.holds and more["dry_run"]:
        say(f"Here already, and set aside with --force: {fit.holds}.")
    if fit.migrations:
        say(f"From an older version; brought up to date by {', '.join(fit.migrations)}.")
    if not fit.same_secret:
        say("OUTTASK_SECRET_KEY is not that of the backup: links in mails sent before will not work.")
    lost = len(manifest.missing) + len(manifest.damaged)
    if lost:
        say(f"{lost} stored files were missing or damaged when it was made.")
