"""The quick start in `docs/api.md` does what it says: every command, in a shell, on a live installation."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.installation import ROOT, Installation

DOCUMENT = ROOT / "docs" / "api.md"
SETUP = """
from django.utils import timezone
from outtask.api.tests.callers import token_for
from outtask.models import Member
from outtask.people.actions import declare_exception
from tests.world import make_world
world = make_world(timezone.now())
imke, agent = world.member("imke"), world.pagewright
Member.objects.filter(organisation=world.organisation).exclude(pk=imke.pk).update(left_at=world.now)
declare_exception(actor=imke.actor, now=world.now, reason="I am alone here.")
print(token_for(imke, world.now), token_for(imke, world.now, provider=agent), agent.pk)
"""


def commands() -> str:
    """What stands in the blocks of shell, in their order, without the lines that tell where things are."""
    blocks = re.findall(r"^```sh\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    return "\n".join(line for line in "\n".join(blocks).splitlines() if not line.startswith("export "))


TOOLS = ("bash", "curl", "jq", "date")


@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"the document asks for {', '.join(TOOLS)}")
def test_from_token_to_paid(installation: Installation, tmp_path: Path) -> None:
    token, agent_token, agent = installation.python(SETUP).split()[-3:]
    server = installation.up()
    script = tmp_path / "quick_start.sh"
    script.write_text("set -eu -o pipefail\nshopt -s expand_aliases\n" + commands())
    given = {
        "OUTTASK": f"{server.address}/api/v1",
        "OUTTASK_TOKEN": token,
        "AGENT_TOKEN": agent_token,
        "AGENT": agent,
    }
    done = subprocess.run(
        ["bash", str(script)],
        cwd=tmp_path,
        env=installation.environment | given,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"done"' in done.stdout
    assert "It has changed since you read it" in done.stdout
    assert "#/by_when" in done.stdout
