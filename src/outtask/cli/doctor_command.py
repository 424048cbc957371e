"""`outtask doctor`: looks at the installation; each line says what is wrong and what to do."""

from __future__ import annotations

import argparse
import difflib
import os
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from outtask.cli.ground import DONE, FAILED, django_ready, show, show_json

if TYPE_CHECKING:
    from outtask.followers.health import Finding

MARKS = {"ok": "ok  ", "warn": "look", "bad": "BAD "}
# Read by the command itself or by the tests, not by the settings.
BESIDE_SETTINGS = {"HOST", "SERVER_PROCESSES", "SERVER_THREADS", "TEST_DATABASE", "TEST_BASE"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(given: argparse.Namespace) -> int:
    django_ready()
    from outtask.followers import health  # models are loaded only now

    findings = [settings_known(), *health.look(health.ALL, datetime.now(UTC))]
    if given.json:
        show_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            show(f"{MARKS[finding.state]}  {finding.name:<11} {finding.says}")
            if finding.remedy:
                show(f"      {'':<11} → {finding.remedy}")
    return FAILED if any(finding.state == "bad" for finding in findings) else DONE


def settings_known() -> Finding:
    """Whether every OUTTASK_* variable is one that something reads; a misspelt one has no effect."""
    from outtask.config.settings import env
    from outtask.followers import health

    known = env.known | BESIDE_SETTINGS
    given = {name.removeprefix("OUTTASK_") for name in os.environ if name.startswith("OUTTASK_")}
    for name in sorted(given - known):
        close = difflib.get_close_matches(name, known, 1)
        remedy = f"Did you mean OUTTASK_{close[0]}?" if close else "Remove it."
        return health.warn("settings", f"OUTTASK_{name} is not a setting of Outtask.", remedy)
    return health.ok("settings", f"{len(given)} variables read from the environment")
