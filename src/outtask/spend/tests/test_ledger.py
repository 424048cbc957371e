"""Money moves by balanced postings alone: whatever happens, the sums are what the postings add up to."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from outtask.journal.recording import recording
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import HALF, check_ledger, sums
from outtask.models import Agreement, Budget, Commitment, Entry, OutTask, Posting, PurchaseRequest
from outtask.spend.actions import authorise, commit, open_budget, owe, release, settle
from outtask.spend.states import Account
from tests.world import NOW, World, make_world

_numbers = count(1)


def recorded(world: World) -> Any:
    """A recording to try parts in; what it tells does not matter here."""
    return recording("sample.filled", actor=world.actor("imke"), now=world.now)


def budget_of(world: World, minor: int, currency: str = "GBP") -> Budget:
    outcome = open_budget(
        actor=world.actor("dunstan"),
        now=world.now,
        name=f"Pot {next(_numbers)}",
        authorised=Money(minor, currency),
    )
    return Budget.objects.get(pk=outcome["id"])


def request_of(world: World, budget: Budget, amount: Money, budget_minor: int) -> PurchaseRequest:
    """A request as asking would leave it, for an agreement of its own."""
    outtask = OutTask.objects.create(
        organisation=world.organisation,
        reference=f"OT-{uuid4()}"[:32],
        tracking_code=str(uuid4())[:32],
        title="Something",
        owner=world.member("joseph"),
        provider=world.marek,
        opened_at=world.now,
    )
    agreement = Agreement.objects.create(
        organisation=world.organisation,
        outtask=outtask,
        provider=world.marek,
        amount_minor=amount.minor,
        currency=amount.currency,
        made_at=world.now,
    )
    made: PurchaseRequest = PurchaseRequest.objects.create(
        organisation=world.organisation,
        reference=f"PR-{uuid4()}"[:32],
        outtask=outtask,
        agreement=agreement,
        agreement_version=1,
        budget=budget,
        amount_minor=amount.minor,
        currency=amount.currency,
        base_minor=budget_minor,
        budget_minor=budget_minor,
        requested_by=world.member("joseph"),
        requested_at=world.now,
    )
    return made


def committed(world: World, budget: Budget, amount: Money, budget_minor: int) -> Commitment:
    request = request_of(world, budget, amount, budget_minor)
    with recorded(world) as entry:
        return commit(entry, request, request.agreement)


STEPS = some.lists(
    some.tuples(
        some.sampled_from(["commit", "owe", "settle", "release"]), some.integers(1, 400), some.integers(0, 4)
    ),
    max_size=14,
)


class AnySequence(TestCase):
    """Hypothesis drives the database here, each example in a transaction that is undone."""

    @settings(max_examples=40)
    @given(steps=STEPS, rate=some.integers(1, 300), currency=some.sampled_from(["GBP", "EUR"]))
    def test_the_sums_are_those_of_the_postings(
        self, steps: list[tuple[str, int, int]], rate: int, currency: str
    ) -> None:
        world = make_world(NOW)
        budget = budget_of(world, 1_000)
        made: list[UUID] = []
        for act, minor, which in steps:
            try:
                with transaction.atomic():
                    _step(world, budget, made, act, Money(minor, currency), minor * rate // 100 + 1, which)
            except (Refused, IntegrityError):
                pass  # said no by a rule, or by the database behind it: nothing was written
            check_ledger(budget)
            for commitment in Commitment.objects.filter(pk__in=made):
                _check(commitment)


def _step(
    world: World, budget: Budget, made: list[UUID], act: str, amount: Money, budget_minor: int, which: int
) -> None:
    entry = _Entry(world)
    if act == "commit":
        request = request_of(world, budget, amount, budget_minor)
        made.append(commit(entry, request, request.agreement).pk)  # type: ignore[arg-type]
        return
    if not made:
        return
    commitment = Commitment.objects.select_related("budget").get(pk=made[which % len(made)])
    if act == "release":
        release(entry, commitment)  # type: ignore[arg-type]
    elif act == "owe":
        owe(entry, commitment, amount.minor)  # type: ignore[arg-type]
    else:
        Commitment.objects.filter(pk=commitment.pk).update(invoiced_minor=commitment.accepted_minor)
        settle(entry, commitment, amount.minor)  # type: ignore[arg-type]


class _Entry:
    """What the parts of the ledger read of a recording: one cannot begin inside Hypothesis's transaction."""

    def __init__(self, world: World) -> None:
        self.organisation_id: UUID = world.organisation.pk
        self.id = uuid4()
        self.now: datetime = world.now

    def keep(self, text: str) -> dict[str, str]:
        return {}

    def also_says(self, kind: str, subject: Any, **payload: Any) -> None:
        assert kind == "budget.running_low"


def _check(commitment: Commitment) -> None:
    """What is left of one commitment in each account adds up to what it set aside, exactly."""
    left = dict.fromkeys(Account, 0)
    for posting in Posting.objects.filter(commitment=commitment):
        left[Account(posting.source)] -= posting.amount_minor
        left[Account(posting.target)] += posting.amount_minor
    assert sum(left.values()) == 0
    assert all(left[account] >= 0 for account in (Account.COMMITTED, Account.OWED, Account.PAID))
    held = left[Account.COMMITTED] + left[Account.OWED] + left[Account.PAID]
    assert held == -left[Account.FREE] <= commitment.budget_minor
    if commitment.released_minor == 0:
        assert held == commitment.budget_minor
    if commitment.open_minor == 0:
        assert left[Account.COMMITTED] == 0
    if commitment.open_minor == 0 and commitment.paid_minor == commitment.accepted_minor:
        assert left[Account.OWED] == 0


