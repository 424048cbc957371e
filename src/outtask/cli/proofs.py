"""Examining receipts and checkpoints from files: Python and `cryptography`, no Django, no home folder."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from outtask.cli.ground import DONE, FAILED, USAGE, Failed, show, show_json
from outtask.journal.bundles import Bundle, follow
from outtask.journal.notes import BadNote, VerifierKey
from outtask.journal.receipts import BadReceipt, Receipt, Verdict, examine


def receipt(given: argparse.Namespace) -> int:
    """`verify --receipt`: what the receipt proves, from its bytes alone."""
    try:
        found = Receipt.parse(_read(Path(given.receipt)))
    except BadReceipt as wrong:
        raise Failed(str(wrong), USAGE) from wrong
    verdict = examine(found, _key(given.key))
    if given.json:
        show_json({"holds": verdict.holds, **_plain(verdict)})
        return DONE if verdict.holds else FAILED
    if verdict.holds:
        _tell_receipt(verdict)
    else:
        show("This receipt does NOT hold:")
    _list(verdict.faults, "BAD: ")
    _list(verdict.remarks, "note: ")
    return DONE if verdict.holds else FAILED


def against(given: argparse.Namespace) -> int:
    """`verify --against`: whether kept checkpoints are of one history."""
    if len(given.against) < 2:
        raise Failed("Give two files or more: the checkpoints to compare.", USAGE)
    course = follow([checkpoint_in(Path(name)) for name in given.against], _key(given.key))
    told = {
        "consistent": not course.faults,
        "sizes": list(course.sizes),
        "faults": list(course.faults),
        "remarks": list(course.remarks),
    }
    sizes = " → ".join(f"{size:,}" for size in course.sizes)
    return tell(given, told, f"One history: {sizes} entries, nothing before was changed.", "Not shown:")


def checkpoint_in(path: Path) -> Bundle:
    """The checkpoint in a file; raises Failed when there is none."""
    try:
        return Bundle.parse(_read(path))
    except BadNote as wrong:
        raise Failed(f"{path}: {wrong}", USAGE) from wrong


def fault_of_signature(bundle: Bundle, trusted: Iterable[VerifierKey]) -> str:
    """Why none of the trusted keys signed a checkpoint; "" when one did."""
    try:
        bundle.note.signed_by(trusted)
    except BadNote as wrong:
        return str(wrong)
    return ""


def tell(given: argparse.Namespace, told: Mapping[str, Any], good: str, bad: str) -> int:
    """Print a verdict about checkpoints; the exit code."""
    if given.json:
        show_json(told)
    else:
        show(good if told["consistent"] else bad)
        faults = told.get("faults", [told["fault"]] if told.get("fault") else [])
        _list(faults, f"BAD ({told['tampering']}): " if told.get("tampering") else "BAD: ")
        _list(told.get("remarks", ()), "note: ")
    return DONE if told["consistent"] else FAILED


def _tell_receipt(verdict: Verdict) -> None:
    facts, said = verdict.facts, verdict.facts["entry"]
    show("This receipt holds.")
    show(f"  log       {facts['log']}")
    show(f"  entry     {facts['place']} of the {facts['size']:,} that the checkpoint signs")
    show(
        f"  what      {said['kind']}, at {said['at']}, by {said['actor']['kind']} {said['actor']['id'] or ''}"
    )
    for name, value in said["says"].items():
        show(f"  {name:<9} {facts['words'].get(name, '(words not shown)') if _is_words(value) else value}")
    show(f"  signed by {facts['key']}")


def _is_words(value: object) -> bool:
    return isinstance(value, dict) and "saying" in value


def _plain(verdict: Verdict) -> dict[str, Any]:
    return {
        "faults": list(verdict.faults),
        "remarks": list(verdict.remarks),
        **verdict.facts,
    }


def _list(lines: Iterable[str], mark: str) -> None:
    for line in lines:
        show(f"  {mark}{line}")


def _key(text: str | None) -> VerifierKey | None:
    if text is None:
        return None
    try:
        return VerifierKey.parse(text)
    except BadNote as wrong:
        raise Failed(f"--key: {wrong}", USAGE) from wrong


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise Failed(f"{path} cannot be read: {wrong.strerror}.", USAGE) from wrong
