"""What may be asked and what may not: a table of spellings, each with its verdict."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.files.targets import admit, parse, why_not_public
from outtask.kernel.refusal import Refused

PUBLIC = "93.184.215.14"


def public_resolver(host: str, port: int) -> Sequence[str]:
    return (PUBLIC,)


def code_of(url: str, resolver: Callable[[str, int], Sequence[str]] = public_resolver) -> str:
    """The code of the refusal, or "" when `url` is let through."""
    try:
        admit(url, resolver=resolver)
    except Refused as refused:
        assert refused.refusal.field == "url"
        assert str(refused.refusal)
        return refused.refusal.code
    return ""


ACCEPTED = """
http://example.com
https://example.com
HTTPS://EXAMPLE.COM/
http://example.com:80/
http://example.com:443/
https://example.com:8443/a?b=c#d
http://example.com:8080/a%20b
http://a.b.c.d.example.com/
http://xn--mller-kva.de/
https://müller.de/preisliste.pdf
https://例え.jp/
https://пример.рф/каталог
http://example.com?x=1
http://example.com/?to=http://127.0.0.1/
http://example.com/@user
http://example.com/127.0.0.1
http://my_bucket.example.com/
http://1.example.com/
http://10.0.0.1.example.com/
http://127.0.0.1.example/
http://0x7f.example/
http://deadbeef/
http://8.8.8.8/
http://93.184.215.14:8080/
http://100.63.255.255/
http://100.128.0.0/
http://172.15.255.255/
http://172.32.0.0/
http://192.167.255.255/
http://192.169.0.0/
http://198.17.255.255/
http://198.20.0.0/
http://223.255.255.255/
http://169.253.255.255/
http://169.255.0.0/
http://168.63.129.15/
http://11.0.0.0/
http://126.255.255.255/
http://128.0.0.1/
http://1.0.0.0/
http://[2606:4700:4700::1111]/
http://[2001:4860:4860::8888]:8443/
http://[2A00:1450:4001:81B::200E]/
http://[::ffff:8.8.8.8]/
http://[::ffff:808:808]/
http://[64:ff9b::8.8.8.8]/
http://[2400:cb00::5efe:808:808]/
"""
LET_THROUGH = ACCEPTED.split()

REFUSED = {
    "url_scheme": """
        ftp://example.com/ file:///etc/passwd gopher://example.com/ javascript:alert(1) data:text/plain,x
        //example.com/ example.com http:example.com http:/example.com jar:http://example.com!/ ldap://x
        view-source:http://example.com/ httpx://example.com/ dict://127.0.0.1:11211/
    """,
    "url_credentials": """
        http://user@example.com/ http://user:secret@example.com/ http://example.com@127.0.0.1/ http://@example.com/
        http://:@example.com/ http://example.com:80@10.0.0.1/ https://a@b@example.com/
    """,
    "url_port": """
        http://example.com:22/ http://example.com:25/ http://example.com:6379/ https://example.com:9200/
        http://8.8.8.8:53/ http://[2606:4700::1]:11211/ http://example.com:81/ http://example.com:99999/
    """,
    "url_host": """
        http://example.com./ http://127.0.0.1./ http://.example.com/ http://example..com/ http://-a.com/
        http://a-.com/ http://%31%32%37.0.0.1/ http://127%2e0%2e0%2e1/ http://exa%6dple.com/ http://127.1/
        http://127.0.1/ http://2130706433/ http://017700000001/ http://0x7f000001/ http://0x7f.0.0.1/
        http://0177.0.0.1/ http://127.0.0.01/ http://127.0.0.0x1/ http://0x7f.1/ http://0/ http://0x/
        http://1.2.3/ http://1.2.3.4.5/ http://256.0.0.1/ http://1.2.3.256/ http://999/ http://4294967297/
        http://00000177.0.0.1/ http://10.1/ http://a.1/ http://example.0x10/ http://08.8.8.8/
        http://①②⑦.⓪.⓪.①/ http://１２７.0.0.1/ http://127。0。0。1/ http://127．0．0．1/ http://ⓔxample.com/
        http://straße.de/ http://exampl℮.com/ http://\u212aelvin.com/ http://a\u200db.com/ http://a\u00adb.com/
        http://٠.example/ http://[::1/ http://::1/ http://[1.2.3.4]/ http://[v1.x]/ http://[]/ http://[::g]/
        http://[::1]x/ http://[::ffff:127.0.0.01]/ http://[12345::]/ http://example.com:/ http://example.com:0/
        http://example.com:080/ http://example.com:+80/ http://example.com:80:80/ http://example.com:８０/
        http://a,b.com/ http://a!b.com/ http://a*b.com/ http://a;b.com/ http://(a)/ http://a'b/ http:// http:///x
    """,
    "url_zone": "http://[fe80::1%25eth0]/ http://[fe80::1%eth0]/ http://[2606:4700::1%1]/",
    "url_address": """
        http://127.0.0.1/ http://127.255.255.254:8080/ http://0.0.0.0/ http://0.1.2.3/ http://10.0.0.1/
        http://10.255.255.255/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.0.1/ http://100.64.0.1/
        http://100.127.255.255/ http://100.100.100.200/ http://169.254.169.254/latest/meta-data/ http://169.254.0.1/
        http://168.63.129.16/ http://192.0.0.170/ http://192.0.2.1/ http://198.51.100.7/ http://203.0.113.9/
        http://198.18.0.1/ http://198.19.255.255/ http://192.88.99.1/ http://224.0.0.1/ http://239.255.255.250/
        http://240.0.0.1/ http://255.255.255.255/ http://192.175.48.1/ http://[::]/ http://[::1]/
        http://[0:0:0:0:0:0:0:1]/ http://[fe80::1]/ http://[fec0::1]/ http://[fc00::1]/ http://[fd00:ec2::254]/
        http://[ff02::1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[::ffff:10.0.0.1]/
        http://[::FFFF:A9FE:A9FE]/ http://[::127.0.0.1]/ http://[::8.8.8.8]/ http://[::ffff:0:127.0.0.1]/
        http://[64:ff9b::127.0.0.1]/ http://[64:ff9b::a00:1]/ http://[64:ff9b::169.254.169.254]/
        http://[64:ff9b:1::8.8.8.8]/ http://[2002:7f00:1::]/ http://[2002:808:808::1]/
        http://[2001:0:4136:e378:8000:63bf:f5ff:fffe]/ http://[2001::1]/ http://[2001:2::1]/ http://[2001:10::1]/
        http://[2001:db8::1]/ http://[3fff::1]/ http://[100::1]/ http://[4000::1]/ http://[1::1]/
        http://[2400:cb00::5efe:10.0.0.1]/ http://[2400:cb00::200:5efe:127.0.0.1]/ http://[4000::5efe:8.8.8.8]/
        http://[64:ff9b:2::1]/ http://[5f00::1]/
    """,
}
REFUSED_ONE_BY_ONE = [(url, code) for code, urls in REFUSED.items() for url in urls.split()] + [
    ("http://exa mple.com/", "url_form"),
    ("http://example.com/ x", "url_form"),
    (" http://example.com/", "url_form"),
    ("http://example.com\\@127.0.0.1/", "url_form"),
    ("http:\\\\127.0.0.1\\", "url_form"),
    ("http://example.com/\r\nHost: x", "url_form"),
    ("ht\ttp://example.com/", "url_form"),
    ("http://example.com\u00a0/", "url_form"),
    ("http://example.com/\x00", "url_form"),
    ("http://example.com\ufeff/", "url_form"),
    ("http://" + "a" * 64 + ".com/", "url_host"),
    ("http://" + "a." * 127 + "com/", "url_host"),
    ("http://example.com/" + "a" * 2048, "url_long"),
    ("", "url_scheme"),
]


def test_the_tables_are_as_wide_as_promised() -> None:
    assert len(LET_THROUGH) >= 40
    assert len(REFUSED_ONE_BY_ONE) >= 120
    assert len({url for url, _ in REFUSED_ONE_BY_ONE} | set(LET_THROUGH)) >= 160


@pytest.mark.parametrize("url", LET_THROUGH)
def test_public_addresses_are_let_through(url: str) -> None:
    assert code_of(url) == ""


@pytest.mark.parametrize(("url", "code"), REFUSED_ONE_BY_ONE)
def test_tricks_are_refused_each_with_its_reason(url: str, code: str) -> None:
    assert code_of(url) == code


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("http://EXAMPLE.com", "example.com", "/"),
        ("http://müller.de/ä?ö#ü", "xn--mller-kva.de", "/%C3%A4?%C3%B6"),
        ("http://example.com?x=%20y", "example.com", "/?x=%20y"),
        ("http://[2606:4700:0:0::1]/", "2606:4700::1", "/"),
        ("http://例え.jp/", "xn--r8jz45g.jp", "/"),
    ],
)
def test_one_spelling_of_each_address(url: str, host: str, path: str) -> None:
    target = parse(url)
    assert (target.host, target.path) == (host, path)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ((PUBLIC,), ""),
        ((PUBLIC, "8.8.8.8", "2606:4700::1"), ""),
        ((PUBLIC, "10.0.0.1"), "url_address"),
        (("10.0.0.1", PUBLIC), "url_address"),
        ((PUBLIC, "::1"), "url_address"),
        ((PUBLIC, "::ffff:192.168.1.1"), "url_address"),
        ((PUBLIC, "fe80::1%eth0"), "url_address"),
        ((PUBLIC, "2606:4700::1%eth0"), "url_address"),
        ((PUBLIC, "no address"), "url_host"),
        ((), "fetch_unknown_host"),
        ([], "fetch_unknown_host"),
    ],
)
def test_every_address_of_a_host_must_be_public(answers: Sequence[str], code: str) -> None:
    assert code_of("http://example.com/", lambda host, port: answers) == code


def test_an_unknown_name_is_said_so() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    assert code_of("http://example.com/", unknown) == "fetch_unknown_host"


def test_a_defect_in_a_resolver_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        admit("http://example.com/", resolver=lambda host, port: [str(1 // 0)])


def test_what_the_operator_lets_through_is_exact() -> None:
    def allowed(url: str, *entries: str) -> bool:
        try:
            admit(url, resolver=public_resolver, allow_private=frozenset(entries))
        except Refused:
            return False
        return True

    assert allowed("http://10.0.0.5/", "10.0.0.5")
    assert not allowed("http://10.0.0.5:9000/", "10.0.0.5")
    assert allowed("http://10.0.0.5:9000/", "10.0.0.5:9000")
    assert not allowed("http://10.0.0.5/", "10.0.0.5:9000")
    assert not allowed("http://10.0.0.6:9000/", "10.0.0.5:9000")
    assert not allowed("http://example.com:9000/", "10.0.0.5:9000")
    assert allowed("http://[fd00::5]:9000/", "[fd00::5]:9000")
    assert not allowed("http://[::ffff:10.0.0.5]/", "10.0.0.5")


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_nothing_python_calls_private_is_called_public(address: ipaddress.IPv4Address) -> None:
    if why_not_public(address) is None:
        inner = getattr(address, "ipv4_mapped", None) or address
        assert inner.is_global or inner in ipaddress.ip_network("64:ff9b::/96")
        assert not inner.is_multicast


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_never_helps(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for prefix in ("::ffff:0:0", "64:ff9b::", "2400:cb00::5efe:0:0", "2400:cb00::200:5efe:0:0"):
        wrapped = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) + number)
        assert why_not_public(wrapped) == why_not_public(address)
    assert why_not_public(ipaddress.IPv6Address((0x2002 << 112) + (number << 80))) == "tunnel"


@given(st.text())
def test_any_text_is_judged_without_an_accident(text: str) -> None:
    code_of("http://" + text)
    code_of(text)
