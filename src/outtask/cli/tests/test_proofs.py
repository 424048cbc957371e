"""`outtask verify` and `outtask keys`: with an installation, and on a machine that has nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import outtask
from outtask.cli import main
from outtask.journal import checkpoints, merkle, witness
from outtask.journal.bundles import armoured
from outtask.journal.models import Checkpoint, Entry, SigningKey
from outtask.journal.notes import SignerKey
from outtask.journal.receipts import Receipt
from outtask.journal.tests.growing import entry, grow
from outtask.journal.tests.signed_log import ORIGIN, SignedLog, seed
from tests.world import World

SOURCE = Path(outtask.__file__).parents[1]
KEY = str(SignerKey(ORIGIN, seed(1)).verifier)
LOG = SignedLog.of(12)
# Stands in for a machine that has Python, `cryptography` and this package: nothing else can be imported.
ALONE = f"""
import sys
sys.path.insert(0, {str(SOURCE)!r})

class NothingElse:
    def find_spec(self, name, path=None, target=None):
        known = sys.stdlib_module_names | {{"outtask", "cryptography", "cffi", "_cffi_backend"}}
        if name.partition(".")[0] not in known:
            raise ImportError(f"{{name}} is not on this machine")

sys.meta_path.insert(0, NothingElse())
from outtask.cli import main
sys.exit(main(sys.argv[1:]))
"""


def alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in an empty folder with an empty home and an empty environment."""
    return subprocess.run(
        [sys.executable, "-I", "-c", ALONE, *arguments],
        cwd=folder,
        env={"HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def saved(folder: Path, receipt: Receipt) -> str:
    (folder / "receipt.json").write_text(receipt.to_json())
    return "receipt.json"


def test_a_receipt_is_verified_on_a_machine_that_has_nothing_else(tmp_path: Path) -> None:
    ran = alone(tmp_path, "verify", "--receipt", saved(tmp_path, LOG.receipt(7)), "--key", KEY)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "This receipt holds." in ran.stdout
    assert "words 7" in ran.stdout and KEY in ran.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["receipt.json"]  # and nothing is left behind


def test_a_receipt_that_was_touched_does_not_hold(tmp_path: Path) -> None:
    forged = replace(LOG.receipt(7), entry=LOG.receipt(7).entry.replace(b"accepted", b"rejected"))
    ran = alone(tmp_path, "verify", "--receipt", saved(tmp_path, forged), "--key", KEY, "--json")
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["holds"]) == (1, False)
    assert "not in the log" in told["faults"][0]


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        ("{}", (), "not a receipt"),
        (None, (), "cannot be read"),
        (LOG.receipt(7).to_json(), ("--key", "x"), "--key: A key is written"),
    ],
)
def test_bad_use_is_explained(tmp_path: Path, content: str | None, more: tuple[str, ...], says: str) -> None:
    if content is not None:
        (tmp_path / "receipt.json").write_text(content)
    ran = alone(tmp_path, "verify", "--receipt", "receipt.json", *more)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in ran.stderr


def test_kept_checkpoints_are_compared_on_a_machine_that_has_nothing_else(tmp_path: Path) -> None:
    for name, old, new in (("a", 0, 5), ("b", 5, 12), ("c", 0, 12)):
        (tmp_path / name).write_text("Dear Marek,\n\n" + armoured(LOG.bundle(old, new)))
    good = alone(tmp_path, "verify", "--against", "b", "a", "--key", KEY)
    assert (good.returncode, good.stdout) == (0, "One history: 5 → 12 entries, nothing before was changed.\n")
    unproven = alone(tmp_path, "verify", "--against", "a", "c", "--json")
    assert (unproven.returncode, json.loads(unproven.stdout)["consistent"]) == (1, False)
    assert alone(tmp_path, "verify", "--against", "a").returncode == 2


# --- with an installation ------------------------------------------------------------------------------


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, world: World) -> Path:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    (tmp_path / "keys").mkdir()
    return tmp_path


def run(capsys: Any, *arguments: str) -> tuple[int, str]:
    code = main(arguments)
    return code, capsys.readouterr().out


