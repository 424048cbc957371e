"""The story in wide browser windows. In a file of its own, so that the other width is walked beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chromium import Watch
from tests.installation import Installation
from tests.journey.walking import WIDE, walk

pytestmark = pytest.mark.browser


def test_one_outtask_from_need_to_take_back(installation: Installation, watch: Watch, tmp_path: Path) -> None:
    walk(installation, watch, WIDE, tmp_path)
