"""Where providers are paid: noted, never edited."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import refuse_if
from outtask.people import queries
from outtask.people.account_rules import plain_account, why_not_account
from outtask.people.models import BankAccount, Provider
from outtask.people.roles import Right, may


@action
def note_bank_account(
    *, actor: Actor, now: datetime, key: Key = None, provider_id: UUID, account: str
) -> Outcome:
    """Note the account a provider is paid to from now on. Those before it stay, with who noted them.

    The entry holds a salted digest of the account, none of its digits. Gives `id`.
    """
    on = (Provider, provider_id)
    with recording("provider.bank_account_noted", actor=actor, on=on, now=now, key=key) as entry:
        provider: Provider = entry.subject
        latest = queries.bank_account_of(actor, provider)
        plain = plain_account(account)
        refuse_if(
            may(actor, Right.MANAGE_PROVIDERS), why_not_account(plain, latest.account if latest else "")
        )
        noted = BankAccount.objects.create(
            organisation_id=entry.organisation_id,
            provider=provider,
            account=plain,
            noted_by_id=actor.id,
            noted_at=now,
        )
        entry.says(bank_account=noted.pk, name=entry.keep(provider.name), account=entry.keep(plain))
        entry.gives(id=noted.pk)
    return entry.outcome
