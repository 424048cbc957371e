"""What the first page needs from rooms below: found by name, since no room imports from below it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any


def open_budget() -> Callable[..., Any] | None:
    """The action that opens a budget, of the room spend."""
    found: Callable[..., Any] | None = _named("outtask.spend.actions", "open_budget")
    return found


def fill_sample() -> Callable[..., Any] | None:
    """`fill(now)` makes the sample organisation and returns the person to sign in."""
    found: Callable[..., Any] | None = _named("outtask.lifecycle.sample", "fill")
    return found


def remove_sample() -> Callable[..., Any] | None:
    """`remove(actor, now)` removes the sample organisation in one piece."""
    found: Callable[..., Any] | None = _named("outtask.lifecycle.sample", "remove")
    return found


def _named(module: str, name: str) -> Any:
    return getattr(import_module(module), name, None) if find_spec(module) else None
