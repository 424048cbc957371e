"""Buying without a negotiated agreement: placed, referred, confirmed, named, changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from outtask.agree.actions import revise_agreement, sign_as_provider
from outtask.agree.orders import Line
from outtask.agree.queries import document_of, version_of
from outtask.journal.recording import NotFound
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.ordering import change_order, request_purchase
from outtask.lifecycle.spending import approve_request
from outtask.lifecycle.tests.orders import (
    CHAIRS,
    LAMP,
    WHOLE,
    buys,
    kinds,
    line,
    refused,
    request,
    sums,
    told,
)
from outtask.models import (
    Agreement,
    AgreementVersion,
    Link,
    Milestone,
    OutTask,
    PurchaseRequest,
    Signature,
)
from outtask.spend.actions import reject_request, withdraw_request
from tests.world import World

# ---- placing ----


def test_within_the_limit_it_is_ordered_at_once(world: World) -> None:
    outcome = buys(world)
    outtask, row, agreement = OutTask.objects.get(), request(), Agreement.objects.get()
    assert outcome.values | {"tracking_code": ""} == {
        "outtask_id": str(outtask.pk),
        "reference": outtask.reference,
        "tracking_code": "",
        "id": str(row.pk),
        "request": row.reference,
        "outtask": outtask.reference,
        "committed": True,
        "why": "",
    }
    assert (outtask.title, outtask.provider, outtask.owner) == (
        "Chairs for the reading room", world.kestrel, world.member("joseph"),
    )  # fmt: skip
    assert (outtask.stage, outtask.holder, outtask.next_step) == ("deliver", "provider", "hand_in")
    assert (agreement.form, agreement.state, agreement.amount_minor) == ("order", "in_force", WHOLE)
    document = document_of(version_of(agreement))
    assert (document.lines, document.provider) == ((CHAIRS, LAMP), "Kestrel Data Ltd")
    signed = Signature.objects.get()
    assert (signed.party, signed.member, signed.sha256) == (
        "client", world.member("joseph"), AgreementVersion.objects.get().sha256,
    )  # fmt: skip
    assert list(
        Milestone.objects.order_by("order").values_list(
            "title", "amount_minor", "order_line", "quantity", "due_on"
        )
    ) == [
        ("Chair, oak", 12_000, 1, 10, (world.now + timedelta(days=14)).date()),
        ("Lamp", 2_500, 2, 1, (world.now + timedelta(days=14)).date()),
    ]
    assert kinds() == ["request.committed_within_limit", "order.placed", "milestones.opened"]
    assert told("order.placed").says["amount"] == Money(WHOLE, "GBP")
    assert sorted(Link.objects.values_list("purpose", "email")) == [
        ("deliver", "work@kestrel.example"),
        ("sign", "work@kestrel.example"),
    ]
    assert sums()[0] == WHOLE


def test_above_the_limit_it_is_referred_and_ordered_when_approved(world: World) -> None:
    big = Line("Shelves", 1, "", Money(160_000, "GBP"))
    outcome = buys(world, lines=(big,), title="")
    assert (outcome["committed"], outcome.kind) == (False, "request.referred")
    assert outcome["why"]
    assert OutTask.objects.get().title == "Shelves"
    assert (OutTask.objects.get().stage, OutTask.objects.get().next_step) == ("approve", "decide_request")
    assert not Milestone.objects.exists()
    assert not Link.objects.filter(purpose__in=["sign", "deliver"]).exists()
    row = request()
    approve_request(actor=world.actor("imke"), now=world.now, request_id=row.pk, version=1)
    assert line(1).amount_minor == 160_000
    assert Link.objects.filter(purpose="sign").exists()


def test_the_same_order_sent_twice_by_a_flaky_phone_is_one(world: World) -> None:
    first = buys(world, key="phone-1")
    again = buys(world, key="phone-1")
    assert (again.repeated, again["request"]) == (True, first["request"])
    assert PurchaseRequest.objects.count() == 1
    with refused("key_used_otherwise"):
        buys(world, key="phone-1", title="Other chairs")


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"lines": ()}, "lines", "no_lines"),
        ({"title": "x" * 121}, "title", "title_long"),
        ({"needed_by": "yesterday"}, "needed_by", "day_past"),
        ({"needed_by": "far"}, "needed_by", "day_far"),
        ({"category": "7a"}, "category", "category_form"),
        ({"reason": "x" * 5_001}, "reason", "words_long"),
        ({"lines": (Line("x", 1, "", Money(10**15, "GBP"), Decimal(20)),)}, "lines", "total_too_large"),
        ({"lines": (Line("x", 1, "", Money(100, "EUR")),)}, None, "no_rate"),
    ],
)
def test_what_cannot_be_ordered_says_why(world: World, more: dict[str, Any], field: str, code: str) -> None:
    days = {"yesterday": -1, "far": 4_000}
    if more.get("needed_by") in days:
        more = more | {"needed_by": (world.now + timedelta(days=days[more["needed_by"]])).date()}
    with pytest.raises(Refused) as problem:
        buys(world, **more)
    assert problem.value.refusal.code == code
    assert field is None or problem.value.refusal.field == field
    assert not OutTask.objects.exists()


def test_a_blocked_provider_gets_no_order_and_a_foreign_one_is_not_there(world: World) -> None:
    world.kestrel.relation = "blocked"
    world.kestrel.save()
    with refused("provider_blocked"):
        buys(world)
    with pytest.raises(NotFound):
        request_purchase(
            actor=world.actor("oskar"), now=world.now, title="", lines=(LAMP,),
            budget_id=world.budget.pk, provider_id=world.marek.pk,
        )  # fmt: skip


@pytest.mark.parametrize("who", ["dunstan", "ada"])
def test_only_who_may_ask_buys(world: World, who: str) -> None:
    with refused("not_allowed"):
        buys(world, who)


def test_a_withdrawn_order_is_over(world: World) -> None:
    buys(world, "roisin", lines=(Line("Desk", 1, "", Money(30_000, "GBP")),))
    withdraw_request(actor=world.actor("roisin"), now=world.now, request_id=request().pk)
    assert Agreement.objects.get().state == "ended"
    assert (OutTask.objects.get().ending, OutTask.objects.get().holder) == ("abandoned", "nobody")


def test_a_rejected_order_is_over(world: World) -> None:
    buys(world, "roisin", lines=(Line("Desk", 1, "", Money(30_000, "GBP")),))
    reject_request(
        actor=world.actor("joseph"), now=world.now, request_id=request().pk, version=1, note="Not this year."
    )
    assert Agreement.objects.get().state == "ended"


# ---- the provider ----


def test_the_provider_may_confirm_it_once(world: World) -> None:
    buys(world)
    link, version = Link.objects.get(purpose="sign"), AgreementVersion.objects.get()
    given = {
        "actor": link.actor,
        "now": world.now,
        "agreement_id": version.agreement_id,
        "version": 1,
        "sha256": version.sha256,
        "name": "Ann Kestrel",
    }
    sign_as_provider(**given)
    assert Signature.objects.get(party="provider").name == "Ann Kestrel"
    assert Agreement.objects.get().state == "in_force"
    assert kinds()[-1] == "order.confirmed"
    with refused("confirmed_already"):
        sign_as_provider(**given)


def test_an_order_has_no_terms_to_negotiate(world: World) -> None:
    buys(world)
    agreement = Agreement.objects.get()
    terms = document_of(version_of(agreement)).terms
    with refused("is_an_order"):
        revise_agreement(
            actor=world.actor("joseph"), now=world.now, agreement_id=agreement.pk, version=1, terms=terms,
            change_note="",
        )  # fmt: skip


# ---- changing ----


def test_changed_lines_are_a_new_version_and_are_referred_anew(world: World) -> None:
    desk = Line("Desk", 1, "", Money(30_000, "GBP"))
    buys(world, "roisin", lines=(desk,))
    row = request()
    given = {"actor": world.actor("roisin"), "now": world.now, "request_id": row.pk, "version": 1}
    outcome = change_order(**given, lines=(desk, LAMP), provider_id=world.marek.pk, note="A lamp too.")
    row.refresh_from_db()
    agreement = Agreement.objects.get()
    assert (outcome["version"], row.version, row.amount_minor) == (2, 2, 32_500)
    assert (row.agreement_version, agreement.version, agreement.provider) == (2, 2, world.marek)
    assert Signature.objects.count() == 2
    assert kinds()[-2:] == ["request.edited", "order.changed"]
    assert OutTask.objects.get().amount_minor == 32_500
    with refused("stale_version"):
        approve_request(actor=world.actor("joseph"), now=world.now, request_id=row.pk, version=1)
    approve_request(actor=world.actor("joseph"), now=world.now, request_id=row.pk, version=2)
    assert Milestone.objects.count() == 2
    with refused("wrong_state"):
        change_order(**given | {"version": 2}, lines=(desk,))


def test_only_who_asked_changes_it(world: World) -> None:
    buys(world, "roisin", lines=(Line("Desk", 1, "", Money(30_000, "GBP")),))
    with refused("not_yours"):
        change_order(
            actor=world.actor("joseph"), now=world.now, request_id=request().pk, version=1, lines=(LAMP,)
        )
