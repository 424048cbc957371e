"""`outtask calc`: what a method tells on a page, computed again from JSON; needs no installation."""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from typing import Any

from outtask.cli.ground import DONE, REFUSED, USAGE, Failed, say, show_json
from outtask.decide.calc import CALCS as DECISIONS
from outtask.kernel.refusal import Refused
from outtask.spend.calc import CALCS as BUDGETS
from outtask.takeback.calc import CALCS as LEAVING
from outtask.watch.calc import CALCS as SPENDING

CALCS = {**DECISIONS, **BUDGETS, **SPENDING, **LEAVING}
USE = """\
Reads one JSON object from standard input and writes one to standard output:

  outtask calc NAME < in.json > out.json

Exit codes: 0 done, 2 the input is no JSON, 3 the method refuses it (the field and the reason are told).
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = USE + "".join(f"\n{name}:\n{_indented(CALCS[name])}\n" for name in sorted(CALCS))
    parser.add_argument("name", choices=sorted(CALCS), metavar="NAME", help=", ".join(sorted(CALCS)))


def run(given: argparse.Namespace) -> int:
    if sys.stdin.isatty():
        say("Write the input as JSON and end it with Ctrl-D.")
    try:
        show_json(CALCS[given.name](decoded(sys.stdin.buffer.read())))
    except Refused as refused:
        for refusal in refused.refusals:
            say(f"{refusal.field}: {refusal}" if refusal.field else str(refusal))
        return REFUSED
    return DONE


def decoded(data: bytes) -> dict[str, Any]:
    """The JSON object that the bytes are; raises Failed naming the place where they are not."""
    try:
        found = json.loads(data)
    except json.JSONDecodeError as wrong:
        raise Failed(
            f"The input is no JSON: line {wrong.lineno}, column {wrong.colno}: {wrong.msg}.", USAGE
        ) from wrong
    except UnicodeDecodeError as wrong:
        raise Failed(
            f"The input is no text in UTF-8: {wrong.reason} at byte {wrong.start}.", USAGE
        ) from wrong
    except RecursionError as deep:
        raise Failed("The input is nested too deeply.", USAGE) from deep
    if not isinstance(found, dict):
        raise Failed('The input must be one JSON object, such as {"answers": {}}.', USAGE)
    return found


def _indented(method: Any) -> str:
    lines = (inspect.getdoc(method) or "").splitlines()
    return "\n".join(f"  {line}".rstrip() for line in lines)
