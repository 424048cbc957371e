"""The answers about one process, as the seven steps read them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from outtask.decide.states import Performance


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about one process. None means: nobody has answered yet, and never means no.

    Each field is the answer to the question with the same id (`questions.QUESTIONS`), where its meaning and
    its scale are. Scales run from 1 to 5. `saving_minor` is a year's saving in minor units of the
    organisation's currency after every cost of the transaction; see `sourcing_models.saving`.
    The last three are counted from the process's own service levels where those exist.
    """

    owner: str | None = None
    output: str | None = None
    times_per_year: Decimal | None = None
    hours_each: Decimal | None = None
    used: bool | None = None
    duplicate: bool | None = None

    candidate: bool | None = None

    strategic: int | None = None
    performance: Performance | None = None
    saving_minor: int | None = None
    significance: int | None = None

    authority: bool | None = None
    politics: int | None = None
    compliance: bool | None = None
    contact: int | None = None

    contract_forbids: bool | None = None
    in_progress: bool | None = None
    roadmap_open: bool | None = None
    jeopardy: int | None = None
    technical_knowledge: int | None = None
    business_knowledge: int | None = None

    benefit: int | None = None
    consequence: int | None = None
    risk: int | None = None
    difficulty: int | None = None
    importance: int | None = None
    domain_knowledge: int | None = None

    service_levels: int | None = None
    measured_levels: int | None = None
    baselined_levels: int | None = None
