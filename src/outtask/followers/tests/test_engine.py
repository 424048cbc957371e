"""Followers read every entry in order, at least once, and set aside what they cannot digest."""

from __future__ import annotations

from datetime import datetime, timedelta

from outtask.followers.engine import FIRST_PAUSE, TRIES, Follower, drain
from outtask.journal.models import FollowerCursor, SkippedEntry
from outtask.journal.reading import Told
from outtask.journal.recording import recording
from tests.world import World


class Reader:
    """Notes what it is given and fails on the places it is told to."""

    def __init__(self, *poison: int) -> None:
        self.read: list[int] = []
        self.poison = set(poison)

    def __call__(self, entry: Told, now: datetime) -> None:
        if entry.seq in self.poison:
            raise ValueError("cannot digest this")
        self.read.append(entry.seq)


def found_more(world: World, count: int) -> None:
    for _ in range(count):
        with recording("organisation.founded", actor=world.actor("imke"), now=world.now) as entry:
            entry.says(name=entry.keep("Harbour Row Books"))


def own_cursor(world: World) -> FollowerCursor:
    return FollowerCursor.objects.get(follower="reader", organisation=world.organisation)


def follower(reader: Reader, world: World, kinds: frozenset[str] | None = None) -> Follower:
    def handle(entry: Told, now: datetime) -> None:
        if entry.organisation_id == world.organisation.pk:
            reader(entry, now)

    return Follower("reader", handle, kinds)


def test_every_entry_is_read_once_and_in_order(world: World) -> None:
    found_more(world, 5)
    reader = Reader()
    assert drain([follower(reader, world)], world.now) == 7
    assert reader.read == [0, 1, 2, 3, 4, 5]
    found_more(world, 1)
    assert drain([follower(reader, world)], world.now) == 1
    assert reader.read[-1] == 6


def test_an_entry_tells_what_its_kind_says(world: World) -> None:
    seen: list[Told] = []
    drain([Follower("reader", lambda entry, now: seen.append(entry))], world.now)
    own = next(entry for entry in seen if entry.organisation_id == world.organisation.pk)
    assert own.kind.name == "organisation.founded"
    assert own.actor_id == world.member("imke").pk
    assert own.says["name"] == "Harbour Row Books"


def test_unwanted_kinds_are_passed_over(world: World) -> None:
    found_more(world, 3)
    reader = Reader()
    drain([follower(reader, world, frozenset({"proposal.awarded"}))], world.now)
    assert reader.read == []
    assert own_cursor(world).seq == 4


def test_a_failure_holds_up_only_its_own_organisation_and_is_tried_again(world: World) -> None:
    found_more(world, 2)
    reader = Reader(1)
    drain([follower(reader, world)], world.now)
    assert reader.read == [0]
    assert own_cursor(world).failures == 1
    assert "cannot digest" in own_cursor(world).last_error
    assert FollowerCursor.objects.get(follower="reader", organisation=world.foreign).seq == 1
    assert drain([follower(reader, world)], world.now) == 0  # the pause is not over
    reader.poison.clear()
    drain([follower(reader, world)], world.now + FIRST_PAUSE)
    assert reader.read == [0, 1, 2]
    assert own_cursor(world).failures == 0


def test_after_the_last_try_the_entry_is_a_dead_letter_and_reading_goes_on(world: World) -> None:
    found_more(world, 2)
    reader = Reader(1)
    now = world.now
    for _ in range(TRIES):
        drain([follower(reader, world)], now)
        now += timedelta(hours=1)
    assert reader.read == [0, 2]
    skipped = SkippedEntry.objects.get()
    assert (skipped.follower, skipped.entry.seq) == ("reader", 1)
    assert skipped.settled_at is None


def test_what_a_failed_handler_wrote_is_undone(world: World) -> None:
    def write_and_fail(entry: Told, now: datetime) -> None:
        world.organisation.name = "Changed"
        world.organisation.save()
        raise ValueError("after writing")

    drain([Follower("reader", write_and_fail)], world.now)
    world.organisation.refresh_from_db()
    assert world.organisation.name == "Harbour Row Books"
