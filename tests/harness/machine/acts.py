"""What can be done: each public action, with somebody who would do it and what they would say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from outtask.journal.recording import Outcome
from outtask.kernel.actor import Actor
from tests.harness.machine.stage import Stage

type Inputs = dict[str, Any]
type Plan = Callable[[Stage], tuple[Actor, Inputs]]


@dataclass(frozen=True)
class Act:
    """An action and how it is used; `plan` raises Nothing when the world has nothing for it.

    often: how likely it is against others. leads_on: whether it brings an out-task further.
    """

    action: Callable[..., Outcome]
    plan: Plan
    often: int = 1
    leads_on: bool = False


ACTS: dict[str, Act] = {}


def act(action: Callable[..., Outcome], often: int = 1, leads_on: bool = False) -> Callable[[Plan], Plan]:
    """Put an action in the table by its name."""

    def keep(plan: Plan) -> Plan:
        ACTS[action.__name__] = Act(action, plan, often, leads_on)
        return plan

    return keep
