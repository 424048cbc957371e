"""The file a backup is: whatever happens to its bytes is found before anything is restored from it."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.cli.backups import archive
from outtask.cli.backups.archive import Manifest, Writer
from outtask.cli.ground import Failed

CONTENTS = [b"a page", b"another page" * 1_000, b""]


def manifest() -> Manifest:
    return Manifest(
        "0.2.0", "2026-11-22T17:00:00+00:00", {"engine": "sqlite"}, [["outtask", "0001"]], [], "s"
    )


def whole() -> bytes:
    """A small backup: a database, a key, three stored files."""
    target = io.BytesIO()
    writer = Writer(target)
    writer.add_bytes("database/outtask.sqlite3.gz", b"rows" * 500)
    writer.add_bytes("keys/secret", b"hush")
    for content in sorted(CONTENTS, key=lambda one: hashlib.sha256(one).hexdigest()):
        sha256 = hashlib.sha256(content).hexdigest()
        assert writer.add_stored(f"aa/bb/{sha256}", sha256, io.BytesIO(content), len(content))
    writer.close(manifest())
    return target.getvalue()


WHOLE = whole()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archive") / "backup.tar"


def checked(place: Path, data: bytes) -> Manifest:
    place.write_bytes(data)
    return archive.check(place)


def test_a_whole_one_is_read_back(place: Path) -> None:
    found = checked(place, WHOLE)
    assert found.files["count"] == 3
    assert found.files["bytes"] == sum(map(len, CONTENTS))
    assert found.members.keys() == {"database/outtask.sqlite3.gz", "keys/secret"}
    with archive.reading(place) as members:
        read = {member.name: member.source.read() for member in members}
    assert read["keys/secret"] == b"hush"
    assert list(read)[-1] == "manifest.json"


@given(end=st.integers(0, WHOLE.rindex(b"}") - 1))
def test_a_cut_one_is_refused(place: Path, end: int) -> None:
    with pytest.raises(Failed, match="no whole backup"):
        checked(place, WHOLE[:end])


@given(at=st.integers(0, len(WHOLE) - 1), other=st.integers(1, 255))
def test_a_changed_byte_is_found_or_means_nothing(place: Path, at: int, other: int) -> None:
    data = bytearray(WHOLE)
    data[at] ^= other
    try:
        found = checked(place, bytes(data))
    except Failed:
        return
    # What tar fills its blocks with, when a member was written, or a word in the manifest about the past.
    assert (found.members, found.files) == (checked(place, WHOLE).members, checked(place, WHOLE).files)


def test_another_format_is_told_apart(place: Path) -> None:
    with pytest.raises(Failed, match=r"has the format 'outtask-backup/9'"):
        checked(place, WHOLE.replace(b"outtask-backup/1", b"outtask-backup/9"))


def test_members_do_not_lead_out_of_the_folder(place: Path) -> None:
    target = io.BytesIO()
    writer = Writer(target)
    writer.add_bytes("keys/../../secret", b"hush")
    writer.close(manifest())
    with pytest.raises(Failed, match="is not a file inside it"):
        checked(place, target.getvalue())
