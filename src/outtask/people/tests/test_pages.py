"""Pages of the people room in a browser without script."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from outtask.kernel.identifiers import new_id
from outtask.models import Budget, Member, MemberInvitation, Organisation, Person, Provider
from outtask.people import below
from tests.world import World

pytestmark = pytest.mark.django_db

PAGES = [
    "/settings",
    "/settings/organisation",
    "/settings/members",
    "/settings/members/new",
    "/settings/rights",
    "/settings/me",
    "/providers",
    "/providers/new",
    "/welcome",
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("who", ["imke", "ada"])
def test_every_page_opens_for_members(world: World, who: str, address: str) -> None:
    page = world.client(who).get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert "style=" not in text
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)
    assert not re.search(r"\son[a-z]+=", text)


@pytest.mark.parametrize("address", [address for address in PAGES if address != "/welcome"])
def test_strangers_sign_in_first(world: World, address: str) -> None:
    page = Client().get(address)
    assert page.status_code == 302
    assert page.headers["Location"] == f"/account/login/?next={address}"


def test_a_foreign_thing_is_answered_like_an_absent_one(world: World) -> None:
    oskar = world.client("oskar")
    for address in ("/providers/{}", "/providers/{}/details"):
        foreign = oskar.get(address.format(world.kestrel.pk))
        absent = oskar.get(address.format(new_id()))
        assert (foreign.status_code, absent.status_code) == (404, 404)
        assert foreign.content == absent.content
    foreign = oskar.get(f"/settings/members/{world.member('ada').pk}")
    absent = oskar.get(f"/settings/members/{new_id()}")
    assert foreign.status_code == 404
    assert foreign.content == absent.content


def test_foreign_posts_change_nothing(world: World) -> None:
    oskar = world.client("oskar")
    for address in (
        f"/settings/members/{world.member('ada').pk}/removal",
        f"/providers/{world.kestrel.pk}/block",
        f"/providers/{world.kestrel.pk}/block/end",
        f"/settings/invitations/{new_id()}/withdrawal",
        f"/links/{new_id()}/closure",
    ):
        assert oskar.post(address, {"reason": "x"}).status_code == 404, address
    assert Member.objects.filter(left_at__isnull=True).count() == 7


# --- beginning ----------------------------------------------------------------------------------------------


FOUNDING = {
    "name": "Tidewater Maps",
    "person_name": "Fenna Vis",
    "email": "fenna@tidewater.example",
    "password": "north sea at low tide",
    "currency": "EUR",
    "budget": "5000",
    "zone": "Europe/Amsterdam",
}


def test_the_first_visitor_founds_and_is_signed_in(db: None) -> None:
    visitor = Client()
    assert visitor.get("/welcome").status_code == 200
    done = visitor.post("/welcome", FOUNDING)
    assert (done.status_code, done.headers["Location"]) == (303, reverse("home"))
    organisation = Organisation.objects.get()
    assert visitor.get("/settings/organisation").context["organisation"] == organisation
    assert Budget.objects.get().authorised_minor == 500_000
    assert Person.objects.get().password.startswith("argon2")
    closed = Client().get("/welcome")
    assert (closed.status_code, closed.headers["Location"]) == (302, "/account/login/")


def test_founding_sent_twice_is_done_once_and_signs_in(db: None) -> None:
    sent = FOUNDING | {"key": str(new_id())}
    assert Client().post("/welcome", sent).status_code == 303
    again = Client()
    assert again.post("/welcome", sent).headers["Location"] == reverse("home")
    assert again.get("/settings/organisation").status_code == 200
    assert (Organisation.objects.count(), Member.objects.count(), Budget.objects.count()) == (1, 1, 1)


def test_what_the_founding_should_have_brought_comes_when_it_is_sent_again(db: None) -> None:
    sent = FOUNDING | {"key": str(new_id())}
    Client().post("/welcome", sent | {"budget": ""})
    assert not Budget.objects.exists()
    assert Client().post("/welcome", sent).status_code == 303
    assert Budget.objects.get().authorised_minor == 500_000


def test_founding_sent_again_by_somebody_else_leads_to_signing_in(db: None) -> None:
    sent = FOUNDING | {"key": str(new_id())}
    Client().post("/welcome", sent)
    owner = Person.objects.get()
    stranger = Client()
    for other in (
        {"password": "another sea at high tide"},
        {"key": str(new_id())},
        {"key": "a key of no form"},
    ):
        assert stranger.post("/welcome", sent | other).headers["Location"] == "/account/login/"
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={})
    assert stranger.post("/welcome", sent).headers["Location"] == "/account/login/"
    assert stranger.get("/settings").status_code == 302
    assert (Organisation.objects.count(), Budget.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "short"),
        ("password", "fenna@tidewater.example"),
        ("email", "nobody"),
        ("zone", "Mars/Olympus"),
        ("currency", "XXX"),
        ("budget", "-3"),
    ],
)
def test_what_needs_another_look_is_told_on_its_field(db: None, field: str, value: str) -> None:
    page = Client().post("/welcome", FOUNDING | {field: value})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert FOUNDING["name"] in page.content.decode()
    assert not Organisation.objects.exists()


def test_nobody_else_founds_a_first_one(world: World) -> None:
    assert Client().post("/welcome", FOUNDING).headers["Location"] == "/account/login/"
    assert Organisation.objects.count() == 2


def test_a_member_founds_another_and_goes_back(world: World) -> None:
    roisin = world.client("roisin")
    founding = {"name": "Róisín’s own", "currency": "EUR", "zone": "UTC", "key": str(new_id())}
    for _ in range(2):
        assert roisin.post("/welcome", founding).status_code == 303
    assert Organisation.objects.filter(name="Róisín’s own").count() == 1
    # The same key under somebody else's hand is another founding.
    assert world.client("imke").post("/welcome", founding | {"name": "Imke’s own"}).status_code == 303
    assert Organisation.objects.filter(name="Imke’s own").count() == 1
    assert roisin.get("/settings").context["organisation"].name == "Róisín’s own"
    back = roisin.post("/settings/organisation/choice", {"organisation": str(world.organisation.pk)})
    assert back.status_code == 303
    assert roisin.get("/settings").context["organisation"] == world.organisation
    for wanted in (str(world.foreign.pk), str(new_id()), "nonsense"):
        assert roisin.post("/settings/organisation/choice", {"organisation": wanted}).status_code == 404


def test_while_nothing_exists_everybody_is_taken_to_the_beginning(db: None, settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "outtask.people.signin.first_run"]
    visitor = Client()
    for address in ("/account/login/", "/settings", "/providers"):
        page = visitor.get(address)
        assert (page.status_code, page.headers["Location"]) == (302, "/welcome"), address
    visitor.post("/welcome", FOUNDING)
    assert Client().get("/account/login/").status_code == 200


# --- the organisation and its members -----------------------------------------------------------------------


def test_change_the_organisation(world: World) -> None:
    nadia = world.client("nadia")
    assert nadia.post("/settings/organisation", {"name": "Harbour", "zone": "UTC"}).status_code == 303
    assert nadia.post("/settings/organisation", {"name": "", "zone": "UTC"}).status_code == 422
    refused = world.client("ada").post("/settings/organisation", {"name": "Mine", "zone": "UTC"})
    assert refused.status_code == 422
    assert "owner" in refused.content.decode()
    world.organisation.refresh_from_db()
    assert world.organisation.name == "Harbour"


def test_the_exception_is_declared_and_ended_on_the_page(db: None) -> None:
    owner = Client()
    owner.post("/welcome", FOUNDING)
    assert owner.post("/settings/organisation/exception", {"exception-reason": ""}).status_code == 422
    owner.post("/settings/organisation/exception", {"exception-reason": "I am alone."})
    assert "I am alone." in owner.get("/settings/organisation").content.decode()
    owner.post("/settings/organisation/exception/end")
    assert owner.get("/settings/organisation").context["exception"] is None


def test_the_list_of_members(world: World) -> None:
    text = world.client("imke").get("/settings/members").content.decode()
    for name in ("Imke Vos", "Joseph Adeyemi", "£1,500.00", "the budgets", "all is referred"):
        assert name in text
    assert "Oskar" not in text


def test_invite_change_and_remove(world: World) -> None:
    nadia, roisin = world.client("nadia"), world.member("roisin")
    invited = {
        "email": "sefa@harbour.example",
        "name": "Sefa",
        "role": "finance",
        "limit": "",
        "reports_to": "",
    }
    assert nadia.post("/settings/members/new", invited).status_code == 303
    twice = nadia.post("/settings/members/new", invited)
    assert twice.status_code == 422
    assert "email" in twice.context["form"].errors
    changed = {"role": "manager", "limit": "900", "reports_to": str(world.member("imke").pk)}
    assert nadia.post(f"/settings/members/{roisin.pk}", changed).status_code == 303
    roisin.refresh_from_db()
    assert (roisin.role, roisin.limit_minor) == ("manager", 90_000)
    circle = nadia.post(
        f"/settings/members/{world.member('joseph').pk}",
        {"role": "manager", "limit": "", "reports_to": str(world.member("joseph").pk)},
    )
    assert circle.status_code == 422
    assert nadia.post(f"/settings/members/{roisin.pk}/removal").status_code == 303
    assert world.client("roisin").get("/settings").headers["Location"] == "/welcome"
    invitation = MemberInvitation.objects.get()
    nadia.post(f"/settings/invitations/{invitation.pk}/withdrawal")
    invitation.refresh_from_db()
    assert invitation.state == "withdrawn"


def test_an_admin_is_not_offered_to_make_owners(world: World) -> None:
    page = world.client("nadia").get("/settings/members/new")
    assert "owner" not in dict(page.context["form"].fields["role"].choices)
    made = world.client("nadia").post("/settings/members/new", {"email": "x@y.example", "role": "owner"})
    assert made.status_code == 422


def test_the_last_owner_stays(world: World) -> None:
    imke = world.client("imke")
    page = imke.post(f"/settings/members/{world.member('imke').pk}/removal")
    assert page.status_code == 409
    assert "only owner" in page.content.decode()


def test_the_rights_page_is_the_table_itself(world: World) -> None:
    page = world.client("dunstan").get("/settings/rights")
    assert len(page.context["rows"]) + len(page.context["by_link"]) == 22
    pay = next(row for row in page.context["rows"] if row["label"] == "Record payments")
    assert pay["mine"]
    assert pay["names"] == ["Owner", "Admin", "Finance"]


def test_me(world: World) -> None:
    roisin = world.client("roisin")
    given = {"name": "Róisín Tully", "zone": "Europe/Dublin", "language": "en-gb"}
    assert roisin.post("/settings/me", given).status_code == 303
    assert "Róisín Tully" in roisin.get("/settings/me").content.decode()
    assert roisin.post("/settings/me", given | {"name": " "}).status_code == 422


# --- providers ----------------------------------------------------------------------------------------------


def test_the_list_is_searched_filtered_and_paged(world: World) -> None:
    imke = world.client("imke")
    names = lambda page: [row[0].name for row in page.context["rows"]]  # noqa: E731
    assert names(imke.get("/providers")) == ["Kestrel Data Ltd", "Marek Solan", "Pagewright"]
    assert names(imke.get("/providers?q=solan.example")) == ["Marek Solan"]
    assert names(imke.get("/providers?kind=agent")) == ["Pagewright"]
    assert names(imke.get("/providers?kind=robot")) == ["Kestrel Data Ltd", "Marek Solan", "Pagewright"]
    assert "No provider fits" in imke.get("/providers?relation=blocked").content.decode()
    Provider.objects.bulk_create(
        Provider(organisation=world.organisation, kind="person", name=f"P {n:03}", added_at=world.now)
        for n in range(60)
    )
    first = imke.get("/providers")
    second = imke.get("/providers" + first.context["page"].next)
    assert len(names(first)) + len(names(second)) == 63
    assert not set(names(first)) & set(names(second))
    assert world.client("oskar").get("/providers").context["rows"] == []


def test_add_a_provider(world: World) -> None:
    roisin = world.client("roisin")
    assert roisin.post("/providers/new", {"kind": "firm", "name": "", "email": ""}).status_code == 422
    done = roisin.post("/providers/new", {"kind": "person", "name": "Ines Moreau", "email": "ines@m.example"})
    assert done.status_code == 303
    assert "Ines Moreau" in roisin.get(done.headers["Location"]).content.decode()


def test_a_namesake_is_named_and_can_be_confirmed(world: World) -> None:
    roisin = world.client("roisin")
    again = {"kind": "firm", "name": "Kestrel data ltd", "email": "other@kestrel.example"}
    page = roisin.post("/providers/new", again)
    assert page.status_code == 422
    assert "Kestrel Data Ltd" in page.content.decode()
    assert 'name="anyway"' in page.content.decode()
    assert 'name="anyway"' not in roisin.get("/providers/new").content.decode()
    assert roisin.post("/providers/new", again | {"anyway": "on"}).status_code == 303


def test_one_press_too_many_adds_one(world: World) -> None:
    roisin = world.client("roisin")
    given = {"key": "k1", "kind": "firm", "name": "Once Ltd", "email": "once@once.example"}
    first, second = roisin.post("/providers/new", given), roisin.post("/providers/new", given)
    assert first.headers["Location"] == second.headers["Location"]


def test_change_and_block_a_provider(world: World) -> None:
    roisin, there = world.client("roisin"), f"/providers/{world.kestrel.pk}"
    assert roisin.get(there).status_code == 200
    form = roisin.get(f"{there}/details").context["form"]
    kept = {name: form[name].value() or "" for name in form.fields if name not in {"anyway", "key"}}
    assert roisin.post(f"{there}/details", kept | {"phone": "123", "relation": "regular"}).status_code == 303
    assert roisin.post(f"{there}/block", {"reason": ""}).status_code == 422
    assert roisin.post(f"{there}/block", {"reason": "Late."}).status_code == 303
    world.kestrel.refresh_from_db()
    assert (world.kestrel.phone, world.kestrel.relation) == ("123", "blocked")
    assert roisin.get(f"{there}/details").status_code == 200
    assert roisin.post(f"{there}/details", kept | {"phone": "456"}).status_code == 303
    assert roisin.post(f"{there}/block/end").status_code == 303
    world.kestrel.refresh_from_db()
    assert (world.kestrel.phone, world.kestrel.relation) == ("456", "occasional")


def test_readers_get_no_buttons(world: World) -> None:
    text = world.client("ada").get(f"/providers/{world.kestrel.pk}").content.decode()
    assert "/details" not in text
    assert "/block" not in text
    refused = world.client("ada").post(f"/providers/{world.kestrel.pk}/block/end")
    assert refused.status_code == 403


def test_the_lists_ask_a_fixed_number_of_questions(world: World, django_assert_max_num_queries) -> None:
    imke = world.client("imke")
    imke.get("/providers")
    with django_assert_max_num_queries(8):
        imke.get("/settings/members")
    with django_assert_max_num_queries(8):
        imke.get("/providers")
    with django_assert_max_num_queries(12):
        imke.get(f"/providers/{world.kestrel.pk}")


def test_the_sample_is_offered_while_nothing_exists(db: None) -> None:
    offered = below.fill_sample() is not None
    assert Client().get("/welcome").context["offers_sample"] is offered
    Client().post("/welcome", FOUNDING)
    late = Client().post("/welcome/sample")
    assert late.status_code == (409 if offered else 404)
    assert Organisation.objects.count() == 1
