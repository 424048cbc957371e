"""The pages of sourcing, for members and for whoever holds a link."""

from typing import Any

import pytest
from django.test import Client

from outtask.files.storage import store_pieces
from outtask.models import Award, Blob, Brief, Entry, File, Handover, Invitation, OutTask, Proposal, Provider
from outtask.people.links import token_for
from outtask.source.actions import award_proposal
from outtask.source.tests import steps
from outtask.spend.models import Rate

EMPTY_ROWS = {
    "criteria-TOTAL_FORMS": "1",
    "criteria-INITIAL_FORMS": "0",
    "new-TOTAL_FORMS": "2",
    "new-INITIAL_FORMS": "0",
}
WRITTEN = {"what": "Bind 40 diaries", "by_when": "2027-03-01"}


@pytest.fixture(autouse=True)
def at_the_time_of_the_world(world: Any, time_machine: Any) -> None:
    time_machine.move_to(world.now, tick=False)


def guest_path(brief: Brief, provider: Provider) -> str:
    return f"/l/{token_for(steps.link(brief, provider).pk)}"


def offered_form(**changes: str) -> dict[str, str]:
    rows = {"milestones-TOTAL_FORMS": "2", "milestones-INITIAL_FORMS": "0"}
    given = {"act": "propose", "currency": "GBP", "price": "412.00", "ready_on": "2026-12-11"}
    return rows | given | changes


# ---- writing ----


def test_two_answers_make_a_draft(world: Any) -> None:
    client = world.client("roisin")
    assert client.get("/briefs/new").status_code == 200
    answer = client.post("/briefs/new", WRITTEN | EMPTY_ROWS)
    outtask = OutTask.objects.get()
    assert answer.status_code == 303 and answer["Location"] == f"/out-tasks/{outtask.reference}/brief"
    assert outtask.title == "Bind 40 diaries" and outtask.brief.state == "draft"
    page = client.get(answer["Location"])
    assert page.status_code == 200 and b"Who gets it?" in page.content


def test_what_is_wrong_is_told_on_its_field_and_what_was_typed_stays(world: Any) -> None:
    page = world.client("imke").post(
        "/briefs/new", {"what": "Bind diaries", "by_when": "2020-01-01"} | EMPTY_ROWS
    )
    assert page.status_code == 422
    assert b"This day is over" in page.content and b"Bind diaries" in page.content
    assert not Brief.objects.exists()


def test_conditions_are_read_and_more_rows_keep_everything(world: Any) -> None:
    client = world.client("imke")
    typed = {
        "criteria-0-text": "180 images are there",
        "criteria-0-kind": "file_present",
        "criteria-0-detail": "180 *.jpg",
    }
    page = client.post("/briefs/new", WRITTEN | EMPTY_ROWS | typed | {"more": "criteria"})
    assert page.status_code == 200 and b"180 *.jpg" in page.content and b"criteria-2-text" in page.content
    assert not Brief.objects.exists()
    assert client.post("/briefs/new", WRITTEN | EMPTY_ROWS | typed).status_code == 303
    assert Brief.objects.get().criteria[0]["params"] == {"least": 180, "pattern": "*.jpg"}
    wrong = client.post("/briefs/new", WRITTEN | EMPTY_ROWS | typed | {"criteria-0-kind": "file_sha256"})
    assert wrong.status_code == 422 and b"SHA-256" in wrong.content


def test_the_same_page_sent_twice_writes_one_brief(world: Any) -> None:
    client = world.client("imke")
    for _ in range(2):
        assert client.post("/briefs/new", WRITTEN | EMPTY_ROWS | {"key": "page-1"}).status_code == 303
    assert Brief.objects.count() == 1


