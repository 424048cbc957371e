"""Parts of actions: writes inside a recording that was begun here or lower in the house."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet

from outtask.agree import rules
from outtask.agree.documents import Document, Terms, body_of, digest_of
from outtask.agree.models import Agreement, AgreementVersion, ServiceLevel
from outtask.agree.queries import document_of, version_of
from outtask.agree.states import AGREEMENT
from outtask.journal.direct import update
from outtask.journal.prepared import prepared_write
from outtask.journal.recording import Recording
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.outtasks.models import OutTask
from outtask.people.actions import know_better
from outtask.people.links import revoke_links_to
from outtask.people.states import Purpose
from outtask.source.queries import today_of


def write_version(
    entry: Recording, agreement: Agreement, number: int, document: Document, note: str
) -> AgreementVersion:
    """Keep a document as a version; its bytes are never written again."""
    body = body_of(document)
    version: AgreementVersion = AgreementVersion.objects.create(
        organisation_id=entry.organisation_id,
        agreement=agreement,
        number=number,
        body=body,
        sha256=digest_of(body),
        made_by_id=entry.actor.id if entry.actor.is_member else None,
        made_at=entry.now,
        change_note=note.strip(),
    )
    total = document.terms.total
    OutTask.objects.filter(pk=agreement.outtask_id).update(amount_minor=total.minor, currency=total.currency)
    return version


def new_version(entry: Recording, agreement: Agreement, terms: Terms, note: str) -> AgreementVersion:
    """Make the next version of an agreement, which is a draft again that nobody has signed.

    For revising before the money, and for the composite that revises after it. Signatures stay with the
    version they were given for; links to sign it close. Refuses terms that are wrong or say nothing new.
    """
    before = document_of(version_of(agreement))
    refuse_if(AGREEMENT.why_not(agreement.state, "revise"))
    refuse_if(*rules.why_not_terms(terms, today_of(entry.organisation_id, entry.now)))
    refuse_if(rules.why_not_same(before.terms, terms))
    agreement.state = AGREEMENT.after(agreement.state, "revise")
    agreement.version += 1
    agreement.amount_minor, agreement.currency = terms.total.minor, terms.total.currency
    agreement.signed_at = None
    version = write_version(entry, agreement, agreement.version, replace(before, terms=terms), note)
    agreement.save(update_fields=["state", "version", "amount_minor", "currency", "signed_at"])
    close_sign_links(entry, agreement.pk)
    return version


def enter_into_force(entry: Recording, agreement: Agreement, document: Document | None = None) -> None:
    """The money is committed: the signed version binds, and its service levels are measured from now on.

    document: of that version, when it was read already.
    """
    agreement.state = AGREEMENT.after(agreement.state, "commit")
    update(agreement, "state")
    # What an earlier version promised is not measured any more; its text is kept in that version.
    _measured_no_more(agreement.pk)
    levels = (document or document_of(version_of(agreement))).terms.service_levels
    ServiceLevel.objects.bulk_create(
        ServiceLevel(
            organisation_id=agreement.organisation_id,
            agreement=agreement,
            order=order,
            metric=level.metric,
            comparator=level.comparator,
            target=level.target,
        )
        for order, level in enumerate(levels, start=1)
    )


@prepared_write()
def _measured_no_more(agreement_id: UUID) -> tuple[QuerySet[ServiceLevel], None]:
    return ServiceLevel.objects.filter(agreement_id=agreement_id), None


def complete(entry: Recording, agreement: Agreement) -> None:
    """Everything is done and paid; the client knows the provider better by one out-task."""
    _finish(entry, agreement, "complete")
    if agreement.provider is None:
        return
    done = Agreement.objects.filter(provider_id=agreement.provider_id, state=agreement.state)
    know_better(entry, agreement.provider, done.values("outtask_id").distinct().count())


def end(entry: Recording, agreement: Agreement) -> None:
    """It ends before it is done: the work was taken back."""
    _finish(entry, agreement, "end")


def _finish(entry: Recording, agreement: Agreement, act: str) -> None:
    agreement.state = AGREEMENT.after(agreement.state, act)
    agreement.ended_at = entry.now
    agreement.save(update_fields=["state", "ended_at"])
    close_sign_links(entry, agreement.pk)


def close_sign_links(entry: Recording, agreement_id: UUID) -> None:
    revoke_links_to(Purpose.SIGN, "agreement", agreement_id, entry.now)


def amount_of(agreement: Agreement) -> Money:
    return Money(agreement.amount_minor, agreement.currency)
