"""Each kind of entry is declared whole, and each one declared is written by somebody."""

from __future__ import annotations

import ast
import re

from outtask.journal.kinds import Audience, Says, all_kinds
from tests.architecture.source import PACKAGE, modules, nothing

WRITERS = {"recording", "also_says"}


def written() -> dict[str, str]:
    """Kinds named where entries are written, with the place."""
    found: dict[str, str] = {}
    for module in modules():
        if module.is_test:
            continue
        for call in ast.walk(module.tree):
            if isinstance(call, ast.Call) and call.args and _name(call.func) in WRITERS:
                for text in ast.walk(call.args[0]):
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        found[text.value] = f"{module.place}:{call.lineno}"
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_what_is_written_is_declared() -> None:
    declared = {kind.name for kind in all_kinds()}
    nothing(f"{place} {name}" for name, place in written().items() if name not in declared)


def test_what_is_declared_is_written() -> None:
    texts = "\n".join(
        module.text for module in modules() if not module.is_test and module.path.stem != "kinds"
    )
    nothing(kind.name for kind in all_kinds() if f'"{kind.name}"' not in texts)


def test_every_icon_is_in_the_sprite() -> None:
    sprite = (PACKAGE / "ui" / "static" / "icons.svg").read_text()
    nothing(f"{kind.name}: {kind.icon}" for kind in all_kinds() if f'id="i-{kind.icon}"' not in sprite)


def test_the_public_reads_no_words_and_no_amounts() -> None:
    told = [
        kind.name
        for kind in all_kinds()
        if Audience.PUBLIC in kind.audience
        for place in re.findall(r"%\((\w+)\)s", kind.sentence)
        if kind.payload[place] in {Says.WORDS, Says.MONEY}
    ]
    nothing(told)
