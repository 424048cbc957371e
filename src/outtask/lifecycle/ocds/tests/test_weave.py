"""Several releases and records of one process: what is merged, what stays, and that order does not matter."""

from __future__ import annotations

import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.money import Money
from outtask.lifecycle.ocds.reader import combine
from outtask.lifecycle.ocds.shapes import ImportedOutTask, LeafCount, Stage

from .reading import only, package, release


def at(day: int, **content: object) -> dict[str, object]:
    return release(id=str(day), date=f"2026-01-{day:02}T00:00:00Z", **content)


def merged(*releases: object) -> ImportedOutTask:
    return only({"releases": list(releases)})


def superseded(task: ImportedOutTask) -> list[tuple[str, str]]:
    return [(entry.path, entry.value_json) for entry in task.unmapped if entry.superseded]


def test_the_newer_value_counts_and_the_older_is_kept() -> None:
    newer, older = at(2, tender={"title": "New"}), at(1, tender={"title": "Old", "description": "Stays"})
    for task in (merged(newer, older), merged(older, newer)):
        assert (task.title, task.description) == ("New", "Stays")
        assert superseded(task) == [("/tender/title", '"Old"')]
        assert [ref.id for ref in task.releases] == ["1", "2"]
        assert (task.published_at, task.updated_at) == (task.releases[0].at, task.releases[1].at)


def test_a_null_removes_a_value() -> None:
    task = merged(at(1, tender={"title": "A", "description": "Gone"}), at(2, tender={"description": None}))
    assert (task.title, task.description) == ("A", "")
    assert superseded(task) == [("/tender/description", '"Gone"')]


def test_arrays_merge_by_id_and_numbers_and_texts_are_the_same_id() -> None:
    task = merged(
        at(1, awards=[{"id": 1, "title": "One"}, {"id": 2, "title": "Two"}]),
        at(2, awards=[{"id": "2", "status": "active"}, {"id": "3", "title": "Three"}]),
    )
    assert [(one.id, one.title, one.status) for one in task.awards] == [
        ("1", "One", ""),
        ("2", "Two", "active"),
        ("3", "Three", ""),
    ]


def test_arrays_without_ids_or_with_one_id_twice_are_replaced_whole() -> None:
    first = [{"title": "A", "url": "u"}, {"title": "B", "url": "v"}]
    task = merged(
        at(1, tender={"documents": first}), at(2, tender={"documents": [{"title": "A", "url": "w"}]})
    )
    assert [(one.title, one.url) for one in task.documents] == [("A", "w")]
    assert superseded(task) == [
        ("/tender/documents/0/url", '"u"'),
        ("/tender/documents/1/title", '"B"'),
        ("/tender/documents/1/url", '"v"'),
    ]
    twice = [{"id": "1", "title": "A"}, {"id": "1", "title": "B"}]
    assert [one.title for one in merged(at(1, tender={"documents": twice})).documents] == ["A", "B"]


def test_a_record_is_taken_from_its_compiled_release_and_the_rest_bears_witness() -> None:
    embedded = at(1, tender={"title": "A", "description": "only here"})
    compiled = {**release(tender={"title": "A"}), "tag": ["compiled"]}
    task = only({"records": [{"ocid": "ocds-x-1", "releases": [embedded], "compiledRelease": compiled}]})
    assert (task.title, task.description) == ("A", "")
    assert superseded(task) == [("/releases/0/tender/description", '"only here"')]
    assert task.leaves.repeated == 1
    assert [ref.tags for ref in task.releases] == [("compiled",), ("tender",)]


def test_a_record_without_compiled_release_is_merged_from_its_releases() -> None:
    record = {"ocid": "ocds-x-1", "releases": [at(2, tender={"title": "B"}), at(1, tender={"title": "A"})]}
    assert only({"records": [record]}).title == "B"
    assert only(record).title == "B"


