"""Two thousand random steps in `make test`, a hundred thousand in `make soak`; a seed replays each."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest
from django.core.management.color import no_style
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

import outtask
from tests.chance import SOAK, seed
from tests.harness.invariants.house import product_models
from tests.harness.machine.acts import ACTS
from tests.harness.machine.housekeeping import NOT_DONE
from tests.harness.machine.play import Play

LIVES, STEPS = (400, 250) if SOAK else (16, 125)
SEED = seed("machine")

SETTINGS = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS,
    deadline=None,
    print_blob=True,
    # Nothing is kept from one run to the next: the seed says everything.
    database=None,
    derandomize=False,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
SEEDS = st.integers(0, 2**32 - 1)


def empty() -> None:
    """Take every row of the product away; what every migrated database has stays."""
    tables = [model._meta.db_table for model in product_models()]
    statements = connection.ops.sql_flush(no_style(), tables, reset_sequences=True, allow_cascade=True)
    connection.ops.execute_sql_flush(statements)


class WholeLife(RuleBasedStateMachine):
    """Actors of two organisations, their guests and the clock."""

    def __init__(self) -> None:
        super().__init__()
        empty()
        self.play = Play.begin()

    @rule(seed=SEEDS)
    def somebody_goes_on(self, seed: int) -> None:
        self.play.goes_on(seed)

    @rule(seed=SEEDS)
    def somebody_goes_on_elsewhere(self, seed: int) -> None:
        self.play.goes_on(seed)

    @rule(seed=SEEDS)
    def somebody_acts(self, seed: int) -> None:
        self.play.acts(seed)

    @rule(seed=SEEDS)
    def somebody_errs(self, seed: int) -> None:
        self.play.errs(seed)

    @rule(seed=SEEDS)
    def somebody_reaches_out(self, seed: int) -> None:
        self.play.reaches_out(seed)

    @rule(seed=SEEDS)
    def the_same_again(self, seed: int) -> None:
        self.play.repeats(seed)

    @rule(hours=st.integers(1, 72))
    def time_passes(self, hours: int) -> None:
        self.play.time_passes(hours)

    def teardown(self) -> None:
        self.play.end()


@pytest.mark.hypothesis
def test_whatever_anybody_does(transactional_db: None) -> None:
    machine = hypothesis.seed(SEED)(WholeLife)
    try:
        run_state_machine_as_test(machine, settings=SETTINGS)
    except BaseException as failed:
        failed.add_note(f"To see it again: OUTTASK_TEST_SEED={SEED} with the same profile and database.")
        raise


def public_actions() -> dict[str, str]:
    """Every public action of the product by its name, with the module it is in."""
    root = Path(outtask.__file__).parent
    found = {}
    for path in sorted(root.rglob("*.py")):
        if "@action\n" not in path.read_text() or "tests" in path.parts:
            continue
        module = import_module(".".join(("outtask", *path.relative_to(root).with_suffix("").parts)))
        found |= {
            name: module.__name__
            for name, value in vars(module).items()
            if getattr(value, "is_action", False) and value.__module__ == module.__name__
        }
    return found


def test_every_public_action_is_in_the_machine() -> None:
    """Or in the table of those that are not, with the reason."""
    actions = public_actions()
    assert len(actions) > 60
    missing = [f"{module}.{name}" for name, module in actions.items() if name not in ACTS | NOT_DONE]
    assert not missing, f"neither in the machine nor excused: {missing}"
    assert not (set(ACTS) | set(NOT_DONE)) - set(actions), "an act of the machine that is no action any more"
    assert not set(ACTS) & set(NOT_DONE)
