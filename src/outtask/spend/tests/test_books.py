"""The books: what the postings add up to on any day, closing them, and what does not follow from them."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest

from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import HALF, WHOLE
from outtask.models import Budget, Closing, Posting
from outtask.spend import books
from outtask.spend.actions import authorise, close_books, open_budget, reopen_books
from outtask.spend.books import replay, standing_through, trial_balance
from outtask.spend.statement import books_of, postings_as_csv, statement_of_books
from outtask.spend.states import Account
from tests.world import World

TODAY = date(2026, 11, 24)
YESTERDAY = TODAY - timedelta(days=1)


def closes(world: World, through: date = YESTERDAY, by: str = "dunstan", **more: Any) -> Outcome:
    return close_books(actor=world.actor(by), through=through, **({"now": world.now} | more))


def reopens(world: World, pk: str, reason: str = "An invoice was forgotten.") -> Outcome:
    return reopen_books(actor=world.actor("dunstan"), now=world.now, closing_id=UUID(pk), reason=reason)


def refused(act: Any, *given: Any, **more: Any) -> str:
    with pytest.raises(Refused) as no:
        act(*given, **more)
    return no.value.refusal.code


# ---- the trial balance ----


def test_the_trial_balance_is_what_the_postings_come_to(world: World) -> None:
    lives.accepted(world)
    (sheet,) = trial_balance(world.actor("ada"), TODAY)
    (row,) = sheet.rows
    assert row.sums == {
        Account.AUTHORISED: -1_200_000,
        Account.FREE: 1_200_000 - WHOLE,
        Account.COMMITTED: 0,
        Account.OWED: WHOLE,
        Account.PAID: 0,
    }
    assert sheet.difference == Money(0, "GBP")


def test_it_is_that_of_the_day(world: World) -> None:
    """Midnight is that of the organisation's zone, and pots opened later are not there yet."""
    lives.accepted(world)
    (sheet,) = trial_balance(world.actor("ada"), YESTERDAY)
    assert sheet.rows[0].sums[Account.OWED] == 0
    assert trial_balance(world.actor("ada"), date(2026, 10, 1)) == []
    just_before = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
    open_budget(actor=world.actor("imke"), now=just_before, name="Late", authorised=Money(7, "EUR"))
    assert [sheet.currency for sheet in trial_balance(world.actor("ada"), TODAY)] == ["EUR", "GBP"]
    assert [sheet.currency for sheet in trial_balance(world.actor("ada"), YESTERDAY)] == ["GBP"]


def test_counted_back_from_today_it_is_what_a_closing_adds_up_from_the_first(world: World) -> None:
    lives.accepted(world)
    ada = world.actor("ada")
    for days in range(-3, 40):
        day = TODAY - timedelta(days=days)
        told = books.digest_of(day, trial_balance(ada, day))
        assert told == standing_through(world.organisation.pk, day).sha256


def test_everybody_sees_the_sums_and_a_requester_their_own_postings(world: World) -> None:
    lives.committed(world)
    roisin, ada = world.actor("roisin"), world.actor("ada")
    assert trial_balance(roisin, TODAY)[0].totals == trial_balance(ada, TODAY)[0].totals
    assert books.postings_within(roisin, None, TODAY).count() == 0
    assert books.postings_within(ada, None, TODAY).count() == 2
    assert books.postings_within(ada, TODAY, TODAY).count() == 1
    assert trial_balance(world.actor("oskar"), TODAY) == []


def test_what_moved_in_some_days(world: World) -> None:
    lives.accepted(world)
    told = [
        (one.source, one.target, one.postings, one.amount.minor)
        for one in books.movements(world.actor("ada"), TODAY, TODAY)
    ]
    assert told == [("committed", "owed", 2, WHOLE), ("free", "committed", 1, WHOLE)]
    assert len(books.movements(world.actor("ada"), None, TODAY)) == 3


# ---- closing and opening again ----


def test_closing_seals_what_stood_there(world: World) -> None:
    outcome = closes(world)
    closing = Closing.objects.get(pk=outcome["id"])
    told = lives.told(outcome)
    assert (closing.through, closing.postings, closing.closed_by) == (YESTERDAY, 1, world.member("dunstan"))
    assert (told.says["sha256"], told.says["through"]) == (closing.sha256, YESTERDAY)
    lives.committed(world)  # today is open
    standing = standing_through(world.organisation.pk, YESTERDAY)
    assert (standing.sha256, standing.postings) == (closing.sha256, 1)
    assert replay(world.organisation.pk) == []


