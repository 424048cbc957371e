"""Step 2: what is commonly handed out, and counts of others that point at nobody."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.decide.calc import CALCS
from outtask.decide.catalogue import catalogue
from outtask.decide.comparables import compared
from outtask.decide.rules import Described
from outtask.decide.rules.comparables import (
    SMALLEST,
    Comparison,
    Contributor,
    comparable,
    comparison,
    kinds_of,
)
from outtask.decide.tests.material import added
from outtask.models import Member, Organisation, OutTask, Person, Process, Provider
from outtask.people import actions
from tests.world import World

NOBODY: frozenset[str] = frozenset()


def others(kept: int, out: int) -> list[Contributor]:
    """So many organisations, each with people of its own."""
    return [Contributor(f"o{n}", frozenset({f"p{n}"}), n >= kept) for n in range(kept + out)]


@pytest.mark.parametrize(
    ("kept", "out", "told"),
    [
        (0, 0, (None, None)),
        (4, 0, (None, None)),
        (2, 2, (None, None)),
        (5, 0, (5, None)),
        (0, 5, (5, None)),
        (5, 4, (5, None)),
        (4, 6, (10, None)),
        (6, 4, (10, None)),
        (5, 5, (10, 5)),
        (9, 5, (10, 5)),
        (5, 9, (10, 5)),
        (0, 40, (40, None)),
        (12, 11, (20, 10)),
    ],
)
def test_what_is_told(kept: int, out: int, told: tuple[int | None, int | None]) -> None:
    assert comparison(NOBODY, others(kept, out)) == Comparison(*told)


def test_people_in_common_are_one_voice_and_the_readers_own_are_none() -> None:
    five = others(5, 0)
    assert comparison(NOBODY, five).have == 5
    assert comparison(frozenset({"p3"}), five).have is None
    puppets = [Contributor(f"x{n}", frozenset({"p0", f"q{n}"}), True) for n in range(9)]
    assert comparison(NOBODY, [*five[:4], *puppets]).have is None


CONTRIBUTORS = st.lists(
    st.builds(
        Contributor,
        id=st.uuids().map(str),
        people=st.frozensets(st.integers(0, 60).map(str), min_size=1, max_size=2),
        handed_out=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda one: one.id,
)


@given(contributors=CONTRIBUTORS, readers=st.frozensets(st.integers(0, 60).map(str), max_size=3))
def test_no_number_stands_for_a_small_group(contributors: list[Contributor], readers: frozenset[str]) -> None:
    told = comparison(readers, contributors)
    assert told == comparison(readers, reversed(contributors))
    for number in (told.have, told.handed_out):
        assert number is None or (number >= SMALLEST and number % SMALLEST == 0)
    if told.have is not None:
        apart = [one for one in contributors if not one.people & readers]
        assert told.have <= len(apart)
    if told.handed_out is not None:
        assert told.have is not None
        assert told.handed_out <= sum(one.handed_out for one in contributors)
        assert sum(not one.handed_out for one in contributors) >= SMALLEST


@given(kept=st.integers(0, 40), out=st.integers(0, 40), handed_out=st.booleans())
def test_one_more_organisation_never_shows_as_one(kept: int, out: int, handed_out: bool) -> None:
    before = comparison(NOBODY, others(kept, out))
    after = comparison(NOBODY, others(kept + (not handed_out), out + handed_out))
    for one, other in ((before.have, after.have), (before.handed_out, after.handed_out)):
        assert (other or 0) - (one or 0) in {0} | set(range(SMALLEST, 45, SMALLEST))


@pytest.mark.parametrize(
    ("name", "output", "kind"),
    [
        ("Keep the books", "", ["Bookkeeping"]),
        ("Translate letters", "", ["Translation"]),
        ("Month end", "Reconciled bank accounts: bank reconciliation", ["Bookkeeping"]),
        ("Clean catalogue records", "", ["Data entry and cleaning"]),
        ("Winter gritting of sites", "", ["Repairs and upkeep of buildings"]),
        ("Decide on the strategy", "A strategy", []),
        ("", "", []),
    ],
)
def test_kinds_of_the_catalogue(name: str, output: str, kind: list[str]) -> None:
    assert [one.name for one in kinds_of(Described("", name, output), catalogue())] == kind


def test_the_catalogue_is_whole() -> None:
    names = [kind.name for kind in catalogue()]
    assert len(set(names)) == len(names) >= 25
    assert all(kind.area and kind.ways and all(kind.ways) for kind in catalogue())


def test_comparable_is_alike_or_of_one_kind() -> None:
    one = Described("1", "Keep the books", "Closed month")
    same = [Described("2", "Bookkeeping"), Described("3", "Another name", "closed  MONTH")]
    assert comparable(one, [*same, Described("4", "Sweep the yard")], catalogue()) == {"2", "3"}


def test_calc() -> None:
    asked = {
        "process": {"name": "Payroll"},
        "readers": ["me"],
        "contributors": [
            {"id": one.id, "people": sorted(one.people), "handed_out": one.handed_out} for one in others(6, 7)
        ],
    }
    found = CALCS["comparables"](json.loads(json.dumps(asked)))
    assert found == {"kinds": ["Payroll"], "have": 10, "handed_out": 5}


def neighbour(at: datetime, number: int, *, out: bool, **more: Any) -> Organisation:
    """One more organisation that keeps books, with a member of its own; `out`: a provider does it."""
    shares = {"compares": True} | more
    organisation = Organisation.objects.create(
        name=f"Neighbour {number}", currency="GBP", founded_at=at, **shares
    )
    person = Person.objects.create(email=f"n{number}@neighbour.example", name=f"Neighbour {number}")
    given: dict[str, Any] = {"organisation": organisation}
    owner = Member.objects.create(person=person, role="owner", joined_at=at, **given)
    process = Process.objects.create(name="Bookkeeping", key=str(number), added_at=at, **given)
    if out:
        provider = Provider.objects.create(kind="firm", name="F", added_at=at, **given)
        OutTask.objects.create(
            reference=f"R{number}", tracking_code=f"T{number}", title="B", owner=owner, opened_at=at,
            process=process, provider=provider, **given,
        )  # fmt: skip
    return organisation


@pytest.mark.django_db
def test_only_those_who_share_see_counts(world: World) -> None:
    for number in range(12):
        neighbour(world.now, number, out=number < 6)
    neighbour(world.now, 20, out=True, compares=False)
    neighbour(world.now, 21, out=True, is_sample=True)
    process = added(world, "Keep the books")
    actor = world.actor("imke")
    found = compared(actor, process)
    assert (found.shares, found.counts) == (False, None)
    assert [kind.name for kind in found.kinds] == ["Bookkeeping"]
    page = world.client("imke").get(f"/processes/{process.pk}/judgement").content.decode()
    assert "Yours does not" in page
    assert "At least" not in page

    actions.compare_organisation(actor=actor, now=world.now, compares=True)
    assert compared(actor, process).counts == Comparison(10, 5)
    page = world.client("imke").get(f"/processes/{process.pk}/judgement").content.decode()
    assert "At least 10 other organisations here do such work." in page
    assert "At least 5 of them handed it out." in page
    assert "Neighbour" not in page


@pytest.mark.django_db
def test_other_work_counts_nowhere(world: World) -> None:
    for number in range(6):
        neighbour(world.now, number, out=False)
    actions.compare_organisation(actor=world.actor("imke"), now=world.now, compares=True)
    assert compared(world.actor("imke"), added(world, "Sweep the yard")).counts == Comparison()
    assert compared(world.actor("imke"), added(world, "Keep the books")).counts == Comparison(5)
