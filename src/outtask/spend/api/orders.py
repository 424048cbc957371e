"""OrderGiven for programs: orders with their lines, what of them came, went back, or comes no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from outtask.agree.documents import Document
from outtask.agree.models import Agreement
from outtask.agree.orders import LONGEST_UNIT, LONGEST_WHAT, MOST_LINES, Line, totals_of
from outtask.agree.queries import agreement_of, document_of, version_of
from outtask.agree.states import AgreementState
from outtask.agree.states import Form as AgreementForm
from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import (
    Amount,
    AmountGiven,
    Day,
    Done,
    Given,
    Id,
    Made,
    Number,
    Shown,
    Version,
    Whole,
    YesNo,
    upto,
)
from outtask.deliver import actions as deliveries
from outtask.deliver.models import Milestone
from outtask.deliver.queries import milestone_for
from outtask.deliver.rules import LONGEST_NOTE, LONGEST_REASONS
from outtask.deliver.states import MilestoneState
from outtask.journal.recording import NotFound, Outcome
from outtask.lifecycle import naming, ordering, repeats
from outtask.lifecycle.models import Repeat
from outtask.lifecycle.order_rules import LONGEST_TITLE
from outtask.lifecycle.repeating import Every, Plan
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right
from outtask.spend.models import PurchaseRequest
from outtask.spend.rules import LONGEST_WORDS

room = Room("Orders")

_ORDER = "/out-tasks/{slug:reference}/order"
_LINE = "/out-tasks/{slug:reference}/milestones/{int:order}"
_REQUEST = "/requests/{slug:reference}"


class OrderLineGiven(Given):
    """One thing to buy: whole pieces of a unit, the price of one without tax, the tax in percent."""

    what: Annotated[str, upto(LONGEST_WHAT)]
    quantity: Annotated[Whole, Field(ge=-(2**31), le=2**31 - 1)] = 1
    unit: Annotated[str, upto(LONGEST_UNIT)] = ""
    price: AmountGiven
    tax_percent: Number = Decimal(0)

    @property
    def line(self) -> Line:
        return Line(self.what, self.quantity, self.unit, self.price.money, self.tax_percent)


class OrderLineShown(Shown):
    """One thing that is ordered, its tax rounded half to even to the minor unit."""

    what: str
    quantity: int
    unit: str
    price: Amount
    tax_percent: Decimal
    net: Amount
    tax: Amount
    gross: Amount
    item_id: UUID | None

    @classmethod
    def of(cls, line: Line) -> Self:
        return cls(
            what=line.what,
            quantity=line.quantity,
            unit=line.unit,
            price=_amount(line.price.minor, line),
            tax_percent=line.tax_percent,
            net=_amount(line.net.minor, line),
            tax=_amount(line.tax.minor, line),
            gross=_amount(line.gross.minor, line),
            item_id=line.item_id,
        )


def _amount(minor: int, line: Line) -> Amount:
    return Amount.of(minor, line.price.currency)


class OrderPartShown(Shown):
    """A line or a part of one, as it is delivered: `order` is the number of its milestone."""

    order: int
    line: int
    quantity: int
    state: MilestoneState
    due_on: date
    amount: Amount

    @classmethod
    def of(cls, row: Milestone) -> Self:
        return cls(
            order=row.order,
            line=row.order_line or 0,
            quantity=row.quantity or 0,
            state=MilestoneState(row.state),
            due_on=row.due_on,
            amount=Amount.of(row.amount_minor, row.currency),
        )


class RepeatShown(Shown):
    """How an order repeats. `next_on` is null when it does not any more."""

    id: UUID
    every: Every
    until: date | None
    times: int | None
    placed: int
    next_on: date | None

    @classmethod
    def of(cls, row: Repeat) -> Self:
        return cls(
            id=row.pk,
            every=Every(row.every),
            until=row.until,
            times=row.times,
            placed=row.placed,
            next_on=row.next_on,
        )


class OrderShown(Shown):
    """An order: its lines as the latest version has them, and what of it came."""

    id: UUID
    out_task: str
    request: str
    state: AgreementState
    version: int
    provider_id: UUID | None
    lines: list[OrderLineShown]
    net: Amount
    tax: Amount
    total: Amount
    parts: list[OrderPartShown]
    repeat: RepeatShown | None


class OrderGiven(Given):
    """What to buy, and from which budget. `category`: two to eight digits of a CPV code.

    `every`: it is ordered again so often, until the day `until` or `times` times beside the first.
    """

    title: Annotated[str, upto(LONGEST_TITLE)] = ""
    lines: Annotated[list[OrderLineGiven], Field(max_length=MOST_LINES)]
    budget_id: Id
    provider_id: Id | None = None
    needed_by: Day | None = None
    reason: Annotated[str, upto(LONGEST_WORDS)] = ""
    category: Annotated[str, upto(10)] = ""
    every: Every | None = None
    until: Day | None = None
    times: Annotated[Whole, Field(ge=-(2**31), le=2**31 - 1)] | None = None


class OrderMade(Made):
    """The request and its out-task. `committed`: whether the limits covered it; else `why` they do not."""

    request: str
    outtask: str
    committed: bool
    why: str


class ChangingOrder(Given):
    """The lines as they shall be. `version`: of the request, as you have read it."""

    version: Version
    lines: Annotated[list[OrderLineGiven], Field(max_length=MOST_LINES)]
    provider_id: Id | None = None
    needed_by: Day | None = None
    note: Annotated[str, upto(LONGEST_WORDS)] = ""


class OrderChanged(Done):
    """The version of the request that is decided on now."""

    version: int


class NamingProvider(Given):
    """Who delivers it. `version`: of the request, as you have read it."""

    version: Version
    provider_id: Id


class ProviderNamed(Done):
    """The request that stands. `committed`: whether its money still is; else `why` it is asked for anew."""

    request: str
    committed: bool
    why: str


class ReceivingLine(Given):
    """So many pieces came as they should."""

    quantity: Annotated[Whole, Field(ge=-(2**31), le=2**31 - 1)]
    note: Annotated[str, upto(LONGEST_NOTE)] = ""


class LineReceived(Done):
    """What is owed for it; `rest` is the number of the milestone that goes on with what did not come."""

    amount_minor: int
    rest: int | None


class SendingBackLine(Given):
    """Why it goes back, whether they are to deliver it again, and how much of it: all of it unless said."""

    wanted: YesNo
    reasons: Annotated[str, upto(LONGEST_REASONS)]
    quantity: Annotated[Whole, Field(ge=-(2**31), le=2**31 - 1)] | None = None


class LineSentBack(Done):
    """What goes back is owed no more. order: the number under which it goes on."""

    amount_minor: int
    order: int


class ClosingOrder(Given):
    """Why nothing more comes."""

    reasons: Annotated[str, upto(LONGEST_REASONS)]


class OrderClosed(Done):
    """What is free again."""

    released_minor: int


@room.act("/orders", OrderMade, status=201, scope=Right.REQUEST, at="/requests/{request}")
def buy(call: Call, body: OrderGiven) -> Outcome:
    """Buy something without a negotiated agreement.

    Ordered at once within the limit of whoever asks; else it is put before somebody whose limit covers it.
    """
    given = body.model_dump(exclude={"lines", "every", "until", "times"})
    plan = Plan(body.every, body.until, body.times) if body.every else None
    return act(call, ordering.request_purchase, lines=_lines(body.lines), repeat=plan, **given)


@room.one(_ORDER, OrderShown)
def order(call: Call, reference: str) -> OrderShown:
    """Read an order: its lines, what came, and whether it repeats."""
    agreement = _agreement(call, reference)
    document: Document = document_of(version_of(agreement))
    request: PurchaseRequest = agreement.requests.order_by("-id")[0]
    repeat = Repeat.objects.visible_to(call.actor).filter(request=request).first()
    totals = totals_of(document.lines)
    rows: Any = Milestone.objects.visible_to(call.actor).filter(
        agreement=agreement, agreement_version=agreement.version
    )
    return OrderShown(
        id=agreement.pk,
        out_task=reference,
        request=request.reference,
        state=AgreementState(agreement.state),
        version=agreement.version,
        provider_id=agreement.provider_id,
        lines=[OrderLineShown.of(line) for line in document.lines],
        net=Amount.of(totals.net.minor, totals.net.currency),
        tax=Amount.of(totals.tax.minor, totals.tax.currency),
        total=Amount.of(totals.gross.minor, totals.gross.currency),
        parts=[OrderPartShown.of(row) for row in rows.order_by("order_line", "order")],
        repeat=RepeatShown.of(repeat) if repeat else None,
    )


@room.act(f"{_REQUEST}/lines", OrderChanged, method="PUT", scope=Right.REQUEST)
def change_order(call: Call, reference: str, body: ChangingOrder) -> Outcome:
    """Change what is asked for before it is decided; it is referred anew."""
    given = body.model_dump(exclude={"lines"})
    return act(
        call,
        ordering.change_order,
        request_id=_request(call, reference).pk,
        lines=_lines(body.lines),
        **given,
    )


@room.act(f"{_REQUEST}/provider", ProviderNamed, method="PUT", scope=Right.REQUEST)
def name_provider(call: Call, reference: str, body: NamingProvider) -> Outcome:
    """Name who delivers an order that was placed without a provider.

    When somebody else has to decide about them, what was decided is void: the order is asked for anew.
    """
    return act(call, naming.name_provider, request_id=_request(call, reference).pk, **body.model_dump())


@room.act("/repeats/{uuid:repeat_id}", method="DELETE", scope=Right.REQUEST)
def end_repeat(call: Call, repeat_id: UUID) -> Outcome:
    """Order nothing more of it by itself; what was ordered stays."""
    return act(call, repeats.end_repeat, repeat_id=repeat_id)


@room.act(f"{_LINE}/receipt", LineReceived, status=201, scope=Right.VERIFY)
def receive_line(call: Call, reference: str, order: int, body: ReceivingLine) -> Outcome:
    """Say how much of an order's line came; its price is owed, the rest stays open."""
    return act(
        call, deliveries.receive_line, milestone_id=_milestone(call, reference, order).pk, **body.model_dump()
    )


