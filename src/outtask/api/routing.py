"""How a room adds operations: things to read (`one`), lists (`many`), acts (`act`), files (`file`).

    room = Room("Budgets")

    @room.one("/budgets/{uuid:budget_id}", BudgetShown)
    def budget(call: Call, budget_id: UUID) -> BudgetShown: ...

    @room.act("/budgets/{uuid:budget_id}/authorisations", about=budget)
    def authorise(call: Call, budget_id: UUID, body: MoreMoney) -> Outcome:
        return act(call, actions.authorise, budget_id=budget_id, amount=body.amount.money)

An act may be sent with `Idempotency-Key`; with `about`, also with `If-Match` and the tag of that thing.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router
from pydantic import BaseModel

from outtask.api import conditional, idempotency, paging
from outtask.api.pointing import Place, places_of
from outtask.api.schemas import Done
from outtask.journal.recording import Attempt, Outcome
from outtask.people.roles import Right

type Read = Callable[..., BaseModel]
type Answer = Callable[..., HttpResponseBase]

_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "description": "The ETag you have; 304 when it still holds.",
    "schema": {"type": "string"},
}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag of what you have read; 412 when it has changed since.",
    "schema": {"type": "string"},
}
_KEY = {
    "in": "header",
    "name": idempotency.HEADER,
    "description": "The same key with the same input is the same act, and gets the same answer.",
    "schema": {"type": "string", "pattern": idempotency.FORM},
}
_TAG = {"ETag": {"description": "The tag of these bytes.", "schema": {"type": "string"}}}
_LINK = {"Link": {"description": "rel=next: the page after this one.", "schema": {"type": "string"}}}


class Room(Router):
    """The operations of one noun."""

    def __init__(self, noun: str) -> None:
        super().__init__(tags=[noun])
        self.acts: list[tuple[Callable[..., Outcome], Right | None]] = []

    def one(self, path: str, model: type[BaseModel]) -> Callable[[Read], Read]:
        """GET of one thing. The view gives its representation, and stays callable as `about` of acts."""

        def decorate(read: Read) -> Read:
            def answer(request: HttpRequest, **given: Any) -> HttpResponse:
                return conditional.shown(request, read(request, **given))

            self._add(path, "GET", read, answer, {200: model}, _reading(_TAG))
            return read

        return decorate

    def many(
        self,
        path: str,
        model: type[BaseModel],
        *,
        by: tuple[str, ...] = ("-id",),
        each: Callable[[Any], BaseModel] | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """GET of a list. The view gives the rows; `each` shows one (`model.of`)."""
        page, show = paging.page_model(model), each or model.of  # type: ignore[attr-defined]  # every view has it

        def decorate(read: Callable[..., Any]) -> Callable[..., Any]:
            def answer(request: Any, limit: int, after: str | None, **given: Any) -> HttpResponse:
                return paging.answer(request, read(request, **given), page, show, by, limit)

            self._add(path, "GET", read, answer, {200: page}, _reading(_TAG | _LINK), paged=True)
            return read

        return decorate

    def feed(self, path: str, model: type[BaseModel]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """GET of a list that pages itself: the view takes `limit` and `after`, gives items and a cursor."""
        page = paging.page_model(model)

        def decorate(read: Callable[..., Any]) -> Callable[..., Any]:
            def answer(request: Any, limit: int, after: str | None, **given: Any) -> HttpResponse:
                items, cursor = read(request, limit=limit, after=after, **given)
                return paging.told(request, page, items, paging.query_of(request, cursor))

            self._add(path, "GET", read, answer, {200: page}, _reading(_TAG | _LINK), paged=True)
            return read

        return decorate

    def look(self, path: str, model: type[BaseModel]) -> Callable[[Read], Read]:
        """POST of something to look at, such as a file to import: nothing is written."""

        def decorate(look: Read) -> Read:
            def answer(request: Any, **given: Any) -> HttpResponse:
                response = conditional.shown(request, look(request, **given))
                response.headers["Cache-Control"] = "no-store"
                return response

            self._add(path, "POST", look, answer, {200: model}, {})
            return look

        return decorate

    def act(
        self,
        path: str,
        done: type[Done] = Done,
        *,
        method: str = "POST",
        status: int = 200,
        scope: Right | None = None,
        about: Read | None = None,
        at: str = "",
    ) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
        """One act. The view does one action and gives its outcome.

        scope: the right it asks for. about: the read of the thing it is about, for If-Match. at: where what
        it made is found, with places for the values of the outcome.
        """
        mine = frozenset(inspect.signature(about).parameters) if about else frozenset()

        def decorate(do: Callable[..., Outcome]) -> Callable[..., Outcome]:
            self.acts.append((do, scope))

            def answer(request: Any, **given: Any) -> HttpResponse:
                key, still_stands = idempotency.key_of(request), None
                if about is not None:
                    path_values = {name: value for name, value in given.items() if name in mine}
                    still_stands = conditional.precondition(
                        request, functools.partial(about, request, **path_values)
                    )
                request.attempt = Attempt(key, precondition=still_stands)
                with idempotency.alone(key):
                    outcome = do(request, **given)
                return _told(request, done.of(outcome), outcome, status, at)

            extra = _acting(_KEY, _IF_MATCH) if about else _acting(_KEY)
            self._add(path, method, do, answer, {status: done}, extra | _scoped(scope))
            return do

        return decorate

    def file(self, path: str, media_type: str, *, tagged: bool = False) -> Callable[[Answer], Answer]:
        """GET of bytes. The view gives the whole response; tagged: it answers `If-None-Match`."""

        def decorate(send: Answer) -> Answer:
            content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
            extra = _reading(_TAG) if tagged else {"responses": {200: {}}}
            extra["responses"][200] |= {"description": "The bytes.", "content": content}
            self._add(path, "GET", send, send, {200: None}, extra)
            return send

        return decorate

    def _add(
        self,
        path: str,
        method: str,
        view: Callable[..., Any],
        answer: Callable[..., Any],
        response: Mapping[int, Any],
        extra: Mapping[str, Any],
        *,
        paged: bool = False,
    ) -> None:
        self.add_api_operation(
            path,
            [method],
            _shaped(view, answer, places_of(view, path, method), paged=paged),
            response=dict(response),
            summary=_summary(view),
            description=_description(view),
            openapi_extra=dict(extra),
        )


def _shaped(
    view: Callable[..., Any], answer: Callable[..., Any], places: Mapping[str, Place], *, paged: bool
) -> Callable[..., Any]:
    """The answer with the face of the view: ninja reads names and types from it. places: see `Call`."""

    def shaped(request: Any, **given: Any) -> Any:
        request.places = places
        return answer(request, **given)

    signature = inspect.signature(view, eval_str=True)
    parameters = [
        parameter.replace(kind=parameter.KEYWORD_ONLY)
        for parameter in signature.parameters.values()
        if not (paged and parameter.name in {"limit", "after"})
    ]
    if paged:
        parameters += _PAGED
    first = parameters[0].replace(name="request", kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
    shaped.__signature__ = inspect.Signature([first, *parameters[1:]])  # type: ignore[attr-defined]
    # Without the docstring: its first line is the summary, and the rest the description.
    shaped.__name__, shaped.__doc__, shaped.__module__ = view.__name__, None, view.__module__
    return shaped


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)


# ninja shows this function to type checkers as a class; here it is called as the function it is.
_query: Callable[..., Any] = Query

_PAGED = [
    _parameter(
        "limit", Annotated[int, _query(paging.USUAL, ge=1, le=paging.MOST, description="How many at most.")]
    ),
    _parameter("after", Annotated[str | None, _query(None, description="The cursor that `next` gave.")]),
]


def _summary(view: Callable[..., Any]) -> str:
    return (inspect.getdoc(view) or "").partition("\n")[0].rstrip(".")


def _description(view: Callable[..., Any]) -> str:
    return (inspect.getdoc(view) or "").partition("\n")[2].strip()


def _reading(headers: Mapping[str, Any]) -> dict[str, Any]:
    responses = {200: {"headers": dict(headers)}, 304: {"description": "You have it already."}}
    return {"parameters": [_IF_NONE_MATCH], "responses": responses}


def _acting(*parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {"parameters": [dict(parameter) for parameter in parameters]}


def _scoped(scope: Right | None) -> dict[str, Any]:
    return {"x-scope": scope.value} if scope else {}


def _told(request: HttpRequest, done: BaseModel, outcome: Outcome, status: int, at: str) -> HttpResponse:
    response = HttpResponse(conditional.representation(done), content_type="application/json", status=status)
    response.headers["Cache-Control"] = "no-store"
    if at:
        response.headers["Location"] = "/api/v1" + at.format(**outcome.values)
    if outcome.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response
