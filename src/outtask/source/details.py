"""One field that says what a check looks for: how people type it, and how it is shown again.

180 *.jpg        at least 180 files with such a name
pdf, docx        every file is one of these types
20 MB            no file is larger
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.source.criteria import CheckKind, Criterion, criterion

_COUNTED = re.compile(r"(\d+)?\s*(.*)", re.DOTALL)
_SIZE = re.compile(r"(\d+)\s*([kMGT]?)i?B?", re.IGNORECASE)
_POWERS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_NAME = {
    CheckKind.FILE_TYPE: "types",
    CheckKind.FILE_SHA256: "sha256",
    CheckKind.ARCHIVE_OPENS: "pattern",
    CheckKind.TEXT_CONTAINS: "text",
    CheckKind.LINK_ANSWERS: "link",
    CheckKind.BY_HAND: "instruction",
}


def criterion_of(
    text: str, kind: str, detail: str, known: Sequence[Criterion] = (), field: str = "criteria"
) -> Criterion:
    """The criterion that somebody typed. Raises `Refused` naming `field`.

    known: what stood there before. What one field cannot say (programs can set more) stays when kind and
    detail are left as they were.
    """
    for before in known:
        if (before.kind.value, detail_of(before)) == (kind, detail.strip()):
            params = dict(before.params)
            if before.kind is CheckKind.BY_HAND and params.get("instruction") == before.text:
                params = {}
            return criterion(text, kind, params, field)
    return criterion(text, kind, _params(kind, detail.strip(), field), field)


def detail_of(given: Criterion) -> str:
    """What to show in the field for a criterion; empty when its sentence says it all."""
    params: Mapping[str, Any] = given.params
    match given.kind:
        case CheckKind.FILE_PRESENT:
            pattern = params.get("pattern", "*")
            return f"{params.get('least', 1)}{'' if pattern == '*' else ' ' + pattern}"
        case CheckKind.FILE_SIZE:
            return _size_text(params["most"])
        case CheckKind.FILE_TYPE:
            return ", ".join(params["types"])
        case CheckKind.BY_HAND:
            instruction = str(params.get("instruction", ""))
            return "" if instruction == given.text else instruction
        case CheckKind.ARCHIVE_OPENS:
            pattern = str(params.get("pattern", "*"))
            return "" if pattern == "*" else pattern
        case _:
            return str(params.get(_NAME[given.kind], ""))


def _params(kind: str, detail: str, field: str) -> dict[str, object]:
    if not detail or kind not in set(CheckKind):
        return {}
    match CheckKind(kind):
        case CheckKind.FILE_PRESENT:
            found = _COUNTED.fullmatch(detail)
            assert found is not None
            least, pattern = found.groups()
            return {"least": least or "", "pattern": pattern.strip()}
        case CheckKind.FILE_SIZE:
            return {"most": _bytes(detail, field)}
        case known:
            return {_NAME[known]: detail}


def _bytes(text: str, field: str) -> int:
    found = _SIZE.fullmatch(text)
    if found is None:
        reason = N_("“%(text)s” is not a size. Write it like 20 MB.")
        raise Refused(Refusal("size_unread", reason, field, {"text": text[:40]}))
    return int(found[1]) * _POWERS[found[2].upper()]


def _size_text(size: int) -> str:
    for unit, power in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size and size % power == 0:
            return f"{size // power} {unit}"
    return f"{size} B"
