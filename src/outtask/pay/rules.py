"""Whether an invoice may come in, be approved, returned and paid. Pure: facts in, a refusal or None out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.watch.numbers import number_key

LONGEST_NUMBER = 60
LONGEST_REASON = 2_000
LONGEST_BANK_REFERENCE = 140
ACCEPTED = "accepted"


def due_day(received_on: date, payment_days: int) -> date:
    """When an invoice is to be paid: so many days after it came, whatever date it bears."""
    return received_on + timedelta(days=payment_days)


@dataclass(frozen=True)
class Item:
    """A milestone that an invoice asks money for. `invoiced`: it stands on an invoice already."""

    id: UUID
    title: str
    state: str
    amount: Money
    invoiced: bool
    commitment: UUID | None


@dataclass(frozen=True)
class Earlier:
    """The invoice that bears the same number already."""

    number: str
    received_on: date


@dataclass(frozen=True)
class Claim:
    """An invoice as somebody wants to send it. `asked`: how many milestones they named."""

    number: str
    dated_on: date
    agreed_on: date
    today: date
    asked: int
    items: Sequence[Item]
    same_number: Earlier | None = None
    # An order may have nobody to pay yet.
    has_provider: bool = True


def why_not_invoice(claim: Claim) -> list[Refusal]:
    """Everything that stands against the claim: the number, the day, the milestones."""
    answers = (
        _why_not_nobody(claim),
        _why_not_number(claim),
        _why_not_dated(claim),
        why_not_items(claim.asked, claim.items),
    )
    return [answer for answer in answers if answer is not None]


def _why_not_nobody(claim: Claim) -> Refusal | None:
    if claim.has_provider:
        return None
    reason = N_("Nobody is named who delivers this order. Name them on its page, then record the invoice.")
    return Refusal("no_provider", reason)


def _why_not_number(claim: Claim) -> Refusal | None:
    if len(claim.number) > LONGEST_NUMBER:
        most = {"most": LONGEST_NUMBER}
        return Refusal(
            "number_long", N_("An invoice number has at most %(most)s characters."), "number", most
        )
    if not number_key(claim.number):
        return Refusal("number_missing", N_("Give the number that stands on the invoice."), "number")
    if claim.same_number is None:
        return None
    return Refusal(
        "number_used",
        N_("Invoice %(number)s came in on %(day)s already. Check the number."),
        "number",
        {"number": claim.same_number.number, "day": claim.same_number.received_on},
    )


def _why_not_dated(claim: Claim) -> Refusal | None:
    if claim.agreed_on <= claim.dated_on <= claim.today:
        return None
    return Refusal(
        "dated_out_of_range",
        N_("Date the invoice between %(first)s, when this was agreed, and today."),
        "dated_on",
        {"first": claim.agreed_on},
    )


def why_not_items(asked: int, items: Sequence[Item]) -> Refusal | None:
    """Only accepted milestones, each once, all under one commitment, worth something together."""
    if not asked:
        return _milestones("milestones_missing", N_("Choose at least one accepted milestone."))
    if asked != len(items):
        return _milestones("milestone_unknown", N_("Choose from the milestones in the list."))
    for item in items:
        if item.state != ACCEPTED:
            reason = N_("“%(title)s” is not accepted, so it cannot be invoiced. Leave it out.")
            return _milestones("not_accepted", reason, title=item.title)
        if item.invoiced:
            reason = N_("“%(title)s” stands on an invoice already. Leave it out.")
            return _milestones("invoiced_already", reason, title=item.title)
    if len({item.commitment for item in items}) > 1 or items[0].commitment is None:
        return _milestones("several_agreements", N_("Send one invoice for each statement of work."))
    if not sum(item.amount.minor for item in items):
        return _milestones("nothing_owed", N_("These milestones have no price, so nothing is owed for them."))
    return None


def _milestones(code: str, reason: str, **facts: object) -> Refusal:
    return Refusal(code, reason, "milestones", facts)


@dataclass(frozen=True)
class MatchLine:
    """One milestone on an invoice, as three papers tell of it.

    agreed: its price in the signed version, None when it does not stand there. accepted: the price of the
    accepted milestone, None when it is not accepted. invoiced: what the invoice asks for it.
    """

    title: str
    agreed: Money | None
    accepted: Money | None
    invoiced: Money

    @property
    def matches(self) -> bool:
        return self.agreed == self.accepted == self.invoiced


@dataclass(frozen=True)
class Match:
    """The three-way match of an invoice: agreement, acceptance and invoice line by line, then the commitment.

    committed, accepted, invoiced: totals of the commitment, this invoice included.
    """

    lines: Sequence[MatchLine]
    total: Money
    committed: Money
    accepted: Money
    invoiced: Money

    @property
    def adds_up(self) -> bool:
        """Whether the lines are the total."""
        return Money.total((line.invoiced for line in self.lines), self.total.currency) == self.total

    @property
    def covered(self) -> bool:
        """Whether the commitment covers it: invoiced ≤ accepted ≤ committed."""
        return self.invoiced <= self.accepted <= self.committed

    @property
    def matches(self) -> bool:
        return self.adds_up and self.covered and all(line.matches for line in self.lines)


def why_not_match(match: Match) -> Refusal | None:
    """An invoice is approved when agreement, acceptance and commitment all say the same."""
    for line in match.lines:
        if not line.matches:
            return Refusal(
                "no_match",
                N_("“%(title)s” does not match: agreed, accepted and invoiced differ. Return it."),
                facts={"title": line.title},
            )
    if not match.adds_up:
        return Refusal("no_match", N_("The lines do not add up to the total. Return the invoice."))
    if not match.covered:
        return Refusal("no_match", N_("More is invoiced than was accepted. Return the invoice."))
    return None


def why_not_reason(reason: str) -> Refusal | None:
    if not reason.strip():
        return Refusal(
            "reason_missing", N_("Write what is wrong with it, so that they can correct it."), "reason"
        )
    if len(reason) > LONGEST_REASON:
        most = {"most": LONGEST_REASON}
        return Refusal("reason_long", N_("Write at most %(most)s characters."), "reason", most)
    return None


def why_not_paid(paid_on: date, dated_on: date, today: date, bank_reference: str) -> list[Refusal]:
    """A payment is recorded after it was made, with what the bank calls it."""
    answers: list[Refusal] = []
    if paid_on > today:
        answers.append(
            Refusal("paid_later", N_("This day has not come. Record the payment once it is made."), "paid_on")
        )
    elif paid_on < dated_on:
        answers.append(
            Refusal(
                "paid_before",
                N_("The invoice is dated %(day)s; it was not paid before that."),
                "paid_on",
                {"day": dated_on},
            )
        )
    if not bank_reference.strip():
        answers.append(
            Refusal("bank_reference_missing", N_("Give the reference of the transfer."), "bank_reference")
        )
    if len(bank_reference) > LONGEST_BANK_REFERENCE:
        most = {"most": LONGEST_BANK_REFERENCE}
        answers.append(
            Refusal("bank_reference_long", N_("Give at most %(most)s characters."), "bank_reference", most)
        )
    return answers


def open_items(items: Collection[Item]) -> list[Item]:
    """What can be invoiced now."""
    return [item for item in items if item.state == ACCEPTED and not item.invoiced and item.amount.minor]
