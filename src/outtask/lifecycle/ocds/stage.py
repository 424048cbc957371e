"""Where a process stands, by its facts: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .shapes import Outcome, Stage

TENDER = frozenset(["planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"])
AWARD = frozenset(["pending", "active", "cancelled", "unsuccessful"])
CONTRACT = frozenset(["pending", "active", "cancelled", "terminated", "complete"])

LOCAL_WORDS: Mapping[str, str] = {
    "primirea ofertelor": "active",  # Moldova: receiving offers
    "evaluarea ofertelor": "active",  # assessing offers
    "executarea contractului": "under_contract",  # performing the contract
    "înregistrat(ă)": "active",  # registered
}
"""Statuses real publishers write in their own words, with what the standard calls them.

`under_contract` is a tender status without a word in the standard: chosen, signed and under way.
"""

_ENDINGS = {
    "cancelled": Outcome.CANCELLED,
    "withdrawn": Outcome.WITHDRAWN,
    "unsuccessful": Outcome.UNSUCCESSFUL,
}


@dataclass(frozen=True, slots=True)
class Contract:
    """status: of CONTRACT, or anything else for a contract of unknown status. paid: in full."""

    status: str
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Statuses in the standard's words, "" for an award or tender that has none; None without a tender."""

    tender: str | None = None
    awards: Sequence[str] = ()
    contracts: Sequence[Contract] = ()


def where_it_stands(facts: Facts) -> tuple[Stage, Outcome | None]:
    """The stage, and the outcome of a closed process. The furthest thing that still runs decides.

    A contract or award of unknown or missing status counts as in force: it was published.
    """
    running, pending, finished = _sorted(facts.contracts)
    if running:
        return Stage.DELIVER, None
    if facts.tender in _ENDINGS and not finished:
        return Stage.CLOSED, _ENDINGS[facts.tender]
    if pending:
        return Stage.AGREE, None
    if finished:
        fulfilled = all(contract.paid or contract.status == "complete" for contract in finished)
        return Stage.CLOSED, Outcome.COMPLETED if fulfilled else Outcome.ENDED
    if facts.contracts:
        return Stage.CLOSED, Outcome.CANCELLED
    return _before_contract(facts)


def _sorted(contracts: Sequence[Contract]) -> tuple[list[Contract], list[Contract], list[Contract]]:
    """Contracts in force, waiting and finished; cancelled ones are left out."""
    running, pending, finished = [], [], []
    for contract in contracts:
        if contract.status in ("terminated", "complete") or (
            contract.paid and contract.status not in ("pending", "cancelled")
        ):
            finished.append(contract)
        elif contract.status == "pending":
            pending.append(contract)
        elif contract.status != "cancelled":
            running.append(contract)
    return running, pending, finished


def _before_contract(facts: Facts) -> tuple[Stage, Outcome | None]:
    lost = [award for award in facts.awards if award in _ENDINGS]
    if len(lost) + list(facts.awards).count("pending") < len(facts.awards):
        return Stage.AGREE, None
    if facts.awards and len(lost) == len(facts.awards) and facts.tender != "active":
        cancelled = all(award == "cancelled" for award in lost)
        return Stage.CLOSED, Outcome.CANCELLED if cancelled else Outcome.UNSUCCESSFUL
    if facts.awards:
        return Stage.SOURCE, None
    if facts.tender == "under_contract":
        return Stage.DELIVER, None
    if facts.tender in (None, "planning", "planned"):
        return Stage.DECIDE, None
    return Stage.SOURCE, None
