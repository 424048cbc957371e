"""Rules of the organisation: which fall on a request, what they ask for, and that nothing gets past them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from outtask.api.tests.callers import Caller, token_for
from outtask.kernel.actor import clock
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.chasing import escalate_request
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import WHOLE, Life
from outtask.lifecycle.tests.test_spending import limit, nothing_promised, refused
from outtask.models import Approval, Entry, Member, Provider, Saying, SeparationException, SpendRule
from outtask.people.actions import delegate
from outtask.people.states import Relation, Role
from outtask.spend.actions import (
    answer_request,
    ask_about_request,
    end_rule,
    make_rule,
    reject_request,
)
from outtask.spend.demand_rules import Rule, Wanted, falls_on, fired
from outtask.spend.states import Demand
from tests.world import World

# ---- which fall on a request ----


@pytest.mark.parametrize(
    ("conditions", "need", "category", "new", "falls"),
    [
        ({}, 1, "", False, True),
        ({"amount_from": 500}, 499, "", False, False),
        ({"amount_from": 500}, 500, "", False, True),
        ({"category": "72"}, 1, "72413", False, True),
        ({"category": "72"}, 1, "7", False, True),
        ({"category": "72"}, 1, "", False, True),
        ({"category": "72"}, 1, "79", False, False),
        ({"new_provider": True}, 1, "", True, True),
        ({"new_provider": True}, 1, "", False, False),
        ({"amount_from": 500, "new_provider": True}, 600, "", False, False),
        ({"amount_from": 500, "new_provider": True}, 600, "", True, True),
        ({"amount_from": 500, "category": "72"}, 600, "79", True, False),
    ],
)
def test_all_conditions_must_be_met(
    conditions: Any, need: int, category: str, new: bool, falls: bool
) -> None:
    rule = Rule(new_id(), "r", Demand.DECIDE, **conditions)
    assert falls_on(rule, Wanted(need, category, new)) is falls


_RULES = st.builds(
    Rule,
    st.builds(new_id),
    st.text(max_size=5),
    st.sampled_from(Demand),
    st.none() | st.integers(0, 1000),
    st.sampled_from(["", "72", "7241"]),
    st.booleans(),
)


@given(st.lists(_RULES, max_size=6), st.integers(0, 1000), st.integers(0, 500), st.booleans())
def test_more_money_and_less_said_never_gets_past_a_rule(
    rules: list[Rule], need: int, more: int, new: bool
) -> None:
    found = set(fired(rules, Wanted(need, "72413", new)))
    assert found <= set(fired(rules, Wanted(need + more, "72413", new)))
    assert found <= set(fired(rules, Wanted(need, "", new)))
    assert found <= set(fired(rules, Wanted(need, "72413", True)))


# ---- making and ending ----


def rule(world: World, demand: str = "two", name: str = "Two", who: str = "imke", **more: Any) -> SpendRule:
    done = make_rule(actor=world.actor(who), now=world.now, name=name, demand=demand, **more)
    return SpendRule.objects.get(pk=done["id"])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"name": "n" * 101}, "name_long"),
        ({"demand": "three"}, "demand_unknown"),
        ({"amount_from": Money(1, "EUR")}, "wrong_currency"),
        ({"amount_from": Money(-1, "GBP")}, "amount_range"),
        ({"category": "paper"}, "category_form"),
        ({"who": "joseph"}, "not_allowed"),
        ({"who": "dunstan"}, "not_allowed"),
    ],
)
def test_what_is_no_rule(world: World, given: Any, code: str) -> None:
    with refused(code):
        rule(world, **given)
    assert not SpendRule.objects.exists()


def test_a_rule_holds_until_it_ends_and_its_name_is_free_again(world: World) -> None:
    made = rule(world, amount_from=Money(5, "GBP"), category="72000000-5", who="nadia")
    assert (made.category, made.amount_from_minor, made.made_by) == ("72", 5, world.member("nadia"))
    with refused("name_taken"):
        rule(world)
    end_rule(actor=world.actor("imke"), now=world.now, rule_id=made.pk)
    with refused("rule_ended"):
        end_rule(actor=world.actor("imke"), now=world.now, rule_id=made.pk)
    assert rule(world).pk != made.pk
    told = [entry.kind for entry in Entry.objects.filter(kind__startswith="rule.").order_by("seq")]
    assert told == ["rule.made", "rule.ended", "rule.made"]


# ---- what they ask for ----


def applied() -> list[str]:
    """The names in the entries that say which rules fell on something."""
    bodies = [bytes(row.body)[2:] for row in Entry.objects.filter(kind="rule.applied").order_by("seq")]
    return [Saying.objects.get(pk=json.loads(body)["says"]["rules"]["saying"]).text for body in bodies]


def test_somebody_else_decides_even_within_the_limit(world: World) -> None:
    made = rule(world, "decide", "Look twice")
    life = lives.signed(world)
    outcome = life.asks()
    assert (outcome["committed"], "Look twice" in outcome["why"]) == (False, True)
    assert (life.request.state, life.request.decider) == ("referred", world.member("imke"))
    assert nothing_promised(world)
    assert life.approves("imke")["committed"] is True
    decision = Approval.objects.get()
    assert (decision.decision, decision.rules) == ("approve", [str(made.pk)])
    assert applied() == ["“Look twice”", "“Look twice”"]


def test_what_a_rule_does_not_fall_on_is_committed_as_before(world: World) -> None:
    rule(world, amount_from=Money(WHOLE + 1, "GBP"))
    rule(world, name="New", new_provider=True, category="72")
    Provider.objects.filter(pk=world.marek.pk).update(relation=Relation.REGULAR)
    life = lives.signed(world)
    assert life.asks()["committed"] is True
    assert (Approval.objects.get().rules, applied()) == ([], [])


def test_a_new_provider_is_looked_at(world: World) -> None:
    rule(world, "decide", "New", new_provider=True)
    assert lives.signed(world).asks()["committed"] is False


def test_two_persons_approve(world: World) -> None:
    made = rule(world)
    life = lives.referred(world)
    outcome = life.approves("joseph", note="Go on.", by_link=True)
    assert (outcome["committed"], "two persons" in outcome["why"]) == (False, True)
    assert nothing_promised(world)
    assert (life.request.state, life.request.decider) == ("referred", world.member("imke"))
    assert life.decide_link.member == world.member("imke")
    told = lives.told(outcome)
    assert (told.kind.name, told.says["note"]) == ("request.approved_first", "Go on.")
    assert life.approves("imke")["committed"] is True
    first, last = Approval.objects.order_by("id")
    assert (first.decision, first.decided_by, first.by_link) == ("first", world.member("joseph"), True)
    assert (last.decision, last.decided_by) == ("approve", world.member("imke"))
    assert first.rules == last.rules == [str(made.pk)]
    lives.check_ledger(world.budget)


def test_the_same_person_is_not_the_second(world: World) -> None:
    """Not even as an owner, whom every request could be decided by."""
    world.becomes("joseph", Role.OWNER)
    rule(world)
    life = lives.referred(world)
    life.approves("joseph")
    with refused("second_person"):
        life.approves("joseph")
    assert nothing_promised(world)


def test_nobody_left_to_be_the_second_is_told_and_nothing_is_done(world: World) -> None:
    rule(world)
    life = lives.referred(world)
    Member.objects.filter(pk=world.member("joseph").pk).update(limit_minor=None)
    with refused("nobody_decides"):
        life.approves("imke")
    assert not Approval.objects.exists()


def test_whoever_asks_is_neither_even_by_the_declared_exception(world: World) -> None:
    rule(world, "decide")
    life = lives.signed(world)
    life.asks("joseph")
    world.becomes("joseph", Role.OWNER)
    SeparationException.objects.create(
        organisation=world.organisation, declared_by=world.member("imke"), reason="One", since=world.now
    )
    with refused("rule_decides"):
        life.approves("joseph")


def test_an_edit_asks_for_both_again(world: World) -> None:
    rule(world)
    life = lives.referred(world)
    life.approves("joseph")
    edit_request(
        actor=world.actor("roisin"),
        now=world.now,
        request_id=life.request.pk,
        version=1,
        budget_id=world.budget.pk,
        reason="Later",
    )
    assert life.request.decider == world.member("joseph")
    life.approves("joseph")
    assert life.approves("imke")["committed"] is True
    assert [row.version for row in Approval.objects.order_by("id")] == [1, 2, 2]


def test_the_second_may_ask_and_say_no_and_an_answer_goes_to_them_again(world: World) -> None:
    rule(world)
    life = lives.referred(world)
    life.approves("joseph")
    seen: dict[str, Any] = {"now": world.now, "request_id": life.request.pk}
    ask_about_request(actor=world.actor("imke"), version=1, question="Why?", **seen)
    answer_request(actor=world.actor("roisin"), answer="Because.", **seen)
    assert life.request.decider == world.member("imke")
    reject_request(actor=world.actor("imke"), version=1, note="No.", **seen)
    assert life.request.state == "rejected"


def test_time_that_passes_never_gives_it_back_to_the_first(world: World) -> None:
    rule(world)
    life = lives.referred(world)
    life.approves("joseph")
    late = world.now + timedelta(days=8)
    escalate_request(actor=clock(world.organisation.pk), now=late, request_id=life.request.pk)
    assert life.request.state == "void"


def test_who_said_yes_in_a_place_is_both(world: World) -> None:
    """Joseph is away and Nadia decides for him: neither of them gives the second yes."""
    rule(world)
    delegate(
        actor=world.actor("joseph"),
        now=world.now,
        giver_id=world.member("joseph").pk,
        taker_id=world.member("nadia").pk,
        starts_on=world.now.date(),
        ends_on=world.now.date(),
    )
    life = lives.referred(world)
    life.approves("nadia")
    world.becomes("joseph", Role.OWNER)
    for name in ("nadia", "joseph"):
        with pytest.raises(Refused):
            life.approves(name)
    assert life.approves("imke")["committed"] is True


def test_a_rule_made_while_a_request_waits_falls_on_it_and_one_that_ends_does_not(world: World) -> None:
    life = lives.referred(world)
    made = rule(world)
    assert life.approves("joseph")["committed"] is False
    end_rule(actor=world.actor("imke"), now=world.now, rule_id=made.pk)
    assert life.approves("imke")["committed"] is True


def test_a_limit_that_no_longer_covers_is_referred_past_the_first(world: World) -> None:
    rule(world)
    limit(world, "nadia", WHOLE)
    Member.objects.filter(pk=world.member("joseph").pk).update(reports_to=world.member("nadia"))
    life = lives.referred(world)
    life.approves("joseph")
    assert life.request.decider == world.member("nadia")
    limit(world, "nadia", 1)
    assert life.approves("nadia")["committed"] is False
    assert life.request.decider == world.member("imke")


# ---- told ----


def test_page_mail_and_forecast_say_so(world: World) -> None:
    rule(world, name="Two above 400", amount_from=Money(40_000, "GBP"))
    life: Life = lives.signed(world)
    foretold = world.client("joseph").get(f"/out-tasks/{life.outtask.reference}/approval").text
    assert "The rule “Two above 400” asks that two persons approve this." in foretold
    lives.owned_by(world, life, "roisin")
    life.asks("roisin")
    life.approves("joseph")
    shown = world.client("imke").get(f"/requests/{life.request.reference}").text
    assert "Two above 400: two persons approve" in shown
    assert "Joseph Adeyemi has approved; a second person has to" in shown
    assert "Approved, the first of two" in shown
    again = world.client("joseph").get(f"/requests/{life.request.reference}").text
    assert 'value="approve"' not in again and 'value="approve"' in shown


def test_the_pages_of_rules(world: World) -> None:
    imke, joseph = world.client("imke"), world.client("joseph")
    assert "limits alone decide" in imke.get("/budgets/rules").text
    form = {"name": "Two", "demand": "two", "amount_from": "5,000", "new_provider": "on"}
    assert joseph.post("/budgets/rules", form).status_code == 422
    assert imke.post("/budgets/rules", form).status_code == 303
    made = SpendRule.objects.get()
    assert (made.amount_from_minor, made.new_provider) == (500_000, True)
    shown = joseph.get("/budgets/rules").text
    assert "£5,000.00" in shown and "two persons approve" in shown and " disabled " in shown
    assert imke.post("/budgets/rules", form).status_code == 422
    assert joseph.post(f"/budgets/rules/{made.pk}/end").status_code == 403
    assert imke.post(f"/budgets/rules/{made.pk}/end").status_code == 303
    assert "Ended" in imke.get("/budgets/rules").text


def test_the_same_by_the_api(world: World) -> None:
    imke = Caller(token_for(world.member("imke"), timezone.now(), "manage_organisation"))
    made = imke.post("/rules", {"name": "Two", "demand": "two", "category": "72"})
    assert made.status_code == 201
    at = made.headers["Location"].removeprefix("/api/v1")
    assert (imke.reads(at)["category"], imke.reads(at)["ended_at"]) == ("72", None)
    assert imke.does(at, method="DELETE")
    assert imke.reads("/rules")["items"][0]["ended_at"] is not None
