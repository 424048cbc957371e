"""Exit readiness by plain JSON: what a page shows, anybody can compute again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.takeback.readiness import IN_PACK, Facts, readiness

_COUNTS = {"offers", "others", "files", "links"}
_DAYS = {"drilled_days_ago", "days_left", "days_needed", "retrieval_days"}


def exit_readiness(given: Mapping[str, Any]) -> dict[str, Any]:
    """How ready one is to take an out-task back.

    In, each may be left out: `missing` parts of the handover pack (brief, criteria, agreement, contact,
    files); `drilled_days_ago`; `offers` and `others`, counts of providers; `files` and `links`, counts of
    what was handed in; `days_left`, `days_needed`, `retrieval_days`; `signed`, `free`, `critical`,
    `rehearsed`, true or false.
    Out: `score` from 0 to 1, whether it is `capped`, the `weakest` part, and each of the `parts` with weight,
    value and reason.
    """
    known = {field.name for field in fields(Facts)}
    for name in given:
        if name not in known:
            raise _wrong(name, N_("There is no such input. Leave it out."))
    found = readiness(Facts(**{name: _value(name, value) for name, value in given.items()}))
    return {
        "score": float(found.score),
        "capped": found.capped,
        "weakest": found.weakest.part.value,
        "parts": [
            {
                "part": one.part.value,
                "weight": float(one.weight),
                "value": float(one.value),
                "reason": one.reason % {name: _told(value) for name, value in one.facts.items()},
            }
            for one in found.values
        ],
    }


def _value(name: str, value: Any) -> Any:
    if name == "missing":
        if not isinstance(value, list) or not set(map(str, value)) <= IN_PACK.keys():
            raise _wrong(name, N_("A list is needed here, of %(known)s."), known=", ".join(IN_PACK))
        return frozenset(value)
    if name in _COUNTS or name in _DAYS:
        if value is None and name in _DAYS:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or (value < 0 and name != "days_left"):
            raise _wrong(name, N_("A whole number, 0 or more, is needed here."))
        return value
    if not isinstance(value, bool):
        raise _wrong(name, N_("True or false is needed here."))
    return value


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _wrong(place: str, reason: str, **facts: object) -> Refused:
    return Refused(Refusal("input_unfit", reason, field=place, facts=facts))


CALCS = {"readiness": exit_readiness}
