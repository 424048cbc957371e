"""Checkpoints that somebody kept: read from notes, files and mails, and held against one another."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from outtask.journal.bundles import Bundle, armoured, follow
from outtask.journal.keychain import KnownKey, hand_over
from outtask.journal.notes import BadNote, SignerKey, VerifierKey, public_of
from outtask.journal.tests.signed_log import ORIGIN, SignedLog, seed

LOG = SignedLog.of(23)
KEY = SignerKey(ORIGIN, seed(1)).verifier


def test_a_note_a_file_and_a_mail_say_the_same() -> None:
    bundle = LOG.bundle(7, 20)
    note = Bundle.parse(LOG.note(20))
    assert (note.head.size, note.old_size, note.proof) == (20, 0, ())
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Keep this mail", "a@example.org", "b@example.org"
    mail.set_content(f"Guten Tag – hier:\n\n{armoured(bundle)}\nGruß")
    mail.add_alternative("<p>html</p>", subtype="html")
    parsed = [
        Bundle.parse(text)
        for text in (
            bundle,
            bundle.replace("\n", "\r\n").encode(),
            f"Hello,\n\n{armoured(bundle)}\nbye",
            bytes(mail),
        )
    ]
    assert all(one == parsed[0] for one in parsed)
    assert (parsed[0].old_size, parsed[0].head) == (7, note.head)


def test_kept_checkpoints_are_one_history() -> None:
    kept = [Bundle.parse(LOG.bundle(old, new)) for old, new in [(0, 3), (3, 8), (8, 9), (9, 23)]]
    course = follow(kept[::-1], KEY)
    assert (course.sizes, course.faults, course.remarks) == ((3, 8, 9, 23), (), ())
    assert follow([kept[0], kept[0]], KEY).faults == ()


def test_without_a_key_it_says_so() -> None:
    assert "--key" in follow([Bundle.parse(LOG.bundle(0, 3)), Bundle.parse(LOG.bundle(3, 5))]).remarks[0]


def test_a_rewritten_log_is_found() -> None:
    other = SignedLog([*LOG.bodies])
    other.bodies[2] = other.bodies[2].replace(b"accepted", b"rejected")
    course = follow([Bundle.parse(LOG.bundle(0, 8)), Bundle.parse(other.bundle(8, 20))], KEY)
    assert "does not go on from its first 8" in course.faults[0]
    forked = follow([Bundle.parse(LOG.bundle(0, 8)), Bundle.parse(other.bundle(0, 8))], KEY)
    assert "forked" in forked.faults[0]


def test_a_missing_proof_shows_nothing() -> None:
    course = follow([Bundle.parse(LOG.bundle(0, 8)), Bundle.parse(LOG.bundle(0, 20))], KEY)
    assert "no proof from 8 to 20" in course.faults[0]
    course = follow([Bundle.parse(LOG.bundle(0, 8)), Bundle.parse(LOG.bundle(9, 20))], KEY)
    assert "no proof from 8 to 20" in course.faults[0]


def test_a_proof_from_an_older_one_than_the_neighbour_does_not_cover_the_neighbour() -> None:
    course = follow([Bundle.parse(LOG.bundle(a, b)) for a, b in [(0, 3), (3, 8), (3, 20)]], KEY)
    assert ["no proof from 8 to 20" in fault for fault in course.faults] == [True]


def test_different_logs_and_foreign_signatures_are_named() -> None:
    foreign = SignedLog(LOG.bodies, seed(2))
    course = follow([Bundle.parse(LOG.bundle(0, 3)), Bundle.parse(foreign.bundle(3, 8))], KEY)
    assert "checkpoint over 8 entries" in course.faults[0]
    moved = Bundle.parse(LOG.bundle(3, 8).replace(ORIGIN, "outtask/other"))
    assert any("different logs" in fault for fault in follow([Bundle.parse(LOG.note(3)), moved]).faults)


def test_a_key_that_was_handed_over_is_followed() -> None:
    note = hand_over(seed(1), seed(2), datetime(2026, 11, 24, tzinfo=UTC))
    later = SignedLog(LOG.bodies, seed(2))
    kept = [Bundle.parse(LOG.bundle(0, 3)), Bundle.parse(armoured(later.bundle(3, 8), [note]))]
    assert kept[1].keys == (KnownKey(public_of(seed(2)), note),)
    assert follow(kept, KEY).faults == ()
    assert follow(kept, VerifierKey(ORIGIN, public_of(seed(2)))).faults == ()
    assert follow(kept, VerifierKey(ORIGIN, public_of(seed(3)))).faults != ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old x\n\n" + LOG.note(3),
        "old 1\n!\n\n" + LOG.note(3),
        armoured(LOG.bundle(0, 3)) * 2,
        armoured(LOG.bundle(0, 3)).replace("CHECKPOINT", "KEY"),
        b"\xff\xfe",
        b"Subject: x\nMIME-Version: 1.0\nContent-Type: image/png\n\nabc",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadNote):
        Bundle.parse(text)
