"""The writers of the room: the rows and the entry, or neither."""

from decimal import Decimal
from typing import Any

import pytest

from outtask.decide import actions
from outtask.decide.answers import METHOD_NAME
from outtask.decide.inventory import Row
from outtask.decide.models import NOT_RANKED, Judgement
from outtask.decide.tests.material import OUT, added, facts, judged, told
from outtask.journal.models import Entry
from outtask.journal.recording import NotFound
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import Refused
from outtask.models import Process
from tests.world import World

pytestmark = pytest.mark.django_db


def refused(run: Any, /, **inputs: Any) -> list[tuple[str, str | None]]:
    before = Entry.objects.count(), list(Process.objects.order_by("id").values()), Judgement.objects.count()
    with pytest.raises(Refused) as caught:
        run(**inputs)
    assert before == (
        Entry.objects.count(),
        list(Process.objects.order_by("id").values()),
        Judgement.objects.count(),
    )
    return [(refusal.code, refusal.field) for refusal in caught.value.refusals]


def test_add_process(world: World) -> None:
    inputs = {"name": "  Payroll  run ", "area": "Finance", "times_per_year": Decimal(12), "key": "k"}
    outcome = actions.add_process(actor=world.actor("joseph"), now=world.now, **inputs)
    process = Process.objects.get(pk=outcome["id"])
    assert facts(process) == {
        "name": "Payroll run",
        "area": "Finance",
        "group": "",
        "output": "",
        "owner_name": "",
        "times_per_year": 12,
        "hours_each": None,
    }
    assert (process.verdict, process.priority, process.added_at) == ("", NOT_RANKED, world.now)
    assert told(world)[-1] == ("process.added", {"name": "Payroll run"})
    again = actions.add_process(actor=world.actor("joseph"), now=world.now, **inputs)
    assert again.repeated
    assert Process.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "inputs", "expected"),
    [
        ("roisin", {"name": "New"}, [("not_allowed", None)]),
        ("ada", {"name": "New"}, [("not_allowed", None)]),
        ("imke", {"name": "  "}, [("name_missing", "name")]),
        ("imke", {"name": "x" * 301, "owner": "y" * 201}, [("too_long", "name"), ("too_long", "owner")]),
        ("imke", {"name": "New", "hours_each": Decimal(-1)}, [("number_out_of_range", "hours_each")]),
        ("imke", {"name": "New", "hours_each": Decimal("NaN")}, [("number_out_of_range", "hours_each")]),
        ("imke", {"name": "clean CATALOGUE  records"}, [("process_twice", "name")]),
    ],
)
def test_add_process_refuses(world: World, who: str, inputs: dict[str, Any], expected: Any) -> None:
    added(world)
    assert refused(actions.add_process, actor=world.actor(who), now=world.now, **inputs) == expected


def test_change_process(world: World) -> None:
    process = added(world, owner="Joseph Adeyemi")
    actions.change_process(
        actor=world.actor("imke"), now=world.now, process_id=process.pk, name="Clean records", area="Shop"
    )
    process.refresh_from_db()
    assert (process.name, process.area, process.owner_name) == ("Clean records", "Shop", "")
    assert told(world)[-1] == ("process.changed", {"name": "Clean records", "columns": "name area owner"})
    assert actions.import_processes(
        actor=world.actor("imke"),
        now=world.now,
        rows=[Row(number=2, name="clean records", area="shop")],
        name="list.csv",
        sha256="0" * 64,
    )["changed"]  # it is found by its new name


def test_change_process_refuses(world: World) -> None:
    process, other = added(world), added(world, "Payroll")
    change = {"actor": world.actor("imke"), "now": world.now, "process_id": process.pk}
    assert refused(actions.change_process, **change, name=other.name) == [("process_twice", "name")]
    assert refused(actions.change_process, **change, name=process.name) == [("nothing_changed", None)]
    change["actor"] = world.actor("ada")
    assert refused(actions.change_process, **change, name="Another") == [("not_allowed", None)]


