"""From the first version to this one: by `outtask upgrade`, by `outtask up`, by an old backup."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.first_version import ENTRIES
from tests.installation import Installation, installed

BREAKS = """
from django.db.migrations import Migration
from outtask.cli import main
def breaks(self, *given, **more):
    raise RuntimeError("no room on the disk")
Migration.apply = breaks
import sys
sys.exit(main(["upgrade"]))
"""
APPLIED = "SELECT count(*) FROM django_migrations WHERE app = 'outtask'"


@pytest.fixture(scope="module")
def first_version(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Made once by the first version's tables, and only copied."""
    with installed(tmp_path_factory.mktemp("first"), "first", prepared=False) as made:
        subprocess.run(
            [sys.executable, "-m", "tests.harness.first_version"],
            cwd=made.home, env=made.environment, check=True, capture_output=True,
        )  # fmt: skip
        yield made


@pytest.fixture
def old(first_version: Installation, tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path, "old", first_version) as copy:
        yield copy


def applied(installation: Installation) -> int:
    return int(installation.rows(APPLIED)[0][0])


def test_upgrade_tells_backs_up_migrates_and_proves(old: Installation) -> None:
    assert "Run `outtask upgrade`" in old.outtask("verify", code=1).stderr
    preview = old.outtask("upgrade", "--dry-run")
    assert "outtask.0002_" in preview.stdout
    assert f"{2 * ENTRIES:,} in entry" in preview.stderr
    assert applied(old) == 1
    done = json.loads(old.outtask("upgrade", "--json").stdout)
    assert [report["entries"] for report in done["reports"]] == [ENTRIES, ENTRIES]
    assert {report["fault"] for report in done["reports"]} == {None}
    assert applied(old) == 1 + len(done["steps"])
    assert old.rows("SELECT authorised_minor FROM outtask_budget") == [(5_000,), (5_000,)]
    assert "nothing to do" in old.outtask("upgrade").stdout
    # The backup it made is of the old version: restored here, it is brought up to date again.
    restored = json.loads(old.outtask("restore", done["backup"], "--force", "--json").stdout)
    assert restored["migrations"] == [step["name"] for step in done["steps"]]
    assert [report["entries"] for report in restored["verified"]] == [ENTRIES, ENTRIES]
    assert "every entry is as it was written" in old.outtask("verify").stdout


def test_up_upgrades_where_one_machine_holds_everything(old: Installation) -> None:
    if old.database:
        told = old.outtask("up", "--port", "0", code=1).stderr
        assert "Stop every `outtask up` and `outtask work`, then run `outtask upgrade`" in told
        assert applied(old) == 1
        return
    server = old.up()
    assert server.get("/healthz")[0] == 200
    assert applied(old) > 1
    assert list((old.home / "backups").glob("before-upgrade-*.tar"))
    assert "To go back: install the version you had" in old.log.read_text()


def test_an_upgrade_that_fails_says_how_things_stand(old: Installation) -> None:
    (old.home / "breaks.py").write_text("import django; django.setup()\n" + BREAKS)
    assert old.start(old.home / "breaks.py").wait(120) == 1
    told = old.log.read_text()
    assert "outtask.0002_" in told and "failed: no room on the disk" in told
    assert "To go back: install the version you had, then `outtask restore" in told
    assert applied(old) == 1
    assert old.rows("SELECT count(*) FROM outtask_entry") == [(2 * ENTRIES,)]
