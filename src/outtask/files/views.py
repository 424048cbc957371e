"""Sending a file: whole or in part, always as something to save, never as a page of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from outtask.files.actions import record_download
from outtask.files.away import cannot_read
from outtask.files.models import File
from outtask.files.queries import file_for
from outtask.files.storage import PIECE, open_stored
from outtask.ui.pages import GuestRequest, MemberRequest, member_page

_LOADED = re.compile(r"(?:java|ecma|live|j)script|/css$|/wasm$", re.IGNORECASE)
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from `start` up to but without `end`."""

    start: int
    end: int


def part_of(header: str, size: int) -> Part | None:
    """The one range that a `Range` header asks of `size` bytes (RFC 9110 §14); None to send the whole.

    Raises ValueError when it asks for what is not there. Several ranges at once are answered by the whole.
    """
    asked = _RANGE.fullmatch(header.strip())
    if asked is None or not any(asked.groups()):
        return None
    first, last = asked.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    if start >= end:
        raise ValueError(f"bytes {header} of {size}")
    return Part(start, end)


@require_safe
@member_page
def file(request: MemberRequest, file_id: UUID, name: str) -> HttpResponseBase:
    """A file for a member. Reading it is recorded, once for each download that begins at its beginning."""
    found = file_for(request.actor, file_id)
    if request.method == "GET" and request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        record_download(actor=request.actor, now=request.now, file_id=found.pk)
    return send(request, found)


def file_for_guest(request: GuestRequest, file_id: UUID) -> HttpResponseBase:
    """A file for the holder of a link: their own, or shared with them. Links are opened by mail scanners too,
    so this records nothing.
    """
    return send(request, file_for(request.actor, file_id))


def send(request: HttpRequest, file: File) -> HttpResponseBase:
    """The bytes of a file that its reader may see."""
    size, tag = file.blob.size, f'"{file.blob_id}"'
    header = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
    try:
        part = part_of(header, size)
    except ValueError:
        refused = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        refused.headers["Content-Range"] = f"bytes */{size}"
        return refused
    wanted = part or Part(0, size)
    pieces = _pieces(_opened(file.blob_id), wanted) if request.method == "GET" else iter(())
    headers = {
        "Content-Type": _served_as(file.media_type),
        "Content-Length": str(wanted.end - wanted.start),
        "Content-Disposition": content_disposition_header(True, file.name) or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "ETag": tag,
    }
    if part:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    return StreamingHttpResponse(pieces, status=206 if part else 200, headers=headers)


def _served_as(media_type: str) -> str:
    """A page of ours may load scripts and styles from our own address; what was handed in is none of them."""
    return "application/octet-stream" if _LOADED.search(media_type) else media_type


def _opened(sha256: str) -> BinaryIO:
    """Opened before the answer begins: afterwards nobody could be told that it cannot be read."""
    try:
        return open_stored(sha256)
    except OSError as trouble:
        raise cannot_read(trouble) from trouble


def _pieces(opened: BinaryIO, part: Part) -> Iterator[bytes]:
    with opened as stream:
        stream.seek(part.start)
        left = part.end - part.start
        while left and (piece := stream.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
