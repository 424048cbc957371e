"""Every file of the folder of real data beside the repository, where it stands, and of our own excerpts."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from outtask.lifecycle.ocds.reader import combine, parties_of, read_package
from outtask.lifecycle.ocds.shapes import ImportedPackage

from .reading import DATA, dropped, leaves


def _folder() -> Path | None:
    """`shared/data/ocds` beside the repository root, which is the folder with pyproject.toml."""
    root = next((one for one in Path(__file__).parents if (one / "pyproject.toml").exists()), None)
    found = root.parent / "shared" / "data" / "ocds" if root else None
    return found if found and found.is_dir() else None


FOLDER = _folder()

# Counted by a separate walk over the parsed JSON, which knows nothing of OCDS but where an ocid stands.
COUNTS = {
    "excerpts": (7, 5, 1055),
    "canada": (40, 18, 5955),
    "moldova": (40, 40, 21920),
    "uk-contracts-finder": (32, 11, 5264),
    "ukraine": (22, 11, 29001),
}
STAGES = {
    "excerpts": {
        ("deliver", None): 2,
        ("source", None): 1,
        ("agree", None): 1,
        ("closed", "unsuccessful"): 1,
    },
    "canada": {("deliver", None): 11, ("agree", None): 7},
    "moldova": {("source", None): 23, ("deliver", None): 17},
    "uk-contracts-finder": {("closed", "unsuccessful"): 8, ("source", None): 3},
    "ukraine": {("deliver", None): 9, ("closed", "unsuccessful"): 1, ("closed", "cancelled"): 1},
}
PUBLISHERS = sorted(COUNTS) if FOLDER else ["excerpts"]


@cache
def files(publisher: str) -> tuple[Path, ...]:
    folder = DATA if publisher == "excerpts" or FOLDER is None else FOLDER / publisher
    return tuple(sorted(folder.glob("*.json")))


@cache
def readings(publisher: str) -> tuple[ImportedPackage, ...]:
    return tuple(read_package(path, path.name) for path in files(publisher))


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_every_file_is_read_and_every_leaf_accounted_for(publisher: str) -> None:
    total, ocids = 0, set()
    for path, reading in zip(files(publisher), readings(publisher), strict=True):
        raw = json.loads(path.read_bytes(), parse_float=Decimal)
        here = sum(1 for _ in leaves(raw))
        count = reading.leaves
        assert here == count.total == count.mapped + count.repeated + count.unmapped, path.name
        assert count.unmapped == sum(len(task.unmapped) for task in reading.outtasks) + len(reading.unmapped)
        assert dropped(raw, reading) == [], path.name
        total += here
        ocids |= {value for pointer, value in leaves(raw) if pointer.endswith("/ocid")}
    assert (len(files(publisher)), len(ocids), total) == COUNTS[publisher]


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_unmapped_leaves_stand_verbatim_at_their_path(publisher: str) -> None:
    for path, reading in zip(files(publisher), readings(publisher), strict=True):
        at = dict(leaves(json.loads(path.read_bytes(), parse_float=Decimal)))
        for task in reading.outtasks:
            for entry in task.unmapped:
                assert json.loads(entry.value_json, parse_float=Decimal) == at[entry.path], (path.name, entry)


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_combined_files_give_each_process_once_in_any_order(publisher: str) -> None:
    forward, backward = combine(readings(publisher)), combine(reversed(readings(publisher)))
    assert forward == backward
    assert len({task.ocid for task in forward}) == len(forward) == COUNTS[publisher][1]
    assert Counter((task.stage, task.outcome) for task in forward) == STAGES[publisher]
    assert sum(task.leaves.total for task in forward) == COUNTS[publisher][2]
    for task in forward:
        assert task.leaves.total == task.leaves.mapped + task.leaves.repeated + task.leaves.unmapped
        keys = {party.key for party in task.parties}
        assert {task.buyer_key, *task.provider_keys} - {None} <= keys
    assert {party.key for party in parties_of(forward)} == {
        one.key for task in forward for one in task.parties
    }


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_a_second_reading_has_nothing_new(publisher: str) -> None:
    path = files(publisher)[0]
    first, again = read_package(path, "first.json"), read_package(path, "again.json")
    assert [task.digest for task in first.outtasks] == [task.digest for task in again.outtasks]
    assert first.sha256 == again.sha256
