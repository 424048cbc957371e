"""Shapes that several nouns share: conditions, reasons."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from outtask.api.schemas import Given, Shown, upto
from outtask.files.checks.criteria import CheckKind
from outtask.source.criteria import from_json
from outtask.source.rules import LONGEST_TEXT


class CriterionShown(Shown):
    """What must be true for the work to be accepted, and how it is checked."""

    text: str
    kind: CheckKind
    params: dict[str, Any]


class CriterionGiven(Given):
    """What must be true for the work to be accepted. `params` as the check of this kind reads them."""

    text: Annotated[str, upto(500, 1)]
    kind: CheckKind = CheckKind.BY_HAND
    params: dict[str, Any] = Field(default_factory=dict)


def criteria_of(given: list[CriterionGiven]) -> Any:
    """Conditions, each checked as on the pages."""
    return from_json([{"text": one.text, "kind": one.kind, "params": one.params} for one in given])


class Reason(Given):
    """Why."""

    reason: Annotated[str, upto(LONGEST_TEXT)]
