"""Where providers are paid: noted, never edited. What an account changes elsewhere: `lifecycle.accounts`."""

from __future__ import annotations

from outtask.journal.recording import Recording
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import refuse_if
from outtask.people import queries
from outtask.people.account_rules import plain_account, why_not_account
from outtask.people.models import BankAccount, Provider


def write_account(entry: Recording, provider: Provider, account: str) -> BankAccount:
    """Part: write down the account a provider is paid to from now on; Refused when it is none."""
    latest = queries.bank_account_of(entry.actor, provider)
    plain = plain_account(account)
    refuse_if(why_not_account(plain, latest.account if latest else ""))
    noted: BankAccount = BankAccount.objects.create(
        id=new_id(latest.pk if latest else None),
        organisation_id=entry.organisation_id,
        provider=provider,
        account=plain,
        noted_by_id=entry.actor.id,
        noted_at=entry.now,
    )
    return noted
