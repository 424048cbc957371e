"""The published cases of spend control, each answered by a detector or by a rule that stands already."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.pay.rules import Item, why_not_items
from outtask.people.duties import Duties, Duty, why_not_duty
from outtask.spend import rules as spending
from outtask.spend.limit_rules import Call
from outtask.watch import rules
from outtask.watch.calc import spend
from outtask.watch.rules import Progress
from outtask.watch.tests.material import asked, bill

FILE = "spend_fraud_cases.json"
KEPT: dict[str, Any] = json.loads((Path(__file__).parent / "data" / FILE).read_text())
ADA, BEN = UUID(int=1), UUID(int=2)


def code(answer: Refusal | None) -> list[str]:
    return [answer.code] if answer else []


def sod1() -> list[str]:
    answer = why_not_duty(ADA, Duty.APPROVE, Duties({Duty.REQUEST: frozenset({ADA})}))
    return [{"separate_duties": "BLOCK:self_approval"}[one] for one in code(answer)]


def sod4() -> list[str]:
    """An edit is a new version: what was decided on the one before does not count and is decided again."""
    facts = spending.DecisionFacts("referred", 2, 1, BEN, False, Call(BEN))
    stale = {"stale_version": "INVALIDATE:approval"}[code(spending.why_not_decide(facts, "approve"))[0]]
    again = spending.why_not_decide(replace(facts, seen_version=2), "approve")
    return [stale, *(["REAPPROVE"] if again is None else [])]


def limit(minor: int) -> Callable[[], list[str]]:
    def answer() -> list[str]:
        given = {"id": "1", "by": "ada", "provider": "p", "at": "2026-11-24", "limit_minor": 100_000}
        [told] = spend({"requests": [given | {"amount_minor": minor}]})["limits"]
        return [] if told["verdict"] == "within" else ["ESCALATE"]

    return answer


def split1() -> list[str]:
    parts = [asked(number, 0, amount=40_000, limit=100_000) for number in (1, 2, 3)]
    found = [rules.split(part, [other for other in parts if other is not part]) for part in parts]
    assert [finding is not None for finding in found] == [False, False, True], "the one that crosses it"
    return [finding.detector.name for finding in found if finding]


def dup1() -> list[str]:
    finding = rules.duplicate(bill(2, 0, number="INV001"), [bill(1, 1, number="INV-001")])
    return [finding.detector.name] if finding else []


def match(accepted: int, invoiced: int) -> Callable[[], list[str]]:
    """Over the detector; the rule that takes only accepted milestones says the same before it."""

    def answer() -> list[str]:
        states = ["accepted"] if accepted == invoiced else ["accepted", "open"]
        price = Money(invoiced // len(states), "EUR")
        items = [Item(UUID(int=n), "Part", state, price, False, ADA) for n, state in enumerate(states)]
        finding = rules.over_progress(Progress(100_000, accepted, invoiced))
        assert (finding is None) == (why_not_items(len(items), items) is None)
        return [f"HOLD:exceeds_{finding.evidence['exceeds']}"] if finding else []

    return answer


def enc1() -> list[str]:
    free = Money(500_000 - 300_000 - 150_000, "EUR")
    refusal = spending.why_not_commit(free, Money(60_000, "EUR"), "Shop")
    assert refusal is not None and refusal.code == "budget_too_small"
    budget = {"authorised_minor": 500_000, "committed_minor": 300_000, "paid_minor": 150_000}
    asked_for = {"id": "1", "by": "ada", "provider": "p", "at": "2026-11-24", "amount_minor": 60_000}
    told = spend({"budget": budget, "requests": [asked_for]})
    [answer] = told["budget"]
    assert "has EUR 500.00 free; this needs EUR 600.00" in answer.pop("why")
    assert answer == {"request": "1", "held": False, "available_minor": 50_000}
    assert refusal.facts["free"] == Money(told["available_minor"], "EUR")
    return [f"BLOCK:available={told['available_minor'] // 100}"]


ANSWERS: dict[str, Callable[[], list[str]]] = {
    "sod1": sod1,
    "sod4": sod4,
    "lim1": limit(100_000),
    "lim2": limit(100_001),
    "split1": split1,
    "dup1": dup1,
    "match1": match(100_000, 100_000),
    "match2": match(60_000, 100_000),
    "enc1": enc1,
}


@pytest.mark.parametrize("case", KEPT["cases"], ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    found = ANSWERS[case["id"]]()
    assert found == case["expected_flags"]


def test_they_are_those_of_the_collection() -> None:
    """Where the collection is there to read: none was changed, and none came that nobody answers."""
    path = Path(__file__).parents[4].parent / "shared" / "vectors" / FILE
    assert not path.exists() or json.loads(path.read_text()) == KEPT
    assert {case["id"] for case in KEPT["cases"]} == set(ANSWERS)
