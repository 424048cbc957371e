"""The models of sourcing side by side: what each costs in a year on given terms, and which one suits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outtask.decide.sourcing_models.choice import Choice, Situation, choose
from outtask.decide.sourcing_models.costs import (
    BreakEven,
    Exact,
    Hire,
    OneOff,
    Retainer,
    Volume,
    break_even,
    hire_cost,
    keep_cost,
    one_off_cost,
    retainer_cost,
)
from outtask.decide.states import SourcingModel, Verdict

NOTHING_TO_CHOOSE = frozenset({Verdict.INCOMPLETE, Verdict.STOP, Verdict.SIMPLIFY_FIRST})
"""Verdicts before which no model is chosen: the costs can be told, the choice cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is known of the terms of each model; None where nobody has named them yet.

    wage: per hour of one's own people. staff_minor, outsource_minor: a quoted price for a year.
    All amounts in minor units of one currency.
    """

    wage: Exact | None = None
    one_off: OneOff | None = None
    retainer: Retainer | None = None
    hire: Hire | None = None
    staff_minor: int | None = None
    outsource_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """costs: a year of each model in minor units. saving: of one-offs over keeping it, None while unknown.

    choice: None while the verdict leaves nothing to choose. dearest: the yearly cost that counted as worst.
    break_even: of a retainer over one-offs.
    """

    costs: Mapping[SourcingModel, int | None]
    choice: Choice | None
    dearest: int
    saving: int | None
    break_even: BreakEven | None


def compare_models(
    volume: Volume, terms: Terms, situation: Situation, dearest: int | None = None
) -> Comparison:
    """Cost every model on `terms`, filter and rank them.

    dearest: the yearly cost that counts as worst; by default twice the cost of keeping the work, or, while
        that is unknown, the highest cost there is.
    """
    costs = yearly_costs(volume, terms)
    keep, one_off = costs[SourcingModel.KEEP], costs[SourcingModel.ONE_OFF]
    worst = dearest or 2 * (keep or 0) or max((cost or 0 for cost in costs.values()), default=0) or 1
    even = (
        break_even(volume.hours_each, terms.one_off, terms.retainer)
        if terms.one_off is not None and terms.retainer is not None
        else None
    )
    saving = None if keep is None or one_off is None else keep - one_off
    choice = None if situation.verdict in NOTHING_TO_CHOOSE else choose(situation, costs, worst)
    return Comparison(costs, choice, worst, saving, even)


def yearly_costs(volume: Volume, terms: Terms) -> dict[SourcingModel, int | None]:
    """A year of each model; None where its terms are not known."""
    return {
        SourcingModel.KEEP: None if terms.wage is None else keep_cost(volume, terms.wage),
        SourcingModel.ONE_OFF: None if terms.one_off is None else one_off_cost(volume, terms.one_off),
        SourcingModel.RETAINER: None if terms.retainer is None else retainer_cost(volume, terms.retainer),
        SourcingModel.STAFF_AUGMENTATION: terms.staff_minor,
        SourcingModel.OUTSOURCE: terms.outsource_minor,
        SourcingModel.HIRE: None if terms.hire is None else hire_cost(volume, terms.hire),
    }