def test_a_change_meanwhile_is_told_and_keeps_what_was_typed(world: Any) -> None:
    brief = steps.written(world)
    client, path = world.client("imke"), f"/out-tasks/{brief.outtask.reference}/brief/edit"
    mine = WRITTEN | EMPTY_ROWS | {"version": "1"}
    assert world.client("joseph").post(path, mine | {"what": "Joseph's words"}).status_code == 303
    page = client.post(path, mine)
    assert page.status_code == 422
    assert b"Somebody changed this" in page.content and b"Bind 40 diaries" in page.content
    assert b"Joseph&#x27;s words" in page.content and b'name="version" value="2"' in page.content
    assert client.post(path, mine | {"version": "2"}).status_code == 303


def test_a_brief_of_others_is_absent(world: Any) -> None:
    brief = steps.written(world)
    for name in ("oskar", "roisin"):
        for rest in ("brief", "brief/edit", "brief/closure", "proposals"):
            page = world.client(name).get(f"/out-tasks/{brief.outtask.reference}/{rest}")
            assert page.status_code == 404


# ---- sending ----


def test_sending_to_known_and_new_providers(world: Any) -> None:
    brief = steps.written(world)
    path = f"/out-tasks/{brief.outtask.reference}/brief"
    given = EMPTY_ROWS | {
        "version": "1",
        "answer_by": "2026-11-27",
        "providers": [str(world.marek.pk)],
        "new-0-name": "Gwenllian Pryce",
        "new-0-email": "gwen@pryce.example",
        "new-0-kind": "person",
        "key": "send-1",
    }
    for _ in range(2):
        assert world.client("imke").post(path, given).status_code == 303
    assert {row.provider.name for row in Invitation.objects.all()} == {"Marek Solan", "Gwenllian Pryce"}
    page = world.client("imke").get(path)
    assert b"Ask more of them" in page.content and b"No answer yet" in page.content


def test_sending_to_nobody_is_refused_on_the_page(world: Any) -> None:
    brief = steps.written(world)
    page = world.client("imke").post(
        f"/out-tasks/{brief.outtask.reference}/brief",
        EMPTY_ROWS | {"version": "1", "answer_by": "2026-11-27"},
    )
    assert page.status_code == 422 and b"Choose at least one provider" in page.content


# ---- comparing and choosing ----


def test_offers_stand_side_by_side(world: Any) -> None:
    brief = steps.sent(world)
    steps.offered(world, brief, world.marek)
    steps.offered(world, brief, world.kestrel, steps.offer(46_500, currency="EUR"))
    page = world.client("imke").get(f"/out-tasks/{brief.outtask.reference}/proposals")
    assert page.status_code == 200
    text = page.content.decode()
    assert 'class="compare"' in text and "£412.00" in text and "€465.00" in text
    assert "7 days early" in text and "No rate noted" in text and "about £" not in text
    assert "Best match" in text and "Marek Solan, £412.00" in text
    Rate.objects.create(
        organisation=world.organisation,
        currency="EUR",
        per_unit="0.858",
        day=world.now.date(),
        noted_by=world.member("imke"),
    )
    text = world.client("imke").get(f"/out-tasks/{brief.outtask.reference}/proposals").content.decode()
    assert "about £398.97 at 0.858, Tue 24 Nov" in text


def test_more_than_four_stand_in_a_table(world: Any) -> None:
    extra = [
        Provider.objects.create(
            organisation=world.organisation,
            kind="firm",
            name=f"Firm {number}",
            email=f"f{number}@firm.example",
            added_at=world.now,
        )
        for number in range(5)
    ]
    brief = steps.sent(world, *extra)
    for number, provider in enumerate(extra):
        steps.offered(world, brief, provider, steps.offer(30_000 + number))
    text = world.client("imke").get(f"/out-tasks/{brief.outtask.reference}/proposals").content.decode()
    assert 'class="compare"' not in text and text.count("Firm ") >= 5


