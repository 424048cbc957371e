"""Pages of the spend room without script: budgets, requests, and the door behind the link to decide."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from outtask.kernel.canonical import sha256_hex
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import WHOLE, Life
from outtask.models import Approval, Budget, Link, Member, PurchaseRequest, Rate
from outtask.people.links import token_for
from outtask.spend.tests.test_requests import answers, edits, withdraws
from tests.world import World


def sound(page: Any, status: int = 200) -> str:
    """The text of a page that keeps to the rules of the house."""
    text: str = page.content.decode()
    assert page.status_code == status, text[:2000]
    assert "style=" not in text
    assert not re.search(r"\son[a-z]+=", text)
    assert len(re.findall(r"<h1[ >]", text)) == 1
    # The dock of a narrow window presses the button of the form, so it is no second one.
    docked = re.sub(r'<section class="dock".*?</section>', "", text, flags=re.DOTALL)
    assert docked.count('class="btn primary') <= 1
    return text


def door(link: Link) -> str:
    return f"/l/{token_for(link.pk)}"


def everything() -> str:
    """A digest of every row of every table of ours."""
    rows = []
    for model in apps.get_app_config("outtask").get_models():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}" ORDER BY 1')
            rows.append((model._meta.db_table, cursor.fetchall()))
    return sha256_hex(repr(rows).encode())


@pytest.fixture
def life(world: World) -> Life:
    return lives.referred(world)


# ---- every page opens ----


@pytest.mark.parametrize("who", ["imke", "joseph", "roisin", "dunstan", "ada"])
def test_every_page_opens_for_every_role(life: Life, who: str) -> None:
    world, client = life.world, life.world.client(who)
    for address in ("/budgets", f"/budgets/{world.budget.pk}", "/rates", "/requests", "/requests?show=mine",
                    "/requests?show=to-decide", f"/requests/{life.request.reference}",
                    f"/out-tasks/{life.outtask.reference}/approval"):  # fmt: skip
        sound(client.get(address))


@pytest.mark.parametrize(
    "stage", ["draft_brief", "signed", "referred", "asked", "rejected", "committed", "done"]
)
def test_the_approval_page_at_every_stage(world: World, stage: str) -> None:
    life = lives.STAGES[stage](world)
    sound(world.client("imke").get(f"/out-tasks/{life.outtask.reference}/approval"))


def test_what_is_foreign_is_answered_like_what_is_absent(life: Life) -> None:
    oskar = life.world.client("oskar")
    for address, absent in (
        (f"/budgets/{life.world.budget.pk}", f"/budgets/{life.request.pk}"),
        (f"/requests/{life.request.reference}", "/requests/PR-26-009999-X"),
        (f"/out-tasks/{life.outtask.reference}/approval", "/out-tasks/OT-26-009999-X/approval"),
    ):
        foreign, nothing = oskar.get(address), oskar.get(absent)
        assert (foreign.status_code, foreign.content) == (404, nothing.content)
        assert oskar.post(address, {"act": "withdraw"}).status_code == 404


def test_requesters_see_no_movement_for_the_tasks_of_others(world: World) -> None:
    lives.committed(world)
    text = sound(world.client("roisin").get(f"/budgets/{world.budget.pk}"))
    assert "Photograph 60 first editions" not in text
    assert "Photograph 60 first editions" in sound(world.client("dunstan").get(f"/budgets/{world.budget.pk}"))


def test_lists_take_few_queries_whatever_their_length(
    world: World, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        lives.referred(world)
        lives.committed(world)
    client = world.client("imke")
    for address in ("/requests", "/budgets", f"/budgets/{world.budget.pk}"):
        client.get(address)
        with django_assert_max_num_queries(14):
            client.get(address)


# ---- budgets and rates ----


def test_opening_a_budget_and_putting_money_in(world: World) -> None:
    client = world.client("dunstan")
    sent = {"name": "Photographs", "authorised": "1,500.00", "currency": "GBP", "key": "k1"}
    done = client.post("/budgets", sent)
    budget = Budget.objects.get(name="Photographs")
    assert (done.status_code, done.headers["Location"]) == (303, f"/budgets/{budget.pk}")
    assert budget.authorised_minor == 150_000
    client.post("/budgets", sent)
    assert Budget.objects.filter(name="Photographs").count() == 1, "the same page sent twice"
    client.post(f"/budgets/{budget.pk}", {"amount": "-500"})
    assert Budget.objects.get(name="Photographs").authorised_minor == 100_000
    text = sound(client.get(f"/budgets/{budget.pk}"))
    assert "£500.00" in text and "Put in" in text


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"),
        ({"authorised": "a lot"}, "authorised"),
        ({"authorised": "-1"}, "authorised"),
        ({"name": "Online shop 2026"}, "name"),
        ({"starts_on": "2026-12-01", "ends_on": "2026-11-01"}, "ends_on"),
    ],
)
def test_what_needs_another_look_stands_on_its_field(world: World, sent: dict[str, str], field: str) -> None:
    page = world.client("dunstan").post(
        "/budgets", {"name": "New", "authorised": "5", "currency": "GBP"} | sent
    )
    sound(page, 422)
    assert field in page.context["form"].errors
    assert Budget.objects.count() == 1


def test_who_does_not_keep_the_money_sees_why_the_button_is_off(world: World) -> None:
    text = sound(world.client("joseph").get("/budgets"))
    assert "disabled" in text and "Your role does not allow this" in text
    page = world.client("joseph").post("/budgets", {"name": "New", "authorised": "5", "currency": "GBP"})
    assert "Your role does not allow this" in sound(page, 422)


def test_noting_a_rate(world: World) -> None:
    client = world.client("dunstan")
    sent = {"currency": "EUR", "per_unit": "0.858", "day": "2026-11-24"}
    assert client.post("/rates", sent).status_code == 303
    assert str(Rate.objects.get().per_unit.normalize()) == "0.858"
    assert "rate for that day" in sound(client.post("/rates", sent), 422)
    assert "0.858" in sound(client.get("/rates"))


# ---- committing and deciding on the pages ----


def test_committing_within_the_limit(world: World) -> None:
    life = lives.signed(world)
    client, address = world.client("joseph"), f"/out-tasks/{life.outtask.reference}/approval"
    assert "Commit £412.00" in sound(client.get(address))
    done = client.post(address, {"budget": str(world.budget.pk), "reason": "Spring."})
    assert (done.status_code, done.headers["Location"]) == (303, f"/out-tasks/{life.outtask.reference}")
    assert life.request.state == "committed"


def test_committing_above_the_limit_refers(world: World) -> None:
    life = lives.owned_by(world, lives.signed(world), "roisin")
    address = f"/out-tasks/{life.outtask.reference}/approval"
    text = sound(world.client("roisin").get(address))
    assert "Ask Joseph Adeyemi to approve £412.00" in text and "Commit £412.00" not in text
    done = world.client("roisin").post(address, {"budget": str(world.budget.pk)}, follow=True)
    text = sound(done)
    assert "was referred" in text and "Joseph Adeyemi" in text


def test_when_nobody_may_decide_the_button_says_so(world: World) -> None:
    life = lives.owned_by(world, lives.signed(world), "roisin")
    Member.objects.filter(pk=world.member("joseph").pk).update(limit_minor=100)
    Member.objects.filter(pk=world.member("imke").pk).update(left_at=world.now)
    text = sound(world.client("roisin").get(f"/out-tasks/{life.outtask.reference}/approval"))
    assert "Nobody's limit covers this amount" in html.unescape(text)
    assert 'type="submit" disabled' in text


def test_a_budget_too_small_is_said_on_its_field(world: World) -> None:
    life = lives.signed(world, lives.plain_terms(1_300_000))
    page = world.client("imke").post(
        f"/out-tasks/{life.outtask.reference}/approval", {"budget": str(world.budget.pk)}
    )
    assert "£12,000.00 free; this needs £13,000.00" in sound(page, 422)


@pytest.mark.parametrize("decision", ["approve", "reject", "ask"])
def test_deciding_on_the_page(life: Life, decision: str) -> None:
    client, address = life.world.client("joseph"), f"/requests/{life.request.reference}"
    assert "Approve £412.00?" in sound(client.get(address))
    sent = {"act": "decide", "version": "1", "decision": decision, "note": "A word."}
    assert client.post(address, sent).status_code == 303
    states = {"approve": "committed", "reject": "rejected", "ask": "asked"}
    assert life.request.state == states[decision]
    assert Approval.objects.get().by_link is False
    assert "A word." in sound(client.get(address))


def test_a_decision_on_another_version_is_not_taken(life: Life) -> None:
    edits(life)
    page = life.world.client("joseph").post(
        f"/requests/{life.request.reference}", {"act": "decide", "version": "1", "decision": "approve"}
    )
    assert "changed after you opened it" in sound(page, 422)
    assert life.request.state == "referred"


def test_answering_changing_and_withdrawing_on_the_page(world: World) -> None:
    life = lives.asked(world)
    client, address = world.client("roisin"), f"/requests/{life.request.reference}"
    assert "Why Marek?" in sound(client.get(address))
    assert client.post(address, {"act": "answer", "answer": " "}).status_code == 422
    assert client.post(address, {"act": "answer", "answer": "He is careful."}).status_code == 303
    assert life.request.state == "referred"
    sent = {"act": "edit", "version": "1", "budget": str(world.budget.pk), "reason": "Better reasons."}
    assert client.post(address, sent).status_code == 303
    assert (life.request.version, life.request.reason) == (2, "Better reasons.")
    assert client.post(address, {"act": "withdraw"}).status_code == 303
    assert life.request.state == "withdrawn"
    assert 'class="errors"' in sound(client.post(address, {"act": "withdraw"}), 422)


# ---- the door ----


def test_opening_the_link_changes_nothing(life: Life) -> None:
    before = everything()
    for _ in range(3):
        text = sound(Client().get(door(life.decide_link)))
    assert everything() == before
    for told in ("Roisin Tully asks to spend", "£412.00", "Marek Solan", "The shop opens in spring.",
                 "£1,500.00 for one need", life.request.reference, "Approve £412.00"):  # fmt: skip
        assert told in text
    assert Client().head(door(life.decide_link)).status_code == 200
    assert everything() == before


@pytest.mark.parametrize("decision", ["approve", "reject", "ask"])
def test_deciding_by_link(life: Life, decision: str) -> None:
    address = door(life.decide_link)
    done = Client().post(address, {"version": "1", "decision": decision, "note": "A word."})
    assert (done.status_code, done.headers["Location"]) == (303, address)
    decided = Approval.objects.get()
    assert (decided.by_link, decided.decided_by, decided.note) == (
        True,
        life.world.member("joseph"),
        "A word.",
    )
    text = sound(Client().get(address))
    assert "A word." in text
    if decision != "ask":
        assert "nothing to decide here any more" in text and "<button" not in text


def test_whoever_it_was_forwarded_to_acts_as_the_member_it_was_made_for(life: Life) -> None:
    """An accepted risk, written down at the door."""
    Client().post(door(life.decide_link), {"version": "1", "decision": "approve"})
    assert Approval.objects.get().decided_by == life.world.member("joseph")


def test_signed_in_as_somebody_else_nothing_is_decided(life: Life) -> None:
    client = life.world.client("ada")
    page = client.post(door(life.decide_link), {"version": "1", "decision": "approve"})
    assert page.status_code == 403 and "Joseph Adeyemi" in page.text
    assert not Approval.objects.exists()


def test_a_no_without_words_is_said_on_the_field(life: Life) -> None:
    page = Client().post(door(life.decide_link), {"version": "1", "decision": "reject", "note": " "})
    assert "so that they know why" in sound(page, 422)
    assert "note" in page.context["form"].errors
    assert life.request.state == "referred"


def test_without_a_button_nothing_is_decided(life: Life) -> None:
    page = Client().post(door(life.decide_link), {"version": "1", "note": "Hm."})
    assert "Press one of the three buttons" in sound(page, 422)
    assert not Approval.objects.exists()


def test_the_form_cannot_choose_the_version(life: Life) -> None:
    old = life.decide_link
    edits(life)
    before = everything()
    for version in ("1", "2"):
        page = Client().post(door(old), {"version": version, "decision": "approve"})
        assert "This link is used up" in sound(page, 409)
    assert everything() == before
    assert "This link is used up" in sound(Client().get(door(old)))
    Client().post(door(life.decide_link), {"version": "1", "decision": "approve"})
    assert life.request.state == "committed"


def test_the_link_before_an_answer_is_used_up(world: World) -> None:
    life = lives.asked(world)
    old = life.decide_link
    assert "Your question is open" in sound(Client().get(door(old)))
    answers(life)
    page = Client().post(door(old), {"version": "1", "decision": "approve"})
    assert "This link is used up" in sound(page, 409)


def test_a_request_that_was_withdrawn_says_so(life: Life) -> None:
    withdraws(life)
    text = sound(Client().get(door(life.decide_link)))
    assert "Withdrawn" in text and "<button" not in text
    page = Client().post(door(life.decide_link), {"version": "1", "decision": "approve"})
    assert page.status_code == 409 and life.request.state == "withdrawn"


def test_decided_on_the_page_meanwhile_the_link_shows_the_outcome(life: Life) -> None:
    life.approves(by="imke", note="I know him.")
    text = sound(Client().get(door(life.decide_link)))
    assert "Committed" in text and "Imke Vos" in text and "I know him." in text


def test_a_link_after_its_end_decides_nothing(life: Life) -> None:
    Link.objects.update(expires_at=life.world.now - timedelta(days=400))
    before = everything()
    for page in (Client().get(door(life.decide_link)),
                 Client().post(door(life.decide_link), {"version": "1", "decision": "approve"})):  # fmt: skip
        assert "This link has ended" in sound(page, 410)
    assert everything() == before


def test_a_link_of_somebody_who_left_decides_nothing(life: Life) -> None:
    Member.objects.filter(pk=life.world.member("joseph").pk).update(left_at=life.world.now)
    assert Client().post(door(life.decide_link), {"version": "1", "decision": "approve"}).status_code == 410
    assert life.request.state == "referred"


def test_a_role_taken_away_is_taken_away_from_the_link_too(life: Life) -> None:
    Member.objects.filter(pk=life.world.member("joseph").pk).update(role="auditor")
    page = Client().post(door(life.decide_link), {"version": "1", "decision": "approve"})
    assert "Your role does not allow this" in sound(page, 422)
    assert life.request.state == "referred"


def test_a_post_from_elsewhere_is_stopped(life: Life) -> None:
    page = Client(enforce_csrf_checks=True).post(
        door(life.decide_link), {"version": "1", "decision": "approve"}
    )
    assert page.status_code == 403
    assert life.request.state == "referred"


def test_the_same_page_sent_twice_decides_once(life: Life) -> None:
    sent = {"version": "1", "decision": "ask", "note": "Why?", "key": "k1"}
    for _ in range(2):
        assert Client().post(door(life.decide_link), sent).status_code == 303
    assert Approval.objects.count() == 1


def test_a_limit_lowered_meanwhile_refers_it_on_and_says_so(life: Life) -> None:
    Member.objects.filter(pk=life.world.member("joseph").pk).update(limit_minor=WHOLE - 1)
    old = life.decide_link
    Client().post(door(old), {"version": "1", "decision": "approve"})
    assert life.request.decider == life.world.member("imke")
    assert "This link is used up" in sound(Client().get(door(old)))
    assert "whatever the budget holds" in sound(Client().get(door(life.decide_link)))


def test_the_page_and_the_door_say_the_same_facts(life: Life) -> None:
    facts = [
        page.context["facts"]
        for page in (
            life.world.client("joseph").get(f"/requests/{life.request.reference}"),
            Client().get(door(life.decide_link)),
        )
    ]
    assert facts[0] == facts[1]
    assert PurchaseRequest.objects.count() == 1
