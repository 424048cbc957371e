"""Who follows the journal and what is done by the clock, collected from the rooms.

A module of this folder that follows the journal names `FOLLOWERS: tuple[Follower, ...]`; timed duties are its
`TIMED: tuple[Timed, ...]`.
A room that keeps deadlines has a `clock.py` with `tick(now)`: it finds what is due by `now` in every
organisation and does it by actions of the clock actor. It is called once a minute.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from outtask.followers.engine import Follower
from outtask.followers.schedule import Timed
from outtask.lifecycle.assembly import ROOMS

MODULES = (
    "notices", "errands", "checkpointing", "background", "upkeep", "webhooks.delivering",
    "webhooks.forgetting",
)  # fmt: skip
TICK = timedelta(minutes=1)


@cache
def followers() -> tuple[Follower, ...]:
    return tuple(
        follower for name in MODULES for follower in _named(f"outtask.followers.{name}", "FOLLOWERS")
    )


@cache
def timed() -> tuple[Timed, ...]:
    own = [duty for name in MODULES for duty in _named(f"outtask.followers.{name}", "TIMED")]
    clocks = [
        Timed(f"{room}.clock", TICK, import_module(f"outtask.{room}.clock").tick)
        for room in ROOMS
        if find_spec(f"outtask.{room}.clock")
    ]
    return (*own, *clocks)


def _named(module: str, name: str) -> tuple[Any, ...]:
    return getattr(import_module(module), name, ()) if find_spec(module) else ()
