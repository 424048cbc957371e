"""Background tasks: claimed once, retried with pauses, given back when their worker died."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from outtask.followers import background
from outtask.followers.models import Worker
from outtask.kernel.identifiers import new_id

DONE: list[str] = []
ME = new_id()


@task
def note(text: str) -> str:
    DONE.append(text)
    return text


@task
def stumble() -> None:
    raise LookupError("nothing there")


@task
def answer_badly() -> object:
    return object()


@pytest.fixture(autouse=True)
def fresh(db: None) -> None:
    DONE.clear()


def the_task() -> DBTaskResult:
    return DBTaskResult.objects.get()


def test_a_task_runs_once(db: None) -> None:
    note.enqueue(text="hello")
    assert background.run_next(ME, timezone.now())
    assert not background.run_next(ME, timezone.now())
    assert DONE == ["hello"]
    assert the_task().status == TaskResultStatus.SUCCESSFUL
    assert the_task().return_value == "hello"


@pytest.mark.parametrize("broken", [stumble, answer_badly])
def test_a_failing_task_is_tried_again_with_pauses_and_ends_as_a_dead_letter(broken: object) -> None:
    broken.enqueue()  # type: ignore[attr-defined]
    now = timezone.now()
    for attempt in range(1, background.TRIES + 1):
        assert background.run_next(ME, now)
        assert len(the_task().worker_ids) == attempt
        assert not background.run_next(ME, now)
        now += timedelta(days=1)
    assert the_task().status == TaskResultStatus.FAILED
    assert "Error" in the_task().exception_class_path
    assert not background.run_next(ME, now)


def test_what_a_dead_worker_was_running_goes_to_another() -> None:
    note.enqueue(text="again")
    now = timezone.now()
    assert background.claim(ME, now) is not None
    assert background.reap(now) == 1  # ME never said that it lives
    assert background.run_next(new_id(), now + timedelta(minutes=1))
    assert DONE == ["again"]


def test_a_living_worker_keeps_its_task_and_a_late_result_of_a_dead_one_is_dropped() -> None:
    note.enqueue(text="mine")
    now = timezone.now()
    worker = Worker.objects.create(id=ME, host="here", pid=1, version="1", started_at=now, beat_at=now)
    held = background.claim(ME, now)
    assert background.reap(now) == 0
    assert background.reap(now + background.DEAD_AFTER + timedelta(seconds=1)) == 1
    assert not Worker.objects.filter(pk=worker.pk).exists()
    background._run(held, now)
    assert the_task().status == TaskResultStatus.READY