def test_nothing_is_posted_on_a_closed_day(world: World) -> None:
    """A clock set back asks for it; no money moves, and nothing that would move money happens."""
    life = lives.signed(world)
    closes(world)
    world.now -= timedelta(days=1)
    before = Posting.objects.count()
    assert refused(life.asks) == "books_closed"
    given: dict[str, Any] = {"actor": world.actor("imke"), "now": world.now}
    assert refused(authorise, **given, budget_id=world.budget.pk, amount=Money(1, "GBP")) == "books_closed"
    assert Posting.objects.count() == before
    world.now += timedelta(days=1)
    life.asks()
    assert Posting.objects.count() == before + 1


def test_closing_is_by_the_calendar_of_the_organisation(world: World) -> None:
    """In London 23:30 UTC in summer is the next day already."""
    summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    closes(world, date(2026, 6, 30), now=summer)
    given: dict[str, Any] = {"actor": world.actor("imke"), "budget_id": world.budget.pk}
    authorise(**given, now=summer, amount=Money(1, "GBP"))
    assert refused(authorise, **given, now=summer - timedelta(hours=1), amount=Money(1, "GBP")) == (
        "books_closed"
    )


def test_who_closes_and_which_days(world: World) -> None:
    assert refused(closes, world, by="joseph") == "not_allowed"
    assert refused(closes, world, by="ada") == "not_allowed"
    assert refused(closes, world, TODAY) == "day_not_over"
    closes(world)
    assert refused(closes, world) == "closed_already"
    assert refused(closes, world, YESTERDAY - timedelta(days=9)) == "closed_already"


def test_opening_again_the_last_first(world: World) -> None:
    earlier = closes(world, YESTERDAY - timedelta(days=30))["id"]
    later = closes(world)["id"]
    assert refused(reopens, world, earlier) == "closed_later"
    assert refused(reopens, world, later, " ") == "words_missing"
    outcome = reopens(world, later)
    assert lives.told(outcome).says["reason"] == "An invoice was forgotten."
    assert refused(reopens, world, later) == "reopened_already"
    assert books.closed_through(world.organisation.pk) == YESTERDAY - timedelta(days=30)
    closes(world)
    assert Closing.objects.count() == 3
    with pytest.raises(NotFound):
        reopen_books(actor=world.actor("oskar"), now=world.now, closing_id=UUID(earlier), reason="Mine")


# ---- replay ----


def test_what_does_not_follow_from_the_postings_is_told(world: World) -> None:
    lives.accepted(world)
    pk = world.organisation.pk
    assert replay(pk) == []
    Budget.objects.filter(pk=world.budget.pk).update(owed_minor=HALF)
    wrong = replay(pk)
    assert any("owed" in line for line in wrong) and any("free" in line for line in wrong)


def test_a_posting_without_its_entry_is_told(world: World) -> None:
    Posting.objects.filter(budget=world.budget).update(entry_id=uuid4())
    (wrong,) = replay(world.organisation.pk)
    assert "name no entry" in wrong


def test_a_posting_moved_into_closed_books_is_told(world: World) -> None:
    lives.committed(world)
    closes(world)
    Posting.objects.filter(budget=world.budget).update(posted_at=world.now - timedelta(days=40))
    (wrong,) = replay(world.organisation.pk)
    assert f"closed through {YESTERDAY}" in wrong


# ---- on paper and as a table ----


def test_the_postings_as_csv(world: World) -> None:
    life = lives.committed(world)
    Budget.objects.filter(pk=world.budget.pk).update(name="=HYPERLINK(0)")
    text = "".join(postings_as_csv(books.postings_within(world.actor("ada"), None, TODAY)))
    first, second = csv.DictReader(StringIO(text))
    assert (first["amount"], first["currency"], first["out_task"]) == ("12000.00", "GBP", "")
    assert (second["from"], second["to"], second["amount"]) == ("free", "committed", "412.00")
    assert (second["out_task"], second["kind"]) == (
        life.outtask.reference, "request.committed_within_limit",
    )  # fmt: skip
    assert second["budget"] == "'=HYPERLINK(0)"


def test_the_statement_is_the_same_bytes_for_the_same_books(world: World) -> None:
    lives.committed(world)
    closes(world)
    told = books_of(world.actor("ada"), world.organisation, date(2026, 1, 1), TODAY)
    first, again = (statement_of_books(told, world.now) for _ in range(2))
    assert first == again and first.startswith(b"%PDF-")
    assert b"pdfuaid" in first
    assert [closing.through for closing in told.closings] == [YESTERDAY]
