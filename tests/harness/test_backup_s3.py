"""Backups of installations whose files are in S3, restored into another bucket, into a folder, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.installation import Installation, free_port, installed
from tests.s3 import KEY, Store

SHOP = """
from django.utils import timezone
from outtask.files.storage import store_pieces
from outtask.models import Blob
from tests.world import make_world
make_world(timezone.now())
for text in (b"a page", b"another", b"", bytes(9_000_000)):
    stored = store_pieces([text], "page.txt")
    Blob.objects.create(sha256=stored.sha256, size=stored.size, kept_at=timezone.now())
"""
BYTES = (b"a page", b"another", b"", bytes(9_000_000))
SUMS = {hashlib.sha256(one).hexdigest(): one for one in BYTES}


def key_of(sha256: str) -> str:
    return f"shop/files/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def in_bucket(store: Store, bucket: str) -> dict[str, bytes]:
    """What lies in a bucket, by the sums that are its names."""
    client = store.client()
    return {
        key.rpartition("/")[2]: client.get_object(Bucket=bucket, Key=key)["Body"].read()
        for key in store.keys(bucket)
    }


def in_folder(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "files").rglob("*") if path.is_file()}


def into(installation: Installation, store: Store, bucket: str = "") -> str:
    """From now on its files are kept in this bucket, or in a new one."""
    bucket = bucket or store.make_bucket()
    installation.more = installation.more | {"OUTTASK_S3": store.address(bucket, prefix="shop")}
    return bucket


def backup(installation: Installation, *more: str, code: int = 0) -> dict[str, Any]:
    target = installation.home / "backup.tar"
    made = installation.outtask("backup", "-o", target, "--json", *more, code=code)
    told: dict[str, Any] = json.loads(made.stdout)
    return told


def restored(installation: Installation, file: str, *more: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(installation.outtask("restore", file, "--json", *more).stdout)
    assert [report["fault"] for report in told["verified"]] == [None, None]
    return told


@pytest.fixture
def empty(template: Installation, tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path, "elsewhere", template) as fresh:
        yield fresh


def test_from_a_folder_into_s3_and_home_again(
    installation: Installation, empty: Installation, strict_store: Store
) -> None:
    installation.python(SHOP)
    assert in_folder(installation.home) == SUMS
    told = backup(installation)
    bucket = into(empty, strict_store)
    client = strict_store.client()
    # One is there whole already, another was cut off once, and one is none of ours.
    whole, half = list(SUMS)[:2]
    client.put_object(Bucket=bucket, Key=key_of(whole), Body=SUMS[whole])
    client.put_object(Bucket=bucket, Key=key_of(half), Body=SUMS[half][:3])
    client.put_object(Bucket=bucket, Key="shop/files/" + "f" * 64, Body=b"the old state's")
    before = client.head_object(Bucket=bucket, Key=key_of(whole))["LastModified"]

    done = restored(empty, told["file"])
    assert in_bucket(strict_store, bucket) == SUMS | {"f" * 64: b"the old state's"}
    assert client.head_object(Bucket=bucket, Key=key_of(whole))["LastModified"] == before
    assert in_folder(empty.home) == {}
    assert any(bucket in where for where in done["aside"])

    # And the way home: into a folder, from a backup that takes the files along.
    again = backup(empty, "--with-files")
    assert (again["missing"], again["damaged"], again["files"]) == ([], [], len(SUMS))
    restored(installation, again["file"], "--force")
    assert in_folder(installation.home) == SUMS


def test_files_that_stayed_in_s3(
    installation: Installation, empty: Installation, strict_store: Store
) -> None:
    bucket = into(installation, strict_store)
    installation.python(SHOP)
    told = backup(installation)
    assert (told["files"], told["missing"]) == (0, [])

    # Neither a folder nor another bucket has them: that is said before anything is changed.
    other = strict_store.make_bucket()
    into_another = {"OUTTASK_S3": strict_store.address(other, prefix="shop")}
    for place, how in (({}, []), (into_another, ["--dry-run"])):
        said = empty.outtask("restore", told["file"], *how, code=3, **place).stderr
        assert "4 of them are not in" in said and "--with-files" in said
    assert empty.rows("SELECT count(*) FROM outtask_organisation") == [(0,)]
    assert not (empty.home / "set-aside").exists()

    # What the store itself has lost is told when the backup is made, and is no reason to refuse the rest.
    gone, short = sorted(SUMS)[:2]
    strict_store.client().delete_object(Bucket=bucket, Key=key_of(gone))
    strict_store.client().put_object(Bucket=bucket, Key=key_of(short), Body=b"?")
    told = backup(installation, code=1)
    assert told["missing"] == [gone, short]
    into(empty, strict_store, bucket)
    restored(empty, told["file"])
    assert in_bucket(strict_store, bucket) == {sha: SUMS[sha] for sha in sorted(SUMS)[1:]} | {short: b"?"}


def test_a_store_that_is_away_leaves_the_old_state(installation: Installation, empty: Installation) -> None:
    installation.python(SHOP)
    told = backup(installation)
    away = f"s3://{KEY}:x@books?endpoint=http://127.0.0.1:{free_port()}"
    said = empty.outtask("restore", told["file"], code=4, OUTTASK_S3=away).stderr
    assert "does not answer" in said and "Traceback" not in said
    assert empty.rows("SELECT count(*) FROM outtask_organisation") == [(0,)]
    assert not (empty.home / "restore-unpacked").exists() and not (empty.home / "set-aside").exists()
