"""The pages of agreeing, for members and for the provider by link."""

from typing import Any

import pytest
from django.test import Client

from outtask.agree.actions import revise_agreement
from outtask.agree.models import Agreement, Signature
from outtask.agree.tests import steps
from outtask.agree.tests.papers import terms
from outtask.models import Entry
from outtask.people.links import token_for
from outtask.source.tests import steps as sourcing


@pytest.fixture(autouse=True)
def at_the_time_of_the_world(world: Any, time_machine: Any) -> None:
    time_machine.move_to(world.now, tick=False)


def member_path(agreement: Agreement, rest: str = "") -> str:
    return f"/out-tasks/{agreement.outtask.reference}/agreement{rest}"


def link_path(agreement: Agreement, rest: str = "") -> str:
    return f"/l/{token_for(steps.sign_link(agreement).pk)}{rest}"


def seen(agreement: Agreement) -> dict[str, str]:
    version = steps.current(agreement)
    return {"version": str(version.number), "sha256": version.sha256, "read": "on"}


def revised(world: Any, agreement: Agreement) -> None:
    agreement.refresh_from_db()
    revise_agreement(
        actor=world.actor("imke"),
        now=world.now,
        agreement_id=agreement.pk,
        version=agreement.version,
        terms=terms(notice_days=30),
        change_note="Longer notice",
    )


def edit_form(**changes: str) -> dict[str, str]:
    return {
        "version": "1",
        "scope": "Photograph 60 first editions",
        "notice_days": "14",
        "payment_days": "14",
        "transition_days": "14",
        "retrieval_days": "30",
        "fee": "0.00",
        "exit_text": "Raw files are erased.",
        "on_time": "95",
        "change_note": "Two parts",
        "milestones-TOTAL_FORMS": "3",
        "milestones-INITIAL_FORMS": "1",
        "milestones-0-title": "First half",
        "milestones-0-due": "2026-12-04",
        "milestones-0-amount": "206.00",
        "milestones-1-title": "Second half",
        "milestones-1-due": "2026-12-11",
        "milestones-1-amount": "206.00",
        "criteria-TOTAL_FORMS": "2",
        "criteria-INITIAL_FORMS": "2",
        "criteria-0-milestone": "2",
        "criteria-0-text": "180 images are there",
        "criteria-0-kind": "file_present",
        "criteria-0-detail": "180 *.jpg",
        "criteria-1-milestone": "1",
        "criteria-1-text": "",
        "criteria-1-kind": "by_hand",
        "criteria-1-detail": "",
    } | changes


def test_from_the_choice_to_both_signatures(world: Any) -> None:
    brief = sourcing.awarded(world)
    client, path = world.client("imke"), f"/out-tasks/{brief.outtask.reference}/agreement"
    assert b"Make the draft" in client.get(path).content
    assert client.post(path, {}).status_code == 303
    agreement = Agreement.objects.get()
    page = client.get(path).content.decode()
    assert "Sign version 1" in page and "£412.00" in page and "Outtask expects at least 180 files" in page
    unread = {name: value for name, value in seen(agreement).items() if name != "read"}
    assert client.post(path, unread).status_code == 422
    assert client.post(path, seen(agreement)).status_code == 303
    guest, link = Client(), link_path(agreement)
    page = guest.get(link).content.decode()
    assert "asks you to sign it" in page and "Imke Vos" in page and "180 images are there" in page
    unnamed = guest.post(link, seen(agreement) | {"act": "sign", "name": ""})
    assert unnamed.status_code == 422
    assert guest.post(link, seen(agreement) | {"act": "sign", "name": "Marek Solan"}).status_code == 303
    agreement.refresh_from_db()
    assert agreement.state == "signed" and Signature.objects.count() == 2
    again = guest.get(link).content.decode()
    assert "Both have signed" in again and 'value="sign"' not in again
    assert b"Commit the money" in client.get(path).content


def test_before_a_choice_there_is_nothing_to_write(world: Any) -> None:
    brief = sourcing.sent(world)
    page = world.client("imke").get(f"/out-tasks/{brief.outtask.reference}/agreement")
    assert page.status_code == 200 and b"Choose a proposal first" in page.content


def test_editing_makes_a_version_and_shows_what_changed(world: Any) -> None:
    agreement = steps.drafted(world)
    client = world.client("imke")
    assert client.get(member_path(agreement, "/edit")).status_code == 200
    assert client.post(member_path(agreement, "/edit"), edit_form()).status_code == 303
    made = steps.terms_of(agreement)
    assert [one.title for one in made.milestones] == ["First half", "Second half"]
    assert [len(one.criteria) for one in made.milestones] == [0, 1]
    assert made.exit.text == "Raw files are erased." and f"{made.service_levels[0].target}" == "95"
    page = client.get(member_path(agreement)).content.decode()
    assert "What version 2 changed" in page and "Two parts" in page and "<ins>" in page
    old = client.get(member_path(agreement, "?version=1")).content.decode()
    assert "An earlier version" in old and "Sign version" not in old
    assert client.get(member_path(agreement, "?version=9")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"retrieval_days": "29"}, "30"),
        ({"milestones-1-due": "2020-01-01"}, "due on a day that is over"),
        ({"criteria-0-milestone": "3"}, "There is no milestone with this number"),
        ({"scope": ""}, "required"),
        ({"on_time": "101"}, "Give a target above 0"),
    ],
)
def test_what_is_wrong_is_told_and_kept(world: Any, changes: dict[str, str], told: str) -> None:
    agreement = steps.drafted(world)
    page = world.client("imke").post(member_path(agreement, "/edit"), edit_form(**changes))
    assert page.status_code == 422 and told in page.content.decode()
    assert "Raw files are erased." in page.content.decode()
    assert steps.current(agreement).number == 1


