"""Parts of actions: an order is placed by the client alone, changed, offered to its provider, and dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from outtask.agree.actions.parts import end, write_version
from outtask.agree.actions.signing import offer, sign
from outtask.agree.documents import Document, order_terms
from outtask.agree.models import Agreement, AgreementVersion
from outtask.agree.orders import Line, totals_of
from outtask.agree.queries import document_of, version_of
from outtask.agree.states import AGREEMENT, AgreementState, Form, Party
from outtask.journal.recording import Recording
from outtask.outtasks.models import OutTask
from outtask.people.models import Member, Organisation, Provider


def place(
    entry: Recording,
    outtask: OutTask,
    lines: Sequence[Line],
    due: date,
    provider: Provider | None,
    asker: Member,
) -> Agreement:
    """Write an order with its first version, which the asker signs for the client by placing it.

    The lines were judged before (`orders.why_not_order`).
    """
    gross = totals_of(lines).gross
    agreement: Agreement = Agreement.objects.create(
        organisation_id=entry.organisation_id,
        outtask=outtask,
        form=Form.ORDER,
        provider=provider,
        amount_minor=gross.minor,
        currency=gross.currency,
        made_at=entry.now,
    )
    client: Organisation = Organisation.objects.get(pk=entry.organisation_id)
    document = Document(
        reference=outtask.reference,
        title=outtask.title,
        client=client.name,
        provider=provider.name if provider else "",
        provider_kind=provider.kind if provider else "",
        terms=order_terms(outtask.title, lines, due),
        lines=tuple(lines),
    )
    _bind(entry, agreement, document, asker, "")
    return agreement


def change_lines(
    entry: Recording,
    agreement: Agreement,
    lines: Sequence[Line],
    due: date,
    provider: Provider | None,
    asker: Member,
    note: str,
) -> AgreementVersion:
    """Write the next version of an order that nobody has decided on."""
    before = document_of(version_of(agreement))
    document = replace(
        before,
        provider=provider.name if provider else "",
        provider_kind=provider.kind if provider else "",
        terms=order_terms(before.title, lines, due),
        lines=tuple(lines),
    )
    gross = document.terms.total
    agreement.version += 1
    agreement.amount_minor, agreement.currency, agreement.provider = gross.minor, gross.currency, provider
    return _bind(entry, agreement, document, asker, note)


def _bind(
    entry: Recording, agreement: Agreement, document: Document, asker: Member, note: str
) -> AgreementVersion:
    agreement.state = AGREEMENT.after(agreement.state, "place")
    agreement.signed_at = entry.now
    agreement.save(update_fields=["state", "version", "amount_minor", "currency", "provider", "signed_at"])
    version = write_version(entry, agreement, agreement.version, document, note)
    sign(entry, version, Party.CLIENT, asker.name, member=asker)
    return version


def offer_order(entry: Recording, agreement: Agreement) -> None:
    """Send a committed order to its provider by a link with which they may confirm it; nothing for others."""
    if agreement.form == Form.ORDER and agreement.provider is not None and agreement.provider.email:
        offer(entry, agreement)


def drop_order(entry: Recording, agreement: Agreement) -> None:
    """No money is promised for it any more: an order ends with its request. Nothing for others."""
    if agreement.form == Form.ORDER and agreement.state == AgreementState.SIGNED:
        end(entry, agreement)
