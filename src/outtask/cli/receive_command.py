"""`outtask receive`: one incoming mail on standard input, as a mail server pipes it."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from outtask.cli.ground import DONE, django_ready, migrated, say


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Have your mail server pipe in what arrives for OUTTASK_REPLY_DOMAIN. Mail that is no answer to a"
        " notice, or was sent by a machine, is refused with exit code 3."
    )


def run(given: argparse.Namespace) -> int:
    django_ready()
    migrated()
    from outtask.lifecycle.answering import receive  # models are loaded only now

    say(receive(sys.stdin.buffer.read(), datetime.now(UTC)))
    return DONE
