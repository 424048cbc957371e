"""Bytes by content, and the names they are kept under."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from outtask.files.models import Blob
from outtask.files.rules import LONGEST_NAME, plain_name
from outtask.files.storage import Stored, open_stored, store, store_pieces

TIDE = b"The Tide Clock"
SUM = hashlib.sha256(TIDE).hexdigest()


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, settings: Any) -> Path:
    """A storage of its own, and a place for uploads on the same disk."""
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(incoming)
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }
    return tmp_path


def on_disk(content: bytes = TIDE, name: str = "tide.csv") -> TemporaryUploadedFile:
    upload = TemporaryUploadedFile(name, "text/plain", len(content), None)
    upload.write(content)
    upload.seek(0)
    return upload


def files_below(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_an_upload_on_disk_is_renamed_into_its_place(empty: Path) -> None:
    upload = on_disk()
    node = Path(upload.temporary_file_path()).stat().st_ino
    assert store(upload) == Stored(SUM, len(TIDE), "text/csv")
    kept = empty / "files" / SUM[:2] / SUM[2:4] / SUM
    assert kept.read_bytes() == TIDE
    assert kept.stat().st_ino == node
    assert files_below(empty / "incoming") == []


def test_an_upload_in_memory_is_stored_too(empty: Path) -> None:
    assert store(SimpleUploadedFile("tide.bin", TIDE)).sha256 == SUM
    assert files_below(empty / "files") == [Path(Blob(sha256=SUM).path)]


def test_the_same_bytes_are_stored_once(empty: Path) -> None:
    with on_disk() as first, on_disk(name="again.txt") as second:
        assert store(first).sha256 == store(second).sha256
    assert files_below(empty / "files") == [Path(Blob(sha256=SUM).path)]
    assert files_below(empty / "incoming") == []


def test_pieces_made_here_are_stored_and_read_again() -> None:
    stored = store_pieces((bytes([number]) * 70_000 for number in range(20)), "pack.zip")
    assert (stored.size, stored.media_type) == (1_400_000, "application/zip")
    with open_stored(stored.sha256) as stream:
        stream.seek(70_000 * 19)
        assert set(stream.read()) == {19}


def test_half_a_file_in_the_place_of_a_whole_one_is_replaced(empty: Path) -> None:
    torn = empty / "files" / Blob(sha256=SUM).path
    torn.parent.mkdir(parents=True)
    torn.write_bytes(TIDE[:5])
    store_pieces([TIDE], "tide.csv")
    assert torn.read_bytes() == TIDE


def test_two_who_store_the_same_at_once_leave_one(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store_pieces([TIDE], "tide.csv")
    real = FileSystemStorage.exists
    looked: list[str] = []

    def exists(self: FileSystemStorage, name: str) -> bool:
        looked.append(name)
        return len(looked) > 1 and real(self, name)  # the other one came after our first look

    monkeypatch.setattr(FileSystemStorage, "exists", exists)
    assert store_pieces([TIDE], "tide.csv").sha256 == SUM
    assert files_below(empty / "files") == [Path(Blob(sha256=SUM).path)]


def test_an_empty_file_is_a_file() -> None:
    assert store_pieces([], "empty.txt") == Stored(hashlib.sha256(b"").hexdigest(), 0, "text/plain")


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("records.csv", "records.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\work\\records.csv", "records.csv"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("two\r\nlines.txt", "twolines.txt"),
        ("nul\x00l.txt", "null.txt"),
        ("  many   blanks .txt ", "many blanks .txt"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        ("é.txt", "é.txt"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
        ("x" * 300, "x" * 255),
    ],
)
def test_names_become_plain(given: str, plain: str) -> None:
    assert plain_name(given) == plain


@given(st.text())
def test_a_plain_name_is_safe_and_stays(name: str) -> None:
    plain = plain_name(name)
    assert 0 < len(plain) <= LONGEST_NAME
    assert "/" not in plain
    assert "\\" not in plain
    assert plain.isprintable()
    assert plain not in {".", ".."}
    assert plain_name(plain) == plain
