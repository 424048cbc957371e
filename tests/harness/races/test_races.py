"""Whoever is first wins, once; the others are told so. Without the lock the same races go wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chance import SOAK
from tests.harness.races.clients import Answer, race
from tests.installation import Installation

ROUNDS, BOUGHT_ROUNDS = (12, 12) if SOAK else (3, 1)
CONTROL_ROUNDS = 4
CONTROLLED = ["pay_and_pay", *(["cart_and_cart", "transfer_and_transfer"] if SOAK else [])]
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
    # Each is led to the one order.
    "one_form_again_and_again": ((8, 8), (8, 8), (16, 16)),
    "orders_and_budget": ((0, 2), (0, 2), (2, 2)),
    # All are asked for; how many are committed, the proof tells.
    "orders_and_limit": ((8, 8), (8, 8), (16, 16)),
    "cart_and_cart": ((0, 1), (0, 1), (1, 1)),
    # Noted again it is the same price; ordered is before that or never.
    "price_and_checkout": ((1, 8), (0, 1), (1, 9)),
    "lowered_and_order": ((1, 8), (8, 8), (9, 16)),
    "receive_and_receive": ((0, 1), (0, 1), (1, 1)),
    "receive_and_close": ((0, 1), (0, 1), (1, 1)),
    "return_and_return": ((0, 1), (0, 1), (1, 1)),
    # Each of them closes off something else.
    "return_and_close": ((1, 1), (1, 1), (2, 2)),
    "several_and_tap": ((0, 1), (0, 1), (1, 1)),
    "edit_and_tap": ((0, 1), (0, 1), (1, 1)),
    # Decided and then back is fine; back and then decided is not.
    "back_and_decide": ((1, 1), (0, 1), (1, 2)),
    "transfer_and_transfer": ((0, 1), (0, 1), (1, 1)),
}

PREPARE = "from tests.harness.races.telling import tell; tell({rounds}, {bought}{names})"
LOOK = "from tests.harness.invariants import deep; print(*deep(), sep='\\n')"


def told(installation: Installation, rounds: int, bought: int, *names: str) -> dict[str, Any]:
    listed = "".join(f", {name!r}" for name in names)
    printed = installation.python(PREPARE.format(rounds=rounds, bought=bought, names=listed))
    prepared: dict[str, Any] = json.loads(printed)
    return prepared


def faults(name: str, answers: list[Answer]) -> list[str]:
    """What went wrong in one round of a race."""
    statuses = Counter((answer.side, answer.status) for answer in answers)
    won = Counter(answer.side for answer in answers if answer.won)
    first, second, both = WINNERS[name]
    counts = ((won[0], first), (won[1], second), (won.total(), both))
    wrong = [f"{name}: {dict(won)} won" for count, (least, most) in counts if not least <= count <= most]
    # A page that answers either way says in its words that it was too late.
    lost = {
        answer.status for answer in answers if not answer.won and not (answer.says and answer.status == 200)
    }
    if lost - TOLD:
        wrong.append(f"{name}: losers were answered {dict(statuses)}")
    return wrong


def unproven(installation: Installation, name: str, sends: list[dict[str, Any]]) -> Iterator[str]:
    """What the database answers otherwise than the race promised."""
    for question, number in sends[0].get("proof", []):
        ((found,),) = installation.rows(question)
        if found != number:
            yield f"{name}: {found} instead of {number}: {question}"


def test_one_wins_and_the_others_are_told(installation: Installation) -> None:
    prepared = told(installation, ROUNDS, BOUGHT_ROUNDS)
    assert set(prepared["races"]) == set(WINNERS)
    server = installation.up("--no-worker")
    wrong = [
        fault
        for name, rounds in prepared["races"].items()
        for sends in rounds
        for fault in [
            *faults(name, race(server.port, sends, prepared["sessions"])),
            *unproven(installation, name, sends),
        ]
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


@pytest.mark.parametrize("name", CONTROLLED)
def test_without_the_lock_it_goes_wrong(installation: Installation, tmp_path: Path, name: str) -> None:
    """The control: the same clients and the same counts find a fault when nothing holds actions apart."""
    prepared = told(installation, CONTROL_ROUNDS, CONTROL_ROUNDS, name)
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
