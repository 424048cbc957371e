"""How much may come out of an archive before we stop: the defence against archive bombs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from outtask.files.checks.result import Finding, size_in_words
from outtask.kernel.words import N_

RATIO_COUNTS_FROM = 1024 * 1024
"""Bytes unpacked below which the ratio says nothing: a small empty table packs a thousandfold."""

_DRIVE = re.compile(r"[A-Za-z]:")
_HIDDEN = re.compile(r"[\x00-\x1f\x7f]")


class Stop(Exception):
    """Reading ends here; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding.found))
        self.finding = finding


@dataclass(slots=True)
class Meter:
    """Counts what was unpacked from one archive of `packed` bytes. Raises `Stop` at a limit."""

    name: str
    packed: int
    most_bytes: int
    most_members: int
    most_ratio: int
    unpacked: int = 0
    members: int = 0

    def claims(self, more: int) -> None:
        """`more` bytes are announced: stop now rather than after reading them."""
        self._hold(self.unpacked + more)

    def read(self, more: int) -> None:
        """`more` bytes were really unpacked."""
        self.unpacked += more
        self._hold(self.unpacked)

    def member(self, count: int = 1) -> None:
        self.members += count
        if self.members > self.most_members:
            raise self.too_many()

    def too_many(self) -> Stop:
        reason = N_("“%(name)s” with more than %(most)s members")
        return Stop(Finding.failed(reason, name=self.name, most=self.most_members))

    def _hold(self, total: int) -> None:
        if total > self.most_bytes:
            reason = N_("“%(name)s”, which unpacks to %(total)s or more (limit %(most)s)")
            sizes = {"total": size_in_words(total), "most": size_in_words(self.most_bytes)}
            raise Stop(Finding.failed(reason, name=self.name, **sizes))
        if total > max(RATIO_COUNTS_FROM, self.most_ratio * self.packed):
            reason = N_(
                "“%(name)s”, which unpacks to more than %(ratio)s times its size, as archive bombs do"
            )
            raise Stop(Finding.failed(reason, name=self.name, ratio=self.most_ratio))


def leads_outside(member: str) -> bool:
    """True for a member name that would unpack outside its folder, or that hides what it is."""
    parts = member.replace("\\", "/").split("/")
    return parts[0] == "" or ".." in parts or bool(_DRIVE.match(member)) or bool(_HIDDEN.search(member))


def unsafe_name(archive: str, member: str) -> Stop:
    reason = N_("“%(name)s” with a member that is not safe to unpack (“%(member)s”)")
    return Stop(Finding.failed(reason, name=archive, member=printable(member)))


def unsafe_kind(archive: str, member: str) -> Stop:
    reason = N_("“%(name)s” with a link or a device inside (“%(member)s”)")
    return Stop(Finding.failed(reason, name=archive, member=printable(member)))


def damaged(archive: str, member: str = "") -> Stop:
    if not member:
        return Stop(Finding.failed(N_("“%(name)s”, which is damaged or cut short"), name=archive))
    reason = N_("“%(name)s” with a damaged member (“%(member)s”)")
    return Stop(Finding.failed(reason, name=archive, member=printable(member)))


def printable(member: str) -> str:
    """A member's name as safe to show: hidden signs as question marks, at most 120 characters."""
    return "".join(sign if sign.isprintable() else "?" for sign in member)[:120]
