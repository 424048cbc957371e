"""`outtask doctor`: looks at the installation and says what is wrong, why it matters and what to do."""

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
BESIDE_SETTINGS = {
    "HOST", "PG_TOOLS", "SERVER_PROCESSES", "SERVER_THREADS", "TEST_BASE", "TEST_DATABASE", "TEST_PROFILE",
}  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.epilog = "Exit codes: 0 nothing is broken (some things may need a look), 1 something is."


def run(given: argparse.Namespace) -> int:
    django_ready()
    from outtask.cli.checkup import CHECKS, MATTERS  # models are loaded only now
    from outtask.followers import health

    findings = [*unknown_settings(), *health.look(CHECKS, datetime.now(UTC))]
    if given.json:
        show_json([asdict(finding) | {"matters": MATTERS.get(finding.name, "")} for finding in findings])
    else:
        for finding in findings:
            tell(finding, MATTERS.get(finding.name, ""))
    return FAILED if any(finding.state == "bad" for finding in findings) else DONE


def tell(finding: Finding, matters: str) -> None:
    show(f"{MARKS[finding.state]}  {finding.name:<12} {finding.says}")
    if finding.state != "ok":
        for line in filter(None, (matters, finding.remedy and f"→ {finding.remedy}")):
            show(f"      {'':<12} {line}")


def unknown_settings() -> list[Finding]:
    """Each OUTTASK_* variable that nothing reads; a misspelt one has no effect."""
    from outtask.followers import health

    known = known_settings()
    given = {name.removeprefix("OUTTASK_") for name in os.environ if name.startswith("OUTTASK_")}
    unknown = []
    for name in sorted(given - known):
        close = difflib.get_close_matches(name, known, 1)
        remedy = f"Did you mean OUTTASK_{close[0]}?" if close else "Remove it."
        unknown.append(health.warn("settings", f"OUTTASK_{name} is not a setting of Outtask.", remedy))
    return unknown or [health.ok("settings", f"{len(given)} variables read from the environment")]


def known_settings() -> set[str]:
    """Every variable that something reads, without the OUTTASK_ in front."""
    from outtask.config.settings import env

    return env.known | BESIDE_SETTINGS
