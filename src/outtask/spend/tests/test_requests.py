"""Rejecting, asking, answering, editing, withdrawing: what is written and what the journal tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import STAGES, WHOLE, Life
from outtask.models import Approval, Budget, Entry, Link, Member, PurchaseRequest
from outtask.spend.actions import (
    answer_request,
    ask_about_request,
    note_rate,
    open_budget,
    reject_request,
    withdraw_request,
)
from tests.world import World


def code(problem: pytest.ExceptionInfo[Refused]) -> str:
    return problem.value.refusal.code


def shared(life: Life, by: str | Actor) -> dict[str, Any]:
    actor = by if isinstance(by, Actor) else life.actor(by)
    return {"actor": actor, "now": life.world.now, "request_id": life.request.pk}


def rejects(life: Life, by: str | Actor = "joseph", note: str = "Too dear.", **more: Any) -> Outcome:
    return reject_request(**shared(life, by), note=note, **{"version": life.request.version, **more})


def wonders(life: Life, by: str | Actor = "joseph", question: str = "Why Marek?", **more: Any) -> Outcome:
    return ask_about_request(
        **shared(life, by), question=question, **{"version": life.request.version, **more}
    )


def answers(life: Life, by: str | Actor = "roisin", answer: str = "He is careful.", **more: Any) -> Outcome:
    return answer_request(**shared(life, by), answer=answer, **more)


def withdraws(life: Life, by: str | Actor = "roisin", **more: Any) -> Outcome:
    return withdraw_request(**shared(life, by), **more)


def edits(life: Life, by: str | Actor = "roisin", budget: Budget | None = None, **more: Any) -> Outcome:
    given: dict[str, Any] = {"version": life.request.version, "reason": "Better reasons."} | more
    return edit_request(**shared(life, by), budget_id=(budget or life.world.budget).pk, **given)


def links(life: Life) -> list[tuple[str, int, bool]]:
    """Whom links to decide went to, for which version, and whether they still decide."""
    rows = Link.objects.filter(subject_id=life.request.pk).order_by("id")
    return [(link.member.person.name, link.version, link.spent_at is None) for link in rows if link.member]


# ---- a no ----


def test_a_no_with_its_reason(world: World) -> None:
    life = lives.referred(world)
    outcome = rejects(life, note=" Too dear. ", by_link=True)
    assert (life.request.state, life.request.decider, life.request.decide_by) == ("rejected", None, None)
    decision = Approval.objects.get()
    assert (decision.decision, decision.note, decision.by_link) == ("reject", "Too dear.", True)
    assert links(life) == [("Joseph Adeyemi", 1, False)]
    told = lives.told(outcome)
    assert (told.kind.name, dict(told.says)) == (
        "request.rejected",
        {"request": life.request.reference, "version": 1, "note": "Too dear."},
    )
    assert life.outtask.next_step == "ask_to_spend"


def test_nobody_turns_their_own_request_down_even_as_an_owner(world: World) -> None:
    life = lives.referred(world)
    Member.objects.filter(pk=world.member("roisin").pk).update(role="owner")
    world.member("roisin").refresh_from_db()
    with pytest.raises(Refused) as problem:
        rejects(life, by="roisin")
    assert code(problem) == "your_own"
    assert not Approval.objects.exists()


def test_after_a_no_it_can_be_asked_for_again(world: World) -> None:
    life = lives.rejected(world)
    life.asks(by="roisin")
    assert PurchaseRequest.objects.count() == 2
    assert life.approves()["committed"]


@pytest.mark.parametrize("words", ["", "  \n "])
def test_a_no_and_a_question_need_words(world: World, words: str) -> None:
    life = lives.referred(world)
    for run in (lambda: rejects(life, note=words), lambda: wonders(life, question=words)):
        with pytest.raises(Refused) as problem:
            run()
        assert (code(problem), problem.value.refusal.field) == ("words_missing", "note")
    assert life.request.state == "referred" and not Approval.objects.exists()


# ---- a question ----


def test_a_question_stops_the_clock_and_the_answer_starts_it_again(world: World) -> None:
    life = lives.referred(world)
    told = lives.told(wonders(life))
    assert (life.request.state, life.request.decide_by) == ("asked", None)
    assert life.request.decider == world.member("joseph")
    assert (told.kind.name, told.says["question"]) == ("request.asked", "Why Marek?")
    later = world.now + timedelta(days=5)
    outcome = answer_request(
        actor=life.actor("roisin"), now=later, request_id=life.request.pk, answer="He is careful."
    )
    assert (life.request.state, life.request.decide_by) == ("referred", later + timedelta(days=7))
    assert lives.told(outcome).says["answer"] == "He is careful."
    assert links(life) == [("Joseph Adeyemi", 1, False), ("Joseph Adeyemi", 1, True)]


def test_the_answer_goes_to_who_decides_now(world: World) -> None:
    life = lives.asked(world)
    Member.objects.filter(pk=world.member("joseph").pk).update(left_at=world.now)
    outcome = answers(life)
    assert life.request.decider == world.member("imke")
    assert lives.told(outcome).says["decider"] == world.member("imke").pk


@pytest.mark.parametrize("who", ["imke", "joseph", "nadia"])
def test_only_who_asked_for_the_money_answers_edits_and_withdraws(world: World, who: str) -> None:
    life = lives.asked(world)
    for run in (answers, edits, withdraws):
        with pytest.raises(Refused) as problem:
            run(life, by=who)
        assert code(problem) == "not_yours"


# ---- an edit ----


def test_an_edit_is_a_new_version_that_is_referred_anew(world: World) -> None:
    life = lives.asked(world)
    other = Budget.objects.get(
        pk=open_budget(
            actor=world.actor("dunstan"), now=world.now, name="Photographs", authorised=Money(50_000, "GBP")
        )["id"]
    )
    told = lives.told(edits(life, budget=other))
    request = life.request
    assert (request.state, request.version, request.budget, request.reason) == (
        "referred", 2, other, "Better reasons.",
    )  # fmt: skip
    assert links(life) == [("Joseph Adeyemi", 1, False), ("Joseph Adeyemi", 2, True)]
    assert (told.kind.name, told.says["version"], told.says["amount"]) == (
        "request.edited", 2, Money(WHOLE, "GBP"),
    )  # fmt: skip


def test_an_edit_of_a_version_that_is_gone_is_refused(world: World) -> None:
    life = lives.referred(world)
    edits(life)
    with pytest.raises(Refused) as problem:
        edits(life, version=1)
    assert code(problem) == "stale_version"


def test_a_foreign_budget_is_not_in_the_list(world: World) -> None:
    theirs = Budget.objects.create(
        organisation=world.foreign, name="Theirs", currency="GBP", opened_at=world.now
    )
    with pytest.raises(Refused) as problem:
        edits(lives.referred(world), budget=theirs)
    assert code(problem) == "no_budget"


# ---- withdrawing ----


def test_withdrawing(world: World) -> None:
    life = lives.referred(world)
    told = lives.told(withdraws(life))
    assert (life.request.state, life.request.decider) == ("withdrawn", None)
    assert (told.kind.name, dict(told.says)) == ("request.withdrawn", {"request": life.request.reference})
    assert links(life) == [("Joseph Adeyemi", 1, False)]


# ---- every state × act, as the machine says ----

ACTS: dict[str, Callable[..., Outcome]] = {
    "approve": lambda life: life.approves(),
    "reject": rejects,
    "ask": wonders,
    "answer": answers,
    "edit": edits,
    "withdraw": withdraws,
}
ALLOWED = {
    "referred": {"approve", "reject", "ask", "edit", "withdraw"},
    "asked": {"approve", "reject", "answer", "edit", "withdraw"},
    "committed": set(),
    "rejected": set(),
    "withdrawn": set(),
    "void": set(),
}


def in_state(world: World, state: str) -> Life:
    if state in {"referred", "asked", "rejected"}:
        return STAGES[state](world)
    life = lives.referred(world)
    if state == "committed":
        life.approves()
    elif state == "withdrawn":
        withdraws(life)
    else:
        from outtask.lifecycle.tests.test_revising import revise

        revise(life)
    return life


@pytest.mark.parametrize("state", ALLOWED)
def test_every_act_in_every_state(world: World, state: str) -> None:
    life = in_state(world, state)
    assert life.request.state == state
    entries = Entry.objects.count()
    for act, run in ACTS.items():
        if act in ALLOWED[state]:
            continue
        with pytest.raises(Refused) as problem:
            run(life)
        decides = act in {"approve", "reject", "ask"} and state != "asked"
        assert code(problem) == ("already_decided" if decides else "wrong_state"), act
    assert Entry.objects.count() == entries
    assert life.request.state == state


@pytest.mark.parametrize(
    ("state", "act"), [(state, act) for state, acts in ALLOWED.items() for act in sorted(acts)]
)
def test_every_act_that_a_state_allows(world: World, state: str, act: str) -> None:
    life = in_state(world, state)
    entries = Entry.objects.filter(kind__startswith="request.").count()
    ACTS[act](life)
    assert Entry.objects.filter(kind__startswith="request.").count() == entries + 1


MAY = {
    "approve": {"joseph", "imke"},
    "reject": {"joseph", "imke"},
    "ask": {"joseph", "imke"},
    "edit": {"roisin"},
    "withdraw": {"roisin"},
}


@pytest.mark.parametrize("act", MAY)
@pytest.mark.parametrize("who", ["imke", "joseph", "roisin", "dunstan", "ada", "nadia", "oskar"])
def test_every_act_by_every_member(world: World, act: str, who: str) -> None:
    life = lives.referred(world)
    run: Callable[..., Outcome] = life.approves if act == "approve" else lambda by: ACTS[act](life, by)
    if who in MAY[act]:
        assert run(by=who).entry_id
        return
    with pytest.raises(NotFound if who == "oskar" else Refused):
        run(by=who)
    assert life.request.state == "referred"


def test_guests_know_nothing_of_requests(world: World) -> None:
    life = lives.referred(world)
    guest = Link.objects.filter(outtask_id=life.outtask_id, provider__isnull=False).latest("id").actor
    assert not PurchaseRequest.objects.visible_to(guest).exists()
    assert not Budget.objects.visible_to(guest).exists()
    assert not Approval.objects.visible_to(guest).exists()
    for run in (rejects, wonders, answers, edits, withdraws):
        with pytest.raises(NotFound):
            run(life, guest)


# ---- budgets and rates ----


def test_opening_a_budget(world: World) -> None:
    outcome = open_budget(
        actor=world.actor("dunstan"), now=world.now, name=" Photographs ", authorised=Money(50_000, "GBP")
    )
    budget = Budget.objects.get(pk=outcome["id"])
    assert (budget.name, budget.authorised_minor, budget.free_minor) == ("Photographs", 50_000, 50_000)
    assert dict(lives.told(outcome).says) == {"name": "Photographs", "amount": Money(50_000, "GBP")}
    with pytest.raises(Refused) as problem:
        open_budget(actor=world.actor("imke"), now=world.now, name="Photographs", authorised=Money(1, "GBP"))
    assert (code(problem), problem.value.refusal.field) == ("name_taken", "name")


@pytest.mark.parametrize("who", ["joseph", "roisin", "ada"])
def test_who_does_not_keep_the_money(world: World, who: str) -> None:
    with pytest.raises(Refused) as problem:
        open_budget(actor=world.actor(who), now=world.now, name="Mine", authorised=Money(1, "GBP"))
    assert code(problem) == "not_allowed"
    with pytest.raises(Refused):
        note_rate(
            actor=world.actor(who), now=world.now, currency="EUR", per_unit=Decimal(1), day=date(2026, 1, 1)
        )
