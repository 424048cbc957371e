"""Drafting a statement of work, and changing it while that is free."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.agree import rules
from outtask.agree.actions.parts import amount_of, new_version, write_version
from outtask.agree.documents import Document, Terms
from outtask.agree.models import Agreement
from outtask.agree.queries import (
    has_live_request,
    is_agreed,
    latest_agreement_id,
    parties_of,
    terms_from,
)
from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import refuse_if
from outtask.outtasks.models import OutTask
from outtask.people.roles import Right, may
from outtask.source.queries import live_award, today_of
from outtask.source.rules import why_not_stale


@action
def draft_agreement(
    *, actor: Actor, now: datetime, key: Key = None, outtask_id: UUID, terms: Terms | None = None
) -> Outcome:
    """Draft the statement of work for the proposal that was chosen.

    Without `terms` it is made from the brief and the proposal. Gives agreement_id, version and sha256.
    """
    kind = "agreement.drafted"
    with recording(kind, actor=actor, on=(OutTask, outtask_id), now=now, key=key) as entry:
        outtask: OutTask = entry.subject
        refuse_if(may(actor, Right.AGREE))
        award = live_award(outtask.pk)
        refuse_if(rules.why_not_draft(award is not None, is_agreed(outtask.pk, award)))
        assert award is not None
        agreed = terms or terms_from(award)
        refuse_if(*rules.why_not_terms(agreed, today_of(entry.organisation_id, now)))
        client, provider, provider_kind = parties_of(award)
        document = Document(outtask.reference, outtask.title, client, provider, provider_kind, agreed)
        agreement = Agreement.objects.create(
            id=new_id(latest_agreement_id(outtask.pk)),
            organisation_id=entry.organisation_id,
            outtask=outtask,
            provider_id=award.proposal.provider_id,
            award=award,
            amount_minor=agreed.total.minor,
            currency=agreed.total.currency,
            made_at=now,
        )
        version = write_version(entry, agreement, 1, document, "")
        entry.says(version=1, amount=agreed.total, sha256=version.sha256)
        entry.gives(agreement_id=agreement.pk, version=1, sha256=version.sha256)
    return entry.outcome


@action
def revise_agreement(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    agreement_id: UUID,
    version: int,
    terms: Terms,
    change_note: str,
) -> Outcome:
    """Make a new version; possible until money is asked for. `version` is the one the writer had open.

    Both sign the new version afresh. Gives version and sha256.
    """
    kind = "agreement.revised"
    with recording(kind, actor=actor, on=(Agreement, agreement_id), now=now, key=key) as entry:
        agreement: Agreement = entry.subject
        refuse_if(may(actor, Right.AGREE))
        refuse_if(rules.why_not_statement(agreement.form))
        refuse_if(
            rules.why_not_revise(agreement.state, has_live_request(agreement)),
            why_not_stale(version, agreement.version),
        )
        made = new_version(entry, agreement, terms, change_note)
        entry.says(
            version=made.number,
            amount=amount_of(agreement),
            sha256=made.sha256,
            note=entry.keep(made.change_note),
        )
        entry.gives(version=made.number, sha256=made.sha256)
    return entry.outcome
