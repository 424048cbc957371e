"""A state machine as a plain table: which act leads from which state to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_


@dataclass(frozen=True)
class Machine[State: StrEnum]:
    """The life of one noun.

    name: the noun, as in the vocabulary.
    start: the state it is born in.
    table: (state, act) → next state; what is not in the table may not happen.
    """

    name: str
    states: type[State]
    start: State
    table: Mapping[tuple[State, str], State]

    @property
    def terminal(self) -> frozenset[State]:
        """States that nothing leads out of."""
        return frozenset(self.states) - {state for state, _ in self.table}

    @property
    def acts(self) -> frozenset[str]:
        return frozenset(act for _, act in self.table)

    def allows(self, state: State | str, act: str) -> bool:
        return (self.states(state), act) in self.table

    def why_not(self, state: State | str, act: str) -> Refusal | None:
        """A refusal when `act` does not lead out of `state`, else None."""
        if self.allows(state, act):
            return None
        return Refusal(
            "wrong_state",
            N_("This cannot be done now: the %(noun)s is “%(state)s”. Open it again to see where it stands."),
            facts={"noun": self.name, "state": self.states(state).value.replace("_", " ")},
        )

    def after(self, state: State | str, act: str) -> State:
        """The state after `act`; a KeyError here means that a rule was not asked first."""
        return self.table[self.states(state), act]
