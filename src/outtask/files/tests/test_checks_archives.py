from __future__ import annotations

import struct
import tarfile
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.files.checks.criteria import ArchiveOpens, CheckKind
from outtask.files.checks.handed import HandedIn
from outtask.files.checks.result import CheckResult, Outcome
from outtask.files.checks.run import run_check
from outtask.files.tests.material import (
    deflated,
    directory,
    entry,
    gzipped,
    handed,
    tar_info,
    tar_of,
    tarred,
    zipped,
)

MEMBERS = {"a.txt": b"hello", "folder/b.bin": bytes(range(256)) * 400, "empty": b""}
ZEROS = bytes(3_000_000)
SMALL = ArchiveOpens(most_bytes=1_000_000, most_members=100)


def run(params: ArchiveOpens, *files: HandedIn) -> CheckResult:
    return run_check(CheckKind.ARCHIVE_OPENS, params, files, [])


def found(content: bytes, params: ArchiveOpens = SMALL) -> tuple[str, str]:
    result = run(params, handed("it", content))
    return str(result.outcome), str(result.found)


@pytest.mark.parametrize(
    "content",
    [
        zipped(MEMBERS),
        zipped(MEMBERS, zipfile.ZIP_STORED),
        zipped({"ä/ö.txt": b"x"}),
        zipped(MEMBERS | {"folder/": b""}),
        tarred(MEMBERS),
        tarred(MEMBERS, tarfile.GNU_FORMAT),
        tarred(MEMBERS, tarfile.USTAR_FORMAT),
        tarred({"long/" * 40 + "name": b"x"}),
        tarred({"long/" * 40 + "name": b"x"}, tarfile.GNU_FORMAT),
        tarred({"long/" * 30 + "name": b"x"}, tarfile.USTAR_FORMAT),
        tarred({"ä" * 120: b"x"}),
        tar_of(tar_info("folder", tarfile.DIRTYPE), tar_info("folder/a")),
        gzipped(tarred(MEMBERS)),
        gzipped(tarred(MEMBERS, tarfile.GNU_FORMAT)),
        gzipped(b"one plain file"),
        gzipped(b"one ") + gzipped(b"plain file"),
        zipped({"inner.zip": zipped({"bomb": ZEROS})}),
    ],
)
def test_sound_archives_open(content: bytes) -> None:
    outcome, phrase = found(content)
    assert outcome == "passed", phrase


def test_what_a_sound_archive_says() -> None:
    assert found(zipped(MEMBERS)) == ("passed", "“it” readable throughout (members: 3, unpacked: 102 kB)")
    result = run(ArchiveOpens("*.zip"), handed("it.zip", b"text"), handed("that.zip", zipped(MEMBERS)))
    assert str(result.reason) == (
        "Expected every file like *.zip to be an archive that opens, at most 2 GB unpacked; "
        "found “it.zip”, which is not an archive."
    )
    assert run(ArchiveOpens("*.zip")).outcome is Outcome.FAILED


SOUND_ZIP, SOUND_TAR, SOUND_GZIP = zipped(MEMBERS), tarred(MEMBERS), gzipped(tarred(MEMBERS))


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def encrypted() -> bytes:
    return entry(b"a", b"0123456789abxx", 2, 0, flags=1)


