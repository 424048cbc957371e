"""The story in a browser without script, chapter after chapter, with a worker that catches up when asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from outtask.followers import background, registry, schedule
from outtask.followers.engine import drain
from outtask.kernel.identifiers import new_id
from outtask.messages.post import send_waiting
from tests.journey import story
from tests.journey.visitors import PlainVisitor


def catch_up() -> None:
    """What the worker would do by now: read on, run tasks, send mail."""
    worker = new_id()
    for _ in range(5):
        moved = drain(registry.followers(), timezone.now())
        while background.run_next(worker, timezone.now()):
            moved += 1
        schedule.run_due(registry.timed(), timezone.now())
        moved += send_waiting(timezone.now())
        if not moved:
            return


@pytest.mark.django_db(transaction=True)
def test_one_outtask_from_need_to_take_back(tmp_path: Path) -> None:
    cast = story.Cast(PlainVisitor, catch_up, timezone.now().date(), tmp_path)
    for chapter in story.CHAPTERS:
        chapter(cast)
