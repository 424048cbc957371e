"""`outtask import`: the same actions as the pages, from files, with a dry run that changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outtask.cli import FAILED, REFUSED, USAGE, main
from outtask.cli.ground import DONE
from outtask.models import Entry, Organisation, OutTask, Process
from tests.world import World

SOUND = "Process,Area,Times a year,Hours each\nPayroll,Finance,12,6\nStock count,Shop,2,8\n"
RELEASE = {
    "releases": [
        {
            "ocid": "ocds-213czf-000-00001",
            "id": "1",
            "date": "2026-03-01T09:00:00Z",
            "tag": ["tender"],
            "initiationType": "tender",
            "tender": {"id": "t1", "title": "Repair of the sea wall", "status": "active"},
        }
    ]
}
HARBOUR = ("--organisation", "Harbour Row Books", "--as", "imke@harbour.example")


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    path = tmp_path / "processes.csv"
    path.write_text(SOUND)
    return path


@pytest.fixture
def release(tmp_path: Path) -> Path:
    path = tmp_path / "release.json"
    path.write_text(json.dumps(RELEASE))
    return path


def counts(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    told: dict[str, int] = json.loads(capsys.readouterr().out)
    return told


def test_an_inventory_is_taken_in_once(
    world: World, inventory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "processes", str(inventory), *HARBOUR, "--json"]) == DONE
    assert counts(capsys) == {
        "dry_run": False, "created": 2, "changed": 0, "unchanged": 0, "merged": 0, "errors": 0,
    }  # fmt: skip
    assert main(["import", "processes", str(inventory), *HARBOUR, "--json"]) == DONE
    assert counts(capsys)["unchanged"] == 2
    assert Process.objects.filter(organisation=world.organisation).count() == 2


def test_a_bad_row_is_told_with_its_place(
    world: World, inventory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory.write_text(SOUND + "VAT return,Finance,4,x\n")
    assert main(["import", "processes", str(inventory), *HARBOUR]) == FAILED
    captured = capsys.readouterr()
    assert "processes.csv, row 4, Hours each" in captured.err
    assert "%(" not in captured.err
    assert "2 created" in captured.out


def test_a_dry_run_changes_nothing(
    world: World, inventory: Path, release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Entry.objects.count()
    assert main(["import", "processes", str(inventory), *HARBOUR, "--dry-run"]) == DONE
    assert "2 would be created" in capsys.readouterr().out
    assert main(["import", "ocds", str(release), *HARBOUR, "--dry-run"]) == DONE
    assert "1 would be created" in capsys.readouterr().out
    assert (Process.objects.count(), OutTask.objects.count(), Entry.objects.count()) == (0, 0, before)


def test_published_contracts_become_outtasks_once(
    world: World, release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "ocds", str(release), *HARBOUR, "--json"]) == DONE
    assert counts(capsys)["created"] == 1
    assert OutTask.objects.get().title == "Repair of the sea wall"
    assert main(["import", "ocds", str(release), *HARBOUR, "--json"]) == DONE
    assert counts(capsys)["unchanged"] == 1


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_who_may_not_import_is_refused(world: World, inventory: Path, dry: tuple[str, ...]) -> None:
    given = ["--organisation", "Harbour Row Books", "--as", "roisin@harbour.example"]
    assert main(["import", "processes", str(inventory), *given, *dry]) == REFUSED
    assert Process.objects.count() == 0


def test_wrong_names_are_usage(world: World, inventory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def given(organisation: str, email: str, file: str) -> int:
        return main(["import", "processes", file, "--organisation", organisation, "--as", email])

    assert given("Nobody & Sons", "imke@harbour.example", str(inventory)) == USAGE
    assert given("Harbour Row Books", "oskar@fold.example", str(inventory)) == USAGE
    assert given("Harbour Row Books", "imke@harbour.example", "absent.csv") == USAGE
    assert "There is no file absent.csv" in capsys.readouterr().err


def test_an_unreadable_file_is_refused_with_the_reason(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    assert main(["import", "processes", str(path), *HARBOUR]) == REFUSED
    assert "The file is empty" in capsys.readouterr().err


def test_a_bad_file_leaves_the_others(
    world: World, release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    assert main(["import", "ocds", str(bad), *HARBOUR]) == REFUSED
    assert main(["import", "ocds", str(bad), str(release), *HARBOUR]) == FAILED
    captured = capsys.readouterr()
    assert "bad.json" in captured.err
    assert "1 created" in captured.out
    assert "1 unread" in captured.out


def test_verify_asks_no_journal_of_whom_somebody_represents(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    Organisation.objects.create(
        name="Harbour Board",
        currency="GBP",
        represented_by=world.organisation,
        identifier="GB-1",
        founded_at=world.now,
    )
    assert main(["verify", "--json"]) == DONE
    assert "Harbour Board" not in capsys.readouterr().out