def test_choosing_on_the_page(world: Any) -> None:
    brief = steps.sent(world)
    proposal = steps.offered(world, brief, world.marek)
    path = f"/out-tasks/{brief.outtask.reference}/proposals/{proposal.pk}"
    client = world.client("imke")
    assert b"Choose Marek Solan for \xc2\xa3412.00" in client.get(path).content
    assert client.post(path, {"reasons": "cheap"}).status_code == 422
    answer = client.post(path, {"reasons": steps.REASONS})
    assert answer.status_code == 303 and answer["Location"].endswith("/agreement")
    assert Award.objects.get().reasons == steps.REASONS
    late = world.client("joseph").post(path, {"reasons": steps.REASONS})
    assert late.status_code == 422 and b"was given to Marek Solan" in late.content
    assert b"Marek Solan was chosen" in client.get(f"/out-tasks/{brief.outtask.reference}/proposals").content


def test_closing_on_the_page(world: Any) -> None:
    brief = steps.sent(world)
    path = f"/out-tasks/{brief.outtask.reference}/brief/closure"
    client = world.client("imke")
    assert b"2 providers still have it" in client.get(path).content
    assert client.post(path, {"reason": "We do it ourselves"}).status_code == 303
    brief.refresh_from_db()
    assert brief.state == "closed"


# ---- by link ----


def handed_over(world: Any, brief: Brief) -> Handover:
    """The work was done by somebody before: a pack for the client, another for whoever goes on."""

    def keep(name: str, text: bytes) -> File:
        stored = store_pieces([text], name)
        blob = Blob.objects.create(sha256=stored.sha256, size=stored.size, kept_at=world.now)
        return File.objects.create(
            organisation=world.organisation, outtask=brief.outtask, blob=blob, name=name, added_at=world.now
        )

    return Handover.objects.create(
        organisation=world.organisation,
        outtask=brief.outtask,
        from_stage="deliver",
        successor="another",
        state="packed",
        pack=keep("all.zip", b"prices and talk"),
        onward=keep("onward.zip", b"the work as it stands"),
        taken_back_by=world.member("imke"),
        taken_back_at=world.now,
        handed_on_at=world.now,
    )


def test_who_goes_on_reads_their_pack_and_not_the_clients(world: Any) -> None:
    brief = steps.sent(world)
    path = guest_path(brief, world.marek)
    assert Client().get(f"{path}/pack").status_code == 404
    Brief.objects.filter(pk=brief.pk).update(handover=handed_over(world, brief))
    page = Client().get(path).content.decode()
    assert "onward.zip" in page and "all.zip" not in page
    fetched = Client().get(f"{path}/pack")
    assert b"".join(fetched.streaming_content) == b"the work as it stands"


def test_a_provider_answers_by_link(world: Any) -> None:
    brief = steps.sent(world)
    client, path = Client(), guest_path(brief, world.marek)
    page = client.get(path)
    assert page.status_code == 200 and b"Photograph 60 first editions" in page.content
    assert "£500.00" not in page.content.decode()  # the ceiling is the client's own
    answer = client.post(path, offered_form())
    assert answer.status_code == 303 and answer["Location"] == path
    proposal = Proposal.objects.get()
    assert proposal.milestones == [{"title": "All of it", "due": "2026-12-11", "amount_minor": 41_200}]
    again = client.get(path).content.decode()
    assert "What you answered" in again and "£412.00" in again and "Change your proposal" in again


def test_milestones_by_link_add_up(world: Any) -> None:
    brief = steps.sent(world)
    client, path = Client(), guest_path(brief, world.marek)
    parts = {
        "milestones-0-title": "First",
        "milestones-0-due": "2026-12-04",
        "milestones-0-amount": "200.00",
        "milestones-1-title": "Second",
        "milestones-1-due": "2026-12-11",
        "milestones-1-amount": "212.01",
    }
    page = client.post(path, offered_form(**parts))
    assert page.status_code == 422 and "add up to £412.01, the price is £412.00" in page.content.decode()
    assert client.post(path, offered_form(**parts | {"milestones-1-amount": "212"})).status_code == 303
    assert [row["amount_minor"] for row in Proposal.objects.get().milestones] == [20_000, 21_200]
    more = client.post(path, offered_form(**parts, more="milestones"))
    assert more.status_code == 200 and b"milestones-3-title" in more.content


