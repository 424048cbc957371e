"""Home, the out-task's page, its timeline and search: whole, and in few queries."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.journal.models import Entry, SkippedEntry
from outtask.lifecycle.needs import needs_of
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import STAGES
from outtask.messages.actions import write_message
from outtask.models import Link, Mail, OutTask, Provider
from outtask.spend.tests.test_pages import sound
from outtask.takeback.tests.test_hand_on import hands_on, made
from outtask.takeback.tests.test_take_back import back
from tests.world import World


def titles(world: World, who: str) -> list[str]:
    return [need.title for need in needs_of(world.actor(who), world.now.date())]


# ---- what needs whom ----

PHOTOGRAPH = "Photograph 60 first editions"
NEEDS = {
    "draft_brief": {"imke": [f"Send the brief: {PHOTOGRAPH}"]},
    "sent": {},
    "proposed": {"imke": [f"Choose who does it: {PHOTOGRAPH}"]},
    "awarded": {"imke": [f"Write the statement of work: {PHOTOGRAPH}"]},
    "drafted": {who: ["Sign the statement of work with Marek Solan"] for who in ("imke", "joseph", "nadia")},
    "offered": {},
    "signed": {"imke": [f"Commit the money: {PHOTOGRAPH}"]},
    "referred": {"joseph": [f"Approve £412.00: {PHOTOGRAPH}"]},
    "asked": {"roisin": ["Answer the question about PR-26-000001-"]},
    "rejected": {"roisin": [f"Commit the money: {PHOTOGRAPH}"]},
    "committed": {},
    "handed_in": {who: ["Check “Part 1”"] for who in ("imke", "joseph", "nadia")},
    "sent_back": {},
    "part_accepted": {},
    "accepted": {},
    "invoiced": {who: ["Approve invoice INV-1, £206.00"] for who in ("imke", "joseph", "nadia", "dunstan")},
    "part_paid": {},
    "done": {},
}


@pytest.mark.parametrize("stage", STAGES)
def test_what_needs_whom_at_every_stage(world: World, stage: str) -> None:
    STAGES[stage](world)
    for who in ("imke", "joseph", "roisin", "dunstan", "ada", "nadia", "oskar"):
        found = titles(world, who)
        expected = NEEDS[stage].get(who, [])
        assert len(found) == len(expected), (who, found)
        assert all(title.startswith(start) for title, start in zip(found, expected, strict=True)), (
            who,
            found,
        )


def test_a_question_comes_first_and_leads_to_its_thread(world: World) -> None:
    life = lives.handed_in(world)
    write_message(
        actor=life.deliver_link.actor,
        now=world.now,
        outtask_id=life.outtask_id,
        text="Which spine?",
        asks=True,
    )
    first = needs_of(world.actor("imke"), world.now.date())[0]
    assert (first.title, first.text) == ("Answer Marek Solan", "“Which spine?”")
    assert first.href == f"/out-tasks/{life.outtask.reference}/thread?to={world.marek.pk}"


def test_what_is_late_goes_before_what_is_not(world: World) -> None:
    lives.draft_brief(world)
    lives.proposed(world)
    today = world.now.date()
    assert titles(world, "imke") == [f"Choose who does it: {PHOTOGRAPH}", f"Send the brief: {PHOTOGRAPH}"]
    OutTask.objects.filter(next_step="send_brief").update(due_on=today.replace(day=1))
    assert titles(world, "imke")[0] == f"Send the brief: {PHOTOGRAPH}"


def test_after_taking_back_the_way_on_needs_the_owner(world: World) -> None:
    life = lives.committed(world)
    lives.owned_by(world, life, "joseph")
    handover = back(life, by="joseph", successor="another")
    assert titles(world, "joseph") == [f"Send it to somebody else: {PHOTOGRAPH}"]
    type(handover).objects.update(state="failed")
    assert titles(world, "joseph")[0] == f"Have the handover pack made again: {PHOTOGRAPH}"


def test_admins_hear_of_work_and_mail_that_failed(world: World) -> None:
    entry = Entry.objects.filter(organisation=world.organisation)[0]
    SkippedEntry.objects.create(
        follower="notices", organisation=world.organisation, entry=entry, error="x", at=world.now
    )
    Mail.objects.create(
        organisation=world.organisation, to_name="A", to_email="a@b.example", template="notice", subject="S",
        dedupe="1", state="failed", made_at=world.now,
    )  # fmt: skip
    failed = ["Some background work failed", "Some mail was not delivered"]
    assert titles(world, "nadia") == titles(world, "imke") == failed
    assert titles(world, "joseph") == titles(world, "oskar") == []


# ---- the pages ----


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_its_page_and_its_timeline(world: World, stage: str) -> None:
    life = STAGES[stage](world)
    client = world.client("imke")
    text = sound(client.get(f"/out-tasks/{life.outtask.reference}"))
    assert PHOTOGRAPH in text and life.outtask.tracking_code in text
    sound(client.get(f"/out-tasks/{life.outtask.reference}/timeline"))
    sound(client.get(f"/out-tasks/{life.outtask.reference}/thread"))
    sound(client.get("/"))


def test_after_taking_back_and_handing_on(world: World) -> None:
    life, client = lives.part_accepted(world), world.client("imke")
    made(life)
    text = sound(client.get(f"/out-tasks/{life.outtask.reference}"))
    assert "Send the brief to somebody else" in text
    hands_on(life)
    assert "Send the brief" in sound(client.get(f"/out-tasks/{life.outtask.reference}"))


def test_milestones_of_the_version_that_holds_alone(world: World) -> None:
    from outtask.lifecycle.tests.test_revising import revise

    life = lives.committed(world)
    revise(life)
    lives.agreeing.client_signs(world, life.agreement)
    lives.agreeing.provider_signs(world, life.agreement)
    life.asks()
    text = sound(world.client("imke").get(f"/out-tasks/{life.outtask.reference}"))
    assert text.count("1. Part 1") == 1 and "Cancelled" not in text
    assert "£618.00" in text


@pytest.mark.parametrize("who", ["imke", "joseph", "roisin", "dunstan", "ada", "nadia"])
def test_home_opens_for_every_role(world: World, who: str) -> None:
    lives.handed_in(world)
    lives.referred(world)
    sound(world.client(who).get("/"))


def test_a_requester_sees_no_task_of_others(world: World) -> None:
    life = lives.committed(world)
    client = world.client("roisin")
    assert PHOTOGRAPH not in sound(client.get("/"))
    assert client.get(f"/out-tasks/{life.outtask.reference}").status_code == 404
    assert PHOTOGRAPH not in sound(client.get("/search?q=Photograph"))


def busy(world: World) -> lives.Life:
    """Several out-tasks at every stage that needs somebody."""
    for stage in (
        "draft_brief",
        "proposed",
        "drafted",
        "signed",
        "referred",
        "asked",
        "handed_in",
        "invoiced",
    ):
        for number in range(2):
            life = STAGES[stage](world)
            Link.objects.filter(outtask_id=life.outtask_id).update(name=f"{stage} {number}")
            if stage == "invoiced":
                life.invoice.__class__.objects.filter(pk=life.invoice.pk).update(number_key=f"{number}")
    return life


def test_home_takes_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    busy(world)
    client = world.client("imke")
    client.get("/")
    with django_assert_max_num_queries(25):
        text = sound(client.get("/"))
    assert text.count('class="what"') >= 8


def test_the_page_of_an_out_task_takes_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    life = lives.invoiced(world)
    for name in ("imke", "joseph", "nadia"):
        write_message(actor=life.actor(name), now=world.now, outtask_id=life.outtask_id, text=f"{name} here")
    life.hands_in(2)
    client = world.client("imke")
    client.get(f"/out-tasks/{life.outtask.reference}")
    with django_assert_max_num_queries(30):
        sound(client.get(f"/out-tasks/{life.outtask.reference}"))
    with django_assert_max_num_queries(16):
        sound(client.get(f"/out-tasks/{life.outtask.reference}/timeline"))


def test_the_timeline_turns_its_pages(world: World) -> None:
    life, client = lives.done(world), world.client("imke")
    whole = sound(client.get(f"/out-tasks/{life.outtask.reference}/timeline"))
    first = Entry.objects.filter(outtask_id=life.outtask_id).earliest("seq")
    assert "Brief written" in whole
    later = sound(client.get(f"/out-tasks/{life.outtask.reference}/timeline?before={first.seq + 1}"))
    assert "Brief written" in later and "Brief sent" not in later
    sound(client.get(f"/out-tasks/{life.outtask.reference}/timeline?before=nonsense"))
    assert "Nothing happened before that" in sound(
        client.get(f"/out-tasks/{life.outtask.reference}/timeline?before={first.seq}")
    )


# ---- search ----


def test_search(world: World) -> None:
    life, client = lives.referred(world), world.client("imke")
    Provider.objects.filter(pk=world.kestrel.pk).update(note="photographs as well")
    for query, found in (
        (life.outtask.reference, PHOTOGRAPH),
        (life.outtask.reference.lower(), PHOTOGRAPH),
        (life.request.reference, life.request.reference),
        ("first editions", PHOTOGRAPH),
        ("kestrel", "Kestrel Data Ltd"),
    ):
        assert found in sound(client.get("/search", {"q": query})), query
    assert "Nothing here has that name" in sound(client.get("/search", {"q": "zebra"}))
    sound(client.get("/search", {"q": "x"}))
    assert PHOTOGRAPH not in sound(world.client("oskar").get("/search", {"q": life.outtask.reference}))


def test_search_takes_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    busy(world)
    client = world.client("imke")
    client.get("/search?q=first")
    with django_assert_max_num_queries(12):
        client.get("/search?q=first")
