"""Asking for free money of another pot, and somebody else's yes or no to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may
from outtask.spend import budget_rules, rules
from outtask.spend.actions.ledger import move
from outtask.spend.models import Budget, Transfer
from outtask.spend.pots import facts_for, pot_of, why_not_ask, why_not_decide
from outtask.spend.states import TRANSFER


@action
def ask_transfer(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    source_id: UUID,
    target_id: UUID,
    amount: Money,
    reason: str = "",
) -> Outcome:
    """Ask that free money be moved from one pot to another of the same currency. Gives `id`.

    Nothing is set aside meanwhile: whoever decides sees what is free then.
    """
    with recording("transfer.asked", actor=actor, on=(Budget, source_id), now=now, key=key) as entry:
        source: Budget = entry.subject
        target: Budget | None = Budget.objects.visible_to(actor).filter(pk=target_id).first()
        refuse_if(why_not_ask(actor), rules.why_not_long(reason, "reason"), _why_not_found(target))
        assert target is not None, "the rule has asked for it"
        refuse_if(*budget_rules.why_not_move(pot_of(source), pot_of(target), amount))
        transfer: Transfer = Transfer.objects.create(
            organisation_id=entry.organisation_id,
            source=source,
            target=target,
            amount_minor=amount.minor,
            currency=amount.currency,
            reason=reason.strip(),
            asked_by_id=actor.id,
            asked_at=now,
        )
        _says(entry, transfer, transfer=transfer.pk)
        entry.gives(id=transfer.pk)
    return entry.outcome


@action
def decide_transfer(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    transfer_id: UUID,
    approve: bool,
    note: str = "",
) -> Outcome:
    """Say yes, and the money is moved in the same moment, or no with a reason.

    By whoever keeps the pot it leaves or manages budgets; never by who asked, but by the declared exception.
    """
    kind = "transfer.done" if approve else "transfer.refused"
    with recording(kind, actor=actor, on=(Transfer, transfer_id), now=now, key=key) as entry:
        transfer: Transfer = entry.subject
        act = "approve" if approve else "refuse"
        facts = facts_for(transfer, actor)
        refuse_if(
            *why_not_decide(transfer, facts, actor, act, may(actor, Right.MANAGE_BUDGETS)),
            rules.why_not_long(note, "note") if approve else rules.why_not_words(note, "note"),
        )
        if approve:
            amount = Money(transfer.amount_minor, transfer.currency)
            source, target = transfer.source, transfer.target
            refuse_if(*budget_rules.why_not_move(pot_of(source), pot_of(target), amount))
            move(entry, source, target, amount)
        if facts.own:
            entry.also_says(
                "exception.used_for_transfer",
                transfer,
                source=entry.keep(transfer.source.name),
                target=entry.keep(transfer.target.name),
                amount=Money(transfer.amount_minor, transfer.currency),
                transfer=transfer.pk,
            )
        _settle(entry, transfer, act, note.strip())
        _says(entry, transfer, note=entry.keep(transfer.note))
    return entry.outcome


@action
def withdraw_transfer(*, actor: Actor, now: datetime, key: Key = None, transfer_id: UUID) -> Outcome:
    """Take one's own wish back before it is decided."""
    on = (Transfer, transfer_id)
    with recording("transfer.withdrawn", actor=actor, on=on, now=now, key=key) as entry:
        transfer: Transfer = entry.subject
        refuse_if(*budget_rules.why_not_withdraw_transfer(transfer.state, transfer.asked_by_id, actor.id))
        _settle(entry, transfer, "withdraw", "")
        _says(entry, transfer)
    return entry.outcome


def _settle(entry: Recording, transfer: Transfer, act: str, note: str) -> None:
    transfer.state = TRANSFER.after(transfer.state, act)
    transfer.decided_by_id = entry.actor.id
    transfer.decided_at = entry.now
    transfer.note = note
    transfer.save(update_fields=["state", "decided_by", "decided_at", "note"])


def _says(entry: Recording, row: Transfer, **more: object) -> None:
    entry.says(
        source=entry.keep(row.source.name),
        target=entry.keep(row.target.name),
        amount=Money(row.amount_minor, row.currency),
        **more,
    )


def _why_not_found(target: Budget | None) -> Refusal | None:
    if target is not None:
        return None
    return Refusal("no_budget", N_("Choose one of the budgets in the list."), "target")
