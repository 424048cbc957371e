"""Parts of actions: writes inside a recording that was begun here or lower in the house."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from outtask.journal.recording import Recording
from outtask.kernel.refusal import refuse_if
from outtask.outtasks.models import OutTask
from outtask.people.links import revoke_links
from outtask.people.states import Purpose
from outtask.source.models import Award, Brief, Invitation, Proposal
from outtask.source.rules import ASKED
from outtask.source.states import BRIEF, INVITATION, PROPOSAL, BriefState, ProposalState


def end_invitations(entry: Recording, brief: Brief, keep: Invitation | None = None) -> int:
    """Withdraw every open invitation but `keep`, pass over its offer and close its link; how many there were.

    An invitation that was declined or has lapsed keeps its state, but its link closes too.
    """
    rows = Invitation.objects.filter(brief=brief).select_related("provider")
    others = rows.exclude(pk=keep.pk) if keep else rows
    ended = [invitation for invitation in others if invitation.state in ASKED]
    for invitation in ended:
        invitation.state = INVITATION.after(invitation.state, "withdraw")
        invitation.save(update_fields=["state"])
        entry.also_says("invitation.ended", invitation, provider=entry.keep(invitation.provider.name))
    offers = Proposal.objects.filter(outtask_id=brief.outtask_id, state=ProposalState.OFFERED)
    if keep:
        offers = offers.exclude(invitation=keep)
    offers.update(state=PROPOSAL.after(ProposalState.OFFERED, "pass_over"))
    close_links(entry, others)
    return len(ended)


def close_links(entry: Recording, invitations: Iterable[Invitation]) -> None:
    """Close the links by which these invitations are answered."""
    ids = [invitation.pk for invitation in invitations]
    revoke_links(entry.now, purpose=Purpose.PROPOSE, subject_type="invitation", subject_id__in=ids)


def end_sourcing(entry: Recording, brief: Brief) -> None:
    """For a composite that takes the work back: end the choice, what was still asked, and the brief.

    The award gets its end, the out-task has no provider any more, the brief is closed. Safe when the brief
    is closed already.
    """
    chosen = _end_award(entry, brief)
    end_invitations(entry, brief, keep=chosen)
    close_links(entry, Invitation.objects.filter(brief=brief))
    OutTask.objects.filter(pk=brief.outtask_id).update(provider=None)
    if brief.state != BriefState.CLOSED:
        brief.state = BRIEF.after(brief.state, "close")
        brief.save(update_fields=["state"])


def _end_award(entry: Recording, brief: Brief) -> Invitation | None:
    """End the choice and with it the invitation it came from; that invitation, None when nobody was chosen.

    Whoever was chosen is told that the work is taken back, not that nothing more is needed of them.
    """
    awards = Award.objects.filter(outtask_id=brief.outtask_id, ended_at__isnull=True)
    award: Award | None = awards.select_related("proposal__invitation", "proposal__provider").first()
    if award is None:
        return None
    award.ended_at = entry.now
    award.save(update_fields=["ended_at"])
    # An offer that was recorded for a provider answers no invitation.
    chosen: Invitation | None = award.proposal.invitation
    if chosen is not None and chosen.state in ASKED:
        chosen.state = INVITATION.after(chosen.state, "withdraw")
        chosen.save(update_fields=["state"])
    entry.also_says("award.ended", award, provider=entry.keep(award.proposal.provider.name))
    return chosen


def reopen_brief(entry: Recording, brief: Brief, *, handover_id: UUID | None = None) -> None:
    """For a composite that hands the work on: the brief is a draft again, with the handover pack beside it.

    Providers are asked afresh by `send_brief`. Refuses when the brief is not closed.
    """
    refuse_if(BRIEF.why_not(brief.state, "reopen"))
    brief.state = BRIEF.after(brief.state, "reopen")
    brief.answer_by = None
    brief.handover_id = handover_id
    brief.version += 1
    brief.save(update_fields=["state", "answer_by", "handover", "version"])
