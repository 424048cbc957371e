"""The settings in the operator's guide are those that the code reads, no more and no fewer."""

from __future__ import annotations

import re
from pathlib import Path

from outtask.cli.doctor_command import known_settings

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "operating.md"


def test_every_setting_is_in_the_guide_and_none_else() -> None:
    told = set(re.findall(r"OUTTASK_([A-Z0-9_]+)", GUIDE.read_text()))
    read = known_settings()
    assert sorted(read - told) == [], "docs/operating.md does not tell of these settings"
    assert sorted(told - read) == [], "nothing reads these settings of docs/operating.md"
