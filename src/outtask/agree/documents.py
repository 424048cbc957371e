"""The statement of work, or order, as a typed value, and the canonical bytes that its parties sign.

`body_of` gives the bytes (JSON in the canonical form of RFC 8785); their SHA-256 is what a signature names.
`read` takes such bytes and gives the document back, refusing anything that does not give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from outtask.agree.orders import Line
from outtask.kernel.canonical import canonical, sha256_hex
from outtask.kernel.money import Money
from outtask.source.criteria import CheckKind, Criterion
from outtask.source.rules import Need, Offer, Stage

FORMAT = 1


class Metric(StrEnum):
    """What a service level can promise: figures that the journal can tell."""

    ON_TIME = "on_time"  # percent of milestones handed in by their day
    FIRST_TIME = "first_time_acceptance"  # percent accepted at the first try
    RESPONSE_HOURS = "response_hours"  # hours until a question is answered


@dataclass(frozen=True, slots=True)
class MilestoneTerms:
    """A dated part of the work, its price, and what must be true for it to be accepted."""

    title: str
    due: date
    amount: Money
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceLevelTerms:
    """A measured promise: at least so many percent for shares, at most so many hours for times."""

    metric: Metric
    target: Decimal

    @property
    def comparator(self) -> str:
        return "<=" if self.metric is Metric.RESPONSE_HOURS else ">="


@dataclass(frozen=True, slots=True)
class ExitTerms:
    """The way back: days of help after the end, days until everything is returned, what it costs."""

    transition_days: int
    retrieval_days: int
    fee: Money
    text: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is negotiated. The rest of the document follows from the out-task and its two parties."""

    scope: str
    milestones: tuple[MilestoneTerms, ...]
    exit: ExitTerms
    service_levels: tuple[ServiceLevelTerms, ...] = ()
    notice_days: int = 14
    payment_days: int = 14

    @property
    def total(self) -> Money:
        """What all milestones cost together; ValueError when there is none."""
        if not self.milestones:
            raise ValueError("a statement of work has one milestone at least")
        currency = self.milestones[0].amount.currency
        return Money.total((milestone.amount for milestone in self.milestones), currency)


@dataclass(frozen=True, slots=True)
class Document:
    """A statement of work or an order, whole: what is shown, printed and signed.

    lines: of an order, one for each milestone; a statement of work has none. An order may be placed before it
    is known with whom: then provider and kind are empty.
    """

    reference: str
    title: str
    client: str
    provider: str
    provider_kind: str
    terms: Terms
    language: str = "en-gb"
    lines: tuple[Line, ...] = ()


class DocumentError(ValueError):
    """Bytes that are not a statement of work of a format we know."""


def usual_terms(need: Need, offer: Offer) -> Terms:
    """Where a draft begins: the brief as scope, the offer's milestones, a way back without a fee.

    The conditions of the brief describe the finished work, so they stand on the last milestone; whoever
    drafts can put them on others.
    """
    last = len(offer.milestones) - 1
    return Terms(
        scope=need.what,
        milestones=tuple(
            _usual_milestone(stage, need.criteria if order == last else ())
            for order, stage in enumerate(offer.milestones)
        ),
        exit=ExitTerms(transition_days=14, retrieval_days=30, fee=Money.zero(offer.price.currency)),
    )


def _usual_milestone(stage: Stage, criteria: tuple[Criterion, ...]) -> MilestoneTerms:
    return MilestoneTerms(stage.title, stage.due, stage.amount, criteria)


def order_terms(title: str, lines: Sequence[Line], due: date) -> Terms:
    """What an order says in the terms of an agreement: each line is delivered and paid like a milestone.

    There is nothing to hand back, so nobody helps after the end and leaving costs nothing.
    """
    currency = lines[0].price.currency
    return Terms(
        scope=title,
        milestones=tuple(MilestoneTerms(line.what.strip(), due, line.gross) for line in lines),
        exit=ExitTerms(transition_days=0, retrieval_days=30, fee=Money.zero(currency)),
        notice_days=0,
    )


# ---- to bytes ----


def body_of(document: Document) -> bytes:
    """The bytes that are kept and signed; equal documents give equal bytes."""
    return canonical(as_json(document))


