"""What pages and files show of a version: the document in words, its signatures, its PDF."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from outtask.agree.differences import changes_between
from outtask.agree.models import Agreement, AgreementVersion
from outtask.agree.orders import totals_of
from outtask.agree.printing import Signed, statement_of_work
from outtask.agree.queries import document_of, signatures_of, version_of
from outtask.agree.states import Party
from outtask.agree.wording import criterion_line, leaving_of, level_line


def shown(version: AgreementVersion) -> dict[str, Any]:
    """A version as templates show it (see `agree/document.html`)."""
    document = document_of(version)
    signatures = signatures_of(version)
    return {
        "version": version,
        "document": document,
        "milestones": [
            (order, one, [criterion_line(criterion) for criterion in one.criteria])
            for order, one in enumerate(document.terms.milestones, start=1)
        ],
        "levels": [level_line(level) for level in document.terms.service_levels],
        "digest": [version.sha256[start : start + 8] for start in range(0, 64, 8)],
        "leaving": leaving_of(document),
        "lines": document.lines,
        "totals": totals_of(document.lines) if document.lines else None,
        "client_signature": signatures.get(Party.CLIENT),
        "provider_signature": signatures.get(Party.PROVIDER),
    }


def changes_in(agreement: Agreement, version: AgreementVersion) -> list[Any]:
    """What a version changed against the one before; nothing for the first."""
    if version.number == 1:
        return []
    before = version_of(agreement, version.number - 1)
    return changes_between(document_of(before), document_of(version))


def pdf(version: AgreementVersion) -> HttpResponse:
    """The statement of work as a file, named by its reference and version."""
    document = document_of(version)
    signed = {
        party: Signed(signature.name, signature.signed_at)
        for party, signature in signatures_of(version).items()
    }
    body = statement_of_work(
        document,
        version=version.number,
        sha256=version.sha256,
        made_at=version.made_at,
        signatures=signed,
    )
    response = HttpResponse(body, content_type="application/pdf")
    name = f"{document.reference}-v{version.number}.pdf"
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=False, filename=name) or ""
    )
    return response
