"""Several releases and records of one process to one tree, by the merge rules of OCDS 1.1.

Releases are taken oldest first. Objects merge field by field; arrays of objects merge by `id`; any other
value of a newer release replaces the older one. Where an array has entries without ids, or one id twice,
it is replaced as a whole. What is replaced by something else is kept as superseded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .part import Part
from .shapes import Problem, ReleaseRef, Statement, Unmapped
from .tree import Leaf, Tree, count, leaves, plant
from .upgrade import upgrade
from .values import PROBLEMS
from .versions import all_versions, collapsed, versions_of

_WHOLE = frozenset({"additionalClassifications", "additionalIdentifiers", "changes"})
_SIGNATURE = ("id", "date", "tag")
_OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Candidate:
    """One release, compiled release or collapsed versioned release, ready to be merged."""

    tree: dict[str, Tree]
    ref: ReleaseRef
    source: str
    compiled: bool
    digest: str


@dataclass(slots=True)
class Woven:
    """One process: its merged tree, and the account of what is not in it."""

    ocid: str
    tree: dict[str, Tree] = field(default_factory=dict)
    releases: set[ReleaseRef] = field(default_factory=set)
    unmapped: list[Unmapped] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    total: int = 0
    mapped: int = 0
    repeated: int = 0
    publisher: str = ""

    # ---- the account ----

    def leave(self, tree: Tree) -> None:
        """Keep every leaf of `tree` as unmapped, except those already used."""
        for leaf in leaves(tree):
            if leaf.used and not leaf.made:
                self.mapped += 1
            elif not leaf.made:
                self.unmapped.append(leaf.unmapped())

    def settle(self, old: Tree, new: Tree | None) -> None:
        """Account for `old`, in whose place stands `new`: each leaf is said again, or superseded."""
        if isinstance(old, Leaf):
            self._settle_leaf(old, new)
        elif isinstance(old, dict):
            for key, child in old.items():
                self.settle(child, new.get(key) if isinstance(new, dict) else None)
        else:
            for child, other in _paired(old, new if isinstance(new, list) else []):
                self.settle(child, other)

    def _settle_leaf(self, old: Leaf, new: Tree | None) -> None:
        if old.made or old is new:
            return
        if isinstance(new, Leaf) and old.says_as(new):
            if new.made:  # from here on the publisher's own leaf stands for it
                new.place, new.key, new.made = old.place, old.key, False
            else:
                self.repeated += 1
        else:
            self.unmapped.append(old.unmapped(superseded=True))

    # ---- the merge ----

    def merge(self, old: Tree, new: Tree, key: str = "") -> Tree:
        """`new` put over `old`."""
        if isinstance(old, dict) and isinstance(new, dict):
            for name, child in new.items():
                old[name] = self.merge(old[name], child, name) if name in old else child
            return old
        if isinstance(old, list) and isinstance(new, list) and key not in _WHOLE:
            before, after = by_id(old), by_id(new)
            if before is not None and after is not None:
                merged = {
                    name: self.merge(entry, after[name]) if name in after else entry
                    for name, entry in before.items()
                }
                return [*merged.values(), *(entry for name, entry in after.items() if name not in before)]
        if isinstance(old, Leaf) and isinstance(new, Leaf) and new.made and old.says_as(new):
            return old
        self.settle(old, new)
        return new


def weave(ocid: str, statements: Iterable[Statement]) -> Woven:
    """Everything `statements` say of the process `ocid`; the order they come in does not matter."""
    woven = Woven(ocid)
    candidates: list[Candidate] = []
    witnesses: list[dict[str, Tree]] = []
    versioned: list[tuple[Tree, set[int]]] = []
    for statement in sorted(statements, key=lambda one: one.source):
        tree = plant(statement.raw, statement.source)
        if not isinstance(tree, dict):  # cannot be: it has an ocid
            continue
        woven.total += count(tree)
        if statement.is_record:
            _open_record(woven, tree, statement.source, candidates, witnesses, versioned)
        else:
            candidates.append(_candidate(woven, tree, statement.source, compiled=False))
    candidates.sort(key=lambda one: (one.ref.at or _OLDEST, one.compiled, one.digest, one.source))
    for candidate in candidates:
        woven.merge(woven.tree, candidate.tree)
    for witness in witnesses:
        woven.settle(witness, woven.tree)
    for history, taken in versioned:
        _account_for_versions(woven, history, woven.tree, taken)
    return woven


def _open_record(
    woven: Woven,
    record: dict[str, Tree],
    source: str,
    candidates: list[Candidate],
    witnesses: list[dict[str, Tree]],
    versioned: list[tuple[Tree, set[int]]],
) -> None:
    """Sort the parts of a record: what to merge, what only bears witness to it, what is left."""
    _take_ocid(woven, record)
    compiled, history = record.get("compiledRelease"), record.get("versionedRelease")
    embedded = _take_embedded(woven, record)
    if isinstance(compiled, dict):
        del record["compiledRelease"]
        candidates.append(_candidate(woven, compiled, source, compiled=True))
        witnesses += [_candidate(woven, release, source, compiled=False).tree for release in embedded]
    elif embedded:
        candidates += [_candidate(woven, release, source, compiled=False) for release in embedded]
    if isinstance(history, dict):
        del record["versionedRelease"]
        _take_ocid(woven, history)
        taken: set[int] = set()
        if not isinstance(compiled, dict) and not embedded:
            latest = {key: collapsed(child) for key, child in history.items()}
            taken = {id(leaf) for child in latest.values() for leaf in leaves(child)}
            candidates.append(_collapsed_candidate(woven, latest, history, source))
        versioned.append((history, taken))
    if not (isinstance(compiled, dict) or embedded or isinstance(history, dict)):
        _note_links(woven, record)
    woven.publisher = Part(record, woven.problems).part("publisher").fill("name", woven.publisher)
    woven.leave(record)


def _take_embedded(woven: Woven, record: dict[str, Tree]) -> list[dict[str, Tree]]:
    """Remove and return the whole releases of a record; links to releases stay where they are."""
    held = record.get("releases")
    if not isinstance(held, list):
        return []
    whole: list[dict[str, Tree]] = []
    rest: list[Tree] = []
    for entry in held:
        if not isinstance(entry, dict) or entry.keys() <= {"url", "date", "tag"}:
            rest.append(entry)
        elif (ocid := Part(entry, []).peek("ocid")) not in ("", woven.ocid):
            _note(woven, entry, "foreign_release", ocid)
            rest.append(entry)
        else:
            whole.append(entry)
    record["releases"] = rest
    return whole


def _note_links(woven: Woven, record: dict[str, Tree]) -> None:
    held = record.get("releases")
    for entry in held if isinstance(held, list) else []:
        if isinstance(entry, dict) and (url := Part(entry, []).peek("url")):
            _note(woven, entry, "linked_release", url)


def _note(woven: Woven, tree: Tree, code: str, value: str) -> None:
    first = next(leaves(tree))
    path, source = first.place.pointer, first.place.source
    woven.problems.append(Problem(path, code, PROBLEMS[code], value, source=source))


def _candidate(woven: Woven, tree: dict[str, Tree], source: str, compiled: bool) -> Candidate:
    digest = hashlib.sha256(_canonical(tree)).hexdigest()
    _take_ocid(woven, tree)
    signature: dict[str, Tree] = {key: tree.pop(key) for key in _SIGNATURE if key in tree}
    part = Part(signature, woven.problems)
    ref = ReleaseRef(part.text("id"), part.instant("date"), part.texts("tag"))
    if ref.at is None:
        code, name = "release_without_date", ref.id or woven.ocid
        woven.problems.append(Problem("/date", code, PROBLEMS[code], name, repaired=True, source=source))
    woven.releases.add(ref)
    woven.leave(signature)
    upgrade(tree, woven.settle)
    return Candidate(tree, ref, source, compiled, digest)


def _collapsed_candidate(
    woven: Woven, latest: dict[str, Tree], history: dict[str, Tree], source: str
) -> Candidate:
    """A record that has nothing but its versioned release: the releases are known by their marks."""
    digest = hashlib.sha256(_canonical(latest)).hexdigest()
    refs = [_mark(woven, version) for version in all_versions(history)]
    newest = max(refs, key=lambda ref: ref.at or _OLDEST, default=ReleaseRef("", None, ()))
    upgrade(latest, woven.settle)
    return Candidate(latest, newest, source, True, digest)


def _mark(woven: Woven, version: dict[str, Tree]) -> ReleaseRef:
    """The release a version comes from; the leaves of its first mention are used."""
    silent = Part(version, [])
    known = ReleaseRef(silent.peek("releaseID"), silent.when("releaseDate"), silent.listed("releaseTag"))
    if known in woven.releases:
        return known
    part = Part(version, woven.problems)
    ref = ReleaseRef(part.text("releaseID"), part.instant("releaseDate"), part.texts("releaseTag"))
    woven.releases.add(ref)
    return ref


def _take_ocid(woven: Woven, tree: dict[str, Tree]) -> None:
    ocid = {"ocid": tree.pop("ocid")} if "ocid" in tree else {}
    part = Part(ocid, woven.problems)
    part.agree("ocid", woven.ocid)
    woven.leave(ocid)


def _canonical(tree: Tree) -> bytes:
    """Equal for equal JSON, whatever the order of keys and the place it was read from."""

    def plain(node: object) -> object:
        return node.value if isinstance(node, Leaf) else str(node)

    return json.dumps(tree, sort_keys=True, default=plain).encode()


def by_id(entries: Sequence[Tree]) -> dict[str, dict[str, Tree]] | None:
    """The objects of an array by their ids; None unless each has one of its own."""
    found: dict[str, dict[str, Tree]] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not (name := Part(entry, []).peek("id")) or name in found:
            return None
        found[name] = entry
    return found


def _paired(old: list[Tree], new: list[Tree]) -> Iterable[tuple[Tree, Tree | None]]:
    """Each entry of `old` with its counterpart: by id, by value for scalars, else by position."""
    before, after = by_id(old), by_id(new)
    if before is not None and after is not None:
        return [(entry, after.get(name)) for name, entry in before.items()]
    if all(isinstance(entry, Leaf) for entry in old):
        return [(entry, _same(entry, new)) for entry in old]
    return [(entry, new[index] if index < len(new) else None) for index, entry in enumerate(old)]


def _same(leaf: Tree, others: list[Tree]) -> Tree | None:
    found = (one for one in others if isinstance(one, Leaf) and isinstance(leaf, Leaf) and leaf.says_as(one))
    return next(found, None)


def _account_for_versions(woven: Woven, node: Tree, merged: Tree | None, taken: set[int]) -> None:
    """Account for a versioned release: which release said it, and whether it still stands.

    taken: leaves that were merged, and are accounted for there.
    """
    versions = versions_of(node)
    if versions is not None:
        for version in versions:
            for key, child in version.items():
                if key != "value":
                    _account_for_mark(woven, key, child)
                elif not any(id(leaf) in taken for leaf in leaves(child)):
                    woven.settle(child, merged)
    elif isinstance(node, Leaf):
        if id(node) not in taken:
            woven.settle(node, merged)
    elif isinstance(node, dict):
        for key, child in node.items():
            _account_for_versions(woven, child, merged.get(key) if isinstance(merged, dict) else None, taken)
    else:
        for child, other in _paired(node, merged if isinstance(merged, list) else []):
            _account_for_versions(woven, child, other, taken)


def _account_for_mark(woven: Woven, key: str, tree: Tree) -> None:
    """`releaseID`, `releaseDate`, `releaseTag`: repeated when a release that was read bears the same."""
    for leaf in leaves(tree):
        part = Part({"mark": leaf}, [])
        said, at = part.peek("mark"), part.when("mark")
        if leaf.used:
            woven.mapped += 1
        elif any(
            (key == "releaseID" and ref.id == said)
            or (key == "releaseTag" and said in ref.tags)
            or (key == "releaseDate" and at is not None and ref.at == at)
            for ref in woven.releases
        ):
            woven.repeated += 1
        else:
            woven.unmapped.append(leaf.unmapped(superseded=True))
