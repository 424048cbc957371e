"""The life line: what is done, where it is, what was sent back, and that a new round begins afresh."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from outtask.lifecycle.lifeline import Line, Mark, line_of
from outtask.lifecycle.next_steps import WORDINGS, next_step_of
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import STAGES
from outtask.outtasks.states import Stage
from outtask.takeback.tests.test_hand_on import hands_on, made
from tests.world import World


def marks(line: Line) -> str:
    """One letter for each of the nine stages."""
    return "".join(stage.state[0] for stage in line.stages)


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("draft_brief", "snaaaaaaa"),
        ("awarded", "sdnaaaaaa"),
        ("signed", "sddnaaaaa"),
        ("committed", "sdddnaaaa"),
        ("handed_in", "sddddnaaa"),
        ("accepted", "sdddddnaa"),
        ("done", "sddddddda"),
    ],
)
def test_the_line_of_each_stage(world: World, stage: str, expected: str) -> None:
    line = line_of(STAGES[stage](world).outtask)
    assert marks(line) == expected
    assert [one.stage for one in line.stages] == list(Stage)


def test_it_tells_days(world: World) -> None:
    line = line_of(lives.handed_in(world).outtask)
    told = {stage.stage: stage.when for stage in line.stages}
    assert (told[Stage.DECIDE], told[Stage.SOURCE], told[Stage.TAKE_BACK]) == (
        "skipped",
        "Tue 24 Nov",
        "any time",
    )
    assert told[Stage.VERIFY] == "Fri 4 Dec"
    assert (line.now_label, line.sub) == ("6 of 9: Verify", "By Fri 4 Dec.")


def test_work_that_was_sent_back_shows_so(world: World) -> None:
    life = lives.sent_back(world)
    deliver = line_of(life.outtask).stages[4]
    assert (deliver.state, deliver.loop) == (Mark.NOW, "Sent back Tue 24 Nov")
    life.hands_in()
    assert not any(stage.loop for stage in line_of(life.outtask).stages)


def test_a_new_round_begins_without_the_dates_of_the_one_before(world: World) -> None:
    life = lives.part_accepted(world)
    made(life)
    assert line_of(life.outtask).stages[8].when == "Tue 24 Nov"
    hands_on(life, by_when=date(2027, 1, 15))
    line = line_of(life.outtask)
    assert marks(line) == "snaaaaaaa"
    assert {stage.when for stage in line.stages[2:8]} == {""}


def test_strangers_get_no_links(world: World) -> None:
    outtask = lives.committed(world).outtask
    assert {stage.href for stage in line_of(outtask, links=False).stages} == {""}
    assert line_of(outtask).stages[4].href == f"/out-tasks/{outtask.reference}"


def test_one_query(world: World, django_assert_num_queries: Any) -> None:
    outtask = lives.done(world).outtask
    counted: CaptureQueriesContext
    with django_assert_num_queries(1) as counted:
        line_of(outtask)
    assert "outtask_entry" in counted.captured_queries[0]["sql"]


@pytest.mark.parametrize("stage", STAGES)
def test_every_next_step_has_words_and_a_page(world: World, stage: str) -> None:
    outtask = STAGES[stage](world).outtask
    step = next_step_of(outtask)
    assert step.href.startswith(f"/out-tasks/{outtask.reference}")
    assert step.title and step.then and step.who and step.button


def test_no_wording_is_left_over() -> None:
    from outtask.lifecycle.tests.test_standing import TABLE

    assert {standing.next_step for _, standing in TABLE} == set(WORDINGS)
