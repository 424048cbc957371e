"""Reads of the pay room; each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from outtask.agree.models import AgreementVersion
from outtask.agree.queries import document_of
from outtask.deliver.models import Milestone
from outtask.deliver.queries import duties_on
from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.pay import rules
from outtask.pay.models import Invoice, InvoiceLine
from outtask.pay.states import InvoiceState
from outtask.people.duties import Duties
from outtask.people.models import BankAccount
from outtask.spend.models import Commitment
from outtask.spend.states import RequestState
from outtask.watch.models import Hold
from outtask.watch.numbers import number_key
from outtask.watch.queries import open_on
from outtask.watch.rules import why_not_held


def invoices_for(actor: Actor, state: str = "") -> QuerySet[Invoice]:
    """Every invoice the actor sees, of one state or all; to be paged."""
    rows = Invoice.objects.visible_to(actor).select_related("provider", "outtask")
    return cast("QuerySet[Invoice]", rows.filter(state=state) if state else rows)


def invoices_of(actor: Actor, outtask_id: UUID) -> Sequence[Invoice]:
    """The invoices of an out-task, the latest first."""
    rows = Invoice.objects.visible_to(actor).filter(outtask_id=outtask_id)
    return cast(
        Sequence[Invoice],
        rows.select_related("provider", "payment", "file")
        .prefetch_related("lines__milestone")
        .order_by("-id"),
    )


def invoice_for(actor: Actor, invoice_id: UUID) -> Invoice:
    """The invoice; NotFound when the actor may not see it."""
    rows = Invoice.objects.visible_to(actor).filter(pk=invoice_id)
    found: Invoice | None = rows.select_related(
        "provider",
        "outtask",
        "commitment__budget",
        "approved_by__person",
        "payment__recorded_by__person",
        "file",
    ).first()
    if found is None:
        raise NotFound("invoice")
    return found


def items_of(actor: Actor, outtask_id: UUID) -> list[rules.Item]:
    """The milestones of an out-task as far as invoices are concerned, in their order."""
    rows = Milestone.objects.visible_to(actor).filter(outtask_id=outtask_id)
    live = InvoiceLine.objects.filter(milestone=OuterRef("pk"), live=True)
    rows = rows.annotate(invoiced=Exists(live)).order_by("agreement_id", "agreement_version", "order")
    # A guest does not see commitments, but which one pays decides what may stand on one invoice.
    promised: dict[UUID, UUID] = dict(
        Commitment.objects.filter(outtask_id=outtask_id, request__state=RequestState.COMMITTED).values_list(
            "agreement_id", "pk"
        )
    )
    return [_item(row, promised) for row in rows]


def _item(milestone: Any, promised: dict[UUID, UUID]) -> rules.Item:
    return rules.Item(
        milestone.pk,
        milestone.title,
        milestone.state,
        Money(milestone.amount_minor, milestone.currency),
        milestone.invoiced,
        promised.get(milestone.agreement_id),
    )


def earlier(provider_id: UUID, number: str, day_of: Any) -> rules.Earlier | None:
    """The live invoice of a provider that bears this number; `day_of` tells an instant as a day."""
    rows = Invoice.objects.filter(provider_id=provider_id, number_key=number_key(number))
    first: Invoice | None = rows.exclude(state="returned").order_by("received_at").first()
    return rules.Earlier(first.number, day_of(first.received_at)) if first else None


def match_of(invoice: Invoice) -> rules.Match:
    """The three papers side by side: two queries, besides the commitment."""
    lines = list(InvoiceLine.objects.filter(invoice=invoice).select_related("milestone").order_by("id"))
    agreed = agreed_amounts(line.milestone for line in lines)
    commitment: Commitment = invoice.commitment
    currency = invoice.currency
    return rules.Match(
        lines=[_match_line(line, agreed, currency) for line in lines],
        total=Money(invoice.amount_minor, currency),
        committed=Money(commitment.amount_minor, commitment.currency),
        accepted=Money(commitment.accepted_minor, commitment.currency),
        invoiced=Money(commitment.invoiced_minor, commitment.currency),
    )


def _match_line(line: InvoiceLine, agreed: dict[UUID, Money], currency: str) -> rules.MatchLine:
    milestone = line.milestone
    accepted = milestone.state == rules.ACCEPTED
    return rules.MatchLine(
        title=milestone.title,
        agreed=agreed.get(milestone.pk),
        accepted=Money(milestone.amount_minor, milestone.currency) if accepted else None,
        invoiced=Money(line.amount_minor, currency),
    )


def agreed_amounts(milestones: Iterable[Milestone]) -> dict[UUID, Money]:
    """Each milestone's price as it stands in the signed version it came from."""
    wanted = list(milestones)
    versions = AgreementVersion.objects.filter(agreement_id__in={one.agreement_id for one in wanted})
    prices = {
        (version.agreement_id, version.number, order): part.amount
        for version in versions
        for order, part in enumerate(document_of(version).terms.milestones, start=1)
    }
    placed = {one.pk: (one.agreement_id, one.agreement_version, one.order) for one in wanted}
    return {pk: prices[place] for pk, place in placed.items() if place in prices}


def duties_for(invoice: Invoice) -> Duties:
    """Who asked for, approved and accepted what this invoice is for, and who handled invoices before."""
    return duties_on(invoice.outtask_id, invoice.organisation_id)


def account_since(invoice: Invoice) -> BankAccount | None:
    """The account that was noted after an invoice was approved, so that the approval no longer counts."""
    if invoice.state != InvoiceState.RECEIVED or invoice.approved_at is None:
        return None
    noted = BankAccount.objects.filter(provider_id=invoice.provider_id)
    found: BankAccount | None = noted.select_related("noted_by__person").order_by("-id").first()
    return found


def holds_on(invoice: Invoice) -> list[Hold]:
    """What is held of an invoice, of the milestones it is for and of the request whose money pays it, and
    nobody has looked at yet.
    """
    lines = InvoiceLine.objects.filter(invoice=invoice).values_list("milestone_id", flat=True)
    return open_on(invoice.organisation_id, [invoice.pk, invoice.commitment.request_id, *lines])


def why_held(invoice: Invoice) -> list[Refusal]:
    """Why an invoice is neither approved nor paid: a refusal for each detector whose hold is open."""
    return why_not_held({hold.detector for hold in holds_on(invoice)})
