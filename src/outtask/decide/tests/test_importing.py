"""An inventory from its bytes to the list: preview writes nothing, importing twice changes nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest

from outtask.decide import actions
from outtask.decide.importing import import_inventory, preview
from outtask.decide.tests.material import added, facts, told
from outtask.decide.tests.published import DATA
from outtask.journal.models import Entry
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.refusal import Refused
from outtask.models import Process
from tests.world import World

pytestmark = pytest.mark.django_db

REAL = (DATA / "processes_excerpt.csv").read_bytes()
HEADER = b"name,area,group,output,owner,times_per_year,hours_each\n"


def rows() -> dict[str, dict[str, object]]:
    return {process.name: facts(process) for process in Process.objects.all()}


def test_a_real_inventory_and_the_same_again(world: World) -> None:
    actor = world.actor("nadia")
    seen = preview(actor, REAL, "processes.csv")
    assert (seen.created, seen.changed, seen.unchanged, seen.errors) == (12, 0, 0, ())
    assert not Process.objects.exists()
    first = import_inventory(actor, REAL, "processes.csv", world.now, "a")
    assert first.values == {"created": 12, "changed": 0, "unchanged": 0, "merged": 0}
    assert told(world)[-1] == (
        "processes.imported",
        {"file": "processes.csv", "sha256": sha256_hex(REAL), **first.values},
    )
    stands = rows()
    again = import_inventory(actor, REAL, "processes.csv", world.now + timedelta(days=1), "b")
    assert again.values == {"created": 0, "changed": 0, "unchanged": 12, "merged": 0}
    assert rows() == stands
    assert set(Process.objects.values_list("added_at", flat=True)) == {world.now}
    assert preview(actor, REAL, "processes.csv").written == 0


def test_the_same_key_imports_once(world: World) -> None:
    actor = world.actor("nadia")
    first = import_inventory(actor, REAL, "processes.csv", world.now, "a")
    again = import_inventory(actor, REAL, "processes.csv", world.now, "a")
    assert again.repeated
    assert again.values == first.values
    assert [kind for kind, _ in told(world)].count("processes.imported") == 1


def test_new_changed_unchanged_merged(world: World) -> None:
    changed = added(world, "Payroll", area="Finance", owner="Imke Vos", output="Payslips")
    added(world, "Cleaning")
    gone, kept = added(world, "Post"), added(world, "Letters")
    actions.merge_processes(actor=world.actor("imke"), now=world.now, process_id=gone.pk, into_id=kept.pk)
    data = HEADER + b"payroll,FINANCE,,,,12,7.5\nCleaning,,,,,,\nPost,,,Stamped,,,\nOrders,,,,,,\n"
    outcome = import_inventory(world.actor("imke"), data, "list.csv", world.now)
    assert outcome.values == {"created": 1, "changed": 1, "unchanged": 1, "merged": 1}
    row = Process.objects.get(pk=changed.pk)
    assert facts(row) == {
        "name": "payroll",
        "area": "FINANCE",
        "group": "",
        "output": "Payslips",
        "owner_name": "Imke Vos",  # a blank cell says nothing
        "times_per_year": 12,
        "hours_each": Decimal("7.5"),
    }
    gone.refresh_from_db()
    assert (gone.output, gone.merged_into) == ("", kept)


def test_rows_with_errors_are_left_out(world: World) -> None:
    data = HEADER + b"Payroll,,,,,often,\n,,,Nothing,,,\nCleaning,,,,,,\n"
    seen = preview(world.actor("imke"), data, "list.csv")
    assert [(error.row, error.column, error.code) for error in seen.errors] == [
        (2, "times_per_year", "number_unreadable"),
        (3, "name", "name_missing"),
    ]
    assert (seen.created, seen.rows_left_out) == (1, 2)
    import_inventory(world.actor("imke"), data, "list.csv", world.now)
    assert list(rows()) == ["Cleaning"]


@pytest.mark.parametrize("data", [HEADER, HEADER + b",,,x,,,\n"])
def test_no_row_to_take(world: World, data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        import_inventory(world.actor("imke"), data, "list.csv", world.now)
    assert caught.value.refusal.code == "rows_none"
    assert not Process.objects.exists()


@pytest.mark.parametrize("who", ["joseph", "roisin", "ada", "dunstan"])
def test_only_those_who_may_import(world: World, who: str) -> None:
    before = Entry.objects.count()
    for run in (
        lambda: preview(world.actor(who), REAL, "list.csv"),
        lambda: import_inventory(world.actor(who), REAL, "list.csv", world.now),
    ):
        with pytest.raises(Refused) as caught:
            run()
        assert caught.value.refusal.code == "not_allowed"
    assert Entry.objects.count() == before


def test_one_organisation_does_not_see_the_inventory_of_another(world: World) -> None:
    import_inventory(world.actor("imke"), REAL, "list.csv", world.now)
    assert preview(world.actor("oskar"), REAL, "list.csv").created == 12


def test_many_rows_in_batches(world: World, django_assert_max_num_queries) -> None:
    data = HEADER + b"".join(b"Process %d,,,,,%d,1\n" % (n, n % 50) for n in range(4_500))
    with django_assert_max_num_queries(14):
        import_inventory(world.actor("imke"), data, "list.csv", world.now)
    assert Process.objects.count() == 4_500
    changed = data.replace(b",1\n", b",2\n")
    assert import_inventory(world.actor("imke"), changed, "list.csv", world.now)["changed"] == 4_500
    assert Process.objects.filter(hours_each=2).count() == 4_500
