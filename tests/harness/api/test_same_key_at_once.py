"""The same call sent by many at the same moment is one act, whoever of them is told of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from outtask.api.tests.callers import Caller, token_for
from outtask.models import Brief, Entry
from tests.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 8


def at_once(act: Any) -> list[Any]:
    """What each of the clients was answered; they start together."""
    barrier = Barrier(CLIENTS)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(one, range(CLIENTS)))


def brief(years_ahead: int = 1) -> dict[str, str]:
    return {"what": "Clean the catalogue", "by_when": f"{timezone.now().year + years_ahead}-06-01"}


def test_one_act_for_one_key() -> None:
    world = make_world(timezone.now())
    token = token_for(world.member("imke"), world.now)
    body = brief()
    answers = at_once(lambda number: Caller(token).post("/briefs", body, Idempotency_Key="at-once"))
    done = [answer for answer in answers if answer.status_code == 201]
    told_to_wait = [answer for answer in answers if answer.status_code == 409]
    assert done and len(done) + len(told_to_wait) == CLIENTS
    assert {answer.json()["code"] for answer in told_to_wait} <= {"running"}
    assert len({answer.content for answer in done}) == 1
    assert Brief.objects.count() == 1
    assert Caller(token).post("/briefs", body, Idempotency_Key="at-once").content == done[0].content


def test_one_edit_for_one_tag() -> None:
    """All have read the same version; the check stands under the lock, so one of them changes it."""
    world = make_world(timezone.now())
    token = token_for(world.member("imke"), world.now)
    path = f"/out-tasks/{Caller(token).does('/briefs', brief())['reference']}/brief"
    tag = Caller(token).get(path).headers["ETag"]
    entries = Entry.objects.count()

    def edit(number: int) -> Any:
        body = brief() | {"what": f"Version of {number}", "version": 1}
        return Caller(token).send("PUT", path, body, If_Match=tag)

    answers = at_once(edit)
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (CLIENTS - 1)
    assert Entry.objects.count() == entries + 1
