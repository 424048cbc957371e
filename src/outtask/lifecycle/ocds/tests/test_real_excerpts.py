"""Real files of five publishers, exactly."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from outtask.kernel.money import Money
from outtask.lifecycle.ocds.reader import combine, read_package
from outtask.lifecycle.ocds.shapes import Category, Identifier, ImportedOutTask, LeafCount, Outcome, Stage

from .reading import DATA, dropped, leaves, package


def read(name: str) -> ImportedOutTask:
    (task,) = read_package(DATA / name, name).outtasks
    return task


UNSUCCESSFUL = Outcome.UNSUCCESSFUL
LEASE = Money(1778858900, "GBP")


@pytest.mark.parametrize(
    ("name", "stage", "outcome", "value", "counted"),
    [
        ("canada-1.0-release", Stage.DELIVER, None, Money(1491600, "CAD"), LeafCount(39, 28, 0, 11)),
        ("canada-1.1-release", Stage.DELIVER, None, Money(1491600, "CAD"), LeafCount(45, 33, 0, 12)),
        ("moldova-1.1-record", Stage.SOURCE, None, None, LeafCount(365, 44, 303, 18)),
        ("montreal-1.1-record", Stage.AGREE, None, Money(288716, "CAD"), LeafCount(314, 46, 242, 26)),
        ("uk-1.0-release", Stage.CLOSED, UNSUCCESSFUL, LEASE, LeafCount(66, 49, 0, 17)),
        ("uk-1.1-release", Stage.CLOSED, UNSUCCESSFUL, LEASE, LeafCount(61, 50, 0, 11)),
        ("ukraine-1.0-release", Stage.DELIVER, None, Money(4301730, "UAH"), LeafCount(165, 106, 23, 36)),
    ],
)
def test_each_file_stands_where_its_facts_say_and_every_leaf_is_accounted_for(
    name: str, stage: Stage, outcome: Outcome | None, value: Money | None, counted: LeafCount
) -> None:
    path = DATA / f"{name}.json"
    reading = read_package(path, path.name)
    (task,) = reading.outtasks
    assert (task.stage, task.outcome, task.value) == (stage, outcome, value)
    assert task.version == name.split("-")[1]
    raw = json.loads(path.read_bytes(), parse_float=Decimal)
    assert counted.total == sum(1 for _ in leaves(raw))
    assert task.leaves == reading.leaves == counted
    assert dropped(raw, reading) == []


def test_a_release_of_ukraine_is_understood_in_full() -> None:
    task = read("ukraine-1.0-release.json")
    assert (task.ocid, task.title) == ("ocds-be6bcu-UA-2017-05-22-000501-b", "Продукти харчування")
    assert (task.publisher, task.language, task.method) == ('ДП "Прозорро"', "uk", "limited")
    assert task.by_when == datetime(2017, 12, 30, 22, tzinfo=UTC)
    assert task.published_at == datetime(2017, 5, 22, 8, 16, 48, 430265, tzinfo=UTC)
    assert task.categories == (
        Category("CPV", "15610000-7", "Продукція борошномельно-круп'яної промисловості"),
    )
    buyer, supplier = task.parties
    assert (buyer.key, buyer.roles) == ("UA-EDR-02141779", ("buyer", "procuringEntity"))
    assert (supplier.key, supplier.roles) == ("UA-EDR-2457315406", ("supplier",))
    assert [(one.scheme, one.id) for one in supplier.identifiers] == [("UA-EDR", "2457315406")]
    assert (task.buyer_key, task.provider_keys) == (buyer.key, (supplier.key,))
    assert [(one.status, one.value, one.provider_keys) for one in task.agreements] == [
        ("active", Money(4301730, "UAH"), (supplier.key,))
    ]
    assert len(task.documents) == 4
    assert task.problems == ()


def test_what_a_record_says_three_times_is_taken_once() -> None:
    task = read("montreal-1.1-record.json")
    assert [(one.id, one.tags) for one in task.releases] == [
        ("bb81aae9508ce913e138c1f13fb37c8b369ded98", ("award",)),
        ("bb81aae9508ce913e138c1f13fb37c8b369ded98", ("compiled",)),
    ]
    assert [party.name for party in task.parties] == ["Ville-Marie", "Fonctionnaires", "BEAUDOIN HURENS INC."]
    assert len(task.awards) == 1
    assert task.awards[0].value == Money(288716, "CAD")
    assert not [entry for entry in task.unmapped if entry.superseded]


def test_the_publishers_own_word_for_a_status_is_understood_and_noted() -> None:
    task = read("moldova-1.1-record.json")
    assert task.tender_status == "Primirea ofertelor"
    assert [(one.code, one.path, one.value, one.repaired) for one in task.problems] == [
        ("local_status", "/compiledRelease/tender/status", "Primirea ofertelor", True)
    ]


def test_both_versions_of_a_release_are_one_process_with_one_buyer() -> None:
    names = [
        "canada-1.0-release.json",
        "canada-1.1-release.json",
        "uk-1.0-release.json",
        "uk-1.1-release.json",
    ]
    packages = [read_package(DATA / name, name) for name in names]
    combined = combine(packages)
    assert combined == combine(packages[::-1])
    assert [task.ocid for task in combined] == [
        "ocds-34a6hz-01B68-160000/001/CY",
        "ocds-b5fd17-2c435b84-adc8-11e6-9901-0019b9f3037b",
    ]
    canada, darlington = combined
    assert [party.key for party in canada.parties] == ["MISC-BUYANDSELLGCCA-01"]
    assert canada.parties[0].identifiers == (
        Identifier("MISC-BUYANDSELLGCCA", "01", "Agriculture and Agri-Food Canada"),
    )
    assert canada.parties[0].name == "Agriculture and Agri-Food Canada"
    assert [party.name for party in darlington.parties] == ["Darlington Borough Council"]
    assert len(darlington.parties[0].local_ids) == 2
    for task in combined:
        assert task.leaves.total == task.leaves.mapped + task.leaves.repeated + task.leaves.unmapped


def test_a_real_record_package_and_a_real_release_package() -> None:
    """The same files in the packages a portal serves them in."""
    record = json.loads((DATA / "moldova-1.1-record.json").read_bytes(), parse_float=str)
    whole = {
        "uri": "https://example.org/records.json",
        "version": "1.1",
        "publisher": {"name": "Public Procurement Agency"},
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "publishedDate": "2017-07-01T00:00:00Z",
        "records": [record],
    }
    path = DATA / "uk-1.1-release.json"
    releases = {**whole, "releases": [json.loads(path.read_bytes())]}
    del releases["records"]
    for content, name in ((whole, "records"), (releases, "releases")):
        reading = package(content, "package.json")
        (task,) = reading.outtasks
        assert (reading.publisher, reading.version) == ("Public Procurement Agency", "1.1")
        assert reading.license == task.license == "https://creativecommons.org/licenses/by/4.0/"
        assert [entry.path for entry in reading.unmapped] == ["/uri", "/publishedDate"]
        assert all(entry.source == f"package.json#/{name}/0" for entry in task.unmapped)
        assert dropped(content, reading) == []
