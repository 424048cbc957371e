"""The programs that come with PostgreSQL: where they are, and what to install when they are not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from outtask.cli.ground import Failed

# Where Debian and its relatives, Red Hat's, and Homebrew put the tools of each version.
USUAL = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


def find(name: str, server: int) -> str:
    """The path of a tool that is not older than the server. server: its major version. Raises Failed."""
    older = []
    for path in _candidates(name):
        version = _major(path)
        if version >= server:
            return path
        older.append(version)
    have = (
        f"{name} {max(older)} is older than the server, version {server}" if older else f"There is no {name}"
    )
    raise Failed(
        f"{have}. Install the package postgresql-client-{server}, or name the folder of its programs in"
        " OUTTASK_PG_TOOLS."
    )


def _candidates(name: str) -> list[str]:
    given = os.environ.get("OUTTASK_PG_TOOLS", "")
    if given:
        return [str(path) for path in [Path(given, name)] if path.is_file()]
    on_path = shutil.which(name)
    usual = [
        str(path / name) for pattern in USUAL for path in sorted(Path("/").glob(pattern[1:]), reverse=True)
    ]
    return [path for path in [on_path or "", *usual] if path and Path(path).is_file()]


def _major(path: str) -> int:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\s(\d+)", told)
    return int(found.group(1)) if found else 0


def run(command: Sequence[str | Path], database: dict[str, Any]) -> None:
    """Run a tool against the database of these Django settings; raises Failed with what it said.

    The password goes by the environment: the arguments of a process can be read by everybody on the machine.
    """
    options = {f"PG{name.upper()}": str(value) for name, value in database.get("OPTIONS", {}).items()}
    environment = {name: options[name] for name in ("PGSSLMODE", "PGSSLROOTCERT") if name in options} | {
        "PGHOST": str(database["HOST"]),
        "PGPORT": str(database["PORT"]),
        "PGUSER": str(database["USER"]),
        "PGPASSWORD": str(database["PASSWORD"]),
        "PGDATABASE": str(database["NAME"]),
    }
    given = {name: value for name, value in environment.items() if value}
    done = subprocess.run(command, env=os.environ | given, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise Failed(f"{Path(command[0]).name} failed: {done.stderr.strip()[-2000:]}")
