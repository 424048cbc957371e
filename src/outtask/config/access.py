"""One line of log for each request, at level DEBUG: how long it took, and how much it asked of the database.

The route stands for the address, because the address of a guest's page is a key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

import structlog
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

log = structlog.get_logger(__name__)


class Counted:
    """Counts the statements that pass it on their way to the database."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.queries += 1
        return execute(sql, params, many, context)


def access_log(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        if not logging.getLogger(__name__).isEnabledFor(logging.DEBUG):
            return get_response(request)
        began, counted = perf_counter(), Counted()
        with connection.execute_wrapper(counted):
            response = get_response(request)
        route = request.resolver_match.route if request.resolver_match else ""
        duration = round((perf_counter() - began) * 1000, 1)
        log.debug("request", route=route, status=response.status_code, ms=duration, queries=counted.queries)
        return response

    return answer
