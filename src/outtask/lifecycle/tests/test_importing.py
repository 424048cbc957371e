"""Published contracts become out-tasks: what is written, what is told, and that the same again is nothing."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from outtask.journal.recording import NotFound
from outtask.journal.verify import verify
from outtask.kernel.refusal import Refused
from outtask.lifecycle.importing import compare, in_parts
from outtask.lifecycle.tests.published import (
    AWARDED,
    EXCERPTS,
    PUBLISHERS,
    digests,
    everything,
    files_of,
    imports,
    package,
    release,
    says,
    source,
    sources,
    takes_in,
    the_outtask,
)
from outtask.models import Brief, Entry, ImportedRecord, Organisation, OutTask, Provider
from outtask.outtasks.queries import outtask_of
from outtask.outtasks.states import Ending, Holder, Stage
from outtask.source.actions import edit_brief
from outtask.source.tests.steps import need
from tests.world import World

TENDER = package(release())
BOTH = package(release(), AWARDED)

# Where the processes of each publisher stand once they are out-tasks, counted beside the reader's own counts.
STANDING: dict[str, dict[tuple[str, str], int]] = {
    "excerpts": {("deliver", ""): 2, ("source", ""): 1, ("agree", ""): 1, ("source", "abandoned"): 1},
    "canada": {("deliver", ""): 11, ("agree", ""): 7},
    "moldova": {("source", ""): 23, ("deliver", ""): 17},
    "uk-contracts-finder": {("source", "abandoned"): 8, ("source", ""): 3},
    "ukraine": {("deliver", ""): 9, ("source", "abandoned"): 2},
}


def test_a_process_becomes_an_outtask(world: World) -> None:
    done = takes_in(world, source(BOTH))
    counts = {name: done[name] for name in ("created", "changed", "unchanged", "problems")}
    assert counts == {"created": 1, "changed": 0, "unchanged": 0, "problems": 0}
    outtask = the_outtask()
    assert (outtask.title, outtask.stage, outtask.holder) == (
        "Clean the windows",
        Stage.DELIVER,
        Holder.NOBODY,
    )
    assert (outtask.amount_minor, outtask.currency, outtask.ending) == (84_050, "GBP", Ending.OPEN)
    assert outtask.owner == world.member("imke")
    brief = Brief.objects.get(outtask=outtask)
    assert (brief.what, brief.by_when.isoformat()) == ("All 40 of them, twice a year.", "2026-12-15")
    assert (brief.budget_minor, brief.currency, brief.state) == (90_000, "GBP", "draft")
    record = ImportedRecord.objects.get(outtask=outtask)
    assert record.publisher == "Clinic"
    assert str(record.latest_import_id) == done["id"]


def test_buyers_become_clients_and_suppliers_providers(world: World) -> None:
    takes_in(world, source(BOTH))
    outtask = the_outtask()
    client, provider = outtask.client, outtask.provider
    assert client is not None
    assert provider is not None
    assert (client.name, client.represented_by, client.currency) == (
        "Harbour Clinic",
        world.organisation,
        "GBP",
    )
    assert (provider.name, provider.email, provider.relation) == (
        "Bright Panes",
        "office@panes.example",
        "occasional",
    )


def test_the_journal_tells_of_the_import_and_of_each_outtask(world: World) -> None:
    done = takes_in(world, source(BOTH, "clinic.json"))
    (told,) = says("outtasks.imported")
    assert {name: told[name] for name in ("created", "changed", "unchanged")} == {
        "created": 1,
        "changed": 0,
        "unchanged": 0,
    }
    assert told["sha256"] == imports()[0].sha256
    entry = Entry.objects.get(pk=done.entry_id)
    assert (entry.subject_type, entry.outtask_id) == ("organisation", None)
    assert Entry.objects.get(kind="outtask.imported").outtask_id == the_outtask().pk
    assert verify(world.organisation.pk).fault is None


def test_the_same_again_writes_nothing_at_all(world: World) -> None:
    given = sources(EXCERPTS)
    takes_in(world, *given)
    before = everything(world.organisation)
    again = takes_in(world, *given, key="the second time")
    assert again.repeated
    assert again["id"] == ""
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 5)
    assert everything(world.organisation) == before


def test_the_same_under_another_name_is_the_same(world: World) -> None:
    takes_in(world, source(BOTH, "one.json"))
    before = everything(world.organisation)
    assert takes_in(world, source(BOTH, "two.json")).repeated
    assert everything(world.organisation) == before


def test_a_later_release_changes_what_is_there(world: World) -> None:
    takes_in(world, source(TENDER))
    first = the_outtask()
    assert (first.stage, first.provider, first.amount_minor) == (Stage.SOURCE, None, 90_000)
    done = takes_in(world, source(package(AWARDED)))
    assert (done["created"], done["changed"]) == (0, 1)
    outtask = the_outtask()
    assert (outtask.pk, outtask.reference) == (first.pk, first.reference)
    assert (outtask.stage, outtask.amount_minor) == (Stage.DELIVER, 84_050)
    assert Brief.objects.get(outtask=outtask).what == "All 40 of them, twice a year."
    assert len(says("outtask.imported_again")) == 1


def test_an_earlier_release_that_comes_later_takes_nothing_back(world: World) -> None:
    takes_in(world, source(package(AWARDED)))
    takes_in(world, source(TENDER))
    one_by_one = digests(world.organisation)
    takes_in(world, source(BOTH), by="oskar")
    assert the_outtask_of(world.organisation).stage == Stage.DELIVER
    assert digests(world.foreign) == one_by_one


def the_outtask_of(organisation: Organisation) -> OutTask:
    found: OutTask = OutTask.objects.get(organisation=organisation, source_key="ocds-x-1")
    return found


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_files_of_a_publisher_in_one_go_and_one_by_one(world: World, publisher: str) -> None:
    given = sources(files_of(publisher))
    takes_in(world, *given)
    standing = Counter(OutTask.objects.values_list("stage", "ending"))
    assert standing == STANDING[publisher]
    random.Random(publisher).shuffle(given)
    for one in given:
        takes_in(world, one, by="oskar")
    assert digests(world.foreign) == digests(world.organisation)
    assert takes_in(world, *given, by="oskar").repeated


def test_nothing_is_dropped(world: World) -> None:
    odd = release(
        tender=release()["tender"]
        | {"x_lift": {"needed": True}, "value": {"amount": "lots", "currency": "GBP"}}
    )
    done = takes_in(world, source(package(odd, extensions=["https://x.example"]), "odd.json"))
    record = ImportedRecord.objects.get()
    assert ["odd.json#/releases/0/tender/x_lift/needed", "true", False] in record.unmapped
    assert [row[1:3] for row in record.problems] == [["bad_amount", "lots"]]
    (file,) = imports()[0].counts["files"]
    assert ["odd.json#/extensions/0", '"https://x.example"', False] in file["unmapped"]
    assert done["unmapped"] == len(record.unmapped) + len(file["unmapped"])
    assert done["problems"] == 1


def test_other_words_for_the_same_are_kept_and_change_nothing(world: World) -> None:
    takes_in(world, source(package(release())))
    before = digests(world.organisation)
    reordered = dict(reversed(release().items()))
    assert takes_in(world, source(package(reordered))).repeated  # the order of keys says nothing
    spaced = release(tender=release()["tender"] | {"value": {"amount": 900.0, "currency": "GBP"}})
    done = takes_in(world, source(package(spaced)))
    assert (done["changed"], done["unchanged"], done.repeated) == (0, 1, False)
    assert digests(world.organisation) == before
    assert takes_in(world, source(package(spaced))).repeated


def test_what_was_done_here_is_not_overruled(world: World) -> None:
    takes_in(world, source(TENDER))
    brief = Brief.objects.get(outtask=the_outtask())
    edit_brief(
        actor=world.actor("imke"),
        now=world.now,
        brief_id=brief.pk,
        version=1,
        need=need(what="Only the front windows"),
    )
    takes_in(world, source(package(AWARDED)))
    assert the_outtask().title == "Only the front windows"
    assert the_outtask().provider is None
    assert Brief.objects.get(pk=brief.pk).what == "Only the front windows"
    contracts = ImportedRecord.objects.get().understood["agreements"]
    assert [contract["id"] for contract in contracts] == ["c1"]


def test_parties_are_written_once(world: World) -> None:
    other = release(ocid="ocds-x-2", id="9")
    takes_in(world, source(package(release(), AWARDED, other)))
    takes_in(world, source(package(AWARDED | {"ocid": "ocds-x-2", "id": "10"})))
    assert Organisation.objects.filter(represented_by=world.organisation).count() == 1
    assert Provider.objects.filter(name="Bright Panes").count() == 1


def test_only_who_may_import_does(world: World) -> None:
    for name in ("joseph", "roisin", "dunstan", "ada"):
        with pytest.raises(Refused) as refused:
            takes_in(world, source(TENDER), by=name)
        assert refused.value.refusal.code == "not_allowed"
    assert not OutTask.objects.exists()


def test_files_without_a_process_are_refused(world: World) -> None:
    with pytest.raises(Refused) as refused:
        takes_in(world, source(package()))
    assert refused.value.refusal.code == "nothing_found"


def test_each_organisation_has_its_own(world: World) -> None:
    takes_in(world, source(BOTH))
    theirs = takes_in(world, source(BOTH), by="oskar")
    assert theirs["created"] == 1
    own = the_outtask_of(world.organisation)
    assert own.provider != the_outtask_of(world.foreign).provider
    assert own.client != the_outtask_of(world.foreign).client
    with pytest.raises(NotFound):
        outtask_of(world.actor("oskar"), own.reference + "0")
    assert set(
        ImportedRecord.objects.visible_to(world.actor("oskar")).values_list("organisation", flat=True)
    ) == {world.foreign.pk}


def test_a_comparison_writes_nothing(world: World) -> None:
    before = everything(world.organisation)
    found = compare(world.organisation.pk, [source(BOTH)])
    assert len(found.created) == 1
    assert everything(world.organisation) == before


@pytest.mark.parametrize(
    ("email", "kept"),
    [
        ("office@panes.example", "office@panes.example"),
        ("call us", ""),
        ("a@b@c", ""),
        ("x" * 300 + "@y.z", ""),
    ],
)
def test_only_addresses_are_kept_as_addresses(world: World, email: str, kept: str) -> None:
    supplier: dict[str, Any] = {"name": "Panes", "contactPoint": {"email": email}}
    award = {"id": "a", "status": "active", "suppliers": [supplier]}
    takes_in(world, source(package(release(awards=[award]))))
    assert Provider.objects.get(name="Panes").email == kept


def test_parts_are_as_good_as_the_whole(world: World) -> None:
    given = sources(EXCERPTS)
    takes_in(world, *given)
    parts = list(in_parts(given, 2))
    assert [len({one.ocid for file in part for one in file.statements}) for part in parts] == [2, 2, 1]
    for part in parts:
        takes_in(world, *part, by="oskar")
    assert digests(world.foreign) == digests(world.organisation)
    beside = [sum(len(file.unmapped) for file in part) for part in parts]
    assert beside == [sum(len(file.unmapped) for file in given), 0, 0]
    assert list(in_parts(given, 5)) == [given]


def test_very_long_keys_fit(world: World) -> None:
    long = "ocds-" + "x" * 900
    takes_in(world, source(package(release(ocid=long))))
    assert takes_in(world, source(package(release(ocid=long)))).repeated
    assert len(OutTask.objects.get().source_key) <= 300
