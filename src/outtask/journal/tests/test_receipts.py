"""A receipt holds when nothing in it was touched, and says what does not hold when something was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.journal.keychain import KnownKey, hand_over, handed_over_to, take_in, trusted_from
from outtask.journal.notes import SignerKey, VerifierKey, encoded, public_of
from outtask.journal.receipts import BadReceipt, Receipt, Words, examine
from outtask.journal.tests.signed_log import ORIGIN, SALT, SAYING, SignedLog, seed

SINCE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def verifier(number: int) -> VerifierKey:
    return SignerKey(ORIGIN, seed(number)).verifier


@given(st.integers(1, 70), st.data())
def test_each_entry_of_a_log_of_any_length_has_a_receipt(size: int, data: st.DataObject) -> None:
    log = SignedLog.of(size)
    seq = data.draw(st.integers(0, size - 1))
    receipt = Receipt.parse(log.receipt(seq).to_json().encode())
    assert receipt == log.receipt(seq)
    verdict = examine(receipt, verifier(1))
    assert verdict.holds, verdict.faults
    assert verdict.remarks == ()
    assert verdict.facts["words"] == {"milestone": f"words {seq}"}
    assert (verdict.facts["size"], verdict.facts["log"]) == (size, ORIGIN)


def test_without_a_key_it_says_that_the_key_was_not_looked_at() -> None:
    verdict = examine(SignedLog.of(5).receipt(3))
    assert verdict.holds
    assert "--key" in verdict.remarks[0]


def test_with_another_key_it_does_not_hold() -> None:
    verdict = examine(SignedLog.of(5).receipt(3), verifier(2))
    assert not verdict.holds
    assert "not signed by the key you gave" in verdict.faults[0]


LOG = SignedLog.of(9)
GOOD = LOG.receipt(4)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (replace(GOOD, entry=GOOD.entry.replace(b"accepted", b"rejected")), "not in the log"),
        (replace(GOOD, place=5), "says it is number 4"),
        (replace(GOOD, proof=GOOD.proof[:-1]), "not in the log"),
        (replace(GOOD, proof=(*GOOD.proof[1:], GOOD.proof[0])), "not in the log"),
        (replace(GOOD, checkpoint=LOG.note(8)), "not in the log"),
        (replace(GOOD, checkpoint=GOOD.checkpoint.replace("\n9\n", "\n8\n")), "not signed"),
        (replace(GOOD, checkpoint="no note"), "cannot be read"),
        (replace(GOOD, entry=b"2\n{}"), "cannot be read"),
        (replace(GOOD, entry=b"1\n[]"), "cannot be read"),
        (replace(GOOD, words={SAYING: Words(SALT, "other words")}), "are not those"),
        (replace(GOOD, keys=()), "not signed"),
    ],
)
def test_what_was_touched_is_named(changed: Receipt, fault: str) -> None:
    verdict = examine(changed)
    assert not verdict.holds
    assert any(fault in line for line in verdict.faults), verdict.faults


def test_an_entry_of_another_log_is_named() -> None:
    other = SignedLog(key=seed(1))
    other.bodies = [body.replace(b"000000000001", b"000000000002") for body in LOG.bodies]
    verdict = examine(other.receipt(4))
    assert any("belongs to another log" in line for line in verdict.faults)


def test_words_that_are_not_there_leave_the_proof() -> None:
    verdict = examine(replace(GOOD, words={}), verifier(1))
    assert verdict.holds
    assert verdict.facts["words"] == {}
    assert "erased" in verdict.remarks[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"format": "other"}',
        "[" * 100_000,
        GOOD.to_json().replace('"place": 4', '"place": "4"'),
        GOOD.to_json().replace('"place": 4', '"place": true'),
        json.dumps(json.loads(GOOD.to_json()) | {"proof": ["!"]}),
        json.dumps(json.loads(GOOD.to_json()) | {"keys": [1]}),
        json.dumps(json.loads(GOOD.to_json()) | {"entry": None}),
        b"\xff",
        " " * (5 * 2**20 + 1),
    ],
)
def test_what_is_no_receipt_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadReceipt):
        Receipt.parse(text)


# --- keys that speak for one another --------------------------------------------------------------


def chain(*numbers: int) -> list[KnownKey]:
    first, *_ = numbers
    keys = [KnownKey(public_of(seed(first)))]
    for old, new in pairwise(numbers):
        keys.append(KnownKey(public_of(seed(new)), hand_over(seed(old), seed(new), SINCE)))
    return keys


@pytest.mark.parametrize("signer", [1, 2, 3])
@pytest.mark.parametrize("pinned", [1, 2, 3])
def test_after_rotations_any_key_of_the_chain_will_do(signer: int, pinned: int) -> None:
    receipt = SignedLog(LOG.bodies, seed(signer)).receipt(4, *chain(1, 2, 3))
    again = Receipt.parse(receipt.to_json())
    assert examine(again, verifier(pinned)).holds
    assert not examine(again, verifier(9)).holds


def test_a_link_of_the_chain_that_is_missing_breaks_it() -> None:
    first, _second, third = chain(1, 2, 3)
    receipt = SignedLog(LOG.bodies, seed(3)).receipt(4, first, third)
    assert not examine(receipt, verifier(1)).holds
    assert examine(receipt, verifier(2)).holds


def test_nobody_endorses_himself_into_the_chain() -> None:
    one, nine = public_of(seed(1)), public_of(seed(9))
    honest = hand_over(seed(1), seed(2), SINCE)
    for forged in (
        honest.replace(encoded(public_of(seed(2))), encoded(nine)),  # the name of another under our words
        "\n\n".join([honest.split("\n\n")[0], hand_over(seed(9), seed(9), SINCE).split("\n\n")[1]]),
        hand_over(seed(9), seed(9), SINCE),
        "nonsense",
    ):
        for public in (nine, public_of(seed(2))):
            assert nine not in trusted_from(one, [KnownKey(public, forged)], ORIGIN)
    assert handed_over_to(honest) == KnownKey(public_of(seed(2)), honest)
    assert handed_over_to("nonsense") is None


def test_taking_in_holds_for_one_log_and_in_one_direction() -> None:
    own, foreign = public_of(seed(1)), public_of(seed(7))
    keys = [KnownKey(own), KnownKey(foreign, adoptions=(take_in(seed(1), foreign, ORIGIN),))]
    assert trusted_from(own, keys, ORIGIN) == {own, foreign}
    assert trusted_from(own, keys, "outtask/another") == {own}
    assert trusted_from(foreign, keys, ORIGIN) == {foreign}
    forged = [KnownKey(foreign, adoptions=(take_in(seed(7), foreign, ORIGIN),))]
    assert trusted_from(own, forged, ORIGIN) == {own}
