"""The `outtask` command. One file per command; each has `HELP`, `arguments(parser)` and `run(arguments)`.

Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 unreachable. Results go to stdout, progress and faults to
stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from outtask import __version__
from outtask.cli.ground import FAILED, REFUSED, UNREACHABLE, USAGE, Failed, say

# name of the command: its module, read only when it is asked for
COMMANDS = {
    "up": "serve the pages and run the worker; makes the database on the first start",
    "work": "run a worker alone; any number of them may run",
    "demo": "fill an organisation with a small shop to look at, or remove it again",
    "doctor": "look whether everything is in order, and say what to do when it is not",
    "backup": "write the whole installation into one file, while it runs",
    "restore": "make a backup the installation again; what was there before is set aside",
    "upgrade": "bring the database to this version, with a backup first",
    "verify": "recompute the journal and say what was changed behind its back",
    "keys": "show the key that signs checkpoints, or let a new one take over",
    "export": "write a whole organisation into one open file",
    "import": "take in processes, published contracts, or a whole organisation",
    "drill": "rehearse leaving: export, import elsewhere, export there, compare",
    "calc": "compute a decision, weights or ways of sourcing from JSON, as the pages do",
    "receive": "put an answer by mail into its thread; for mail servers, from standard input",
}


def main(argv: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if argv is None else list(argv)
    command = next((word for word in given if word in COMMANDS), None)
    parser = argparse.ArgumentParser(prog="outtask", description="Hand out work, keep control, take it back.")
    parser.add_argument("--version", action="version", version=f"outtask {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in COMMANDS.items():
        sub = subparsers.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name == command:
            module_of(name).arguments(sub)
    return _run(parser.parse_args(given))


def module_of(name: str) -> ModuleType:
    return import_module(f"outtask.cli.{name}_command")


def _run(arguments: argparse.Namespace) -> int:
    # Imported here: these need settings only when a command is really run.
    from outtask.config.environment import BadSetting
    from outtask.files.unreachable import StorageAway
    from outtask.kernel.refusal import Refused

    try:
        code: int = module_of(arguments.command).run(arguments)
        return code
    except KeyboardInterrupt:
        return FAILED
    except BadSetting as problem:
        say(str(problem))
        return USAGE
    except Failed as problem:
        say(str(problem))
        return problem.code
    except Refused as problem:
        for refusal in problem.refusals:
            say(str(refusal))
        return REFUSED
    except StorageAway as problem:
        say(str(problem))
        return UNREACHABLE
    except Exception as problem:
        if not _database_away(problem):
            raise
        say(f"The database does not answer: {str(problem).strip()}\nStart it, or correct OUTTASK_DATABASE.")
        return UNREACHABLE


def _database_away(problem: Exception) -> bool:
    """Whether the database itself is the fault: asked afresh, because it also names other troubles so."""
    from django.db import OperationalError, connection

    if not isinstance(problem, OperationalError):
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return True
    return False


__all__ = ["FAILED", "REFUSED", "UNREACHABLE", "USAGE", "main"]
