"""What may happen to a brief, an invitation and a proposal: tables, and properties where they say more."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.money import Money, split
from outtask.kernel.refusal import Refused
from outtask.source import rules
from outtask.source.criteria import criterion, from_json
from outtask.source.rules import Addressee, Need, Offer, Stage
from outtask.source.states import (
    BRIEF,
    INVITATION,
    PROPOSAL,
    BriefState,
    InvitationState,
    ProposalState,
)

TODAY = date(2026, 11, 24)
DUE = date(2026, 12, 18)


def need(**changes: object) -> Need:
    return Need(**{"what": "Photograph 60 first editions", "by_when": DUE} | changes)  # type: ignore[arg-type]


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


def offer(**changes: object) -> Offer:
    whole = {
        "price": pounds(41_200),
        "ready_on": date(2026, 12, 11),
        "milestones": (Stage("All of it", date(2026, 12, 11), pounds(41_200)),),
    }
    return Offer(**whole | changes)  # type: ignore[arg-type]


def codes(refusals: object) -> list[str]:
    return [refusal.code for refusal in refusals]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"what": " \n "}, ["what_empty"]),
        ({"what": "a" * 20_001}, ["what_long"]),
        ({"by_when": TODAY}, []),
        ({"by_when": TODAY - timedelta(days=1)}, ["day_past"]),
        ({"by_when": TODAY + timedelta(days=3651)}, ["day_far"]),
        ({"answer_by": TODAY}, []),
        ({"answer_by": DUE}, []),
        ({"answer_by": DUE + timedelta(days=1)}, ["answer_after_need"]),
        ({"answer_by": TODAY - timedelta(days=1)}, ["day_past"]),
        ({"budget": pounds(1)}, []),
        ({"budget": pounds(0)}, ["budget_not_positive"]),
        ({"skills": "a" * 501}, ["skills_long"]),
        ({"what": "", "by_when": date(2020, 1, 1)}, ["what_empty", "day_past"]),
    ],
)
def test_a_need_needs_what_and_by_when(changes: dict[str, object], expected: list[str]) -> None:
    assert codes(rules.why_not_need(need(**changes), TODAY)) == expected


def test_a_day_for_answers_that_is_over_may_stay_in_an_edit() -> None:
    asked_until = TODAY - timedelta(days=3)
    assert rules.why_not_need(need(answer_by=asked_until), TODAY, asked_until=asked_until) == []


def test_providers_get_more_time_never_less() -> None:
    assert rules.why_not_less_time(DUE, TODAY) is None
    assert rules.why_not_less_time(None, TODAY) is None
    refusal = rules.why_not_less_time(TODAY, DUE)
    assert refusal and refusal.field == "answer_by" and "2026-12-18" in str(refusal)


def test_a_stale_version_is_refused() -> None:
    assert rules.why_not_stale(2, 2) is None
    refusal = rules.why_not_stale(1, 2)
    assert refusal and refusal.code == "changed_meanwhile" and "version 2" in str(refusal)


@pytest.mark.parametrize(
    ("addressee", "expected"),
    [
        (Addressee("Marek", "m@solan.example", False), []),
        (Addressee("Marek", "m@solan.example", False, "declined"), []),
        (Addressee("Marek", "m@solan.example", False, "lapsed"), []),
        (Addressee("Marek", "m@solan.example", False, "sent"), ["provider_asked_already"]),
        (Addressee("Marek", "m@solan.example", False, "answered"), ["provider_asked_already"]),
        (Addressee("Marek", "m@solan.example", True), ["provider_blocked"]),
        (Addressee("Marek", "", False), ["provider_without_address"]),
    ],
)
def test_whom_a_brief_can_be_sent_to(addressee: Addressee, expected: list[str]) -> None:
    assert codes(rules.why_not_send(BriefState.DRAFT, [addressee], TODAY, DUE, TODAY)) == expected


def test_sending_needs_somebody_and_not_a_crowd() -> None:
    one = Addressee("Marek", "m@solan.example", False)
    assert codes(rules.why_not_send("draft", [], TODAY, DUE, TODAY)) == ["nobody_asked"]
    assert codes(rules.why_not_send("draft", [one] * 21, TODAY, DUE, TODAY)) == ["too_many_asked"]
    assert codes(rules.why_not_send("awarded", [one], TODAY, DUE, TODAY)) == ["wrong_state"]


@pytest.mark.parametrize("brief", list(BriefState))
@pytest.mark.parametrize("invitation", list(InvitationState))
@pytest.mark.parametrize("act", ["answer", "decline", "retract"])
@pytest.mark.parametrize("days_left", [1, 0, -1])
def test_when_an_invitation_can_be_answered(brief: str, invitation: str, act: str, days_left: int) -> None:
    answer_by = TODAY + timedelta(days=days_left)
    refusal = rules.why_not_answer(brief, invitation, act, answer_by, TODAY)
    possible = {
        "answer": {"sent", "answered", "declined"},
        "decline": {"sent", "answered"},
        "retract": {"answered"},
    }[act]
    in_time = act == "decline" or days_left >= 0
    assert (refusal is None) == (brief == "sent" and invitation in possible and in_time)


@pytest.mark.parametrize("invitation", list(InvitationState))
@pytest.mark.parametrize("is_clock", [True, False])
@pytest.mark.parametrize("days_left", [0, -1])
def test_only_the_clock_lets_an_invitation_lapse(invitation: str, is_clock: bool, days_left: int) -> None:
    refusal = rules.why_not_lapse(is_clock, invitation, TODAY + timedelta(days=days_left), TODAY)
    assert (refusal is None) == (is_clock and invitation == "sent" and days_left < 0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"price": pounds(0), "milestones": (Stage("x", TODAY, pounds(0)),)}, ["price_not_positive"]),
        ({"ready_on": TODAY - timedelta(days=1)}, ["day_past", "milestone_due"]),
        ({"milestones": ()}, ["milestone_count"]),
        ({"milestones": (Stage("x", TODAY, pounds(1)),) * 21}, ["milestone_count"]),
        ({"milestones": (Stage(" ", TODAY, pounds(41_200)),)}, ["milestone_title"]),
        ({"milestones": (Stage("x", DUE, pounds(41_200)),)}, ["milestone_due"]),
        ({"milestones": (Stage("x", TODAY, Money(41_200, "EUR")),)}, ["milestone_amount"]),
        ({"milestones": (Stage("x", TODAY, pounds(-1)),)}, ["milestone_amount"]),
        ({"milestones": (Stage("x", TODAY, pounds(41_199)),)}, ["milestones_sum"]),
        ({"note": "a" * 20_001}, ["note_long"]),
    ],
)
def test_an_offer_adds_up(changes: dict[str, object], expected: list[str]) -> None:
    assert codes(rules.why_not_offer(offer(**changes), TODAY)) == expected


@given(price=st.integers(1, 10**12), parts=st.integers(1, 20), off=st.integers(-3, 3))
def test_milestones_add_up_to_the_price_to_the_penny(price: int, parts: int, off: int) -> None:
    shares = split(pounds(price), parts)
    stages = tuple(Stage(f"Part {number}", TODAY, share) for number, share in enumerate(shares))
    given_offer = offer(price=pounds(price + off) if price + off > 0 else pounds(price), milestones=stages)
    wrong = given_offer.price != pounds(price)
    assert codes(rules.why_not_offer(given_offer, TODAY)) == (["milestones_sum"] if wrong else [])


@pytest.mark.parametrize("brief", list(BriefState))
@pytest.mark.parametrize("proposal", list(ProposalState))
@pytest.mark.parametrize("blocked", [True, False])
def test_what_can_be_chosen(brief: str, proposal: str, blocked: bool) -> None:
    refusal = rules.why_not_choose(brief, proposal, blocked, "Marek")
    assert (refusal is None) == (brief == "sent" and proposal == "offered" and not blocked)
    if brief == "awarded":
        assert refusal and "given to Marek" in str(refusal)


@pytest.mark.parametrize(
    ("state", "code"),
    [("draft", None), ("sent", None), ("awarded", "take_back_instead"), ("closed", "wrong_state")],
)
def test_a_brief_closes_before_a_choice(state: str, code: str | None) -> None:
    refusal = rules.why_not_close(state)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("", False),
        ("fits best", False),
        ("  a  b  c ", True),
        ("she reads it twice", True),
        ("a " * 10_001, False),
    ],
)
def test_a_reason_has_words(text: str, fine: bool) -> None:
    assert (rules.why_not_words(text, "reasons", "no") is None) == fine


@pytest.mark.parametrize("machine", [BRIEF, INVITATION, PROPOSAL])
def test_every_state_can_be_reached_and_the_ends_are_known(machine: object) -> None:
    reached = {machine.start} | set(machine.table.values())  # type: ignore[attr-defined]
    assert reached == set(machine.states)  # type: ignore[attr-defined]


def test_ends() -> None:
    assert BRIEF.terminal == set()
    assert INVITATION.terminal == {InvitationState.WITHDRAWN, InvitationState.LAPSED}
    assert PROPOSAL.terminal == {ProposalState.CHOSEN, ProposalState.NOT_CHOSEN, ProposalState.WITHDRAWN}


def test_a_criterion_is_read_back_as_it_was_kept() -> None:
    kept = criterion("At least 180 images", "file_present", {"least": "180", "pattern": "*.jpg"})
    assert kept.as_json() == {
        "text": "At least 180 images",
        "kind": "file_present",
        "params": {"least": 180, "pattern": "*.jpg"},
    }
    by_hand = criterion("White background", "by_hand", {})
    assert by_hand.params == {"instruction": "White background"}
    assert from_json([kept.as_json(), by_hand.as_json()]) == (kept, by_hand)


@pytest.mark.parametrize(
    ("text", "kind", "params"),
    [
        ("", "by_hand", {}),
        ("a" * 501, "by_hand", {}),
        ("x", "regular_expression", {}),
        ("x", "file_present", {"least": "many"}),
        ("x", "file_sha256", {"sha256": "abc"}),
    ],
)
def test_a_criterion_that_cannot_be_checked_names_the_field(
    text: str, kind: str, params: dict[str, object]
) -> None:
    with pytest.raises(Refused) as refused:
        criterion(text, kind, params)
    assert refused.value.refusal.field == "criteria"


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("Grüße, “Marek”\n\tzwei", True),
        ("עברית العربية", True),
        ("pay £10\u202e00.00", False),
        ("a\u0000b", False),
        ("\u2066x", False),
    ],
)
def test_text_reads_as_it_is_written(text: str, fine: bool) -> None:
    assert (rules.why_not_plain(text, "what") is None) == fine
    assert ("hidden_character" in codes(rules.why_not_need(need(what=text), TODAY))) != fine
