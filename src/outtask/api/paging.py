"""Lists by key: never by offset, never counted. The cursor is opaque; `next` leads on until it is null."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from pydantic import BaseModel, create_model

from outtask.api.calls import Call
from outtask.api.conditional import shown
from outtask.api.problems import NOT_FITTING, Problem
from outtask.ui.paging import Page

USUAL, MOST = 50, 200


def page_model(of: type[BaseModel]) -> type[BaseModel]:
    """The shape of one page of a list."""
    return create_model(
        f"{of.__name__}Page",
        __doc__="Some of a list. `next` is the address of those after, null at the end.",
        items=(list[of], ...),  # type: ignore[valid-type]  # a type made at run time
        next=(str | None, ...),
    )


def answer(
    call: Call,
    rows: QuerySet[Any],
    model: type[BaseModel],
    each: Callable[[Any], BaseModel],
    by: tuple[str, ...],
    size: int,
) -> HttpResponse:
    """The page that the address asks for, with a Link header to the next (RFC 8288)."""
    try:
        page: Page[Any] = Page.of(rows, call, size=size, by=by)
    except Http404:
        said = gettext("This cursor is of no page of this list. Begin without one.")
        raise Problem(NOT_FITTING, said, "cursor_unknown", parameter="after") from None
    return told(call, model, [each(row) for row in page.rows], page.next)


def told(call: Call, model: type[BaseModel], items: Sequence[BaseModel], query: str) -> HttpResponse:
    """Items with the query string of the page after them, empty at the end."""
    following = f"{call.path}{query}" if query else None
    response = shown(call, cast(Any, model).model_construct(items=list(items), next=following))
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def query_of(call: Call, cursor: str) -> str:
    """The query string of the present address with another cursor; empty without one."""
    if not cursor:
        return ""
    query = call.GET.copy()
    query["after"] = cursor
    return "?" + query.urlencode()
