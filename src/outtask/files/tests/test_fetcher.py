"""Real sockets throughout: servers on the loopback network, let through by name as an operator would."""

from __future__ import annotations

import datetime as dt
import gzip
import http.server
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from outtask.files.fetcher import Fetched, fetch
from outtask.kernel.refusal import Refused

PUBLIC = "93.184.215.14"


class Pages(http.server.BaseHTTPRequestHandler):
    """One page for each behaviour; what was asked is kept on the server."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, dict(self.headers)))  # type: ignore[attr-defined]
        name = self.path.split("?")[0].strip("/").replace("-", "_")
        getattr(self, f"page_{name}", self.page_missing)()

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        return None

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        headers.setdefault("Content_Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def page_missing(self) -> None:
        self.answer(404, b"not here")

    def page_hello(self) -> None:
        self.answer(200, b"hello", Content_Type="text/plain", Set_Cookie="id=1")

    def page_chunked(self) -> None:
        self.answer(
            200, b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", Transfer_Encoding="chunked", Content_Length=""
        )

    def page_gzip(self) -> None:
        self.answer(200, gzip.compress(b"0" * 5_000_000), Content_Encoding="gzip")

    def page_huge_declared(self) -> None:
        self.answer(200, b"x", Content_Length=str(10**12))

    def page_short(self) -> None:
        self.answer(200, b"x", Content_Length="10", Connection="close")

    def page_huge(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.pour(b"x" * 65536)

    def page_slow_body(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.drip(b"x")

    def page_slow_head(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self.drip(b"x")

    def page_broken(self) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH\r\n")

    def page_to(self) -> None:
        self.answer(302, Location=unquote(self.path.partition("?")[2]))

    def page_again(self) -> None:
        self.answer(301, Location="/again", Set_Cookie="n=1")

    def page_hop(self) -> None:
        left = int(self.path.partition("?")[2])
        self.answer(307, Location=f"/hop?{left - 1}" if left else "/hello")

    def page_redirect_without_location(self) -> None:
        self.answer(302)

    def drip(self, byte: bytes) -> None:
        """A byte each 20 ms until the other side has had enough."""
        released: threading.Event = self.server.released  # type: ignore[attr-defined]
        while not released.wait(0.02):
            self.pour(byte, once=True)

    def pour(self, piece: bytes, once: bool = False) -> None:
        try:
            self.wfile.write(piece)
            while not once:
                self.wfile.write(piece)
        except OSError:
            self.server.released.set()  # type: ignore[attr-defined]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: str, port: int = 0) -> None:
        super().__init__((address, port), Pages)
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.released = threading.Event()

    @property
    def endpoint(self) -> str:
        return f"{self.server_address[0]!s}:{self.server_address[1]}"

    def fetch(self, path: str, **options: object) -> Fetched:
        given = {"timeout": 20, "max_bytes": 1_000_000, "allow_private": frozenset({self.endpoint})} | options
        return fetch(f"http://{self.endpoint}{path}", **given)  # type: ignore[arg-type]


@contextmanager
def running(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with running(Server("127.0.0.1")) as one:
        yield one


def refusal_of(call: Callable[[], Fetched]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    assert caught.value.refusal.field == "url"
    return caught.value.refusal.code


def test_head_and_get(server: Server) -> None:
    head = server.fetch("/hello")
    assert (head.status, head.content_type, head.size, head.body) == (200, "text/plain", 5, b"")
    got = server.fetch("/hello", method="GET")
    assert (got.status, got.size, got.body) == (200, 5, b"hello")
    assert got.final_url == f"http://{server.endpoint}/hello"
    assert got.seconds > 0
    assert server.fetch("/nowhere", method="GET").status == 404
    assert server.fetch("/chunked", method="GET").body == b"hello world"


def test_nothing_about_us_is_sent_along(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.fetch("/hop?1")
    for _, _, headers in server.asked:
        assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
        assert headers["Host"] == server.endpoint
        assert headers["Accept-Encoding"] == "identity"


def test_redirects_are_followed_up_to_the_limit(server: Server) -> None:
    assert server.fetch("/hop?3", method="GET").body == b"hello"
    assert len(server.asked) == 5
    assert refusal_of(lambda: server.fetch("/hop?4")) == "fetch_redirects"
    assert server.fetch("/hop?4", max_redirects=5).final_url.endswith("/hello")
    assert refusal_of(lambda: server.fetch("/again")) == "fetch_redirects"
    assert server.fetch("/redirect-without-location").status == 302


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://127.0.0.2/", "url_address"),
        ("http://169.254.169.254/latest/meta-data/", "url_address"),
        ("//10.0.0.1/x", "url_address"),
        ("http://[::1]/", "url_address"),
        ("http://2130706433/", "url_host"),
        ("http://user@example.com/", "url_credentials"),
        ("file:///etc/passwd", "url_scheme"),
        ("gopher://127.0.0.1:70/_x", "url_scheme"),
        ("http://127.0.0.1:6379/", "url_port"),
        ("\\\\127.0.0.2\\x", "url_form"),
        ("http://[", "fetch_broken"),
        ("http://m\u00fcller.de/", "url_host"),
    ],
)
def test_every_redirect_is_judged_again(server: Server, location: str, code: str) -> None:
    assert refusal_of(lambda: server.fetch(f"/to?{quote(location)}")) == code
    assert len(server.asked) == 1


def test_bytes_are_bounded(server: Server) -> None:
    assert refusal_of(lambda: server.fetch("/huge-declared", method="GET")) == "fetch_large"
    assert refusal_of(lambda: server.fetch("/huge", method="GET")) == "fetch_large"
    assert server.fetch("/hello", method="GET", max_bytes=5).body == b"hello"
    assert refusal_of(lambda: server.fetch("/hello", method="GET", max_bytes=4)) == "fetch_large"
    assert server.fetch("/huge-declared").size == 10**12
    unread = server.fetch("/huge", method="GET", max_bytes=0)
    assert (unread.status, unread.size, unread.body) == (200, None, b"")


def test_nothing_is_decompressed(server: Server) -> None:
    got = server.fetch("/gzip", method="GET", max_bytes=10_000)
    assert got.body.startswith(b"\x1f\x8b")
    assert got.size == len(got.body) < 10_000


@pytest.mark.parametrize("path", ["/slow-body", "/slow-head"])
def test_time_is_bounded_in_total_even_when_bytes_keep_dripping(server: Server, path: str) -> None:
    assert refusal_of(lambda: server.fetch(path, method="GET", timeout=0.3)) == "fetch_slow"


def test_time_is_bounded_while_names_are_resolved() -> None:
    never = threading.Event()

    def stuck(host: str, port: int) -> Sequence[str]:
        never.wait()
        return ()

    assert (
        refusal_of(lambda: fetch("http://a.example/", timeout=0.1, max_bytes=1, resolver=stuck))
        == "fetch_slow"
    )
    never.set()


def test_broken_answers(server: Server) -> None:
    assert refusal_of(lambda: server.fetch("/broken")) == "fetch_broken"
    assert refusal_of(lambda: server.fetch("/short", method="GET")) == "fetch_broken"


def test_a_closed_port_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{free.getsockname()[1]}"
        call = lambda: fetch(  # noqa: E731
            f"http://{endpoint}/", timeout=20, max_bytes=1, allow_private=frozenset({endpoint})
        )
        assert refusal_of(call) == "fetch_unreachable"


class Rebinding:
    """Another answer each time it is asked, as a hostile name server gives."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.times = 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.times += 1
        return (self.answers[min(self.times, len(self.answers)) - 1],)


