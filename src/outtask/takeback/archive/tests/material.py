"""Archives to test with: a real one of work in every stage, and ways to damage a copy of it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import transaction

from outtask.decide.actions import add_process
from outtask.lifecycle.tests import life as lives
from outtask.messages.actions import write_message
from outtask.models import Handover
from outtask.takeback import packing
from outtask.takeback.actions import take_back
from outtask.takeback.archive import writing
from outtask.takeback.archive.manifest import NAME, Manifest
from outtask.watch.actions import tune_watch
from outtask.watch.tuning_rules import USUAL
from tests.world import NOW, World, make_world

PLANTED = "Quillwort"
"""A word that only the organisation next door ever wrote."""
# Two stages would use one invoice's number again.
STAGES = [stage for name, stage in lives.STAGES.items() if name not in {"invoiced", "part_paid"}]


def inhabit(world: World) -> None:
    """Work in every stage, one out-task taken back with its packs, words, a process; one next door."""
    for stage in STAGES:
        life = stage(world)
    write_message(
        actor=world.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="Größe:\n“M”? 📚"
    )
    leaving = lives.part_accepted(world)
    take_back(
        actor=world.actor("imke"), now=world.now, outtask_id=leaving.outtask_id, successor="ourselves",
        reason="We have time now.",
    )  # fmt: skip
    packing.pack(world.organisation.pk, Handover.objects.get().pk, world.now + timedelta(minutes=1))
    tune_watch(
        actor=world.actor("imke"), now=world.now, terms=replace(USUAL, just_below=Decimal("7.5")), version=0,
        reason="Three of five lay there.",
    )  # fmt: skip
    add_process(actor=world.actor("imke"), now=world.now, name="Photograph first editions")
    add_process(actor=world.actor("oskar"), now=world.now, name=f"Bind {PLANTED} in cloth")


def made() -> bytes:
    """The archive of an inhabited Harbour Row Books; the database is as before afterwards."""
    outermost = transaction.atomic()
    outermost._from_testcase = True  # as the tests' own: what wants to be durable may stand inside
    with outermost:
        world = make_world(NOW)
        inhabit(world)
        target = io.BytesIO()
        writing.write(target, world.organisation.pk)
        transaction.set_rollback(True)
    return target.getvalue()


type Members = dict[str, bytes]


def members_of(data: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Members, how: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, content in members.items():
            info = writing.member_info(name)
            info.compress_type = how
            archive.writestr(info, content)
    return target.getvalue()


def resealed(members: Members) -> Members:
    """The same with a manifest that fits again, as somebody makes it who knows how."""
    manifest = Manifest.from_bytes(members[NAME])
    parts = {
        name: replace(
            manifest.members.get(name) or next(iter(manifest.members.values())),
            sha256=sha256(content).hexdigest(),
            size=len(content),
            lines=content.count(b"\n") if name.endswith(".jsonl") else None,
        )
        for name, content in members.items()
        if name != NAME and not name.startswith("files/")
    }
    files = [content for name, content in members.items() if name.startswith("files/")]
    told = replace(manifest, members=parts, files=len(files), file_bytes=sum(map(len, files)))
    return members | {NAME: told.to_bytes()}


def rows(members: Members, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in members[f"tables/{table}.jsonl"].splitlines()]


def with_rows(members: Members, table: str, changed: list[dict[str, Any]]) -> Members:
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in changed]
    return members | {f"tables/{table}.jsonl": "".join(lines).encode()}


def changed(members: Members, table: str, change: Callable[[list[dict[str, Any]]], object]) -> Members:
    """One table changed by hand, sealed again."""
    found = rows(members, table)
    change(found)
    return resealed(with_rows(members, table, found))


def put(folder: Path, data: bytes, name: str = "archive.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