def test_merge_processes(world: World) -> None:
    old, twin, kept = added(world, "Payrol"), added(world, "Pay run"), added(world, "Payroll")
    merge = {"actor": world.actor("imke"), "now": world.now}
    actions.merge_processes(**merge, process_id=old.pk, into_id=twin.pk)
    actions.merge_processes(**merge, process_id=twin.pk, into_id=kept.pk)
    found = dict(Process.objects.values_list("name", "merged_into__name"))
    assert found == {"Payrol": "Payroll", "Pay run": "Payroll", "Payroll": None}
    assert told(world)[-1] == (
        "process.merged",
        {"name": "Pay run", "into": kept.pk, "into_name": "Payroll"},
    )
    assert refused(actions.merge_processes, **merge, process_id=old.pk, into_id=kept.pk) == [
        ("merged_already", None)
    ]
    assert refused(actions.merge_processes, **merge, process_id=kept.pk, into_id=old.pk) == [
        ("into_merged", "into")
    ]
    assert refused(actions.merge_processes, **merge, process_id=kept.pk, into_id=kept.pk) == [
        ("merge_itself", "into")
    ]
    assert refused(actions.judge_process, **merge, process_id=old.pk, answers={"used": True}) == [
        ("merged_already", None)
    ]


def test_judge_process(world: World) -> None:
    process = judged(world, added(world))
    judgement = Judgement.objects.get()
    assert (process.verdict, judgement.verdict, judgement.rule) == ("out_task", "out_task", "ready")
    assert (judgement.number, judgement.method) == (1, METHOD_NAME)
    assert (judgement.judged_by, judgement.judged_at) == (world.member("imke"), world.now)
    assert judgement.answers == OUT
    assert {line["outcome"] for line in judgement.trail} == {"passed"}
    assert process.priority == 833
    assert (process.owner_name, process.output) == ("Imke Vos", "Clean records")
    assert (process.times_per_year, process.hours_each) == (12, Decimal("7.5"))
    assert told(world)[-1] == (
        "process.judged",
        {
            "name": process.name,
            "number": 1,
            "verdict": "out_task",
            "rule": "ready",
            "method": METHOD_NAME,
        },
    )


def test_judging_again_keeps_the_first_judgement(world: World) -> None:
    process = judged(world, added(world))
    process = judged(world, process, used=False, benefit=None, owner=None)
    assert (process.verdict, process.priority, process.owner_name) == ("stop", NOT_RANKED, "Imke Vos")
    rows = Judgement.objects.order_by("number").values_list("number", "verdict", "rule")
    assert list(rows) == [(1, "out_task", "ready"), (2, "stop", "simplify.unused")]


@pytest.mark.parametrize(
    ("who", "answers", "expected"),
    [
        ("roisin", {"used": True}, [("not_allowed", None)]),
        ("imke", {"strategic": 6}, [("answer_unfit", "strategic")]),
        (
            "imke",
            {"used": 1, "hours_each": "many"},
            [("answer_unfit", "hours_each"), ("answer_unfit", "used")],
        ),
        ("imke", {"service_levels": 1, "measured_levels": 2}, [("more_than_all", "measured_levels")]),
        ("imke", {"colour": "blue"}, [("question_unknown", "colour")]),
        ("imke", {"owner": "x" * 201}, [("too_long", "owner")]),
    ],
)
def test_judge_process_refuses(world: World, who: str, answers: dict[str, Any], expected: Any) -> None:
    process = added(world)
    act = {"actor": world.actor(who), "now": world.now, "process_id": process.pk, "answers": answers}
    assert refused(actions.judge_process, **act) == expected


def test_nobody_acts_on_what_they_cannot_see(world: World) -> None:
    process, act = added(world), {"actor": world.actor("oskar"), "now": world.now}
    own = actions.add_process(**act, name="Bind books")["id"]
    for run in (
        lambda: actions.change_process(**act, process_id=process.pk, name="Mine"),
        lambda: actions.judge_process(**act, process_id=process.pk, answers={}),
        lambda: actions.merge_processes(**act, process_id=process.pk, into_id=new_id()),
        lambda: actions.merge_processes(**act, process_id=own, into_id=process.pk),
    ):
        with pytest.raises(NotFound):
            run()
