"""What may happen to a statement of work; and the bytes that are signed."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.agree import rules
from outtask.agree.differences import differences
from outtask.agree.documents import (
    DocumentError,
    ExitTerms,
    Metric,
    MilestoneTerms,
    ServiceLevelTerms,
    as_json,
    body_of,
    digest_of,
    read,
    usual_terms,
)
from outtask.agree.queries import LIVE_REQUEST
from outtask.agree.states import AGREEMENT, AgreementState
from outtask.agree.tests.papers import document, pounds, terms
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.source.tests.steps import NEED, offer
from outtask.spend.states import PURCHASE_REQUEST, RequestState

TODAY = date(2026, 11, 24)
ONE = MilestoneTerms("All", date(2026, 12, 4), pounds(100))


def codes(refusals: list[Refusal]) -> list[str]:
    return [refusal.code for refusal in refusals]


# ---- terms ----


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"scope": "  "}, ["scope_empty"]),
        ({"scope": "a" * 20_001}, ["scope_long"]),
        ({"scope": "pay \u202e001"}, ["hidden_character"]),
        ({"milestones": ()}, ["milestone_count"]),
        ({"milestones": (ONE,) * 21}, ["milestone_count"]),
        ({"milestones": (replace(ONE, title=" "),)}, ["milestone_title"]),
        ({"milestones": (replace(ONE, due=TODAY),)}, []),
        ({"milestones": (replace(ONE, due=TODAY - timedelta(days=1)),)}, ["milestone_due"]),
        ({"milestones": (replace(ONE, amount=pounds(0)), ONE)}, []),
        ({"milestones": (replace(ONE, amount=pounds(0)),)}, ["total_zero"]),
        ({"milestones": (replace(ONE, amount=pounds(-1)),)}, ["milestone_amount"]),
        ({"milestones": (ONE, replace(ONE, amount=Money(1, "EUR")))}, ["milestone_amount"]),
        ({"notice_days": 0}, []),
        ({"notice_days": 366}, ["days_out_of_range"]),
        ({"payment_days": -1}, ["days_out_of_range"]),
        ({"payment_days": 121}, ["days_out_of_range"]),
        ({"exit": ExitTerms(30, 30, pounds(0))}, []),
        ({"exit": ExitTerms(31, 30, pounds(0))}, ["days_out_of_range"]),
        ({"exit": ExitTerms(30, 29, pounds(0))}, ["days_out_of_range"]),
        ({"exit": ExitTerms(30, 30, pounds(-1))}, ["fee_wrong"]),
        ({"exit": ExitTerms(30, 30, Money(0, "EUR"))}, ["fee_wrong"]),
        ({"service_levels": (ServiceLevelTerms(Metric.ON_TIME, Decimal(100)),)}, []),
        ({"service_levels": (ServiceLevelTerms(Metric.ON_TIME, Decimal("100.5")),)}, ["target_out_of_range"]),
        (
            {"service_levels": (ServiceLevelTerms(Metric.ON_TIME, Decimal("0.0001")),)},
            ["target_out_of_range"],
        ),
        ({"service_levels": (ServiceLevelTerms(Metric.ON_TIME, Decimal("NaN")),)}, ["target_out_of_range"]),
        ({"service_levels": (ServiceLevelTerms(Metric.RESPONSE_HOURS, Decimal(120)),)}, []),
        ({"service_levels": (ServiceLevelTerms(Metric.ON_TIME, Decimal(9)),) * 2}, ["metric_twice"]),
    ],
)
def test_terms(changes: dict[str, object], expected: list[str]) -> None:
    assert codes(rules.why_not_terms(terms(**changes), TODAY)) == expected


# ---- states ----


@pytest.mark.parametrize("state", list(AgreementState))
@pytest.mark.parametrize("live_request", [True, False])
def test_what_may_be_revised(state: str, live_request: bool) -> None:
    refusal = rules.why_not_revise(state, live_request)
    assert (refusal is None) == (state in {"draft", "offered", "signed"} and not live_request)


@pytest.mark.parametrize("state", list(AgreementState))
@pytest.mark.parametrize(("act", "when"), [("sign_as_client", "draft"), ("sign_as_provider", "offered")])
def test_who_may_sign_when(state: str, act: str, when: str) -> None:
    assert (rules.why_not_sign(state, act) is None) == (state == when)


@pytest.mark.parametrize("state", list(AgreementState))
def test_objecting_is_for_what_was_offered(state: str) -> None:
    assert (rules.why_not_object(state) is None) == (state == "offered")


@pytest.mark.parametrize(
    ("awarded", "live", "code"),
    [(True, False, None), (False, False, "nobody_chosen"), (True, True, "drafted_already")],
)
def test_a_draft_follows_a_choice(awarded: bool, live: bool, code: str | None) -> None:
    refusal = rules.why_not_draft(awarded, live)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize("act", sorted(AGREEMENT.acts))
@pytest.mark.parametrize("state", list(AgreementState))
def test_the_whole_table(state: AgreementState, act: str) -> None:
    expected = {
        "revise": {"draft": "draft", "offered": "draft", "signed": "draft", "in_force": "draft"},
        "sign_as_client": {"draft": "offered"},
        "place": {"draft": "signed", "signed": "signed", "in_force": "signed"},
        "sign_as_provider": {"offered": "signed"},
        "object": {"offered": "draft"},
        "commit": {"signed": "in_force"},
        "complete": {"in_force": "ended"},
        "end": {"draft": "ended", "offered": "ended", "signed": "ended", "in_force": "ended"},
    }
    assert AGREEMENT.table.get((state, act)) == expected[act].get(state)


def test_only_what_was_read_is_signed() -> None:
    assert rules.why_not_seen(2, "a" * 64, 2, "a" * 64) is None
    assert rules.why_not_seen(1, "a" * 64, 2, "a" * 64)
    assert rules.why_not_seen(2, "b" * 64, 2, "a" * 64)


@pytest.mark.parametrize(
    ("name", "fine"),
    [("Marek Solan", True), ("Pelé", True), ("Li Na", True), ("", False), ("x", False), ("a" * 201, False)],
)
def test_a_signature_is_a_name(name: str, fine: bool) -> None:
    assert (rules.why_not_name(name) is None) == fine


def test_the_words_for_a_live_request_are_those_of_the_spend_room() -> None:
    assert set(LIVE_REQUEST) == set(RequestState) - PURCHASE_REQUEST.terminal | {RequestState.COMMITTED}


# ---- documents ----


def test_a_document_reads_back_as_itself() -> None:
    body = body_of(document())
    assert read(body) == document()
    assert body_of(read(body)) == body and len(digest_of(body)) == 64


def test_the_bytes_have_the_shape_that_other_rooms_read() -> None:
    shape = json.loads(body_of(document()))
    assert shape == as_json(document())
    assert shape["format"] == 1 and shape["parties"]["provider"] == {"name": "Marek Solan", "kind": "person"}
    assert shape["milestones"][1]["order"] == 2
    assert shape["milestones"][1]["amount"] == {"minor": 20_600, "currency": "GBP"}
    assert shape["milestones"][1]["criteria"][0]["params"]["least"] == 180
    assert shape["total"] == {"minor": 41_200, "currency": "GBP"}
    assert shape["service_levels"] == [
        {"metric": "on_time", "comparator": ">=", "target": "95"},
        {"metric": "response_hours", "comparator": "<=", "target": "8.5"},
    ]
    assert shape["exit"] == {
        "transition_days": 14,
        "retrieval_days": 30,
        "fee": {"minor": 0, "currency": "GBP"},
        "text": "",
    }


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: b"",
        lambda body: b"[]",
        lambda body: body + b" ",
        lambda body: body.replace(b'"format":1', b'"format":2'),
        lambda body: body.replace(b'"scope"', b'"scape"'),
        lambda body: body.replace(b'"minor":41200', b'"minor":41201'),
        lambda body: body.replace(b'"order":2', b'"order":3'),
        lambda body: body.replace(b'{"exit"', b'{"added":1,"exit"'),
    ],
)
def test_what_is_not_exactly_a_document_is_none(damage: object) -> None:
    with pytest.raises(DocumentError):
        read(damage(body_of(document())))  # type: ignore[operator]


@given(
    scope=st.text(st.characters(codec="utf-8"), max_size=80),
    amounts=st.lists(st.integers(0, 10**12), min_size=1, max_size=6),
    days=st.integers(0, 365),
    target=st.decimals(min_value=0, max_value=100, places=3),
)
def test_every_document_reads_back(scope: str, amounts: list[int], days: int, target: Decimal) -> None:
    milestones = tuple(replace(ONE, title=scope, amount=pounds(amount)) for amount in amounts)
    levels = (ServiceLevelTerms(Metric.FIRST_TIME, target),)
    whole = document(terms(scope=scope, milestones=milestones, notice_days=days, service_levels=levels))
    assert read(body_of(whole)) == whole


def test_a_draft_begins_with_the_brief_and_the_offer() -> None:
    usual = usual_terms(NEED, offer(41_200, parts=3))
    assert usual.total == pounds(41_200) and usual.scope == NEED.what
    assert [len(milestone.criteria) for milestone in usual.milestones] == [0, 0, 2]
    assert (usual.exit.fee, usual.exit.retrieval_days) == (pounds(0), 30)
    assert rules.why_not_terms(usual, TODAY) == []


# ---- differences ----


def test_no_difference() -> None:
    assert differences(terms(), terms()) == []


def test_differences_are_told_in_words() -> None:
    old = terms(scope="First line\nSecond line")
    milestones = (replace(old.milestones[0], amount=pounds(30_600)), old.milestones[1])
    new = terms(
        scope="First line\nSecond line, by hand", milestones=milestones, notice_days=30, service_levels=()
    )
    told = {change.where: (change.before, change.after) for change in differences(old, new)}
    assert told["What is to be done"] == ("Second line", "Second line, by hand")
    assert told["Milestone 1"][1] == "First half, due Friday 4 December 2026, £306.00"
    assert told["Total"] == ("£412.00", "£512.00")
    assert told["Notice"] == ("14 days", "30 days")
    assert told["Service levels"][1] == ""
    assert "Milestone 2" not in told


def test_milestones_that_came_or_went() -> None:
    fewer = terms(milestones=terms().milestones[:1])
    (gone, conditions, _total) = differences(terms(), fewer)
    assert gone.where == "Milestone 2" and gone.after == ""
    assert conditions.before.startswith("180 images are there. Outtask expects") and conditions.after == ""