def test_a_rebinding_name_reaches_only_the_address_that_was_judged(server: Server) -> None:
    port = server.server_address[1]
    with running(Server("127.0.0.2", port)) as inside:
        resolver = Rebinding("127.0.0.1", "127.0.0.2")
        url = f"http://rebind.example:{port}"
        options = {"timeout": 20, "max_bytes": 100, "allow_private": frozenset({server.endpoint})}
        got = fetch(f"{url}/hello", method="GET", resolver=resolver, **options)  # type: ignore[arg-type]
        assert (got.body, resolver.times) == (b"hello", 1)
        assert server.asked[0][2]["Host"] == f"rebind.example:{port}"

        again = Rebinding("127.0.0.1", "127.0.0.2")
        call = lambda: fetch(f"{url}/to?/hello", resolver=again, **options)  # type: ignore[arg-type]  # noqa: E731
        assert refusal_of(call) in {"url_address", "url_port"}
        assert again.times == 2
        assert inside.asked == []


CONNECTED: list[tuple[str, int]] = []
WATCHING = threading.Event()


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    # An audit hook sees the address the operating system is really asked for, and can stop it there.
    if event == "socket.connect" and WATCHING.is_set():
        CONNECTED.append(arguments[1])  # type: ignore[arg-type]
        raise ConnectionRefusedError("stopped by the test")


def test_the_address_asked_of_the_operating_system_is_the_one_judged() -> None:
    sys.addaudithook(_watch)
    CONNECTED.clear()
    WATCHING.set()
    resolver = Rebinding(PUBLIC, "127.0.0.1")
    try:
        call = lambda: fetch("https://a.example/", timeout=20, max_bytes=1, resolver=resolver)  # noqa: E731
        assert refusal_of(call) == "fetch_unreachable"
    finally:
        WATCHING.clear()
    assert CONNECTED == [(PUBLIC, 443)]
    assert resolver.times == 1


def test_the_next_judged_address_is_tried_when_the_first_is_down(server: Server) -> None:
    port = server.server_address[1]
    got = fetch(
        f"http://two.example:{port}/hello",
        timeout=20,
        max_bytes=1,
        resolver=lambda host, port: ("127.0.0.3", "127.0.0.1"),
        allow_private=frozenset({server.endpoint, f"127.0.0.3:{port}"}),
    )
    assert got.status == 200


# -- TLS --------------------------------------------------------------------------------------------------


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for `name` with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[Server, Path, list[str | None]]]:
    path = certificate(tmp_path, "good.example")
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    server = Server("127.0.0.1")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with running(server) as one:
        yield one, path, names


def fetch_tls(server: Server, host: str, path: str = "/hello") -> Fetched:
    port = server.server_address[1]
    return fetch(
        f"https://{host}:{port}{path}",
        method="GET",
        timeout=20,
        max_bytes=100,
        resolver=lambda host, port: ("127.0.0.1",),
        allow_private=frozenset({server.endpoint}),
    )


def test_tls_proves_the_name_not_the_address(
    tls: tuple[Server, Path, list[str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, path, names = tls
    assert refusal_of(lambda: fetch_tls(server, "good.example")) == "fetch_tls"  # nobody we trust signed it
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert fetch_tls(server, "good.example").body == b"hello"
    assert refusal_of(lambda: fetch_tls(server, "other.example")) == "fetch_tls"
    assert names == ["good.example", "good.example", "other.example"]


def test_https_never_leads_back_to_http(
    tls: tuple[Server, Path, list[str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, path, _ = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert refusal_of(lambda: fetch_tls(server, "good.example", "/to?http://8.8.8.8/")) == "url_downgrade"
    assert fetch_tls(server, "good.example", "/to?/hello").body == b"hello"
