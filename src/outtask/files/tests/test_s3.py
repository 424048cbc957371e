"""Files in stores that speak S3: two real ones, each in a process of its own."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from outtask.config.storing import bucket
from outtask.files import incoming, storage
from outtask.files.checks.criteria import CheckKind, parse_params
from outtask.files.checks.handed import HandedIn
from outtask.files.checks.run import run_check
from outtask.files.models import Blob
from outtask.files.s3 import FIRST_WINDOW, LARGEST_WINDOW, PART, Windows
from outtask.files.storage import open_stored, store, store_pieces
from outtask.files.unreachable import StorageAway
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import Refused
from tests.installation import free_port
from tests.s3 import KEY, SECRET, InBucket, Store

MIB = 2**20
TIDE = b"The Tide Clock"
SUM = hashlib.sha256(TIDE).hexdigest()


def stretch(mebibytes: int) -> Iterator[bytes]:
    """Bytes that repeat nowhere in a megabyte, and differ from one to the next."""
    block = hashlib.shake_256(b"tide").digest(MIB)
    for number in range(mebibytes):
        yield number.to_bytes(8) + block[8:]


def read(sha256: str) -> bytes:
    with open_stored(sha256) as stream:
        return stream.read()


# ---- keeping and reading ----


def test_bytes_are_kept_under_their_sum_and_read_again(in_bucket: InBucket) -> None:
    kept = store(SimpleUploadedFile("tide.csv", TIDE))
    assert (kept.sha256, kept.size, kept.media_type) == (SUM, len(TIDE), "text/csv")
    assert in_bucket.keys == [f"shop/files/{Blob(sha256=SUM).path}"]
    assert read(SUM) == TIDE


def test_an_upload_on_disk_goes_up_whole(in_bucket: InBucket) -> None:
    with TemporaryUploadedFile("tide.html", "text/html", len(TIDE), None) as upload:
        upload.write(TIDE)
        upload.seek(0)
        assert store(upload).sha256 == SUM
    (key,) = in_bucket.keys
    there = in_bucket.store.client().head_object(Bucket=in_bucket.bucket, Key=key)
    assert there["ContentType"] == "application/octet-stream"
    assert not Path(upload.temporary_file_path()).exists()


def test_an_empty_file_is_a_file(in_bucket: InBucket) -> None:
    assert read(store_pieces([], "empty.txt").sha256) == b""


def test_the_same_bytes_are_kept_once_even_at_once(in_bucket: InBucket) -> None:
    together = threading.Barrier(4)
    sums: list[str] = []

    def keep() -> None:
        together.wait()
        sums.append(store_pieces([TIDE], "tide.csv").sha256)

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sums == [SUM] * 4
    assert in_bucket.keys == [f"shop/files/{Blob(sha256=SUM).path}"]
    assert read(SUM) == TIDE


def test_half_a_file_in_the_place_of_a_whole_one_is_replaced(in_bucket: InBucket) -> None:
    default_storage.save(Blob(sha256=SUM).path, ContentFile(TIDE[:5]))
    store_pieces([TIDE], "tide.csv")
    assert read(SUM) == TIDE


def test_a_large_file_goes_up_and_comes_down_in_little_memory(in_bucket: InBucket) -> None:
    tracemalloc.start()
    try:
        kept = store_pieces(stretch(64), "pack.zip")
        up = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        digest = hashlib.sha256()
        with open_stored(kept.sha256) as stream:
            while piece := stream.read(MIB):
                digest.update(piece)
        down = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (kept.size, digest.hexdigest()) == (64 * MIB, kept.sha256)
    assert up < 4 * PART
    assert down < 4 * PART
    (key,) = in_bucket.keys
    tag = in_bucket.store.client().head_object(Bucket=in_bucket.bucket, Key=key)["ETag"]
    assert tag.strip('"').endswith("-8"), "it went up in parts"


def test_what_is_not_on_disk_goes_up_in_little_memory_too(in_bucket: InBucket) -> None:
    buffer = io.BytesIO(b"".join(stretch(40)))
    tracemalloc.start()
    try:
        default_storage.save("restored", File(buffer, "restored"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert default_storage.size("restored") == 40 * MIB
    assert peak < 4 * PART


def test_a_reader_that_jumps_finds_its_place(in_bucket: InBucket) -> None:
    whole = b"".join(stretch(3))
    kept = store_pieces([whole], "long.bin")
    with open_stored(kept.sha256) as stream:
        for start, length in ((2 * MIB + 5, 70_000), (0, 10), (3 * MIB - 4, 10), (MIB - 1, 2), (3 * MIB, 1)):
            stream.seek(start)
            assert stream.read(length) == whole[start : start + length]
        stream.seek(-20, io.SEEK_END)
        assert stream.read() == whole[-20:]


def test_an_archive_is_checked_where_it_lies(in_bucket: InBucket) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("scans/1.bin", b"".join(stretch(2)))
    kept = store_pieces([buffer.getvalue()], "scans.zip")
    handed = HandedIn("scans.zip", kept.size, kept.sha256, lambda: open_stored(kept.sha256))
    kind = CheckKind.ARCHIVE_OPENS
    assert run_check(kind, parse_params(kind, {"pattern": "*.zip"}), [handed], []).outcome == "passed"


def test_what_is_not_there_is_told_apart_from_a_store_that_is_away(in_bucket: InBucket) -> None:
    assert not default_storage.exists("absent")
    for ask in (default_storage.size, default_storage.get_modified_time, default_storage.open):
        with pytest.raises(FileNotFoundError, match="has no absent"):
            ask("absent")
    default_storage.delete("absent")


def test_nobody_is_given_an_address(in_bucket: InBucket) -> None:
    store_pieces([TIDE], "tide.csv")
    with pytest.raises(ValueError, match="no public address"):
        default_storage.url(Blob(sha256=SUM).path)


# ---- between a preview and its confirmation ----


def test_a_preview_is_found_by_every_web_server(in_bucket: InBucket, settings: Any, tmp_path: Path) -> None:
    here = new_id()
    sha256 = incoming.keep(here, [TIDE[:4], TIDE[4:]], "our list – 2026.csv")
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)  # another machine: nothing of the first is there
    with incoming.kept(here, sha256) as path:
        assert path.read_bytes() == TIDE
    assert incoming.name_of(here, sha256) == "our list – 2026.csv"
    assert list(tmp_path.iterdir()) == []
    assert incoming.keep(here, [TIDE], "again.csv") == sha256
    assert incoming.name_of(here, sha256) == "again.csv"
    incoming.forget(here, sha256)
    with pytest.raises(Refused, match="no longer kept"), incoming.kept(here, sha256):
        pass
    assert in_bucket.keys == []


def test_what_nobody_confirmed_goes_after_its_time(in_bucket: InBucket) -> None:
    mine, theirs = new_id(), new_id()
    incoming.keep(mine, [TIDE])
    incoming.keep(theirs, [TIDE])
    assert incoming.sweep(datetime.now(UTC)) == 0
    incoming.forget_all(mine)
    assert {key.split("/")[2] for key in in_bucket.keys} == {theirs.hex}
    assert incoming.sweep(datetime.now(UTC) + incoming.KEPT_FOR + timedelta(minutes=1)) == 1
    assert in_bucket.keys == []


# ---- what is wrong ----


def at(address: str, settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | bucket(address)


def test_a_wrong_key_is_told(strict_store: Store, settings: Any) -> None:
    at(strict_store.address(strict_store.make_bucket(), secret="another"), settings)
    with pytest.raises(StorageAway, match="does not know the key"):
        storage.look()
    with pytest.raises(Refused, match="cannot be kept at the moment"):
        store(SimpleUploadedFile("tide.csv", TIDE))
    assert "another" not in storage.place()


def test_a_bucket_that_is_not_there_is_told(strict_store: Store, settings: Any) -> None:
    at(strict_store.address("no-such-bucket"), settings)
    with pytest.raises(StorageAway, match="no such bucket"):
        storage.look()
    with pytest.raises(StorageAway, match="no such bucket"):
        store_pieces([TIDE], "tide.csv")


def test_a_store_that_is_away_is_told(settings: Any) -> None:
    at(f"s3://key:secret@shop?endpoint=http://127.0.0.1:{free_port()}&region=here", settings)
    for ask in (storage.look, lambda: store_pieces([TIDE], "tide.csv"), lambda: open_stored(SUM)):
        with pytest.raises(StorageAway, match="does not answer"):
            ask()
    with pytest.raises(Refused, match="nothing was sent"):
        incoming.keep(new_id(), [TIDE])
    with pytest.raises(Refused, match="cannot be read"):
        incoming.name_of(new_id(), SUM)
    handed = HandedIn("tide.csv", len(TIDE), SUM, lambda: open_stored(SUM))
    kind = CheckKind.FILE_SHA256
    with pytest.raises(StorageAway):  # the worker tries the checks again, instead of asking a person
        run_check(kind, parse_params(kind, {"pattern": "*", "sha256": SUM}), [handed], [])


def test_without_a_key_the_remedy_is_told(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    at(f"s3://shop?endpoint=http://127.0.0.1:{free_port()}", settings)
    with pytest.raises(StorageAway, match="no key for the store"):
        storage.look()


def test_the_usual_variables_hold_the_key(
    strict_store: Store, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    at(f"s3://{strict_store.make_bucket()}?endpoint={strict_store.endpoint}", settings)
    storage.look()
    assert type(storages["default"]).__name__ == "PrivateS3Storage"


# ---- windows, without a store ----


@given(
    st.integers(0, 2_000_000),
    st.lists(st.tuples(st.integers(0, 2_100_000), st.integers(1, 900_000)), max_size=8),
)
def test_windows_read_what_a_file_would(size: int, steps: list[tuple[int, int]]) -> None:
    whole = hashlib.shake_128(b"tide").digest(size)
    afar = io.BufferedReader(Windows(lambda start, end: whole[start:end], size), FIRST_WINDOW)
    near = io.BytesIO(whole)
    for start, length in steps:
        assert afar.seek(start) == near.seek(start)
        assert afar.read(length) == near.read(length)


def test_windows_grow_while_reading_straight_on_and_shrink_after_a_jump() -> None:
    asked: list[int] = []

    def part(start: int, end: int) -> bytes:
        asked.append(end - start)
        return bytes(end - start)

    afar = Windows(part, 40 * MIB)
    while afar.tell() < 20 * MIB:
        assert afar.read(FIRST_WINDOW)
    assert asked[:5] == [FIRST_WINDOW, 2 * FIRST_WINDOW, 4 * FIRST_WINDOW, 8 * FIRST_WINDOW, LARGEST_WINDOW]
    assert max(asked) == LARGEST_WINDOW
    afar.seek(39 * MIB)
    afar.read(1)
    assert asked[-1] == FIRST_WINDOW
    with pytest.raises(OSError, match="nothing before the beginning"):
        afar.seek(-1)


def test_a_store_that_sends_too_little_is_noticed() -> None:
    with pytest.raises(StorageAway, match="sent 3 bytes of 10"):
        Windows(lambda start, end: b"abc", 10).read(10)
