"""Addresses given by people, as a way to make our own machine ask elsewhere: straight, by a name that answers
with them, and by a redirect to them. Nothing is ever connected to but a public address that was judged.
"""

from __future__ import annotations

import http.server
import ipaddress
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import quote, unquote

import pytest

from outtask.files.fetcher import fetch
from outtask.files.targets import Resolver
from outtask.kernel.refusal import Refused

PUBLIC = "93.184.215.14"
SECRET = b"the inside"


# -- every way to write an inside address -----------------------------------------------------------------


def spellings(address: str) -> Iterator[str]:
    """The ways in which clients, libraries and resolvers have taken one IPv4 address."""
    number = int(ipaddress.IPv4Address(address))
    a, b, c, d = ipaddress.IPv4Address(address).packed
    yield address
    yield f"{address}."
    yield str(number)
    yield hex(number)
    yield f"0X{number:X}"
    yield f"0{number:o}"
    yield str(number + 2**32)
    yield f"{a}.{(b << 16) + (c << 8) + d}"
    yield f"{a}.{b}.{(c << 8) + d}"
    yield f"0{a:o}.0{b:o}.0{c:o}.0{d:o}"
    yield f"{a:#x}.{b:#x}.{c:#x}.{d:#x}"
    yield f"{a:#x}.{b}.0{c:o}.{d}"
    yield f"{a:03d}.{b:03d}.{c:03d}.{d:03d}"
    yield address.replace(".", "\u3002")
    yield address.replace(".", "\uff0e")
    yield "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in address)
    yield "".join(chr(0x2460 + int(sign) - 1) if sign in "123456789" else sign for sign in address)
    yield quote(address[0]).join(["", ""]) + f"%{ord(address[0]):02x}{address[1:]}"
    yield address.replace(".", "%2e")
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[0:0:0:0:0:ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[::{address}]"
    yield f"[64:ff9b::{address}]"
    yield f"[64:ff9b:1::{address}]"
    yield f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]"
    yield f"[2001:0:{number >> 16:x}:{number & 0xFFFF:x}::]"
    yield f"[2001:0:1:2:3:4:{~number >> 16 & 0xFFFF:x}:{~number & 0xFFFF:x}]"
    yield f"[2400:cb00::5efe:{address}]"
    yield f"user@{address}"
    yield f"example.com@{address}"
    yield f"example.com:80@{address}"
    yield f"{address}:22"
    yield f"{address}:6379"
    yield f"[::ffff:{address}%25eth0]"


INSIDE = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.5", "172.16.9.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "198.18.0.1", "224.0.0.1", "255.255.255.255",
)  # fmt: skip
MORE = (
    "localhost", "LOCALHOST", "localhost.localdomain", "metadata.google.internal", "[::1]", "[::]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]",
    "[fec0::1]", "[100::1]", "[2001:db8::1]", "[::ffff:0:127.0.0.1]",
)  # fmt: skip
SCHEMES = (
    "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:6379/_x", "dict://127.0.0.1:11211/",
    "ldap://127.0.0.1/", "jar:http://127.0.0.1!/", "data:text/plain,x", "javascript:alert(1)", "//127.0.0.1/",
    "http:127.0.0.1", "http:/127.0.0.1", "http:\\\\127.0.0.1\\", "http://127.0.0.1\\@example.com/",
    "http://example.com\\.127.0.0.1/", "http://127.0.0.1\t/", "\thttp://127.0.0.1/",
    "http://127.0.0.1\r\nHost: x/",
)  # fmt: skip
TABLE = sorted(
    {f"http://{one}/" for address in INSIDE for one in spellings(address)}
    | {f"https://{one}/" for one in spellings("127.0.0.1")}
    | {f"http://{one}/" for one in MORE}
    | set(SCHEMES)
)


