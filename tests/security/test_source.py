"""What never stands in the source: ways to run, parse and hash that could be turned against us."""

from __future__ import annotations

import ast
import re

from outtask.kernel.reference import tracking_code
from outtask.people import tokens
from tests.architecture.source import PACKAGE, ROOT, Module, modules, nothing

# Where chance is drawn to compute, from a seed that is shown; see decide/smaa.py.
REPEATABLE = {"decide/smaa.py"}
# Reads office files by expat alone: no outside and no nested entities, every part bounded.
XML_READERS = {"files/checks/xml_reading.py"}
FORBIDDEN_IMPORTS = {
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "yaml",
    "xml",
    "lxml",
    "ctypes",
    "telnetlib",
    "ftplib",
}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
WEAK = {"md5", "sha1", "new"}


def ours() -> list[Module]:
    return [module for module in modules() if not module.is_test]


def calls(module: Module) -> list[tuple[int, str, ast.Call]]:
    return [
        (node.lineno, ast.unparse(node.func), node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
    ]


def imported(module: Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_nothing_runs_what_it_was_given() -> None:
    nothing(
        f"{module.name}:{line}: {name}"
        for module in ours()
        for line, name, _ in calls(module)
        if name in FORBIDDEN_CALLS or name in {"os.system", "os.popen", "subprocess.getoutput"}
    )
    nothing(
        f"{module.name}:{line}: a shell"
        for module in ours()
        for line, _, call in calls(module)
        if any(word.arg == "shell" for word in call.keywords)
    )


def test_nothing_reads_what_could_be_code() -> None:
    nothing(
        f"{module.name}: {sorted(bad)}"
        for module in ours()
        if (bad := imported(module) & FORBIDDEN_IMPORTS) and module.place not in XML_READERS
    )


def test_chance_that_guards_something_is_the_systems() -> None:
    nothing(
        module.name for module in ours() if "random" in imported(module) and module.place not in REPEATABLE
    )


def test_hashes_are_of_this_century() -> None:
    nothing(
        f"{module.name}:{line}: {name}"
        for module in ours()
        for line, name, _ in calls(module)
        if name.startswith("hashlib.") and name.partition(".")[2] in WEAK
    )


def test_templates_escape_everything() -> None:
    loose = re.compile(
        r"\|\s*safe\b|\{%\s*autoescape\s+off|safeseq|<script(?![^>]*(?:src=|application/json))|\son[a-z]+=\""
    )
    nothing(
        f"{path.relative_to(ROOT)}: {found.group(0)}"
        for path in sorted(PACKAGE.rglob("*.html"))
        for found in loose.finditer(path.read_text())
    )


def test_text_is_called_safe_in_one_place() -> None:
    marked = {module.place for module in ours() for _, name, _ in calls(module) if name.endswith("mark_safe")}
    assert marked == {"ui/tags.py"}


def test_the_script_writes_text_and_keeps_nothing() -> None:
    loose = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage"
        r"|sessionStorage|indexedDB|document\.cookie|postMessage|__proto__|https?://"
    )
    text = (PACKAGE / "ui" / "static" / "outtask.js").read_text()
    nothing(found.group(0) for found in loose.finditer(text))


def test_every_dependency_is_held_by_its_hash() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        entries = re.split(r"(?m)^(?=\S)", lock.read_text().replace("\\\n", " "))
        wrong = [
            entry
            for entry in entries
            if entry.strip()
            and not entry.startswith("#")
            and not ("==" in entry and "--hash=sha256:" in entry)
        ]
        assert not wrong, (lock.name, wrong[:3])
    assert "--require-hashes" in (ROOT / "tools" / "bootstrap.py").read_text()


def test_what_is_drawn_cannot_be_guessed() -> None:
    drawn = {tokens.fresh() for _ in range(1_000)}
    assert len(drawn) == 1_000
    assert all(len(token) == len(tokens.PREFIX) + 43 for token in drawn)
    assert len({tracking_code() for _ in range(1_000)}) == 1_000
