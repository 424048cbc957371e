"""Archives of older versions: one pure step for each migration that changed what a line holds.

A step takes the name of a table and a line as the migration before left it, and gives the line as its own
migration made it. Tables that a migration brought are empty before it, and need no step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.db.migrations.loader import MigrationLoader

from outtask.takeback.archive.coverage import APP

type Line = dict[str, Any]
type Step = Callable[[str, Line], Line]


def proof_and_exit(table: str, line: Line) -> Line:
    """0001 → 0002: nobody was asked yet whether to be counted among comparable organisations, and what a
    publisher said of an imported out-task stood with what was understood of it."""
    if table == "organisation":
        return line | {"compares": False}
    if table == "importedrecord":
        understood = dict(line["understood"])
        return line | {"statements": understood.pop("statements", ""), "understood": understood}
    return line


def limits_and_watch(table: str, line: Line) -> Line:
    """0002 → 0003: budgets stood alone, requests had no category, everybody decided in their own place."""
    if table == "budget":
        return line | {"parent": None, "keeper": None, "rollover": "nothing", "follows": None}
    if table == "purchaserequest":
        return line | {"category": ""}
    if table == "approval":
        return line | {"delegation": None}
    return line


def orders_and_catalogue(table: str, line: Line) -> Line:
    """0003 → 0004: nobody was invited with further limits, and no rule asked for more than limits do."""
    if table == "organisation":
        return line | {"second_factor_from_minor": None}
    if table == "memberinvitation":
        return line | {"reports_to_email": "", "limits": []}
    if table == "approval":
        return line | {"by_mail": False, "rules": []}
    if table == "award":
        return line | {"choice": ""}
    if table == "agreement":
        return line | {"form": "statement"}
    if table == "milestone":
        return line | {"order_line": None, "quantity": None}
    return line


def unchanged(table: str, line: Line) -> Line:
    """A migration that brought indexes and tables alone."""
    return line


# By the migration they lead to.
STEPS: Mapping[str, Step] = {
    "0002_proof_and_exit": proof_and_exit,
    "0003_limits_and_watch": limits_and_watch,
    "0004_orders_and_catalogue": orders_and_catalogue,
    "0005_spend_kept": unchanged,
    "0006_words_of_outtasks": unchanged,
    "0007_added_up": unchanged,
    "0008_tuning": unchanged,
}


@cache
def versions() -> tuple[str, ...]:
    """Every version of the tables there was, the present one last."""
    graph = MigrationLoader(None).graph
    (leaf,) = graph.leaf_nodes(APP)
    return tuple(name for app, name in graph.forwards_plan(leaf) if app == APP)


def upgrade(schema: str, table: str, line: Line) -> Line:
    """A line of an archive of an older version, as it would be now.

    The line may be anything; LookupError, TypeError or ValueError when it is not of that version.
    """
    for version in versions()[versions().index(schema) + 1 :]:
        line = STEPS[version](table, line)
    return line