# ---- converted sums ----


def test_thirds_of_a_converted_sum_add_up_to_the_penny(world: World) -> None:
    budget = budget_of(world, 100_000)
    commitment = committed(world, budget, Money(300, "EUR"), 100)
    moved = []
    for _ in range(3):
        with recorded(world) as entry:
            owe(entry, Commitment.objects.select_related("budget").get(pk=commitment.pk), 100)
        moved.append(Posting.objects.filter(target=Account.OWED).latest("id").amount_minor)
    assert moved == [33, 33, 34]
    assert sums(budget)[Account.OWED] == 100
    check_ledger(budget)


def test_a_part_too_small_for_a_penny_moves_nothing_and_is_caught_up_later(world: World) -> None:
    budget = budget_of(world, 100)
    commitment = committed(world, budget, Money(1_000, "JPY"), 1)
    with recorded(world) as entry:
        owe(entry, commitment, 999)
    assert sums(budget)[Account.COMMITTED] == 1
    with recorded(world) as entry:
        owe(entry, commitment, 1)
    assert (sums(budget)[Account.COMMITTED], sums(budget)[Account.OWED]) == (0, 1)
    check_ledger(budget)


def test_release_gives_back_exactly_what_is_open(world: World) -> None:
    budget = budget_of(world, 100_000)
    commitment = committed(world, budget, Money(300, "EUR"), 100)
    with recorded(world) as entry:
        owe(entry, commitment, 100)
        assert release(entry, commitment) == Money(200, "EUR")
        assert release(entry, commitment) == Money(0, "EUR")
    found = sums(budget)
    assert (found[Account.COMMITTED], found[Account.OWED], found[Account.FREE]) == (0, 33, 99_967)
    check_ledger(budget)


# ---- the database behind the rules ----


def test_a_budget_that_does_not_hold_it_is_named(world: World) -> None:
    budget = budget_of(world, 100)
    assert committed(world, budget, Money(100, "GBP"), 100).budget_minor == 100
    with pytest.raises(Refused) as refused:
        committed(world, budget, Money(1, "GBP"), 1)
    refusal = refused.value.refusal
    assert (refusal.code, refusal.field) == ("budget_too_small", "budget")
    assert refusal.facts["free"] == Money(0, "GBP")
    check_ledger(budget)


@pytest.mark.parametrize(
    "changes",
    [
        {"committed_minor": 1_200_001},
        {"committed_minor": 600_000, "owed_minor": 600_000, "paid_minor": 1},
        {"committed_minor": -1},
        {"owed_minor": -1},
        {"paid_minor": -1},
        {"authorised_minor": -1},
    ],
)
def test_the_database_refuses_a_budget_that_is_overspent_or_below_zero(
    world: World, changes: dict[str, int]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Budget.objects.filter(pk=world.budget.pk).update(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"accepted_minor": 2 * HALF + 1},
        {"accepted_minor": HALF, "released_minor": HALF + 1},
        {"accepted_minor": HALF, "invoiced_minor": HALF + 1},
        {"accepted_minor": HALF, "invoiced_minor": 0, "paid_minor": 1},
        {"paid_minor": -1},
        {"released_minor": -1},
    ],
)
def test_the_database_keeps_paid_invoiced_accepted_and_committed_in_order(
    world: World, changes: dict[str, int]
) -> None:
    life = lives.committed(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=life.commitment.pk).update(**changes)


@pytest.mark.parametrize("amount", [0, -1])
def test_the_database_refuses_a_posting_of_nothing(world: World, amount: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.filter(budget=world.budget).update(amount_minor=amount)


def test_the_database_refuses_a_posting_that_moves_nowhere(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.filter(budget=world.budget).update(source=Account.FREE)


def test_the_database_refuses_two_live_requests_for_one_agreement(world: World) -> None:
    life = lives.referred(world)
    twin = life.request
    twin.pk, twin.reference, twin._state.adding = uuid4(), "PR-26-000777-X", True
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_accepting_more_than_was_committed_is_stopped_by_the_database(world: World) -> None:
    life = lives.committed(world)
    with pytest.raises(IntegrityError), recorded(world) as entry:
        owe(entry, life.commitment, 2 * HALF + 1)
    check_ledger(world.budget)


# ---- budgets ----


def test_money_in_and_out_of_a_budget_is_posted(world: World) -> None:
    budget = budget_of(world, 5_000)
    given: dict[str, Any] = {"actor": world.actor("dunstan"), "now": world.now, "budget_id": budget.pk}
    outcome = authorise(**given, amount=Money(1_000, "GBP"))
    assert lives.told(outcome).says["amount"] == Money(1_000, "GBP")
    authorise(**given, amount=Money(-6_000, "GBP"))
    assert Budget.objects.get(pk=budget.pk).authorised_minor == 0
    assert list(
        Posting.objects.filter(budget=budget).order_by("id").values_list("source", "target", "amount_minor")
    ) == [("authorised", "free", 5_000), ("authorised", "free", 1_000), ("free", "authorised", 6_000)]
    check_ledger(budget)
    with pytest.raises(Refused) as refused:
        authorise(**given, amount=Money(-1, "GBP"))
    assert refused.value.refusal.code == "not_free"


def test_postings_name_the_entry_that_moved_them(world: World) -> None:
    life = lives.accepted(world)
    entries = {posting.entry_id for posting in Posting.objects.filter(commitment=life.commitment)}
    kinds = [Entry.objects.get(pk=pk).kind for pk in sorted(entries)]
    assert kinds == ["request.committed_within_limit", "milestone.accepted", "milestone.accepted"]
