"""Writing a brief, changing it, closing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from outtask.decide.models import Process
from outtask.journal.recording import Key, NotFound, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.outtasks.actions import open_outtask, title_of
from outtask.outtasks.models import OutTask
from outtask.people.models import Organisation
from outtask.people.roles import Right, may
from outtask.source import rules
from outtask.source.actions.parts import end_invitations
from outtask.source.models import Brief, Invitation
from outtask.source.queries import today_of
from outtask.source.rules import Need
from outtask.source.states import BRIEF, BriefState


@action
def write_brief(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    need: Need,
    process_id: UUID | None = None,
) -> Outcome:
    """Begin an out-task with its brief, as a draft that nobody outside sees.

    Gives outtask_id, reference, tracking_code, brief_id. The member who writes it owns the out-task.
    """
    with recording("brief.written", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.BRIEF), _why_not_member(actor))
        refuse_if(*rules.why_not_need(need, today_of(entry.organisation_id, now)))
        assert actor.id is not None
        title = title_of(need.what)
        outtask = open_outtask(entry, title=title, owner_id=actor.id, process_id=_process(actor, process_id))
        brief = Brief.objects.create(
            organisation_id=entry.organisation_id,
            outtask=outtask,
            written_at=now,
            state=BriefState.DRAFT,
            **_columns(need, entry.organisation_id),
        )
        entry.says(title=entry.keep(title), by_when=need.by_when)
        entry.gives(brief_id=brief.pk)
    return entry.outcome


@action
def edit_brief(
    *, actor: Actor, now: datetime, key: Key = None, brief_id: UUID, version: int, need: Need
) -> Outcome:
    """Change a brief that has led to no choice yet. `version` is the one the writer had before them.

    Providers who were asked see the new version behind the link they have. A later day for answers counts for
    all of them; an earlier one is refused.
    """
    with recording("brief.edited", actor=actor, on=(Brief, brief_id), now=now, key=key) as entry:
        brief: Brief = entry.subject
        refuse_if(may(actor, Right.BRIEF))
        refuse_if(rules.why_not_edit(brief.state), rules.why_not_stale(version, brief.version))
        today = today_of(entry.organisation_id, now)
        if brief.state == BriefState.SENT:
            need = _with_day_kept(brief, need)
            refuse_if(rules.why_not_less_time(need.answer_by, brief.answer_by))
        refuse_if(*rules.why_not_need(need, today, asked_until=brief.answer_by))
        columns = _columns(need, entry.organisation_id)
        for name, value in columns.items():
            setattr(brief, name, value)
        brief.version += 1
        brief.save(update_fields=[*columns, "version"])
        OutTask.objects.filter(pk=brief.outtask_id).update(title=title_of(need.what))
        if brief.state == BriefState.SENT:
            asked = Invitation.objects.filter(
                brief=brief, state__in=rules.ASKED, answer_by__lt=need.answer_by
            )
            asked.update(answer_by=need.answer_by)
        entry.says(version=brief.version, by_when=need.by_when)
        entry.gives(version=brief.version)
    return entry.outcome


@action
def close_brief(*, actor: Actor, now: datetime, key: Key = None, brief_id: UUID, reason: str) -> Outcome:
    """Give the need up before a choice was made; everybody who was asked is told that nothing is needed."""
    with recording("brief.closed", actor=actor, on=(Brief, brief_id), now=now, key=key) as entry:
        brief: Brief = entry.subject
        refuse_if(may(actor, Right.BRIEF))
        refuse_if(
            rules.why_not_close(brief.state), rules.why_not_words(reason, "reason", "close_without_reason")
        )
        end_invitations(entry, brief)
        brief.state = BRIEF.after(brief.state, "close")
        brief.save(update_fields=["state"])
        entry.says(reason=entry.keep(reason.strip()))
    return entry.outcome


def _with_day_kept(brief: Brief, need: Need) -> Need:
    """Those who were asked have a day: leaving it out of an edit does not take it away."""
    return replace(need, answer_by=need.answer_by or brief.answer_by)


def _why_not_member(actor: Actor) -> Refusal | None:
    if actor.is_member:
        return None
    return Refusal("member_needed", N_("Only a member can own an out-task. Sign in and write it there."))


def _process(actor: Actor, process_id: UUID | None) -> UUID | None:
    """The process a brief grew out of, when the actor may see it."""
    if process_id is not None and not Process.objects.visible_to(actor).filter(pk=process_id).exists():
        raise NotFound("process")
    return process_id


def _columns(need: Need, organisation_id: UUID) -> dict[str, Any]:
    """What a brief keeps of a need; without a ceiling its currency is the organisation's."""
    currency = (
        need.budget.currency
        if need.budget is not None
        else Organisation.objects.get(pk=organisation_id).currency
    )
    return {
        "what": need.what.strip(),
        "by_when": need.by_when,
        "criteria": [criterion.as_json() for criterion in need.criteria],
        "budget_minor": need.budget.minor if need.budget is not None else None,
        "currency": currency,
        "skills": need.skills.strip(),
        "personal_data": need.personal_data,
        "answer_by": need.answer_by,
    }
