"""Noting where a provider is paid: what was approved for the account before is to be approved again.

A composite: the account (people) takes back the approval of invoices that wait for their payment (pay), so
that nobody sends money to an account that whoever approved it has not seen; and the first yes of two to a
request that waits for the second (spend).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import refuse_if
from outtask.lifecycle.editing import void_first_approvals
from outtask.lifecycle.standing import settle
from outtask.pay.actions import void_approvals
from outtask.people.actions import write_account
from outtask.people.models import Provider
from outtask.people.roles import Right, may


@action
def note_bank_account(
    *, actor: Actor, now: datetime, key: Key = None, provider_id: UUID, account: str
) -> Outcome:
    """Note the account a provider is paid to from now on. Those before it stay, with who noted them.

    Invoices of theirs that were approved and are not paid are to be approved again, requests that one of two
    has approved by both. The entry holds a salted digest of the account, none of its digits. Gives `id`;
    `to_approve_again`: how many invoices; `to_decide_again`: how many requests.
    """
    on = (Provider, provider_id)
    with recording("provider.bank_account_noted", actor=actor, on=on, now=now, key=key) as entry:
        provider: Provider = entry.subject
        refuse_if(may(actor, Right.MANAGE_PROVIDERS))
        noted = write_account(entry, provider, account)
        voided = void_approvals(entry, noted)
        undecided = void_first_approvals(entry, noted)
        concerned = {invoice.outtask_id for invoice in voided} | {row.outtask_id for row in undecided}
        for outtask_id in concerned:
            settle(outtask_id, now)
        entry.says(bank_account=noted.pk, name=entry.keep(provider.name), account=entry.keep(noted.account))
        entry.gives(id=noted.pk, to_approve_again=len(voided), to_decide_again=len(undecided))
    return entry.outcome
