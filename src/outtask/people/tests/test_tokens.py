"""Tokens of programs: who makes one, what it may, when it ends, and the page that shows it once."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from outtask.kernel.actor import Actor
from outtask.models import Entry, Token
from outtask.people import actions, queries, token_rules
from outtask.people.links import hash_of
from outtask.people.roles import PROGRAM_RIGHTS, Right, may, rights_of
from outtask.people.states import Role
from outtask.people.tests.traces import last, refused
from outtask.people.tokens import PREFIX, actor_of, fresh, note_use, token_of, why_closed
from tests.world import World

NOW = datetime.fromisoformat("2026-11-24T09:00:00+00:00")


def make(world: World, name: str = "imke", **more: Any) -> Token:
    given: dict[str, Any] = {
        "actor": world.actor(name),
        "now": world.now,
        "name": "Nightly export",
        "scopes": [Right.BRIEF],
        "expires_at": world.now + timedelta(days=90),
        "token_hash": hash_of(fresh()),
    }
    done = actions.make_token(**given | more)
    return Token.objects.get(pk=done["id"])


# ---- rules ----


def why_not(**more: Any) -> list[str]:
    usual: dict[str, Any] = {
        "name": "Nightly export",
        "scopes": {"read"},
        "carried": {"read", "brief"},
        "expires_at": NOW + timedelta(days=1),
        "now": NOW,
        "live": 0,
    }
    return [refusal.code for refusal in token_rules.why_not_make(**usual | more)]


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"name": "  "}, ["name_missing"]),
        ({"name": "x" * 101}, ["name_long"]),
        ({"name": "a\u202eb"}, ["hidden_character"]),
        ({"scopes": {"read", "pay"}}, ["scopes_beyond"]),
        ({"expires_at": NOW}, ["end_past"]),
        ({"expires_at": NOW + timedelta(days=365)}, []),
        ({"expires_at": NOW + timedelta(days=365, seconds=1)}, ["end_far"]),
        ({"live": 50}, ["tokens_many"]),
        ({"name": "", "scopes": {"pay"}}, ["name_missing", "scopes_beyond"]),
    ],
)
def test_what_a_token_may_be(facts: dict[str, Any], codes: list[str]) -> None:
    assert why_not(**facts) == codes


def test_a_token_is_chance() -> None:
    made = {fresh() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(PREFIX + r"[\w-]{43}", token) for token in made)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("right", list(Right))
def test_scopes_only_narrow(world_free_actor: Any, role: Role, right: Right) -> None:
    """For every role, right and scope: with a token never more than without, and no more than its scopes."""
    plain = world_free_actor(role, None)
    for scopes in (frozenset(), frozenset({right.value}), frozenset({"read"})):
        narrowed = may(world_free_actor(role, scopes), right)
        assert (narrowed is None) == (may(plain, right) is None and right.value in scopes)


@pytest.fixture
def world_free_actor() -> Any:
    from uuid import UUID

    from outtask.kernel.actor import ActorKind

    return lambda role, scopes: Actor(ActorKind.MEMBER, UUID(int=1), UUID(int=2), role, scopes=scopes)


# ---- actions ----


@pytest.mark.django_db
def test_making_one(world: World) -> None:
    token = make(world)
    assert token.scopes == ["read", "brief"], "reading is always among them, in the order of the table"
    assert (token.member_id, token.provider_id) == (world.member("imke").pk, None)
    kind, says = last(world.organisation.pk)
    assert kind == "token.made"
    assert (says["name"], says["scopes"], says["token"]) == ("Nightly export", "read brief", str(token.pk))


@pytest.mark.django_db
def test_the_journal_never_holds_it(world: World) -> None:
    secret = fresh()
    make(world, token_hash=hash_of(secret))
    for entry in Entry.objects.all():
        assert secret.encode() not in bytes(entry.body) and hash_of(secret).encode() not in bytes(entry.body)


@pytest.mark.django_db
def test_who_makes_none(world: World) -> None:
    given: dict[str, Any] = {
        "now": world.now,
        "name": "x",
        "scopes": ["read"],
        "expires_at": world.now + timedelta(days=1),
        "token_hash": "0" * 64,
    }
    by_token = actor_of(make(world), world.now)
    assert refused(actions.make_token, actor=by_token, **given) == ["sign_in_first"]
    program = actor_of(make(world, provider_id=world.pagewright.pk, scopes=["propose"]), world.now)
    assert refused(actions.make_token, actor=program, **given) == ["sign_in_first"]
    auditor = given | {"actor": world.actor("ada")}
    assert refused(actions.make_token, **auditor | {"scopes": ["brief"]}) == ["scopes_beyond"]
    assert refused(actions.make_token, **auditor, provider_id=world.pagewright.pk) == ["not_allowed"]
    imke = given | {"actor": world.actor("imke")}
    assert refused(actions.make_token, **imke, provider_id=world.kestrel.pk) == ["not_a_program"]
    assert refused(actions.make_token, **imke | {"scopes": ["brief"]}, provider_id=world.pagewright.pk) == [
        "scopes_beyond"
    ]


@pytest.mark.django_db
def test_ending_one(world: World) -> None:
    token = make(world, "joseph")
    assert refused(actions.revoke_token, actor=world.actor("roisin"), now=world.now, token_id=token.pk) == [
        "not_allowed"
    ]
    actions.revoke_token(actor=world.actor("joseph"), now=world.now, token_id=token.pk)
    token.refresh_from_db()
    assert token.revoked_at == world.now
    assert last(world.organisation.pk)[0] == "token.revoked"
    assert refused(actions.revoke_token, actor=world.actor("imke"), now=world.now, token_id=token.pk) == [
        "revoked_already"
    ]


@pytest.mark.django_db
def test_leaving_ends_them(world: World) -> None:
    token = make(world, "ada", scopes=["read"])
    actions.remove_member(actor=world.actor("imke"), now=world.now, member_id=world.member("ada").pk)
    token.refresh_from_db()
    closed = why_closed(token, world.now)
    assert closed is not None and closed.code == "token_revoked"
    kinds = (
        Entry.objects.filter(organisation=world.organisation).order_by("-seq").values_list("kind", flat=True)
    )
    assert list(kinds[:2]) == ["token.revoked", "member.left"]


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "ends"), [("manager", False), ("auditor", True), ("finance", True)])
def test_a_role_that_carries_less_ends_them(world: World, role: str, ends: bool) -> None:
    token = make(world, "joseph", scopes=["brief"])
    actions.change_member(
        actor=world.actor("imke"),
        now=world.now,
        member_id=world.member("joseph").pk,
        role=role,
        limit_minor=None,
        reports_to_id=None,
    )
    token.refresh_from_db()
    assert (token.revoked_at is not None) is ends


@pytest.mark.django_db
def test_blocking_a_provider_ends_theirs(world: World) -> None:
    theirs = make(world, provider_id=world.pagewright.pk, scopes=["propose"])
    ours = make(world)
    actions.block_provider(
        actor=world.actor("imke"), now=world.now, provider_id=world.pagewright.pk, reason="It made things up."
    )
    theirs.refresh_from_db()
    ours.refresh_from_db()
    assert (theirs.revoked_at, ours.revoked_at) == (world.now, None)


@pytest.mark.django_db
def test_a_token_cannot_change_who_somebody_is(world: World) -> None:
    actor = actor_of(make(world), world.now)
    assert refused(actions.end_sessions, actor=actor, now=world.now) == ["members_only"]
    given = {"name": "Other", "zone": "UTC", "language": "en-gb"}
    assert refused(actions.rename_me, actor=actor, now=world.now, **given) == ["members_only"]


@pytest.mark.django_db
def test_found_by_its_hash(world: World) -> None:
    secret = fresh()
    token = make(world, token_hash=hash_of(secret))
    assert token_of(secret) == token
    assert token_of(secret[:-1]) is None
    assert token_of(secret.removeprefix(PREFIX)) is None


@pytest.mark.django_db
def test_who_knows_of_which(world: World) -> None:
    of_joseph = make(world, "joseph")
    of_program = make(world, provider_id=world.pagewright.pk, scopes=["propose"])
    of_ada = make(world, "ada", scopes=["read"])
    assert set(queries.tokens_for(world.actor("imke"))) == {of_joseph, of_program, of_ada}
    assert set(queries.tokens_for(world.actor("joseph"))) == {of_joseph, of_program}
    assert set(queries.tokens_for(world.actor("ada"))) == {of_ada}
    assert not queries.tokens_for(world.actor("oskar")).exists()
    assert not queries.tokens_for(actor_of(of_program, world.now)).exists()


@pytest.mark.django_db
def test_use_is_telemetry(world: World) -> None:
    token = make(world)
    entries = Entry.objects.count()
    note_use(token, world.now)
    token.refresh_from_db()
    assert (token.last_used_at, Entry.objects.count()) == (world.now, entries)


# ---- the page ----


@pytest.fixture
def page(world: World, time_machine: Any) -> Any:
    time_machine.move_to(world.now, tick=False)
    return world.client("imke")


FORM = {"name": "Nightly export", "holder": "", "scopes": ["brief"], "expires_at": "2027-01-31", "key": "k-1"}


@pytest.mark.django_db
def test_shown_once_and_in_no_address(world: World, page: Any) -> None:
    response = page.post("/settings/tokens", FORM)
    assert response.status_code == 201
    found = re.search(r'id="token">([^<]+)<', response.content.decode())
    assert found is not None
    token = token_of(found[1])
    assert token is not None and token.scopes == ["read", "brief"]
    assert token.expires_at == datetime.fromisoformat("2027-01-31T23:59:59+00:00")
    assert "no-store" in response.headers["Cache-Control"]
    assert found[1] not in page.get("/settings/tokens").content.decode()
    assert found[1] not in str(dict(page.session))


@pytest.mark.django_db
def test_sent_twice_shows_nothing_again(world: World, page: Any) -> None:
    page.post("/settings/tokens", FORM)
    again = page.post("/settings/tokens", FORM)
    assert again.status_code == 422
    assert 'id="token"' not in again.content.decode()
    assert Token.objects.count() == 1


@pytest.mark.django_db
def test_for_a_program(world: World, page: Any) -> None:
    page.post("/settings/tokens", FORM | {"holder": str(world.pagewright.pk), "scopes": ["propose"]})
    assert Token.objects.get().provider == world.pagewright


@pytest.mark.django_db
def test_what_is_wrong_stands_on_the_form(world: World, page: Any) -> None:
    response = page.post("/settings/tokens", FORM | {"expires_at": "2028-01-31"})
    assert response.status_code == 422
    assert "A token lives a year at most." in html.unescape(response.content.decode())
    assert not Token.objects.exists()


@pytest.mark.django_db
def test_ended_on_the_page(world: World, page: Any) -> None:
    token = make(world)
    response = page.post(f"/settings/tokens/{token.pk}/revocation", {"key": "k-2"})
    assert response.status_code == 303
    token.refresh_from_db()
    assert token.revoked_at is not None
    foreign = world.client("oskar").post(f"/settings/tokens/{token.pk}/revocation", {"key": "k-3"})
    assert foreign.status_code == 404


def test_programs_have_only_what_guests_have() -> None:
    assert not PROGRAM_RIGHTS & (rights_of(Role.OWNER) - {Right.READ, Right.WRITE, Right.INVOICE})
