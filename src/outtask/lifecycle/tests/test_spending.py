"""Asking for money: who may promise how much, who decides above that, and what follows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from outtask.journal.recording import NotFound
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import HALF, WHOLE, Life
from outtask.models import (
    Approval,
    Budget,
    Commitment,
    Entry,
    Link,
    Member,
    Milestone,
    Posting,
    PurchaseRequest,
)
from outtask.people.states import Role
from outtask.spend.actions import note_rate, open_budget
from outtask.takeback.tests.test_hand_on import hands_on, made
from tests.world import World


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda problem: problem.refusal.code == code)


def limit(world: World, name: str, minor: int | None) -> None:
    Member.objects.filter(pk=world.member(name).pk).update(limit_minor=minor)


def nothing_promised(world: World) -> bool:
    budget = Budget.objects.get(pk=world.budget.pk)
    return not (budget.committed_minor or Commitment.objects.exists() or Milestone.objects.exists())


# ---- within the limit ----


@pytest.mark.parametrize(
    ("minor", "within"), [(WHOLE, True), (WHOLE - 1, False), (WHOLE + 1, True), (None, False)]
)
def test_the_limit_is_kept_to_the_penny(world: World, minor: int | None, within: bool) -> None:
    limit(world, "joseph", minor)
    assert lives.signed(world).asks()["committed"] is within


def test_a_limit_from_before_somebody_became_an_owner_binds_them_no_more(world: World) -> None:
    limit(world, "imke", 0)
    life = lives.signed(world)
    life.asks("imke")
    decision = Approval.objects.get()
    assert (decision.decided_by, decision.limit_minor) == (world.member("imke"), None)


def test_within_the_limit_everything_begins_at_once(world: World) -> None:
    life = lives.signed(world)
    outcome = life.asks()
    request, commitment = life.request, life.commitment
    assert (request.state, request.decider, request.decide_by) == ("committed", None, None)
    assert (commitment.amount_minor, commitment.budget_minor, commitment.currency) == (WHOLE, WHOLE, "GBP")
    assert life.agreement.state == "in_force"
    assert [row.amount_minor for row in Milestone.objects.order_by("order")] == [HALF, HALF]
    assert life.deliver_link.email == "marek@solan.example"
    decision = Approval.objects.get()
    assert (decision.decision, decision.decided_by, decision.limit_minor) == (
        "within_limit", world.member("joseph"), 150_000,
    )  # fmt: skip
    assert Budget.objects.get(pk=world.budget.pk).committed_minor == WHOLE
    told = lives.told(outcome)
    assert told.kind.name == "request.committed_within_limit"
    assert told.says == {
        "request": request.reference,
        "amount": Money(WHOLE, "GBP"),
        "budget": world.budget.pk,
        "limit": Money(150_000, "GBP"),
        "commitment": commitment.pk,
    }
    assert lives.kinds(life)[-2:] == ["request.committed_within_limit", "milestones.opened"]
    assert Posting.objects.get(commitment=commitment).entry_id == told.id


def test_an_owner_is_bound_by_the_budget_alone(world: World) -> None:
    life = lives.signed(world, lives.plain_terms(1_200_000))
    outcome = life.asks(by="imke")
    assert outcome["committed"] and lives.told(outcome).says["limit"] is None
    assert Budget.objects.get(pk=world.budget.pk).free_minor == 0


def test_a_budget_that_does_not_hold_it_refuses_and_nothing_is_left(world: World) -> None:
    life = lives.signed(world, lives.plain_terms(1_200_001))
    entries = Entry.objects.count()
    with refused("budget_too_small"):
        life.asks(by="imke")
    assert nothing_promised(world)
    assert not PurchaseRequest.objects.exists() and Entry.objects.count() == entries
    assert life.agreement.state == "signed"


def test_asking_twice_is_refused_and_names_the_request(world: World) -> None:
    life = lives.referred(world)
    with pytest.raises(Refused) as problem:
        life.asks(by="joseph")
    assert problem.value.refusal.code == "asked_already"
    assert problem.value.refusal.facts["request"] == life.request.reference


def test_the_same_key_asks_once(world: World) -> None:
    life = lives.signed(world)
    first, again = life.asks(key="k1"), life.asks(key="k1")
    assert again.repeated and again["request"] == first["request"]
    assert PurchaseRequest.objects.count() == 1
    other = Budget.objects.create(
        organisation=world.organisation, name="Other", currency="GBP", opened_at=world.now
    )
    with refused("key_used_otherwise"):
        life.asks(key="k1", budget=other)


@pytest.mark.parametrize("stage", ["drafted", "offered"])
def test_only_what_both_signed_is_paid_for(world: World, stage: str) -> None:
    life = lives.STAGES[stage](world)
    with refused("wrong_state"):
        life.asks()


@pytest.mark.parametrize("who", ["dunstan", "ada"])
def test_who_may_not_ask(world: World, who: str) -> None:
    with refused("not_allowed"):
        lives.signed(world).asks(by=who)


def test_foreign_agreements_and_budgets_do_not_exist(world: World) -> None:
    life = lives.signed(world)
    with pytest.raises(NotFound):
        life.asks(by="oskar")
    with pytest.raises(NotFound):
        life.asks(by="roisin")
    theirs = Budget.objects.create(
        organisation=world.foreign, name="Theirs", currency="GBP", opened_at=world.now
    )
    with refused("no_budget"):
        life.asks(budget=theirs)


@pytest.mark.parametrize(("ends", "within"), [(date(2026, 11, 24), True), (date(2026, 11, 23), False)])
def test_a_budget_that_ended_takes_no_promise(world: World, ends: date, within: bool) -> None:
    Budget.objects.filter(pk=world.budget.pk).update(ends_on=ends)
    life = lives.signed(world)
    if within:
        assert life.asks()["committed"]
    else:
        with refused("budget_ended"):
            life.asks()


# ---- cumulative: the limit is for the need, not for the request ----


def second_round(world: World, minor: int) -> Life:
    """Half of the first round was accepted, the rest released; now a second one of this amount is signed."""
    from outtask.source.actions import award_proposal
    from outtask.source.tests import steps as sourcing

    life = lives.part_accepted(world)
    made(life)
    hands_on(life)
    sourcing.send(world, life.brief, world.kestrel)
    proposal = sourcing.offered(world, life.brief, world.kestrel)
    award_proposal(
        actor=world.actor("imke"), now=world.now, proposal_id=proposal.pk, reasons=sourcing.REASONS
    )
    life.drafts(lives.plain_terms(minor))
    life.signs()
    return life


@pytest.mark.parametrize(("minor", "within"), [(150_000 - HALF, True), (150_000 - HALF + 1, False)])
def test_what_was_promised_before_for_the_same_need_counts(world: World, minor: int, within: bool) -> None:
    assert second_round(world, minor).asks()["committed"] is within


def test_whoever_accepted_before_does_not_ask_now(world: World) -> None:
    life = second_round(world, 10_000)
    with refused("separate_duties"):
        life.asks(by="nadia")


# ---- above the limit ----


def test_above_the_limit_it_is_referred_by_link(world: World) -> None:
    life = lives.referred(world)
    request, link = life.request, life.decide_link
    assert (request.state, request.decider, request.version) == ("referred", world.member("joseph"), 1)
    assert (link.member, link.email, link.version) == (world.member("joseph"), "joseph@harbour.example", 1)
    assert (link.subject_type, link.subject_id) == ("purchaserequest", request.pk)
    assert request.decide_by == link.expires_at == world.now + timedelta(days=7)
    assert nothing_promised(world)
    entry = lives.read(Entry.objects.filter(kind="request.referred"))[0]
    assert entry.says["decider"] == world.member("joseph").pk
    assert entry.says["amount"] == Money(WHOLE, "GBP")


def asked_by_roisin(world: World, minor: int) -> Life:
    life = lives.owned_by(world, lives.signed(world, lives.plain_terms(minor)), "roisin")
    life.asks(by="roisin")
    return life


@pytest.mark.parametrize(("minor", "decides"), [(20_001, "joseph"), (150_000, "joseph"), (150_001, "imke")])
def test_the_first_up_the_line_whose_limit_covers_it(world: World, minor: int, decides: str) -> None:
    assert asked_by_roisin(world, minor).request.decider == world.member(decides)


def test_without_a_line_the_owner_decides(world: World) -> None:
    Member.objects.filter(pk=world.member("roisin").pk).update(reports_to=None)
    assert asked_by_roisin(world, 20_001).request.decider == world.member("imke")


def test_who_left_and_whose_role_does_not_approve_are_passed_by(world: World) -> None:
    Member.objects.filter(pk=world.member("joseph").pk).update(left_at=world.now)
    assert asked_by_roisin(world, 20_001).request.decider == world.member("imke")


def test_a_role_that_does_not_approve_is_passed_by(world: World) -> None:
    Member.objects.filter(pk=world.member("joseph").pk).update(role=Role.BROKER)
    assert asked_by_roisin(world, 20_001).request.decider == world.member("imke")


def test_a_line_that_runs_in_a_circle_ends(world: World) -> None:
    Member.objects.filter(pk=world.member("joseph").pk).update(reports_to=world.member("roisin"))
    assert asked_by_roisin(world, 150_001).request.decider == world.member("imke")


def test_when_nobodys_limit_covers_it_nothing_is_written(world: World) -> None:
    world.becomes("imke", Role.MANAGER)
    limit(world, "imke", WHOLE - 1)
    limit(world, "joseph", WHOLE - 1)
    life = lives.owned_by(world, lives.signed(world), "roisin")
    entries = Entry.objects.count()
    with refused("nobody_decides"):
        life.asks(by="roisin")
    assert not PurchaseRequest.objects.exists()
    assert (Entry.objects.count(), Link.objects.filter(purpose="decide").count()) == (entries, 0)


# ---- other currencies ----


def rate(world: World, currency: str, per_unit: str, day: date) -> None:
    note_rate(
        actor=world.actor("dunstan"), now=world.now, currency=currency, per_unit=Decimal(per_unit), day=day
    )


EUROS = lives.plain_terms(10_001, currency="EUR")


def test_a_foreign_amount_is_kept_at_the_latest_rate_on_or_before_the_day(world: World) -> None:
    rate(world, "EUR", "0.9", date(2026, 11, 1))
    rate(world, "EUR", "0.858", date(2026, 11, 24))
    rate(world, "EUR", "1.5", date(2026, 11, 25))
    life = lives.signed(world, EUROS)
    life.asks()
    request, commitment = life.request, life.commitment
    assert (request.amount_minor, request.currency) == (10_001, "EUR")
    assert (request.base_minor, request.budget_minor) == (8_581, 8_581)
    assert (commitment.amount_minor, commitment.currency, commitment.budget_minor) == (10_001, "EUR", 8_581)
    assert Budget.objects.get(pk=world.budget.pk).committed_minor == 8_581
    life.delivers()
    lives.check_ledger(world.budget)
    assert Budget.objects.get(pk=world.budget.pk).owed_minor == 8_581


@pytest.mark.parametrize(("minor", "within"), [(8_581, True), (8_580, False)])
def test_limits_compare_in_the_organisations_currency_rounded_up(
    world: World, minor: int, within: bool
) -> None:
    rate(world, "EUR", "0.858", date(2026, 11, 1))
    limit(world, "joseph", minor)
    assert lives.signed(world, EUROS).asks()["committed"] is within


def test_without_a_rate_nothing_is_asked(world: World) -> None:
    life = lives.signed(world, EUROS)
    with pytest.raises(Refused) as problem:
        life.asks()
    assert (problem.value.refusal.code, problem.value.refusal.facts["currency"]) == ("no_rate", "EUR")
    rate(world, "EUR", "0.858", date(2026, 11, 25))
    with refused("no_rate"):
        life.asks()


def test_a_budget_in_the_amounts_own_currency_needs_a_rate_for_the_limit_alone(world: World) -> None:
    euros = Budget.objects.get(
        pk=open_budget(
            actor=world.actor("dunstan"), now=world.now, name="Euros", authorised=Money(10_001, "EUR")
        )["id"]
    )
    dollars = Budget.objects.create(
        organisation=world.organisation, name="Dollars", currency="USD", opened_at=world.now
    )
    rate(world, "EUR", "0.858", date(2026, 11, 1))
    life = lives.signed(world, EUROS)
    with refused("wrong_currency"):
        life.asks(budget=dollars)
    life.asks(budget=euros)
    assert (life.request.base_minor, life.request.budget_minor) == (8_581, 10_001)
    assert Budget.objects.get(pk=euros.pk).free_minor == 0


def test_a_provider_who_brings_one_to_the_end_is_no_longer_new(world: World) -> None:
    assert world.marek.relation == "new"
    life = lives.done(world)
    world.marek.refresh_from_db()
    assert world.marek.relation == "occasional"
    assert "provider.known" in lives.kinds(life)
