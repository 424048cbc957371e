"""Backups made while work goes on, and what becomes of them: restored, proven, refused, interrupted."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chance import SOAK
from tests.installation import Installation, eventually, installed

# Stores a file, speaks of it in an action, again and again, until told to stop.
LOAD = """
import os, sys
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from outtask.files.actions import keep_upload
from outtask.files.storage import store
from outtask.journal.recording import recording
from outtask.models import Member

actor = Member.objects.get(person__email=sys.argv[1]).actor
while True:
    stored = store(SimpleUploadedFile("page.bin", os.urandom(50_000)))
    with recording("organisation.founded", actor=actor, now=timezone.now()) as entry:
        entry.says(name=entry.keep("under load"))
        keep_upload(entry, stored, "page.bin")
"""
ENTRIES = "SELECT count(*) FROM outtask_entry"
LOGS = "SELECT CAST(organisation_id AS varchar(36)), seq, leaf FROM outtask_entry ORDER BY 1, 2"


SINCE = "UPDATE outtask_organisation SET name = 'Changed since'"


def changed_since(installation: Installation, schema: str = "") -> int:
    query = f"SELECT count(*) FROM {schema}outtask_organisation WHERE name = 'Changed since'"
    return int(installation.rows(query)[0][0])


def entries(installation: Installation) -> int:
    return int(installation.rows(ENTRIES)[0][0])


def logs(installation: Installation) -> set[tuple[Any, ...]]:
    return {(str(one).replace("-", ""), seq, bytes(leaf)) for one, seq, leaf in installation.rows(LOGS)}


def backup(installation: Installation, name: str = "backup.tar", code: int = 0) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        installation.outtask("backup", "-o", installation.home / name, "--json", code=code).stdout
    )
    return told


ONE_FILE = """
from django.utils import timezone
from outtask.files.storage import store_pieces
from outtask.models import Blob
from tests.world import make_world
make_world(timezone.now())
for text in (b"a page", b"another"):
    stored = store_pieces([text], "page.txt")
    Blob.objects.create(sha256=stored.sha256, size=stored.size, kept_at=timezone.now())
"""


@pytest.fixture(scope="module")
def backed_up(template: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Two organisations, two stored files, and a backup of all that; only copied."""
    with installed(tmp_path_factory.mktemp("backed_up"), "backed_up", template) as made:
        made.python(ONE_FILE)
        backup(made)
        yield made


@pytest.fixture
def lived(backed_up: Installation, tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path, "lived", backed_up) as fresh:
        yield fresh


