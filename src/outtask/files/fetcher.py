"""The only way Outtask reaches out to an address given by a person.

Each address, and each redirect, is judged by `outtask.files.targets` before anything is sent. The connection
goes to the very address that was judged, so a name that changes its answer in between (DNS rebinding) gains
nothing; TLS still verifies the host's name. A redirect never leads from https back to http.

No cookies, credentials or proxies. Nothing is decompressed: we ask for the identity encoding, and a body that
comes compressed all the same is handed back as it came. Time is bounded in total, not per read; bytes too.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Buffer, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import quote, urljoin

from outtask.files.targets import Resolver, Target, admit, no, system_resolver, too_slow
from outtask.kernel.refusal import Refused
from outtask.kernel.words import N_

Method = Literal["HEAD", "GET"]

PIECE = 64 * 1024
MOST_ADDRESSES_TRIED = 4
MOST_TYPE_CHARACTERS = 200
REDIRECTS = frozenset({301, 302, 303, 307, 308})
USER_AGENT = "Outtask"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What answered. `size` is in bytes: those read, or those declared (or None) when no body was read."""

    status: int
    final_url: str
    content_type: str
    size: int | None
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Posted:
    """What answered a POST. `beginning`: of its body. `retry_after`: the header as it came, or empty."""

    status: int
    retry_after: str
    beginning: bytes
    seconds: float


def fetch(
    url: str,
    *,
    method: Method = "HEAD",
    timeout: float,
    max_bytes: int,
    max_redirects: int = 4,
    resolver: Resolver | None = None,
    allow_private: frozenset[str] = frozenset(),
) -> Fetched:
    """Ask `url` for its head or its body; any status of the last answer is handed back, 404 and 500 too.

    timeout: seconds for everything together: names, connections, redirects, body.
    max_bytes: the longest body taken; 0 with GET reads the head of the answer and leaves the body.
    allow_private: what the operator lets through on purpose: an address ("10.0.0.5", on the usual ports) or
        an address with its port ("10.0.0.5:9000", "[fd00::5]:9000").
    Raises `Refused` on field "url": codes `url_*` for what may not be asked (url_form, url_long, url_scheme,
    url_credentials, url_host, url_zone, url_port, url_address, url_downgrade) and `fetch_*` for what did not
    answer (fetch_unknown_host, fetch_slow, fetch_tls, fetch_unreachable, fetch_broken, fetch_large,
    fetch_redirects).
    """
    clock = _Clock(timeout)
    seen: set[str] = set()
    while True:
        target = admit(
            url, resolver=resolver or system_resolver, allow_private=allow_private, seconds_left=clock.left
        )
        if target.url in seen or len(seen) > max_redirects:
            raise no(
                "fetch_redirects", N_("The address leads on and on (%(url)s). Give where it ends."), url=url
            )
        seen.add(target.url)
        answer = _ask(target, method, max_bytes, clock)
        if isinstance(answer, Fetched):
            return answer
        url = _next(target, answer)


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float,
    max_bytes: int,
    resolver: Resolver | None = None,
    allow_private: frozenset[str] = frozenset(),
) -> Posted:
    """Send `body` to `url`; the answer is whatever came, a redirect too: none is ever followed.

    headers: beside those of every request; of our own making, never a person's text.
    max_bytes: how much of the answer's body is read; the rest is left unread, however long it is.
    timeout, allow_private and what is raised: see `fetch`.
    """
    clock = _Clock(timeout)
    target = admit(
        url, resolver=resolver or system_resolver, allow_private=allow_private, seconds_left=clock.left
    )
    own = {"Content-Length": str(len(body)), **headers}
    with _connection(target, clock) as wire:
        return _hand_over(wire, _head(target, "POST", own) + body, max_bytes, clock)


def _hand_over(wire: socket.socket, message: bytes, most: int, clock: _Clock) -> Posted:
    wire.settimeout(clock.left())
    wire.sendall(message)
    with http.client.HTTPResponse(_incoming(wire, clock), method="POST") as response:
        response.begin()
        return Posted(
            status=response.status,
            retry_after=response.getheader("Retry-After", "")[:MOST_TYPE_CHARACTERS],
            beginning=response.read(most),
            seconds=clock.spent(),
        )


def _next(target: Target, location: str) -> str:
    # A Location may hold raw bytes, which http.client reads as Latin-1. They are percent-encoded here, so a
    # raw host name is refused while a raw path goes through; a backslash stays, to be refused.
    try:
        url = urljoin(target.url, quote(location.encode("latin-1"), safe="%/:?#[]@!$&'()*+,;=~\\"))
    except ValueError:
        raise _broken(target) from None
    if target.scheme == "https" and url.lower().startswith("http:"):
        reason = N_(
            "The address leads from https to http (%(url)s). Give an https address that stays on https."
        )
        raise no("url_downgrade", reason, url=url)
    return url


