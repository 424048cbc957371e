"""Walking a list by key: every row once, whatever is added meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.http import Http404, QueryDict
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outtask.models import Organisation
from outtask.ui.paging import Page

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
@pytest.mark.parametrize("cursor", ["!", "bm9uc2Vuc2U", "W10", "WyJhIl0", "WyJhIiwieCJd", "e30"])
def test_a_cursor_of_no_list_is_an_absent_page(cursor: str) -> None:
    with pytest.raises(Http404):
        page(f"?after={cursor}", 1)


def test_a_column_that_may_be_null_cannot_be_paged_by() -> None:
    with pytest.raises(ValueError, match="never null"):
        Page.of(Organisation.objects.all(), RequestFactory().get("/"), by=("represented_by",))


@pytest.mark.django_db
def test_a_page_costs_one_query_and_never_counts(django_assert_num_queries: Any) -> None:
    for name in "abcabc":
        add(name)
    with django_assert_num_queries(1) as captured:
        assert len(page("", 4).rows) == 4
    sql = captured.captured_queries[0]["sql"].upper()
    assert "OFFSET" not in sql
    assert "COUNT" not in sql
