"""Threads: one for each provider, questions that wait for the other side, answers that come by mail."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import Life
from outtask.messages import rules
from outtask.messages.actions import write_message
from outtask.messages.addresses import reply_address
from outtask.messages.queries import partners, thread_of
from outtask.messages.receiving import receive
from outtask.models import Link, Member, Message, Provider
from tests.world import World


def writes(life: Life, by: str | Actor = "imke", text: str = "Mind the spines.", **more: Any) -> Outcome:
    actor = by if isinstance(by, Actor) else life.actor(by)
    return write_message(actor=actor, now=life.world.now, outtask_id=life.outtask_id, text=text, **more)


def guest(life: Life, provider: Provider) -> Actor:
    return Link.objects.filter(outtask_id=life.outtask_id, provider=provider).latest("id").actor


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "nothing_written"), (" \n", "nothing_written"), ("x" * 20_001, "too_long"), ("x", "")],
)
def test_what_may_be_written(text: str, code: str) -> None:
    refusal = rules.why_not_write(text)
    assert (refusal.code if refusal else "") == code


def test_a_line_is_kept_and_told(world: World) -> None:
    life = lives.committed(world)
    outcome = writes(life, text=" Mind the spines. ")
    message = Message.objects.get()
    assert (message.text, message.author, message.provider) == ("Mind the spines.", "Imke Vos", world.marek)
    told = lives.told(outcome)
    assert (told.kind.name, told.says) == (
        "message.written",
        {"text": "Mind the spines.", "message": message.pk},
    )


def test_a_question_waits_until_the_other_side_writes(world: World) -> None:
    life = lives.committed(world)
    outcome = writes(life, asks=True)
    assert outcome.kind == "question.asked"
    writes(life, by="joseph", text="And the boards.")
    assert Message.objects.get(asks=True).answered_at is None
    writes(life, by=guest(life, world.marek), text="I do.")
    assert Message.objects.get(asks=True).answered_at == world.now


def test_each_provider_reads_their_own_thread_alone(world: World) -> None:
    life = lives.sent(world)
    writes(life, by=guest(life, world.marek), text="May I use a scanner?", asks=True)
    writes(life, by=guest(life, world.kestrel), text="How many pages?", asks=True)
    writes(life, text="Please do.", provider_id=world.marek.pk)
    assert [row.text for row in thread_of(guest(life, world.marek), life.outtask)] == [
        "Please do.", "May I use a scanner?",
    ]  # fmt: skip
    assert [row.text for row in thread_of(guest(life, world.kestrel), life.outtask)] == ["How many pages?"]
    assert len(thread_of(life.actor("imke"), life.outtask)) == 3
    waiting = Message.objects.filter(asks=True, answered_at__isnull=True)
    assert [row.provider for row in waiting] == [world.kestrel], "only the thread that was answered in"


def test_before_a_choice_members_write_among_themselves_unless_they_say_to_whom(world: World) -> None:
    life = lives.sent(world)
    writes(life, text="I like Marek.")
    assert Message.objects.get().provider is None
    assert not thread_of(guest(life, world.marek), life.outtask)
    assert set(partners(life.outtask)) == {world.marek, world.kestrel}


def test_nobody_writes_to_a_provider_who_was_never_asked(world: World) -> None:
    with pytest.raises(NotFound):
        writes(lives.sent(world), provider_id=world.pagewright.pk)


def test_a_guest_cannot_write_into_another_thread(world: World) -> None:
    life = lives.sent(world)
    writes(life, by=guest(life, world.marek), provider_id=world.kestrel.pk)
    assert Message.objects.get().provider == world.marek


def test_who_may_not_write(world: World) -> None:
    life = lives.referred(world)
    with pytest.raises(Refused):
        writes(life, by="ada")
    with pytest.raises(NotFound):
        writes(life, by="oskar")


# ---- by mail ----


def answer(life: Life, reader: Any, text: str, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Whoever <anybody@else.example>"
    message["To"] = f"Harbour Row Books <{reply_address(life.outtask_id, reader.pk)}>"
    message["Message-ID"] = "<a1@mail.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


QUOTES = [
    "I do.\n\nOn Tue, 24 Nov 2026 at 09:00, Harbour Row Books <x@y.example> wrote:\n> Mind the spines.",
    "I do.\n\n> Mind the spines.",
    "I do.\n-- \nMarek Solan",
    "I do.\n\n-----Original Message-----\nFrom: us",
    "I do.\n________________________________\nFrom: us",
    "I do.",
]


@pytest.mark.parametrize("text", QUOTES)
def test_an_answer_becomes_a_line_without_what_it_quotes(world: World, text: str) -> None:
    life = lives.committed(world)
    receive(answer(life, life.deliver_link, text), world.now)
    message = Message.objects.get()
    assert (message.text, message.link, message.provider) == ("I do.", life.deliver_link, world.marek)


def test_a_member_answers_as_themselves_and_the_same_mail_counts_once(world: World) -> None:
    life = lives.committed(world)
    for _ in range(2):
        receive(answer(life, world.member("imke"), "Thank you."), world.now)
    assert [row.author for row in Message.objects.all()] == ["Imke Vos"]


def test_what_machines_send_and_what_is_not_for_us_is_refused(world: World) -> None:
    life = lives.committed(world)
    link = life.deliver_link
    cases = [
        (answer(life, link, "Away.", Auto_Submitted="auto-replied"), "automatic"),
        (answer(life, link, "Hello.").replace(b"reply+", b"hello+"), "not_ours"),
        (answer(life, link, "> Mind the spines."), "nothing_written"),
    ]
    for data, code in cases:
        with pytest.raises(Refused) as refused:
            receive(data, world.now)
        assert refused.value.refusal.code == code
    assert not Message.objects.exists()


def test_a_closed_link_and_a_member_who_left_write_no_more(world: World) -> None:
    life = lives.committed(world)
    with pytest.raises(Refused) as refused:
        receive(answer(life, life.deliver_link, "Hello."), world.now + timedelta(days=800))
    assert refused.value.refusal.code == "link_expired"
    Member.objects.filter(pk=world.member("imke").pk).update(left_at=world.now)
    with pytest.raises(Refused) as refused:
        receive(answer(life, world.member("imke"), "Hello."), world.now)
    assert refused.value.refusal.code == "reader_gone"
