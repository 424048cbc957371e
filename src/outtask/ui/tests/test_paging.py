"""Walking a list by key: every row once, whatever is added meanwhile."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction
from django.http import Http404, QueryDict
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outtask.models import Member, Organisation, OutTask
from outtask.ui.paging import Page
from tests.world import World

NOW = datetime(2026, 11, 24, tzinfo=UTC)
BY = ("name", "-id")
names = st.sampled_from("abc")


def add(name: str) -> Organisation:
    return Organisation.objects.create(name=name, currency="GBP", founded_at=NOW)


def page(query: str, size: int, by: tuple[str, ...] = BY) -> Page[Any]:
    return Page.of(Organisation.objects.all(), RequestFactory().get("/" + query), size, by)


def walk(size: int, after_page: Callable[[int], None] = lambda turned: None) -> list[Page[Any]]:
    pages = [page("", size)]
    while pages[-1].next:
        after_page(len(pages))
        pages.append(page(pages[-1].next, size))
    return pages


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    there=st.lists(names, max_size=12),
    late=st.lists(st.tuples(st.integers(1, 4), names), max_size=6),
    size=st.integers(1, 4),
)
def test_each_row_is_met_once_under_inserts(there: list[str], late: list[tuple[int, str]], size: int) -> None:
    with transaction.atomic():
        first = {add(name).pk for name in there}

        def insert(turned: int) -> None:
            for when, name in late:
                if when == turned:
                    add(name)

        rows = [row for found in walk(size, insert) for row in found]
        keys = [row.pk for row in rows]
        assert len(keys) == len(set(keys))
        assert first <= set(keys)
        assert [row.name for row in rows] == sorted(row.name for row in rows)
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(there=st.lists(names, min_size=1, max_size=12), size=st.integers(1, 4))
def test_the_way_back_meets_the_same_rows(there: list[str], size: int) -> None:
    with transaction.atomic():
        for name in there:
            add(name)
        forth = walk(size)
        back = [forth[-1]]
        while back[-1].previous:
            back.append(page(back[-1].previous, size))
        everything = [row.pk for found in forth for row in found]
        assert [row.pk for found in reversed(back) for row in found] == everything
        assert not forth[0].previous
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_one_page_has_nowhere_to_turn() -> None:
    add("a")
    assert page("", 1).alone
    assert len(page("", 1)) == 1


@pytest.mark.django_db
def test_filters_stay_in_the_address() -> None:
    for name in "abc":
        add(name)
    turned = page("?stage=deliver&after=", 1)
    query = QueryDict(turned.next.removeprefix("?"))
    assert query["stage"] == "deliver"
    assert query.getlist("after") != [""]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor", ["!", "bm9uc2Vuc2U", "W10", "WyJhIl0", "W251bGwsbnVsbF0", "WyJhIiwieCJd", "e30"]
)
def test_a_cursor_of_no_list_is_an_absent_page(cursor: str) -> None:
    with pytest.raises(Http404):
        page(f"?after={cursor}", 1)


def test_only_columns_can_be_paged_by() -> None:
    with pytest.raises(ValueError, match="must be a column"):
        Page.of(Member.objects.all(), RequestFactory().get("/"), by=("links",))


@pytest.mark.parametrize("by", [("due_on", "-id"), ("-due_on", "id"), ("stage", "due_on", "id")])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_what_has_no_value_comes_last_forth_and_back(world: World, by: tuple[str, ...], size: int) -> None:
    days = [None, date(2026, 12, 1), None, date(2026, 11, 30), date(2026, 12, 1), None]
    for number, day in enumerate(days):
        OutTask.objects.create(
            organisation=world.organisation, reference=str(number), tracking_code=str(number), title="",
            owner=world.member("imke"), opened_at=NOW, due_on=day, stage="deliver" if number % 2 else "agree",
        )  # fmt: skip

    def turn(query: str) -> Page[OutTask]:
        return Page.of(OutTask.objects.all(), RequestFactory().get("/" + query), size, by)

    forth = [turn("")]
    while forth[-1].next:
        forth.append(turn(forth[-1].next))
    back = [forth[-1]]
    while back[-1].previous:
        back.append(turn(back[-1].previous))
    met = [row for found in forth for row in found]
    assert [row.pk for found in reversed(back) for row in found] == [row.pk for row in met]
    assert len(met) == len(days)

    def place(row: OutTask) -> tuple[Any, ...]:
        ahead = -1 if "-due_on" in by else 1
        day = (row.due_on is None, ahead * row.due_on.toordinal() if row.due_on else 0)
        return (row.stage, *day) if "stage" in by else day

    assert [place(row) for row in met] == sorted(place(row) for row in met)


@pytest.mark.django_db
def test_a_page_costs_one_query_and_never_counts(django_assert_num_queries: Any) -> None:
    for name in "abcabc":
        add(name)
    with django_assert_num_queries(1) as captured:
        assert len(page("", 4).rows) == 4
    sql = captured.captured_queries[0]["sql"].upper()
    assert "OFFSET" not in sql
    assert "COUNT" not in sql
