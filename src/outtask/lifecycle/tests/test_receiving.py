"""What was ordered comes, wholly or in part, goes back, or comes no more; and every sum with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from outtask.agree.orders import Line
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests.orders import (
    LAMP,
    WHOLE,
    buys,
    closes,
    kinds,
    line,
    receives,
    refused,
    returns,
    sums,
    told,
)
from outtask.models import (
    Agreement,
    Commitment,
    Milestone,
    OutTask,
    Posting,
    Return,
    Submission,
    Verdict,
)
from outtask.pay.actions import approve_invoice, record_payment, return_invoice, send_invoice
from outtask.source.record import records_of, usual_quality
from tests.world import World

# ---- receiving ----


def test_a_part_is_received_and_the_rest_stays_open(world: World) -> None:
    buys(world)
    outcome = receives(world, 1, 3, note="Three came.")
    assert (outcome["amount_minor"], outcome["rest"]) == (3_600, 3)
    columns = ("order", "state", "quantity", "amount_minor", "order_line")
    assert list(Milestone.objects.order_by("order").values_list(*columns)) == [
        (1, "accepted", 3, 3_600, 1),
        (2, "open", 1, 2_500, 2),
        (3, "open", 7, 8_400, 1),
    ]  # fmt: skip
    assert (Submission.objects.get().recorded_by, Submission.objects.get().note) == (None, "Three came.")
    assert Verdict.objects.get().decided_by == world.member("nadia")
    assert sums() == (WHOLE - 3_600, 3_600, 0, 1_200_000 - WHOLE)
    assert kinds()[-2:] == ["milestone.accepted", "order.received"]
    said = told("order.received").says
    assert (said["quantity"], said["open"], said["rest"]) == (3, 10, line(3).pk)
    assert Posting.objects.filter(target="owed").count() == 1


def test_an_uneven_part_loses_no_penny(world: World) -> None:
    buys(world, lines=(Line("Screw", 3, "", Money(333, "GBP"), Decimal("0.1")),))
    whole = line(1).amount_minor
    receives(world, 1, 1)
    receives(world, 2, 1)
    receives(world, 3, 1)
    assert (
        sum(Milestone.objects.values_list("amount_minor", flat=True))
        == whole
        == Commitment.objects.get().accepted_minor
    )


@pytest.mark.parametrize("quantity", [0, -1, 11, 10**9])
def test_no_more_is_received_than_was_ordered(world: World, quantity: int) -> None:
    buys(world)
    with refused("quantity_out_of_range"):
        receives(world, 1, quantity)


def test_who_asked_does_not_receive(world: World) -> None:
    buys(world)
    with refused("separate_duties"):
        receives(world, 1, 1, "joseph")
    with refused("not_allowed"):
        receives(world, 1, 1, "ada")


def test_a_statement_is_not_received_like_an_order(world: World) -> None:
    from outtask.lifecycle.tests import life as lives

    life = lives.signed(world)
    life.asks()
    with refused("no_order"):
        receives(world, 1, 1)


# ---- sending back, closing ----


def test_what_is_wanted_again_is_committed_again(world: World) -> None:
    buys(world)
    receives(world, 1, 4)
    before = sums()
    returns(world, 1, wanted=True)
    assert line(1).state == "changes_requested"
    assert sums() == (before[0] + 4_800, 0, 0, before[3])
    undone = Return.objects.get()
    assert (undone.wanted, undone.reasons, undone.verdict.submission.milestone) == (
        True,
        "Scratched.",
        line(1),
    )
    assert kinds()[-1] == "order.returned"
    receives(world, 1, 4)
    assert Submission.objects.filter(milestone=line(1)).count() == 2
    assert sums() == before


def test_what_is_not_wanted_any_more_is_free_again(world: World) -> None:
    buys(world)
    receives(world, 1, 4)
    returns(world, 1, wanted=False)
    assert line(1).state == "cancelled"
    assert sums() == (WHOLE - 4_800, 0, 0, 1_200_000 - WHOLE + 4_800)
    assert Commitment.objects.get().released_minor == 4_800
    receives(world, 2, 1)
    receives(world, 3, 6)
    assert sums()[0] == 0


@pytest.mark.parametrize("wanted", [True, False])
def test_a_part_of_a_receipt_goes_back_and_the_rest_stays_received(world: World, wanted: bool) -> None:
    buys(world)
    receives(world, 1, 7)
    outcome = returns(world, 1, wanted, quantity=2)
    assert (outcome["amount_minor"], outcome["order"]) == (2_400, 4)
    columns = ("order", "state", "quantity", "amount_minor", "order_line")
    assert list(Milestone.objects.order_by("order").values_list(*columns)) == [
        (1, "accepted", 5, 6_000, 1),
        (2, "open", 1, 2_500, 2),
        (3, "open", 3, 3_600, 1),
        (4, "changes_requested" if wanted else "cancelled", 2, 2_400, 1),
    ]  # fmt: skip
    free = 0 if wanted else 2_400
    assert sums() == (WHOLE - 6_000 - free, 6_000, 0, 1_200_000 - WHOLE + free)
    kept, went = Verdict.objects.order_by("submission__milestone__order")
    assert (kept.decided_by, went.decided_by) == (world.member("nadia"), world.member("nadia"))
    assert (went.decided_at, went.submission.handed_in_at) == (kept.decided_at, kept.submission.handed_in_at)
    assert Return.objects.get().verdict == went
    said = told("order.returned").says
    assert (said["order"], said["quantity"], said["amount"]) == (4, 2, Money(2_400, "GBP"))
    said = told("order.receipt_split").says
    assert (said["quantity"], said["received"], said["submission"]) == (2, 7, went.submission_id)
    if wanted:
        receives(world, 4, 2)
        assert sums()[1] == 8_400


def test_a_receipt_goes_back_piece_by_piece_without_losing_a_penny(world: World) -> None:
    buys(world, lines=(Line("Screw", 3, "", Money(333, "GBP"), Decimal("0.1")),))
    receives(world, 1, 3)
    for _piece in range(2):
        returns(world, 1, wanted=True, quantity=1)
    returns(world, 1, wanted=True)
    assert sums() == (1_000, 0, 0, 1_200_000 - 1_000)
    assert sorted(Milestone.objects.values_list("quantity", flat=True)) == [1, 1, 1]
    for number in (1, 2, 3):
        receives(world, number, 1)
    assert sums() == (0, 1_000, 0, 1_200_000 - 1_000)


def test_pieces_that_cost_nothing_by_themselves_go_back_too(world: World) -> None:
    buys(world, lines=(Line("Staple", 1_000, "", Money(1, "GBP"), Decimal(20)), LAMP))
    receives(world, 1, 1_000)
    returns(world, 1, wanted=False, quantity=999)
    assert sums()[1] == line(1).amount_minor == 1


@pytest.mark.parametrize("quantity", [0, -1, 4, 10**9])
def test_no_more_goes_back_than_was_received(world: World, quantity: int) -> None:
    buys(world)
    receives(world, 1, 3)
    with refused("quantity_out_of_range"):
        returns(world, 1, wanted=True, quantity=quantity)
    assert not Return.objects.exists()


def test_a_return_sent_twice_by_a_flaky_phone_is_one_and_a_second_one_finds_less(world: World) -> None:
    buys(world)
    receives(world, 1, 3)
    first, again = (returns(world, 1, wanted=True, quantity=2, key="phone") for _ in range(2))
    assert (first["order"], again["order"]) == (4, 4)
    with refused("quantity_out_of_range"):
        returns(world, 1, wanted=True, quantity=2)
    assert (Return.objects.count(), sums()[1]) == (1, 1_200)


def test_after_its_invoice_was_returned_a_part_goes_back_and_the_rest_is_invoiced(world: World) -> None:
    buys(world)
    receives(world, 1, 10)
    first = invoice(world)
    with pytest.raises(Refused, match="Return that invoice first") as stopped:
        returns(world, 1, wanted=True, quantity=2)
    assert stopped.value.refusal.facts == {"number": "K-1"}
    return_invoice(actor=world.actor("dunstan"), now=world.now, invoice_id=first, reason="Two are scratched.")
    returns(world, 1, wanted=True, quantity=2)
    rows = Milestone.objects.filter(state="accepted").values_list("pk", flat=True)
    assert invoice(world, number="K-2", milestones=list(rows))
    assert (Commitment.objects.get().invoiced_minor, Commitment.objects.get().accepted_minor) == (
        9_600,
        9_600,
    )


def test_what_is_paid_does_not_go_back_and_says_what_helps(world: World) -> None:
    buys(world)
    receives(world, 1, 10)
    pays(world, invoice(world))
    with refused("paid_already"):
        returns(world, 1, wanted=True, quantity=2)
    closes(world)
    with refused("paid_already"):
        returns(world, 1, wanted=False)


def test_what_went_back_is_no_credit_to_who_delivered_it(world: World) -> None:
    buys(world)
    receives(world, 1, 10)
    returns(world, 1, wanted=True, quantity=4)
    record = records_of([world.kestrel.pk], world.organisation.pk, world.now)[world.kestrel.pk]
    assert (record.accepted, usual_quality(world.organisation.pk)) == (1, 1.0)
    receives(world, 3, 4)
    record = records_of([world.kestrel.pk], world.organisation.pk, world.now)[world.kestrel.pk]
    assert (record.accepted, record.first_time) == (2, 1)


def test_what_is_invoiced_or_not_received_does_not_go_back(world: World) -> None:
    buys(world)
    with refused("wrong_state"):
        returns(world, 2, wanted=True)
    receives(world, 2, 1)
    with refused("reasons_missing"):
        returns(world, 2, wanted=True, reasons=" ")
    invoice(world)
    with refused("invoiced_already"):
        returns(world, 2, wanted=True)


def invoice(world: World, number: str = "K-1", milestones: list[Any] | None = None) -> Any:
    rows = Milestone.objects.filter(state="accepted", invoice_lines__isnull=True)
    return send_invoice(
        actor=world.actor("imke"), now=world.now, outtask_id=OutTask.objects.get().pk, number=number,
        dated_on=world.now.date(), milestone_ids=milestones or list(rows.values_list("pk", flat=True)),
    )["id"]  # fmt: skip


def pays(world: World, invoice_id: Any) -> None:
    paid = {"actor": world.actor("dunstan"), "now": world.now, "invoice_id": invoice_id}
    approve_invoice(**paid)
    record_payment(**paid, paid_on=world.now.date(), bank_reference="T1")


def test_closed_the_rest_is_free_and_what_came_is_paid(world: World) -> None:
    buys(world)
    receives(world, 2, 1)
    outcome = closes(world)
    assert outcome["released_minor"] == 12_000
    assert sums() == (0, 2_500, 0, 1_200_000 - 2_500)
    assert line(1).state == "cancelled"
    assert Agreement.objects.get().state == "in_force"
    pays(world, invoice(world))
    assert Agreement.objects.get().state == "ended"
    assert OutTask.objects.get().ending == "done"
    assert sums() == (0, 0, 2_500, 1_200_000 - 2_500)


def test_closed_before_anything_came_it_is_over(world: World) -> None:
    buys(world)
    closes(world)
    assert (Agreement.objects.get().state, OutTask.objects.get().ending) == ("ended", "abandoned")
    assert sums() == (0, 0, 0, 1_200_000)
    with refused("not_in_force"):
        closes(world)


def test_closing_says_why_and_only_while_something_is_open(world: World) -> None:
    buys(world, lines=(LAMP,))
    with refused("reasons_missing"):
        closes(world, reasons="")
    receives(world, 1, 1)
    with refused("nothing_open"):
        closes(world)


def test_an_order_without_provider_takes_no_invoice(world: World) -> None:
    buys(world, provider_id=None)
    receives(world, 2, 1)
    with refused("no_provider"):
        invoice(world)


def test_in_a_foreign_currency_parts_come_to_the_whole(world: World) -> None:
    from outtask.spend.actions import note_rate

    note_rate(
        actor=world.actor("dunstan"), now=world.now, currency="EUR", per_unit=Decimal("0.8333"),
        day=world.now.date(),
    )  # fmt: skip
    buys(world, lines=(Line("Screw", 7, "", Money(101, "EUR")),))
    receives(world, 1, 2)
    returns(world, 1, wanted=False)
    receives(world, 2, 1)
    receives(world, 3, 1)
    returns(world, 3, wanted=False)
    closes(world)
    committed, owed, paid, free = sums()
    assert (committed, paid) == (0, 0)
    assert owed + free == 1_200_000
