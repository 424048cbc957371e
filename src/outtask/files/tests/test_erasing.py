"""Bytes that no row names go; what is named, young or not ours stays, whoever comes first."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction

from outtask.files.actions import keep_upload
from outtask.files.erasing import UNNAMED_FOR, sweep_unnamed, take_away
from outtask.files.models import Blob, File
from outtask.files.storage import store_pieces
from outtask.followers import registry, upkeep
from outtask.journal.recording import recording
from outtask.kernel.refusal import Refused
from tests.world import World


def path_of(sha256: str) -> Path:
    return Path(settings.HOME, "files", Blob(sha256=sha256).path)


def aged(data: bytes, days: float) -> str:
    """Bytes stored so many days ago."""
    sha256 = store_pieces([data], "a.txt").sha256
    then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(path_of(sha256), (then, then))
    return sha256


def test_the_sweep_takes_what_is_old_and_unnamed(world: World) -> None:
    old, young, named = aged(b"old", 2), aged(b"young", 0.5), aged(b"named", 3)
    Blob.objects.create(sha256=named, size=5, kept_at=world.now)
    beside = path_of(old).with_name("notes.txt")
    beside.write_text("not ours")
    now = datetime.now(UTC)
    sweep_unnamed(now)
    assert [path_of(one).exists() for one in (old, young, named)] == [False, True, True]
    assert beside.exists()
    sweep_unnamed(now + UNNAMED_FOR)
    assert not path_of(young).exists()
    assert Blob.objects.get().pk == named


def test_what_is_named_is_not_taken(world: World) -> None:
    sha256 = aged(b"wanted", 9)
    Blob.objects.create(sha256=sha256, size=6, kept_at=world.now)
    assert not take_away(sha256)
    assert path_of(sha256).exists()
    Blob.objects.all().delete()
    assert take_away(sha256)
    assert not Blob.objects.exists()


def test_bytes_that_went_before_they_were_named_are_asked_for_again(world: World) -> None:
    stored = store_pieces([b"soon gone"], "a.txt")
    assert take_away(stored.sha256)
    with (
        pytest.raises(Refused) as refused,
        recording("file.downloaded", actor=world.actor("imke"), now=world.now) as entry,
    ):
        keep_upload(entry, stored, "a.txt")
    assert refused.value.refusal.code == "bytes_gone"
    assert not File.objects.exists() and not Blob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_erases_waits_for_who_names(now: datetime) -> None:
    """Somebody found the bytes there and is about to name them: they stay."""
    sha256 = aged(b"contested", 9)
    naming, taken = Event(), []

    def erases() -> None:
        naming.wait(timeout=20)
        taken.append(take_away(sha256))
        connections.close_all()

    thread = Thread(target=erases)
    thread.start()
    with transaction.atomic():
        Blob.objects.create(sha256=sha256, size=9, kept_at=now)
        naming.set()
        thread.join(timeout=0.5)  # it cannot end before we do
        assert taken == []
    thread.join(timeout=20)
    assert taken == [False]
    assert default_storage.exists(Blob(sha256=sha256).path)


@pytest.mark.django_db
def test_upkeep_is_done_once_a_day(now: datetime) -> None:
    duties = {duty.name: duty for duty in registry.timed()}
    assert duties["files.unnamed"].every == duties["database.optimize"].every == timedelta(days=1)
    with connection.execute_wrapper(lambda execute, sql, *more: asked.append(sql) or execute(sql, *more)):
        asked: list[str] = []
        upkeep.optimize(now)
    assert asked == (["PRAGMA optimize"] if connection.vendor == "sqlite" else [])