def test_a_record_with_nothing_but_links_keeps_them_and_says_so() -> None:
    link = {"url": "https://example.org/r/1.json", "date": "2026-01-01T00:00:00Z", "tag": ["tender"]}
    task = only({"records": [{"ocid": "ocds-x-1", "releases": [link]}]})
    assert [(one.code, one.value) for one in task.problems] == [("linked_release", link["url"])]
    assert [entry.path for entry in task.unmapped] == [
        "/releases/0/date",
        "/releases/0/tag/0",
        "/releases/0/url",
    ]
    assert (task.title, task.stage) == ("ocds-x-1", Stage.DECIDE)


def test_a_release_of_another_process_in_a_record_is_left_out() -> None:
    foreign = {**at(1, tender={"title": "Other"}), "ocid": "ocds-y-9"}
    task = only({"records": [{"ocid": "ocds-x-1", "releases": [at(2, tender={"title": "A"}), foreign]}]})
    assert task.title == "A"
    assert [(one.code, one.value) for one in task.problems] == [("foreign_release", "ocds-y-9")]
    assert ("/releases/1/tender/title", '"Other"') in [(one.path, one.value_json) for one in task.unmapped]


def said(day: int, value: object) -> dict[str, object]:
    date = f"2026-01-{day:02}T00:00:00Z"
    return {"releaseID": str(day), "releaseDate": date, "releaseTag": ["tender"], "value": value}


def test_a_record_of_versions_alone_stands_at_the_latest() -> None:
    history = {
        "ocid": "ocds-x-1",
        "tender": {
            "id": "t",
            "title": [said(2, "New"), said(1, "Old")],
            "submissionMethod": [[said(1, "x")]],
        },
    }
    task = only({"versionedRelease": history})
    assert (task.title, task.tender_id) == ("New", "t")
    assert [ref.id for ref in task.releases] == ["1", "2"]
    assert superseded(task) == [("/versionedRelease/tender/title/1/value", '"Old"')]
    # ocid, id, the title, and once the id, date and tag of each release; a third mention is repeated
    assert task.leaves == LeafCount(total=14, mapped=9, repeated=3, unmapped=2)


def test_organisations_of_1_0_become_parties_and_meet_those_of_1_1() -> None:
    identifier = {"scheme": "GB-COH", "id": "42", "legalName": "Acme Ltd"}
    old = at(1, buyer={"name": "Acme", "identifier": identifier, "address": {"locality": "Ely"}})
    party = {"id": "GB-COH-42", "name": "Acme", "identifier": identifier, "roles": ["buyer"]}
    new = at(2, parties=[party], buyer={"id": "GB-COH-42", "name": "Acme"})
    for task in (merged(old, new), merged(new, old)):
        (acme,) = task.parties
        assert (acme.key, acme.name, acme.address_text, acme.roles) == (
            "GB-COH-42",
            "Acme",
            "Ely",
            ("buyer",),
        )
        assert task.buyer_key == acme.key
        assert task.unmapped == ()


def test_the_same_local_id_in_two_processes_is_not_the_same_organisation() -> None:
    def one(ocid: str, name: str) -> dict[str, object]:
        return release(ocid=ocid, parties=[{"id": "1", "name": name}], buyer={"id": "1", "name": name})

    reading = package([one("ocds-x-1", "Acme"), one("ocds-x-2", "Umbrella"), one("ocds-x-3", " ACME ")])
    assert sorted(party.name for party in reading.parties) == ["ACME", "Umbrella"]
    first, second, third = (task.buyer_key for task in reading.outtasks)
    assert first == third != second


