"""API tests happen at the instant of the world."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.api.tests.callers import Caller, token_for
from tests.world import World


@pytest.fixture(autouse=True)
def at_the_time_of_the_world(now: Any, time_machine: Any) -> None:
    time_machine.move_to(now, tick=False)


@pytest.fixture
def imke(world: World) -> Caller:
    """The owner, with everything an owner may."""
    return Caller(token_for(world.member("imke"), world.now))


@pytest.fixture
def pagewright(world: World) -> Caller:
    """The AI agent that Joseph answers for."""
    return Caller(token_for(world.member("imke"), world.now, provider=world.pagewright))
