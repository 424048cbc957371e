"""The one API: rooms collected, problems answered, the document completed."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.parser import Parser

from outtask import __version__
from outtask.api import openapi, problems
from outtask.api.auth import bearer

ROOMS = (
    "outtasks", "decide", "source", "catalogue", "agree", "spend", "watch", "deliver", "pay", "measure",
    "takeback", "messages", "files", "people", "lifecycle", "followers",
)  # fmt: skip
"""In the order in which one out-task meets them; it is the order of the reference."""

log = structlog.get_logger(__name__)


class Reader(Parser):
    """JSON as RFC 8259 has it: without NaN and infinity. 3.0 is the integer 3, as JSON Schema has it."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, parse_constant=_no_number, parse_float=_number)


# An integer with more digits than this is out of every range; it is left for the shape to refuse.
_LONGEST_INTEGER = 30


def _number(text: str) -> int | float:
    exact = Decimal(text)
    whole = exact.adjusted() < _LONGEST_INTEGER and exact == exact.to_integral_value()
    return int(exact) if whole else float(text)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class OuttaskAPI(NinjaAPI):
    """The API with our problems and our document."""

    @functools.cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document; it does not change while the process lives, and takes long to write."""
        return openapi.completed(openapi.Document(self, "api/v1/"))

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        return self.document

    def get_openapi_operation_id(self, operation: Any) -> str:
        name: str = operation.view_func.__name__
        return name

    def _get_urls(self) -> list[Any]:
        return [_guarded(pattern) for pattern in super()._get_urls() if isinstance(pattern, URLPattern)]


def _guarded(pattern: URLPattern) -> URLPattern:
    """An address whose every answer is one of the API's: problems, limits in the headers, a line of log."""
    view: Callable[..., HttpResponseBase] = pattern.callback

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = problems.of_absent(request)
        if response.status_code == 405:
            response = problems.no_such_method(request, response.headers.get("Allow", ""))
        standing = getattr(request, "standing", None)
        for name, value in standing.headers.items() if standing else ():
            response.headers[name] = value
        # The route stands for the address here: an address may hold what was looked for.
        route = request.resolver_match.route if request.resolver_match else ""
        log.info("api", route=route, status=response.status_code)
        structlog.contextvars.unbind_contextvars("token", "organisation")
        return response

    guarded.csrf_exempt = True  # type: ignore[attr-defined]  # a token is needed, and no cookie counts
    pattern.callback = guarded
    return pattern


def absent(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Every address under the API that leads nowhere."""
    return problems.of_absent(request)


absent.csrf_exempt = True  # type: ignore[attr-defined]  # it does nothing


def _make() -> OuttaskAPI:
    made = OuttaskAPI(
        title="Outtask",
        version=__version__,
        description=openapi.DESCRIPTION,
        docs_url=None,
        urls_namespace="api",
        auth=bearer(),
        parser=Reader(),
    )
    for kind, handler in problems.HANDLERS.items():
        made.add_exception_handler(kind, handler)
    for room in ROOMS:
        if find_spec(f"outtask.{room}.api"):
            for router in import_module(f"outtask.{room}.api").ROUTERS:
                made.add_router("", router)
    return made


api = _make()