def test_payments_of_1_0_are_read_with_payer_and_payee() -> None:
    payment = {
        "id": "p1",
        "date": "2026-02-01T00:00:00Z",
        "amount": {"amount": 100, "currency": "EUR"},
        "providerOrganization": {"scheme": "XX-REG", "id": "1", "legalName": "City"},
        "receiverOrganization": {"scheme": "XX-REG", "id": "2", "legalName": "Firm"},
    }
    contract = {
        "id": "c1",
        "status": "active",
        "value": {"amount": 100, "currency": "EUR"},
        "implementation": {"transactions": [payment]},
    }
    task = only(release(contracts=[contract]))
    (transaction,) = task.transactions
    assert (transaction.agreement_id, transaction.amount) == ("c1", Money(10000, "EUR"))
    assert (transaction.payer_key, transaction.payee_key) == ("XX-REG-1", "XX-REG-2")
    assert [(party.name, party.roles) for party in task.parties] == [
        ("City", ("payer",)),
        ("Firm", ("payee",)),
    ]
    assert (task.stage, task.outcome) == (Stage.CLOSED, "completed")
    assert task.unmapped == ()


ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["1", "2", 1]),
        "title": st.sampled_from(["A", "B", "", None]),
        "status": st.sampled_from(["active", "pending", "odd"]),
        "value": st.sampled_from([{"amount": 1, "currency": "EUR"}, {"amount": 2}, {}, None, 7]),
        "suppliers": st.lists(
            st.sampled_from(
                [
                    {"id": "s", "name": "S"},
                    {"name": "S", "identifier": {"scheme": "X", "id": "9"}},
                    {"id": "s", "name": "T", "address": {"locality": "Ely"}},
                ]
            ),
            max_size=2,
        ),
    },
)
RELEASE = st.fixed_dictionaries(
    {"ocid": st.sampled_from(["ocds-x-1", "ocds-x-2"])},
    optional={
        "id": st.sampled_from(["a", "b"]),
        "date": st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02", "soon"]),
        "tag": st.sampled_from([["tender"], "award", []]),
        "tender": ENTRY,
        "awards": st.lists(ENTRY, max_size=3),
        "contracts": st.lists(ENTRY, max_size=2),
        "parties": st.lists(
            st.sampled_from([{"id": "s", "name": "S"}, {"id": "u", "name": "U"}]), max_size=2
        ),
    },
)
RECORD = st.builds(
    lambda releases, compiled: {
        "ocid": "ocds-x-1",
        "releases": [{**one, "ocid": "ocds-x-1"} for one in releases],
        **({"compiledRelease": {**compiled, "ocid": "ocds-x-1"}} if compiled else {}),
    },
    st.lists(RELEASE, max_size=2),
    st.none() | RELEASE,
)


@given(st.lists(RELEASE | RECORD, min_size=1, max_size=5), st.randoms())
def test_the_order_of_files_does_not_matter(contents: list[object], chance: Random) -> None:
    packages = [package(content, f"{index}.json") for index, content in enumerate(contents)]
    shuffled = list(packages)
    chance.shuffle(shuffled)
    combined = combine(packages)
    assert combine(shuffled) == combined
    for task in combined:
        assert task.leaves.total == task.leaves.mapped + task.leaves.repeated + task.leaves.unmapped
    accounted = sum((task.leaves for task in combined), LeafCount())
    assert accounted.total == sum(one.leaves.total for one in packages)


@given(st.lists(RELEASE, min_size=1, max_size=4), st.randoms())
def test_the_order_of_releases_in_a_package_does_not_matter(releases: list[object], chance: Random) -> None:
    shuffled = list(releases)
    chance.shuffle(shuffled)
    one, other = package({"releases": releases}), package({"releases": shuffled})
    assert [task.digest for task in one.outtasks] == [task.digest for task in other.outtasks]


@given(RELEASE)
def test_a_release_read_twice_adds_nothing_to_what_was_understood(content: dict[str, object]) -> None:
    once, twice = only(content), merged(content, json.loads(json.dumps(content)))
    for name in (
        "title",
        "stage",
        "outcome",
        "value",
        "awards",
        "agreements",
        "parties",
        "releases",
        "buyer_key",
    ):
        assert getattr(once, name) == getattr(twice, name), name