DAMAGED = {
    "not an archive": b"hello",
    "empty file": b"",
    "zip cut short": SOUND_ZIP[:-30],
    "zip begins and no more": b"PK\x03\x04" + bytes(100),
    "zip with a wrong byte in a member": flipped(SOUND_ZIP, 40),
    "zip with a wrong sum": entry(b"a", deflated(b"hello"), 5, 1),
    "zip with more than it says": entry(b"a", deflated(b"hello" * 100), 5, zlib.crc32(b"hello" * 100)),
    "zip with less than it says": entry(b"a", deflated(b"hello"), 500, zlib.crc32(b"hello")),
    "zip with a broken stream": entry(b"a", b"\xff\xff\xff\xff", 5, 0),
    "zip whose directory lies outside": SOUND_ZIP[:-6] + b"\xf0\xff\xff\x7f" + b"\0\0",
    "empty zip": zipped({}),
    "tar cut short": SOUND_TAR[:1500],
    "tar without its end": SOUND_TAR[: SOUND_TAR.rindex(b"empty") + 512],
    "tar with a broken second header": flipped(SOUND_TAR, 1024 + 10),
    "gzip cut short": SOUND_GZIP[:-20],
    "gzip with a wrong sum": flipped(SOUND_GZIP, len(SOUND_GZIP) - 6),
    "gzip with rubbish behind": SOUND_GZIP + b"rubbish",
    "gzip head only": b"\x1f\x8b\x08",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_archives_fail(content: bytes) -> None:
    assert found(content)[0] == "failed"


def pax_tar(record: bytes, size: int | None = None) -> bytes:
    """A pax record of our own making in front of one member."""
    header = tar_info("x", b"x", len(record) if size is None else size).tobuf(tarfile.USTAR_FORMAT)
    return header + record.ljust(-(-len(record) // 512) * 512, b"\0") + tar_of(tar_info("a"))


def resized_tar(field: bytes) -> bytes:
    """A tar header whose size field holds `field`, with its sum put right."""
    block = bytearray(tar_info("a").tobuf(tarfile.GNU_FORMAT))
    block[124:136] = field
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def link(mode: int) -> bytes:
    return directory([(b"a", b"/etc/passwd", 11, zlib.crc32(b"/etc/passwd"), 0, 0, mode << 16)])


HOSTILE = {
    "up and out": (zipped({"../a": b"x"}), "not safe to unpack"),
    "up from within": (zipped({"a/../../b": b"x"}), "not safe to unpack"),
    "absolute": (zipped({"/etc/passwd": b"x"}), "not safe to unpack"),
    "backslashes": (entry(b"..\\a", b"", 0, 0, method=0), "not safe to unpack"),
    "a drive": (zipped({"C:/a": b"x"}), "not safe to unpack"),
    "a share": (entry(b"\\\\host\\a", b"", 0, 0, method=0), "not safe to unpack"),
    "a name that hides its end": (entry(b"a.txt\0/../b", b"", 0, 0, method=0), "not safe to unpack"),
    "a line break in a name": (zipped({"a\nb": b"x"}), "(“a?b”)"),
    "zip symlink": (link(0o120777), "a link or a device"),
    "zip device": (link(0o060644), "a link or a device"),
    "tar up and out": (tarred({"../a": b"x"}), "not safe to unpack"),
    "tar absolute": (tarred({"/a": b"x"}), "not safe to unpack"),
    "tar absolute by long name": (tarred({"/" + "a" * 200: b"x"}, tarfile.GNU_FORMAT), "not safe to unpack"),
    "tar absolute by pax": (tarred({"/" + "a" * 200: b"x"}), "not safe to unpack"),
    "tar symlink": (tar_of(tar_info("a", tarfile.SYMTYPE, target="/etc")), "a link or a device"),
    "tar hard link": (tar_of(tar_info("a", tarfile.LNKTYPE, target="b")), "a link or a device"),
    "tar device": (tar_of(tar_info("a", tarfile.CHRTYPE)), "a link or a device"),
    "tar.gz pipe": (gzipped(tar_of(tar_info("a", tarfile.FIFOTYPE))), "a link or a device"),
    "claims 10 GB": (entry(b"a", b"x", 0xFFFFFFF0, 0), "unpacks to 4.3 GB or more (limit 1 MB)"),
    "many claim a little": (
        directory([(b"%d" % n, b"", 900_000, 0, 0, 0, 0) for n in range(12)]),
        "unpacks to 11 MB or more",
    ),
    "more than the limit": (zipped({"a": bytes(range(256)) * 4_000}), "unpacks to 1 MB or more"),
    "too many": (zipped({str(n): b"" for n in range(101)}), "more than 100 members"),
    "too many to list": (directory([(b"n" * 200, b"", 0, 0, 0, 0, 0)] * 6_000), "more than 100 members"),
    "tar.gz bomb": (gzipped(tarred({"a": ZEROS})), "unpacks to 3 MB or more"),
    "gzip bomb": (gzipped(ZEROS), "unpacks to 1 MB or more"),
    "tar claims": (resized_tar(b"\x80" + b"\0" * 5 + b"\x7f" * 6), "or more (limit 1 MB)"),
    "tar of too many": (tarred({str(n): b"" for n in range(101)}), "more than 100 members"),
    "tar of too many records": (
        b"".join(pax_tar(b"11 path=ab\n")[:1024] for _ in range(101)) + SOUND_TAR,
        "more than 100 members",
    ),
    "a size below zero": (resized_tar(b"\xff" * 12), "not an archive"),
    "a size in letters": (resized_tar(b"0000000000z\0"), "not an archive"),
    "pax claims a gigabyte": (pax_tar(b"", size=2**30), "damaged"),
    "pax with no length": (pax_tar(b"path=a\n"), "damaged"),
    "pax with a wrong length": (pax_tar(b"99 path=a\n"), "damaged"),
    "pax with length none": (pax_tar(b"0 path=a\n"), "damaged"),
    "pax with a size in words": (pax_tar(b"12 size=two\n"), "damaged"),
    "pax with a huge size": (pax_tar(b"20 size=99999999999\n"), "unpacks to 100 GB or more"),
}


@pytest.mark.parametrize(("content", "words"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_archives_fail_and_say_why(content: bytes, words: str) -> None:
    outcome, phrase = found(content)
    assert outcome == "failed"
    assert words in phrase


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (encrypted(), "locked with a password"),
        (entry(b"a", b"x", 1, 0, method=12), "unusual way"),
        (zipped(MEMBERS, zipfile.ZIP_LZMA), "unusual way"),
        (zipped(MEMBERS, zipfile.ZIP_BZIP2), "unusual way"),
        (entry(b"a", b"x", 1, 0, method=9), "unusual way"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z archive"),
        (pax_tar(b"22 GNU.sparse.major=1\n"), "gaps"),
        (tar_of(tar_info("a", tarfile.GNUTYPE_SPARSE)), "gaps"),
    ],
)
def test_what_cannot_be_told_says_what_to_do(content: bytes, words: str) -> None:
    outcome, phrase = found(content)
    assert outcome == "unable"
    assert words in phrase


def zip64(size: int) -> bytes:
    """One stored member that claims `size` bytes by the large-file extension."""
    extra = struct.pack("<HHQQ", 1, 16, size, 1)
    shared = struct.pack("<HHHHIIIHH", 0, 0, 0, 0x21, 0, 0xFFFFFFFF, 0xFFFFFFFF, 1, len(extra))
    local = struct.pack("<IH", 0x04034B50, 45) + shared + b"a" + extra + b"x"
    index = (
        struct.pack("<IHH", 0x02014B50, 0x0314, 45)
        + shared
        + struct.pack("<HHHII", 0, 0, 0, 0, 0)
        + b"a"
        + extra
    )
    return local + index + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(index), len(local), 0)


def test_a_zip_that_claims_ten_gigabytes_is_refused_before_any_of_it_is_read() -> None:
    content = zip64(10 * 10**9)
    assert found(content, ArchiveOpens()) == (
        "failed",
        "“it”, which unpacks to 10 GB or more (limit 2 GB)",
    )
    assert len(content) < 300


def test_the_ratio_counts_only_from_a_mebibyte() -> None:
    generous = ArchiveOpens(most_bytes=10**9)
    assert found(zipped({"a": bytes(1_000_000)}), generous)[0] == "passed"
    assert "more than 200 times its size" in found(zipped({"a": ZEROS}), generous)[1]
    assert "more than 200 times its size" in found(gzipped(ZEROS), generous)[1]
    assert found(zipped({"a": ZEROS}, zipfile.ZIP_STORED), generous)[0] == "passed"


def test_members_that_share_one_content_count_each_time() -> None:
    packed = deflated(bytes(600_000))
    shared = directory([(b"a", packed, 600_000, zlib.crc32(bytes(600_000)), 8, 0, 0)] * 2)
    assert found(shared)[0] == "failed"


def test_memory_stays_bounded_whatever_an_archive_claims() -> None:
    bombs = [
        gzipped(bytes(20_000_000)),
        zipped({"a": bytes(20_000_000)}),
        gzipped(pax_tar(bytes(30_000_000))),
        directory([(b"n", b"", 0, 0, 0, 0, 0)] * 65_000),
    ]
    files = [handed(str(number), content) for number, content in enumerate(bombs)]
    tracemalloc.start()
    try:
        assert run(ArchiveOpens(), *files).outcome is Outcome.FAILED
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


HEADS = [
    b"",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b\x08",
    SOUND_ZIP[:200],
    SOUND_TAR[:600],
    SOUND_GZIP[:60],
]


@given(st.sampled_from(HEADS), st.binary(max_size=700))
def test_any_bytes_give_a_result(head: bytes, rest: bytes) -> None:
    assert found(head + rest)[0] in ("failed", "passed", "unable")


@given(
    st.sampled_from(
        [zipped({"a": b"hello", "b/c": b"x" * 99}), tarred({"a": b"hello"}), gzipped(tarred({"a": b"x"}))]
    ),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_any_change_to_an_archive_gives_a_result(content: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(content)
    for at, value in changes:
        changed[at % len(changed)] = value
    assert found(bytes(changed))[0] in ("failed", "passed", "unable")


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}x", fullmatch=True), st.binary(max_size=2_000), min_size=1
    )
)
def test_whatever_is_packed_by_the_usual_tools_opens(members: dict[str, bytes]) -> None:
    for content in (zipped(members), tarred(members), gzipped(tarred(members, tarfile.GNU_FORMAT))):
        assert found(content, ArchiveOpens())[0] == "passed"
