"""Webhooks without a database: the signature as the peer reads it, the timetable, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from outtask.followers.webhooks import rules, signing

ENDPOINT = UUID("01930000-0000-7000-8000-000000000001")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def secret(generation: int = 1, installation: bytes = b"an installation") -> bytes:
    return signing.derived_secret(installation, ENDPOINT, generation)


@given(body=st.text(), message=st.from_regex(r"msg_[0-9a-f]{32}", fullmatch=True))
def test_what_we_sign_the_peer_verifies(body: str, message: str) -> None:
    now = datetime.now(UTC)
    headers = signing.headers([secret()], message, now, body.encode())
    Webhook(signing.written(secret())).verify(body, headers, json_parse=False)


@given(st.binary(min_size=1, max_size=200).filter(lambda text: text.isascii()))
def test_what_the_peer_signs_is_what_we_sign(body: bytes) -> None:
    theirs = Webhook(signing.written(secret())).sign("msg_1", NOW, body.decode())
    assert signing.signature(secret(), "msg_1", int(NOW.timestamp()), body) == theirs


def test_while_a_secret_is_replaced_either_verifies() -> None:
    headers = signing.headers([secret(2), secret(1)], "msg_1", datetime.now(UTC), b"{}")
    assert len(headers["webhook-signature"].split(" ")) == 2
    for generation in (1, 2):
        assert Webhook(signing.written(secret(generation))).verify(b"{}", headers) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.written(secret(3))).verify(b"{}", headers)


def test_every_secret_is_its_own() -> None:
    made = {
        signing.derived_secret(installation, endpoint, generation)
        for installation in (b"one", b"two")
        for endpoint in (ENDPOINT, uuid4())
        for generation in (1, 2)
    }
    assert len(made) == 8
    assert {len(one) for one in made} == {32}


def test_the_timetable() -> None:
    minutes = [5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440]
    assert [pause.total_seconds() / 60 for pause in rules.PAUSES] == minutes
    for tries, wanted in enumerate(minutes, start=1):
        pause = rules.pause_after(tries, ENDPOINT)
        assert pause is not None
        assert wanted <= pause.total_seconds() / 60 < wanted * 1.1
    assert rules.pause_after(10, ENDPOINT) is None
    assert sum(minutes) / 60 == pytest.approx(75.585, abs=0.001)


@given(st.uuids(), st.integers(1, 9))
def test_a_pause_is_the_same_for_the_same_row_and_try(delivery: UUID, tries: int) -> None:
    assert rules.pause_after(tries, delivery) == rules.pause_after(tries, delivery)


def test_pauses_of_rows_that_failed_together_differ() -> None:
    assert len({rules.pause_after(3, uuid4()) for _ in range(50)}) > 45


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "120", 120),
        (503, "0", 0),
        (503, "Tue, 24 Nov 2026 09:10:00 GMT", 600),
        (503, "Tue, 24 Nov 2026 08:00:00 GMT", 0),
        (503, "99999999999999", 999999999),
        (500, "120", None),
        (429, "", None),
        (429, "soon", None),
        (429, "-5", None),
        (429, "١٢", None),
    ],
)
def test_what_a_receiver_asks_for(status: int, header: str, seconds: int | None) -> None:
    wanted = None if seconds is None else timedelta(seconds=seconds)
    assert rules.asked_to_wait(status, header, NOW) == wanted


def test_what_is_asked_for_only_makes_a_pause_longer_and_never_than_a_day() -> None:
    plain = rules.pause_after(2, ENDPOINT)
    assert rules.pause_after(2, ENDPOINT, timedelta(seconds=1)) == plain
    assert rules.pause_after(2, ENDPOINT, timedelta(hours=3)) == timedelta(hours=3)
    assert rules.pause_after(2, ENDPOINT, timedelta(days=300)) == timedelta(days=1)


def codes(**changed: object) -> list[tuple[str, str | None]]:
    plain = {"scheme": "https", "kinds": {"milestone.*"}, "known": {"milestone.*"}, "description": "ERP"}
    found = rules.why_not_endpoint(**(plain | changed))  # type: ignore[arg-type]
    return [(refusal.code, refusal.field) for refusal in found]


def test_what_an_endpoint_may_be() -> None:
    assert codes() == []
    assert codes(kinds=set()) == []
    assert codes(scheme="http") == [("webhook_http", "address")]
    assert codes(kinds={"milestone.*", "made.up"}) == [("kinds_unknown", "kinds")]
    assert codes(description="x" * 201) == [("description_long", "description")]
    assert codes(description="a\u202eb", scheme="http") == [
        ("webhook_http", "address"),
        ("hidden_character", "description"),
    ]


def test_rotation_one_at_a_time() -> None:
    assert rules.why_not_rotate(None, NOW) is None
    assert rules.why_not_rotate(NOW, NOW) is None
    refusal = rules.why_not_rotate(NOW + timedelta(seconds=1), NOW)
    assert refusal is not None
    assert refusal.code == "rotation_under_way"


@pytest.mark.parametrize(
    ("ways", "first", "last", "code"),
    [
        (["delivery"], None, None, None),
        (["failed"], None, None, None),
        (["first"], 3, 3, None),
        (["first"], 4, 3, "places_order"),
        (["first"], 4, None, "places_order"),
        (["first"], None, 4, "places_order"),
        ([], None, None, "replay_unclear"),
        (["delivery", "failed"], None, None, "replay_unclear"),
    ],
)
def test_one_way_to_say_what_is_sent_anew(
    ways: list[str], first: int | None, last: int | None, code: str | None
) -> None:
    refusal = rules.why_not_replay(ways, first, last)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("count", "code"), [(0, "nothing_to_replay"), (1, None), (5000, None), (5001, "replay_large")]
)
def test_how_many_are_sent_anew(count: int, code: str | None) -> None:
    refusal = rules.why_not_so_many(count)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(("live", "code"), [(19, None), (20, "webhooks_many")])
def test_how_many_webhooks(live: int, code: str | None) -> None:
    refusal = rules.why_not_another(live)
    assert (refusal.code if refusal else None) == code
