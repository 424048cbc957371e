"""A statement of work to play with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from outtask.agree.documents import (
    Document,
    ExitTerms,
    Metric,
    MilestoneTerms,
    ServiceLevelTerms,
    Terms,
)
from outtask.kernel.money import Money
from outtask.source.criteria import criterion


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


def terms(
    scope: str = "Photograph 60 first editions.", title: str = "First half", leaving: str = "", **more: Any
) -> Terms:
    usual = {
        "scope": scope,
        "milestones": (
            MilestoneTerms(title, date(2026, 12, 4), pounds(20_600)),
            MilestoneTerms(
                "Second half",
                date(2026, 12, 11),
                pounds(20_600),
                (
                    criterion("180 images are there", "file_present", {"least": 180}),
                    criterion("White", "by_hand", {}),
                ),
            ),
        ),
        "exit": ExitTerms(14, 30, pounds(0), leaving),
        "service_levels": (
            ServiceLevelTerms(Metric.ON_TIME, Decimal("95")),
            ServiceLevelTerms(Metric.RESPONSE_HOURS, Decimal("8.5")),
        ),
    }
    return Terms(**usual | more)


def document(given: Terms | None = None, **more: Any) -> Document:
    usual = {
        "reference": "OT-26-000001-F",
        "title": "Photograph 60 first editions",
        "client": "Harbour Row Books",
        "provider": "Marek Solan",
        "provider_kind": "person",
        "terms": given or terms(),
    }
    return Document(**usual | more)
