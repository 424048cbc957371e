"""Who comes by a link, and who comes by an invitation."""

import logging
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from outtask.kernel.identifiers import new_id
from outtask.models import Entry, Link, Member, MemberInvitation, Person
from outtask.people import actions, discretion, doors
from outtask.people.links import Holder, invitation_token_for, make_link, token_for
from outtask.people.states import Purpose
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


def door(request, link: Link) -> HttpResponse:
    return HttpResponse(f"{request.method} {link.name} «{request.rest}» {request.actor.purpose}")


def bring(monkeypatch: pytest.MonkeyPatch, purpose: Purpose) -> None:
    """Make the test's door the only one; the rooms bring theirs when the addresses are first read."""
    get_resolver().url_patterns  # noqa: B018
    monkeypatch.setattr(doors, "_DOORS", {purpose: door})


def nell(world: World) -> Holder:
    return Holder("Nell Farrow", "nell@kestrel.example", provider=world.kestrel)


def link_for(world: World, holder: Holder, purpose: Purpose, subject_type: str) -> Link:
    return make_link(
        holder,
        purpose,
        organisation_id=world.organisation.pk,
        outtask_id=None,
        subject_type=subject_type,
        subject_id=new_id(),
        now=timezone.now(),
    )


@pytest.fixture
def link(world: World, monkeypatch: pytest.MonkeyPatch) -> Link:
    """A link to a door that tells who came."""
    bring(monkeypatch, Purpose.PROPOSE)
    return link_for(world, nell(world), Purpose.PROPOSE, "invitation")


def test_a_link_leads_through_its_door(link: Link) -> None:
    there = f"/l/{token_for(link.pk)}"
    page = Client().get(there)
    assert page.content.decode() == "GET Nell Farrow «» propose"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]
    assert Client().get(f"{there}/files/7/").content.decode() == "GET Nell Farrow «files/7» propose"
    assert Client().post(there).content.decode() == "POST Nell Farrow «» propose"


def test_a_post_by_link_needs_the_form_of_the_page(link: Link) -> None:
    assert Client(enforce_csrf_checks=True).post(f"/l/{token_for(link.pk)}").status_code == 403


def test_the_token_is_kept_nowhere(link: Link) -> None:
    token = token_for(link.pk)
    assert token not in str(Link.objects.values().get(pk=link.pk))
    assert len(token) == 43


def test_what_opens_nothing_is_one_and_the_same_page(world: World, link: Link) -> None:
    """A wrong token, a door that is not there, an invitation's token: nobody learns which it was."""
    other = link_for(world, nell(world), Purpose.DELIVER, "agreement")
    absent = Client().get("/nowhere")
    for address in (
        "/l/" + "A" * 43,
        f"/l/{token_for(other.pk)}",
        f"/l/{invitation_token_for(link.pk)}",
        f"/l/{token_for(link.pk)}x",
        "/invitations/" + "A" * 43,
        f"/invitations/{token_for(link.pk)}",
    ):
        page = Client().get(address)
        assert page.status_code == 404, address
        assert page.content == absent.content


