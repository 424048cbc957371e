"""The page about background work, settling dead letters, and the addresses of watchers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.tasks import TaskResultStatus
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from outtask.followers import actions, again, background, registry
from outtask.followers.engine import Follower
from outtask.followers.models import Worker
from outtask.journal.models import Entry, SkippedEntry
from outtask.journal.reading import Told
from outtask.journal.recording import NotFound
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import Refused
from tests.world import World


@pytest.fixture
def letter(world: World) -> SkippedEntry:
    entry = Entry.objects.get(organisation=world.organisation)
    return SkippedEntry.objects.create(
        follower="reader", organisation=world.organisation, entry=entry, error="no room", at=world.now
    )


@pytest.fixture
def dead_task(world: World) -> DBTaskResult:
    again.digest.enqueue(organisation_id=str(world.organisation.pk), skipped_id=0)
    DBTaskResult.objects.update(status=TaskResultStatus.FAILED, finished_at=world.now)
    return DBTaskResult.objects.get()


def kinds(world: World) -> list[str]:
    return list(
        Entry.objects.filter(organisation=world.organisation).order_by("seq").values_list("kind", flat=True)
    )


def test_a_dead_letter_is_tried_again_and_settled(
    world: World, letter: SkippedEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Told] = []
    reader = Follower("reader", lambda entry, now: seen.append(entry))
    monkeypatch.setattr(registry, "followers", lambda: (reader,))
    actions.retry_entry(actor=world.actor("imke"), now=world.now, skipped_id=letter.pk)
    assert background.run_next(new_id(), timezone.now())
    letter.refresh_from_db()
    assert [entry.id for entry in seen] == [letter.entry_id]
    assert letter.settled_at is not None
    assert kinds(world)[-1] == "dead_letter.retried"


def test_a_dead_letter_is_let_go(world: World, letter: SkippedEntry) -> None:
    actions.dismiss_entry(actor=world.actor("nadia"), now=world.now, skipped_id=letter.pk)
    letter.refresh_from_db()
    assert letter.settled_at == world.now
    assert kinds(world)[-1] == "dead_letter.dismissed"


def test_a_dead_task_is_tried_again_or_let_go(world: World, dead_task: DBTaskResult) -> None:
    actions.retry_task(actor=world.actor("imke"), now=world.now, task_id=dead_task.pk)
    dead_task.refresh_from_db()
    assert (dead_task.status, dead_task.worker_ids) == (TaskResultStatus.READY, [])
    DBTaskResult.objects.update(status=TaskResultStatus.FAILED)
    actions.dismiss_task(actor=world.actor("imke"), now=world.now, task_id=dead_task.pk)
    assert not DBTaskResult.objects.exists()
    assert kinds(world)[-2:] == ["task.retried", "task.dismissed"]


def test_others_do_not_settle(world: World, letter: SkippedEntry, dead_task: DBTaskResult) -> None:
    for settle in (actions.retry_entry, actions.dismiss_entry):
        with pytest.raises(Refused):
            settle(actor=world.actor("joseph"), now=world.now, skipped_id=letter.pk)
        with pytest.raises(NotFound):
            settle(actor=world.actor("oskar"), now=world.now, skipped_id=letter.pk)
    for settle in (actions.retry_task, actions.dismiss_task):
        with pytest.raises(NotFound):
            settle(actor=world.actor("oskar"), now=world.now, task_id=dead_task.pk)


def test_the_page_shows_and_settles(world: World, letter: SkippedEntry, dead_task: DBTaskResult) -> None:
    client = world.client("imke")
    page = client.get("/settings/work")
    assert page.status_code == 200
    assert "no room" in page.text
    assert "Nobody works" in page.text
    assert client.post(f"/settings/work/entries/{letter.pk}/dismiss", {"key": "one"}).status_code == 303
    assert client.post(f"/settings/work/tasks/{dead_task.pk}/dismiss", {"key": "two"}).status_code == 303
    assert "Nothing was given up" in client.get("/settings/work").text


def test_the_page_is_for_those_who_manage_the_organisation(world: World) -> None:
    assert world.client("joseph").get("/settings/work").status_code == 403
    assert Client().get("/settings/work").status_code == 302


def beat(now: datetime) -> None:
    Worker.objects.create(host="here", pid=1, version="1", started_at=now, beat_at=now)


def test_health_is_told_to_watchers(db: None) -> None:
    client = Client()
    assert client.get("/healthz").text == "ok\n"
    lost = client.get("/readyz")
    assert (lost.status_code, lost.json()["checks"]["worker"]) == (503, "bad")
    assert client.get("/readyz?without=worker").status_code == 200
    beat(timezone.now() - timedelta(minutes=5))
    assert client.get("/readyz").status_code == 503
    beat(timezone.now())
    assert client.get("/readyz").json() == {
        "ready": True,
        "checks": {
            "database": "ok",
            "migrations": "ok",
            "disk": "ok",
            "files": "ok",
            "mail": "ok",
            "worker": "ok",
        },
    }
