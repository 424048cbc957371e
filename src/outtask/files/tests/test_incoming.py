"""Files between a preview and its confirmation: for their organisation, their time, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from outtask.files import incoming
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import Refused

DATA = b"name,area\nPayroll,Finance\n"


@pytest.fixture
def here(settings, tmp_path: Path) -> UUID:
    (tmp_path / "incoming").mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "incoming")
    backend = "django.core.files.storage.FileSystemStorage"
    options = {"location": str(tmp_path / "incoming"), "allow_overwrite": True}
    settings.STORAGES = settings.STORAGES | {"incoming": {"BACKEND": backend, "OPTIONS": options}}
    return new_id()


def files_of(organisation_id: UUID, home: Path) -> list[Path]:
    """What lies there for an organisation, and what was left under way."""
    there = home / "incoming"
    return sorted(
        path for path in (there, there / organisation_id.hex) for path in path.glob("*") if path.is_file()
    )


def content_of(organisation_id: UUID, sha256: str) -> bytes:
    with incoming.kept(organisation_id, sha256) as path:
        return path.read_bytes()


def test_a_file_is_kept_by_its_content_with_its_name(here: UUID) -> None:
    sha256 = incoming.keep(here, [DATA[:7], DATA[7:]], "our list – 2026.csv")
    assert sha256 == sha256_hex(DATA)
    assert content_of(here, sha256) == DATA
    assert incoming.name_of(here, sha256) == "our list – 2026.csv"
    assert incoming.keep(here, [DATA], "the same.csv") == sha256
    assert incoming.name_of(here, sha256) == "the same.csv"


@pytest.mark.parametrize("wrong", ["", "forged", "../" + "0" * 61, "0" * 64, sha256_hex(DATA).upper()])
def test_what_was_not_kept_is_refused(here: UUID, wrong: str) -> None:
    incoming.keep(here, [DATA])
    for ask in (content_of, incoming.name_of):
        with pytest.raises(Refused) as caught:
            ask(here, wrong)
        assert caught.value.refusal.code == "file_gone"
    incoming.forget(here, wrong)


def test_a_file_is_for_its_organisation(here: UUID) -> None:
    sha256 = incoming.keep(here, [DATA])
    with pytest.raises(Refused):
        content_of(new_id(), sha256)


def test_what_was_taken_in_is_forgotten(here: UUID, tmp_path: Path) -> None:
    sha256 = incoming.keep(here, [DATA], "list.csv")
    incoming.forget(here, sha256)
    assert files_of(here, tmp_path) == []
    incoming.forget(here, sha256)


def test_what_nobody_confirmed_goes_after_its_time(here: UUID, tmp_path: Path) -> None:
    sha256 = incoming.keep(here, [DATA], "list.csv")
    with incoming.kept(here, sha256) as path:
        end = datetime.fromtimestamp(path.stat().st_mtime, UTC) + incoming.KEPT_FOR
    assert incoming.sweep(end - timedelta(seconds=9)) == 0
    assert content_of(here, sha256)
    assert incoming.sweep(end + timedelta(seconds=9)) == 1
    assert files_of(here, tmp_path) == []


def test_a_broken_upload_leaves_nothing(here: UUID, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield DATA
        raise ConnectionError

    with pytest.raises(ConnectionError):
        incoming.keep(here, broken())
    assert files_of(here, tmp_path) == []


def test_everything_of_an_organisation_is_forgotten(here: UUID) -> None:
    other = new_id()
    mine, theirs = incoming.keep(here, [DATA]), incoming.keep(other, [DATA])
    incoming.forget_all(here)
    with pytest.raises(Refused):
        content_of(here, mine)
    assert content_of(other, theirs)
