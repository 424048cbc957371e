"""The one way to run a check."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outtask.files.checks.archives import archive_opens
from outtask.files.checks.criteria import ByHand, CheckKind, LinkAnswers, Params, expected
from outtask.files.checks.file_type import file_type
from outtask.files.checks.handed import HandedIn
from outtask.files.checks.links import Fetch, link_answers
from outtask.files.checks.plain_files import file_present, file_sha256, file_size
from outtask.files.checks.result import CheckResult, Outcome, Sentence
from outtask.files.checks.text import text_contains
from outtask.files.fetcher import fetch as fetch_from_the_internet
from outtask.files.unreachable import StorageAway
from outtask.kernel.words import N_

log = logging.getLogger(__name__)

_FILE_CHECKS: Mapping[CheckKind, Callable[[Any, Sequence[HandedIn]], CheckResult]] = {
    CheckKind.FILE_PRESENT: file_present,
    CheckKind.FILE_TYPE: file_type,
    CheckKind.FILE_SIZE: file_size,
    CheckKind.FILE_SHA256: file_sha256,
    CheckKind.ARCHIVE_OPENS: archive_opens,
    CheckKind.TEXT_CONTAINS: text_contains,
}


def run_check(
    kind: CheckKind,
    params: Params,
    files: Sequence[HandedIn],
    links: Sequence[str],
    fetch: Fetch = fetch_from_the_internet,
) -> CheckResult:
    """Try one criterion on what was handed in. Memory stays bounded however large a file is.

    Any content gives a result, never an exception; a file that the store cannot read gives UNABLE. Raises
    StorageAway when the whole store is out of reach, so that the checks are tried again later.
    """
    wanted = expected(kind, params)
    if isinstance(params, ByHand):
        return CheckResult(Outcome.UNABLE, wanted, Sentence(N_("a person has to look")))
    if isinstance(params, LinkAnswers):
        return link_answers(params, links, fetch)
    try:
        return _FILE_CHECKS[kind](params, files)
    except StorageAway:
        raise
    except OSError:
        log.exception("A check could not read a stored file")
        found = Sentence(N_("the stored file could not be read; try again, or look yourself"))
        return CheckResult(Outcome.UNABLE, wanted, found)
