"""Deciding by an answer to the mail: real messages, as a mail server pipes them in."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from outtask.followers import notices
from outtask.followers.engine import drain
from outtask.kernel.refusal import Refused
from outtask.lifecycle.answering import receive
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import WHOLE, Life
from outtask.lifecycle.tests.test_spending import nothing_promised
from outtask.messages.addresses import decision_address
from outtask.messages.rendering import render
from outtask.models import Approval, Link, Mail, Member, Message, PurchaseRequest
from outtask.people.actions import ask_second_factor
from outtask.spend.actions import make_rule
from outtask.spend.queries import terms_of
from tests.world import World

JOSEPH = "joseph@harbour.example"


@pytest.fixture(autouse=True)
def reachable(settings: Any) -> None:
    settings.REPLY_DOMAIN = "replies.example"


def address(life: Life, link: Link | None = None) -> str:
    link = link or life.decide_link
    return decision_address(link.pk, terms_of(life.request, link.version))


def mail(to: str, text: str, sender: str = f"Joseph <{JOSEPH}>", number: str = "<1@m>", **more: str) -> bytes:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = f"Harbour Row Books <{to}>"
    message["Message-ID"] = number
    for name, value in more.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def answers(life: Life, text: str, **more: Any) -> str:
    now = more.pop("now", life.world.now)
    return receive(mail(more.pop("to", address(life)), text, **more), now)


def confirmations() -> list[Mail]:
    return list(Mail.objects.filter(dedupe__startswith="answer:").order_by("id"))


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("approve", ""),
        ("Approve.", ""),
        ("APPROVE, go on.", "go on."),
        ("Approve\n\nSent from my phone", "Sent from my phone"),
        ("approve\n\nOn Tue, 24 Nov 2026 at 09:00, Harbour Row Books <x@y.example> wrote:\n> reject", ""),
    ],
)
def test_an_answer_approves(world: World, text: str, note: str) -> None:
    life = lives.referred(world)
    assert answers(life, text) == "Approved and committed."
    decision = Approval.objects.get()
    assert (decision.decision, decision.by_mail, decision.by_link, decision.note) == (
        "approve", True, False, note,
    )  # fmt: skip
    assert decision.decided_by == world.member("joseph")
    (told,) = confirmations()
    assert (told.to_email, told.subject.partition(" ")[0]) == (JOSEPH, "Approved")
    assert "Reply-To" not in render(told).headers or "decide+" not in render(told).headers["Reply-To"]


def test_an_answer_rejects_with_a_reason_and_not_without(world: World) -> None:
    life = lives.referred(world)
    assert answers(life, "Reject") == "Nothing was decided."
    assert "Write a sentence" in render(confirmations()[0]).text
    assert answers(life, "reject: too dear.", number="<2@m>") == "Rejected."
    assert (life.request.state, Approval.objects.get().note) == ("rejected", "too dear.")


@pytest.mark.parametrize(
    "text", ["Why Marek?", "Approve? I am not sure.", "approved", "I approve", "rejecting"]
)
def test_any_other_first_word_only_lands_in_the_thread(world: World, text: str) -> None:
    life = lives.referred(world)
    assert answers(life, text) == "Nothing was decided."
    assert (Message.objects.get().text, Message.objects.get().author) == (text, "Joseph Adeyemi")
    assert life.request.state == "referred" and nothing_promised(world)
    assert "neither approve nor reject" in render(confirmations()[0]).text


MACHINES = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated"},
    {"Precedence": "bulk"},
    {"Precedence": "auto_reply"},
    {"X_Autoreply": "yes"},
    {"X_Autorespond": "yes"},
    {"Return_Path": "<>"},
    {"List_Id": "<all.example>"},
]


@pytest.mark.parametrize("header", MACHINES)
def test_what_a_machine_sends_decides_nothing(world: World, header: dict[str, str]) -> None:
    life = lives.referred(world)
    with pytest.raises(Refused) as problem:
        answers(life, "approve", **header)
    assert problem.value.refusal.code == "automatic"
    assert nothing_promised(world) and not confirmations() and not Message.objects.exists()


@pytest.mark.parametrize(
    "sender",
    [
        "roisin@harbour.example",
        "Joseph <joseph@elsewhere.example>",
        f"{JOSEPH}, roisin@harbour.example",
        f'"{JOSEPH}" <mallory@evil.example>',
        "",
    ],
)
def test_only_whoever_was_asked_answers(world: World, sender: str) -> None:
    life = lives.referred(world)
    with pytest.raises(Refused) as problem:
        answers(life, "approve", sender=sender)
    assert problem.value.refusal.code == "another_sender"
    assert nothing_promised(world) and not confirmations() and not Message.objects.exists()


def test_a_seal_that_was_not_made_here_for_this_opens_nothing(world: World) -> None:
    life = lives.referred(world)
    link = life.decide_link
    forged = [
        decision_address(link.pk, f"1:{WHOLE - 1}:GBP"),
        decision_address(link.pk, f"2:{WHOLE}:GBP"),
        decision_address(link.pk, f"1:{WHOLE}:EUR"),
        decision_address(life.request.pk, terms_of(life.request, 1)),
        f"decide+{link.pk.hex}.@replies.example",
        f"decide+{link.pk.hex}@replies.example",
        f"decide+nonsense.{'0' * 20}@replies.example",
        f"decide+{link.pk.hex}.{'0' * 20}@replies.example",
    ]
    for to in forged:
        with pytest.raises(Refused) as problem:
            answers(life, "approve", to=to)
        assert problem.value.refusal.code == "not_ours"
    assert nothing_promised(world) and not confirmations()


def test_an_amount_that_changed_since_is_not_approved(world: World) -> None:
    life = lives.referred(world)
    to = address(life)
    PurchaseRequest.objects.filter(pk=life.request.pk).update(amount_minor=WHOLE + 1)
    with pytest.raises(Refused):
        answers(life, "approve", to=to)


def test_it_works_once_and_the_same_mail_again_does_nothing(world: World) -> None:
    life = lives.referred(world)
    to = address(life)
    assert answers(life, "approve", to=to) == answers(life, "approve", to=to) == "Approved and committed."
    assert (Approval.objects.count(), len(confirmations())) == (1, 1)
    assert answers(life, "reject: no", to=to, number="<2@m>") == "Nothing was decided."
    assert "answered already" in render(confirmations()[1]).text
    assert life.request.state == "committed"


def test_after_an_edit_the_mail_before_decides_nothing(world: World) -> None:
    life = lives.referred(world)
    to = address(life)
    edit_request(
        actor=world.actor("roisin"), now=world.now, request_id=life.request.pk, version=1,
        budget_id=world.budget.pk, reason="Later",
    )  # fmt: skip
    assert answers(life, "approve", to=to) == "Nothing was decided."
    assert nothing_promised(world)
    assert answers(life, "approve", number="<2@m>") == "Approved and committed."


def test_it_ends_after_seven_days_and_with_the_membership(world: World) -> None:
    life = lives.referred(world)
    late = world.now + timedelta(days=7, seconds=1)
    assert answers(life, "approve", now=late) == "Nothing was decided."
    assert "ended" in render(confirmations()[0]).text
    with pytest.raises(Refused):
        answers(life, "What is this?", now=late, number="<2@m>")
    Member.objects.filter(pk=world.member("joseph").pk).update(left_at=world.now)
    assert answers(life, "approve", number="<3@m>") == "Nothing was decided."
    assert nothing_promised(world)


def test_above_the_value_it_is_refused_with_the_remedy(world: World) -> None:
    life = lives.referred(world)
    ask_second_factor(actor=world.actor("imke"), now=world.now, from_minor=WHOLE)
    assert answers(life, "approve") == "Nothing was decided."
    assert "confirms it with their second factor" in render(confirmations()[0]).text
    assert nothing_promised(world)


def test_the_first_of_two_is_told_that_another_is_asked(world: World) -> None:
    make_rule(actor=world.actor("imke"), now=world.now, name="Two", demand="two")
    life = lives.referred(world)
    assert answers(life, "approve").startswith("Your yes is noted")
    assert "two persons approve" in render(confirmations()[0]).text
    imke = address(life)
    assert answers(life, "approve", to=imke, sender="imke@harbour.example", number="<2@m>").startswith(
        "Approved"
    )


def test_a_limit_that_no_longer_covers_refers_it_on(world: World) -> None:
    life = lives.referred(world)
    Member.objects.filter(pk=world.member("joseph").pk).update(limit_minor=1)
    assert answers(life, "approve").startswith("Your yes is noted")
    assert life.request.decider == world.member("imke") and nothing_promised(world)


def test_the_notice_says_so_and_names_the_address_where_answers_arrive(world: World, settings: Any) -> None:
    life = lives.referred(world)
    drain(notices.FOLLOWERS, world.now)
    sent = render(Mail.objects.get(link=life.decide_link))
    assert sent.headers["Reply-To"] == address(life)
    assert "Or answer this mail with approve or reject as the first word" in sent.text
    assert len(sent.headers["Reply-To"].partition("@")[0]) <= 64
    settings.REPLY_DOMAIN = "localhost"
    assert "Reply-To" not in render(Mail.objects.get(link=life.decide_link)).headers
    assert answers(life, "approve", to=sent.headers["Reply-To"]) == "Approved and committed."


def test_above_the_value_the_notice_does_not_offer_it(world: World) -> None:
    ask_second_factor(actor=world.actor("imke"), now=world.now, from_minor=1)
    life = lives.referred(world)
    drain(notices.FOLLOWERS, world.now)
    assert "Or answer this mail" not in render(Mail.objects.get(link=life.decide_link)).text
