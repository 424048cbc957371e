"""What every operation has in common: who is let in, problems, tags, keys, pages, limits."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from outtask.api import limits
from outtask.api.tests.callers import ROOT, Caller, token_for
from outtask.models import Brief, Entry, KeyUsed, OutTask, Token
from tests.world import World

pytestmark = pytest.mark.django_db

BRIEF = {"what": "Clean the catalogue", "by_when": "2026-12-24"}


def written(caller: Caller, **more: Any) -> str:
    return str(caller.does("/briefs", BRIEF | more)["reference"])


# ---- who is let in ----


def test_without_a_token_nobody(world: World) -> None:
    response = Client().get(f"{ROOT}/out-tasks")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_cookie_alone_opens_nothing(world: World) -> None:
    client = world.client("imke")
    assert client.get("/out-tasks").status_code == 200
    assert client.get(f"{ROOT}/out-tasks").status_code == 401
    assert client.post(f"{ROOT}/briefs", BRIEF, content_type="application/json").status_code == 401


@pytest.mark.parametrize("value", ["ot_nothing", "Basic aW1rZTp4", "", "ot_\u00e9", "x" * 5000])
def test_what_is_no_token_of_ours(world: World, value: str) -> None:
    response = Client(headers={"Authorization": f"Bearer {value}"}).get(f"{ROOT}/me")
    assert (response.status_code, response.json()["code"]) == (401, "unknown_caller")


def test_a_token_that_was_ended(world: World, imke: Caller) -> None:
    Token.objects.update(revoked_at=world.now)
    response = imke.get("/me")
    assert (response.status_code, response.json()["code"]) == (401, "token_revoked")
    assert "invalid_token" in response.headers["WWW-Authenticate"]


def test_a_token_at_its_end(world: World, imke: Caller, time_machine: Any) -> None:
    time_machine.move_to(world.now + timedelta(days=30), tick=False)
    assert imke.get("/me").json()["code"] == "token_expired"


def test_no_token_of_somebody_who_left(world: World) -> None:
    caller = Caller(token_for(world.member("ada"), world.now))
    world.member("ada").left_at = world.now
    world.member("ada").save()
    assert caller.get("/me").json()["code"] == "member_left"


def test_use_is_noted_once_a_minute(world: World, imke: Caller, time_machine: Any) -> None:
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        time_machine.move_to(world.now + timedelta(seconds=seconds), tick=False)
        imke.reads("/me")
        assert Token.objects.get().last_used_at == world.now + timedelta(seconds=noted)


def test_who_one_is(world: World, imke: Caller, pagewright: Caller) -> None:
    assert imke.reads("/me")["role"] == "owner"
    program = pagewright.reads("/me")
    assert (program["kind"], program["provider_id"]) == ("program", str(world.pagewright.pk))


# ---- scopes ----


def test_scopes_narrow(world: World) -> None:
    caller = Caller(token_for(world.member("imke"), world.now, "read"))
    response = caller.post("/briefs", BRIEF)
    assert (response.status_code, response.json()["code"]) == (403, "outside_scopes")
    assert not OutTask.objects.exists()
    written(Caller(token_for(world.member("imke"), world.now, "brief")))


def test_scopes_never_widen(world: World) -> None:
    roisin = Caller(token_for(world.member("roisin"), world.now))
    response = roisin.post("/budgets", {"name": "Mine", "authorised": {"minor": 1, "currency": "GBP"}})
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")


# ---- problems ----


def test_shape_that_does_not_fit(imke: Caller) -> None:
    response = imke.post("/briefs", {"what": 7, "by_when": "tomorrow", "else": 1})
    problem = response.json()
    assert (response.status_code, problem["type"]) == (422, "/api/v1/reference#problem-not-fitting")
    assert {error["pointer"] for error in problem["errors"]} == {"#/what", "#/by_when", "#/else"}
    assert problem["request_id"] == response.headers["X-Request-ID"]


def test_an_integer_may_be_written_with_a_point(imke: Caller) -> None:
    given = BRIEF | {"budget": {"minor": 41_200, "currency": "GBP"}}
    text = json.dumps(given).replace("41200", "41200.0")
    response = imke.post("/briefs", text)
    assert response.status_code == 201, response.content
    assert Brief.objects.get().budget_minor == 41_200
    assert imke.post("/briefs", text.replace("41200.0", "41200.5")).status_code == 422


def test_a_line_break_in_an_address_is_answered_in_our_own_way(imke: Caller) -> None:
    response = imke.get("/invoices/a%0Ab")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_rule_that_says_no_points_at_the_field(imke: Caller) -> None:
    response = imke.post("/briefs", {"what": "  ", "by_when": "2025-01-01"})
    assert response.status_code == 409
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [
        ("#/what", "what_empty"),
        ("#/by_when", "day_past"),
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [("{", 400), ('{"what": NaN}', 400), ('"text"', 422), ("[]", 422), ("[" * 100_000, 400), ("\udcff", 400)],
)
def test_bodies_that_cannot_be_read(imke: Caller, body: str, status: int) -> None:
    data = body.encode("utf-8", "surrogateescape")
    response = imke.client.post(f"{ROOT}/briefs", data, content_type="application/json")
    assert response.status_code == status


@pytest.mark.parametrize("what", ["nul \u0000", "half \ud800"])
def test_text_no_database_holds(imke: Caller, what: str) -> None:
    assert imke.post("/briefs", BRIEF | {"what": what}).status_code == 422


def test_foreign_and_absent_are_the_same_bytes(world: World, imke: Caller) -> None:
    reference = written(imke)
    oskar = Caller(token_for(world.member("oskar"), world.now))
    foreign = oskar.get(f"/out-tasks/{reference}")
    absent = oskar.get("/out-tasks/OT-26-999999-X")
    no_such_address = oskar.get("/nothing/at/all")
    assert foreign.status_code == absent.status_code == no_such_address.status_code == 404
    assert foreign.content == absent.content == no_such_address.content


def test_other_methods(imke: Caller) -> None:
    response = imke.send("DELETE", "/out-tasks")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET")


def test_a_request_id_is_kept(imke: Caller) -> None:
    response = imke.get("/budgets?limit=0", X_Request_ID="proxy-0000001")
    assert response.headers["X-Request-ID"] == "proxy-0000001"
    assert response.json()["request_id"] == "proxy-0000001"


# ---- keys ----


def test_the_same_key_is_the_same_act(world: World, imke: Caller) -> None:
    first = imke.post("/briefs", BRIEF, Idempotency_Key="k-1")
    again = imke.post("/briefs", BRIEF, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["Location"] == again.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Brief.objects.count() == 1


def test_a_key_with_other_input(imke: Caller) -> None:
    imke.post("/briefs", BRIEF, Idempotency_Key="k-1")
    response = imke.post("/briefs", BRIEF | {"what": "Else"}, Idempotency_Key="k-1")
    assert (response.status_code, response.json()["code"]) == (422, "key_used_otherwise")


def test_each_token_has_keys_of_its_own(world: World, imke: Caller) -> None:
    other = Caller(token_for(world.member("imke"), world.now))
    imke.post("/briefs", BRIEF, Idempotency_Key="k-1")
    assert other.post("/briefs", BRIEF, Idempotency_Key="k-1").status_code == 201
    assert Brief.objects.count() == 2


def test_while_it_runs(imke: Caller) -> None:
    token = Token.objects.get()
    cache.add(f"api-running:{token.pk.hex}:k-1", 1, timeout=60)
    response = imke.post("/briefs", BRIEF, Idempotency_Key="k-1")
    assert (response.status_code, response.json()["code"]) == (409, "running")
    assert response.headers["Retry-After"] == "1"
    cache.delete(f"api-running:{token.pk.hex}:k-1")
    assert imke.post("/briefs", BRIEF, Idempotency_Key="k-1").status_code == 201


def test_a_refusal_leaves_the_key_free(imke: Caller) -> None:
    assert imke.post("/briefs", BRIEF | {"what": " "}, Idempotency_Key="k-1").status_code == 409
    assert not KeyUsed.objects.filter(key__endswith="k-1").exists()
    assert imke.post("/briefs", BRIEF, Idempotency_Key="k-1").status_code == 201


@pytest.mark.parametrize("key", ["", "with space", "x" * 101, "ö"])
def test_what_is_no_key(imke: Caller, key: str) -> None:
    response = imke.post("/briefs", BRIEF, Idempotency_Key=key)
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, "Idempotency-Key")


# ---- tags ----


def test_not_modified(imke: Caller) -> None:
    reference = written(imke)
    tag = imke.get(f"/out-tasks/{reference}").headers["ETag"]
    assert imke.get(f"/out-tasks/{reference}", If_None_Match=tag).status_code == 304
    assert imke.get(f"/out-tasks/{reference}", If_None_Match=f'"a", W/{tag}').status_code == 304
    assert imke.get(f"/out-tasks/{reference}", If_None_Match='"a"').status_code == 200


def test_nobody_overwrites_what_they_have_not_seen(imke: Caller) -> None:
    reference = written(imke)
    path = f"/out-tasks/{reference}/brief"
    tag = imke.get(path).headers["ETag"]
    edit = BRIEF | {"what": "Clean all of it", "version": 1}
    assert imke.send("PUT", path, edit, If_Match=tag).status_code == 200
    entries = Entry.objects.count()
    stale = imke.send("PUT", path, edit | {"what": "Over it", "version": 2}, If_Match=tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert stale.headers["ETag"] == imke.get(path).headers["ETag"]
    assert Entry.objects.count() == entries
    assert imke.send("PUT", path, edit | {"what": "Anew", "version": 2}, If_Match="*").status_code == 200


def test_a_repeated_call_is_answered_although_the_tag_is_old(imke: Caller) -> None:
    path = f"/out-tasks/{written(imke)}/brief"
    tag = imke.get(path).headers["ETag"]
    edit = BRIEF | {"what": "Clean all of it", "version": 1}
    first = imke.send("PUT", path, edit, If_Match=tag, Idempotency_Key="edit-1")
    again = imke.send("PUT", path, edit, If_Match=tag, Idempotency_Key="edit-1")
    assert first.content == again.content


# ---- lists ----


def test_walking_through_a_list(imke: Caller) -> None:
    references = [written(imke, what=f"Task {number}") for number in range(5)]
    path, seen = "/out-tasks?limit=2", []
    while path:
        response = imke.get(path)
        page = response.json()
        seen += [row["reference"] for row in page["items"]]
        assert ("Link" in response.headers) is (page["next"] is not None)
        path = (page["next"] or "").removeprefix(ROOT)
    assert seen == references[::-1]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "after=zz", "after=%00", "stage=nowhere"]
)
def test_what_no_list_understands(imke: Caller, query: str) -> None:
    response = imke.get(f"/out-tasks?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == query.partition("=")[0]


# ---- limits ----


def test_too_many(monkeypatch: pytest.MonkeyPatch, imke: Caller) -> None:
    monkeypatch.setattr(limits, "PER_MINUTE", 3)
    answers = [imke.get("/me") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit"] == '"token";r=2;t=60'
    assert answers[3].headers["Retry-After"] == "60"


def test_processes_share_their_counts(world: World) -> None:
    token = uuid4()
    for _ in range(limits.LOT):
        limits.count(token, world.now)
    limits._windows.pop(token)  # as another process would begin
    for _ in range(limits.LOT):
        standing = limits.count(token, world.now)
    assert limits.count(token, world.now).left == limits.PER_MINUTE - 2 * limits.LOT - 1
    assert standing.limit == limits.PER_MINUTE
    later = limits.count(token, world.now + timedelta(minutes=1))
    assert later.left == limits.PER_MINUTE - 1
