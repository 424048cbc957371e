"""The forecast from JSON to JSON."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.kernel.refusal import Refused
from outtask.spend.calc import forecast

YEAR = {"used_minor": 2_700, "starts_on": "2026-01-01", "ends_on": "2026-12-31", "today": "2026-02-06"}


def test_the_forecast() -> None:
    assert forecast(YEAR) == {"minor": 26_100, "elapsed": 27, "total": 261}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"used_minor": -1}, "used_minor"),
        ({"used_minor": 1.5}, "used_minor"),
        ({"used_minor": True}, "used_minor"),
        ({"today": "yesterday"}, "today"),
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": "2025-12-31"}, "ends_on"),
        ({"extra": 1}, "extra"),
        ({"today": "2026-01-02"}, None),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, Any], field: str | None) -> None:
    with pytest.raises(Refused) as refused:
        forecast(YEAR | change)
    assert refused.value.refusal.field == field
