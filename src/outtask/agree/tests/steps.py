"""The steps of agreeing, each by one real action, after the steps of sourcing."""

from __future__ import annotations

from typing import Any

from outtask.agree.actions import draft_agreement, sign_as_client, sign_as_provider
from outtask.agree.documents import Terms
from outtask.agree.models import Agreement, AgreementVersion
from outtask.agree.queries import document_of, version_of
from outtask.journal.recording import Outcome
from outtask.kernel.actor import Actor
from outtask.models import Link
from outtask.source.tests import steps as sourcing


def drafted(world: Any, terms: Terms | None = None) -> Agreement:
    brief = sourcing.awarded(world)
    outcome = draft_agreement(
        actor=world.actor("imke"), now=world.now, outtask_id=brief.outtask_id, terms=terms
    )
    agreement: Agreement = Agreement.objects.get(pk=outcome["agreement_id"])
    return agreement


def current(agreement: Agreement) -> AgreementVersion:
    agreement.refresh_from_db()
    return version_of(agreement)


def terms_of(agreement: Agreement) -> Terms:
    return document_of(current(agreement)).terms


def client_signs(world: Any, agreement: Agreement, by: str = "imke") -> Outcome:
    version = current(agreement)
    return sign_as_client(
        actor=world.actor(by),
        now=world.now,
        agreement_id=agreement.pk,
        version=version.number,
        sha256=version.sha256,
    )


def sign_link(agreement: Agreement) -> Link:
    links = Link.objects.filter(purpose="sign", subject_id=agreement.pk)
    found: Link = links.order_by("-version", "-made_at", "-id")[0]
    return found


def guest(agreement: Agreement) -> Actor:
    return sign_link(agreement).actor


def provider_signs(world: Any, agreement: Agreement, name: str = "Marek Solan") -> Outcome:
    version = current(agreement)
    return sign_as_provider(
        actor=guest(agreement),
        now=world.now,
        agreement_id=agreement.pk,
        version=version.number,
        sha256=version.sha256,
        name=name,
    )


def signed(world: Any, terms: Terms | None = None) -> Agreement:
    agreement = drafted(world, terms)
    client_signs(world, agreement)
    provider_signs(world, agreement)
    agreement.refresh_from_db()
    return agreement
