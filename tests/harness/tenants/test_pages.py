"""Every named address, every method, asked by everybody, for what is theirs and what is not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from outtask.ui.views import absent
from tests.harness.tenants.matrix import Desk, Judge, addresses
from tests.harness.tenants.parties import PARTIES, Party, party
from tests.harness.tenants.planting import MACHINE, WORDS, texts_of_tenants
from tests.harness.tenants.routes import ROUTES, Door
from tests.harness.tenants.town import Town
from tests.harness.tenants.undoing import digests
from tests.world import SIGN_IN

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    client = Client()
    client.force_login(town.own.world.members["imke"].person, backend=SIGN_IN)
    return Desk(town, Party("owner", client, "owner"))


def names_of(patterns: list[URLPattern | URLResolver]) -> set[str]:
    """Every named address but those of the API, whose operations stand in its document."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "api":
                found |= names_of(pattern.url_patterns)
        elif pattern.name:
            found.add(pattern.name)
        elif pattern.callback is not absent:  # addresses of the library that are closed need no name
            found.add(f"an address without a name: {pattern.pattern}")
    return found


def test_every_named_address_has_a_row_and_every_row_an_address() -> None:
    named = names_of(get_resolver().url_patterns) - {"api-absent"}
    assert named == set(ROUTES)


def test_every_text_of_a_tenant_is_planted_or_known_to_be_the_systems_own() -> None:
    known = {
        name: set(WORDS.get(name, ())) | set(MACHINE.get(name, ())) for name in WORDS.keys() | MACHINE.keys()
    }
    found = {name: columns for name, columns in texts_of_tenants().items() if columns}
    assert found == known


@pytest.mark.parametrize("name", PARTIES)
def test_pages(town: Town, desk: Desk, name: str) -> None:
    judge = Judge(town, party(town, name))
    before = digests()
    for route, row in ROUTES.items():
        for asked in addresses(town, route, row, name == "requester"):
            answer = judge.look(route, row, asked)
            hidden = row.door is Door.MEMBER and not judge.sees(row, asked.whose)
            if (hidden and asked.whose != "absent") or (row.door is Door.LINK and asked.whose == "deleted"):
                judge.compare(route, asked, answer, "GET")
            if row.door is Door.LINK:
                continue
            data = desk.filled.get(route, {})
            acted = judge.act(route, row, asked, data)
            if not judge.sees(row, asked.whose) and asked.whose != "absent":
                judge.compare(route, asked, acted, "POST", dict(data))
            if asked.whose == "own":
                judge.other_methods(route, row, asked)
    assert "\n".join(judge.wrong) == ""
    assert digests() == before
    assert judge.cells > 1_000
