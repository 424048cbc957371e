"""Choosing one proposal, with reasons."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.outtasks.models import OutTask
from outtask.people.roles import Right, may
from outtask.people.states import Relation
from outtask.source import rules
from outtask.source.actions.parts import end_invitations
from outtask.source.models import Award, Brief, Proposal
from outtask.source.queries import choice_of, live_award
from outtask.source.states import BRIEF, PROPOSAL


@action
def award_proposal(
    *, actor: Actor, now: datetime, key: Key = None, proposal_id: UUID, reasons: str
) -> Outcome:
    """Choose this proposal. The others are passed over, their links close, the out-task gets its provider.

    Of two people who choose at the same moment the second is refused and told who was chosen. Gives award_id.
    """
    kind = "proposal.awarded"
    with recording(kind, actor=actor, on=(Proposal, proposal_id), now=now, key=key) as entry:
        proposal: Proposal = entry.subject
        refuse_if(may(actor, Right.AWARD))
        brief = Brief.objects.get(outtask_id=proposal.outtask_id)
        before = live_award(proposal.outtask_id)
        blocked = proposal.provider.relation == Relation.BLOCKED
        chosen = before.proposal.provider.name if before else ""
        refuse_if(rules.why_not_choose(brief.state, proposal.state, blocked, chosen))
        refuse_if(rules.why_not_words(reasons, "reasons", "award_without_reasons"))
        proposal.state = PROPOSAL.after(proposal.state, "choose")
        proposal.save(update_fields=["state"])
        brief.state = BRIEF.after(brief.state, "award")
        brief.save(update_fields=["state"])
        passed_over = end_invitations(entry, brief, keep=proposal.invitation)
        award = Award.objects.create(
            organisation_id=entry.organisation_id,
            outtask_id=proposal.outtask_id,
            proposal=proposal,
            reasons=reasons.strip(),
            choice=choice_of(proposal),
            awarded_by_id=actor.id,
            awarded_at=now,
        )
        price = Money(proposal.price_minor, proposal.currency)
        outtask = OutTask.objects.filter(pk=proposal.outtask_id)
        outtask.update(provider_id=proposal.provider_id, amount_minor=price.minor, currency=price.currency)
        entry.says(
            provider=entry.keep(proposal.provider.name),
            price=price,
            reasons=entry.keep(award.reasons),
            proposal=proposal.pk,
            passed_over=passed_over,
        )
        entry.also_says("provider.chosen", award)
        entry.gives(award_id=award.pk, outtask_id=proposal.outtask_id)
    return entry.outcome