@pytest.mark.parametrize("ending", ["revoked", "expired"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_closed_link_tells_so_and_acts_no_more(link: Link, ending: str, method: str) -> None:
    before = timezone.now() - timedelta(minutes=1)
    Link.objects.filter(pk=link.pk).update(**{"revoked_at" if ending == "revoked" else "expires_at": before})
    token = token_for(link.pk)
    page = getattr(Client(), method)(f"/l/{token}/anything")
    assert page.status_code == 410
    text = page.content.decode()
    assert "Harbour Row Books" in text
    assert token not in text
    assert "propose" not in text


def test_a_forwarded_link_acts_for_whom_it_was_made(world: World, link: Link) -> None:
    """Whoever opens it, signed in or not, acts as the provider's guest and as nobody else."""
    page = world.client("imke").get(f"/l/{token_for(link.pk)}")
    assert page.content.decode() == "GET Nell Farrow «» propose"


def test_a_members_link_ends_with_the_membership(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, Purpose.DECIDE)
    dunstan = world.member("dunstan")
    link = link_for(
        world, Holder(dunstan.name, dunstan.person.email, member=dunstan), Purpose.DECIDE, "purchaserequest"
    )
    there = f"/l/{token_for(link.pk)}"
    assert Client().get(there).status_code == 200
    actions.remove_member(actor=world.actor("imke"), now=timezone.now(), member_id=dunstan.pk)
    assert Client().get(there).status_code == 410


def test_two_doors_for_one_purpose_are_refused(link: Link) -> None:
    doors.register(Purpose.PROPOSE, door)
    with pytest.raises(ValueError, match="two doors"):
        doors.register(Purpose.PROPOSE, lambda request, link: HttpResponse())


def test_no_secret_reaches_a_log(link: Link, caplog: pytest.LogCaptureFixture) -> None:
    token = token_for(link.pk)
    Link.objects.filter(pk=link.pk).update(revoked_at=timezone.now())
    with caplog.at_level(logging.DEBUG):
        Client().get(f"/l/{token}/page?x=1")
        Client(enforce_csrf_checks=True).post(f"/l/{token}")
        Client().get(f"/invitations/{token}")
    assert "/l/…/page" in caplog.text
    assert token not in caplog.text
    assert all(token not in str(vars(record)) for record in caplog.records)


def test_what_counts_as_secret() -> None:
    assert discretion.without_secrets("Gone: /l/abc_-1/files") == "Gone: /l/…/files"
    assert (
        discretion.without_secrets("/account/password/reset/key/1-abc/") == "/account/password/reset/key/…/"
    )
    assert discretion.without_secrets("Not Found: /out-tasks/OT-26-000001-K") == (
        "Not Found: /out-tasks/OT-26-000001-K"
    )


# --- joining ------------------------------------------------------------------------------------------------


@pytest.fixture
def there(world: World) -> str:
    done = actions.invite_member(
        actor=world.actor("imke"),
        now=timezone.now(),
        email="sefa@harbour.example",
        name="Sefa",
        role="finance",
    )
    invitation = MemberInvitation.objects.get(pk=done["id"])
    return f"/invitations/{invitation_token_for(invitation.pk)}"


NEW = {"name": "Sefa Lund", "password": "ink on handmade paper"}


def test_opening_an_invitation_changes_nothing(world: World, there: str) -> None:
    before = Entry.objects.count()
    page = Client().get(there)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Imke Vos" in text
    assert "Finance" in text
    assert there not in re_title(text)
    assert Entry.objects.count() == before
    assert not Person.objects.filter(email="sefa@harbour.example").exists()


def re_title(text: str) -> str:
    return text.split("<title>")[1].split("</title>")[0]


def test_a_newcomer_sets_a_password_and_is_in(world: World, there: str) -> None:
    sefa = Client()
    weak = sefa.post(there, NEW | {"password": "sefa"})
    assert weak.status_code == 422
    assert sefa.post(there, NEW).status_code == 303
    member = Member.objects.get(person__email="sefa@harbour.example")
    assert member.role == "finance"
    assert sefa.get("/settings/me").context["organisation"] == world.organisation
    again = sefa.get(there)
    assert again.status_code == 410
    assert "was accepted" in again.content.decode()
    assert Client().post(there, NEW).status_code == 410
    signed_in = Client().post(
        "/account/login/", {"login": "sefa@harbour.example", "password": NEW["password"]}
    )
    assert signed_in.status_code == 302


def test_joining_sent_twice_is_done_once_and_lets_them_in(world: World, there: str) -> None:
    sent = NEW | {"key": str(new_id())}
    assert Client().post(there, sent).status_code == 303
    entries = Entry.objects.count()
    again = Client()
    assert again.post(there, sent).status_code == 303
    assert again.get("/settings/me").context["organisation"] == world.organisation
    assert Entry.objects.count() == entries
    assert Client().post(there, sent | {"password": "pencil on brown paper"}).status_code == 410
    assert Client().post(there, sent | {"key": str(new_id())}).status_code == 410


def test_who_has_an_account_signs_in_and_accepts(world: World) -> None:
    oskar = world.member("oskar")
    done = actions.invite_member(
        actor=world.actor("imke"), now=timezone.now(), email=oskar.person.email, role="auditor"
    )
    there = f"/invitations/{invitation_token_for(MemberInvitation.objects.get(pk=done['id']).pk)}"
    stranger = Client()
    assert "Sign in to accept" in stranger.get(there).content.decode()
    assert stranger.post(there, NEW).status_code == 422
    page = world.client("ada").get(there)
    assert oskar.person.email in page.content.decode()
    assert world.client("ada").post(there).status_code == 422
    browser = Client()
    after = browser.post(
        f"/account/login/?next={there}", {"login": oskar.person.email, "password": PASSWORD, "next": there}
    )
    assert after.headers["Location"] == there
    entries, sent = Entry.objects.count(), {"key": str(new_id())}
    for _ in range(2):
        assert browser.post(there, sent).status_code == 303
    assert Entry.objects.count() == entries + 1
    assert browser.get("/settings").context["organisation"] == world.organisation


def test_withdrawn_and_ended_invitations_admit_nobody(world: World, there: str) -> None:
    MemberInvitation.objects.update(expires_at=timezone.now())
    assert Client().get(there).status_code == 410
    assert Client().post(there, NEW).status_code == 410
    MemberInvitation.objects.update(expires_at=timezone.now() + timedelta(days=1), state="withdrawn")
    assert "was withdrawn" in Client().get(there).content.decode()
    assert not Person.objects.filter(email="sefa@harbour.example").exists()
