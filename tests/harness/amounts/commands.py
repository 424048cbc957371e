"""The amounts that `outtask calc` takes, by method and place; one input for each that is right."""

from __future__ import annotations

from typing import Any

DAY = "2026-11-24"
RIGHT: dict[str, dict[str, Any]] = {
    "spend": {
        "requests": [
            {
                "id": "PR-1", "by": "ada", "provider": "kestrel", "at": DAY, "amount_minor": 400,
                "limit_minor": 1_000, "committed_minor": 0,
                "limits": [{"period": "day", "limit_minor": 1_000, "used_minor": 0}],
            }
        ],
        "rules": [{"name": "Two", "demand": "two", "amount_from_minor": 500}],
        "invoices": [
            {
                "id": "I-1", "provider": "kestrel", "number": "INV-1", "at": DAY, "amount_minor": 500,
                "accepted_minor": 500, "committed_minor": 500, "invoiced_minor": 500,
            }
        ],
        "budget": {"authorised_minor": 1_000, "committed_minor": 10, "paid_minor": 0},
    },
    "forecast": {
        "used_minor": 100, "starts_on": "2026-01-01", "ends_on": "2026-12-31", "today": DAY,
    },
}  # fmt: skip


def places(given: Any, at: str = "") -> list[str]:
    """Where amounts stand in an input, as the command tells of them: `requests[0].amount_minor`."""
    if isinstance(given, dict):
        pairs = [(f"{at}.{name}".lstrip("."), value) for name, value in given.items()]
    elif isinstance(given, list):
        pairs = [(f"{at}[{number}]", value) for number, value in enumerate(given)]
    else:
        return [at] if at.endswith("_minor") else []
    return [found for place, value in pairs for found in places(value, place)]


def spoilt(given: Any, place: str, value: Any, at: str = "") -> Any:
    """The same input with one amount in the place of another."""
    if at == place:
        return value
    if isinstance(given, dict):
        return {name: spoilt(one, place, value, f"{at}.{name}".lstrip(".")) for name, one in given.items()}
    if isinstance(given, list):
        return [spoilt(one, place, value, f"{at}[{number}]") for number, one in enumerate(given)]
    return given
