"""Notes and checkpoints are read and written as the specification and its reference examples have them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.journal.notes import (
    ED25519,
    BadNote,
    Note,
    SignerKey,
    TreeHead,
    VerifierKey,
    encoded,
    key_id,
    signed,
)

# The examples of golang.org/x/mod/sumdb/note, which c2sp.org/signed-note writes down.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SIGNS = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS = (
    "— PeterNeumann"
    " x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCHS = (
    "— EnochRoot"
    " rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
# The examples of c2sp.org/signed-note and c2sp.org/tlog-checkpoint, whose keys are not published.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore"
    " NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa"
    " Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
# A checkpoint of a log in use, and its key: the checksum database of Go.
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_NOTE = (
    "go.sum database tree\n63096908\n8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=\n\n"
    "— sum.golang.org"
    " Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=\n"
)


def key(text: str) -> VerifierKey:
    return VerifierKey.parse(text)


def test_the_reference_key_is_read_and_written() -> None:
    assert str(key(PETER)) == PETER
    assert key(PETER).id.hex() == "c74f20a3"
    signer = SignerKey.parse(PETER_SIGNS)
    assert str(signer) == PETER_SIGNS
    assert str(signer.verifier) == PETER
    assert PETER_SIGNS not in repr(signer) and PETER in repr(signer)


def test_no_part_of_a_key_and_no_other_letter_is_taken_for_it() -> None:
    for start in range(len(PETER)):
        for end in range(start + 1, len(PETER) + 1):
            if (start, end) != (0, len(PETER)):
                with pytest.raises(BadNote):
                    key(PETER[start:end])
    for place, sign in enumerate(PETER):
        with pytest.raises(BadNote):
            key(PETER[:place] + chr(ord(sign) + 1) + PETER[place + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # too long a key
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # an unknown kind
        PETER.replace("c74f20a3", "C74F20A3"),
        "",
        "++",
    ],
)
def test_bad_keys(text: str) -> None:
    with pytest.raises(BadNote):
        key(text)


def test_signing_gives_the_published_bytes() -> None:
    assert str(signed(TEXT, [SignerKey.parse(PETER_SIGNS)])) == f"{TEXT}\n{PETERS}"


def test_the_published_notes_verify() -> None:
    note = Note.parse(f"{TEXT}\n{PETERS}{ENOCHS}")
    assert note.text == TEXT
    assert note.signed_by([key(PETER)]) == [key(PETER)]
    assert note.signed_by([key(ENOCH), key(PETER)]) == [key(PETER), key(ENOCH)]
    assert str(note) == f"{TEXT}\n{PETERS}{ENOCHS}"


def test_a_checkpoint_of_a_log_in_use_verifies() -> None:
    note = Note.parse(SUMDB_NOTE.encode())
    assert note.signed_by([key(SUMDB)]) == [key(SUMDB)]
    head = TreeHead.parse(note.text)
    assert (head.origin, head.size) == ("go.sum database tree", 63096908)
    assert str(head) == note.text


def test_the_examples_of_the_specification_are_read_and_written() -> None:
    poem = Note.parse(POEM)
    assert poem.text.endswith("sole:\n\ned è subito sera.\n")
    assert [line.name for line in poem.signatures] == ["quasimodo.example/salvatore"]
    assert str(poem) == POEM
    sofa = TreeHead.parse(Note.parse(SOFA).text)
    assert (sofa.origin, sofa.size, len(sofa.root)) == ("example.com/behind-the-sofa", 20852163, 32)
    assert Note.parse(SOFA).signatures[0].key_id.hex() == "033de0ae"


def test_unknown_keys_are_passed_over_and_nobody_is_not_enough() -> None:
    note = Note.parse(f"{TEXT}\n{ENOCHS}")
    with pytest.raises(BadNote, match="No known key"):
        note.signed_by([key(PETER)])
    with pytest.raises(BadNote, match="No known key"):
        note.signed_by([])


def test_a_bad_signature_of_a_known_key_spoils_the_note() -> None:
    changed = Note.parse(f"{TEXT}\n{PETERS}{ENOCHS}".replace("cryptography", "cryptographY"))
    with pytest.raises(BadNote, match="not over this text"):
        changed.signed_by([key(PETER)])
    longer = Note.parse(f"{TEXT}\n{PETERS[:60]}ABCD{PETERS[60:]}")
    with pytest.raises(BadNote, match="not over this text"):
        longer.signed_by([key(PETER)])


def test_two_keys_of_one_name_and_id_are_refused() -> None:
    other = VerifierKey("PeterNeumann", bytes(32))
    object.__setattr__(other, "id", key(PETER).id)
    with pytest.raises(BadNote, match="Two keys"):
        Note.parse(f"{TEXT}\n{PETERS}").signed_by([key(PETER), other])


@pytest.mark.parametrize(
    "note",
    [
        TEXT,
        TEXT + "\n",
        f"{TEXT}\n{PETERS}".removesuffix("\n"),
        f"\x01{TEXT}\n{PETERS}",
        f"{TEXT}\n{PETERS}".replace("\n", "\r\n"),
        b"\xff" + f"{TEXT}\n{PETERS}".encode(),
        f"{TEXT}\n{PETERS}".replace("PeterNeumann", "Bad Name"),
        f"{TEXT}\n{PETERS}".replace("PeterNeumann", "a+b"),
        f"{TEXT}\n{PETERS}".replace("— ", "-- "),
        f"{TEXT}\n{PETERS}Unexpected line.\n",
        f"{TEXT}\n— PeterNeumann x08g\n",
        f"{TEXT}\n{PETERS}".replace("AM=", "AN="),  # the same bytes, written otherwise
        f"{TEXT}\n" + PETERS * 101,
        f"\n\n{PETERS}",
        "",
        "x" * (2**20 + 1),
    ],
)
def test_bad_notes(note: str | bytes) -> None:
    with pytest.raises(BadNote):
        Note.parse(note)


@pytest.mark.parametrize(
    "text",
    [
        "outtask/a\n1\n",
        "\n1\n" + encoded(bytes(32)) + "\n",
        "outtask/a\n01\n" + encoded(bytes(32)) + "\n",
        "outtask/a\n-1\n" + encoded(bytes(32)) + "\n",
        "outtask/a\n+1\n" + encoded(bytes(32)) + "\n",
        "outtask/a\n١\n" + encoded(bytes(32)) + "\n",
        "outtask/a\n99999999999999999999\n" + encoded(bytes(32)) + "\n",
        "outtask/a\n1\n" + encoded(bytes(31)) + "\n",
        "outtask/a\n1\n" + encoded(bytes(32)).removesuffix("=") + "\n",
        "outtask/a\n1\n" + encoded(bytes(32)),
        "outtask/a\n1\n" + encoded(bytes(32)) + "\n\n",
    ],
)
def test_bad_checkpoints(text: str) -> None:
    with pytest.raises(BadNote):
        TreeHead.parse(text)


def test_a_text_that_cannot_stand_in_a_note_is_not_signed() -> None:
    for text in ("no end", "a\x00b\n"):
        with pytest.raises(BadNote):
            signed(text, [SignerKey("a", bytes(32))])


SEEDS = st.binary(min_size=32, max_size=32)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1).filter(
    lambda name: "+" not in name and not any(sign.isspace() for sign in name)
)
LINES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)


@given(NAMES, SEEDS, st.lists(LINES, min_size=1, max_size=4))
def test_what_is_signed_is_read_back_and_no_other_key_signed_it(
    name: str, seed: bytes, lines: list[str]
) -> None:
    signer = SignerKey(name, seed)
    note = signed("".join(f"{line}\n" for line in lines), [signer])
    again = Note.parse(str(note).encode())
    assert again == note
    assert again.signed_by([signer.verifier]) == [signer.verifier]
    with pytest.raises(BadNote):
        again.signed_by([SignerKey(name, seed[::-1]).verifier] if seed != seed[::-1] else [])


@given(LINES, st.integers(0, 10**18), st.binary(min_size=32, max_size=32), st.lists(LINES, max_size=3))
def test_a_checkpoint_is_read_back(origin: str, size: int, root: bytes, more: list[str]) -> None:
    head = TreeHead(origin, size, root, tuple(more))
    assert TreeHead.parse(str(head)) == head


def test_the_id_of_a_key_is_that_of_the_specification() -> None:
    public = base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert public[:1] == ED25519
    assert key_id("sum.golang.org", public[1:]).hex() == "033de0ae"
