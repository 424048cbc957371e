"""The next step of an out-task in words: what it is, who holds it, what happens if nobody moves."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from outtask.agree.queries import is_order
from outtask.outtasks.models import OutTask
from outtask.outtasks.states import Holder


@dataclass(frozen=True)
class Wording:
    """How one next step is told: a title, what happens then, the label of its button, the page it is on."""

    title: Promise
    then: Promise
    button: Promise
    page: str
    icon: str = "arrow"


_W = gettext_lazy
WORDINGS: dict[str, Wording] = {
    "send_brief": Wording(
        _W("Send the brief"),
        _W("You choose who sees it. Nobody outside sees it before."),
        _W("Send brief"),
        "outtask-brief",
        "up",
    ),
    "wait_for_proposals": Wording(
        _W("Wait for proposals"),
        _W("The providers have their links. You can ask more of them meanwhile."),
        _W("See who was asked"),
        "outtask-proposals",
        "clock",
    ),
    "choose_proposal": Wording(
        _W("Choose a proposal"),
        _W("Compare them side by side and say why. The others are told politely."),
        _W("Compare"),
        "outtask-proposals",
        "person",
    ),
    "write_agreement": Wording(
        _W("Write the statement of work"),
        _W("It is made from your brief and their proposal; look it over and sign."),
        _W("Write it"),
        "outtask-agreement",
        "file",
    ),
    "sign_agreement": Wording(
        _W("Sign the statement of work"),
        _W("Then they get it to sign by their link. Nothing is spent yet."),
        _W("Read and sign"),
        "outtask-agreement",
        "file",
    ),
    "provider_signs": Wording(
        _W("The provider signs"),
        _W("They have the link. You can still change the text; then both sign afresh."),
        _W("See the statement of work"),
        "outtask-agreement",
        "clock",
    ),
    "ask_to_spend": Wording(
        _W("Commit the money"),
        _W("Within your limit it is committed at once. Above it, somebody up the chain decides."),
        _W("Commit the money"),
        "outtask-approval",
        "coin",
    ),
    "decide_request": Wording(
        _W("The spending waits for a decision"),
        _W("Whoever decides has it by e-mail too. Work does not start before."),
        _W("See the request"),
        "outtask-approval",
        "coin",
    ),
    "answer_request": Wording(
        _W("Answer the question about the spending"),
        _W("The decision waits for your answer."),
        _W("Answer"),
        "outtask-approval",
        "chat",
    ),
    "hand_in": Wording(
        _W("The provider delivers"),
        _W("They hand in by their link. You are told when something arrives."),
        _W("See the milestones"),
        "outtask",
        "clock",
    ),
    "check_milestone": Wording(
        _W("Check what was handed in"),
        _W("Accept it or request changes. Silence accepts nothing."),
        _W("Check it"),
        "outtask",
        "check",
    ),
    "send_invoice": Wording(
        _W("The invoice comes next"),
        _W(
            "The provider sends it by their link, for what was accepted and no more."
            " You can record it for them."
        ),
        _W("Record an invoice"),
        "outtask-invoices",
        "coin",
    ),
    "approve_invoice": Wording(
        _W("Approve the invoice"),
        _W("Somebody who neither asked for the money nor accepted the work approves and pays it."),
        _W("See the invoice"),
        "outtask-invoices",
        "coin",
    ),
    "pay_invoice": Wording(
        _W("Record the payment"),
        _W("The amount moves from owed to paid."),
        _W("See the invoice"),
        "outtask-invoices",
        "coin",
    ),
    "see_service": Wording(
        _W("Done and paid"),
        _W("See how well it went: in time, first time right, answers."),
        _W("See the service"),
        "outtask-service",
        "check",
    ),
    "hand_on": Wording(
        _W("Send the brief to somebody else"),
        _W("It is back with you. The handover pack goes along."),
        _W("Send it on"),
        "outtask-handover",
        "back",
    ),
    "see_pack": Wording(
        _W("It is back with you"),
        _W("The handover pack has everything that belongs to it."),
        _W("See the handover pack"),
        "outtask-handover",
        "back",
    ),
    # Nobody here knows who moves next in what others published.
    "see_published": Wording(
        _W("It stands as it was published"),
        _W("Send its brief to go on with it here, or take it back."),
        _W("Open the brief"),
        "outtask-brief",
        "file",
    ),
    "": Wording(
        _W("Nothing waits here"),
        _W("Nobody has to move."),
        _W("See the timeline"),
        "timeline",
        "check",
    ),
}

HELD_BY = {
    Holder.CLIENT: _W("Next step, yours"),
    Holder.PROVIDER: _W("Next step, theirs"),
    Holder.APPROVER: _W("Next step, whoever decides the spending"),
    Holder.FINANCE: _W("Next step, whoever pays"),
    Holder.NOBODY: _W("No step waits"),
}


@dataclass(frozen=True)
class NextStep:
    """The next step of one out-task, ready for a page."""

    who: str
    title: str
    then: str
    button: str
    href: str
    icon: str


# What is ordered is received, not checked, on a page of its own.
_ORDERED = {
    "hand_in": Wording(
        _W("The order is on its way"),
        _W("Say what came, wholly or in part. What does not come any more, you close."),
        _W("Receive it"),
        "outtask-order",
        "clock",
    ),
    "": Wording(
        _W("Nothing waits here"),
        _W("This order is over. You can duplicate it as a new one."),
        _W("See the order"),
        "outtask-order",
        "check",
    ),
}


def next_step_of(outtask: OutTask) -> NextStep:
    """What comes next on this out-task; its page is named even when somebody else has to move."""
    wording = WORDINGS[outtask.next_step]
    if outtask.next_step in _ORDERED and is_order(outtask.pk):
        wording = _ORDERED[outtask.next_step]
    href = reverse(wording.page, args=[outtask.reference])
    return NextStep(
        who=str(HELD_BY[Holder(outtask.holder)]),
        title=str(wording.title),
        then=str(wording.then),
        button=str(wording.button),
        href=href,
        icon=wording.icon,
    )
