"""Which releases and records a JSON document holds, and what the package around them says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

from .decode import Document
from .part import Part
from .shapes import LeafCount, Problem, Statement, Unmapped
from .tree import Leaf, clean, leaves, plant
from .values import PROBLEMS

NOT_OCDS = N_(
    "This is JSON and not Open Contracting data: at %(place)s there is no release package, record package, "
    "release or record. Send a package of OCDS 1.0 or 1.1."
)
_HELD = ("releases", "records")


@dataclass(slots=True)
class Gathered:
    """Everything found in one file, in the order written."""

    statements: list[Statement] = field(default_factory=list)
    unmapped: list[Unmapped] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    leaves: LeafCount = field(default_factory=LeafCount)


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What a package says of all it holds."""

    publisher: str = ""
    license: str = ""
    version: str = ""


def gather(document: Document, name: str, found: Gathered) -> None:
    """Add what `document` of the file `name` holds to `found`; Refused when it is not OCDS."""
    source = name if document.alone else f"{name}:{document.line}"
    values = document.value if isinstance(document.value, list) else [document.value]
    if not values:
        raise _not_ocds(source)
    for index, value in enumerate(values):
        pointer = f"/{index}" if isinstance(document.value, list) else ""
        _one(value, source, pointer, found)


def _one(value: object, file: str, pointer: str, found: Gathered) -> None:
    if not isinstance(value, Mapping):
        raise _not_ocds(_source(file, pointer))
    if _is_record(value):
        _state(value, file, pointer, _Envelope(), found, is_record=True)
    elif any(isinstance(value.get(key), list) for key in _HELD):
        _package(value, file, pointer, found)
    elif "ocid" in value:
        _state(value, file, pointer, _Envelope(), found, is_record=False)
    else:
        raise _not_ocds(_source(file, pointer))


def _is_record(value: Mapping[str, object]) -> bool:
    compiled = "compiledRelease" in value or "versionedRelease" in value
    return compiled or ("ocid" in value and isinstance(value.get("releases"), list))


def _package(value: Mapping[str, object], file: str, pointer: str, found: Gathered) -> None:
    held = {key: entries for key in _HELD if isinstance(entries := value.get(key), list)}
    envelope = _envelope(value, held, _source(file, pointer), found)
    for key, entries in held.items():
        for index, entry in enumerate(entries):
            _state(entry, file, f"{pointer}/{key}/{index}", envelope, found, is_record=key == "records")


def _envelope(
    value: Mapping[str, object], held: Mapping[str, list[object]], source: str, found: Gathered
) -> _Envelope:
    around = {key: child for key, child in value.items() if not held.get(key)}
    tree = plant(around, source)
    if not isinstance(tree, dict):  # nothing but releases
        return _Envelope()
    part = Part(tree, found.problems)
    for key in held:
        part.leaf(key)  # an empty array of releases says what it says
    envelope = _Envelope(part.part("publisher").text("name"), part.text("license"), part.text("version"))
    _account([*leaves(tree)], found)
    return envelope


def _state(
    value: object, file: str, pointer: str, envelope: _Envelope, found: Gathered, is_record: bool
) -> None:
    source = _source(file, pointer)
    ocid = _ocid(value, is_record) if isinstance(value, Mapping) else ""
    if isinstance(value, Mapping) and ocid:
        about = (envelope.publisher, envelope.license, envelope.version)
        found.statements.append(Statement(ocid, source, is_record, value, *about))
        return
    found.problems.append(
        Problem("", "release_without_ocid", PROBLEMS["release_without_ocid"], source, source=source)
    )
    _account([*leaves(plant(value, source))], found)


def _ocid(value: Mapping[str, object], is_record: bool) -> str:
    """The process a release or record is about; a record without its own ocid has that of its releases."""
    releases = value.get("releases")
    inside = [value.get("compiledRelease"), value.get("versionedRelease")]
    inside += releases if isinstance(releases, list) else []
    for holder in [value, *(inside if is_record else [])]:
        ocid = holder.get("ocid") if isinstance(holder, Mapping) else None
        if isinstance(ocid, str | int) and not isinstance(ocid, bool) and clean(str(ocid)).strip():
            return clean(str(ocid)).strip()
    return ""


def _account(all_leaves: list[Leaf], found: Gathered) -> None:
    """Count leaves that belong to no process, and keep those no field holds."""
    unmapped = [leaf.unmapped() for leaf in all_leaves if not leaf.used]
    found.unmapped += unmapped
    mapped = len(all_leaves) - len(unmapped)
    found.leaves += LeafCount(total=len(all_leaves), mapped=mapped, unmapped=len(unmapped))


def _source(file: str, pointer: str) -> str:
    return f"{file}#{pointer}" if pointer else file


def _not_ocds(place: str) -> Refused:
    return Refused(Refusal("not_ocds", NOT_OCDS, "file", {"place": place}))
