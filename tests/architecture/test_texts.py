"""Nothing written here knows the machine it was written on, and nothing holds a secret."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture.source import ROOT, nothing, written_files

# Homes of users and of root, wherever a checkout may have stood. Assembled, so that this file does not match.
MACHINE_PATHS = re.compile(
    r"(?<![\w.:/~-])/(?:" + "|".join(["ro" + "ot", "wo" + "rk", "ho" + r"me/\w+"]) + r")/[\w.]"
)
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:AKIA|ghp_|xox[bp]-)[0-9A-Za-z]{16,}")
INDEXES = re.compile(r"--(?:extra-)?index-url|--find-links|^\s*(?:registry|index-url)\s*=", re.MULTILINE)


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in written_files():
        try:
            found.append((path, path.read_text()))
        except UnicodeDecodeError:
            continue
    return found


def matching(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path, text in texts()
        for match in pattern.finditer(text)
    ]


def test_no_machine_paths() -> None:
    nothing(matching(MACHINE_PATHS))
    nothing(str(path) for path, text in texts() if str(ROOT) in text)


def test_no_secrets() -> None:
    nothing(matching(SECRETS))


def test_locks_name_no_index() -> None:
    nothing(line for line in matching(INDEXES) if line.startswith("requirements/"))
