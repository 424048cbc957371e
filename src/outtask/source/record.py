"""What the later rooms know about those who offer: their record with us, and stored rates of exchange.

The one place of this room that reads below it in the house; only pages use it, no rule and no action.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from outtask.deliver.models import Verdict
from outtask.deliver.states import VerdictKind
from outtask.journal.models import Entry
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.people.models import Organisation
from outtask.people.states import ProviderKind, Relation
from outtask.source.comparison import Candidate, Comparison, Converted, Record, compare
from outtask.source.models import Brief, Proposal
from outtask.source.queries import need_of, offer_of, offers_on, today_of
from outtask.spend.queries import base_amount, rate_for


def compared(brief: Brief, actor: Actor, now: datetime) -> Comparison:
    """The offers on a brief, judged side by side in the organisation's currency."""
    organisation = Organisation.objects.get(pk=brief.organisation_id)
    need = need_of(brief)
    proposals = offers_on(brief, actor)
    records = records_of({proposal.provider_id for proposal in proposals}, actor.organisation_id, now)
    candidates = [
        Candidate(
            proposal.pk,
            proposal.provider.name,
            ProviderKind(proposal.provider.kind),
            Relation(proposal.provider.relation),
            offer_of(proposal),
            converted(organisation, Money(proposal.price_minor, proposal.currency), now),
            records.get(proposal.provider_id, Record()),
        )
        for proposal in proposals
    ]
    ceiling = converted(organisation, need.budget, now) if need.budget is not None else None
    return compare(
        candidates,
        by_when=need.by_when,
        ceiling=ceiling.amount if ceiling else None,
        usual=usual_quality(actor.organisation_id),
    )


def converted(organisation: Organisation, amount: Money, now: datetime) -> Converted | None:
    """An amount in the organisation's currency at the latest stored rate; None when there is none."""
    if amount.currency == organisation.currency:
        return Converted(amount)
    day = today_of(organisation.pk, now)
    minor = base_amount(organisation, amount, day)
    rate = rate_for(organisation.pk, amount.currency, day)
    if isinstance(minor, Refusal) or rate is None:
        return None
    return Converted(Money(minor, organisation.currency), f"{rate.per_unit.normalize():f}", rate.day)


def records_of(provider_ids: Iterable[UUID], organisation_id: UUID, now: datetime) -> dict[UUID, Record]:
    """Accepted milestones by provider. The whole organisation's, whoever asks: it is a record with us."""
    rows = (
        Verdict.objects.filter(
            organisation_id=organisation_id,
            kind=VerdictKind.ACCEPTED,
            # What was received and went back was not right in the end.
            undone__isnull=True,
            submission__milestone__agreement__provider_id__in=provider_ids,
        )
        .order_by("-decided_at")
        .values_list("submission__milestone__agreement__provider_id", "submission__number", "decided_at")
    )
    verdicts: dict[UUID, list[tuple[bool, int]]] = defaultdict(list)
    for provider_id, number, decided_at in rows:
        verdicts[provider_id].append((number == 1, max((now - decided_at).days, 0)))
    return {provider_id: Record(tuple(found)) for provider_id, found in verdicts.items()}


def usual_quality(organisation_id: UUID) -> float:
    """The share of milestones this organisation accepted at the first try; 0.5 while none was accepted."""
    stand = Verdict.objects.filter(
        organisation_id=organisation_id, kind=VerdictKind.ACCEPTED, undone__isnull=True
    )
    counted = stand.aggregate(accepted=Count("id"), first=Count("id", filter=Q(submission__number=1)))
    return counted["first"] / counted["accepted"] if counted["accepted"] else 0.5


def offered_before_change(brief: Brief, proposals: Iterable[Proposal]) -> set[UUID]:
    """The proposals that were offered before the brief was last changed."""
    last = (
        Entry.objects.filter(
            organisation_id=brief.organisation_id, outtask_id=brief.outtask_id, kind="brief.edited"
        )
        .order_by("-seq")
        .first()
    )
    return {proposal.pk for proposal in proposals if last and proposal.offered_at < last.at}
