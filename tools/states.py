"""Draw the life of every noun from its `Machine` as docs/states/*.md (Mermaid), or check those drawings.

usage: states.py [--check]
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from outtask.kernel.machine import Machine

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "states"
NOTE = "Drawn from `{source}` by `make states`; change it there."


def machines() -> Iterator[tuple[str, Machine[Any]]]:
    """Every machine of every room, with the file it stands in, in the order of files."""
    for path in sorted((ROOT / "src" / "outtask").glob("*/states.py")):
        module = importlib.import_module(f"outtask.{path.parent.name}.states")
        for name in sorted(vars(module)):
            found = getattr(module, name)
            if isinstance(found, Machine):
                yield str(path.relative_to(ROOT)), found


def drawn(source: str, machine: Machine[Any]) -> str:
    lines = [f"# The life of {article(machine.name)} {machine.name}", "", NOTE.format(source=source), ""]
    lines += ["```mermaid", "stateDiagram-v2", f"    [*] --> {machine.start.value}"]
    for (state, act), after in machine.table.items():
        lines.append(f"    {state.value} --> {after.value}: {act.replace('_', ' ')}")
    lines += [f"    {state.value} --> [*]" for state in machine.states if state in machine.terminal]
    return "\n".join([*lines, "```", ""])


def article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def pages() -> dict[Path, str]:
    """File by file what the folder should hold."""
    wanted: dict[Path, str] = {}
    for source, machine in machines():
        room = Path(source).parent.name
        path = FOLDER / f"{room}-{machine.name.replace(' ', '-')}.md"
        if path in wanted:
            raise SystemExit(f"{source} has two machines named {machine.name!r}.")
        wanted[path] = drawn(source, machine)
    return wanted


def main(check: bool) -> int:
    wanted = pages()
    there = {path: path.read_text() for path in FOLDER.glob("*.md")}
    if wanted == there:
        return 0
    differing = sorted(path.name for path in wanted.keys() | there if wanted.get(path) != there.get(path))
    if check:
        print(f"docs/states is out of date: {', '.join(differing)}. Run `make states`.", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in there.keys() - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text)
    print(f"drew {', '.join(differing)}")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
