"""What founding and changing an organisation and oneself leaves behind: rows and one entry, or neither."""

from datetime import datetime

import pytest

from outtask.models import (
    Member,
    Organisation,
    Person,
)
from outtask.people import actions, queries
from outtask.people.states import Role
from outtask.people.tests.traces import entries, found, last, refused
from tests.world import World

pytestmark = pytest.mark.django_db


def test_the_first_visitor_founds(now: datetime) -> None:
    done = found(now)
    organisation = Organisation.objects.get()
    owner = Member.objects.get()
    assert (organisation.name, organisation.currency, organisation.zone) == (
        "Tidewater Maps",
        "EUR",
        "Europe/Amsterdam",
    )
    assert (owner.role, owner.limit_minor, owner.person.email) == (
        Role.OWNER,
        None,
        "fenna@tidewater.example",
    )
    assert done["organisation_id"] == str(organisation.pk)
    assert entries(organisation.pk) == [("organisation.founded", {"name": "Tidewater Maps"})]


def test_the_second_visitor_does_not(now: datetime) -> None:
    found(now)
    inputs = {"name": "Another", "email": "b@b.example", "person_name": "B"}
    assert refused(found, now=now, **inputs) == ["already_founded"]
    assert Organisation.objects.count() == 1


def test_a_sample_does_not_count(now: datetime) -> None:
    found(now, sample=True)
    found(now, name="Real one", email="real@real.example")
    assert Organisation.objects.filter(is_sample=False).get().name == "Real one"


def test_a_person_who_is_known_founds_another(now: datetime) -> None:
    found(now)
    person = Person.objects.get()
    actions.found_organisation(
        actor=queries.coming_owner(person), now=now, name="Second", currency="EUR", zone="UTC"
    )
    assert [member.organisation.name for member in queries.memberships_of(person)] == [
        "Second",
        "Tidewater Maps",
    ]
    assert Person.objects.count() == 1


def test_everything_wrong_is_told_at_once(now: datetime) -> None:
    codes = refused(found, now=now, name=" ", currency="gold", zone="Moon", person_name="", email="x")
    assert codes == ["name_missing", "currency_unknown", "zone_unknown", "name_missing", "address_form"]
    assert not Organisation.objects.exists()


def test_change_organisation(world: World, by) -> None:
    by("nadia", actions.change_organisation, name=" Harbour Row ", zone="Europe/Lisbon")
    world.organisation.refresh_from_db()
    assert (world.organisation.name, world.organisation.zone) == ("Harbour Row", "Europe/Lisbon")
    assert last(world.organisation.pk) == (
        "organisation.changed",
        {"name": "Harbour Row", "zone": "Europe/Lisbon"},
    )


def test_a_manager_does_not_change_the_organisation(world: World, now: datetime) -> None:
    inputs = {"actor": world.actor("joseph"), "now": now, "name": "X", "zone": "UTC"}
    assert refused(actions.change_organisation, **inputs) == ["not_allowed"]


def test_rename_me(world: World, now: datetime, by) -> None:
    by("roisin", actions.rename_me, name="Róisín Tully", zone="Europe/Dublin", language="en-gb")
    person = Person.objects.get(pk=world.member("roisin").person_id)
    assert (person.name, person.zone) == ("Róisín Tully", "Europe/Dublin")
    assert last(world.organisation.pk) == ("person.renamed", {"who": "Róisín Tully", "zone": "Europe/Dublin"})
    given = {"actor": world.actor("roisin"), "now": now, "name": "", "zone": "Moon", "language": "xx"}
    assert refused(actions.rename_me, **given) == ["name_missing", "zone_unknown", "language_unknown"]


def test_an_organisation_is_counted_among_others_when_it_says_so(world: World) -> None:
    given = {"actor": world.actor("imke"), "now": world.now}
    assert not Organisation.objects.get(pk=world.organisation.pk).compares
    actions.compare_organisation(**given, compares=True)
    assert Organisation.objects.get(pk=world.organisation.pk).compares
    assert last(world.organisation.pk) == ("comparison.joined", {})
    assert refused(actions.compare_organisation, **given, compares=True) == ["compares_already"]
    actions.compare_organisation(**given, compares=False)
    assert last(world.organisation.pk) == ("comparison.left", {})
    assert not Organisation.objects.get(pk=world.organisation.pk).compares


def test_a_sample_is_counted_nowhere(world: World) -> None:
    Organisation.objects.filter(pk=world.organisation.pk).update(is_sample=True)
    given = {"actor": world.actor("imke"), "now": world.now, "compares": True}
    assert refused(actions.compare_organisation, **given) == ["sample"]


def test_only_who_manages_it_lets_it_be_counted(world: World) -> None:
    client = world.client("roisin")
    assert client.post("/settings/organisation/comparison", {"compares": "yes"}).status_code == 403
    page = world.client("imke").post("/settings/organisation/comparison", {"compares": "yes"}, follow=True)
    assert "You are counted, and you see counts" in page.content.decode()
