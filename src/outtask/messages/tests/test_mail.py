"""Mail to a real SMTP server: what leaves, what is tried again, what is given up, what stays here."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from outtask.followers import notices
from outtask.followers.engine import drain
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import Life
from outtask.messages import post
from outtask.messages.actions import send_mail_again
from outtask.messages.addresses import is_sealed, read_decision_address, read_reply_address, reply_address
from outtask.messages.models import Mail
from outtask.messages.post import CLAIM, FIRST_WAIT, GIVE_UP_AFTER, Notice, Reader, put_in_line, send_waiting
from outtask.messages.rendering import render
from outtask.people.links import address_of
from tests.world import World


@dataclass
class Peer:
    """A mail server that keeps what it takes, or refuses with the answer it is told to give."""

    answer: str = "250 OK"
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.taken.append(message_from_bytes(content, policy=policy.default))
        return self.answer


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    peer = Peer()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(peer, hostname="127.0.0.1", port=port)
    controller.start()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"host": "127.0.0.1", "port": port}}}
    settings.OUTBOX_ONLY = False
    settings.REPLY_DOMAIN = "tasks.harbour.example"
    yield peer
    controller.stop()


@pytest.fixture
def life(world: World) -> Life:
    """Roisin asked; Joseph is to decide."""
    return lives.referred(world)


def read_on(world: World) -> None:
    drain(notices.FOLLOWERS, world.now)


def to(peer: Peer, address: str) -> list[EmailMessage]:
    return [message for message in peer.taken if address in str(message["To"])]


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


# ---- leaving ----


def test_what_waits_leaves_and_is_marked_after(life: Life, peer: Peer) -> None:
    read_on(life.world)
    waiting = Mail.objects.filter(state="waiting").count()
    assert waiting > 2 and not Mail.objects.exclude(state="waiting").exists()
    assert send_waiting(life.world.now) == waiting == len(peer.taken)
    assert set(Mail.objects.values_list("state", "sent_at")) == {("sent", life.world.now)}
    assert send_waiting(life.world.now + timedelta(hours=1)) == 0
    assert len(peer.taken) == waiting


def test_headers_keep_the_thread_together_and_name_where_an_answer_goes(life: Life, peer: Peer) -> None:
    read_on(life.world)
    send_waiting(life.world.now)
    (message,) = to(peer, "joseph@harbour.example")
    mail = Mail.objects.get(to_email="joseph@harbour.example")
    thread = f"<outtask.{life.outtask_id.hex}@tasks.harbour.example>"
    assert message["Message-ID"] == f"<mail.{mail.pk.hex}@tasks.harbour.example>"
    assert (message["In-Reply-To"], message["References"]) == (thread, thread)
    assert message["Auto-Submitted"] == "auto-generated"
    # An answer to this one may decide, so it is sealed to the link.
    link, seal = read_decision_address(str(message["Reply-To"])) or (None, "")
    assert link == mail.link_id and is_sealed(mail.link_id, mail.context["decides"], seal)
    assert str(message["To"]) == "Joseph Adeyemi <joseph@harbour.example>"
    assert (
        str(message["Subject"]) == f"Approve £412.00? Photograph 60 first editions ({life.request.reference})"
    )


def test_without_a_domain_for_replies_none_is_promised(life: Life, peer: Peer, settings: Any) -> None:
    settings.REPLY_DOMAIN = "localhost"
    read_on(life.world)
    send_waiting(life.world.now)
    (message,) = to(peer, "joseph@harbour.example")
    assert message["Reply-To"] is None
    assert "answer this mail" not in part(message, "plain")


class Words(HTMLParser):
    """The visible words of a page, in order, and every address it names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self._hidden = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._hidden = tag in {"title", "style"}
        self.addresses += [value for name, value in attrs if name in {"href", "src", "background"} and value]

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += data.split()


