"""Does an archive open, every member of it? Archives inside are read as plain files and never followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from outtask.files.checks.criteria import ArchiveOpens, CheckKind, expected
from outtask.files.checks.handed import HandedIn, nothing_found, select
from outtask.files.checks.limits import Meter, Stop
from outtask.files.checks.result import CheckResult, Finding, every, size_in_words
from outtask.files.checks.signatures import ContentType, signature
from outtask.files.checks.tar_members import check_gzip, check_tar
from outtask.files.checks.zip_members import check_zip
from outtask.kernel.words import N_

_OPENERS: Mapping[ContentType, Callable[[HandedIn, Meter], None]] = {
    ContentType.ZIP: check_zip,
    ContentType.TAR: check_tar,
    ContentType.GZIP: check_gzip,
}


def archive_opens(params: ArchiveOpens, files: Sequence[HandedIn]) -> CheckResult:
    """Passed when each file that fits is an archive and every member of it was read to its end."""
    wanted = expected(CheckKind.ARCHIVE_OPENS, params)
    chosen = select(files, params.pattern)
    if not chosen:
        return nothing_found(wanted)
    return every(wanted, [_judge(file, params) for file in chosen])


def _judge(file: HandedIn, params: ArchiveOpens) -> Finding:
    kind = signature(file.head(1024))
    if kind is ContentType.SEVEN_ZIP:
        reason = N_(
            "“%(name)s” is a 7z archive, which Outtask does not open; ask for a ZIP file, or look yourself"
        )
        return Finding.unable(reason, name=file.name)
    opener = _OPENERS.get(kind) if kind else None
    if opener is None:
        return Finding.failed(N_("“%(name)s”, which is not an archive"), name=file.name)
    meter = Meter(file.name, file.size, params.most_bytes, params.most_members, params.most_ratio)
    try:
        opener(file, meter)
    except Stop as stop:
        return stop.finding
    if not meter.members:
        return Finding.failed(N_("“%(name)s”, which is an empty archive"), name=file.name)
    facts = {"name": file.name, "members": meter.members, "size": size_in_words(meter.unpacked)}
    return Finding.passed(
        N_("“%(name)s” readable throughout (members: %(members)s, unpacked: %(size)s)"), **facts
    )
