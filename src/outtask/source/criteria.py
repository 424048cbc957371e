"""What must be true for the work to be accepted: a sentence, and a check that the system or a person makes.

The kinds of check belong to the deliver room; a brief and a statement of work only carry them, as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from outtask.files.checks.criteria import CheckKind, parse_params, sentence
from outtask.files.checks.result import Sentence
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

__all__ = ["CheckKind", "Criterion", "checked_by", "criterion", "from_json"]

MOST_CRITERIA = 30
LONGEST_CRITERION = 500


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition. `params` is what `parse_params` of its kind reads; empty for what a person looks at."""

    text: str
    kind: CheckKind = CheckKind.BY_HAND
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "kind": self.kind.value, "params": dict(self.params)}


def criterion(text: str, kind: str, params: Mapping[str, object], field: str = "criteria") -> Criterion:
    """A criterion as somebody gave it, with its parameters checked and complete.

    What a person checks needs no more than its sentence, which is then the instruction.
    Raises `Refused` naming `field`.
    """
    words = " ".join(text.split())
    if not words:
        raise Refused(Refusal("criterion_empty", N_("Say in a sentence what must be true."), field))
    if len(words) > LONGEST_CRITERION:
        reason = N_("This condition has more than %(most)s characters. Split it in two.")
        raise Refused(Refusal("criterion_long", reason, field, {"most": LONGEST_CRITERION}))
    if not words.isprintable():
        raise Refused(
            Refusal("hidden_character", N_("There is a hidden character in this condition."), field)
        )
    if kind not in set(CheckKind):
        raise Refused(Refusal("check_unknown", N_("Choose how this condition is checked."), field))
    chosen = CheckKind(kind)
    given = {"instruction": words} if chosen is CheckKind.BY_HAND and not params else params
    try:
        complete = asdict(parse_params(chosen, given))
    except Refused as refused:
        told = refused.refusal
        reason = N_("“%(criterion)s”: %(reason)s")
        facts = {"criterion": words, "reason": str(told)}
        raise Refused(Refusal(told.code, reason, field, facts)) from None
    return Criterion(words, chosen, _plain(complete))


def from_json(rows: Sequence[Mapping[str, Any]], field: str = "criteria") -> tuple[Criterion, ...]:
    """Criteria from what a brief or agreement keeps; each is checked again. Raises `Refused`."""
    if len(rows) > MOST_CRITERIA:
        reason = N_("There can be %(most)s conditions at most. Join some, or split the work.")
        raise Refused(Refusal("criteria_many", reason, field, {"most": MOST_CRITERIA}))
    return tuple(
        criterion(str(row.get("text", "")), str(row.get("kind", "")), row.get("params") or {}, field)
        for row in rows
    )


def checked_by(criterion: Criterion) -> Sentence | None:
    """What the system will check, in words; None for what a person looks at."""
    if criterion.kind is CheckKind.BY_HAND:
        return None
    return sentence(criterion.kind, parse_params(criterion.kind, criterion.params))


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters in JSON's own types, without those left open."""
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in params.items()}
    return {name: value for name, value in listed.items() if value is not None}
