"""Every operation of the API, called by everybody, on what is theirs and what is not."""

from __future__ import annotations

import pytest
from django.test import Client

from outtask.api import limits
from tests.harness.tenants.operations import Caller, Operation, operations
from tests.harness.tenants.parties import PARTIES, Party, ask, party, same_again
from tests.harness.tenants.town import Town
from tests.harness.tenants.undoing import digests
from tests.world import SIGN_IN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The instant stands still, and with it the minute in which calls are counted."""
    monkeypatch.setattr(limits, "PER_MINUTE", 10**9)


@pytest.fixture(scope="module")
def known(town: Town) -> list[Operation]:
    return operations(town, party(town, "admin"))[0]


def test_every_part_of_every_address_of_the_api_names_a_thing(town: Town) -> None:
    _found, unknown = operations(town, party(town, "admin"))
    assert unknown == []


@pytest.mark.parametrize("name", PARTIES)
def test_operations(town: Town, known: list[Operation], name: str) -> None:
    who = party(town, name)
    mine = operations(town, party(town, "admin"), "foreign")[0] if who.foreign else known
    caller, before = Caller(town, who), digests()
    for operation in mine:
        caller.all_of(operation)
    assert "\n".join(caller.wrong) == ""
    assert digests() == before
    assert caller.calls > 300
    assert bool(caller.served) == caller.enters


def test_an_id_inside_a_body_that_is_not_ours_is_one_that_never_was(
    town: Town, known: list[Operation]
) -> None:
    """Ids of their things in what is sent are answered as ids of nothing, word for word."""
    admin = party(town, "admin")
    theirs = {one.name: one for one in operations(town, admin, "foreign")[0]}
    nobodys = {one.name: one for one in operations(town, admin, "absent")[0]}
    caller, compared = Caller(town, admin), []
    for own in known:
        foreign, absent = theirs[own.name], nobodys[own.name]
        if foreign.given.data == own.given.data or own.given.content_type != "application/json":
            continue
        path = own.address(town.own.things, {})
        told, nothing = caller.call(foreign, path), caller.call(absent, path)
        names = tuple(town.foreign.things.values()) + tuple(town.things["absent"].values())
        if told.rows or same_again(told, *names) != same_again(nothing, *names):
            caller.say(own, "foreign id in the body", told, f"differs from what never was ({nothing.status})")
        compared.append(own.name)
    assert caller.wrong == []
    assert {"ask", "merge_processes", "send_brief"} <= set(compared)


def test_a_cookie_alone_opens_nothing_of_the_api(town: Town, known: list[Operation]) -> None:
    """So no page elsewhere can make a browser act there, and the API needs no other defence against it."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(town.own.world.members["imke"].person, backend=SIGN_IN)
    browser = Party("a browser that is signed in", client)
    opened = []
    for operation in known:
        answer = ask(
            browser, operation.method, operation.address(town.own.things, {}), **operation.given.sent
        )
        if answer.status != 401 or answer.rows:
            opened.append((operation.name, answer.status))
    assert opened == []
