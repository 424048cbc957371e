"""Requests that nobody decides: a reminder at half time, the next one up after seven days, and an end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from outtask.followers import notices
from outtask.followers.engine import drain
from outtask.lifecycle.chasing import escalate_request, remind_decider
from outtask.lifecycle.clock import tick
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import Life
from outtask.lifecycle.tests.test_delegating import away, back, becomes
from outtask.lifecycle.tests.test_spending import limit, refused
from outtask.models import Entry, Link, Mail
from outtask.people.states import Role
from outtask.spend.actions import answer_request
from tests.world import World

WEEK, HALF = timedelta(days=7), timedelta(days=3, hours=12)


def links(life: Life) -> list[tuple[str, bool]]:
    """Whom links to decide went to, and whether they still decide."""
    rows = Link.objects.filter(subject_id=life.request.pk).order_by("id")
    return [(link.email.partition("@")[0], link.spent_at is None) for link in rows]


def kinds(life: Life) -> list[str]:
    found = Entry.objects.filter(outtask_id=life.outtask_id, actor_kind="clock").order_by("seq")
    return list(found.values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("passed", "kind"),
    [
        (HALF - timedelta(seconds=1), None),
        (HALF, "request.reminded"),
        (WEEK - timedelta(seconds=1), "request.reminded"),
        (WEEK, "request.escalated"),
        (WEEK * 50, "request.escalated"),
    ],
)
def test_what_is_due_when(world: World, passed: timedelta, kind: str | None) -> None:
    life = lives.referred(world)
    tick(world.now + passed)
    tick(world.now + passed)
    assert kinds(life) == ([kind] if kind else [])


def test_the_reminder_brings_a_fresh_link_and_no_more_time(world: World) -> None:
    life = lives.referred(world)
    until = life.request.decide_by
    tick(world.now + HALF)
    assert links(life) == [("joseph", False), ("joseph", True)]
    assert life.request.decide_by == life.decide_link.expires_at == until
    drain(notices.FOLLOWERS, world.now + HALF)
    leads = [mail.context["lead"] for mail in Mail.objects.filter(to_email="joseph@harbour.example")]
    assert leads[-1] == "Roisin Tully waits for your decision"
    assert life.approves(by_link=True)["committed"]


def test_a_question_stops_the_clock(world: World) -> None:
    life = lives.asked(world)
    tick(world.now + 2 * WEEK)
    assert kinds(life) == []
    later = world.now + 2 * WEEK
    answer_request(actor=life.actor("roisin"), now=later, request_id=life.request.pk, answer="He is careful.")
    tick(later + HALF)
    assert kinds(life) == ["request.reminded"]


def test_it_goes_up_the_line_and_who_let_it_pass_decides_it_no_more(world: World) -> None:
    life = lives.referred(world)
    tick(world.now + WEEK)
    request = life.request
    assert (request.state, request.decider) == ("referred", world.member("imke"))
    assert request.decide_by == world.now + 2 * WEEK
    assert links(life) == [("joseph", False), ("imke", True)]
    told = lives.read(Entry.objects.filter(kind="request.escalated"))[0]
    assert told.says["decider"] == world.member("imke").pk
    with refused("not_the_decider"):
        life.approves(by="joseph")
    assert life.approves(by="imke")["committed"]


def test_when_nobody_above_is_left_it_runs_out_and_can_be_asked_for_anew(world: World) -> None:
    life = lives.referred(world)
    tick(world.now + WEEK)
    tick(world.now + 2 * WEEK)
    assert (life.request.state, life.request.decider) == ("void", None)
    assert kinds(life) == ["request.escalated", "request.expired"]
    assert not any(live for _, live in links(life))
    drain(notices.FOLLOWERS, world.now + 2 * WEEK)
    subjects = Mail.objects.filter(to_email="roisin@harbour.example").values_list("subject", flat=True)
    assert any(subject.startswith("Nobody decided in time") for subject in subjects)
    with refused("already_decided"):
        life.approves(by="imke")
    assert not life.asks(by="roisin")["committed"]
    assert life.request.state == "referred"


def test_two_owners_are_asked_once_each(world: World) -> None:
    becomes(world, "nadia", Role.OWNER)
    life = lives.referred(world)
    deciders = []
    for week in range(1, 5):
        tick(world.now + week * WEEK)
        deciders.append(life.request.decider)
    assert deciders == [world.member("imke"), world.member("nadia"), None, None]
    assert life.request.state == "void"


def test_the_next_ones_limits_are_asked(world: World) -> None:
    becomes(world, "nadia", Role.OWNER)
    limit(world, "imke", 0)
    becomes(world, "imke", Role.MANAGER)
    life = lives.referred(world)
    tick(world.now + WEEK)
    assert life.request.decider == world.member("nadia")


def test_a_link_follows_the_absence_there_and_back(world: World) -> None:
    life = lives.referred(world)
    made = away(world)
    tick(world.now)
    assert links(life) == [("joseph", False), ("dunstan", True)]
    tick(world.now + timedelta(minutes=1))
    back(world, made)
    tick(world.now + timedelta(minutes=2))
    assert links(life) == [("joseph", False), ("dunstan", False), ("joseph", True)]
    assert kinds(life) == ["request.handed_over"] * 2
    assert life.request.decide_by == world.now + WEEK


def test_an_absence_begins_and_ends_at_midnight_where_the_organisation_is(world: World) -> None:
    life = lives.referred(world)
    away(world, starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 25))
    for at, who in (
        (datetime(2026, 11, 24, 23, 59, tzinfo=world.now.tzinfo), "joseph"),
        (datetime(2026, 11, 25, 0, 0, tzinfo=world.now.tzinfo), "dunstan"),
        (datetime(2026, 11, 25, 23, 59, tzinfo=world.now.tzinfo), "dunstan"),
        (datetime(2026, 11, 26, 0, 0, tzinfo=world.now.tzinfo), "joseph"),
    ):
        tick(at)
        assert life.decide_link.member == world.member(who)


def test_only_the_clock_does_it(world: World) -> None:
    life = lives.referred(world)
    given = {"actor": world.actor("imke"), "request_id": life.request.pk}
    with refused("clock_only"):
        remind_decider(**given, now=world.now + HALF)
    with refused("clock_only"):
        escalate_request(**given, now=world.now + WEEK)
