"""The ledger of ASVS 5.0 (docs/security/asvs.md) is whole, counts rightly and names only tests that exist."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from tests.architecture.source import ROOT, nothing

LEDGER = ROOT / "docs" / "security" / "asvs.md"
STATES = ("met", "not applicable", "not met yet")

# Each section of ASVS 5.0.0 with the level of each of its requirements, in their order.
LEVELS = """
1.1 22          1.2 1111122223   1.3 112222222223  1.4 222        1.5 123
2.1 122         2.2 112          2.3 12223         2.4 23
3.1 3           3.2 113          3.3 12223         3.4 11222233   3.5 11122333  3.6 3     3.7 22333
4.1 12233       4.2 23333        4.3 22            4.4 1222
5.1 2           5.2 112333       5.3 113           5.4 222
6.1 122         6.2 111111112222 6.3 11223333      6.4 112233     6.5 22222333  6.6 2223  6.7 33  6.8 2222
7.1 222         7.2 1111         7.3 22            7.4 11222      7.5 223       7.6 22
8.1 1233        8.2 1123         8.3 133           8.4 23
9.1 111         9.2 1222
10.1 22         10.2 223         10.3 22223        10.4 1111122222233333  10.5 22222  10.6 22  10.7 222
11.1 2233       11.2 22233       11.3 11233        11.4 1222      11.5 23       11.6 23   11.7 33
12.1 12233      12.2 11          12.3 22223
13.1 2333       13.2 222223      13.3 2233         13.4 1222233
14.1 22         14.2 12223333    14.3 122
15.1 12233      15.2 12233       15.3 1222222      15.4 3333
16.1 2          16.2 22222       16.3 2222         16.4 222       16.5 2223
17.1 23         17.2 22223333    17.3 22
"""
# What a requirement on the written word may be proven by: chapters and sections that ask for documentation.
WRITTEN = re.compile(r"(?:2|5|6|7|8|11|13|14|15|16)\.1\.[0-9]+")
TEST = re.compile(r"`([\w/.]+\.py)::(test_\w+)`")
DECISION = re.compile(r"\(decisions\.md#([\w-]+)\)")


@dataclass(frozen=True)
class Row:
    """One requirement: its id, level, our words for it, where we stand, what proves or explains it."""

    id: str
    level: str
    words: str
    state: str
    proof: str


def asked() -> dict[str, int]:
    """Every requirement of levels 1 and 2, by id."""
    parts = LEVELS.split()
    sections = zip(parts[::2], parts[1::2], strict=True)
    every = {
        f"{name}.{place}": int(level) for name, levels in sections for place, level in enumerate(levels, 1)
    }
    assert Counter(every.values()) == {1: 70, 2: 183, 3: 92}
    return {name: level for name, level in every.items() if level < 3}


@cache
def rows() -> tuple[Row, ...]:
    lines = re.findall(r"^\| ([0-9]+\.[0-9]+\.[0-9]+ \|.*) \|$", LEDGER.read_text(), re.MULTILINE)
    return tuple(Row(*(cell.strip() for cell in line.split(" | "))) for line in lines)


@cache
def defined_in(name: str) -> frozenset[str]:
    path = ROOT / name
    tree = ast.parse(path.read_text()) if path.is_file() else ast.Module([], [])
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def anchors(name: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / "security" / name).read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_requirement_stands_there_once() -> None:
    assert [(row.id, row.level) for row in rows()] == [(name, str(level)) for name, level in asked().items()]


def test_no_row_is_empty() -> None:
    nothing(
        row.id
        for row in rows()
        if row.state not in STATES or len(row.proof) < 8 or not 2 <= len(row.words.split()) <= 8
    )


def test_every_named_test_exists() -> None:
    nothing(
        f"{row.id}: {path}::{name}"
        for row in rows()
        for path, name in TEST.findall(row.proof)
        if name not in defined_in(path)
    )
    nothing(
        f"{row.id}: a test without its file"
        for row in rows()
        if re.search(r"(?<!::)\btest_\w+\b(?!\.py)", row.proof)
    )


def test_what_is_met_is_proven() -> None:
    kept = anchors("decisions.md")
    for row in rows():
        if row.state != "met":
            continue
        decided = DECISION.findall(row.proof)
        assert TEST.search(row.proof) or (decided and WRITTEN.fullmatch(row.id)), row.id
        assert kept.issuperset(decided), row.id


def test_it_counts_itself() -> None:
    told = re.findall(
        r"^\| (1|2|1 and 2) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", LEDGER.read_text(), re.MULTILINE
    )
    counts = Counter((row.level, row.state) for row in rows())
    for levels, *numbers in told:
        found = [sum(counts[level, state] for level in levels.split(" and ")) for state in STATES]
        assert [int(number) for number in numbers] == [*found, sum(found)], levels
    assert [levels for levels, *_ in told] == ["1", "2", "1 and 2"]


def test_pages_of_security_lead_somewhere() -> None:
    for page in (ROOT / "SECURITY.md", *sorted((ROOT / "docs" / "security").glob("*.md"))):
        text = page.read_text()
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)", text):
            there = (page.parent / target).resolve() if target else page
            assert there.exists(), f"{page.name}: {target}"
            assert not anchor or anchor in anchors(there.name), f"{page.name}: #{anchor}"
        for path, name in TEST.findall(text):
            assert name in defined_in(path), f"{page.name}: {path}::{name}"
