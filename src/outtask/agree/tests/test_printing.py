"""The PDF: the same bytes for the same version, tagged, and deaf to markup in what people wrote."""

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from outtask.agree.documents import Document, body_of, digest_of
from outtask.agree.printing import Signed, statement_of_work
from outtask.agree.states import Party
from outtask.agree.tests.papers import document, terms

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SIGNED = {Party.CLIENT: Signed("Imke Vos", AT)}


def printed(given: Document, signatures: dict[Party, Signed] | None = None) -> bytes:
    return statement_of_work(
        given,
        version=2,
        sha256=digest_of(body_of(given)),
        made_at=AT,
        signatures=SIGNED if signatures is None else signatures,
    )


def test_the_same_version_gives_the_same_bytes() -> None:
    first, again = printed(document()), printed(document())
    assert first == again and first.startswith(b"%PDF-")
    both = SIGNED | {Party.PROVIDER: Signed("Marek Solan", AT)}
    assert printed(document(), both) != first
    assert printed(replace(document(), title="Other")) != first


def test_it_says_that_it_is_accessible() -> None:
    pdf = printed(document())
    assert b"/MarkInfo" in pdf or b"/StructTreeRoot" in pdf
    assert b"pdfuaid" in _everything(pdf)


@pytest.mark.parametrize(
    "text",
    [
        '#panic("x")',
        "*bold* _italic_ = Heading $ x^2 $ `raw` @ref <label> \\ #let x = 1",
        '"); eval("1+1")',
        '#import "/etc/passwd": *',
        '#read("statement_of_work.typ")',
        "] #linebreak() [",
        "\u0000\u0007 tab\tand bell",
    ],
)
def test_what_people_write_is_never_code(text: str) -> None:
    given = document(
        terms(scope=f"{text}\n\n{text}", title=text[:200], leaving=text),
        title=text,
        provider=text,
        client=text,
    )
    assert printed(given, {Party.CLIENT: Signed(text, AT)}).startswith(b"%PDF-")


def test_signs_that_the_fonts_lack_make_no_claim_to_the_standard() -> None:
    pdf = printed(document(title="目録の作成 🙂"))
    assert pdf.startswith(b"%PDF-") and b"pdfuaid" not in _everything(pdf)
    assert b"pdfuaid" in _everything(printed(document(title="Журнал, Κατάλογος, łódź, Ærøskøbing")))


def _everything(pdf: bytes) -> bytes:
    """The file with its compressed streams unpacked."""
    found = [pdf]
    for stream in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(stream[1]))
        except zlib.error:
            found.append(stream[1])
    return b"".join(found)
