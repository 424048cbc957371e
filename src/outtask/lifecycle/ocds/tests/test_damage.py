"""Real files with damage done to them: read or refused, and no leaf lost on the way."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.refusal import Refused
from outtask.lifecycle.ocds.reader import combine, read_package
from outtask.lifecycle.ocds.shapes import ImportedPackage

from .reading import DATA, leaves

NAMES = sorted(path.name for path in DATA.glob("*.json"))
SCALARS = [None, True, 0, -7, 1e300, "", " ", "x", "\0", "\ud800", "1,200.00", "2026-02-30", "2026-01-01"]
TREES = [
    [],
    {},
    [[]],
    [None],
    [1, "a"],
    {"id": "1"},
    [{"id": "1"}, {"id": "1"}],
    {"value": 1, "releaseID": "r"},
]
DAMAGE = st.sampled_from([json.dumps(one) for one in (*SCALARS, *TREES)])
MOVED = "..."


def containers(value: object) -> list[Any]:
    """Every non-empty object and array of `value`."""
    found = [value] if isinstance(value, dict | list) and value else []
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return found + [one for child in children for one in containers(child)]


def damaged(name: str, hits: list[tuple[int, int, str]]) -> bytes:
    """The file `name` with values replaced; MOVED gives one another key, or repeats it."""
    content = json.loads((DATA / name).read_bytes())
    for where, which, damage in hits:
        places = containers(content)
        place = places[where % len(places)]
        key = list(place)[which % len(place)] if isinstance(place, dict) else which % len(place)
        if damage != MOVED:
            place[key] = json.loads(damage)
        elif isinstance(place, dict):
            place[f"{key}_en"] = place.pop(key)
        else:
            place.append(copy.deepcopy(place[key]))
    return json.dumps(content).encode()


HITS = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 50), DAMAGE | st.just(MOVED)), min_size=1, max_size=8
)


def read(data: bytes, name: str) -> ImportedPackage | None:
    """The reading, or None when it was refused for a good reason; the account is checked."""
    try:
        reading = read_package(io.BytesIO(data), name)
    except Refused as refused:
        assert refused.refusal.code == "not_ocds"
        return None
    count = reading.leaves
    assert count.total == count.mapped + count.repeated + count.unmapped
    assert count.total == sum(1 for _ in leaves(json.loads(data)))
    return reading


@pytest.mark.parametrize("name", NAMES)
@given(hits=HITS)
def test_no_damage_raises_or_loses_a_leaf(name: str, hits: list[tuple[int, int, str]]) -> None:
    read(damaged(name, hits), name)


@given(st.sampled_from([("canada-1.0", "canada-1.1"), ("uk-1.0", "uk-1.1")]), HITS, HITS)
def test_damaged_versions_of_one_process_combine_in_any_order(
    pair: tuple[str, str], first: list[tuple[int, int, str]], second: list[tuple[int, int, str]]
) -> None:
    names = [f"{one}-release.json" for one in pair]
    found = [read(damaged(name, hits), name) for name, hits in zip(names, (first, second), strict=True)]
    packages = [one for one in found if one is not None]
    combined = combine(packages)
    assert combine(packages[::-1]) == combined
    for task in combined:
        assert task.leaves.total == task.leaves.mapped + task.leaves.repeated + task.leaves.unmapped