def kept(world: World, home: Path, by: int = 9) -> str:
    """A checkpoint as the other party has it in a file."""
    grow(world.organisation.pk, by, world.now)
    made = checkpoints.make(world.organisation.pk, world.now)
    assert made is not None
    path = home / f"kept-{made.size}.txt"
    path.write_text(armoured(checkpoints.bundle(made)))
    return str(path)


def test_a_kept_checkpoint_is_held_against_the_log(world: World, home: Path, capsys: Any) -> None:
    file = kept(world, home)
    grow(world.organisation.pk, 5, world.now)
    code, out = run(capsys, "verify", "--checkpoint", file)
    assert (code, "goes on from this checkpoint over 10 entries" in out) == (0, True)
    code, out = run(capsys, "verify", "--checkpoint", file, "--json")
    assert (code, json.loads(out)["consistent"]) == (0, True)


def test_a_kept_checkpoint_shows_a_log_that_was_written_anew(world: World, home: Path, capsys: Any) -> None:
    ours = world.organisation.pk
    early, late = kept(world, home), kept(world, home)
    Checkpoint.objects.all().delete()
    changed = entry(ours, 14)
    changed.body = bytes(changed.body).replace(b'"clock"', b'"chess"')
    changed.leaf, changed.actor_kind = merkle.leaf_hash(bytes(changed.body)), "chess"
    changed.save()
    head = world.organisation.journal_head
    leaves = map(
        bytes, Entry.objects.filter(organisation_id=ours).order_by("seq").values_list("leaf", flat=True)
    )
    head.edge = merkle.Edge().extend(leaves).to_bytes()
    head.size = 19
    head.save()
    assert run(capsys, "verify", "--organisation", str(ours))[0] == 0  # nothing inside contradicts it
    assert run(capsys, "verify", "--checkpoint", early)[0] == 0
    code, out = run(capsys, "verify", "--checkpoint", late)
    assert code == 1
    assert "BAD (rewrite): Entries 0 to 18 are not those that the checkpoint over 19 entries signs" in out


def test_a_kept_checkpoint_with_another_signature_is_a_forgery(world: World, home: Path, capsys: Any) -> None:
    path = Path(kept(world, home))
    path.write_text(path.read_text().replace("\n10\n", "\n11\n"))
    code, out = run(capsys, "verify", "--checkpoint", str(path), "--json")
    assert (code, json.loads(out)["tampering"]) == (1, "forgery")
    (home / "strange").write_text(LOG.note())
    assert main(["verify", "--checkpoint", str(home / "strange")]) == 2


def test_the_report_names_what_was_done(world: World, home: Path, capsys: Any) -> None:
    kept(world, home)
    witness.watch(world.now)
    code, out = run(capsys, "verify")
    assert code == 0 and "every entry is as it was written, as 2 checkpoints sign it" in out
    Entry.objects.filter(organisation=world.organisation, seq=4).delete()
    code, out = run(capsys, "verify", "--json")
    told = {one["organisation"]: one for one in json.loads(out)}
    assert code == 1
    assert told["Harbour Row Books"]["tampering"] == "delete"
    assert told["Fold & Bind"]["fault"] is None


def test_a_journal_that_is_gone_is_told_of(world: World, home: Path, capsys: Any) -> None:
    kept(world, home)
    witness.watch(world.now)
    (home / "checkpoints" / "01a2041b-0000-7000-8000-000000000000.log").write_text("")
    code, out = run(capsys, "verify")
    assert code == 1 and "it is gone" in out


def test_keys_are_shown_and_rotated(world: World, home: Path, capsys: Any) -> None:
    file = kept(world, home)
    code, out = run(capsys, "keys", "show")
    assert code == 0 and "signs now" in out and f"outtask/{world.organisation.pk}+" in out
    code, out = run(capsys, "keys", "rotate", "--json")
    assert code == 0
    assert {(key["until"] is None, key["tied"]) for key in json.loads(out)} == {(False, True), (True, True)}
    assert SigningKey.objects.count() == 2
    assert run(capsys, "verify", "--checkpoint", file)[0] == 0
    assert str((home / "keys" / "signing").read_text()).strip() not in out


def test_a_key_that_cannot_be_read_is_explained(world: World, home: Path, capsys: Any) -> None:
    (home / "keys" / "signing").write_text("nonsense")
    assert main(["keys", "show"]) == 1
    assert "Put the right one back" in capsys.readouterr().err
