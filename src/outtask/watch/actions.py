"""The only writers of the watch room: holds, what somebody made of them, and what detectors look for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.people.models import Organisation
from outtask.people.roles import Right, may
from outtask.spend.models import PurchaseRequest
from outtask.watch import queries, rules
from outtask.watch.models import Hold, Tuning
from outtask.watch.states import FOUND, Detector, Disposition
from outtask.watch.tuning_rules import Change, Terms, why_not_tune, written

REQUEST, MILESTONE, INVOICE = "purchaserequest", "milestone", "invoice"
"""What is held, by the name of its model."""

OF_REQUESTS = frozenset({Detector.SPLIT, Detector.JUST_BELOW})
"""The detectors that look at requests."""


def hold(
    entry: Recording,
    outtask_id: UUID,
    subject_type: str,
    subject_id: UUID,
    findings: Iterable[rules.Finding | None],
) -> list[Hold]:
    """Part: hold something for review; gives the holds that are new, or open again.

    What a detector held once it does not hold again: somebody has looked, or is about to. What was lifted
    before anybody looked is held again; of what is open the evidence is that of today.
    """
    found = [finding for finding in findings if finding is not None]
    if not found:
        return []
    rows = Hold.objects.filter(subject_type=subject_type, subject_id=subject_id)
    known = {row.detector: row for row in rows}
    by = {"by": str(entry.actor.person_id)} if entry.actor.person_id else {}
    made = []
    for finding in found:
        evidence = {**finding.evidence, **by}
        row = known.get(finding.detector)
        if row is None:
            row = Hold.objects.create(
                organisation_id=entry.organisation_id,
                outtask_id=outtask_id,
                detector=finding.detector,
                subject_type=subject_type,
                subject_id=subject_id,
                evidence=evidence,
                held_at=entry.now,
            )
        elif not _held_again(row, evidence, entry.now):
            continue
        entry.also_says("watch.held", row, hold=row.pk, detector=told(finding.detector))
        made.append(row)
    return made


def _held_again(row: Hold, evidence: dict[str, Any], now: datetime) -> bool:
    """Bring a hold that nobody looked at up to what the detector says today; whether it had been lifted."""
    if row.disposition in FOUND:
        return False
    lifted = row.disposition == Disposition.LIFTED
    row.evidence = evidence
    if lifted:
        row.held_at, row.disposition, row.disposed_at = now, "", None
    row.save(update_fields=["evidence", "held_at", "disposition", "disposed_at"])
    return lifted


def watch_request(entry: Recording, request: PurchaseRequest) -> Refusal | None:
    """Part: look at a request just made; why it is held, so that the asker's limit commits nothing."""
    held = hold(entry, request.outtask_id, REQUEST, request.pk, _findings(request, entry.now))
    return next(iter(rules.why_not_held({row.detector for row in held})), None)


def why_watched(request: PurchaseRequest, at: datetime) -> Refusal | None:
    """Why a request would be held if it were asked for now; what somebody has looked at is left out."""
    of_it = Hold.objects.filter(subject_type=REQUEST, subject_id=request.pk, disposition__in=FOUND)
    seen = set(of_it.values_list("detector", flat=True))
    found = {finding.detector for finding in _findings(request, at)} - seen
    return next(iter(rules.why_not_held(found)), None)


def watch_again(entry: Recording, request: PurchaseRequest) -> None:
    """Part: look at a request that was changed, as if it were asked for now.

    Held is what the detectors find in it as it stands; what they find no more is lifted, where nobody has
    looked yet. What somebody said of a hold stays.
    """
    found = _findings(request, entry.now)
    hold(entry, request.outtask_id, REQUEST, request.pk, found)
    still = {finding.detector for finding in found}
    for row in queries.open_on(entry.organisation_id, [request.pk]):
        if row.detector in OF_REQUESTS - still:
            row.disposition, row.disposed_at = Disposition.LIFTED, entry.now
            row.save(update_fields=["disposition", "disposed_at"])
            entry.also_says("watch.lifted", row, hold=row.pk, detector=told(row.detector))


def _findings(request: PurchaseRequest, at: datetime) -> list[rules.Finding]:
    """What the detectors of requests have to say of one that is asked for at this instant."""
    limit = queries.limit_over(request.requested_by, request.base_minor)
    if limit is None:
        return []
    terms = queries.terms_of(request.organisation_id)
    asked = replace(queries.asked_of(request, limit), at=at)
    found = [rules.split(asked, queries.parts_of_one(request, at, terms), terms)]
    if rules.is_just_below(asked.amount, limit, terms):
        found.append(rules.just_below(asked, queries.last_of_person(request, terms), terms))
    return [finding for finding in found if finding is not None]


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


@action
def tune_watch(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    terms: Terms,
    version: int,
    reason: str,
    proven: bool = False,
) -> Outcome:
    """Tune the detectors of the organisation, all of them at once; what is held already stays held.

    version: how often they had been tuned when whoever tunes them looked. proven: whether a second factor was
    shown just before, which looking for less needs where the organisation asks for one. Gives `id`.
    """
    with recording("watch.tuned", actor=actor, now=now, key=key) as entry:
        before = queries.tuned(entry.organisation_id)
        guarded = Organisation.objects.get(pk=entry.organisation_id).second_factor_from_minor is not None
        change = Change(terms, before.terms, reason, version, before.version, guarded, proven)
        refuse_if(may(actor, Right.MANAGE_ORGANISATION), *why_not_tune(change))
        made = Tuning.objects.create(
            id=new_id(after=before.row.pk if before.row is not None else None),
            organisation_id=entry.organisation_id,
            **terms.days,
            **terms.percents,
            reason=reason.strip(),
            set_by_id=actor.id,
            set_at=now,
        )
        entry.says(
            tuning=made.pk,
            **_values(terms),
            **{f"{name}_before": value for name, value in _values(before.terms).items()},
            reason=entry.keep(made.reason),
        )
        entry.gives(id=made.pk)
    return entry.outcome


def _values(terms: Terms) -> dict[str, int | str]:
    """As the journal says them: days as counts, percentages as they are written."""
    return terms.days | {name: written(value) for name, value in terms.percents.items()}


def told(detector: str) -> str:
    """A detector's name as sentences tell it: `just below`."""
    return Detector(detector).value.replace("_", " ")
