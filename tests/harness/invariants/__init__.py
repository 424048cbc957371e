"""What must be true of the database after any action, whoever did it: DESIGN.md §5 and §6, and the journal.

    hold()                      # all of it, now; raises Broken with every place that is wrong
    hold(House.now(before))     # quicker: what has not changed since `before` is not read again

Each invariant is a function of one moment that yields a sentence for each thing that is wrong. None of them
asks the product's rules; where they look at the same facts they read them afresh.
"""

from __future__ import annotations

from outtask.journal.verify import verify
from outtask.lifecycle.standing import facts_of, stand
from outtask.models import JournalHead, OutTask
from tests.harness.invariants import (
    books,
    duties,
    facts,
    journal,
    limits,
    lives,
    money,
    replay,
    shop,
    tenancy,
    watching,
)
from tests.harness.invariants.house import House

__all__ = ["INVARIANTS", "Broken", "House", "broken", "deep", "hold", "standing"]

INVARIANTS = {
    function.__name__: function
    for room in (money, books, duties, limits, lives, journal, facts, replay, shop, tenancy, watching)
    for function in room.INVARIANTS
}


class Broken(AssertionError):
    """Something that must always be true is not."""


def broken(house: House | None = None) -> list[str]:
    """Every place where an invariant does not hold, each with the name of the invariant."""
    moment = house or House.now()
    return [f"{name}: {wrong}" for name, check in INVARIANTS.items() for wrong in check(moment)]


def hold(house: House | None = None) -> None:
    """Raise Broken unless every invariant holds."""
    if wrong := broken(house):
        raise Broken("\n".join(wrong))


def standing(house: House) -> list[str]:
    """Where out-tasks are said to stand and where their facts put them; asks the database once for each."""
    wrong = []
    for row in house.all(OutTask):
        derived = stand(facts_of(OutTask.objects.get(pk=row.pk)))
        said = (row.stage, row.holder, row.next_step, row.due_on, row.ending)
        follows = (
            derived.stage, derived.holder, derived.next_step, derived.due_on, derived.ending,
        )  # fmt: skip
        if said != follows or (row.closed_at is None) != (row.ending == ""):
            wrong.append(f"standing: {row} says {said}, closed {row.closed_at}; from its facts {follows}")
    return wrong


def deep() -> list[str]:
    """Everything, and what takes longer: each standing derived again, each log verified by the product."""
    house = House.now()
    faults = [
        f"verify: {report.fault}"
        for head in house.all(JournalHead)
        if (report := verify(head.organisation_id)).fault is not None
    ]
    return broken(house) + standing(house) + faults
