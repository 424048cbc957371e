"""Who gets which page, and what everybody else gets instead."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from outtask.journal.recording import NotFound
from outtask.kernel.actor import ActorKind
from outtask.kernel.refusal import Refusal, Refused
from outtask.people.links import Holder, make_link, token_for
from outtask.people.models import Link, Member, Person
from outtask.people.states import Purpose, Role
from outtask.ui.middleware import ORGANISATION_CHOSEN, acting_member, refusals, request_context
from outtask.ui.pages import GuestRequest, MemberRequest, guest_page, member_page, see_other
from outtask.ui.views import broken
from tests.world import World


@pytest.fixture
def link(world: World) -> Link:
    return make_link(
        Holder("Nell Farrow", "nell@kestrel.example", provider=world.kestrel),
        Purpose.PROPOSE,
        organisation_id=world.organisation.pk,
        outtask_id=None,
        subject_type="brief",
        subject_id=world.organisation.pk,
        now=world.now,
    )


@guest_page(Purpose.PROPOSE)
def stranger(request: GuestRequest, token: str, part: str = "") -> HttpResponse:
    name = timezone.get_current_timezone_name()
    return HttpResponse(f"{request.link.name} {request.actor.kind} {part} {name}")


def asked(now: Any, path: str = "/") -> HttpRequest:
    request = RequestFactory().get(path, headers={"host": "localhost"})
    request.user = AnonymousUser()
    request.now = now  # type: ignore[attr-defined]
    return request


def test_the_gallery_is_for_members(world: World) -> None:
    page = world.client("imke").get("/settings/components")
    assert page.status_code == 200
    text = page.content.decode()
    assert "style=" not in text
    assert "<script>" not in text
    assert "Harbour Row Books" in text
    assert page.headers["Cache-Control"].startswith("max-age=0")


def test_strangers_sign_in_first(world: World) -> None:
    page = Client().get("/settings/components")
    assert (page.status_code, page.headers["Location"]) == (302, "/account/login/?next=/settings/components")


def test_a_person_without_a_membership_begins_at_the_beginning(world: World) -> None:
    Member.objects.filter(pk=world.member("ada").pk).update(left_at=world.now)
    page = world.client("ada").get("/settings/components")
    assert (page.status_code, page.headers["Location"]) == (302, "/welcome")


def test_who_belongs_to_two_works_in_the_one_they_chose(world: World) -> None:
    person: Person = world.member("imke").person
    Member.objects.create(organisation=world.foreign, person=person, role=Role.AUDITOR, joined_at=world.now)
    client = world.client("imke")
    assert "Harbour Row Books" in client.get("/settings/components").content.decode()
    for chosen, name in ((world.foreign.pk, "Fold &amp; Bind"), ("no id", "Harbour Row Books")):
        session = client.session
        session[ORGANISATION_CHOSEN] = str(chosen)
        session.save()
        assert f"<title>Every component once · {name}</title>" in client.get("/settings/components").text


def test_a_chosen_organisation_one_does_not_belong_to_opens_nothing(world: World) -> None:
    client = world.client("roisin")
    session = client.session
    session[ORGANISATION_CHOSEN] = str(world.foreign.pk)
    session.save()
    assert (
        "<title>Every component once · Harbour Row Books</title>" in client.get("/settings/components").text
    )


def test_a_member_page_knows_who_acts_and_reads_in_their_zone(world: World) -> None:
    @member_page
    def view(request: MemberRequest) -> HttpResponse:
        assert request.actor == world.actor("imke")
        return HttpResponse(f"{request.organisation} {timezone.get_current_timezone()}")

    request = asked(world.now)
    request.user = world.member("imke").person
    request.session = {}  # type: ignore[assignment]
    page = acting_member(view)(request)
    assert isinstance(page, HttpResponse)
    assert page.content == b"Harbour Row Books Europe/London"
    assert timezone.get_current_timezone() == ZoneInfo("UTC")


def test_the_holder_of_a_link_gets_in(world: World, link: Link) -> None:
    page = stranger(asked(world.now), token=token_for(link.pk), part="x")
    assert page.content == f"Nell Farrow {ActorKind.GUEST} x Europe/London".encode()
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]
    timezone.deactivate()


def test_a_token_that_opens_something_else_is_absent(world: World, link: Link) -> None:
    Link.objects.filter(pk=link.pk).update(purpose=Purpose.SIGN)
    for token in (token_for(link.pk), "nonsense"):
        with pytest.raises(Http404):
            stranger(asked(world.now), token=token)


def test_a_link_that_ended_or_was_closed_says_so(world: World, link: Link) -> None:
    with pytest.raises(Refused, match="has ended"):
        stranger(asked(link.expires_at), token=token_for(link.pk))
    Link.objects.filter(pk=link.pk).update(revoked_at=world.now)
    with pytest.raises(Refused, match="was closed"):
        stranger(asked(world.now + timedelta(minutes=1)), token=token_for(link.pk))
    timezone.deactivate()


def answer_to(problem: Exception, request: HttpRequest) -> HttpResponse:
    answer: Any = refusals(lambda request: HttpResponse())
    response = answer.process_exception(request, problem)
    assert isinstance(response, HttpResponse)
    return response


@pytest.mark.parametrize(
    ("code", "status"),
    [("not_allowed", 403), ("separate_duties", 403), ("wrong_state", 409), ("link_expired", 410)],
)
@pytest.mark.django_db
def test_a_refusal_is_a_page_with_its_reason(now: Any, code: str, status: int) -> None:
    page = answer_to(Refused(Refusal(code, "The reason is %(this)s.", facts={"this": "<here>"})), asked(now))
    assert page.status_code == status
    assert "The reason is &lt;here&gt;." in page.content.decode()


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://localhost/out-tasks?stage=pay", 'href="/out-tasks?stage=pay">Go back'),
        ("http://localhost//elsewhere.example/", 'href="/elsewhere.example/">Go back'),
        ("http://elsewhere.example/out-tasks", None),
        ("", None),
    ],
)
def test_a_members_refusal_leads_back_where_they_came_from(
    world: World, came_from: str, back: str | None
) -> None:
    request = asked(world.now)
    request.user = world.member("imke").person
    request.META["HTTP_REFERER"] = came_from
    text = answer_to(Refused(Refusal("x", "No.")), request).content.decode()
    assert back in text if back else "Go back" not in text


def test_what_may_not_be_seen_has_the_bytes_of_what_never_was(world: World) -> None:
    never = world.client("imke").get("/nowhere/at/all")
    stranger = Client().get("/nowhere")
    unseen = answer_to(NotFound("out-task"), asked(world.now))
    assert never.status_code == unseen.status_code == 404
    assert never.content == unseen.content == stranger.content


def test_other_exceptions_go_on_to_the_server(now: Any) -> None:
    answer: Any = refusals(lambda request: HttpResponse())
    assert answer.process_exception(asked(now), ZeroDivisionError()) is None


def test_a_page_that_breaks_tells_its_number(world: World) -> None:
    request = asked(world.now)
    request.number = "abc-123-def"  # type: ignore[attr-defined]
    page = broken(request)
    assert page.status_code == 500
    assert "abc-123-def" in page.content.decode()


def test_a_form_from_elsewhere_is_turned_away_in_plain_words(world: World) -> None:
    page = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "x"})
    assert page.status_code == 403
    assert "Open the page again" in page.content.decode()


@pytest.mark.parametrize(("given", "kept"), [("abcd-1234", True), ("short", False), ("a b\n" * 5, False)])
def test_each_request_has_a_number_and_an_instant(given: str, kept: bool) -> None:
    request = RequestFactory().get("/", headers={"X-Request-ID": given})
    response = request_context(lambda request: HttpResponse(request.now.isoformat()))(request)  # type: ignore[attr-defined]
    assert (response.headers["X-Request-ID"] == given) is kept
    assert len(response.headers["X-Request-ID"]) >= 8


def test_after_a_post_one_is_sent_to_see_the_outcome() -> None:
    response = see_other("gallery")
    assert (response.status_code, response.headers["Location"]) == (303, "/settings/components")
