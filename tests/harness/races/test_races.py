"""Whoever is first wins, once; the others are told so. Without the lock the same races go wrong."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.harness.races.clients import Answer, race
from tests.installation import Installation

ROUNDS = 3
CONTROL_ROUNDS = 4
TOLD = {403, 404, 409, 410, 422}
"""How a loser is told: not allowed, absent, too late, link closed, or the form again with the reason."""

# race → how many of each side may win, and of both together; least and most
WINNERS = {
    "approve_and_reject": ((0, 1), (0, 1), (1, 1)),
    "approve_and_approve": ((0, 1), (0, 1), (1, 1)),
    # Accepted and then taken back is fine: what was accepted stays owed.
    "accept_and_take_back": ((0, 1), (1, 1), (1, 2)),
    "award_and_award": ((0, 1), (0, 1), (1, 1)),
    # Signed and then changed is fine: both sign afresh.
    "sign_and_amend": ((0, 1), (0, 1), (1, 2)),
    "pay_and_pay": ((0, 1), (0, 1), (1, 1)),
    "link_used_twice": ((0, 1), (0, 1), (1, 1)),
    # Used and then closed is fine; used after it was closed is not, and the journal tells.
    "revoke_and_use": ((1, 1), (0, 1), (1, 2)),
    # Both are asked for once; that only one is committed by her own limit, the invariants tell.
    "ask_and_ask": ((1, 1), (1, 1), (2, 2)),
}

PREPARE = "from tests.harness.races.setting import tell; tell({rounds}{names})"
LOOK = "from tests.harness.invariants import deep; print(*deep(), sep='\\n')"


def told(installation: Installation, rounds: int, *names: str) -> dict[str, Any]:
    prepared: dict[str, Any] = json.loads(
        installation.python(PREPARE.format(rounds=rounds, names="".join(f", {name!r}" for name in names)))
    )
    return prepared


def faults(name: str, answers: list[Answer]) -> list[str]:
    """What went wrong in one round of a race."""
    statuses = Counter((answer.side, answer.status) for answer in answers)
    won = Counter(answer.side for answer in answers if answer.won)
    first, second, both = WINNERS[name]
    counts = ((won[0], first), (won[1], second), (won.total(), both))
    wrong = [f"{name}: {dict(won)} won" for count, (least, most) in counts if not least <= count <= most]
    lost = {answer.status for answer in answers if not answer.won}
    if lost - TOLD:
        wrong.append(f"{name}: losers were answered {dict(statuses)}")
    return wrong


def test_one_wins_and_the_others_are_told(installation: Installation) -> None:
    prepared = told(installation, ROUNDS)
    assert set(prepared["races"]) == set(WINNERS)
    server = installation.up("--no-worker")
    wrong = [
        fault
        for name, rounds in prepared["races"].items()
        for sends in rounds
        for fault in faults(name, race(server.port, sends, prepared["sessions"]))
    ]
    assert not wrong, "\n".join(wrong) + installation.log.read_text()[-3_000:]
    assert installation.python(LOOK) == ""


# Read by every Python that is started with it on its path, before anything else: nothing in the product knows
# of it. With it actions neither lock the head of the journal nor, on SQLite, begin as the only writer.
UNLOCKED = """
import importlib.abc, importlib.machinery, sys

def recording(module):
    locking = module.rows_by_key
    module.rows_by_key = lambda model, keys, lock: locking(model, keys)

def settings(module):
    options = module.DATABASES["default"].get("OPTIONS", {})
    if "transaction_mode" in options:
        options["transaction_mode"] = "DEFERRED"

AFTER = {"outtask.journal.recording": recording, "outtask.config.settings": settings}

class Unlocking(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name not in AFTER:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        run = spec.loader.exec_module
        def exec_module(module):
            run(module)
            AFTER[name](module)
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Unlocking())
"""


@pytest.mark.parametrize("name", ["pay_and_pay"])
def test_without_the_lock_it_goes_wrong(installation: Installation, tmp_path: Path, name: str) -> None:
    """The control: the same clients and the same counts find a fault when nothing holds actions apart."""
    prepared = told(installation, CONTROL_ROUNDS, name)
    (tmp_path / "unlocked").mkdir()
    (tmp_path / "unlocked" / "sitecustomize.py").write_text(UNLOCKED)
    path = f"{tmp_path / 'unlocked'}:{installation.environment['PYTHONPATH']}"
    server = installation.up("--no-worker", PYTHONPATH=path)
    wrong = [
        fault
        for sends in prepared["races"][name]
        for fault in faults(name, race(server.port, sends, prepared["sessions"]))
    ]
    assert wrong or installation.python(LOOK)
