"""What the tests of the people room share."""

from datetime import datetime

import pytest

from tests.world import World


@pytest.fixture
def by(world: World, now: datetime):
    """`by("imke", action, …)` runs an action as that member."""

    def run(who: str, action, /, **inputs):
        return action(actor=world.actor(who), now=now, **inputs)

    return run
