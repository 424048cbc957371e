"""The sample organisation: a made-up bookshop with work in every stage, to look at and to remove again.

It is made by the same public actions as anybody's work, one after another through the last weeks, so that its
journal verifies and every page has something to show. `outtask demo` and the first page both use it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password

from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.lifecycle.sample_removal import remove, remove_organisation
from outtask.lifecycle.sample_shop import Shop, Story
from outtask.lifecycle.sample_stories import STORIES
from outtask.people.models import Organisation, Person
from outtask.people.roles import Right, may

__all__ = ["fill", "remove", "tell"]


def fill(now: datetime, password: str = "") -> Person:
    """Make the sample organisation as it stands at `now`; returns its owner, Imke Vos.

    password: what she signs in with, hashed before it is kept. Without one nobody can sign in as her; whoever
    is to look around is signed in by the page that called. Everybody else in the shop has no password.
    Refused when there is a sample already. When a step fails, what was made until then is removed again.
    """
    if Organisation.objects.filter(is_sample=True).exists():
        raise Refused(Refusal("sample_there", N_("The sample is there already. Remove it first.")))
    shop = Shop.found(now, make_password(password or None))
    try:
        tell(story(shop) for story in STORIES)
        note_filled(actor=shop.actor("imke"), now=now)
    except BaseException:
        remove_organisation(shop.organisation_id)
        raise
    return shop.person("imke")


def tell(stories: Iterable[Story]) -> None:
    """Tell several stories at once, each act in its turn by the clock.

    A story is a generator that yields the instant of its next act and goes on when every earlier act of the
    others is done: so the journal is in order of time.
    """
    waiting: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(stories):
        _wait(waiting, number, story)
    while waiting:
        at, number, story = heapq.heappop(waiting)
        _wait(waiting, number, story, at)


def _wait(
    waiting: list[tuple[datetime, int, Story]], number: int, story: Story, at: datetime | None = None
) -> None:
    """Let a story act at `at`, and put it in line with the instant of its next act."""
    try:
        following = next(story) if at is None else story.send(at)
    except StopIteration:
        return
    heapq.heappush(waiting, (following, number, story))


@action
def note_filled(*, actor: Actor, now: datetime, key: Key = None) -> Outcome:
    """Say in the journal that everything until here was made up."""
    with recording("sample.filled", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.MANAGE_ORGANISATION))
    return entry.outcome
