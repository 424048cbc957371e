"""Files that strangers hand in, as they are given out again: something to save, and nothing in them runs."""

from __future__ import annotations

import re

import pytest

from outtask.deliver.actions import hand_in
from outtask.deliver.tests.underway import begin
from outtask.files.rules import plain_name
from outtask.files.storage import store_pieces
from outtask.models import File
from outtask.people.links import token_for
from tests.harness.links.hostile import FILES, NAMES
from tests.world import World

SAFE_NAME = re.compile(
    r'attachment(?:; filename="(?:[^"\r\n\\]|\\["\\])*")?(?:; filename\*=utf-8\'\'[A-Za-z0-9%._~!$&+^`|#-]*)?'
)


def served(world: World, name: str, content: bytes, time_machine: object) -> tuple[object, object]:
    """The same file as a member and as its provider get it."""
    under = begin(world)
    hand_in(
        actor=under.guest,
        now=world.now,
        milestone_id=under.milestone(1).pk,
        files=[(name, store_pieces([content], plain_name(name)))],
    )
    file = File.objects.order_by("-id")[0]
    member = world.client("imke").get(f"/files/{file.pk}/anything")
    guest = world.client("oskar").get(f"/l/{token_for(under.link.pk)}/files/{file.pk}/anything")
    return member, guest


@pytest.fixture(autouse=True)
def stand_still(world: World, time_machine: object) -> None:
    time_machine.move_to(world.now, tick=False)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_saved_and_never_shown(world: World, name: str, time_machine: object) -> None:
    for response in served(world, name, FILES[name], time_machine):
        assert response.status_code == 200, name  # type: ignore[attr-defined]
        headers = response.headers  # type: ignore[attr-defined]
        assert headers["Content-Disposition"].startswith("attachment")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert headers["X-Frame-Options"] == "DENY"
        # Our own pages may load scripts and styles from our own address; none of these is either.
        assert not re.search("script|css|wasm", headers["Content-Type"])
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert b"".join(response.streaming_content) == FILES[name]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_cannot_leave_its_place_in_the_header(world: World, name: str, time_machine: object) -> None:
    for response in served(world, name, b"text", time_machine):
        told = response.headers["Content-Disposition"]  # type: ignore[attr-defined]
        assert SAFE_NAME.fullmatch(told), told
        assert "/" not in told.replace("utf-8''", "")
        assert "\u202e" not in told
        assert "%E2%80%AE" not in told
        assert set(response.headers) & {"X-Evil", "Set-Cookie"} <= {"Set-Cookie"}  # type: ignore[attr-defined]
