"""A rule says no in the same words on its page and over the API."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from outtask.api.tests.callers import Caller, token_for
from outtask.decide.actions import add_process
from outtask.journal.models import Entry
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import Life
from outtask.pay.actions import approve_invoice
from outtask.people.actions import add_provider
from tests.world import World

pytestmark = pytest.mark.django_db

type Sent = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Twice:
    """The same act by the same member, sent to its page and to the API."""

    code: str
    who: str
    page: Callable[[Any], Sent]
    api: Callable[[Any], Sent]
    start: Callable[[World], Any] = lives.draft_brief
    method: str = "POST"


def _of(life: Life) -> str:
    return f"/out-tasks/{life.outtask.reference}"


def _request(life: Life) -> str:
    return f"/requests/{life.request.reference}"


def _there(world: World) -> World:
    return world


def _twin(world: World) -> World:
    add_provider(actor=world.actor("imke"), now=world.now, kind="firm", name=SALTMARSH["name"])
    return world


def _listed(world: World) -> World:
    add_process(actor=world.actor("imke"), now=world.now, name="Proofreading")
    return world


def _approved(world: World) -> Life:
    life = lives.invoiced(world)
    approve_invoice(actor=world.actor("dunstan"), now=world.now, invoice_id=life.invoice.pk)
    return life


SALTMARSH = {"kind": "firm", "name": "Saltmarsh Proofs", "email": "desk@saltmarsh.example"}
JOSEPH = {"email": "joseph@harbour.example", "role": "requester"}
EDIT = {"what": "Bind it", "by_when": "2026-12-20", "version": 0}
FUTURE = {"paid_on": "2027-01-05", "bank_reference": "BACS 9"}
ACTS = [
    Twice(
        "what_empty",
        "imke",
        lambda world: ("/briefs/new", {"what": " ", "by_when": "2026-12-20"} | _rows("criteria")),
        lambda world: ("/briefs", {"what": " ", "by_when": "2026-12-20"}),
        start=_there,
    ),
    Twice(
        "changed_meanwhile",
        "imke",
        lambda life: (f"{_of(life)}/brief/edit", EDIT | _rows("criteria")),
        lambda life: (f"{_of(life)}/brief", EDIT),
        method="PUT",
    ),
    Twice(
        "process_twice",
        "imke",
        lambda world: ("/processes/new", {"name": "Proofreading"}),
        lambda world: ("/processes", {"name": "Proofreading"}),
        start=_listed,
    ),
    Twice(
        "member_already",
        "imke",
        lambda world: ("/settings/members/new", JOSEPH),
        lambda world: ("/member-invitations", JOSEPH),
        start=_there,
    ),
    Twice(
        "paid_in_the_future",
        "dunstan",
        lambda life: (f"/invoices/{life.invoice.pk}/payment", FUTURE),
        lambda life: (f"/invoices/{life.invoice.pk}/payment", FUTURE),
        start=_approved,
    ),
    Twice(
        "day_past",
        "imke",
        lambda world: ("/briefs/new", {"what": "Bind it", "by_when": "2026-01-01"} | _rows("criteria")),
        lambda world: ("/briefs", {"what": "Bind it", "by_when": "2026-01-01"}),
        start=_there,
    ),
    Twice(
        "not_allowed",
        "ada",
        lambda world: ("/briefs/new", {"what": "Bind it", "by_when": "2026-12-20"} | _rows("criteria")),
        lambda world: ("/briefs", {"what": "Bind it", "by_when": "2026-12-20"}),
        start=_there,
    ),
    Twice(
        "provider_twice",
        "imke",
        lambda world: ("/providers/new", SALTMARSH),
        lambda world: ("/providers", SALTMARSH),
        start=_twin,
    ),
    Twice(
        "without_owner",
        "imke",
        lambda world: (f"/settings/members/{world.member('imke').pk}/removal", {}),
        lambda world: (f"/members/{world.member('imke').pk}", {}),
        start=_there,
        method="DELETE",
    ),
    Twice(
        "rejection",
        "joseph",
        lambda life: (_request(life), {"act": "decide", "decision": "reject", "version": "1", "note": " "}),
        lambda life: (f"{_request(life)}/rejection", {"version": 1, "note": " "}),
        start=lives.referred,
    ),
    Twice(
        "stale",
        "joseph",
        lambda life: (_request(life), {"act": "decide", "decision": "approve", "version": "7"}),
        lambda life: (f"{_request(life)}/approval", {"version": 7}),
        start=lives.referred,
    ),
    Twice(
        "taken_out_of_a_budget",
        "imke",
        lambda world: (f"/budgets/{world.budget.pk}", {"amount": "-99999.00"}),
        lambda world: (
            f"/budgets/{world.budget.pk}/authorisations",
            {"amount": {"minor": -9_999_900, "currency": "GBP"}},
        ),
        start=_there,
    ),
    Twice(
        "own_currency",
        "imke",
        lambda world: ("/rates", {"currency": "GBP", "per_unit": "1.1", "day": "2026-11-24"}),
        lambda world: ("/rates", {"currency": "GBP", "per_unit": "1.1", "day": "2026-11-24"}),
        start=_there,
    ),
    Twice(
        "no_exception_declared",
        "imke",
        lambda world: ("/settings/organisation/exception/end", {}),
        lambda world: ("/organisation/exception", {}),
        start=_there,
        method="DELETE",
    ),
]


def _rows(prefix: str) -> dict[str, str]:
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}


def _words(page: str) -> str:
    """The text of a page, as one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.code)
def test_the_same_words(world: World, act: Twice) -> None:
    start = act.start(world)
    entries = Entry.objects.count()
    address, form = act.page(start)
    page = world.client(act.who).post(address, form)
    caller = Caller(token_for(world.member(act.who), world.now))
    made = Entry.objects.count()
    path, body = act.api(start)
    answer = caller.send(act.method, path, body or None)
    assert page.status_code in {403, 409, 422}, page.status_code
    assert answer.status_code in {403, 409}, answer.content
    problem = answer.json()
    details = [error["detail"] for error in problem["errors"]]
    shown = _words(page.content.decode())
    for detail in details:
        assert " ".join(detail.split()) in shown, (detail, shown)
    assert (made, Entry.objects.count()) == (entries + 1, made), "only the token was made"
