"""Exit readiness in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from outtask.takeback.readiness import IN_PACK, LACKS, NAMES, Readiness, Value

GOOD, FAIR = 80, 40  # percent from which a part is in order, and below which it needs an act


@dataclass(frozen=True)
class Row:
    """One part as it stands on a page."""

    name: str
    percent: int
    weight: int
    tone: str
    reason: str


@dataclass(frozen=True)
class Shown:
    """Readiness as a page shows it: percents, tones, words."""

    percent: int
    tone: str
    capped: bool
    weakest: Row
    rows: list[Row]


def told(found: Readiness) -> Shown:
    """The number with its reasons, the weakest part named."""
    rows = {value.part: _row(value) for value in found.values}
    percent = int(found.score * 100)
    return Shown(percent, tone_of(percent), found.capped, rows[found.weakest.part], list(rows.values()))


def tone_of(percent: int) -> str:
    return "ok" if percent >= GOOD else "warn" if percent >= FAIR else "bad"


def _row(value: Value) -> Row:
    percent = int(value.value * 100)
    facts = {name: _said(one) for name, one in value.facts.items()}
    reason = gettext(value.reason)
    return Row(
        name=gettext(NAMES[value.part]),
        percent=percent,
        weight=int(value.weight * 100),
        tone=tone_of(percent),
        reason=reason % facts if facts else reason,
    )


def _said(fact: object) -> object:
    """A list of codes as words; anything else as it is."""
    if isinstance(fact, list):
        words = IN_PACK | LACKS
        return ", ".join(gettext(words[str(code)]) for code in fact)
    return fact
