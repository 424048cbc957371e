"""Figures from what was really done, and how many queries they take."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from outtask.agree.documents import Metric, ServiceLevelTerms
from outtask.deliver.actions import request_changes
from outtask.deliver.tests.underway import Underway, begin
from outtask.measure.metrics import Share, Standing
from outtask.measure.queries import facts_of_agreement, promises, scorecards
from outtask.messages.actions import write_message
from tests.world import World

LEVELS = [
    ServiceLevelTerms(Metric.ON_TIME, Decimal("95")),
    ServiceLevelTerms(Metric.FIRST_TIME, Decimal("50")),
    ServiceLevelTerms(Metric.RESPONSE_HOURS, Decimal("24")),
]
DAY = timedelta(days=1)


def send_back(under: Underway, order: int, days: int) -> None:
    """Looked at `days` after the beginning."""
    at = under.world.now + days * DAY
    request_changes(
        actor=under.world.actor("nadia"),
        now=at,
        milestone_id=under.milestone(order).pk,
        submission_number=under.milestone(order).submissions.count(),
        reasons="31 records are there twice.",
        new_due_on=(at + 7 * DAY).date(),
    )


def history(world: World) -> Underway:
    """One on time and accepted, one late and sent back, one overdue with nothing in; a question answered."""
    under = begin(world, prices=(100, 200, 300), levels=LEVELS)
    under.delivers(1, at=world.now + 2 * DAY)
    under.hands_in(2, at=world.now + 15 * DAY)
    send_back(under, 2, 16)
    under.hands_in(2, at=world.now + 17 * DAY)
    asked = world.now + DAY
    write_message(
        actor=world.actor("joseph"), now=asked, outtask_id=under.outtask.pk, text="Which names?", asks=True
    )
    write_message(
        actor=under.guest, now=asked + timedelta(hours=5), outtask_id=under.outtask.pk, text="Both."
    )
    return under


def test_promises_are_measured_by_what_happened(world: World) -> None:
    under = history(world)
    actor, now = world.actor("imke"), world.now + 30 * DAY
    facts = facts_of_agreement(actor, under.agreement.pk, "Europe/London", now)
    on_time, first_time, response = promises(actor, under.agreement.pk, facts, now)
    assert (on_time.figure, on_time.standing) == (Share(1, 3), Standing.BROKEN)
    assert (first_time.figure, first_time.standing) == (Share(1, 2), Standing.KEPT)
    assert (response.figure.value, response.figure.n, response.standing) == (5, 1, Standing.KEPT)


def test_before_anything_happened_there_are_no_readings(world: World) -> None:
    under = begin(world, levels=LEVELS)
    actor = world.actor("imke")
    facts = facts_of_agreement(actor, under.agreement.pk, "Europe/London", world.now)
    standings = {one.standing for one in promises(actor, under.agreement.pk, facts, world.now)}
    assert standings == {Standing.NO_READINGS}


def test_a_scorecard_looks_back_ninety_days(world: World) -> None:
    history(world)
    pk, actor = world.kestrel.pk, world.actor("imke")
    soon = scorecards(actor, [pk], "Europe/London", world.now + 30 * DAY)[pk]
    assert (soon.on_time, soon.first_time, soon.rework) == (Share(1, 3), Share(1, 2), Share(1, 2))
    # The question took five hours, the second try a day.
    assert (soon.response.value, soon.response.n) == (Share(29, 200).value, 2)
    late = scorecards(actor, [pk], "Europe/London", world.now + 200 * DAY)[pk]
    assert (late.on_time, late.rework.n, late.response.n) == (Share(0, 1), 0, 0)
    assert [share for _month, share in late.months] == [Share(1, 1), Share(0, 1)]


def test_the_day_is_the_organisations_own(world: World) -> None:
    under = begin(world, prices=[100])
    due = under.milestone().due_on
    just_after_midnight_there = world.now.replace(month=due.month, day=due.day, hour=23, minute=30)
    under.hands_in(1, at=just_after_midnight_there)
    actor = world.actor("imke")
    for zone, hits in (("Europe/London", 1), ("Europe/Paris", 0)):
        facts = facts_of_agreement(actor, under.agreement.pk, zone, just_after_midnight_there)
        assert facts.scorecard(world.now, just_after_midnight_there).on_time == Share(hits, 1)


def test_strangers_see_no_figures(world: World) -> None:
    under = history(world)
    card = scorecards(world.actor("oskar"), [world.kestrel.pk], "UTC", world.now)[world.kestrel.pk]
    assert card.empty
    assert not facts_of_agreement(world.actor("oskar"), under.agreement.pk, "UTC", world.now).hand_ins


def test_figures_take_few_queries(world: World, django_assert_num_queries: Any) -> None:
    under = history(world)
    begin(world, number=2, provider=world.marek).delivers(1)
    actor, now = world.actor("imke"), world.now + 30 * DAY
    providers = [world.kestrel.pk, world.marek.pk, world.pagewright.pk]
    with django_assert_num_queries(4):
        assert len(scorecards(actor, providers, "Europe/London", now)) == 3
    with django_assert_num_queries(5):
        promises(actor, under.agreement.pk, facts_of_agreement(actor, under.agreement.pk, "UTC", now), now)
