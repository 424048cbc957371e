"""The receiver of docs/webhooks.md, run as it stands there."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from outtask.files import fetcher
from outtask.followers.models import WebhookDelivery
from outtask.followers.tests.receiving import endpoint_at
from outtask.followers.webhooks import actions, rules
from outtask.followers.webhooks.delivering import send_waiting
from outtask.followers.webhooks.keys import shown_secret
from outtask.kernel.identifiers import new_id
from tests.world import World

PAGE = Path(__file__).resolve().parents[4] / "docs" / "webhooks.md"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Any]:
    """Start the example with a secret on a free port; the process and its address."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    script = tmp_path / "receiver.py"
    script.write_text(code)
    started: list[subprocess.Popen[str]] = []

    def start(secret: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, str(script), "0"],
            env=os.environ | {"OUTTASK_SECRET": secret},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        port = process.stdout.readline().split()[-1]
        return process, f"127.0.0.1:{port}"

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_the_example_takes_what_is_ours_once_and_nothing_else(world: World, run: Any) -> None:
    # The receiver is another process, with a clock of its own.
    now = datetime.now(UTC)
    endpoint = endpoint_at(world, "http://placeholder/", pk=new_id())
    secret = shown_secret(endpoint, now)
    process, listening = run(secret)
    endpoint.address = f"http://{listening}/hook"
    endpoint.save()
    post: Any = functools.partial(fetcher.post, allow_private=frozenset({listening}))
    done = actions.send_test(actor=world.actor("imke"), now=now, endpoint_id=endpoint.pk)
    assert send_waiting(now, post) == 1
    assert process.stdout.readline() == f"webhook.tested {done.seq}\n"

    # Sent anew it is taken and not done twice; too old or signed by another it is refused.
    row = WebhookDelivery.objects.get()
    imke = world.actor("imke")
    actions.replay_deliveries(actor=imke, now=now, endpoint_id=endpoint.pk, delivery_id=row.pk)
    assert send_waiting(now, post) == 1
    actions.send_test(actor=imke, now=now, endpoint_id=endpoint.pk)
    old = now - timedelta(minutes=6)
    WebhookDelivery.objects.filter(state="waiting").update(next_at=old)
    assert send_waiting(old, post) == 0
    assert WebhookDelivery.objects.get(state="waiting").last_status == 401
    endpoint.generation = 7
    endpoint.save()
    WebhookDelivery.objects.filter(state="waiting").update(next_at=now)
    assert send_waiting(now, post) == 0
    # Signed by both while a secret is replaced, the first of them being the receiver's.
    endpoint.generation, endpoint.earlier_ends_at = 2, now + timedelta(hours=1)
    endpoint.save()
    last = actions.send_test(actor=imke, now=now, endpoint_id=endpoint.pk)
    WebhookDelivery.objects.filter(state="waiting").exclude(seq=last.seq).delete()
    assert send_waiting(now, post) == 1
    assert process.stdout.readline() == f"webhook.tested {last.seq}\n"


def test_the_page_tells_the_timetable() -> None:
    page = " ".join(PAGE.read_text().split())
    assert "5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h" in page
    assert f"At most {rules.MOST_REPLAYED:,} at once" in page
