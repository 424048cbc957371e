"""Leaving and coming back by the command line; killed in the middle and run again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.installation import READY, Installation, eventually, installed
from tests.world import PASSWORD

NAME = "Harbour Row Books"
# What a kill leaves is the same for all that comes after the same write: the first rows, some, the last.
KILLED = """
import os, sys
from outtask.takeback.archive.rows import Inserting
from outtask.cli import main
real, left = Inserting._went_in, [int(sys.argv[1])]
def went_in(self, count):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), 9)
    real(self, count)
Inserting._went_in = went_in
sys.exit(main(["import", "archive", sys.argv[2]]))
"""
LIFE = """
from outtask.takeback.archive.tests.material import inhabit
from tests.world import NOW, make_world
inhabit(make_world(NOW))
"""


def told(home: Installation, *arguments: object, code: int = 0) -> Any:
    return json.loads(home.outtask(*arguments, "--json", code=code).stdout)


@pytest.fixture
def elsewhere(template: Installation, tmp_path: Path) -> Any:
    with installed(tmp_path, "elsewhere", template) as other:
        yield other


def test_from_one_installation_to_another(
    installation: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    installation.python(LIFE)
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    left = told(installation, "export", NAME, "-o", one)
    assert left["entries"] > 200 and left["fault"] is None and left["size"] == one.stat().st_size

    preview = told(elsewhere, "import", "archive", one, "--dry-run")
    assert (preview["standing"], preview["written"]) == ("new", False)
    assert preview["tables"]["outtask"] == {"rows": 17, "new": 17}
    assert elsewhere.rows("SELECT count(*) FROM outtask_organisation") == [(0,)]

    # Killed after the first rows, in the middle, and late.
    for writes in (1, 7, 28):
        process = elsewhere.start("-c", READY + KILLED, writes, one)
        assert process.wait(180) == -signal.SIGKILL
        assert elsewhere.rows("SELECT count(*) FROM outtask_organisation") == [(0,)]
    came = told(elsewhere, "import", "archive", one)
    assert came["written"] and came["id"] == left["id"]
    assert told(elsewhere, "export", left["id"], "-o", two)["sha256"] == left["sha256"]
    assert one.read_bytes() == two.read_bytes()
    again = told(elsewhere, "import", "archive", one)
    assert (again["standing"], again["written"]) == ("same", False)
    assert [report["fault"] for report in told(elsewhere, "verify")] == [None]

    (owner,) = came["owners"]
    path = owner["address"].partition("8000")[2]
    signs_in = SIGN_IN.format(path=path, password=PASSWORD, email=owner["email"])
    assert elsewhere.python(signs_in) == "302 302 True"


SIGN_IN = """
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from django.test import Client
client = Client()
form = client.get("{path}", follow=True).request["PATH_INFO"]
done = client.post(form, {{"password1": "{password}", "password2": "{password}"}}).status_code
there = Client()
signed = there.post("/account/login/", {{"login": "{email}", "password": "{password}"}}).status_code
print(done, signed, "_auth_user_id" in there.session)
"""


def test_what_is_refused_says_why(installation: Installation, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK not at all")
    assert "it is not a whole ZIP file" in installation.outtask("import", "archive", bad, code=3).stderr
    assert (
        "There is no file" in installation.outtask("import", "archive", tmp_path / "none.zip", code=2).stderr
    )
    assert "Name one archive" in installation.outtask("import", "archive", bad, bad, code=2).stderr
    assert "--organisation NAME" in installation.outtask("import", "processes", bad, code=2).stderr
    assert "There is no organisation" in installation.outtask("export", "Nobody", code=2).stderr


def test_a_killed_drill_leaves_nothing(installation: Installation) -> None:
    installation.make_world()
    process = installation.start("-m", "outtask.cli", "drill", "--organisation", NAME)
    drills = installation.home / "drills"
    eventually(lambda: any(drills.glob("drill-*/home")), lambda: installation.log.read_text(), process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    # The scratch installation is in the process group of whoever started it.
    eventually(lambda: not _alive(process.pid))
    assert installation.rows("SELECT count(*) FROM outtask_drill") == [(0,)]
    assert installation.python("from outtask.takeback import drill; print(drill.sweep())") == "1"
    assert not list(drills.iterdir())


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_scratch_installation_ends_with_whoever_started_it(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from outtask.takeback.archive import scratch; scratch._end_with_the_other()"],
        stdin=subprocess.PIPE,
    )
    assert process.poll() is None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(60) == 1
