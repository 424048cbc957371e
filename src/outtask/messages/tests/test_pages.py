"""Writing in threads and looking into the outbox, without script."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.lifecycle.tests import life as lives
from outtask.messages.actions import write_message
from outtask.messages.post import Notice, Reader, put_in_line, send_waiting
from outtask.models import Link, Mail, Message
from outtask.people.links import address_of
from outtask.spend.tests.test_pages import sound
from tests.world import World


def test_writing_in_the_thread(world: World) -> None:
    life, client = lives.committed(world), world.client("imke")
    address = f"/out-tasks/{life.outtask.reference}/thread"
    assert "Marek Solan reads this too" in sound(client.get(address))
    done = client.post(address, {"text": "Mind the spines.", "asks": "on", "key": "k1"})
    assert (done.status_code, done.headers["Location"]) == (
        303,
        f"/out-tasks/{life.outtask.reference}#thread",
    )
    client.post(address, {"text": "Mind the spines.", "asks": "on", "key": "k1"})
    assert [(row.text, row.asks, row.provider) for row in Message.objects.all()] == [
        ("Mind the spines.", True, world.marek)
    ]
    sound(client.post(address, {"text": " "}), 422)


def test_with_several_providers_one_says_to_whom(world: World) -> None:
    life, client = lives.sent(world), world.client("imke")
    address = f"/out-tasks/{life.outtask.reference}/thread"
    guest = Link.objects.get(provider=world.kestrel).actor
    write_message(actor=guest, now=world.now, outtask_id=life.outtask_id, text="How many pages?", asks=True)
    text = sound(client.get(f"{address}?to={world.kestrel.pk}"))
    assert f'value="{world.kestrel.pk}" selected' in text and "Answer Kestrel" in text
    client.post(address, {"text": "Sixty.", "to": str(world.kestrel.pk)})
    assert Message.objects.latest("id").provider == world.kestrel
    client.post(address, {"text": "I like Marek.", "to": "colleagues"})
    assert Message.objects.latest("id").provider is None
    sound(client.post(address, {"text": "Hello.", "to": str(world.pagewright.pk)}), 422)


@pytest.fixture
def mail(world: World) -> Mail:
    life = lives.referred(world)
    link = life.decide_link
    put_in_line(
        Reader(link.name, link.email, link=link),
        Notice("Approve?", {"lead": "Decide", "button": "Review"}),
        organisation_id=world.organisation.pk,
        outtask_id=life.outtask_id,
        cause=f"link:{link.pk}",
        now=world.now,
    )
    return Mail.objects.get()


def test_without_smtp_the_outbox_is_the_delivery(world: World, mail: Mail) -> None:
    send_waiting(world.now)
    client = world.client("nadia")
    assert "Kept here" in sound(client.get("/settings/outbox"))
    assert mail.link is not None
    assert address_of(mail.link) in sound(client.get(f"/settings/outbox/{mail.pk}"))


def test_with_smtp_nobody_reads_the_links_of_others(world: World, mail: Mail, settings: Any) -> None:
    settings.OUTBOX_ONLY = False
    assert mail.link is not None
    text = sound(world.client("nadia").get(f"/settings/outbox/{mail.pk}"))
    assert address_of(mail.link).rpartition("/")[2] not in text
    assert "Its words are not shown here" in text


@pytest.mark.parametrize("who", ["joseph", "roisin", "dunstan", "ada"])
def test_admins_alone_look_into_the_outbox(world: World, mail: Mail, who: str) -> None:
    for address in ("/settings/outbox", f"/settings/outbox/{mail.pk}"):
        assert world.client(who).get(address).status_code == 403
    assert world.client("oskar").get(f"/settings/outbox/{mail.pk}").status_code == 404


def test_a_mail_that_was_given_up_is_sent_again_from_its_page(world: World, mail: Mail) -> None:
    client = world.client("nadia")
    Mail.objects.update(state="failed", attempts=8, last_error="451 Try again later")
    assert "451 Try again later" in sound(client.get(f"/settings/outbox/{mail.pk}"))
    assert client.post(f"/settings/outbox/{mail.pk}", {"key": "k1"}).status_code == 303
    assert (Mail.objects.get().state, Mail.objects.get().attempts) == ("waiting", 0)
    assert client.post(f"/settings/outbox/{mail.pk}", {"key": "k2"}).status_code == 422
