"""Reads of the agree room; each starts from what the actor may see."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from outtask.agree.documents import Document, Terms, read, usual_terms
from outtask.agree.models import Agreement, AgreementVersion, Signature
from outtask.agree.states import AgreementState, Form, Party
from outtask.journal.prepared import prepared
from outtask.kernel.actor import Actor
from outtask.outtasks.models import OutTask
from outtask.source.models import Award
from outtask.source.queries import need_of, offer_of

# States of a purchase request in which it waits or holds money. The spend room stands below this one, so its
# words are repeated here; a test compares them.
LIVE_REQUEST = ("referred", "asked", "committed")


def agreement_of(outtask: OutTask, actor: Actor) -> Agreement | None:
    """The latest agreement of an out-task that the actor may see."""
    return _latest.first(actor, outtask.pk)


@prepared()
def _latest(actor: Actor, outtask_id: UUID) -> QuerySet[Agreement]:
    return Agreement.objects.visible_to(actor).filter(outtask_id=outtask_id).order_by("-id")[:1]


def latest_agreement_id(outtask_id: UUID) -> UUID | None:
    """Of all rounds, whoever may see them; the next one's id sorts behind it."""
    rows = Agreement.objects.filter(outtask_id=outtask_id).order_by("-id")
    found: UUID | None = rows.values_list("pk", flat=True).first()
    return found


def is_order(outtask_id: UUID) -> bool:
    """Whether something was bought by it, without terms to negotiate."""
    return _orders.first(outtask_id) is not None


@prepared()
def _orders(outtask_id: UUID) -> QuerySet[Agreement, UUID]:
    return Agreement.objects.filter(outtask_id=outtask_id, form=Form.ORDER).values_list("pk", flat=True)[:1]


def live_agreement(outtask_id: UUID) -> Agreement | None:
    """The one agreement that has not ended."""
    found: Agreement | None = (
        Agreement.objects.filter(outtask_id=outtask_id).exclude(state=AgreementState.ENDED).first()
    )
    return found


def is_agreed(outtask_id: UUID, award: Award | None) -> bool:
    """Whether there is an agreement that stands, or one that this very choice led to, ended or not."""
    if live_agreement(outtask_id) is not None:
        return True
    return award is not None and Agreement.objects.filter(award=award).exists()


def version_of(agreement: Agreement, number: int | None = None) -> AgreementVersion:
    """One version, the latest unless a number is given. Raises DoesNotExist."""
    found = _version.first(agreement.pk, agreement.version if number is None else number)
    if found is None:
        raise AgreementVersion.DoesNotExist
    return found


@prepared("number")
def _version(agreement_id: UUID, number: int) -> QuerySet[AgreementVersion]:
    return AgreementVersion.objects.filter(agreement_id=agreement_id, number=number)


def document_of(version: AgreementVersion) -> Document:
    return read(bytes(version.body))


def signatures_of(version: AgreementVersion) -> dict[Party, Signature]:
    return {Party(row.party): row for row in Signature.objects.filter(version=version)}


def has_live_request(agreement: Agreement) -> bool:
    """Whether money is asked for or committed under it."""
    requests = agreement.requests.filter(state__in=LIVE_REQUEST)
    return bool(requests.exists())


def terms_from(award: Award) -> Terms:
    """The terms that follow from a brief and the proposal chosen for it."""
    return usual_terms(need_of(award.outtask.brief), offer_of(award.proposal))


def parties_of(award: Award) -> tuple[str, str, str]:
    """Names of client and provider, and the provider's kind, as a document states them."""
    client = award.outtask.client or award.organisation
    provider = award.proposal.provider
    return client.name, provider.name, provider.kind


def offered_versions(agreement: Agreement) -> list[AgreementVersion]:
    """The versions that the client has signed and the provider may therefore read, the latest first."""
    rows = AgreementVersion.objects.filter(agreement=agreement, signatures__party=Party.CLIENT)
    return list(rows.order_by("-number"))