def test_more_rows_keep_everything(world: Any) -> None:
    agreement = steps.drafted(world)
    page = world.client("imke").post(member_path(agreement, "/edit"), edit_form(more="milestones"))
    text = page.content.decode()
    assert page.status_code == 200 and "milestones-4-title" in text and "Raw files are erased." in text
    assert 'value="First half"' in text and steps.current(agreement).number == 1


def test_a_change_meanwhile_is_told(world: Any) -> None:
    agreement = steps.drafted(world)
    revised(world, agreement)
    page = world.client("joseph").post(member_path(agreement, "/edit"), edit_form())
    text = page.content.decode()
    assert page.status_code == 422 and "Somebody changed this" in text and 'name="version" value="2"' in text


def test_a_version_that_changed_under_the_reader_is_not_signed(world: Any) -> None:
    agreement = steps.drafted(world)
    old = seen(agreement)
    revised(world, agreement)
    page = world.client("imke").post(member_path(agreement), old)
    assert page.status_code == 422 and b"You read version 1" in page.content
    assert not Signature.objects.exists()


def test_the_provider_sends_it_back(world: Any) -> None:
    agreement = steps.drafted(world)
    steps.client_signs(world, agreement)
    guest, link = Client(), link_path(agreement)
    objection = {"act": "object", "no-version": "1", "no-reason": "The date is too early"}
    assert guest.post(link, objection).status_code == 303
    agreement.refresh_from_db()
    assert agreement.state == "draft"
    assert "This version is being changed" in guest.get(link).content.decode()


def test_a_link_to_an_old_version_signs_nothing(world: Any) -> None:
    agreement = steps.drafted(world)
    steps.client_signs(world, agreement)
    link = link_path(agreement)
    revised(world, agreement)
    page = Client().post(link, seen(agreement) | {"act": "sign", "name": "Marek Solan"})
    assert page.status_code != 303
    assert Signature.objects.count() == 1


def test_the_pdf_for_members_and_by_link(world: Any) -> None:
    agreement = steps.drafted(world)
    client = world.client("ada")
    first = client.get(f"/out-tasks/{agreement.outtask.reference}/agreement.pdf")
    assert first.status_code == 200 and first["Content-Type"] == "application/pdf"
    assert agreement.outtask.reference in first["Content-Disposition"] and first.content.startswith(b"%PDF-")
    again = client.get(f"/out-tasks/{agreement.outtask.reference}/agreement.pdf?version=1")
    assert again.content == first.content
    steps.client_signs(world, agreement)
    by_link = Client().get(link_path(agreement, "/agreement.pdf"))
    assert by_link.status_code == 200 and by_link.content != first.content
    signed = client.get(f"/out-tasks/{agreement.outtask.reference}/agreement.pdf")
    assert by_link.content == signed.content
    assert Client().get(link_path(agreement, "/agreement.pdf?version=2")).status_code == 404
    assert client.get(f"/out-tasks/{agreement.outtask.reference}/agreement.pdf?version=x").status_code == 404


def test_others_find_nothing(world: Any) -> None:
    agreement = steps.drafted(world)
    for name in ("oskar", "roisin"):
        client = world.client(name)
        for path in ("/agreement", "/agreement/edit", "/agreement.pdf"):
            assert client.get(f"/out-tasks/{agreement.outtask.reference}{path}").status_code == 404


def test_opening_changes_nothing(world: Any) -> None:
    agreement = steps.drafted(world)
    steps.client_signs(world, agreement)
    before = (Entry.objects.count(), Signature.objects.count(), Agreement.objects.values().get())
    for rest in ("", "/edit", "?version=1"):
        assert world.client("imke").get(member_path(agreement, rest)).status_code == 200
    for rest in ("", "?act=sign&name=Marek+Solan&read=on", "/agreement.pdf"):
        assert Client().get(link_path(agreement, rest)).status_code == 200
    assert before == (Entry.objects.count(), Signature.objects.count(), Agreement.objects.values().get())


def test_text_of_a_stranger_is_only_text(world: Any) -> None:
    hostile = terms(scope='<script>alert(1)</script>\n#eval("1")', leaving="</p><b>")
    agreement = steps.drafted(world, hostile)
    page = world.client("imke").get(member_path(agreement)).content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;" in page and "</p><b>" not in page
    pdf = world.client("imke").get(f"/out-tasks/{agreement.outtask.reference}/agreement.pdf")
    assert pdf.status_code == 200
