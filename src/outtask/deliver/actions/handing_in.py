"""Handing in: the provider's guest by link, or a member who records what came by another way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from outtask.agree.states import AgreementState
from outtask.deliver import queries, rules
from outtask.deliver.models import Check, Milestone, Submission, SubmittedFile
from outtask.deliver.states import MILESTONE, MilestoneState
from outtask.files.actions import keep_upload
from outtask.files.storage import Stored
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.people.roles import Right, may

type Upload = tuple[str, Stored]
"""A file's name, and its bytes that are in their place already."""


@action
def hand_in(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    milestone_id: UUID,
    files: Sequence[Upload] = (),
    links: Sequence[str] = (),
    note: str = "",
) -> Outcome:
    """Hand a milestone in, or hand it in again after changes were requested; gives `submission` and `number`.

    The bytes of `files` were stored before (`files.storage.store`). The checks are run a moment later.
    """
    with recording(
        "milestone.handed_in", actor=actor, on=(Milestone, milestone_id), now=now, key=key
    ) as entry:
        milestone: Milestone = entry.subject
        given = rules.HandIn(
            state=milestone.state,
            in_force=milestone.agreement.state == AgreementState.IN_FORCE,
            files=len(files),
            links=links,
            note=note,
        )
        refuse_if(_may_hand_in(actor))
        refuse_if(rules.why_not_hand_in(given))
        submission = _submit(entry, milestone, given)
        _add_files(entry, submission, files)
        _add_checks(submission)
        milestone.state = MILESTONE.after(MilestoneState(milestone.state), "hand_in")
        milestone.save(update_fields=["state"])
        entry.says(
            order=milestone.order,
            number=submission.number,
            submission=submission.pk,
            files=len(files),
            links=len(links),
            evidence=rules.evidence([stored.sha256 for _, stored in files], links, note),
            due=submission.due_on,
        )
        entry.gives(submission=submission.pk, number=submission.number)
    return entry.outcome


def _may_hand_in(actor: Actor) -> Refusal | None:
    # Members have no right of their own to hand in. Whoever may verify may instead record what the provider
    # brought, and then counts as one who delivered it.
    return may(actor, Right.VERIFY if actor.is_member else Right.HAND_IN)


def _submit(entry: Recording, milestone: Milestone, given: rules.HandIn) -> Submission:
    latest = queries.latest_submission(milestone)
    made: Submission = Submission.objects.create(
        organisation_id=entry.organisation_id,
        milestone=milestone,
        number=latest.number + 1 if latest else 1,
        note=given.note.strip(),
        links=list(given.links),
        due_on=milestone.due_on,
        handed_in_by_id=entry.actor.id if entry.actor.is_guest else None,
        recorded_by_id=entry.actor.id if entry.actor.is_member else None,
        handed_in_at=entry.now,
    )
    return made


def _add_files(entry: Recording, submission: Submission, files: Sequence[Upload]) -> None:
    milestone = submission.milestone
    provider_id = milestone.agreement.provider_id
    for order, (name, stored) in enumerate(files, start=1):
        kept = keep_upload(entry, stored, name, milestone.outtask_id, provider_id, shared=True)
        SubmittedFile.objects.create(
            organisation_id=entry.organisation_id, submission=submission, file=kept, order=order
        )


def _add_checks(submission: Submission) -> None:
    Check.objects.bulk_create(
        Check(
            organisation_id=submission.organisation_id,
            submission=submission,
            order=order,
            text=criterion["text"],
            kind=criterion["kind"],
            params=criterion["params"],
        )
        for order, criterion in enumerate(submission.milestone.criteria, start=1)
    )
