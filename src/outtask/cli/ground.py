"""What every command stands on: Django set up, words to the person, exit codes."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

DONE, FAILED, USAGE, REFUSED, UNREACHABLE = range(5)


class Failed(Exception):
    """A command could not do its work; the text says why and what to do."""

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code


def say(text: str) -> None:
    """To the person, beside the result."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201  (a command talks to its terminal)


def show(text: str) -> None:
    """The result."""
    print(text, flush=True)  # noqa: T201  (a command talks to its terminal)


def show_json(value: Any) -> None:
    show(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def counting(what: str) -> Any:
    """A progress function for a terminal: rewrites one line; silent where nobody watches."""

    def progress(done: int, total: int | None = None) -> None:
        if sys.stderr.isatty():
            of = f" of {total:,}" if total else ""
            print(f"\r{what}: {done:,}{of}", end="", file=sys.stderr, flush=True)  # noqa: T201

    return progress


def settings_ready() -> None:
    """Read the settings, which takes a moment; raises BadSetting when the environment is wrong.

    The first to read them makes the home's folders and its secret.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "outtask.config.settings")
    from django.conf import settings  # read here, after arguments had their say

    assert settings.HOME


def django_ready() -> None:
    """Read the settings and load every model; raises BadSetting when the environment is wrong."""
    settings_ready()
    import django  # it reads the settings

    django.setup()


def migrated() -> None:
    """Raises Failed unless the database is there, whole, and of this version."""
    from outtask.cli.upgrading import refuse_newer, standing

    refuse_half_restored()
    found = standing()
    refuse_newer(found)
    if found.fresh:
        raise Failed("The database is not ready for this version. Run `outtask up` once; it prepares it.")
    if found.old:
        raise Failed("The database is of an older version. Run `outtask upgrade`; it makes a backup first.")


def refuse_half_restored() -> None:
    """Raises Failed while a restore has exchanged the state only by half."""
    from outtask.cli.backups import record

    under_way = record.read(record.marker())
    if under_way is not None:
        raise Failed(
            f"A restore was interrupted. Run it again: outtask restore {under_way['file']}\n"
            "What was here before it is in the folder set-aside of the home."
        )
