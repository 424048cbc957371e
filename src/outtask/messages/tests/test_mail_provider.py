"""Mail through a provider's own interface: a real HTTP server stands where the provider's would."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from outtask.config.environment import Environment
from outtask.followers import health, notices
from outtask.followers.engine import drain
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import Life
from outtask.messages.addresses import is_sealed, read_decision_address
from outtask.messages.models import Mail
from outtask.messages.post import send_waiting
from tests.installation import free_port
from tests.world import World

KEY = "lantern-0042"


@dataclass
class Provider:
    """What was posted to the interface of Postmark, and how it answers."""

    port: int = 0
    status: int = 200
    posted: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def take(self, path: str, key: str, letter: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        assert path == "/email"
        self.keys.append(key)
        if self.status != 200:
            return self.status, {"ErrorCode": 10, "Message": "No Account or Server API tokens were supplied."}
        self.posted.append(letter)
        return 200, {"To": letter["To"], "MessageID": "0a1", "ErrorCode": 0, "Message": "OK"}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            letter = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, told = provider.take(self.path, self.headers["X-Postmark-Server-Token"], letter)
            said = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the output of the tests clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    provider.port = server.server_address[1]
    use(settings, provider.port)
    yield provider
    server.shutdown()
    server.server_close()


def use(settings: Any, port: int) -> None:
    options = {"MAIL_OPTIONS": f"api_url=http://127.0.0.1:{port}/"}
    values = {"MAIL_PROVIDER": "postmark", "MAIL_KEY": KEY} | options
    settings.MAILERS = {
        "default": Environment({f"OUTTASK_{name}": value for name, value in values.items()}).mailer()
    }
    settings.MAIL_PROVIDER, settings.OUTBOX_ONLY = "postmark", False
    settings.REPLY_DOMAIN = "tasks.harbour.example"


@pytest.fixture
def life(world: World) -> Life:
    """Roisin asked; Joseph is to decide."""
    life = lives.referred(world)
    drain(notices.FOLLOWERS, world.now)
    return life


def test_a_letter_goes_with_both_parts_its_number_and_where_an_answer_goes(
    life: Life, provider: Provider
) -> None:
    waiting = Mail.objects.count()
    assert send_waiting(life.world.now) == waiting == len(provider.posted)
    assert set(provider.keys) == {KEY}
    (letter,) = [one for one in provider.posted if "joseph@harbour.example" in one["To"]]
    mail = Mail.objects.get(to_email="joseph@harbour.example")
    headers = {one["Name"]: one["Value"] for one in letter["Headers"]}
    assert letter["Subject"].startswith("Approve £412.00? Photograph 60 first editions")
    assert "£412.00" in letter["TextBody"]
    assert "<html" in letter["HtmlBody"] and "£412.00" in letter["HtmlBody"]
    assert headers["Message-ID"] == f"<mail.{mail.pk.hex}@tasks.harbour.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    link, seal = read_decision_address(letter["ReplyTo"]) or (None, "")
    assert link == mail.link_id and is_sealed(mail.link_id, mail.context["decides"], seal)
    assert (mail.state, mail.last_error) == ("sent", "")


def test_what_the_provider_turns_away_waits_and_is_told_without_the_key(
    life: Life, provider: Provider
) -> None:
    provider.status = 401
    assert send_waiting(life.world.now) == 0
    mail = Mail.objects.get(to_email="joseph@harbour.example")
    assert (mail.state, mail.attempts) == ("waiting", 1)
    assert "401" in mail.last_error and KEY not in mail.last_error
    found = health.mail(life.world.now)
    assert (found.state, KEY in found.says) == ("warn", False)
    assert "Mail waits that could not be sent" in found.says
    ready = health.outbox(life.world.now)
    assert (ready.name, ready.short) == ("mail", "Mail waits that could not be sent.")

    provider.status = 200
    Mail.objects.update(retry_at=life.world.now)
    assert send_waiting(life.world.now) == len(provider.posted)
    assert health.mail(life.world.now).says == f"postmark at 127.0.0.1:{provider.port} answers"


def test_a_provider_that_is_away_is_named(life: Life, settings: Any) -> None:
    port = free_port()
    use(settings, port)
    found = health.mail(life.world.now)
    assert (found.state, found.says.startswith(f"postmark at 127.0.0.1:{port} does not answer")) == (
        "bad",
        True,
    )
    assert "OUTTASK_MAIL_OPTIONS" in found.remedy
    assert send_waiting(life.world.now) == 0
    assert Mail.objects.filter(state="waiting", attempts=1).exists()
