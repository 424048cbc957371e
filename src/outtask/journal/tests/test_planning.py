"""PostgreSQL plans some statements by other settings, and only those."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from outtask.journal.planning import planned


def asked(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        [(found,)] = cursor.fetchall()
    return str(found)


@pytest.mark.django_db(transaction=True)
def test_settings_hold_inside_and_not_after(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    if connection.vendor == "sqlite":
        with django_assert_num_queries(0), planned(work_mem="64MB"):
            pass
        return
    before = asked("work_mem"), asked("max_parallel_workers_per_gather")
    with planned(work_mem="77MB", max_parallel_workers_per_gather="0"):
        assert (asked("work_mem"), asked("max_parallel_workers_per_gather")) == ("77MB", "0")
    assert (asked("work_mem"), asked("max_parallel_workers_per_gather")) == before != ("77MB", "0")
    with pytest.raises(ZeroDivisionError), planned(work_mem="77MB"):
        1 / 0  # noqa: B018
    assert asked("work_mem") == before[0]
