"""Whole files in their several forms, and what an out-task makes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from outtask.kernel.money import Money
from outtask.lifecycle.ocds.shapes import ImportedDocument, LeafCount, Stage, Unmapped

from .reading import only, package, release

FIRST = release(tender={"title": "First"})
SECOND = release(ocid="ocds-x-2", tender={"title": "Second"})


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        (json.dumps(FIRST), ["f.json"]),
        (json.dumps([FIRST, SECOND]), ["f.json#/0", "f.json#/1"]),
        (json.dumps({"releases": [FIRST, SECOND]}), ["f.json#/releases/0", "f.json#/releases/1"]),
        (json.dumps(FIRST) + "\n" + json.dumps(SECOND) + "\n", ["f.json:1", "f.json:2"]),
        (
            json.dumps(FIRST, indent=1) + json.dumps({"releases": [SECOND]}),
            ["f.json:1", "f.json:11#/releases/0"],
        ),
        (json.dumps([{"releases": [FIRST]}, SECOND]), ["f.json#/0/releases/0", "f.json#/1"]),
        (json.dumps({"records": [{"compiledRelease": FIRST}]}), ["f.json#/records/0"]),
    ],
)
def test_every_form_of_file(text: str, sources: list[str]) -> None:
    reading = package(text, "f.json")
    assert [statement.source for statement in reading.statements] == sources
    assert [task.title for task in reading.outtasks] == ["First", "Second"][: len(sources)]


def test_an_empty_package_holds_nothing_and_loses_nothing() -> None:
    reading = package({"version": "1.1", "publisher": {"name": "P", "uid": "7"}, "releases": []})
    assert reading.outtasks == ()
    assert reading.leaves == LeafCount(total=4, mapped=3, unmapped=1)
    assert reading.unmapped == (Unmapped("/publisher/uid", '"7"', "test.json"),)


def test_a_release_without_ocid_is_left_out_and_kept() -> None:
    reading = package({"releases": [FIRST, {"id": "7"}, "text", {**SECOND, "ocid": " "}]})
    assert [task.ocid for task in reading.outtasks] == ["ocds-x-1"]
    assert [(one.code, one.value) for one in reading.problems] == [
        ("release_without_ocid", f"test.json#/releases/{index}") for index in (1, 2, 3)
    ]
    assert ("/id", '"7"', "test.json#/releases/1") in [
        (one.path, one.value_json, one.source) for one in reading.unmapped
    ]


def test_what_was_not_understood_says_where_and_stays_verbatim() -> None:
    task = only(
        release(
            tender={
                "title": "A",
                "status": "open",
                "value": {"amount": "1.200", "currency": "EUR"},
                "minValue": {"amount": 5},
                "tenderPeriod": {"startDate": "31/12/2026", "endDate": "2026-12-31"},
                "items": [{"id": 1, "quantity": "lots"}],
            },
            contracts=[{"id": "c", "value": {"amount": 7, "currency": "ECU"}, "dateSigned": 5}],
            buyer="The city",
        )
    )
    assert [(one.path, one.code, one.repaired) for one in task.problems] == [
        ("/buyer", "unexpected_shape", False),
        ("/contracts/0/dateSigned", "bad_date", False),
        ("/contracts/0/value/currency", "unknown_currency", False),
        ("/tender/items/0/quantity", "bad_quantity", False),
        ("/tender/minValue/amount", "missing_currency", False),
        ("/tender/status", "unknown_status", False),
        ("/tender/tenderPeriod/endDate", "date_without_time", True),
        ("/tender/tenderPeriod/startDate", "bad_date", False),
        ("/tender/value/amount", "bad_amount", False),
    ]
    assert [(one.path, one.value_json) for one in task.unmapped] == [
        ("/buyer", '"The city"'),
        ("/contracts/0/dateSigned", "5"),
        ("/contracts/0/value/amount", "7"),
        ("/contracts/0/value/currency", '"ECU"'),
        ("/tender/items/0/quantity", '"lots"'),
        ("/tender/minValue/amount", "5"),
        ("/tender/tenderPeriod/startDate", '"31/12/2026"'),
        ("/tender/value/amount", '"1.200"'),
        ("/tender/value/currency", '"EUR"'),
    ]
    assert task.proposals_by == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert (task.tender_status, task.stage, task.value) == ("open", Stage.DELIVER, None)


def test_amounts_never_pass_through_a_float() -> None:
    text = (
        '{"ocid": "ocds-x-1", "id": "1", "date": "2026-01-01T00:00:00Z", "x": 0.10000000000000000000001,'
        ' "tender": {"value": {"amount": 9999999999999.99, "currency": "EUR"},'
        ' "items": [{"id": "1", "quantity": 1.00000000000000000000000001}]}}'
    )
    (task,) = package(text).outtasks
    assert task.value == Money(999999999999999, "EUR")
    assert task.items[0].quantity == Decimal("1.00000000000000000000000001")
    assert [one.value_json for one in task.unmapped] == ["0.10000000000000000000001"]


def test_the_value_is_that_of_agreements_else_awards_else_estimate_else_budget() -> None:
    def euro(amount: int) -> dict[str, object]:
        return {"amount": amount, "currency": "EUR"}

    content: dict[str, object] = {"planning": {"budget": {"amount": euro(1)}}}
    assert only(release(**content)).value == Money(100, "EUR")
    content["tender"] = {"value": euro(2)}
    assert only(release(**content)).value == Money(200, "EUR")
    content["awards"] = [{"value": euro(3)}, {"value": euro(9), "status": "unsuccessful"}]
    assert only(release(**content)).value == Money(300, "EUR")
    content["contracts"] = [{"value": euro(4)}, {"value": euro(5)}, {"value": euro(9), "status": "cancelled"}]
    task = only(release(**content))
    assert (task.value, task.estimate, task.budget) == (
        Money(900, "EUR"),
        Money(200, "EUR"),
        Money(100, "EUR"),
    )
    content["contracts"] = [{"value": euro(4)}, {"value": {"amount": 4, "currency": "USD"}}]
    mixed = only(release(**content))
    assert mixed.value is None
    assert [(one.code, one.value) for one in mixed.problems] == [("mixed_currencies", "EUR, USD")]


def test_the_language_of_the_release_is_read_first_and_the_other_is_kept() -> None:
    task = only(release(language="fr", tender={"title_en": "Bridge", "title_fr": "Pont"}))
    assert task.title == "Pont"
    assert [one.path for one in task.unmapped] == ["/tender/title_en"]
    assert only(release(tender={"title": "", "title_en": "Bridge"})).title == "Bridge"


def test_text_that_cannot_be_stored_is_repaired_and_said() -> None:
    (task,) = package('{"ocid": "a", "date": "2026-01-01T00:00:00Z", "\\ud800": "\\udfff", '
                      '"tender": {"title": "A\\u0000B"}}').outtasks  # fmt: skip
    assert task.title == "A\ufffdB"
    assert [(one.code, one.value) for one in task.problems] == [("broken_text", "A\ufffdB")]
    assert task.unmapped[0].path.isprintable()
    assert task.unmapped[0].value_json == '"\\udfff"'


def test_documents_milestones_and_changes_are_gathered_from_every_section() -> None:
    document = {"id": "d", "title": "Signed", "url": "https://example.org/d", "hash": "md5:" + "a" * 32}
    task = only(
        release(
            planning={"documents": [{"title": "Plan"}]},
            tender={
                "id": "t",
                "documents": [{"id": "", "title": "", "url": ""}],
                "amendment": {"changes": {}},
            },
            contracts=[
                {
                    "id": "c",
                    "documents": [document],
                    "amendments": [{"date": "2026-02-01T00:00:00Z"}, {"rationale": "more time"}],
                    "milestones": [{"id": "m1", "title": "Half", "dueDate": "2026-03-01T00:00:00Z"}],
                    "implementation": {
                        "milestones": [{"id": "m2", "status": "met", "documents": [document]}]
                    },
                }
            ],
        )
    )
    assert [(one.part, one.part_id, one.title) for one in task.documents] == [
        ("planning", "", "Plan"),
        ("contract", "c", "Signed"),
        ("milestone", "m2", "Signed"),
    ]
    assert isinstance(task.documents[1], ImportedDocument)
    assert task.documents[1].hash == "md5:" + "a" * 32
    assert [(one.id, one.status) for one in task.milestones] == [("m1", ""), ("m2", "met")]
    assert task.amendments == 2
    assert task.by_when == datetime(2026, 3, 1, tzinfo=UTC)


def test_bids_become_proposals_and_losers_are_no_providers() -> None:
    task = only(
        release(
            parties=[{"id": "1", "name": "One"}, {"id": "2", "name": "Two"}],
            bids={
                "details": [
                    {"id": "b1", "tenderers": [{"id": "1"}], "value": {"amount": 5, "currency": "EUR"}},
                    {"id": "b2", "tenderers": [{"id": "2"}, {"id": "3", "name": "Three"}]},
                ]
            },
            awards=[
                {"id": "a1", "status": "unsuccessful", "suppliers": [{"id": "1"}]},
                {"id": "a2", "status": "active", "suppliers": [{"id": "2"}]},
            ],
            contracts=[{"id": "c", "awardID": "a2", "status": "pending"}],
        )
    )
    names = {party.key: party.name for party in task.parties}
    assert [[names[key] for key in one.provider_keys] for one in task.proposals] == [
        ["One"],
        ["Two", "Three"],
    ]
    assert [names[key] for key in task.provider_keys] == ["Two"]
    assert [names[key] for key in task.agreements[0].provider_keys] == ["Two"]
    assert task.stage is Stage.AGREE
    assert [(one.code, one.value) for one in task.problems] == [("party_not_listed", "3")]


def test_the_digest_knows_content_and_not_place() -> None:
    alone = only({**FIRST, "extra": 0})
    (packed, _) = package({"releases": [{**FIRST, "extra": 0}, SECOND]}, "other.json").outtasks
    assert alone.digest == packed.digest
    assert alone.unmapped[0].source != packed.unmapped[0].source
    assert only({**FIRST, "extra": 1}).digest != alone.digest
    assert only({**FIRST, "extra": 2}).digest != only({**FIRST, "extra": 1}).digest