@room.act(f"{_LINE}/return", LineSentBack, status=201, scope=Right.VERIFY)
def return_line(call: Call, reference: str, order: int, body: SendingBackLine) -> Outcome:
    """Send back what was received, or a part of it, before it is invoiced."""
    return act(
        call, deliveries.return_line, milestone_id=_milestone(call, reference, order).pk, **body.model_dump()
    )


@room.act(f"{_ORDER}/closing", OrderClosed, status=201, scope=Right.REQUEST)
def close_order(call: Call, reference: str, body: ClosingOrder) -> Outcome:
    """Close an order of which nothing more comes; the rest of its money is free again."""
    return act(
        call, deliveries.close_order, agreement_id=_agreement(call, reference).pk, reasons=body.reasons
    )


def _lines(given: Sequence[OrderLineGiven]) -> tuple[Line, ...]:
    return tuple(one.line for one in given)


def _agreement(call: Call, reference: str) -> Agreement:
    """The order of an out-task; NotFound when it has none, or none that was ever asked for."""
    found = agreement_of(outtask_of(call.actor, reference), call.actor)
    if found is None or found.form != AgreementForm.ORDER or call.actor.is_provider_side:
        raise NotFound("order")
    return found


def _milestone(call: Call, reference: str, order: int) -> Milestone:
    if order > 2**31 - 1:
        raise NotFound("milestone")
    return milestone_for(call.actor, outtask_of(call.actor, reference).pk, order)


def _request(call: Call, reference: str) -> PurchaseRequest:
    found: PurchaseRequest | None = (
        PurchaseRequest.objects.visible_to(call.actor).filter(reference=reference).first()
    )
    if found is None:
        raise NotFound("request")
    return found
