"""Tuning the detectors of an organisation: state, journal, refusals, and what is held from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outtask.deliver.tests.underway import begin, refused
from outtask.journal.recording import Outcome
from outtask.journal.verify import verify
from outtask.kernel.identifiers import new_id
from outtask.lifecycle.tests.life import WHOLE
from outtask.models import Entry, Hold, Provider, PurchaseRequest, Tuning
from outtask.pay.tests.test_actions import approves, invoices, pays
from outtask.people.actions import ask_second_factor
from outtask.people.tests.traces import last
from outtask.watch import rules
from outtask.watch.actions import tune_watch
from outtask.watch.queries import terms_before, terms_of, tuned
from outtask.watch.states import Detector
from outtask.watch.tests.test_holding import IBAN, asks_often, held, limited, note
from outtask.watch.tuning_rules import USUAL
from tests.world import World


def tunes(world: World, by: str = "imke", /, **changes: Any) -> Outcome:
    """Change some of what holds; whoever does it has seen it."""
    now = tuned(world.actor(by).organisation_id)
    more = {name: changes.pop(name) for name in ("version", "reason", "proven", "key") if name in changes}
    given: dict[str, Any] = {"version": now.version, "reason": " Two purchases a week. "} | more
    return tune_watch(actor=world.actor(by), now=world.now, terms=replace(now.terms, **changes), **given)


# ---- tuning ----


def test_state_and_journal(world: World) -> None:
    assert terms_of(world.organisation.pk) == rules.DEFAULTS
    done = tunes(world, split_days=2, just_below=Decimal("2.5"), over=Decimal(1))
    row = Tuning.objects.get()
    assert str(row.pk) == done["id"]
    assert row.terms == replace(USUAL, split_days=2, just_below=Decimal("2.5"), over=Decimal(1))
    assert (row.reason, row.set_by, row.set_at) == ("Two purchases a week.", world.member("imke"), world.now)
    assert last(world.organisation.pk) == (
        "watch.tuned",
        {
            "tuning": done["id"], "reason": "Two purchases a week.",
            "split_days": 2, "split_days_before": 7, "alike_split_days": 30, "alike_split_days_before": 30,
            "new_days": 7, "new_days_before": 7, "bank_days": 30, "bank_days_before": 30,
            "just_below": "2.5", "just_below_before": "5", "over": "1", "over_before": "0",
        },
    )  # fmt: skip
    assert verify(world.organisation.pk).fault is None


def test_the_latest_holds_and_says_what_it_changed(world: World) -> None:
    tunes(world, split_days=2)
    tunes(world, new_days=60)
    assert tuned(world.organisation.pk).version == 2
    latest = Tuning.objects.latest("id")
    assert (latest.split_days, latest.new_days) == (2, 60)
    assert terms_before(latest) == replace(USUAL, split_days=2)
    assert terms_before(Tuning.objects.earliest("id")) == USUAL
    kind, says = last(world.organisation.pk)
    assert (kind, says["split_days_before"], says["new_days_before"]) == ("watch.tuned", 2, 7)


def test_the_latest_is_the_last_whatever_the_clock_says(world: World) -> None:
    tunes(world, split_days=2)
    ahead = new_id(after=Tuning.objects.get().pk).int + 2**90
    Tuning.objects.update(id=type(new_id())(int=ahead))  # as by a clock that was set back since
    tunes(world, split_days=3)
    assert terms_of(world.organisation.pk).split_days == 3


def test_each_organisation_has_its_own(world: World) -> None:
    tunes(world, split_days=2)
    assert terms_of(world.foreign.pk) == rules.DEFAULTS
    tunes(world, "oskar", split_days=60, alike_split_days=60)
    assert (terms_of(world.organisation.pk).split_days, terms_of(world.foreign.pk).split_days) == (2, 60)


@pytest.mark.parametrize(
    ("by", "changes", "code"),
    [
        ("dunstan", {"split_days": 8}, "not_allowed"),
        ("ada", {"split_days": 8}, "not_allowed"),
        ("imke", {"split_days": 0}, "days_range"),
        ("imke", {"bank_days": 367}, "days_range"),
        ("imke", {"just_below": Decimal(0)}, "percent_range"),
        ("imke", {"split_days": 31}, "alike_shorter"),
        ("imke", {}, "nothing_to_do"),
        ("imke", {"split_days": 8, "reason": " "}, "reason_missing"),
        ("imke", {"split_days": 8, "version": 1}, "changed_meanwhile"),
    ],
)
def test_refusals_leave_nothing(world: World, by: str, changes: dict[str, Any], code: str) -> None:
    before = Entry.objects.count()
    with refused(code):
        tunes(world, by, **changes)
    assert not Tuning.objects.exists() and Entry.objects.count() == before


def test_a_token_needs_the_scope(world: World) -> None:
    narrow = replace(world.actor("imke"), scopes=frozenset({"approve"}))
    with refused("outside_scopes"):
        tune_watch(actor=narrow, now=world.now, terms=USUAL, version=0, reason="Why")


def test_whoever_saw_what_held_before_is_told(world: World) -> None:
    tunes(world, split_days=8)
    with refused("changed_meanwhile"):
        tunes(world, version=0, split_days=9)
    assert Tuning.objects.get().split_days == 8


def test_the_same_key_tunes_once(world: World) -> None:
    given: dict[str, Any] = {"terms": replace(USUAL, split_days=8), "version": 0, "reason": "Why", "key": "k"}
    first, second = (tune_watch(actor=world.actor("imke"), now=world.now, **given) for _ in range(2))
    assert first["id"] == second["id"] and second.repeated and Tuning.objects.count() == 1


def test_looking_for_less_needs_a_second_factor_where_one_is_asked_for(world: World) -> None:
    ask_second_factor(actor=world.actor("imke"), now=world.now, from_minor=10**9)
    tunes(world, split_days=14)
    with refused("second_factor"):
        tunes(world, split_days=13)
    with refused("second_factor"):
        tunes(world, split_days=20, over=Decimal("0.1"))
    tunes(world, split_days=13, proven=True)
    assert Tuning.objects.latest("id").split_days == 13


# ---- what is held from then on ----


def earlier(life: Any, world: World, **ago: float) -> None:
    when = world.now - timedelta(**ago)
    PurchaseRequest.objects.filter(pk=life.request.pk).update(requested_at=when)


@pytest.mark.parametrize(("split_days", "committed"), [(7, False), (3, False), (2, True)])
def test_parts_are_looked_for_as_far_back_as_it_is_tuned(
    world: World, split_days: int, committed: bool
) -> None:
    limited(world, 60_000)
    if split_days != USUAL.split_days:
        tunes(world, split_days=split_days, alike_split_days=split_days)
    ((first, _),) = asks_often(world, WHOLE)
    earlier(first, world, days=3)
    assert asks_often(world, WHOLE)[0][1]["committed"] is committed
    if not committed:
        assert held(Detector.SPLIT).evidence["days"] == split_days
    assert Hold.objects.exists() is not committed


@pytest.mark.parametrize(("split_days", "committed"), [(30, False), (19, True)])
def test_parts_that_lie_twenty_days_apart(world: World, split_days: int, committed: bool) -> None:
    limited(world, 60_000)
    tunes(world, split_days=split_days, alike_split_days=max(split_days, 19))
    ((first, _),) = asks_often(world, WHOLE)
    earlier(first, world, days=20)
    assert asks_often(world, WHOLE)[0][1]["committed"] is committed
    assert Hold.objects.exists() is not committed


def test_a_wider_margin_below_the_limit(world: World) -> None:
    limited(world, 50_000)
    tunes(world, just_below=Decimal("10.5"))
    for ago in (90, 60):
        ((life, _),) = asks_often(world, 44_750)
        earlier(life, world, days=ago)
    assert not asks_often(world, 44_750)[0][1]["committed"]
    evidence = held(Detector.JUST_BELOW).evidence
    assert (len(evidence["requests"]), evidence["percent"]) == (3, "10.5")


@pytest.mark.parametrize(("new_days", "is_held"), [(7, False), (60, True)])
def test_a_new_provider_is_new_for_as_long_as_it_is_tuned(world: World, new_days: int, is_held: bool) -> None:
    Provider.objects.filter(pk=world.kestrel.pk).update(added_at=world.now - timedelta(days=40))
    if new_days != USUAL.new_days:
        tunes(world, new_days=new_days)
    under = begin(world)
    under.delivers(1)
    sent = invoices(under, 1)
    approves(under, sent)
    pays(under, sent)
    assert Hold.objects.filter(detector=Detector.NEW_FAST).exists() is is_held
    if is_held:
        assert held(Detector.NEW_FAST).evidence["within"] == 60


@pytest.mark.parametrize(("bank_days", "is_held"), [(31, True), (1, False)])
def test_the_account_counts_for_as_long_as_it_is_tuned(world: World, bank_days: int, is_held: bool) -> None:
    Provider.objects.filter(pk=world.kestrel.pk).update(added_at=world.now - timedelta(days=400))
    note(world, world.kestrel, IBAN, by="imke")
    tunes(world, bank_days=bank_days)
    under = begin(world)
    under.delivers(1)
    sent = invoices(under, 1)
    approves(under, sent, by="dunstan")
    under.world.now += timedelta(days=2)
    pays(under, sent, by="imke")
    assert Hold.objects.filter(detector=Detector.BANK_CHANGED).exists() is is_held


def test_tuning_is_read_once_in_an_action(world: World) -> None:
    limited(world, 100_000)
    with CaptureQueriesContext(connection) as captured:
        asks_often(world, WHOLE)
    assert sum('FROM "outtask_tuning"' in query["sql"] for query in captured.captured_queries) == 1
