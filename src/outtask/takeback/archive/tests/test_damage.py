"""An archive that was damaged or made to deceive is refused, with the place of the first thing wrong."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from outtask.kernel.identifiers import new_id
from outtask.takeback.archive import taking_in, writing
from outtask.takeback.archive.damage import Damaged
from outtask.takeback.archive.manifest import Manifest
from outtask.takeback.archive.tests.material import Members, changed, put, resealed, rows, zipped

# The archive they read was made in a database.
pytestmark = pytest.mark.django_db
ENTRIES = "journal/entries.jsonl"


def refused(folder: Path, data: bytes) -> Damaged:
    """What is said of an archive; fails when it is accepted."""
    with pytest.raises(Damaged) as damage:
        taking_in.checked(put(folder, data)).closing.close()
    return damage.value


def test_the_archive_itself_is_accepted(tmp_path: Path, archive: bytes, members: Members) -> None:
    for data in (archive, zipped(members), zipped(resealed(members))):
        taking_in.checked(put(tmp_path, data)).closing.close()


MEMBERS = (
    "README.md", "manifest.json", "schema/member.schema.json", "tables/outtask.jsonl", "tables/person.jsonl",
    "tables/saying.jsonl", ENTRIES, "files/",
)  # fmt: skip


@pytest.mark.parametrize("kind", MEMBERS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_a_flipped_byte(tmp_path: Path, members: Members, kind: str, share: float) -> None:
    name = next(name for name in members if name.startswith(kind))
    content = bytearray(members[name])
    content[int(len(content) * share)] ^= 0x11
    damage = refused(tmp_path, zipped(members | {name: bytes(content)}))
    # Who changes a row of a table may be found by what points at it; a file by the row that names it.
    assert damage.member in {name, "tables/blob.jsonl"}


def test_a_flipped_byte_anywhere_in_the_zip(tmp_path: Path, archive: bytes) -> None:
    """Names, offsets and sizes of the ZIP too; only what no reader of this ZIP looks at may differ."""
    for place in range(0, len(archive), len(archive) // 40):
        data = bytearray(archive)
        data[place] ^= 0x5A
        try:
            taking_in.checked(put(tmp_path, bytes(data))).closing.close()
        except Damaged:
            continue
        assert not _is_read(archive, place)


def _is_read(archive: bytes, place: int) -> bool:
    """Whether a reader of this ZIP looks at a place: at names and contents, and not at what stands around
    them, which the directory at the end says again."""
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        for info in whole.infolist():
            named = info.header_offset + 30
            name, extra = struct.unpack_from("<HH", archive, named - 4)
            begin = named + name + extra
            if named <= place < named + name or begin <= place < begin + info.compress_size:
                return True
    return False


def _line_gone(lines: list[bytes]) -> None:
    del lines[2]


def _swapped(lines: list[bytes]) -> None:
    lines[1], lines[2] = lines[2], lines[1]


def _twice(lines: list[bytes]) -> None:
    lines.insert(2, lines[1])


def _half(lines: list[bytes]) -> None:
    lines[2] = lines[2][: len(lines[2]) // 2] + b"\n"


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize(
    ("name", "change", "line"),
    [
        ("tables/link.jsonl", _swapped, 3),
        ("tables/link.jsonl", _twice, 3),
        ("tables/link.jsonl", _half, 3),
        ("tables/outtask.jsonl", _line_gone, None),
        (ENTRIES, _line_gone, 3),
        (ENTRIES, _swapped, 2),
        (ENTRIES, _half, 3),
    ],
)
def test_lines(
    tmp_path: Path, members: Members, name: str, change: Callable[[list[bytes]], None], line: int | None,
    sealed: bool,
) -> None:  # fmt: skip
    """Even when the manifest was made to fit, which a hand can do."""
    lines = members[name].splitlines(keepends=True)
    change(lines)
    there = members | {name: b"".join(lines)}
    damage = refused(tmp_path, zipped(resealed(there) if sealed else there))
    if line is None and sealed:
        assert "which is not in tables/outtask.jsonl" in str(damage) and damage.line is not None
    else:
        assert (damage.member, damage.line) == (name, line)


def test_an_entry_that_says_something_else_is_found_by_the_tree(tmp_path: Path, members: Members) -> None:
    entries = members[ENTRIES].replace(b"pound", b"punds", 1).replace(b"owner", b"admin", 1)
    told = entries if entries != members[ENTRIES] else entries.replace(b'"version\\":1', b'"version\\":2', 1)
    assert told != members[ENTRIES]
    damage = refused(tmp_path, zipped(resealed(members | {ENTRIES: told})))
    assert damage.member == ENTRIES and "another root" in str(damage)


def _set(field: str, value: Any) -> Callable[[list[dict[str, Any]]], None]:
    def change(found: list[dict[str, Any]]) -> None:
        found[1][field] = value

    return change


def _without(field: str) -> Callable[[list[dict[str, Any]]], None]:
    def change(found: list[dict[str, Any]]) -> None:
        del found[1][field]

    return change


@pytest.mark.parametrize(
    ("table", "field", "change", "told"),
    [
        ("outtask", "title", _set("title", 5), "it must be text"),
        ("outtask", "title", _set("title", None), "it must be text"),
        ("outtask", "title", _set("title", "x" * 501), "at most 500 characters"),
        ("outtask", "stage", _set("stage", "nowhere"), "it must be one of"),
        ("outtask", "due_on", _set("due_on", "2026-02-30"), "it must be a day"),
        ("outtask", "amount_minor", _set("amount_minor", 2**63), "a whole number"),
        ("outtask", "amount_minor", _set("amount_minor", True), "a whole number"),
        ("outtask", "owner", _set("owner", ["x"]), "it must be text"),
        ("outtask", "owner", _set("owner", "nobody"), "it must be a UUID"),
        ("outtask", "owner", _set("owner", str(new_id())), "which is not in tables/member.jsonl"),
        ("outtask", "provider", _set("provider", str(new_id())), "which is not in tables/provider.jsonl"),
        ("outtask", "organisation", _set("organisation", str(new_id())), "not in tables/organisation.jsonl"),
        ("outtask", "reference", _without("reference"), "it is missing"),
        ("outtask", "extra", _set("extra", 1), "there is no such field"),
        ("saying", "salt", _set("salt", "%%%"), "bytes in base64"),
        ("person", "is_active", _set("is_active", 1), "it must be true or false"),
    ],
)
def test_fields(
    tmp_path: Path, members: Members, table: str, field: str, change: Callable[..., None], told: str
) -> None:
    damage = refused(tmp_path, zipped(changed(members, table, change)))
    assert (damage.member, damage.line, damage.named) == (f"tables/{table}.jsonl", 2, field)
    assert told in str(damage) and str(damage).endswith(".")


def test_rows_of_another_organisation(tmp_path: Path, members: Members) -> None:
    theirs = str(new_id())

    def smuggle(found: list[dict[str, Any]]) -> None:
        found.append(found[0] | {"id": theirs, "name": "Fold & Bind"})

    damage = refused(tmp_path, zipped(changed(members, "organisation", smuggle)))
    assert "it is another organisation" in str(damage) and damage.line == 2

    def stranger(found: list[dict[str, Any]]) -> None:
        found.append(found[0] | {"id": str(new_id()), "email": "oskar@fold.example"})

    damage = refused(tmp_path, zipped(changed(members, "person", stranger)))
    assert damage.line == len(rows(members, "person")) + 1 and "names it" in str(damage)


def test_a_journal_of_another_organisation(tmp_path: Path, members: Members) -> None:
    own = rows(members, "organisation")[0]["id"]
    entries = members[ENTRIES].replace(own.encode(), str(new_id()).encode())
    damage = refused(tmp_path, zipped(resealed(members | {ENTRIES: entries})))
    assert (damage.member, damage.line) == (ENTRIES, 1) and "another organisation" in str(damage)


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/passwd", "tables/../../evil.jsonl", "tables\\..\\evil", "C:/evil", "files/ab/cd", "x/"],
)
def test_names_that_lead_elsewhere(tmp_path: Path, members: Members, name: str) -> None:
    damage = refused(tmp_path, zipped(members | {name: b"x"}))
    assert "no archive has a part of this name" in str(damage)
    assert [path.name for path in tmp_path.iterdir()] == ["archive.zip"]


def test_a_bomb(tmp_path: Path, members: Members) -> None:
    zeros = members | {"tables/outtask.jsonl": b"0" * 50_000_000}
    assert "it is compressed" in str(refused(tmp_path, zipped(zeros, zipfile.ZIP_DEFLATED)))


def test_parts_laid_over_each_other(tmp_path: Path, archive: bytes, members: Members) -> None:
    """Two names for the same bytes: larger when read than the file is."""
    data = bytearray(archive)
    directory = zipfile.ZipFile(io.BytesIO(archive)).start_dir
    sizes = len(max(members.values(), key=len))
    for at in range(directory, len(data) - 46):
        if data[at : at + 4] == b"PK\x01\x02" and int.from_bytes(data[at + 24 : at + 28], "little") < sizes:
            for offset in (20, 24):
                data[at + offset : at + offset + 4] = sizes.to_bytes(4, "little")
    assert refused(tmp_path, bytes(data))


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9, 0.9999])
def test_a_cut_archive(tmp_path: Path, archive: bytes, share: float) -> None:
    assert refused(tmp_path, archive[: int(len(archive) * share)]).line is None


def test_a_part_that_is_missing_or_too_much(tmp_path: Path, members: Members) -> None:
    less = {name: content for name, content in members.items() if name != "tables/link.jsonl"}
    assert refused(tmp_path, zipped(less)).member == "tables/link.jsonl"
    no_file = {name: content for name, content in members.items() if not name.startswith("files/")}
    assert refused(tmp_path, zipped(no_file)).member == "tables/blob.jsonl"
    stray = members | {f"files/ab/{'ab' * 32}": b"x"}
    assert refused(tmp_path, zipped(stray)).member == "files/"
    more = members | {"tables/unheard.jsonl": b""}
    assert "not in the manifest" in str(refused(tmp_path, zipped(more)))


def test_an_archive_of_a_later_version(tmp_path: Path, members: Members) -> None:
    told = members["manifest.json"].replace(writing.schema_version().encode(), b"9999_later")
    assert "its own digest" in str(refused(tmp_path, zipped(members | {"manifest.json": told})))
    later = replace(Manifest.from_bytes(members["manifest.json"]), schema="9999_later")
    damage = refused(tmp_path, zipped(members | {"manifest.json": later.to_bytes()}))
    assert "9999_later" in str(damage) and "Bring Outtask up to date" in str(damage)


NO_MANIFESTS = (b"", b"{}", b"[]", b"null", b'{"digest": 1}', b"\xff", json.dumps([[]] * 9).encode())


@pytest.mark.parametrize("text", NO_MANIFESTS)
def test_what_is_no_manifest(tmp_path: Path, members: Members, text: bytes) -> None:
    assert refused(tmp_path, zipped(members | {"manifest.json": text})).member == "manifest.json"