def test_both_parts_say_the_same_in_the_same_order_and_load_nothing(life: Life, peer: Peer) -> None:
    read_on(life.world)
    send_waiting(life.world.now)
    for message in peer.taken:
        shown = Words(part(message, "html"))
        plain = part(message, "plain")
        (address,) = shown.addresses
        assert address in plain
        text = re.split(r'[\s:"]+', plain.replace(address, ""))
        html = re.split(r"[\s:]+", " ".join(shown.words))
        assert [word for word in html if word] == [word for word in text if word not in {"", "--"}]
        assert not shown.tags & {"img", "link", "script", "iframe", "object", "form"}
        assert "url(" not in part(message, "html") and "@import" not in part(message, "html")


def test_the_mail_to_decide_has_the_link_and_the_facts_of_the_page(life: Life, peer: Peer) -> None:
    from outtask.spend.wording import facts_of

    read_on(life.world)
    send_waiting(life.world.now)
    (message,) = to(peer, "joseph@harbour.example")
    plain = part(message, "plain")
    assert address_of(life.decide_link) in plain
    facts = facts_of(life.request, life.world.member("joseph"), life.world.now.date())
    places = [plain.index(f"{name}: {value}") for name, value in facts]
    assert places == sorted(places) and len(places) == 6
    assert "£12,000.00 free now, £11,588.00 after" in plain
    assert "£1,500.00 for one need" in plain
    assert "Joseph Adeyemi, by Tue 1 Dec, 09:00" in plain


def test_no_token_is_kept_in_a_row(life: Life) -> None:
    read_on(life.world)
    secret = address_of(life.decide_link).rpartition("/")[2]
    for mail in Mail.objects.all():
        assert secret not in f"{mail.subject}{mail.context}{mail.dedupe}"
    assert secret in render(Mail.objects.get(to_email="joseph@harbour.example")).text


# ---- not leaving ----


def one_waiting(world: World, **more: Any) -> Mail:
    given: dict[str, Any] = {
        "organisation_id": world.organisation.pk,
        "outtask_id": None,
        "cause": "test:1",
    } | more
    put_in_line(
        Reader("Ada", "ada@harbour.example"), Notice("Hello", {"button": "See"}), now=world.now, **given
    )
    return Mail.objects.latest("made_at")


def test_a_server_that_refuses_is_tried_again_ever_later_and_then_given_up(world: World, peer: Peer) -> None:
    peer.answer = "451 Try again later"
    mail, now = one_waiting(world), world.now
    for attempt in range(1, GIVE_UP_AFTER):
        assert send_waiting(now) == 0
        mail.refresh_from_db()
        assert (mail.state, mail.attempts) == ("waiting", attempt)
        assert mail.retry_at == now + FIRST_WAIT * 2 ** (attempt - 1)
        assert "451" in mail.last_error
        assert send_waiting(mail.retry_at - timedelta(seconds=1)) == 0
        mail.refresh_from_db()
        assert mail.attempts == attempt, "not before its time"
        now = mail.retry_at or now
    send_waiting(now)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, GIVE_UP_AFTER) == ("failed", 8, 8)
    assert send_waiting(now + timedelta(days=9)) == 0
    assert peer.taken == []


def test_a_mail_that_was_given_up_can_be_sent_again(world: World, peer: Peer) -> None:
    mail = one_waiting(world)
    given: dict[str, Any] = {"now": world.now, "mail_id": mail.pk}
    with pytest.raises(Refused) as refused:
        send_mail_again(actor=world.actor("nadia"), **given)
    assert refused.value.refusal.code == "wrong_state"
    Mail.objects.update(state="failed", attempts=8, retry_at=world.now)
    with pytest.raises(Refused) as refused:
        send_mail_again(actor=world.actor("joseph"), **given)
    assert refused.value.refusal.code == "not_allowed"
    outcome = send_mail_again(actor=world.actor("nadia"), **given)
    assert lives.told(outcome).says == {"mail": mail.pk}
    assert send_waiting(world.now) == 1
    assert Mail.objects.get().state == "sent"


