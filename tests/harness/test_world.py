"""The world that every other test stands on."""

from django.db import connection

from outtask.journal.models import Entry, JournalHead
from outtask.models import Posting
from tests.world import World


def test_the_world_has_its_people(world: World) -> None:
    assert world.member("joseph").limit_minor == 150_000
    assert world.member("joseph").reports_to == world.member("imke")
    assert world.actor("roisin").role == "requester"
    assert world.member("oskar").organisation == world.foreign
    assert world.pagewright.owned_by == world.member("joseph")


def test_the_budget_balances(world: World) -> None:
    (posting,) = Posting.objects.visible_to(world.actor("imke"))
    assert posting.amount_minor == world.budget.authorised_minor == world.budget.free_minor
    assert Entry.objects.filter(pk=posting.entry_id, organisation=world.organisation).exists()


def test_each_organisation_has_a_journal(world: World) -> None:
    assert JournalHead.objects.filter(size=1).count() == 2


def test_the_run_uses_the_database_it_was_asked_for(db: None) -> None:
    import os

    assert connection.vendor == os.environ.get("OUTTASK_TEST_DATABASE", "sqlite")
