"""Nothing is done because another site made a browser send it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.harness.tenants.matrix import addresses
from tests.harness.tenants.parties import Party, ask
from tests.harness.tenants.routes import ROUTES, Door
from tests.harness.tenants.town import Town
from tests.world import SIGN_IN

pytestmark = pytest.mark.django_db

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def careless(town: Town) -> Party:
    """The owner's browser on a page of somebody else: it sends their cookies, and no word of our forms."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(town.own.world.members["imke"].person, backend=SIGN_IN)
    return Party("a careless owner", client, "owner")


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://evil.example"}, {"Referer": "https://evil.example/"}]
)
def test_no_unsafe_method_does_anything_without_the_word_of_our_forms(
    town: Town, careless: Party, headers: dict[str, str]
) -> None:
    done = []
    for name, row in ROUTES.items():
        for asked in addresses(town, name, row):
            if asked.whose != "own":
                continue
            for method in UNSAFE:
                answer = ask(careless, method, asked.path, headers=headers)
                if answer.rows or answer.status not in {403, 405}:
                    done.append(f"{method} {name}: {answer.status}, {answer.rows} rows")
    assert done == []


def test_links_do_nothing_either(town: Town) -> None:
    stranger = Party("a stranger", Client(enforce_csrf_checks=True, raise_request_exception=False))
    for name in ("propose_token", "sign_token", "deliver_token", "decide_token"):
        for method in UNSAFE:
            for rest in ("", "/milestones/2", "/thread", "/invoices"):
                answer = ask(stranger, method, f"/l/{town.own.things[name]}{rest}", {"decision": "approve"})
                assert (answer.rows, answer.status in {403, 404, 405}) == (0, True), (name, method, rest)


def exempt(patterns: list[URLPattern | URLResolver], before: str = "") -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= exempt(pattern.url_patterns, here)
        elif getattr(pattern.callback, "csrf_exempt", False):
            found.add(here)
    return found


def test_only_the_api_does_without(town: Town) -> None:
    """It may, because a cookie opens nothing there: `test_operations` calls all of it with one."""
    assert {address for address in exempt(get_resolver().url_patterns) if "api/v1" not in address} == set()
    assert any(row.door is Door.MEMBER for row in ROUTES.values())
