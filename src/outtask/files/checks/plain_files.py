"""Checks that need no look at what a file means: is it there, how large is it, is it that very one."""

from __future__ import annotations

from collections.abc import Sequence

from outtask.files.checks.criteria import CheckKind, FilePresent, FileSha256, FileSize, expected
from outtask.files.checks.handed import HandedIn, nothing_found, select
from outtask.files.checks.result import (
    MOST_DETAILS,
    CheckResult,
    Finding,
    Outcome,
    Sentence,
    every,
    size_in_words,
    some,
)
from outtask.kernel.words import N_


def file_present(params: FilePresent, files: Sequence[HandedIn]) -> CheckResult:
    """Passed when the number of files that fit is within the bounds."""
    wanted = expected(CheckKind.FILE_PRESENT, params)
    chosen = select(files, params.pattern)
    if not chosen:
        return nothing_found(wanted)
    enough = params.least <= len(chosen) and (params.most is None or len(chosen) <= params.most)
    lines = tuple(
        Sentence(N_("“%(name)s”, %(size)s"), {"name": file.name, "size": size_in_words(file.size)})
        for file in chosen[:MOST_DETAILS]
    )
    outcome = Outcome.PASSED if enough else Outcome.FAILED
    return CheckResult(outcome, wanted, Sentence(N_("%(count)s"), {"count": len(chosen)}), lines)


def file_size(params: FileSize, files: Sequence[HandedIn]) -> CheckResult:
    """Passed when each file that fits has a size within the bounds."""
    wanted = expected(CheckKind.FILE_SIZE, params)

    def judge(file: HandedIn) -> Finding:
        fits = params.least <= file.size <= params.most
        phrase = Sentence(
            N_("“%(name)s” with %(size)s"), {"name": file.name, "size": size_in_words(file.size)}
        )
        return Finding(Outcome.PASSED if fits else Outcome.FAILED, phrase)

    chosen = select(files, params.pattern)
    return every(wanted, [judge(file) for file in chosen]) if chosen else nothing_found(wanted)


def file_sha256(params: FileSha256, files: Sequence[HandedIn]) -> CheckResult:
    """Passed when one file that fits has this very content, read again now and not only by its record."""
    wanted = expected(CheckKind.FILE_SHA256, params)

    def judge(file: HandedIn) -> Finding:
        if file.sha256.lower() != params.sha256:
            return Finding.failed(
                N_("“%(name)s” with another sum (%(sha256)s)"), name=file.name, sha256=file.sha256
            )
        if file.real_sha256() != params.sha256:
            reason = N_("“%(name)s”, whose stored copy differs from its record; ask for it again")
            return Finding.unable(reason, name=file.name)
        return Finding.passed(N_("“%(name)s” with this sum"), name=file.name)

    chosen = select(files, params.pattern)
    return some(wanted, [judge(file) for file in chosen]) if chosen else nothing_found(wanted)
