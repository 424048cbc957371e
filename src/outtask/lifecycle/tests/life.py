"""One out-task led to any stage of its life by real actions, by the people every test knows.

Marek photographs first editions in two halves of £206.00 each. Imke, the owner, writes, awards and signs;
Joseph, whose limit is £1,500.00, asks for the money; Nadia verifies; Dunstan pays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from outtask.agree.actions import draft_agreement
from outtask.agree.documents import Terms
from outtask.agree.tests import papers
from outtask.agree.tests import steps as agreeing
from outtask.deliver.actions import accept_milestone, hand_in, request_changes
from outtask.deliver.tests.underway import a_file
from outtask.journal.models import Entry
from outtask.journal.reading import Told, read
from outtask.journal.recording import Outcome
from outtask.kernel.actor import Actor
from outtask.lifecycle.spending import approve_request, ask_to_spend
from outtask.models import (
    Agreement,
    Brief,
    Budget,
    Commitment,
    Hold,
    Invoice,
    Link,
    Milestone,
    OutTask,
    Posting,
    PurchaseRequest,
)
from outtask.pay.actions import approve_invoice, record_payment, send_invoice
from outtask.people.states import Purpose
from outtask.source.tests import steps as sourcing
from outtask.spend.actions import ask_about_request
from outtask.spend.states import Account
from outtask.watch.actions import dispose_hold
from tests.world import World

HALF = 20_600
WHOLE = 2 * HALF


def plain_terms(*halves: int, currency: str = "GBP") -> Terms:
    """A statement of work in parts of these amounts, without criteria, so that nothing waits for a check."""
    from outtask.agree.documents import MilestoneTerms
    from outtask.kernel.money import Money

    parts = tuple(
        MilestoneTerms(f"Part {order}", date(2026, 12, 3 + order), Money(minor, currency))
        for order, minor in enumerate(halves or (HALF, HALF), start=1)
    )
    leaving = papers.terms().exit
    free = type(leaving)(leaving.transition_days, leaving.retrieval_days, Money(0, currency))
    return papers.terms(milestones=parts, service_levels=(), exit=free)


@dataclass
class Life:
    """One out-task; each method is a step."""

    world: World
    outtask_id: UUID

    # ---- what is there ----

    @property
    def outtask(self) -> OutTask:
        return OutTask.objects.get(pk=self.outtask_id)

    @property
    def brief(self) -> Brief:
        return Brief.objects.get(outtask_id=self.outtask_id)

    @property
    def agreement(self) -> Agreement:
        return Agreement.objects.filter(outtask_id=self.outtask_id).order_by("-id")[0]

    @property
    def request(self) -> PurchaseRequest:
        return PurchaseRequest.objects.filter(outtask_id=self.outtask_id).order_by("-id")[0]

    @property
    def commitment(self) -> Commitment:
        return Commitment.objects.filter(outtask_id=self.outtask_id).order_by("-id")[0]

    @property
    def invoice(self) -> Invoice:
        return Invoice.objects.filter(outtask_id=self.outtask_id).order_by("-id")[0]

    def milestone(self, order: int = 1) -> Milestone:
        rows = Milestone.objects.filter(outtask_id=self.outtask_id, order=order)
        return rows.order_by("-agreement_id", "-agreement_version")[0]

    @property
    def deliver_link(self) -> Link:
        """The one that is open, when there is one."""
        rows = Link.objects.filter(outtask_id=self.outtask_id, purpose=Purpose.DELIVER)
        return rows.order_by(F("revoked_at").desc(nulls_first=True), "-id")[0]

    @property
    def decide_link(self) -> Link:
        rows = Link.objects.filter(outtask_id=self.outtask_id, purpose=Purpose.DECIDE)
        return rows.order_by("-id")[0]

    def actor(self, name: str) -> Actor:
        return self.world.actor(name)

    # ---- steps ----

    def drafts(self, terms: Terms | None = None) -> None:
        draft_agreement(
            actor=self.actor("imke"),
            now=self.world.now,
            outtask_id=self.outtask_id,
            terms=terms or plain_terms(),
        )

    def signs(self) -> None:
        agreeing.client_signs(self.world, self.agreement)
        agreeing.provider_signs(self.world, self.agreement)

    def asks(self, by: str = "joseph", budget: Budget | None = None, **more: Any) -> Outcome:
        return ask_to_spend(
            actor=self.actor(by),
            now=self.world.now,
            agreement_id=self.agreement.pk,
            budget_id=(budget or self.world.budget).pk,
            reason="The shop opens in spring.",
            **more,
        )

    def approves(self, by: str = "joseph", **more: Any) -> Outcome:
        given: dict[str, Any] = {"now": self.world.now, "version": self.request.version} | more
        return approve_request(actor=self.actor(by), request_id=self.request.pk, **given)

    def is_looked_at(self, by: str = "imke") -> None:
        """Several needs with one provider in a week are held; somebody finds them sound and says yes."""
        for hold in Hold.objects.filter(subject_id=self.request.pk, disposition=""):
            found = {"hold_id": hold.pk, "disposition": "sound", "note": "They are several needs."}
            dispose_hold(actor=self.actor(by), now=self.world.now, **found)
        self.approves(by)

    def wonders(self, by: str = "joseph", question: str = "Why Marek?") -> Outcome:
        return ask_about_request(
            actor=self.actor(by),
            now=self.world.now,
            request_id=self.request.pk,
            version=self.request.version,
            question=question,
        )

    def hands_in(self, order: int = 1, at: datetime | None = None) -> Outcome:
        return hand_in(
            actor=self.deliver_link.actor,
            now=at or self.world.now,
            milestone_id=self.milestone(order).pk,
            files=[a_file(f"part-{order}.csv")],
        )

    def accepts(self, order: int = 1, by: str = "nadia") -> Outcome:
        milestone = self.milestone(order)
        return accept_milestone(
            actor=self.actor(by),
            now=self.world.now,
            milestone_id=milestone.pk,
            submission_number=milestone.submissions.count(),
        )

    def sends_back(self, order: int = 1) -> Outcome:
        return request_changes(
            actor=self.actor("nadia"),
            now=self.world.now,
            milestone_id=self.milestone(order).pk,
            submission_number=1,
            reasons="Two spines are cut off.",
            new_due_on=date(2026, 12, 9),
        )

    def invoices(self, *orders: int, by: str = "dunstan", number: str = "INV-1") -> Outcome:
        return send_invoice(
            actor=self.actor(by),
            now=self.world.now,
            outtask_id=self.outtask_id,
            number=number,
            milestone_ids=[self.milestone(order).pk for order in orders or (1,)],
            dated_on=self.world.now.date(),
        )

    def pays(self) -> None:
        shared: dict[str, Any] = {"actor": self.actor("dunstan"), "now": self.world.now}
        approve_invoice(**shared, invoice_id=self.invoice.pk)
        record_payment(
            **shared, invoice_id=self.invoice.pk, paid_on=self.world.now.date(), bank_reference="BACS 1"
        )

    def delivers(self, order: int = 1) -> None:
        self.hands_in(order)
        self.accepts(order)


def draft_brief(world: World) -> Life:
    return Life(world, sourcing.written(world).outtask_id)


def sent(world: World) -> Life:
    return Life(world, sourcing.sent(world).outtask_id)


def proposed(world: World) -> Life:
    brief = sourcing.sent(world)
    sourcing.offered(world, brief, world.marek)
    return Life(world, brief.outtask_id)


def awarded(world: World) -> Life:
    return Life(world, sourcing.awarded(world).outtask_id)


def drafted(world: World, terms: Terms | None = None) -> Life:
    life = awarded(world)
    life.drafts(terms)
    return life


def offered(world: World) -> Life:
    life = drafted(world)
    agreeing.client_signs(world, life.agreement)
    return life


def signed(world: World, terms: Terms | None = None) -> Life:
    life = drafted(world, terms)
    life.signs()
    return life


def owned_by(world: World, life: Life, name: str) -> Life:
    """Who answers for it; requesters see only what is theirs."""
    OutTask.objects.filter(pk=life.outtask_id).update(owner=world.member(name))
    return life


def referred(world: World) -> Life:
    """Roisin's limit is £200.00; £412.00 goes to Joseph."""
    life = owned_by(world, signed(world), "roisin")
    life.asks(by="roisin")
    return life


