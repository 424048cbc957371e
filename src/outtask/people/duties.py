"""Separation of duties: of request, approve, accept and pay, one person holds at most one per out-task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_


class Duty(StrEnum):
    REQUEST = "request"
    APPROVE = "approve"
    ACCEPT = "accept"
    PAY = "pay"


_HELD = {
    Duty.REQUEST: N_("asked for the money"),
    Duty.APPROVE: N_("approved the spending"),
    Duty.ACCEPT: N_("accepted the work"),
    Duty.PAY: N_("handled the payment"),
}


@dataclass(frozen=True)
class Duties:
    """Who has held which duty on one out-task, by person; owners of programs count as themselves."""

    held: Mapping[Duty, frozenset[UUID]]
    delivered: frozenset[UUID] = frozenset()
    exception: bool = False


def why_not_duty(person: UUID | None, duty: Duty, duties: Duties) -> Refusal | None:
    """A refusal when the person holds another duty here already; a declared exception lets it pass."""
    if person is None:
        return Refusal("no_person", N_("Only a person can do this."))
    if duty is Duty.ACCEPT and person in duties.delivered:
        return Refusal(
            "delivered_it",
            N_("You delivered this work, so somebody else verifies it. Ask another member to check it."),
        )
    if duties.exception:
        return None
    for other, people in duties.held.items():
        if other is not duty and person in people:
            return Refusal(
                "separate_duties",
                N_(
                    "You %(held)s here, so somebody else does this part. Ask another member; if you are the"
                    " only one, an exception can be declared under Settings."
                ),
                facts={"held": _HELD[other]},
            )
    return None


def used_exception(person: UUID | None, duty: Duty, duties: Duties) -> bool:
    """Whether only the declared exception lets this person act; such an act is marked in the journal."""
    without = Duties(duties.held, duties.delivered, exception=False)
    return duties.exception and why_not_duty(person, duty, without) is not None