def inside_names(host: str, port: int) -> Sequence[str]:
    """What the names of the table answer; every other name is public."""
    return ("127.0.0.1",) if "localhost" in host.lower() or host.endswith(".internal") else (PUBLIC,)


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that anything in this process tried to connect to; the attempt ends there."""
    tried: list[object] = []

    def connect(self: socket.socket, address: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError("stopped by the test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


def refused(url: str, resolver: Resolver = inside_names, **more: object) -> str:
    """The code with which the fetcher refuses; "" when it took the address."""
    given = {"method": "GET", "timeout": 20, "max_bytes": 1_000, "resolver": resolver} | more
    try:
        fetch(url, **given)  # type: ignore[arg-type]
    except Refused as no:
        return no.refusal.code
    return ""


def test_the_table_is_as_long_as_promised() -> None:
    assert len(TABLE) >= 120
    assert len({url for url in TABLE if "127" in url}) >= 60


def test_no_spelling_reaches_the_inside(connected: list[object]) -> None:
    """All of them are refused as addresses, before a connection is tried."""
    through = [
        (url, code) for url in TABLE if not (code := refused(url)).startswith(("url_", "fetch_unknown"))
    ]
    assert (through, connected) == ([], [])


def test_the_same_attempts_would_be_seen(connected: list[object]) -> None:
    assert refused("http://example.com/") == "fetch_unreachable"
    assert connected == [(PUBLIC, 80)]


# -- names that answer with an inside address -------------------------------------------------------------


class Names(threading.Thread):
    """A name server on the loopback network: each question gets the next answer of its list."""

    def __init__(self, *answers: str) -> None:
        super().__init__(daemon=True)
        self.answers, self.asked = answers, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = self.socket.getsockname()

    def run(self) -> None:
        while True:
            try:
                question, whence = self.socket.recvfrom(512)
            except OSError:
                return
            answer = ipaddress.ip_address(self.answers[min(self.asked, len(self.answers) - 1)])
            self.asked += 1
            kind = 1 if answer.version == 4 else 28
            head = question[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0)
            record = struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(answer.packed)) + answer.packed
            self.socket.sendto(head + question[12:] + record, whence)

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """One question over the wire, as a resolver asks."""
        labels = b"".join(bytes([len(one)]) + one.encode() for one in host.split("."))
        question = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(10)
            asking.sendto(question, self.address)
            told = asking.recv(512)
        kind, _class, _ttl, length = struct.unpack(">HHIH", told[len(question) + 2 : len(question) + 12])
        assert kind in {1, 28}
        return (str(ipaddress.ip_address(told[len(question) + 12 : len(question) + 12 + length])),)


@contextmanager
def naming(*answers: str) -> Iterator[Names]:
    names = Names(*answers)
    names.start()
    try:
        yield names
    finally:
        names.socket.close()


@pytest.mark.parametrize(
    "inside",
    [
        *INSIDE,
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fd00::1",
        "fe80::1",
    ],
)
def test_a_name_that_answers_with_an_inside_address_is_refused(inside: str, connected: list[object]) -> None:
    with naming(inside) as names:
        # Questions go by datagram and connect nothing.
        assert refused("http://shop.example/", names.resolve) == "url_address"
    assert (connected, names.asked) == ([], 1)


def test_a_name_that_changes_its_answer_gains_nothing(connected: list[object]) -> None:
    """Judged once, connected to what was judged: the second answer is never asked for."""
    with naming(PUBLIC, "127.0.0.1") as names:
        assert refused("http://rebind.example/", names.resolve) == "fetch_unreachable"
    assert (connected, names.asked) == ([(PUBLIC, 80)], 1)


# -- redirects --------------------------------------------------------------------------------------------


class Inside(http.server.BaseHTTPRequestHandler):
    """Leads to whatever the address says; everything else would be what nobody outside may read."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        if not self.path.startswith("/to?"):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SECRET)
            return
        self.send_response(302)
        self.send_header("Location", unquote(self.path.partition("?")[2], encoding="latin-1"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def outside() -> Iterator[http.server.ThreadingHTTPServer]:
    """A server that is let through by address and port, and leads inside."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inside)
    server.daemon_threads = True
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_no_redirect_reaches_the_inside(outside: http.server.ThreadingHTTPServer) -> None:
    """Every address of the table as the place a public page leads on to."""
    endpoint = f"127.0.0.1:{outside.server_address[1]}"
    allowed = {"allow_private": frozenset({endpoint})}
    leading: Callable[[str], str] = lambda url: f"http://{endpoint}/to?{quote(url, safe='')}"  # noqa: E731
    # By RFC 3986 `http:/x` is a path of the very same host, and leads nowhere else.
    elsewhere = [url for url in TABLE if not re.match(r"https?:/?[^/\\]", url)]
    codes = {url: refused(leading(url), **allowed) for url in elsewhere}
    assert {url: code for url, code in codes.items() if not code.startswith(("url_", "fetch_broken"))} == {}
    asked: list[str] = outside.asked  # type: ignore[attr-defined]
    assert [path for path in asked if not path.startswith("/to?")] == []
    assert len(asked) == len(elsewhere) > 120
