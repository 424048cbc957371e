"""The rules of an organisation as they stand, and which of them fall on a request."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from outtask.journal.prepared import prepared
from outtask.people.models import Provider
from outtask.people.states import Relation
from outtask.spend import demand_rules, line
from outtask.spend.demand_rules import Rule, Wanted
from outtask.spend.line import Today
from outtask.spend.models import PurchaseRequest, SpendRule
from outtask.spend.states import Demand


def rules_of(organisation_id: UUID) -> list[Rule]:
    """The rules that hold now."""
    return [as_rule(row) for row in _standing(organisation_id)]


@prepared()
def _standing(organisation_id: UUID) -> QuerySet[SpendRule]:
    return SpendRule.objects.filter(organisation_id=organisation_id, ended_at__isnull=True).order_by("id")


def as_rule(row: SpendRule) -> Rule:
    return Rule(row.pk, row.name, Demand(row.demand), row.amount_from_minor, row.category, row.new_provider)


def is_new(provider: Provider | None) -> bool:
    """Whether nobody here has worked with a provider before; so it is for one who is not named yet."""
    return provider is None or provider.relation == Relation.NEW


def fired_on(request: PurchaseRequest, today: Today) -> tuple[Rule, ...]:
    """The rules that fall on a request now, by what it is and by what its need has promised."""
    rules = rules_of(request.organisation_id)
    if not rules:
        return ()
    need = line.spending_of(request, today).need.minor
    return demand_rules.fired(rules, Wanted(need, request.category, is_new(request.agreement.provider)))
