"""Where the names that rules speak of stand in a call: pointers into its body (RFC 6901), parameters."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel

type Place = Mapping[str, str]
"""`pointer`: a part of the body (`#/by_when`); or `parameter`: the name of what stands in the address."""


def places_of(view: Callable[..., Any], path: str, method: str) -> dict[str, Place]:
    """Where each name stands in what an operation takes: whole parts, and what only one of them holds.

    A rule says `currency`; in a body with one amount that is `#/amount/currency`, with priced lines
    `#/lines`.
    """
    _call, *parameters = inspect.signature(view, eval_str=True).parameters.values()
    address: dict[str, Place] = {}
    parts: dict[str, Any] = {}
    for name, shape in ((parameter.name, parameter.annotation) for parameter in parameters):
        if method == "GET" or re.search(rf"\b{name}}}", path):
            address[name] = {"parameter": name}
        else:
            model = _model_in(shape)
            parts |= _fields_of(model) if model else {name: shape}
    deeper = [each for name, shape in parts.items() for each in _inside(shape, f"#/{name}")]
    times = Counter(name for name, _place in deeper)
    once = {name: {"pointer": place} for name, place in deeper if times[name] == 1}
    return once | address | {name: {"pointer": f"#/{name}"} for name in parts}


def _inside(shape: Any, place: str, *, of_list: bool = False) -> Iterator[tuple[str, str]]:
    """Names below a place, and where they stand; those in the items of a list stand at the list."""
    of_list = of_list or _is_list(shape)
    model = _model_in(shape)
    for name, inner in _fields_of(model).items() if model else ():
        at = place if of_list else f"{place}/{name}"
        yield name, at
        yield from _inside(inner, at, of_list=of_list)


def _is_list(shape: Any) -> bool:
    return get_origin(shape) is list or any(_is_list(one) for one in get_args(shape))


def _model_in(shape: Any) -> type[BaseModel] | None:
    """The shape of an object, whether it may be left out or there may be many; None for what has no parts."""
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return shape
    return next(filter(None, map(_model_in, get_args(shape))), None)


def _fields_of(model: type[BaseModel]) -> dict[str, Any]:
    return {name: field.annotation for name, field in model.model_fields.items()}
