"""Writing a brief, changing it, closing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from outtask.journal.recording import Key, NotFound, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import known
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.outtasks.actions import open_outtask, title_of
from outtask.outtasks.models import OutTask
from outtask.people.models import Organisation
from outtask.people.roles import Right, may
from outtask.source import rules
from outtask.source.actions.parts import end_invitations
from outtask.source.models import Brief
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
    client_id: UUID | None = None,
) -> Outcome:
    """Begin an out-task with its brief, as a draft that nobody outside sees.

    Gives outtask_id, reference, tracking_code, brief_id. The member who writes it owns the out-task.
    """
    with recording("brief.written", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.BRIEF), _why_not_member(actor))
        refuse_if(*rules.why_not_need(need, today_of(entry.organisation_id, now)))
        assert actor.id is not None
        title = title_of(need.what)
        outtask = open_outtask(
            entry, title=title, owner_id=actor.id, process_id=_process(actor, process_id), client_id=client_id
        )
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

    Providers who were asked see the new version behind the link they have.
    """
    with recording("brief.edited", actor=actor, on=(Brief, brief_id), now=now, key=key) as entry:
        brief: Brief = entry.subject
        refuse_if(may(actor, Right.BRIEF))
        refuse_if(rules.why_not_edit(brief.state), rules.why_not_stale(version, brief.version))
        refuse_if(*rules.why_not_need(need, today_of(entry.organisation_id, now)))
        columns = _columns(need, entry.organisation_id)
        if brief.state == BriefState.SENT and need.answer_by is None:
            # Those who were asked have a day; taking it off the brief must not take it off the page.
            columns["answer_by"] = brief.answer_by
        for name, value in columns.items():
            setattr(brief, name, value)
        brief.version += 1
        brief.save(update_fields=[*columns, "version"])
        OutTask.objects.filter(pk=brief.outtask_id).update(title=title_of(need.what))
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


def _why_not_member(actor: Actor) -> Refusal | None:
    if actor.is_member:
        return None
    return Refusal("member_needed", N_("Only a member can own an out-task. Sign in and write it there."))


def _process(actor: Actor, process_id: UUID | None) -> UUID | None:
    """The process a brief grew out of, when the actor may see it."""
    related: Any = OutTask._meta.get_field("process").related_model
    if process_id is not None and not related.objects.visible_to(actor).filter(pk=process_id).exists():
        raise NotFound("process")
    return process_id


def _columns(need: Need, organisation_id: UUID) -> dict[str, Any]:
    """What a brief keeps of a need. Amounts are in the currency of the ceiling, or else the organisation's."""
    currency = (
        need.budget.currency if need.budget else Organisation.objects.get(pk=organisation_id).currency
    )
    if not known(currency):
        raise Refused(Refusal("currency_unknown", N_("Choose a currency we know."), "budget"))
    return {
        "what": need.what.strip(),
        "by_when": need.by_when,
        "criteria": [criterion.as_json() for criterion in need.criteria],
        "budget_minor": need.budget.minor if need.budget else None,
        "currency": currency,
        "skills": need.skills.strip(),
        "personal_data": need.personal_data,
        "answer_by": need.answer_by,
    }
