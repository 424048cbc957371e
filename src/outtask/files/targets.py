"""Judging an address given by a person before Outtask connects to it.

Such an address is a request to make *our* machine connect somewhere (OWASP, "Server-Side Request Forgery
Prevention"). Let through: http and https on ports 80, 443, 8080 and 8443; one spelling of a host (no trailing
dot, no percent signs, no octal, hex, short or decimal IPv4, no zone); and only when *every* address the host
resolves to is on the public internet by the IANA special-purpose registries (RFC 6890).
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port in, every address as text out; `OSError` when the name is not known."""

PORTS = frozenset({80, 443, 8080, 8443})
MOST_URL_CHARACTERS = 2048

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: connect to one of `addresses` (judged ones), speak to `host`."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...] = ()

    @property
    def netloc(self) -> str:
        """Host and port as the Host header and a URL write them; the usual port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"


def ten_seconds() -> float:
    return 10.0


def admit(
    url: str,
    *,
    resolver: Resolver,
    allow_private: frozenset[str] = frozenset(),
    seconds_left: Callable[[], float] = ten_seconds,
) -> Target:
    """Judge `url` and every address behind it, without connecting.

    allow_private: see `outtask.files.fetcher.fetch`.
    seconds_left: how long the resolver may still take; raises `TimeoutError` when the time is up.
    Raises `Refused` on field "url".
    """
    target = parse(url)
    let_through = {entry.rpartition(":")[2] for entry in allow_private if _has_port(entry)}
    if target.port not in PORTS and str(target.port) not in let_through:
        raise _bad_port(target.port)
    literal = ":" in target.host or _QUAD.fullmatch(target.host) is not None
    addresses = (target.host,) if literal else _resolve(resolver, target, seconds_left)
    for address in addresses:
        _judge(target, address, allow_private)
    return replace(target, addresses=tuple(addresses))


# -- spelling ---------------------------------------------------------------------------------------------

_URL = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]+)(?::([1-9][0-9]{0,4}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_QUAD = re.compile(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\\u0080-\u00a0\u2028\u2029\ufeff]")
_KEPT_IN_PATHS = "%/:?[]@!$&'()*+,;=~|"


def parse(url: str) -> Target:
    """Take `url` apart, strictly; no name is resolved. Raises `Refused` on field "url"."""
    if len(url) > MOST_URL_CHARACTERS:
        raise no("url_long", N_("The address is longer than %(most)s characters."), most=MOST_URL_CHARACTERS)
    if _UNSAFE.search(url):
        raise no("url_form", N_("The address holds a space, a backslash or a hidden sign. Write it without."))
    parts = _URL.fullmatch(url)
    if parts is None:
        raise no("url_scheme", N_("Give an address that begins with https:// or http://."))
    if "@" in parts[2]:
        raise no("url_credentials", N_("The address holds a user name or a password. Write it without."))
    authority = _AUTHORITY.fullmatch(parts[2])
    if authority is None:
        raise _bad_host(parts[2])
    scheme = parts[1].lower()
    port = int(authority[2]) if authority[2] else (443 if scheme == "https" else 80)
    # Signs outside ASCII travel percent-encoded; what is encoded already stays as it is.
    path = quote((parts[3] or "/") + (parts[4] or ""), safe=_KEPT_IN_PATHS)
    return Target(scheme, _host(authority[1]), port, path)


def _host(text: str) -> str:
    """The one spelling of a host: a canonical IPv6 or IPv4 address, or a name in lower-case ASCII."""
    if text.startswith("["):
        return _ipv6(text)
    host = text.lower() if text.isascii() else _ascii_name(text)
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _bad_host(text)
    # WHATWG URL, "ends in a number": whatever so ends is IPv4 to some client, so it must be plain IPv4.
    if _NUMBER.fullmatch(labels[-1]):
        plain = _QUAD.fullmatch(host) and all(int(part) < 256 for part in labels)
        if not plain:
            raise _bad_host(text)
    return host


def _ipv6(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text[1:-1])
    except ValueError:
        raise _bad_host(text) from None
    if address.scope_id is not None:
        raise no("url_zone", N_("The address names a network card. Give an address anyone can open."))
    return str(address)


def _ascii_name(text: str) -> str:
    """A name in another script, in its xn-- form: only letters every reader of IDNA takes for the same.

    Signs that NFKC would turn into others (①, full-width digits, the sign for kelvin) and those that IDNA
    2003 and IDNA 2008 read differently (ß, ς, the joiners) name another host than the one the person sees.
    """
    letters = all(sign.isascii() or unicodedata.category(sign)[0] in "LM" for sign in text)
    if not letters or unicodedata.normalize("NFKC", text) != text or set(text) & set("ßẞς\u200c\u200d"):
        raise _bad_host(text)
    try:
        return text.lower().encode("idna").decode("ascii")
    except UnicodeError:
        raise _bad_host(text) from None


# -- addresses --------------------------------------------------------------------------------------------


def _networks(**kinds: str) -> tuple[tuple[str, ipaddress.IPv4Network | ipaddress.IPv6Network], ...]:
    return tuple(
        (kind, ipaddress.ip_network(one)) for kind, several in kinds.items() for one in several.split()
    )


# The IANA IPv4 and IPv6 special-purpose address registries. Spelled out because what `ipaddress` calls
# global differs between Python releases.
_NOT_PUBLIC = _networks(
    unspecified="0.0.0.0/8 ::/128",
    loopback="127.0.0.0/8 ::1/128",
    private="10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10 64:ff9b:1::/48",
    shared="100.64.0.0/10",
    link_local="169.254.0.0/16 fe80::/10",
    multicast="224.0.0.0/4 ff00::/8",
    documentation="192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20",
    benchmark="198.18.0.0/15 2001:2::/48",
    tunnel="192.88.99.0/24 2001::/32 2002::/16",
    # Public by number, yet the host agent of one cloud answers there.
    platform="168.63.129.16/32",
    reserved="192.0.0.0/24 192.31.196.0/24 192.52.193.0/24 192.175.48.0/24 240.0.0.0/4 ::/96 2001::/23",
)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_MAPPED = ipaddress.ip_network("::ffff:0:0/96")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


def why_not_public(address: _Address) -> str | None:
    """What keeps this address off the public internet (a word such as "loopback"), or None when it is on it.

    Forms that carry an IPv4 address (mapped, NAT64, ISATAP) are judged by what they carry as well; 6to4 and
    Teredo are never taken, whatever they carry.
    """
    for kind, network in _NOT_PUBLIC:
        if address.version == network.version and address in network:
            return kind
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.scope_id is not None:
        return "link_local"
    translated = address in _MAPPED or address in _NAT64
    if not translated and address not in _GLOBAL_UNICAST:
        return "reserved"
    if translated or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return why_not_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return None


def _judge(target: Target, text: str, allow_private: frozenset[str]) -> None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise _bad_host(text) from None
    endpoint = f"[{address}]:{target.port}" if address.version == 6 else f"{address}:{target.port}"
    if endpoint in allow_private:
        return
    if target.port not in PORTS:
        raise _bad_port(target.port)
    kind = why_not_public(address)
    if kind is not None and str(address) not in allow_private:
        raise no(
            "url_address",
            N_("%(host)s leads to %(address)s, which is not on the public internet. Give a public one."),
            host=target.host,
            address=text,
            kind=kind,
        )


# -- names ------------------------------------------------------------------------------------------------


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Every address the operating system knows for `host`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _resolve(resolver: Resolver, target: Target, seconds_left: Callable[[], float]) -> Sequence[str]:
    """The resolver's answer in the time left. The system's own call cannot be timed, hence the thread."""
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(target.host, target.port))
        except Exception as error:  # handed over to the waiting thread, which raises it
            answers.put(error)

    try:
        seconds = seconds_left()
        threading.Thread(target=ask, daemon=True, name="outtask-resolve").start()
        answer = answers.get(timeout=seconds)
    except (queue.Empty, TimeoutError):
        raise too_slow(target) from None
    if isinstance(answer, Exception) and not isinstance(answer, OSError):
        raise answer
    if isinstance(answer, OSError) or not answer:
        raise no(
            "fetch_unknown_host", N_("Nobody knows the name %(host)s. Check its spelling."), host=target.host
        )
    return answer


# -- saying no --------------------------------------------------------------------------------------------


def no(code: str, reason: str, **facts: object) -> Refused:
    """A refusal of the field "url"."""
    return Refused(Refusal(code, reason, field="url", facts=facts))


def too_slow(target: Target) -> Refused:
    return no("fetch_slow", N_("%(host)s did not answer in time. Try again later."), host=target.host)


def _bad_host(text: str) -> Refused:
    return no(
        "url_host",
        N_("“%(host)s” is not a plain host name. Write the name, or its usual address."),
        host=text[:100],
    )


def _bad_port(port: int) -> Refused:
    return no("url_port", N_("Outtask does not call port %(port)s. Use 80, 443, 8080 or 8443."), port=port)


def _has_port(entry: str) -> bool:
    return entry.count(":") == 1 or "]:" in entry