class _Clock:
    """The time for everything together."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._ends = self._began + seconds

    def left(self) -> float:
        """Seconds left, more than 0. Raises `TimeoutError`."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def spent(self) -> float:
        return time.monotonic() - self._began


class _Incoming(io.RawIOBase):
    """Reads a socket in the time left: a plain time-out would start anew with every byte that drips in."""

    def __init__(self, wire: socket.socket, clock: _Clock) -> None:
        self._wire, self._clock = wire, clock

    def makefile(self, mode: str) -> io.BufferedReader:
        """The one thing `HTTPResponse` asks of its socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        self._wire.settimeout(self._clock.left())
        return self._wire.recv_into(buffer)


def _ask(target: Target, method: Method, max_bytes: int, clock: _Clock) -> Fetched | str:
    """One request to one judged address: the answer, or where it redirects to."""
    with _connection(target, clock) as wire:
        return _talk(wire, target, method, max_bytes, clock)


@contextmanager
def _connection(target: Target, clock: _Clock) -> Iterator[socket.socket]:
    """A connection to one judged address; whatever goes wrong on it becomes a refusal that says what."""
    try:
        with _connect(target, clock) as wire:
            yield wire
    except TimeoutError:
        raise too_slow(target) from None
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or "TLS"
        reason = N_(
            "%(host)s could not prove who it is (%(why)s). Ask for an address with a valid certificate."
        )
        raise no("fetch_tls", reason, host=target.host, why=why) from error
    except OSError as error:
        reason = N_("%(host)s does not answer. Check the address.")
        raise no("fetch_unreachable", reason, host=target.host) from error
    except (http.client.HTTPException, ValueError) as error:
        raise _broken(target) from error


def _connect(target: Target, clock: _Clock) -> socket.socket:
    wire = _first_to_answer(target, clock)
    if target.scheme == "http":
        return wire
    try:
        wire.settimeout(clock.left())
        return ssl.create_default_context().wrap_socket(wire, server_hostname=target.host)
    except BaseException:
        wire.close()
        raise


def _first_to_answer(target: Target, clock: _Clock) -> socket.socket:
    """A connection to the first judged address that takes one; each gets its share of the time left."""
    addresses = target.addresses[:MOST_ADDRESSES_TRIED]
    for waiting, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        try:
            return socket.create_connection((address, target.port), timeout=clock.left() / waiting)
        except OSError:
            if waiting == 1:
                raise
    raise OSError("no address to connect to")


def _talk(wire: socket.socket, target: Target, method: Method, most: int, clock: _Clock) -> Fetched | str:
    wire.settimeout(clock.left())
    wire.sendall(_head(target, method))
    with http.client.HTTPResponse(_incoming(wire, clock), method=method) as response:
        response.begin()
        location = response.getheader("Location")
        if response.status in REDIRECTS and location:
            return location
        read = method == "GET" and most > 0
        body = _body(response, most, target) if read else b""
        return Fetched(
            status=response.status,
            final_url=target.url,
            content_type=response.getheader("Content-Type", "")[:MOST_TYPE_CHARACTERS],
            size=len(body) if read else _declared(response),
            body=body,
            seconds=clock.spent(),
        )


def _incoming(wire: socket.socket, clock: _Clock) -> socket.socket:
    return cast(socket.socket, _Incoming(wire, clock))  # it has the one method HTTPResponse calls


def _head(target: Target, method: str, more: Mapping[str, str] | None = None) -> bytes:
    # Path and host hold neither space nor control character (`targets.parse`), so nothing can slip a line in.
    lines = (
        f"{method} {target.path} HTTP/1.1",
        f"Host: {target.netloc}",
        f"User-Agent: {USER_AGENT}",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        *(f"{name}: {value}" for name, value in (more or {}).items()),
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _declared(response: http.client.HTTPResponse) -> int | None:
    text = response.getheader("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _body(response: http.client.HTTPResponse, most: int, target: Target) -> bytes:
    declared = response.length
    pieces: list[bytes] = []
    size = 0
    if declared is not None and declared > most:
        raise _too_large(target, most)
    while piece := response.read(min(PIECE, most + 1 - size)):
        size += len(piece)
        if size > most:
            raise _too_large(target, most)
        pieces.append(piece)
    if declared is not None and size < declared:
        raise http.client.IncompleteRead(b"", declared - size)
    return b"".join(pieces)


def _broken(target: Target) -> Refused:
    return no("fetch_broken", N_("%(host)s gave a broken answer. Try again later."), host=target.host)


def _too_large(target: Target, most: int) -> Refused:
    reason = N_("%(host)s sends more than %(most)s bytes. Give an address of the file itself.")
    return no("fetch_large", reason, host=target.host, most=most)