def test_declining_and_withdrawing_by_link(world: Any) -> None:
    brief = steps.sent(world)
    client, path = Client(), guest_path(brief, world.marek)
    client.post(path, offered_form())
    assert client.post(path, {"act": "withdraw"}).status_code == 303
    assert Proposal.objects.get().state == "withdrawn"
    assert client.post(path, {"act": "decline", "no-reason": "no"}).status_code == 422
    assert client.post(path, {"act": "decline", "no-reason": "No time this winter"}).status_code == 303
    assert b"You declined." in client.get(path).content


def test_a_provider_reads_nothing_of_the_others(world: Any) -> None:
    brief = steps.sent(world)
    steps.offered(world, brief, world.kestrel, steps.offer(39_912))
    text = Client().get(guest_path(brief, world.marek)).content.decode()
    assert "Kestrel" not in text and "399.12" not in text


def test_opening_pages_changes_nothing(world: Any) -> None:
    brief = steps.sent(world)
    proposal = steps.offered(world, brief, world.marek)
    before = (
        Entry.objects.count(),
        list(Invitation.objects.order_by("pk").values()),
        list(Proposal.objects.values()),
    )
    member, guest = world.client("imke"), Client()
    for rest in ("brief", "brief/edit", "brief/closure", "proposals", f"proposals/{proposal.pk}"):
        assert member.get(f"/out-tasks/{brief.outtask.reference}/{rest}").status_code == 200
    for act in ("", "?act=decline&no-reason=a+b+c", "?act=withdraw", "?act=propose"):
        assert guest.get(guest_path(brief, world.marek) + act).status_code == 200
    assert before == (
        Entry.objects.count(),
        list(Invitation.objects.order_by("pk").values()),
        list(Proposal.objects.values()),
    )


def test_after_the_choice_the_link_tells(world: Any) -> None:
    brief = steps.sent(world)
    chosen = steps.offered(world, brief, world.marek)
    steps.offered(world, brief, world.kestrel)
    award_proposal(actor=world.actor("imke"), now=world.now, proposal_id=chosen.pk, reasons=steps.REASONS)
    page = Client().get(guest_path(brief, world.marek)).content.decode()
    assert "chose your proposal" in page and "Send the change" not in page and steps.REASONS not in page
    other = Client().get(guest_path(brief, world.kestrel))
    assert other.status_code != 200 or b"This link was closed" in other.content


def test_an_auditor_reads_and_is_told_why_not(world: Any) -> None:
    brief = steps.sent(world)
    steps.offered(world, brief, world.marek)
    text = world.client("ada").get(f"/out-tasks/{brief.outtask.reference}/proposals").content.decode()
    assert "£412.00" in text and "Your role does not allow this" in text


def test_rows_sent_as_they_began_are_kept(world: Any) -> None:
    brief = steps.written(world)
    path = f"/out-tasks/{brief.outtask.reference}/brief/edit"
    same = {
        "version": "1",
        "criteria-TOTAL_FORMS": "3",
        "criteria-INITIAL_FORMS": "1",
        "criteria-0-text": "180 images are there",
        "criteria-0-kind": "file_present",
        "criteria-0-detail": "180 *.jpg",
        "criteria-1-text": "White background",
        "criteria-1-kind": "by_hand",
        "criteria-1-detail": "",
    }
    page = world.client("imke").get(path).content.decode()
    assert 'value="180 *.jpg"' in page and 'value="White background"' in page
    assert world.client("imke").post(path, WRITTEN | same).status_code == 303
    kept = Brief.objects.get().criteria
    assert kept == brief.criteria
