"""Rates, decisions, budgets: exact tables, to the minor unit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from outtask.kernel.actor import Actor, ActorKind
from outtask.kernel.money import CURRENCIES, LARGEST_MINOR, Money, exponent
from outtask.kernel.refusal import Refusal
from outtask.people.roles import ROLES, Right, may
from outtask.people.states import Role
from outtask.spend import rules
from outtask.spend.limit_rules import Call
from outtask.spend.rules import DecisionFacts, StoredRate
from outtask.spend.states import LIVE, PURCHASE_REQUEST, UNDECIDED, RequestState

ROISIN, JOSEPH, IMKE, DUNSTAN = (UUID(int=number) for number in range(1, 5))
DAY = date(2026, 11, 24)


def code(answer: Refusal | None) -> str:
    return answer.code if answer else ""


# ---- what still counts ----


@pytest.mark.parametrize(
    ("base", "amount", "released", "counts"),
    [
        (41_200, 41_200, 0, 41_200),
        (41_200, 41_200, 20_600, 20_600),
        (41_200, 41_200, 41_200, 0),
        (100, 3, 1, 67),
    ],
)
def test_what_was_released_counts_no_more(base: int, amount: int, released: int, counts: int) -> None:
    assert rules.still_promised(base, amount, released) == counts


# ---- foreign currencies ----


@pytest.mark.parametrize(
    ("amount", "base", "per_unit", "expected"),
    [
        (Money(10_000, "EUR"), "GBP", "0.858", 8_580),
        (Money(10_001, "EUR"), "GBP", "0.858", 8_581),  # 8580.858: up
        (Money(1, "EUR"), "GBP", "0.0000000001", 1),
        (Money(10_000, "JPY"), "GBP", "0.0052", 5_200),
        (Money(10_001, "JPY"), "GBP", "0.0052", 5_201),  # 5200.52: up
        (Money(1_000, "KWD"), "GBP", "2.5714", 258),  # three decimals: one dinar is £2.5714
        (Money(100, "GBP"), "KWD", "0.39", 390),
        (Money(0, "EUR"), "GBP", "0.858", 0),
        (Money(7, "GBP"), "GBP", None, 7),
        (Money(7, "EUR"), "GBP", None, "no_rate"),
    ],
)
def test_amounts_in_the_organisations_currency_are_rounded_up(
    amount: Money, base: str, per_unit: str | None, expected: int | str
) -> None:
    rate = StoredRate(amount.currency, Decimal(per_unit), DAY) if per_unit else None
    answer = rules.in_base(amount, base, rate)
    assert (answer.code if isinstance(answer, Refusal) else answer) == expected


@given(
    minor=some.integers(0, 10**15),
    currency=some.sampled_from(sorted(CURRENCIES)),
    base=some.sampled_from(sorted(CURRENCIES)),
    per_unit=some.decimals("0.0000000001", "999999999", places=10),
)
def test_rounding_never_passes_a_limit(minor: int, currency: str, base: str, per_unit: Decimal) -> None:
    answer = rules.in_base(Money(minor, currency), base, StoredRate(currency, per_unit, DAY))
    exact = Fraction(minor)
    if currency != base:
        exact = minor * Fraction(per_unit) * Fraction(10) ** (exponent(base) - exponent(currency))
    if exact > LARGEST_MINOR:
        assert isinstance(answer, Refusal) and answer.code == "amount_too_large"
    else:
        assert isinstance(answer, int) and exact <= answer < exact + 1


# ---- asking ----


@pytest.mark.parametrize(
    ("ask", "codes"),
    [
        (rules.Ask(Money(1, "GBP"), ""), []),
        (rules.Ask(Money(0, "GBP"), ""), ["nothing_to_spend"]),
        (rules.Ask(Money(1, "GBP"), "", live="PR-26-000001-X"), ["asked_already"]),
        (rules.Ask(Money(1, "GBP"), "x" * 5_000), []),
        (
            rules.Ask(Money(0, "GBP"), "x" * 5_001, live="PR"),
            ["words_long", "asked_already", "nothing_to_spend"],
        ),
    ],
)
def test_what_stands_against_asking(ask: rules.Ask, codes: list[str]) -> None:
    assert [refusal.code for refusal in rules.why_not_ask(ask)] == codes


@pytest.mark.parametrize(
    ("found", "ends_on", "expected"),
    [
        (True, None, ""),
        (True, date(2026, 11, 24), ""),
        (True, date(2026, 11, 23), "budget_ended"),
        (False, None, "no_budget"),
    ],
)
def test_a_budget_takes_promises_until_its_last_day(found: bool, ends_on: date | None, expected: str) -> None:
    assert code(rules.why_not_budget(found, ends_on, DAY)) == expected


@pytest.mark.parametrize(
    ("amount", "budget", "expected"),
    [("GBP", "GBP", ""), ("EUR", "GBP", ""), ("EUR", "EUR", ""), ("EUR", "USD", "wrong_currency")],
)
def test_a_budget_is_kept_in_a_currency_that_a_rate_leads_to(amount: str, budget: str, expected: str) -> None:
    assert code(rules.why_not_budget_currency(amount, budget, "GBP")) == expected


@pytest.mark.parametrize(
    ("free", "needed", "expected"),
    [
        (Money(100, "GBP"), Money(99, "GBP"), ""),
        (Money(100, "GBP"), Money(100, "GBP"), ""),
        (Money(100, "GBP"), Money(101, "GBP"), "budget_too_small"),
        (Money(0, "GBP"), Money(1, "GBP"), "budget_too_small"),
        (Money(100, "EUR"), Money(1, "GBP"), "wrong_currency"),
    ],
)
def test_a_budget_holds_what_it_promises(free: Money, needed: Money, expected: str) -> None:
    assert code(rules.why_not_commit(free, needed, "Online shop 2026")) == expected


# ---- deciding ----


def facts(**more: object) -> DecisionFacts:
    usual = {
        "state": "referred", "version": 2, "seen_version": 2, "person": JOSEPH, "is_owner": False,
        "call": Call(JOSEPH),
    }  # fmt: skip
    return DecisionFacts(**usual | more)  # type: ignore[arg-type]


SETTLED = ("committed", "rejected", "withdrawn", "void")


@pytest.mark.parametrize(
    ("given_facts", "act", "expected"),
    [
        *[(facts(), act, "") for act in ("approve", "reject", "ask")],
        *[
            (facts(state=state), act, "already_decided")
            for state in SETTLED
            for act in ("approve", "reject", "ask")
        ],
        (facts(state="asked"), "approve", ""),
        (facts(state="asked"), "reject", ""),
        (facts(state="asked"), "ask", "wrong_state"),
        (facts(seen_version=1), "approve", "stale_version"),
        (facts(seen_version=3), "approve", "stale_version"),
        (facts(person=DUNSTAN), "approve", "not_the_decider"),
        (facts(call=Call(None)), "approve", "not_the_decider"),
        (facts(person=IMKE, is_owner=True), "approve", ""),
        # what is settled is told first, so that nobody thinks their press changed anything
        (facts(state="rejected", seen_version=1, person=DUNSTAN), "approve", "already_decided"),
    ],
)
def test_who_decides_what_on_which_version(given_facts: DecisionFacts, act: str, expected: str) -> None:
    assert code(rules.why_not_decide(given_facts, act)) == expected


def test_the_states_are_what_they_are_called() -> None:
    assert frozenset(SETTLED) == rules.SETTLED
    assert set(LIVE) == set(UNDECIDED) | {RequestState.COMMITTED}
    assert PURCHASE_REQUEST.terminal == {"rejected", "withdrawn", "void"}


ACTS = {"approve", "second", "refer", "reject", "ask", "answer", "withdraw", "edit", "void"}
ALLOWED = {
    "referred": {"approve", "second", "refer", "reject", "ask", "withdraw", "edit", "void"},
    "asked": {"approve", "second", "refer", "reject", "answer", "withdraw", "edit", "void"},
    "committed": {"void"},
    "rejected": set(),
    "withdrawn": set(),
    "void": set(),
}


@pytest.mark.parametrize(("state", "act"), list(product(ALLOWED, sorted(ACTS))))
def test_each_state_allows_these_acts_and_no_others(state: str, act: str) -> None:
    assert PURCHASE_REQUEST.acts == ACTS
    assert PURCHASE_REQUEST.allows(state, act) is (act in ALLOWED[state])
    assert (PURCHASE_REQUEST.why_not(state, act) is None) is (act in ALLOWED[state])


WHO = {
    Right.REQUEST: {"owner", "admin", "manager", "programme_manager", "broker", "requester"},
    Right.APPROVE: {"owner", "admin", "manager", "programme_manager", "finance"},
    Right.MANAGE_BUDGETS: {"owner", "admin", "finance"},
    Right.TAKE_BACK: {"owner", "admin", "manager", "programme_manager", "broker", "requester"},
}


@pytest.mark.parametrize(("right", "role"), list(product(WHO, Role)))
def test_each_role_has_these_rights_and_no_others(right: Right, role: Role) -> None:
    actor = Actor(ActorKind.MEMBER, uuid4(), id=uuid4(), role=role, person_id=uuid4())
    assert (may(actor, right) is None) is (role in WHO[right]) is (role in ROLES[right])


@pytest.mark.parametrize("purpose", ["propose", "sign", "deliver"])
def test_no_guest_has_a_right_to_money(purpose: str) -> None:
    guest = Actor(ActorKind.GUEST, uuid4(), id=uuid4(), purpose=purpose)
    assert {right for right in WHO if may(guest, right) is None} == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", "words_missing"), (" \n", "words_missing"), ("No.", ""), ("x" * 5_001, "words_long")],
)
def test_a_no_and_a_question_say_something(text: str, expected: str) -> None:
    assert code(rules.why_not_words(text, "note")) == expected


def test_a_request_belongs_to_whoever_asked() -> None:
    assert rules.why_not_own(ROISIN, ROISIN) is None
    assert code(rules.why_not_own(ROISIN, JOSEPH)) == "not_yours"
    assert code(rules.why_not_own(ROISIN, None)) == "not_yours"


# ---- budgets and rates ----


@pytest.mark.parametrize(
    ("budget", "codes"),
    [
        (rules.NewBudget("Shop", Money(0, "GBP")), []),
        (rules.NewBudget("Shop", Money(1, "GBP"), DAY, DAY), []),
        (rules.NewBudget(" ", Money(1, "GBP")), ["name_missing"]),
        (rules.NewBudget("x" * 201, Money(1, "GBP")), ["name_long"]),
        (rules.NewBudget("Shop", Money(-1, "GBP")), ["negative"]),
        (rules.NewBudget("Shop", Money(1, "GBP"), DAY, date(2026, 11, 23)), ["ends_first"]),
        (rules.NewBudget("Shop", Money(1, "GBP"), taken=True), ["name_taken"]),
    ],
)
def test_new_budgets(budget: rules.NewBudget, codes: list[str]) -> None:
    assert [refusal.code for refusal in rules.why_not_open(budget)] == codes


@pytest.mark.parametrize(
    ("currency", "per_unit", "taken", "codes"),
    [
        ("EUR", "0.858", False, []),
        ("EUR", "0.0000000001", False, []),
        ("EUR", "0.8580000000000", False, []),
        ("EUR", "0.00000000011", False, ["rate_out_of_range"]),
        ("EUR", "0", False, ["rate_out_of_range"]),
        ("EUR", "-1", False, ["rate_out_of_range"]),
        ("EUR", "NaN", False, ["rate_out_of_range"]),
        ("EUR", "1000000000", False, ["rate_out_of_range"]),
        ("EUR", "0.858", True, ["rate_noted"]),
        ("GBP", "1", False, ["own_currency"]),
        ("XXX", "1", False, ["currency_unknown"]),
    ],
)
def test_new_rates(currency: str, per_unit: str, taken: bool, codes: list[str]) -> None:
    rate = rules.NewRate(currency, "GBP", Decimal(per_unit), taken)
    assert [refusal.code for refusal in rules.why_not_note(rate)] == codes


@pytest.mark.parametrize(
    ("amount", "free", "expected"),
    [
        (Money(1, "GBP"), 0, ""),
        (Money(-100, "GBP"), 100, ""),
        (Money(-101, "GBP"), 100, "not_free"),
        (Money(0, "GBP"), 100, "nothing_to_do"),
        (Money(1, "EUR"), 100, "wrong_currency"),
    ],
)
def test_money_in_and_free_money_out(amount: Money, free: int, expected: str) -> None:
    assert code(rules.why_not_authorise(amount, "GBP", free)) == expected


# ---- parts of a converted sum ----


@given(
    budget=some.integers(0, 10**12),
    amount=some.integers(1, 10**12),
    parts=some.lists(some.integers(0, 10**12), max_size=12),
)
def test_shares_of_growing_parts_add_up_to_the_whole(budget: int, amount: int, parts: list[int]) -> None:
    points = sorted({0, amount, *(part % (amount + 1) for part in parts)})
    shares = [rules.share(budget, amount, point) for point in points]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, budget)