def asked(world: World) -> Life:
    life = referred(world)
    life.wonders()
    return life


def rejected(world: World) -> Life:
    from outtask.spend.actions import reject_request

    life = referred(world)
    reject_request(
        actor=world.actor("joseph"), now=world.now, request_id=life.request.pk, version=1, note="Too dear."
    )
    return life


def committed(world: World) -> Life:
    life = signed(world)
    if not life.asks()["committed"]:
        life.is_looked_at()
    return life


def handed_in(world: World) -> Life:
    life = committed(world)
    life.hands_in()
    return life


def sent_back(world: World) -> Life:
    life = handed_in(world)
    life.sends_back()
    return life


def part_accepted(world: World) -> Life:
    life = handed_in(world)
    life.accepts()
    return life


def accepted(world: World) -> Life:
    life = part_accepted(world)
    life.delivers(2)
    return life


def invoiced(world: World) -> Life:
    life = part_accepted(world)
    life.invoices()
    return life


def part_paid(world: World) -> Life:
    life = invoiced(world)
    life.pays()
    return life


def done(world: World) -> Life:
    life = accepted(world)
    life.invoices(1, 2)
    life.pays()
    return life


STAGES: dict[str, Callable[[World], Life]] = {
    step.__name__: step
    for step in (
        draft_brief, sent, proposed, awarded, drafted, offered, signed, referred, asked, rejected, committed,
        handed_in, sent_back, part_accepted, accepted, invoiced, part_paid, done,
    )
}  # fmt: skip
"""Every stage that an out-task can be taken back from."""


# ---- looking at it ----


def told(outcome: Outcome) -> Told:
    """The entry of an action with its words."""
    return read(Entry.objects.filter(pk=outcome.entry_id))[0]


def kinds(life: Life) -> list[str]:
    rows = Entry.objects.filter(organisation=life.world.organisation, outtask_id=life.outtask_id)
    return list(rows.order_by("seq").values_list("kind", flat=True))


def sums(budget: Budget) -> dict[Account, int]:
    """What the postings of a budget add up to, account by account."""
    found = dict.fromkeys(Account, 0)
    for posting in Posting.objects.filter(budget=budget):
        found[Account(posting.source)] -= posting.amount_minor
        found[Account(posting.target)] += posting.amount_minor
    return found


def check_ledger(budget: Budget) -> None:
    """The budget's own columns are what its postings add up to, nothing is negative, nothing is lost."""
    fresh = Budget.objects.get(pk=budget.pk)
    found = sums(budget)
    assert sum(found.values()) == 0
    assert -found[Account.AUTHORISED] == fresh.authorised_minor
    assert found[Account.FREE] == fresh.free_minor >= 0
    assert found[Account.COMMITTED] == fresh.committed_minor >= 0
    assert found[Account.OWED] == fresh.owed_minor >= 0
    assert found[Account.PAID] == fresh.paid_minor >= 0
