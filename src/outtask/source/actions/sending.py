"""Sending a brief: to some providers first, to more later, again to those who did not answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max

from outtask.journal.recording import Key, NotFound, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import refuse_if
from outtask.people.links import WORKS_FOR, Holder, make_link
from outtask.people.models import Provider
from outtask.people.roles import Right, may
from outtask.people.states import Purpose
from outtask.source import rules
from outtask.source.actions.parts import close_links
from outtask.source.models import Brief, Invitation
from outtask.source.queries import addressees, latest_invitations, today_of
from outtask.source.states import BRIEF

# How long a link still shows what was answered once the day for answers is over.
AFTERWARDS = timedelta(days=30)


@action
def send_brief(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    brief_id: UUID,
    version: int,
    provider_ids: Sequence[UUID],
    answer_by: date,
) -> Outcome:
    """Ask these providers for a proposal by the end of `answer_by`; each gets a link of their own.

    `version` is the brief the sender had before them. Gives `invitation_ids` in the order of `provider_ids`.
    """
    with recording("brief.sent", actor=actor, on=(Brief, brief_id), now=now, key=key) as entry:
        brief: Brief = entry.subject
        refuse_if(may(actor, Right.BRIEF))
        providers = _providers(actor, provider_ids)
        refuse_if(
            rules.why_not_stale(version, brief.version),
            *rules.why_not_send(
                brief.state,
                addressees(brief, providers),
                answer_by,
                brief.by_when,
                today_of(entry.organisation_id, now),
            ),
        )
        invitations = [_invite(entry, brief, provider, answer_by) for provider in providers]
        brief.state = BRIEF.after(brief.state, "send")
        brief.answer_by = _last_answer(brief)
        brief.save(update_fields=["state", "answer_by"])
        names = ", ".join(provider.name for provider in providers)
        entry.says(providers=entry.keep(names), answer_by=answer_by)
        entry.gives(invitation_ids=[str(invitation.pk) for invitation in invitations])
    return entry.outcome


def _providers(actor: Actor, provider_ids: Sequence[UUID]) -> list[Provider]:
    """The providers in the order asked for, each once. Raises NotFound for one the actor cannot see."""
    wanted = list(dict.fromkeys(provider_ids))
    found = {provider.pk: provider for provider in Provider.objects.visible_to(actor).filter(pk__in=wanted)}
    if len(found) != len(wanted):
        raise NotFound("provider")
    return [found[pk] for pk in wanted]


def _invite(entry: Recording, brief: Brief, provider: Provider, answer_by: date) -> Invitation:
    before = latest_invitations(brief).get(provider.pk)
    if before is not None:
        close_links(entry, [before])
    invitation: Invitation = Invitation.objects.create(
        organisation_id=entry.organisation_id,
        brief=brief,
        provider=provider,
        round=before.round + 1 if before else 1,
        sent_at=entry.now,
        answer_by=answer_by,
    )
    last_look = datetime.combine(answer_by, datetime.max.time(), entry.now.tzinfo) + AFTERWARDS
    make_link(
        Holder(provider.name, provider.email, provider=provider),
        Purpose.PROPOSE,
        organisation_id=entry.organisation_id,
        outtask_id=brief.outtask_id,
        subject_type="invitation",
        subject_id=invitation.pk,
        version=brief.version,
        now=entry.now,
        expires_at=max(entry.now + WORKS_FOR[Purpose.PROPOSE], last_look),
    )
    entry.also_says("invitation.sent", invitation, provider=entry.keep(provider.name), answer_by=answer_by)
    return invitation


def _last_answer(brief: Brief) -> date | None:
    """The last day on which an answer can still come."""
    still_asked = Invitation.objects.filter(brief=brief, state__in=rules.ASKED)
    last: date | None = still_asked.aggregate(last=Max("answer_by"))["last"]
    return last
