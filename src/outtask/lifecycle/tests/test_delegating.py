"""Deciding in somebody's place while they are away: who is asked, by what limits, whose duty it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from outtask.followers import notices
from outtask.followers.engine import drain
from outtask.journal.recording import NotFound, Outcome
from outtask.lifecycle.needs import needs_of
from outtask.lifecycle.queries import Forecast, who_would_decide
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import WHOLE, Life
from outtask.lifecycle.tests.test_spending import limit, refused
from outtask.models import Approval, Delegation, Entry, Mail, Member, Provider, PurchaseRequest
from outtask.people.actions import delegate, end_delegation, remove_member
from outtask.people.queries import decides_for
from outtask.people.states import Role
from outtask.spend.actions import ask_about_request, reject_request
from outtask.spend.line import Today, decides, promised_since, waiting_for
from tests.world import World

DAY = date(2026, 11, 24)


def away(world: World, giver: str = "joseph", taker: str = "dunstan", by: str = "", **more: Any) -> Outcome:
    given: dict[str, Any] = {"starts_on": DAY, "ends_on": DAY + timedelta(days=7)} | more
    return delegate(
        actor=world.actor(by or giver),
        now=world.now,
        giver_id=world.member(giver).pk,
        taker_id=world.member(taker).pk,
        **given,
    )


def back(world: World, made: Outcome, by: str = "joseph", **more: Any) -> Outcome:
    given: dict[str, Any] = {"now": world.now} | more
    return end_delegation(actor=world.actor(by), delegation_id=UUID(made["id"]), **given)


def becomes(world: World, name: str, role: Role) -> None:
    Member.objects.filter(pk=world.member(name).pk).update(role=role)
    world.members[name] = Member.objects.get(pk=world.member(name).pk)


# ---- noting and ending ----


def test_an_absence_is_noted(world: World) -> None:
    outcome = away(world, up_to_minor=50_000, reason=" Holiday. ")
    row = Delegation.objects.get()
    assert (row.giver, row.taker, row.up_to_minor, row.reason) == (
        world.member("joseph"), world.member("dunstan"), 50_000, "Holiday.",
    )  # fmt: skip
    told = lives.told(outcome)
    assert (told.kind.name, told.says["giver"], told.says["taker"], told.says["starts"]) == (
        "delegation.made", "Joseph Adeyemi", "Dunstan Peel", DAY,
    )  # fmt: skip


def test_who_notes_whose_absence(world: World) -> None:
    for who, code in (("roisin", "not_allowed"), ("dunstan", "not_allowed")):
        with refused(code):
            away(world, by=who)
    with refused("owners_only"):
        away(world, "imke", by="nadia")
    with refused("taken_not_given"):
        away(world, taker="nadia", by="nadia")
    with pytest.raises(NotFound):
        away(world, by="oskar")
    with refused("taker_absent"):
        away(world, taker="oskar")
    with refused("taker_does_not_approve"):
        away(world, taker="roisin")
    assert not Delegation.objects.exists()
    away(world, by="nadia")
    with refused("away_already"):
        away(world, taker="nadia", starts_on=DAY + timedelta(days=7), ends_on=DAY + timedelta(days=9))
    away(world, taker="nadia", starts_on=DAY + timedelta(days=8), ends_on=DAY + timedelta(days=9))


def test_an_absence_is_ended_once(world: World) -> None:
    made = away(world)
    with refused("not_allowed"):
        back(world, made, by="dunstan")
    told = lives.told(back(world, made))
    assert told.kind.name == "delegation.ended"
    with refused("absence_over"):
        back(world, made)
    later = away(world, taker="nadia")
    with refused("absence_over"):
        back(world, later, now=world.now + timedelta(days=8))


def test_whoever_leaves_gives_back_what_they_took_over(world: World) -> None:
    away(world)
    life = lives.referred(world)
    remove_member(actor=world.actor("nadia"), now=world.now, member_id=world.member("dunstan").pk)
    assert Delegation.objects.get().ended_at == world.now
    assert Entry.objects.filter(kind="delegation.ended").count() == 1
    assert life.approves()["committed"]


# ---- who is asked ----


def test_the_request_goes_to_whoever_decides_in_their_place(world: World) -> None:
    away(world)
    life = lives.owned_by(world, lives.signed(world), "roisin")
    foreseen = who_would_decide(life.agreement, world.member("roisin"), DAY)
    outcome = life.asks(by="roisin")
    assert isinstance(foreseen, Forecast)
    assert (foreseen.decider, foreseen.absent) == (world.member("dunstan"), world.member("joseph"))
    assert life.request.decider == world.member("joseph")
    assert life.decide_link.member == world.member("dunstan")
    assert lives.told(outcome).says["decider"] == world.member("joseph").pk
    drain(notices.FOLLOWERS, world.now)
    mail = Mail.objects.get(link=life.decide_link)
    assert mail.to_email == "dunstan@harbour.example"
    assert "Joseph Adeyemi" in str(mail.context)


def test_deciding_in_their_place_is_shown_and_is_the_duty_of_both(world: World) -> None:
    made = away(world)
    life = lives.referred(world)
    assert life.approves(by="dunstan", by_link=True)["committed"]
    decision = Approval.objects.get()
    assert (decision.decided_by, decision.limit_minor) == (world.member("dunstan"), 150_000)
    assert str(decision.delegation_id) == made["id"]
    mark = lives.read(Entry.objects.filter(kind="decision.delegated"))[0]
    assert mark.says["who"] == "Joseph Adeyemi"
    life.hands_in()
    for who in ("joseph", "dunstan"):
        becomes(world, who, Role.MANAGER)
        with refused("separate_duties"):
            life.accepts(by=who)
    life.accepts()
    page = world.client("roisin").get(f"/requests/{life.request.reference}").text
    assert "in the place of Joseph Adeyemi" in page


def test_it_is_used_of_the_limit_of_who_is_away(world: World) -> None:
    away(world)
    life = lives.referred(world)
    life.approves(by="dunstan")
    start = world.now - timedelta(hours=1)
    assert promised_since(world.member("joseph").pk, start, "") == WHOLE
    assert promised_since(world.member("dunstan").pk, start, "") == 0


@pytest.mark.parametrize(("up_to", "who"), [(WHOLE, "joseph"), (WHOLE - 1, "imke"), (None, "joseph")])
def test_up_to_how_much(world: World, up_to: int | None, who: str) -> None:
    away(world, up_to_minor=up_to)
    assert lives.referred(world).request.decider == world.member(who)


def test_a_limit_lowered_while_it_waits_refers_it_on_from_the_one_who_is_away(world: World) -> None:
    away(world)
    life = lives.referred(world)
    limit(world, "joseph", WHOLE - 1)
    limit(world, "dunstan", 10**9)  # his own are not asked
    outcome = life.approves(by="dunstan")
    assert not outcome["committed"] and life.request.decider == world.member("imke")


def test_nothing_is_passed_on_and_circles_end(world: World) -> None:
    away(world)
    away(world, "dunstan", "joseph")
    life = lives.referred(world)
    assert (life.request.decider, life.decide_link.member) == (world.member("imke"), world.member("imke"))


def test_a_circle_through_everybody_is_refused_with_the_remedy(world: World) -> None:
    away(world, taker="imke")
    away(world, "imke", "joseph")
    with pytest.raises(Exception, match="is away, and nobody can decide"):
        lives.referred(world)


def test_whoever_asked_is_never_asked_in_somebodys_place(world: World) -> None:
    becomes(world, "roisin", Role.MANAGER)
    away(world, taker="roisin")
    life = lives.referred(world)
    assert life.request.decider == world.member("imke")
    # Even when the request was there first.
    other = lives.owned_by(world, lives.signed(world), "roisin")
    limit(world, "roisin", 0)
    Delegation.objects.update(ended_at=world.now)
    other.asks(by="roisin")
    assert other.request.decider == world.member("joseph")
    away(world, taker="roisin")
    with refused("separate_duties"):
        other.approves(by="roisin")


def test_a_taker_never_decides_for_them_what_they_asked_for(world: World) -> None:
    """Joseph asked; then he stands in for Imke, who would have decided."""
    away(world, "imke", "nadia")
    life = lives.signed(world)
    limit(world, "joseph", 0)
    life.asks(by="joseph")
    assert (life.request.decider, life.decide_link.member) == (world.member("imke"), world.member("nadia"))
    Delegation.objects.update(ended_at=world.now)
    away(world, "imke", "joseph")
    with refused("separate_duties"):
        life.approves(by="joseph")
    assert life.request.state == "referred"


def test_a_taker_who_owns_the_program_never_accepts_what_it_delivers(world: World) -> None:
    """Requester, delegate and owner of a program: one person holds one duty."""
    becomes(world, "dunstan", Role.MANAGER)
    away(world)
    Provider.objects.filter(pk=world.marek.pk).update(kind="agent", owned_by=world.member("dunstan"))
    life = lives.referred(world)
    life.approves(by="dunstan")
    life.hands_in()
    for who in ("dunstan", "joseph"):
        with refused("delivered_it" if who == "dunstan" else "separate_duties"):
            life.accepts(by=who)


def test_somebody_who_does_not_approve_any_more_is_not_asked(world: World) -> None:
    away(world)
    becomes(world, "dunstan", Role.AUDITOR)
    assert lives.referred(world).request.decider == world.member("imke")


def test_an_approver_who_leaves_is_passed_over(world: World) -> None:
    Member.objects.filter(pk=world.member("joseph").pk).update(left_at=world.now)
    assert lives.referred(world).request.decider == world.member("imke")


# ---- while it waits ----


def test_when_the_absence_ends_the_giver_decides_again_and_the_taker_is_told(world: World) -> None:
    made = away(world)
    life = lives.referred(world)
    with refused("away"):
        life.approves(by="joseph")
    back(world, made)
    for act in (
        lambda: life.approves(by="dunstan", by_link=True),
        lambda: reject_request(**by(life, "dunstan"), note="No."),
        lambda: ask_about_request(**by(life, "dunstan"), question="Why?"),
    ):
        with refused("stands_in_no_more"):
            act()
    assert life.approves(by="joseph")["committed"]
    assert Approval.objects.get().delegation is None


def by(life: Life, name: str) -> dict[str, Any]:
    given = {"actor": life.actor(name), "now": life.world.now, "version": life.request.version}
    return given | {"request_id": life.request.pk}


def test_what_waits_when_somebody_goes_away_waits_for_the_other(world: World) -> None:
    life = lives.referred(world)
    away(world)
    assert world.member("dunstan").limit_minor is None
    today = Today(world.organisation, DAY)
    assert decides(life.request, world.member("dunstan"), today.day)
    assert not decides(life.request, world.member("joseph"), today.day)
    for name, waits in (("dunstan", 1), ("joseph", 0), ("nadia", 0)):
        rows = PurchaseRequest.objects.filter(waiting_for(decides_for(world.member(name).pk, DAY)))
        assert rows.count() == waits
        needs = [need.title for need in needs_of(world.actor(name), DAY)]
        assert any(title.startswith("Approve £412.00") for title in needs) is bool(waits)
    assert life.approves(by="dunstan")["committed"]


def test_a_clock_set_back_before_the_absence_leaves_it_with_the_giver(world: World) -> None:
    midnight = world.now.replace(hour=0, minute=0)
    away(world)
    life = lives.referred(world)
    before = midnight - timedelta(minutes=30)
    with refused("stands_in_no_more"):
        life.approves(by="dunstan", now=before)
    assert life.approves(by="dunstan", now=midnight + timedelta(minutes=30))["committed"]


def test_after_the_last_day_it_is_theirs_again(world: World) -> None:
    away(world, ends_on=DAY)
    life = lives.referred(world)
    tomorrow = world.now + timedelta(days=1)
    with refused("stands_in_no_more"):
        life.approves(by="dunstan", now=tomorrow)
    assert life.approves(by="joseph", now=tomorrow)["committed"]


def test_an_owner_may_decide_meanwhile_in_their_own_right(world: World) -> None:
    away(world)
    life = lives.referred(world)
    assert life.approves(by="imke")["committed"]
    assert Approval.objects.get().delegation is None


def test_an_owner_who_stands_in_uses_the_limits_of_the_other_first(world: World) -> None:
    made = away(world, taker="imke")
    life = lives.referred(world)
    limit(world, "joseph", WHOLE - 1)
    assert life.approves(by="imke")["committed"]
    assert Approval.objects.get().delegation is None
    other = lives.owned_by(world, lives.signed(world), "roisin")
    limit(world, "joseph", 150_000)
    other.asks(by="roisin")
    other.approves(by="imke")
    assert str(Approval.objects.get(request=other.request).delegation_id) == made["id"]


def test_a_no_in_somebodys_place_is_marked_too(world: World) -> None:
    away(world)
    life = lives.referred(world)
    reject_request(**by(life, "dunstan"), note="Too dear.")
    assert Approval.objects.get().delegation is not None
    assert Entry.objects.filter(kind="decision.delegated").count() == 1
