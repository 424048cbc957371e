"""Timed duties are begun once in each interval, by one worker."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from outtask.followers.models import Timer
from outtask.followers.schedule import Timed, run_due

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_a_duty_is_begun_once_in_each_interval(now: datetime) -> None:
    begun: list[datetime] = []
    duties = [Timed("note", MINUTE, begun.append)]
    assert run_due(duties, now) == 1
    assert run_due(duties, now + MINUTE / 2) == 0
    assert run_due(duties, now + MINUTE) == 1
    assert begun == [now, now + MINUTE]


def test_a_failing_duty_is_noted_and_the_next_one_is_still_begun(now: datetime) -> None:
    begun: list[datetime] = []

    def fail(now: datetime) -> None:
        raise LookupError("no such thing")

    duties = [Timed("fails", MINUTE, fail), Timed("note", MINUTE, begun.append)]
    assert run_due(duties, now) == 2
    assert begun == [now]
    assert Timer.objects.get(name="fails").failures == 1
    assert "no such thing" in Timer.objects.get(name="fails").last_error
    assert run_due([Timed("fails", MINUTE, begun.append)], now + MINUTE) == 1
    assert Timer.objects.get(name="fails").failures == 0
