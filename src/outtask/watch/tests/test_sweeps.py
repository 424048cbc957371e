"""A sweep over many says of each what its rule says beside all the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from outtask.watch import rules, sweeps
from outtask.watch.rules import Asked, Bill
from outtask.watch.tests.material import asked, bill
from outtask.watch.tests.test_rules import BILLS, REQUESTS


@given(REQUESTS)
def test_requests(requests: list[Asked]) -> None:
    assert dict(sweeps.splits(requests)) == by_rule(rules.split, requests)
    assert dict(sweeps.just_belows(requests)) == by_rule(rules.just_below, requests)


@given(BILLS, some.randoms())
def test_invoices(bills: list[Bill], chance: Any) -> None:
    found = dict(sweeps.duplicates(bills))
    assert found == by_rule(rules.duplicate, bills)
    assert found == dict(sweeps.duplicates(chance.sample(bills, len(bills))))


def by_rule(rule: Any, things: Any) -> Any:
    found = {one.id: rule(one, [other for other in things if other is not one]) for one in things}
    return {id_: finding for id_, finding in found.items() if finding is not None}


def test_a_team_that_asks_often_is_swept_in_one_walk() -> None:
    """Twenty thousand of one team to one provider, an hour apart: nothing reaches the limit, then all do."""
    small = [asked(number, number / 24, amount=1, agreement=str(number)) for number in range(20_000)]
    assert not list(sweeps.splits(small))
    every = [replace(one, amount=60_000) for one in small]
    assert len(list(sweeps.splits(every))) == len(every) - 1
    same = [bill(number, number, number="7") for number in range(20_000)]
    found = dict(sweeps.duplicates(same))
    assert len(found) == len(same) - 1
    assert {finding.evidence["invoice"] for finding in found.values()} == {"i19999"}
