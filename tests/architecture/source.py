"""The product's own source, read as text and as syntax trees, for the rules that no linter knows."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "outtask"


@dataclass(frozen=True)
class Module:
    """One file of Python."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its path from the root of the checkout."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def place(self) -> str:
        """Its path from the package."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def is_test(self) -> bool:
        return "tests" in self.path.relative_to(ROOT).parts

    @property
    def is_actions(self) -> bool:
        """Whether it is where writes belong: `actions.py`, or a file of a folder `actions/`."""
        return self.path.stem == "actions" or self.path.parent.name == "actions"


@cache
def modules() -> tuple[Module, ...]:
    """Every file of the package but the migrations."""
    return tuple(_read(path) for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts)


@cache
def everything() -> tuple[Module, ...]:
    """The package, its tests, the tools."""
    more = [path for folder in ("tests", "tools", "bench") for path in sorted((ROOT / folder).rglob("*.py"))]
    return (*modules(), *(_read(path) for path in more), _read(ROOT / "conftest.py"))


@cache
def written_files() -> tuple[Path, ...]:
    """Every file of the checkout that is not ignored by git."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(path for name in sorted(filter(None, listed.split("\0"))) if (path := ROOT / name).is_file())


def nothing(wrong: Iterable[str]) -> None:
    """Fail with every wrong place on a line of its own, as an editor can follow it."""
    lines = sorted(wrong)
    assert not lines, "\n" + "\n".join(lines)


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _read(path: Path) -> Module:
    text = path.read_text()
    return Module(path, text, ast.parse(text))