def digest_of(body: bytes) -> str:
    """SHA-256 of a version's bytes, as signatures name it."""
    return sha256_hex(body)


def as_json(document: Document) -> dict[str, Any]:
    """The document in JSON's own types, in the shape that other rooms and programs read."""
    terms = document.terms
    return {
        "format": FORMAT,
        "reference": document.reference,
        "title": document.title,
        "scope": terms.scope,
        "parties": {
            "client": {"name": document.client},
            "provider": {"name": document.provider, "kind": document.provider_kind},
        },
        "milestones": [
            {
                "order": order,
                "title": milestone.title,
                "due": milestone.due.isoformat(),
                "amount": _money(milestone.amount),
                "criteria": [one.as_json() for one in milestone.criteria],
            }
            for order, milestone in enumerate(terms.milestones, start=1)
        ],
        "total": _money(terms.total),
        "service_levels": [
            {"metric": level.metric.value, "comparator": level.comparator, "target": f"{level.target:f}"}
            for level in terms.service_levels
        ],
        "notice_days": terms.notice_days,
        "exit": {
            "transition_days": terms.exit.transition_days,
            "retrieval_days": terms.exit.retrieval_days,
            "fee": _money(terms.exit.fee),
            "text": terms.exit.text,
        },
        "payment_days": terms.payment_days,
        "language": document.language,
    } | _ordered(document.lines)


def _ordered(lines: tuple[Line, ...]) -> dict[str, Any]:
    """What an order says besides; the bytes of a statement of work are as they always were."""
    if not lines:
        return {}
    return {
        "lines": [
            {
                "order": order,
                "what": line.what,
                "quantity": line.quantity,
                "unit": line.unit,
                "price": _money(line.price),
                "tax_percent": f"{line.tax_percent.normalize():f}",
                "net": _money(line.net),
                "tax": _money(line.tax),
                "gross": _money(line.gross),
                "item": str(line.item_id) if line.item_id else None,
            }
            for order, line in enumerate(lines, start=1)
        ]
    }


def _money(amount: Money) -> dict[str, Any]:
    return {"minor": amount.minor, "currency": amount.currency}


# ---- from bytes ----


def read(body: bytes) -> Document:
    """The document in these bytes. Raises DocumentError when they are not exactly what `body_of` writes."""
    try:
        given = json.loads(body)
        if given["format"] != FORMAT:
            raise DocumentError(f"format {given['format']!r} is not known here")
        document = _document(given)
        again = body_of(document)
    except DocumentError:
        raise
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as trouble:
        raise DocumentError(f"not a statement of work: {trouble}") from trouble
    if again != body:
        raise DocumentError("says more, or otherwise, than a statement of work of this format")
    return document


def _document(given: Mapping[str, Any]) -> Document:
    parties = given["parties"]
    leaving = given["exit"]
    return Document(
        reference=given["reference"],
        title=given["title"],
        client=parties["client"]["name"],
        provider=parties["provider"]["name"],
        provider_kind=parties["provider"]["kind"],
        terms=Terms(
            scope=given["scope"],
            milestones=tuple(_milestone(row) for row in given["milestones"]),
            exit=ExitTerms(
                leaving["transition_days"],
                leaving["retrieval_days"],
                _amount(leaving["fee"]),
                leaving["text"],
            ),
            service_levels=tuple(
                ServiceLevelTerms(Metric(row["metric"]), Decimal(row["target"]))
                for row in given["service_levels"]
            ),
            notice_days=given["notice_days"],
            payment_days=given["payment_days"],
        ),
        language=given["language"],
        lines=tuple(_line(row) for row in given.get("lines", ())),
    )


def _line(row: Mapping[str, Any]) -> Line:
    item = UUID(row["item"]) if row["item"] else None
    tax = Decimal(row["tax_percent"])
    return Line(row["what"], row["quantity"], row["unit"], _amount(row["price"]), tax, item)


def _milestone(row: Mapping[str, Any]) -> MilestoneTerms:
    return MilestoneTerms(
        row["title"],
        date.fromisoformat(row["due"]),
        _amount(row["amount"]),
        tuple(Criterion(one["text"], CheckKind(one["kind"]), one["params"]) for one in row["criteria"]),
    )


def _amount(row: Mapping[str, Any]) -> Money:
    return Money(row["minor"], row["currency"])
