"""The statement of work as a PDF: for the same version and signatures the same bytes, on any machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from outtask.agree.documents import Document, MilestoneTerms
from outtask.agree.orders import Line, totals_of
from outtask.agree.states import Party
from outtask.agree.wording import criterion_line, full_day, leaving_of, level_line
from outtask.ui import formats
from outtask.ui.paper import pdf_of

TEMPLATE = Path(__file__).parent / "templates" / "agree" / "statement_of_work.typ"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as it is printed: who, when (in UTC)."""

    name: str
    at: datetime


def statement_of_work(
    document: Document,
    *,
    version: int,
    sha256: str,
    made_at: datetime,
    signatures: Mapping[Party, Signed],
) -> bytes:
    """The PDF of one version. It states version, SHA-256 and who has signed.

    Conforms to PDF/UA-1 as far as the signs in it have a shape (see `ui.paper`).
    """
    # In the language of the document, whoever asks for it: the same version gives the same bytes.
    with translation.override(document.language):
        told = _paper(document, version, sha256, signatures)
    return pdf_of(TEMPLATE, told, made_at)


def _paper(
    document: Document, version: int, sha256: str, signatures: Mapping[Party, Signed]
) -> dict[str, Any]:
    """Everything the page says, as text in the order it is said."""
    terms = document.terms
    language, _sep, region = document.language.partition("-")
    return {
        "words": {
            "parties": _("Parties"),
            "scope": _("What is to be done"),
            "milestones": _("Milestones"),
            "total": _("Total"),
            "levels": _("Service levels"),
            "leaving": _("Payment") if document.lines else _("The way back, notice and payment"),
            "lines": _("Lines"),
            "signatures": _("Signatures"),
            "proof": _(
                "Each signature is for the exact bytes of this version, which its SHA-256 at the foot names."
                " The record of it is sealed in the journal of the client."
            ),
        },
        "lang": language,
        "region": region.upper() or None,
        "title": document.title,
        "subtitle": _subtitle(document) % {"reference": document.reference, "version": version},
        "client": document.client,
        "reference": document.reference,
        "version_line": _("version %(version)s") % {"version": version},
        "sha256": sha256,
        "parties": [[_("Client"), document.client], [_("Provider"), document.provider or _("named later")]],
        "scope": _lines(terms.scope),
        "milestone_head": [_("No."), _("Milestone"), _("Due"), _("Price")],
        "milestones": [_milestone(order, one) for order, one in enumerate(terms.milestones, start=1)],
        "total": formats.money(terms.total),
        "line_head": [_("No."), _("What"), _("Quantity"), _("Price of one"), _("Tax"), _("With tax")],
        "lines": [_line(order, one) for order, one in enumerate(document.lines, start=1)],
        "sums": _sums(document),
        "levels": [level_line(level) for level in terms.service_levels],
        "leaving": [list(row) for row in leaving_of(document)],
        "leaving_text": _lines(terms.exit.text),
        "signatures": [_signature(party, signatures.get(party), bool(document.lines)) for party in Party],
    }


def _subtitle(document: Document) -> str:
    if document.lines:
        return _("Order %(reference)s, version %(version)s")
    return _("Statement of work %(reference)s, version %(version)s")


def _line(order: int, line: Line) -> list[str]:
    return [
        str(order),
        line.what,
        f"{line.quantity} {line.unit}".strip(),
        formats.money(line.price),
        formats.money(line.tax),
        formats.money(line.gross),
    ]


def _sums(document: Document) -> list[list[str]]:
    """The totals of an order and the day it is needed, as pairs."""
    if not document.lines:
        return []
    totals = totals_of(document.lines)
    return [
        [_("Without tax"), formats.money(totals.net)],
        [_("Tax"), formats.money(totals.tax)],
        [_("Total"), formats.money(totals.gross)],
        [_("Needed by"), full_day(document.terms.milestones[0].due)],
    ]


def _milestone(order: int, milestone: MilestoneTerms) -> dict[str, Any]:
    return {
        "order": str(order),
        "title": milestone.title,
        "due": full_day(milestone.due),
        "amount": formats.money(milestone.amount),
        "conditions": _("Milestone %(order)s is accepted when") % {"order": order},
        "criteria": [criterion_line(criterion) for criterion in milestone.criteria],
    }


def _signature(party: Party, signed: Signed | None, is_order: bool) -> list[str]:
    side = {Party.CLIENT: _("For the client"), Party.PROVIDER: _("For the provider")}[party]
    if signed is None:
        return [side, _("not confirmed; the order holds all the same") if is_order else _("not signed yet")]
    at = signed.at.strftime("%Y-%m-%d %H:%M UTC")
    return [side, f"{signed.name}, {at}"]


def _lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
