"""What is raced for, made by real actions: agreements, decisions, verdicts, payments, links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from outtask.agree.actions import draft_agreement, sign_as_client, sign_as_provider
from outtask.deliver.actions import accept_milestone, hand_in
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.lifecycle.spending import ask_to_spend
from outtask.models import (
    AgreementVersion,
    Brief,
    Invitation,
    Invoice,
    Limit,
    Link,
    Milestone,
    OutTask,
    Proposal,
    Provider,
    PurchaseRequest,
)
from outtask.pay.actions import approve_invoice, send_invoice
from outtask.people.links import token_for
from outtask.people.states import Purpose
from outtask.source.actions import award_proposal, propose, send_brief, write_brief
from outtask.source.rules import Need, Offer, Stage
from outtask.spend.actions import set_limit
from tests.world import World

PRICE = 41_200
PICTURES = ["https://example.org/pictures"]

type Send = dict[str, Any]
"""What one side of a race sends: `who` (a member's name, or "" by link), `path`, `fields`.

says: what a page says on which the act is done, where it answers by a page either way. proof: on the first
side, questions to the database after the race with the number that each must answer.
"""


@dataclass
class Hand:
    """Leads one out-task to where a race begins; each step is a real action by somebody who may."""

    world: World
    now: datetime
    owner: str = "imke"

    def day(self, days: int) -> date:
        return self.now.date() + timedelta(days=days)

    def by(self, name: str) -> dict[str, Any]:
        return {"actor": self.world.actor(name), "now": self.now}

    def asked(self, *providers: Provider) -> UUID:
        """The brief is out; gives the out-task."""
        need = Need("Photograph 60 first editions", self.day(40))
        written = write_brief(**self.by(self.owner), need=need)
        send_brief(
            **self.by(self.owner),
            brief_id=UUID(written["brief_id"]),
            version=1,
            provider_ids=[provider.pk for provider in providers],
            answer_by=self.day(10),
        )
        return UUID(written["outtask_id"])

    def offered(self, outtask_id: UUID) -> None:
        """Everybody who was asked makes an offer."""
        price = Money(PRICE, "GBP")
        offer = Offer(price, self.day(20), (Stage("All of it", self.day(20), price),))
        for invitation in Invitation.objects.filter(brief__outtask_id=outtask_id):
            guest = link_to(invitation.pk, Purpose.PROPOSE).actor
            propose(actor=guest, now=self.now, invitation_id=invitation.pk, offer=offer)

    def chosen(self) -> UUID:
        outtask_id = self.asked(self.world.marek)
        self.offered(outtask_id)
        proposal = Proposal.objects.get(outtask_id=outtask_id)
        award_proposal(**self.by("imke"), proposal_id=proposal.pk, reasons="The only one")
        return outtask_id

    def offered_to_sign(self) -> AgreementVersion:
        drafted = draft_agreement(**self.by("imke"), outtask_id=self.chosen())
        version = AgreementVersion.objects.select_related("agreement__outtask").get(
            agreement_id=drafted["agreement_id"]
        )
        seen = {"agreement_id": version.agreement_id, "version": 1, "sha256": version.sha256}
        sign_as_client(**self.by("imke"), **seen)
        return version

    def signed(self) -> AgreementVersion:
        version = self.offered_to_sign()
        guest: Actor = link_to(version.agreement_id, Purpose.SIGN).actor
        seen = {"agreement_id": version.agreement_id, "version": 1, "sha256": version.sha256}
        sign_as_provider(actor=guest, now=self.now, **seen, name="Marek Solan")
        return version

    def money_asked(self) -> PurchaseRequest:
        """Within the limit of whoever asks it is committed, else it waits for a decision."""
        version = self.signed()
        asker = "roisin" if self.owner == "roisin" else "joseph"
        asked = ask_to_spend(
            **self.by(asker), agreement_id=version.agreement_id, budget_id=self.world.budget.pk
        )
        return PurchaseRequest.objects.select_related("outtask").get(pk=asked["id"])

    def handed_in(self) -> Milestone:
        request = self.money_asked()
        milestone = Milestone.objects.select_related("outtask").get(agreement_id=request.agreement_id)
        guest = link_to(request.agreement_id, Purpose.DELIVER).actor
        hand_in(actor=guest, now=self.now, milestone_id=milestone.pk, links=PICTURES)
        return milestone

    def to_pay(self) -> Invoice:
        milestone = self.handed_in()
        accept_milestone(**self.by("nadia"), milestone_id=milestone.pk, submission_number=1)
        sent = send_invoice(
            **self.by("dunstan"),
            outtask_id=milestone.outtask_id,
            number=f"INV {milestone.outtask.reference}",
            milestone_ids=[milestone.pk],
            dated_on=self.now.date(),
        )
        approve_invoice(**self.by("dunstan"), invoice_id=UUID(sent["id"]))
        return Invoice.objects.get(pk=sent["id"])


def link_to(subject_id: UUID, purpose: Purpose) -> Link:
    return Link.objects.filter(subject_id=subject_id, purpose=purpose).order_by("-made_at", "-id")[0]


def door(link: Link) -> str:
    return f"/l/{token_for(link.pk)}"


# ---- the races ----


def approve_and_reject(world: World, now: datetime) -> tuple[Send, Send]:
    request = Hand(world, now, "roisin").money_asked()
    path = f"/requests/{request.reference}"
    common = {"act": "decide", "version": 1, "note": "As agreed."}
    return (
        {"who": "joseph", "path": path, "fields": common | {"decision": "approve"}},
        {"who": "joseph", "path": path, "fields": common | {"decision": "reject"}},
    )


def approve_and_approve(world: World, now: datetime) -> tuple[Send, Send]:
    """From the page, and from the link in the mail."""
    request = Hand(world, now, "roisin").money_asked()
    fields = {"act": "decide", "version": 1, "decision": "approve", "note": "As agreed."}
    link = link_to(request.pk, Purpose.DECIDE)
    return (
        {"who": "joseph", "path": f"/requests/{request.reference}", "fields": fields},
        {"who": "", "path": door(link), "fields": fields},
    )


def accept_and_take_back(world: World, now: datetime) -> tuple[Send, Send]:
    milestone = Hand(world, now).handed_in()
    path = f"/out-tasks/{milestone.outtask.reference}"
    return (
        {
            "who": "nadia",
            "path": f"{path}/milestones/1/verdict",
            "fields": {"do": "accept", "submission_number": 1},
        },
        {"who": "imke", "path": f"{path}/handover", "fields": {"successor": "ourselves"}},
    )


def award_and_award(world: World, now: datetime) -> tuple[Send, Send]:
    hand = Hand(world, now)
    outtask_id = hand.asked(world.marek, world.kestrel)
    hand.offered(outtask_id)
    reference = OutTask.objects.get(pk=outtask_id).reference
    first, second = Proposal.objects.filter(outtask_id=outtask_id).order_by("id")
    fields = {"reasons": "She reads the text twice"}
    return (
        {"who": "imke", "path": f"/out-tasks/{reference}/proposals/{first.pk}", "fields": fields},
        {"who": "nadia", "path": f"/out-tasks/{reference}/proposals/{second.pk}", "fields": fields},
    )


def sign_and_amend(world: World, now: datetime) -> tuple[Send, Send]:
    hand = Hand(world, now)
    version = hand.offered_to_sign()
    amended = {
        "version": 1, "scope": "Photograph 61 first editions", "notice_days": 14, "payment_days": 14,
        "transition_days": 14, "retrieval_days": 30, "fee": "0.00", "change_note": "One more",
        "milestones-TOTAL_FORMS": 1, "milestones-INITIAL_FORMS": 1, "milestones-0-title": "All of it",
        "milestones-0-due": hand.day(21).isoformat(), "milestones-0-amount": "420.00",
        "criteria-TOTAL_FORMS": 0, "criteria-INITIAL_FORMS": 0,
    }  # fmt: skip
    path = f"/out-tasks/{version.agreement.outtask.reference}/agreement/edit"
    return signing(version), {"who": "imke", "path": path, "fields": amended}


def signing(version: AgreementVersion) -> Send:
    fields = {"act": "sign", "version": 1, "sha256": version.sha256, "read": "on", "name": "Marek Solan"}
    return {"who": "", "path": door(link_to(version.agreement_id, Purpose.SIGN)), "fields": fields}


def link_used_twice(world: World, now: datetime) -> tuple[Send, Send]:
    send = signing(Hand(world, now).offered_to_sign())
    return send, send


def pay_and_pay(world: World, now: datetime) -> tuple[Send, Send]:
    path = f"/invoices/{Hand(world, now).to_pay().pk}/payment"
    fields = {"paid_on": now.date().isoformat(), "bank_reference": "BACS 1"}
    return (
        {"who": "dunstan", "path": path, "fields": fields},
        {"who": "dunstan", "path": path, "fields": fields | {"bank_reference": "BACS 2"}},
    )


def revoke_and_use(world: World, now: datetime) -> tuple[Send, Send]:
    outtask_id = Hand(world, now).asked(world.marek)
    invitation = Invitation.objects.get(brief=Brief.objects.get(outtask_id=outtask_id))
    link = link_to(invitation.pk, Purpose.PROPOSE)
    return (
        {"who": "nadia", "path": f"/links/{link.pk}/closure", "fields": {}},
        {"who": "", "path": door(link), "fields": {"act": "decline", "no-reason": "No time this month."}},
    )


def ask_and_ask(world: World, now: datetime) -> tuple[Send, Send]:
    """Two needs at once by somebody whose limit for a day holds one: the other is referred, not refused."""
    hand = Hand(world, now)
    whose = world.member("petra").pk
    if not Limit.objects.filter(member_id=whose).exists():
        set_limit(**hand.by("imke"), member_id=whose, period="day", amount=Money(PRICE, "GBP"))
    fields = {"budget": str(world.budget.pk), "reason": "As agreed.", "category": "79"}
    first, second = (
        {
            "who": "petra",
            "path": f"/out-tasks/{hand.signed().agreement.outtask.reference}/approval",
            "fields": fields,
        }
        for _ in range(2)
    )
    return first, second
