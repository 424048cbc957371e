"""Reads of budgets: the tree, who keeps a pot, who may decide on a transfer, how much is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast
from uuid import UUID

from django.db.models import F

from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal
from outtask.people.models import Member
from outtask.people.queries import is_excepted
from outtask.people.roles import ROLES, Right, may
from outtask.people.states import Role
from outtask.spend.budget_rules import (
    DEEPEST,
    Forecast,
    Pot,
    TransferFacts,
    forecast,
    why_not_decide_transfer,
)
from outtask.spend.models import Budget, Transfer

_SUMS = ("authorised_minor", "committed_minor", "owed_minor", "paid_minor")


def pot_of(budget: Budget) -> Pot:
    """A budget as the rules see it."""
    return Pot(
        budget.pk,
        budget.name,
        budget.currency,
        budget.free_minor,
        depth_of(budget),
        budget.parent_id,
        budget.closed_at is not None,
    )


def depth_of(budget: Budget) -> int:
    """1 for a pot that is part of none."""
    depth, above = 1, budget.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return depth


def budget_of(actor: Actor, pk: UUID) -> Budget:
    """One budget; NotFound when the actor may not see it."""
    row = Budget.objects.visible_to(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound("budget")
    return cast("Budget", row)


def left_over(actor: Actor) -> list[Budget]:
    """Closed budgets that hold free money, by name: it can be moved out of them."""
    rows = Budget.objects.visible_to(actor).filter(
        closed_at__isnull=False,
        authorised_minor__gt=F("committed_minor") + F("owed_minor") + F("paid_minor"),
    )
    return list(rows.order_by("name"))


# ---- the tree ----


@dataclass(frozen=True)
class Whole:
    """A pot together with all its parts, down to the smallest: sums as a money bar takes them."""

    name: str
    currency: str
    authorised_minor: int
    committed_minor: int
    owed_minor: int
    paid_minor: int

    @property
    def free_minor(self) -> int:
        return self.authorised_minor - self.committed_minor - self.owed_minor - self.paid_minor


@dataclass(frozen=True)
class Branch:
    """A pot with the parts under it, by name."""

    budget: Budget
    parts: list[Branch] = field(default_factory=list)

    @property
    def whole(self) -> Whole:
        """The sums of this pot and everything under it. Parts are kept in one currency with it."""
        rows = list(self._all())
        sums = [sum(getattr(row, column) for row in rows) for column in _SUMS]
        return Whole(self.budget.name, self.budget.currency, *sums)

    def _all(self) -> Iterable[Budget]:
        yield self.budget
        for part in self.parts:
            yield from part._all()


def branches(actor: Actor, tops: Sequence[Budget], *, closed: bool = False) -> list[Branch]:
    """Each of these pots with its parts; a query for each level, whatever their number.

    closed: with those that are closed too.
    """
    parts: dict[UUID, list[Budget]] = defaultdict(list)
    level: Sequence[Budget] = tops
    for _ in range(DEEPEST - 1):
        rows = Budget.objects.visible_to(actor).filter(parent__in=[budget.pk for budget in level])
        if not closed:
            rows = rows.filter(closed_at__isnull=True)
        level = list(rows.select_related("keeper__person").order_by("name"))
        for budget in level:
            if budget.parent_id is not None:
                parts[budget.parent_id].append(budget)
        if not level:
            break
    return [_branch(budget, parts) for budget in tops]


def _branch(budget: Budget, parts: dict[UUID, list[Budget]]) -> Branch:
    return Branch(budget, [_branch(part, parts) for part in parts[budget.pk]])


# ---- people ----


def keeper_here(budget: Budget) -> Member | None:
    """Who answers for a pot, as long as they are a member."""
    keeper: Member | None = budget.keeper
    return keeper if keeper is not None and keeper.left_at is None else None


def told_when_low(budget: Budget) -> list[Member]:
    """The keeper, and the owners."""
    return _members(budget, [Role.OWNER])


def may_decide_on(transfer: Transfer) -> list[Member]:
    """Who may decide on a transfer: the keeper of its source and whoever manages budgets, not who asked."""
    found = _members(transfer.source, ROLES[Right.MANAGE_BUDGETS])
    return [member for member in found if member.pk != transfer.asked_by_id]


def _members(budget: Budget, roles: Iterable[Role]) -> list[Member]:
    keeper = keeper_here(budget)
    rows = Member.objects.filter(
        organisation_id=budget.organisation_id, left_at__isnull=True, role__in=roles
    ).exclude(pk=keeper.pk if keeper else None)
    return [*([keeper] if keeper else []), *rows.select_related("person").order_by("id")]


def keeps(actor: Actor, budget: Budget) -> bool:
    """Whether the actor answers for the pot. A token speaks for a keeper if it may manage budgets."""
    in_scope = actor.scopes is None or Right.MANAGE_BUDGETS in actor.scopes
    return actor.is_member and budget.keeper_id is not None and budget.keeper_id == actor.id and in_scope


def facts_for(transfer: Transfer, actor: Actor) -> TransferFacts:
    """A transfer as far as the actor's decision on it is concerned."""
    return TransferFacts(
        transfer.state, transfer.asked_by_id, actor.id, is_excepted(transfer.organisation_id)
    )


def why_not_decide(
    transfer: Transfer, facts: TransferFacts, actor: Actor, act: str, manages: Refusal | None
) -> list[Refusal]:
    """Everything that stands against this actor's `approve` or `refuse`; asked by page and action alike.

    manages: why they may not manage budgets, which a keeper need not.
    """
    right = None if keeps(actor, transfer.source) else manages
    return [*([right] if right else []), *why_not_decide_transfer(facts, act)]


def why_not_ask(actor: Actor) -> Refusal | None:
    """Whoever may ask to spend, or manages budgets, may ask for a transfer."""
    return may(actor, Right.REQUEST) and may(actor, Right.MANAGE_BUDGETS)


def forecast_of(budget: Budget, today: date) -> Forecast | Refusal:
    """What the pot will have used when its period ends."""
    used = budget.authorised_minor - budget.free_minor
    return forecast(used, budget.starts_on, budget.ends_on, today)
