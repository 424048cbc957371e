"""The only writers of the watch room: holds, and what somebody made of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.people.roles import Right, may
from outtask.spend.models import PurchaseRequest
from outtask.watch import queries, rules
from outtask.watch.models import Hold
from outtask.watch.states import Detector

REQUEST, MILESTONE, INVOICE = "purchaserequest", "milestone", "invoice"
"""What is held, by the name of its model."""


def hold(
    entry: Recording,
    outtask_id: UUID,
    subject_type: str,
    subject_id: UUID,
    findings: Iterable[rules.Finding | None],
) -> list[Hold]:
    """Part: hold something for review; gives the holds that are new.

    What a detector held once it does not hold again: somebody has looked, or is about to.
    """
    found = [finding for finding in findings if finding is not None]
    if not found:
        return []
    known = Hold.objects.filter(subject_type=subject_type, subject_id=subject_id)
    before = set(known.values_list("detector", flat=True))
    by = {"by": str(entry.actor.person_id)} if entry.actor.person_id else {}
    made = []
    for finding in found:
        if finding.detector in before:
            continue
        row = Hold.objects.create(
            organisation_id=entry.organisation_id,
            outtask_id=outtask_id,
            detector=finding.detector,
            subject_type=subject_type,
            subject_id=subject_id,
            evidence={**finding.evidence, **by},
            held_at=entry.now,
        )
        entry.also_says("watch.held", row, hold=row.pk, detector=told(finding.detector))
        made.append(row)
    return made


def watch_request(
    entry: Recording, request: PurchaseRequest, terms: rules.Parameters = rules.DEFAULTS
) -> Refusal | None:
    """Part: look at a request just made; why it is held, so that the asker's limit commits nothing."""
    limit = queries.limit_over(request.requested_by, request.base_minor)
    if limit is None:
        return None
    asked = queries.asked_of(request, limit)
    findings = [rules.split(asked, queries.parts_of_one(request, terms), terms)]
    if rules.is_just_below(asked.amount, limit, terms):
        findings.append(rules.just_below(asked, queries.last_of_person(request, terms), terms))
    held = hold(entry, request.outtask_id, REQUEST, request.pk, findings)
    return next(iter(rules.why_not_held({row.detector for row in held})), None)


@action
def dispose_hold(
    *, actor: Actor, now: datetime, key: Key = None, hold_id: UUID, disposition: str, note: str
) -> Outcome:
    """Say what a look at a hold found: `sound` (the detector was wrong) or `fault`, and what was looked at.

    What was held goes on from here as anything else; what was a fault is sent back or rejected as always.
    """
    with recording("watch.disposed", actor=actor, on=(Hold, hold_id), now=now, key=key) as entry:
        held: Hold = entry.subject
        refuse_if(may(actor, Right.APPROVE))
        disposal = queries.disposals_of(actor, [held], disposition, note)[held.pk]
        refuse_if(*rules.why_not_dispose(disposal))
        held.disposition, held.note = disposition, note.strip()
        held.disposed_by_id, held.disposed_at = actor.id, now
        held.save(update_fields=["disposition", "note", "disposed_by", "disposed_at"])
        entry.says(
            hold=held.pk,
            detector=told(held.detector),
            disposition=disposition,
            note=entry.keep(held.note),
            exception=int(disposal.needs_exception),
        )
    return entry.outcome


def told(detector: str) -> str:
    """A detector's name as sentences tell it: `just below`."""
    return Detector(detector).value.replace("_", " ")
