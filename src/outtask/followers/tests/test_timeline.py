"""The timeline: everybody reads what is theirs to read, in the order of the journal."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from outtask.followers.timeline import happenings, public_happenings, sentence_of
from outtask.journal.kinds import kind_named
from outtask.journal.models import Saying
from outtask.journal.reading import Told
from outtask.kernel.money import Money
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import STAGES
from outtask.messages.actions import write_message
from outtask.models import Link, Member
from outtask.source.actions import award_proposal
from outtask.source.tests import steps as sourcing
from outtask.takeback.tests.test_hand_on import hands_on, made
from tests.world import NOW, World


def test_latest_first_with_names_and_numbers(world: World) -> None:
    life = lives.part_accepted(world)
    rows = happenings(life.actor("imke"), life.outtask_id)
    assert [row.seq for row in rows] == sorted((row.seq or 0 for row in rows), reverse=True)
    latest = rows[0]
    assert latest.text == "Milestone Part 1 accepted, £206.00 is owed"
    assert (latest.by, latest.by_icon, latest.at) == ("Nadia Brook", "person", world.now)
    assert any(row.by == "Marek Solan" for row in rows)


@pytest.mark.parametrize("stage", STAGES)
def test_every_line_of_every_stage_can_be_told(world: World, stage: str) -> None:
    life = STAGES[stage](world)
    rows = happenings(life.actor("ada"), life.outtask_id, size=100)
    assert len(rows) == len(lives.kinds(life))
    assert all(row.text and "%(" not in row.text for row in rows)


def test_pages_follow_one_another_by_number(world: World) -> None:
    life = lives.done(world)
    actor = life.actor("imke")
    whole = happenings(actor, life.outtask_id, size=100)
    first = happenings(actor, life.outtask_id, size=5)
    second = happenings(actor, life.outtask_id, size=5, before=first[-1].seq)
    assert [*first, *second] == whole[:10]


def test_names_cost_two_queries_whatever_the_number(world: World, django_assert_max_num_queries: Any) -> None:
    life = lives.done(world)
    with django_assert_max_num_queries(4):  # entries, words, members, links
        happenings(life.actor("imke"), life.outtask_id, size=100)


def test_strangers_of_another_organisation_read_nothing(world: World) -> None:
    life = lives.done(world)
    assert happenings(world.actor("oskar"), life.outtask_id) == []


def test_the_public_reads_no_name_and_no_amount(world: World) -> None:
    life = lives.done(world)
    rows = public_happenings(world.organisation.pk, life.outtask_id)
    assert [row.text for row in rows][:2] == ["Milestone 2 handed in, try 1", "Milestone 1 handed in, try 1"]
    assert {row.by for row in rows} == {""}
    assert not any("£" in row.text or "Marek" in row.text for row in rows)


def test_a_provider_reads_of_the_time_they_had_it_alone(world: World) -> None:
    """The next provider reads neither talk nor prices of the one before, nor what colleagues decided."""
    life = lives.part_accepted(world)
    write_message(
        actor=life.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="Marek, mind the spines."
    )
    marek = [row.text for row in happenings(life.deliver_link.actor, life.outtask_id, size=100)]
    assert "Wrote: Marek, mind the spines." in marek
    assert "Milestone Part 1 accepted, £206.00 is owed" in marek
    assert not any("committed within" in text or "chosen for" in text for text in marek)

    made(life)
    hands_on(life)
    sourcing.send(world, life.brief, world.kestrel)
    invited = Link.objects.get(provider=world.kestrel, revoked_at__isnull=True).actor
    told = [row.text for row in happenings(invited, life.outtask_id, size=100)]
    assert told and not any("spines" in text or "£" in text for text in told)

    later = world.now.replace(hour=12)
    proposal = sourcing.offered(world, life.brief, world.kestrel)
    award_proposal(actor=world.actor("imke"), now=later, proposal_id=proposal.pk, reasons=sourcing.REASONS)
    write_message(actor=life.actor("imke"), now=later, outtask_id=life.outtask_id, text="Kestrel, go on.")
    told = [row.text for row in happenings(invited, life.outtask_id, size=100)]
    assert told[0] == "Wrote: Kestrel, go on."
    assert not any("spines" in text or "£" in text for text in told)


def test_whoever_left_and_whatever_was_erased_is_told_so(world: World) -> None:
    life = lives.committed(world)
    write_message(actor=life.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="Forget me.")
    Saying.objects.filter(text="Forget me.").update(text="", erased_at=world.now)
    Member.objects.filter(pk=world.member("imke").pk).update(left_at=world.now)
    row = happenings(life.actor("joseph"), life.outtask_id)[0]
    assert (row.text, row.by) == ("Wrote: (erased)", "Imke Vos")


@pytest.mark.parametrize(
    ("kind", "says", "sentence"),
    [
        (
            "checks.ran",
            {"order": 1, "passed": 1, "failed": 0, "unable": 0},
            "Checks of milestone 1 ran: 1 passed",
        ),
        (
            "checks.ran",
            {"order": 2, "passed": 3, "failed": 1, "unable": 2},
            "Checks of milestone 2 ran: 1 failed, 2 could not be tried, 3 passed",
        ),
        ("checks.ran", {"order": 1}, "Checks of milestone 1 ran: there was none to try"),
        (
            "milestones.opened",
            {"count": 1, "amount": Money(41_200, "GBP")},
            "Work may begin: 1 milestone, £412.00 in all",
        ),
        (
            "milestones.opened",
            {"count": 2, "amount": Money(41_200, "GBP")},
            "Work may begin: 2 milestones, £412.00 in all",
        ),
        (
            "processes.imported",
            {"file": "list.csv", "created": 1_204, "changed": 0, "unchanged": 1},
            "Inventory list.csv imported: 1,204 new, 1 as before",
        ),
        (
            "checks.overruled",
            {"not_passed": 1, "reasons": "Good enough."},
            "Accepted although 1 check did not pass: Good enough.",
        ),
    ],
)
def test_counts_are_told_in_their_number_and_nothing_is_left_out_but_zeros(
    kind: str, says: dict[str, Any], sentence: str
) -> None:
    about = uuid4()
    line = Told(about, about, 1, NOW, kind_named(kind), "clock", None, "outtask", about, about, says)
    assert sentence_of(line) == sentence