def test_a_server_that_is_away_is_tried_again(world: World, peer: Peer, settings: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.MAILERS["default"]["OPTIONS"]["port"] = probe.getsockname()[1]
        mail = one_waiting(world)
        assert send_waiting(world.now) == 0
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("waiting", 1)


def test_one_mail_that_cannot_be_rendered_holds_up_no_other(world: World, peer: Peer) -> None:
    broken = one_waiting(world)
    Mail.objects.filter(pk=broken.pk).update(template="there-is-no-such")
    one_waiting(world, cause="test:2")
    assert send_waiting(world.now) == 1
    broken.refresh_from_db()
    assert (broken.state, broken.attempts) == ("waiting", 1)
    assert "TemplateDoesNotExist" in broken.last_error


def test_of_two_workers_one_has_the_mail(world: World, peer: Peer) -> None:
    one_waiting(world)
    first, second = Mail.objects.get(), Mail.objects.get()
    assert post.claim(first, world.now) is True
    assert post.claim(second, world.now) is False
    assert send_waiting(world.now) == 0, "it is claimed"
    assert send_waiting(world.now + CLAIM) == 1, "whoever claimed it died"


def test_without_smtp_mails_stay_in_the_outbox(world: World) -> None:
    one_waiting(world)
    assert send_waiting(world.now) == 1
    assert (Mail.objects.get().state, Mail.objects.get().sent_at) == ("outbox", world.now)
    assert send_waiting(world.now + timedelta(days=1)) == 0


# ---- putting in line ----


def test_the_same_cause_for_the_same_reader_is_one_mail(world: World) -> None:
    for address in ("ada@harbour.example", "Ada@Harbour.example", "imke@harbour.example"):
        reader = Reader("Somebody", address)
        shared: dict[str, Any] = {
            "organisation_id": world.organisation.pk,
            "outtask_id": None,
            "now": world.now,
        }
        put_in_line(reader, Notice("Hello", {}), cause="entry:1", **shared)
    assert Mail.objects.count() == 2


def test_long_and_broken_lines_fit(world: World) -> None:
    reader = Reader("N" * 300, f"{'a' * 60}@{'b' * 63}.{'c' * 63}.example")
    notice = Notice("Line one\r\nBcc: everybody@else.example\n" + "x" * 400, {})
    put_in_line(
        reader, notice, organisation_id=world.organisation.pk, outtask_id=None, cause="c" * 40, now=world.now
    )
    mail = Mail.objects.get()
    mail.full_clean(exclude=["member", "outtask", "link", "last_error", "retry_at", "sent_at", "context"])
    assert "\n" not in mail.subject and "\r" not in mail.subject


def test_who_has_no_address_gets_no_mail(world: World) -> None:
    put_in_line(
        Reader("Nobody", ""), Notice("Hello", {}), organisation_id=world.organisation.pk, outtask_id=None,
        cause="c", now=world.now,
    )  # fmt: skip
    assert not Mail.objects.exists()


# ---- reply addresses ----


def test_a_reply_address_cannot_be_made_up(life: Life) -> None:
    address = reply_address(life.outtask_id, life.world.member("joseph").pk)
    assert read_reply_address(address.upper()) == (life.outtask_id, life.world.member("joseph").pk)
    local = address.partition("@")[0]
    other = reply_address(life.outtask_id, life.world.member("ada").pk).partition("@")[0]
    forged = [
        local[:-1] + ("0" if local[-1] != "0" else "1"),
        ".".join([*local.split(".")[:2], other.split(".")[2]]),
        "reply+x.y.z", "reply+", "hello", "", local.replace("reply+", "answer+"), local + "é",
    ]  # fmt: skip
    assert [read_reply_address(f"{one}@localhost") for one in forged] == [None] * len(forged)