@pytest.fixture
def empty(template: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Another machine: a home and a database in which nothing happened yet."""
    with installed(tmp_path, "elsewhere", template) as fresh:
        yield fresh


def test_a_backup_under_load_is_one_instant_of_it(installation: Installation, empty: Installation) -> None:
    installation.make_world()
    (installation.home / "load.py").write_text("import django; django.setup()\n" + LOAD)
    writers = [
        installation.start(installation.home / "load.py", f"{who}.example")
        for who in ("imke@harbour", "oskar@fold")
    ]
    eventually(lambda: entries(installation) > 20, installation.log.read_text, writers[0])
    before = entries(installation)
    told = backup(installation)
    after = entries(installation)
    for writer in writers:
        assert writer.poll() is None
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    taken = sum(one["entries"] for one in told["organisations"])
    assert before <= taken <= after
    assert before < after  # the writers were not kept waiting for the backup to end
    assert told["files"] == taken - 2  # each entry but those of the world speaks of one file
    assert (told["missing"], told["damaged"]) == ([], [])

    restored = json.loads(empty.outtask("restore", told["file"], "--json").stdout)
    assert [report["fault"] for report in restored["verified"]] == [None, None]
    assert logs(empty) <= logs(installation)
    assert entries(empty) == taken
    named = {sha256 for (sha256,) in empty.rows("SELECT sha256 FROM outtask_blob")}
    found = {path.name: path for path in (empty.home / "files").rglob("*") if path.is_file()}
    assert named == found.keys()
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == sha for sha, path in found.items())


def test_a_backup_is_for_its_owner_and_opens_without_outtask(lived: Installation) -> None:
    path = lived.home / "backup.tar"
    assert path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(path) as tar:
        names = tar.getnames()
        assert {"README.txt", "manifest.json", "keys/secret"} <= set(names)
        assert all(member.mode == 0o600 for member in tar)
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert names[-1] == "manifest.json"
    assert manifest["files"]["count"] == 2
    assert (lived.home / "keys" / "secret").read_text() not in json.dumps(manifest)


def test_a_backup_goes_to_standard_output(lived: Installation) -> None:
    """For whoever encrypts it or sends it on."""
    piped = subprocess.run(
        [sys.executable, "-m", "outtask.cli", "backup", "-o", "-"],
        cwd=lived.home, env=lived.environment, capture_output=True, check=True,
    )  # fmt: skip
    assert b"holds the secrets" in piped.stderr
    (lived.home / "piped.tar").write_bytes(piped.stdout)
    preview = lived.outtask("restore", lived.home / "piped.tar", "--dry-run")
    assert "Every digest is right" in preview.stdout
    assert "set aside with --force" in preview.stderr


def test_restore_replaces_only_by_force_and_deletes_nothing(lived: Installation, empty: Installation) -> None:
    secret = (lived.home / "keys" / "secret").read_text()
    file = lived.home / "backup.tar"
    lived.write(SINCE)
    refused = lived.outtask("restore", file, code=3).stderr
    assert "2 organisations and 7 people" in refused
    assert changed_since(lived) == 2
    done = json.loads(lived.outtask("restore", file, "--force", "--json").stdout)
    assert changed_since(lived) == 0
    aside = Path(done["aside"][0])
    assert (aside / "keys" / "secret").read_text() == secret == (lived.home / "keys" / "secret").read_text()
    assert any((aside / "files").rglob("*"))
    if lived.database:
        schema = done["aside"][1].split()[2]
        assert changed_since(lived, f"{schema}.") == 2
    else:
        assert (aside / "outtask.sqlite3").stat().st_size > 0
    # What was set aside is in no later backup.
    again = backup(lived, "again.tar")
    assert again["files"] == 2
    assert "2 organisations, 2 entries" in empty.outtask("restore", again["file"]).stdout
    assert logs(empty) == logs(lived)


def test_a_file_that_is_no_whole_backup_changes_nothing(lived: Installation) -> None:
    path = lived.home / "backup.tar"
    path.write_bytes(path.read_bytes().replace(b"a page", b"A page"))
    before = sorted(one.name for one in lived.home.iterdir())
    assert "This is no whole backup" in lived.outtask("restore", path, "--force", code=3).stderr
    assert sorted(one.name for one in lived.home.iterdir() if one.name != "running.lock") == before


def test_nothing_is_restored_beneath_a_running_server(lived: Installation) -> None:
    server = lived.up("--no-worker")
    told = lived.outtask("restore", lived.home / "backup.tar", "--force", code=3).stderr
    assert "Stop `outtask up`" in told
    assert server.get("/healthz")[0] == 200
    # Its children hold on to the home as well, for as long as they live.
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    eventually(lambda: server.get("/healthz")[0] == 0)
    assert "Every digest" in lived.outtask("restore", lived.home / "backup.tar", "--force").stdout


BEYOND = """
from django.utils import timezone
from outtask.journal import checkpoints, witness
from outtask.journal.recording import recording
from outtask.models import Member
imke = Member.objects.get(person__email="imke@harbour.example").actor
for number in range(3):
    with recording("organisation.founded", actor=imke, now=timezone.now()) as entry:
        entry.says(name=entry.keep("since the backup"))
checkpoints.make(imke.organisation_id, timezone.now())
witness.watch(timezone.now())
"""


def test_what_the_witness_saw_since_is_no_fault_when_the_restore_was_meant(lived: Installation) -> None:
    lived.python(BEYOND)
    assert len(logs(lived)) == 5
    lived.outtask("restore", lived.home / "backup.tar", "--force")
    assert len(logs(lived)) == 2
    told = lived.outtask("verify").stdout
    assert "Put back from a backup" in told
    assert "3 entries after it were lost" in told


# Killed at the n-th of these moments of a restore; the last one is behind the exchange.
KILLED = """
import os, signal, sys
from pathlib import Path
from django.db import connection
from outtask.cli.backups import databases, record, restoring

moment = int(sys.argv[1])
def dying(name, number, module=restoring):
    true = getattr(module, name)
    def instead(*given, **more):
        answer = true(*given, **more)
        instead.calls += 1
        if instead.calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
    instead.calls = 0
    setattr(module, name, instead)

dying(*[("_unpack", 1), ("_move", 3), ("_exchange", 1), ("_write", 1), ("write", 1, record), ("_move", 8),
        ("set_schema_aside", 1, databases), ("load_postgresql", 1, databases)][moment])
from outtask.cli import main
sys.exit(main(["restore", sys.argv[2], "--force"]))
"""
BEFORE_THE_EXCHANGE = {0, 3}
# SQLite exchanges files, PostgreSQL a schema; the others only in the long run.
EMBEDDED, SCALE, LONG = (0, 1), (0, 6, 7), tuple(range(6))


def moments() -> tuple[int, ...]:
    if SOAK:
        return LONG
    return SCALE if os.environ.get("OUTTASK_TEST_DATABASE") == "postgresql" else EMBEDDED


@pytest.mark.parametrize("moment", moments())
def test_a_killed_restore_left_the_old_state_or_is_run_again(lived: Installation, moment: int) -> None:
    lived.write(SINCE)
    file = lived.home / "backup.tar"
    (lived.home / "killed.py").write_text("import django; django.setup()\n" + KILLED)
    process = lived.start(lived.home / "killed.py", moment, file)
    assert process.wait(60) == -signal.SIGKILL, lived.log.read_text()
    if moment in BEFORE_THE_EXCHANGE:
        lived.outtask("verify")
        assert changed_since(lived) == 2
        lived.outtask("restore", file, "--force")
    else:
        assert "A restore was interrupted. Run it again" in lived.outtask("verify", code=1).stderr
        lived.outtask("restore", file)
    lived.outtask("verify")
    assert changed_since(lived) == 0
    assert not (lived.home / "restore-unpacked").exists()


def test_a_killed_backup_leaves_no_file_that_looks_whole(lived: Installation) -> None:
    (lived.home / "out").mkdir()
    (lived.home / "killed.py").write_text(
        "import django; django.setup()\n"
        "import os, sys\n"
        "from outtask.cli.backups import archive\n"
        "archive.Writer.close = lambda *given: os.kill(os.getpid(), 9)\n"
        "from outtask.cli import main\n"
        f"main(['backup', '-o', {str(lived.home / 'out')!r}])\n"
    )
    lived.start(lived.home / "killed.py").wait(60)
    assert not list((lived.home / "out").glob("*.tar"))
    lived.outtask("backup", "-o", lived.home / "out")
    assert [path.suffix for path in sorted((lived.home / "out").glob("[!.]*"))] == [".tar"]


def test_lost_and_damaged_files_are_told_and_the_rest_is_kept(
    lived: Installation, empty: Installation
) -> None:
    stored = {path.read_bytes(): path for path in (lived.home / "files").rglob("*") if path.is_file()}
    stored[b"a page"].write_bytes(b"b page")
    stored[b"another"].unlink()
    told = backup(lived, code=1)
    assert told["damaged"] == [stored[b"a page"].name]
    assert told["missing"] == [stored[b"another"].name]
    assert "missing or damaged when it was made" in empty.outtask("restore", told["file"]).stderr


LATER = "UPDATE django_migrations SET name = '9999_later' WHERE app = 'outtask' AND name LIKE '0001%'"
MAKE = """
from datetime import UTC, datetime
from pathlib import Path
from outtask.cli.backups import making
making.make(Path("later.tar"), datetime.now(UTC))
"""


def test_a_database_or_a_backup_of_a_later_version_is_refused(
    lived: Installation, empty: Installation
) -> None:
    lived.write(LATER)
    assert "later version" in lived.outtask("backup", code=3).stderr
    lived.python(MAKE)  # beneath the command, which refuses
    refused = empty.outtask("restore", lived.home / "later.tar", code=3).stderr
    assert "newer than this version: it knows outtask.9999_later" in refused


def test_postgresql_needs_its_tools_and_its_own_backups(lived: Installation) -> None:
    (lived.home / "nothing").mkdir()
    if not lived.database:
        lived.outtask("backup", OUTTASK_PG_TOOLS=str(lived.home / "nothing"))
        return
    told = lived.outtask("backup", code=1, OUTTASK_PG_TOOLS=str(lived.home / "nothing")).stderr
    assert "There is no pg_dump. Install the package postgresql-client-18" in told
    sqlite = {"OUTTASK_HOME": str(lived.home / "nothing"), "OUTTASK_DATABASE": ""}
    refused = lived.outtask("restore", lived.home / "backup.tar", code=3, **sqlite).stderr
    assert "set OUTTASK_DATABASE to a PostgreSQL database" in refused
