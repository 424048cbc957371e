"""Parts of actions: milestones begin when the money is promised, and are cancelled when work stops."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from outtask.agree.documents import Document
from outtask.agree.models import Agreement, Signature
from outtask.agree.queries import document_of, version_of
from outtask.agree.states import Party
from outtask.deliver.models import Milestone
from outtask.deliver.states import MILESTONE, SETTLED, MilestoneState
from outtask.journal.direct import insert, rows_by_key
from outtask.journal.prepared import prepared
from outtask.journal.recording import Recording
from outtask.kernel.money import Money
from outtask.people.links import Holder, make_link, revoke_links_to
from outtask.people.models import Link, Provider
from outtask.people.states import Purpose


def open_milestones(
    entry: Recording, agreement: Agreement, document: Document | None = None
) -> list[Milestone]:
    """Make the milestones of the signed version and the link by which the provider hands them in.

    document: of that version, when it was read already.
    """
    document = document or document_of(version_of(agreement))
    terms, lines = document.terms, document.lines
    opened = [
        Milestone(
            organisation_id=entry.organisation_id,
            outtask_id=agreement.outtask_id,
            agreement=agreement,
            agreement_version=agreement.version,
            order=order,
            title=milestone.title,
            due_on=milestone.due,
            amount_minor=milestone.amount.minor,
            currency=milestone.amount.currency,
            order_line=order if lines else None,
            quantity=lines[order - 1].quantity if lines else None,
            criteria=[criterion.as_json() for criterion in milestone.criteria],
            opened_at=entry.now,
        )
        for order, milestone in enumerate(terms.milestones, start=1)
    ]
    insert(opened)
    link = open_delivery(entry, agreement)
    entry.also_says(
        "milestones.opened",
        agreement,
        count=len(opened),
        amount=terms.total,
        agreement=agreement.pk,
        version=agreement.version,
        link=link.pk if link else None,
    )
    return opened


def open_delivery(entry: Recording, agreement: Agreement) -> Link | None:
    """Part: the link by which the provider delivers; None while an order has nobody to deliver it."""
    if agreement.provider_id is None:
        return None
    (provider,) = rows_by_key(Provider, [agreement.provider_id])
    # A link is bound to the version it was made for; the one for an older version opens nothing any more.
    revoke_links_to(Purpose.DELIVER, "agreement", agreement.pk, entry.now)
    return make_link(
        _contact(agreement, provider),
        Purpose.DELIVER,
        organisation_id=entry.organisation_id,
        outtask_id=agreement.outtask_id,
        subject_type="agreement",
        subject_id=agreement.pk,
        version=agreement.version,
        now=entry.now,
    )


def _contact(agreement: Agreement, provider: Provider) -> Holder:
    """Whoever signed for the provider, at the address the link to sign went to; else the provider itself."""
    name, email = _signer.first(agreement.pk) or (provider.name, provider.email)
    return Holder(name, email, provider=provider)


@prepared()
def _signer(agreement_id: UUID) -> QuerySet[Signature, tuple[str, str]]:
    signed = Signature.objects.filter(
        version__agreement_id=agreement_id, party=Party.PROVIDER, link__isnull=False
    )
    return signed.order_by("-version__number").values_list("link__name", "link__email")[:1]


def cancel_milestones(entry: Recording, agreement: Agreement) -> list[dict[str, object]]:
    """Stop what is not accepted; returns each milestone as it stood, for the handover.

    Accepted milestones stay, and so does the provider's link: what was accepted may still be invoiced.
    """
    stopped: list[dict[str, object]] = []
    rows = Milestone.objects.filter(agreement=agreement).exclude(state__in=SETTLED)
    for milestone in rows.order_by("agreement_version", "order"):
        amount = Money(milestone.amount_minor, milestone.currency)
        stopped.append(
            {
                "order": milestone.order,
                "title": milestone.title,
                "state": str(milestone.state),
                "due_on": milestone.due_on.isoformat(),
                "amount_minor": amount.minor,
                "currency": amount.currency,
            }
        )
        milestone.state = MILESTONE.after(MilestoneState(milestone.state), "cancel")
        milestone.settled_at = entry.now
        milestone.save(update_fields=["state", "settled_at"])
        entry.also_says(
            "milestone.cancelled",
            milestone,
            milestone=entry.keep(milestone.title),
            order=milestone.order,
            amount=amount,
        )
    return stopped
