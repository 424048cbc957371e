"""Our own catalogue of what is commonly handed out: read once from `catalogue.toml` beside this file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from outtask.decide.rules.comparables import TaskKind


@cache
def catalogue() -> tuple[TaskKind, ...]:
    """Every kind of the catalogue, in the order of the file; raises when it is not as its head says."""
    text = files("outtask.decide").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tuple(
        TaskKind(kind["name"], kind["area"], tuple(tuple(said.casefold().split()) for said in kind["words"]))
        for kind in tomllib.loads(text)["kind"]
    )
