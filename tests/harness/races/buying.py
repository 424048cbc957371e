"""What is raced for when something is bought: orders, carts, what comes, limits, absences, transfers.

The same acts, one by one, are what a server is killed in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from outtask.agree.orders import Line
from outtask.catalogue.actions import add_item, put_in_cart
from outtask.deliver.actions import receive_line
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.lifecycle.ordering import request_purchase
from outtask.models import Budget, Milestone, Provider, PurchaseRequest
from outtask.people.actions import add_provider, delegate, invite_member
from outtask.people.states import Purpose, Role
from outtask.spend.actions import ask_transfer, open_budget, set_limit
from tests.harness.machine.stage import joins
from tests.harness.races.setting import Hand, Send, door, link_to
from tests.world import World

KETTLE = 2_450
CHAIR = Money(1_000, "GBP")
NO_ROWS = {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


def only(what: str) -> str:
    """A name that nothing else has."""
    return f"{what} {new_id().hex}"


def newcomer(hand: Hand, name: str, limit: int, role: Role = Role.MANAGER, reports_to: str = "imke") -> str:
    """Somebody whose limits nobody else uses; gives their short name."""
    world, short = hand.world, f"{name}{len(hand.world.members)}"
    place: dict[str, Any] = {"role": role, "limit_minor": limit, "reports_to_id": world.member(reports_to).pk}
    email = f"{short}@harbour.example"
    invited = invite_member(**hand.by("imke"), email=email, name=name.title(), **place)
    world.members[short] = joins(UUID(invited["id"]), name.title(), hand.now)
    return short


def pot(hand: Hand, minor: int, name: str = "Kettles") -> Budget:
    opened = open_budget(**hand.by("imke"), name=only(name), authorised=pounds(minor))
    return Budget.objects.get(pk=opened["id"])


def seller(hand: Hand) -> Provider:
    made = add_provider(**hand.by("imke"), kind="firm", name=only("Shop"))
    return Provider.objects.get(pk=made["id"])


def form(who: str, title: str, budget: Budget, **more: str) -> Send:
    """The shortest form of buying."""
    fields = {"title": title, "amount": "24.50", "budget": str(budget.pk), "currency": "GBP"}
    return {"who": who, "path": "/requests/new", "fields": fields | NO_ROWS | more}


def titled(title: str, state: str = "") -> str:
    """How many orders have this title, or of those the requests in a state."""
    if not state:
        return f"SELECT count(*) FROM outtask_outtask WHERE title = '{title}'"
    return (
        "SELECT count(*) FROM outtask_purchaserequest asked JOIN outtask_outtask task ON task.id ="
        f" asked.outtask_id WHERE task.title = '{title}' AND asked.state = '{state}'"
    )


def placed(hand: Hand, who: str = "joseph", **more: Any) -> PurchaseRequest:
    """Ten chairs at ten pounds, ordered from somebody who is known."""
    given: dict[str, Any] = {
        "title": only("Chairs"),
        "lines": (Line("Chair", 10, "", CHAIR),),
        "budget_id": hand.world.budget.pk,
        "provider_id": seller(hand).pk,
    }
    made = request_purchase(**hand.by(who), **given | more)
    return PurchaseRequest.objects.select_related("outtask", "agreement").get(pk=made["id"])


def at_the_order(who: str, request: PurchaseRequest, act: str, **fields: Any) -> Send:
    path = f"/out-tasks/{request.outtask.reference}/order"
    return {"who": who, "path": path, "fields": {"act": act} | fields}


# ---- ordering ----


def one_form_again_and_again(world: World, now: datetime) -> tuple[Send, Send]:
    """A flaky phone sends one form sixteen times: one order, and each answer leads to it."""
    title = only("Kettle")
    send = form("joseph", title, world.budget, key=title)
    return send | {"proof": [[titled(title), 1], [titled(title, "committed"), 1]]}, send


def orders_and_budget(world: World, now: datetime) -> tuple[Send, Send]:
    """The pot holds two of them."""
    title = only("Kettle")
    send = form("joseph", title, pot(Hand(world, now), 2 * KETTLE + 1))
    return send | {"proof": [[titled(title, "committed"), 2]]}, send


def orders_and_limit(world: World, now: datetime) -> tuple[Send, Send]:
    """The limit for a month holds two of them; the others are referred."""
    hand, title = Hand(world, now), only("Kettle")
    # Wide for one need: what several rounds buy together would look like one purchase in parts.
    who = newcomer(hand, "una", 100_000_000)
    given = {"member_id": world.member(who).pk, "period": "month", "amount": pounds(2 * KETTLE)}
    set_limit(**hand.by("imke"), **given)
    send = form(who, title, world.budget)
    proof = [[titled(title, "committed"), 2], [titled(title, "referred"), 14]]
    return send | {"proof": proof}, send


def cart_and_cart(world: World, now: datetime) -> tuple[Send, Send]:
    hand = Hand(world, now)
    provider, fields = _in_cart(hand)[1:]
    send = {"who": "joseph", "path": "/cart/orders", "fields": fields}
    ordered = f"SELECT count(*) FROM outtask_outtask WHERE provider_id = '{provider.pk.hex}'"
    return send | {"proof": [[ordered, 1]]}, send


def _in_cart(hand: Hand) -> tuple[UUID, Provider, dict[str, str]]:
    """A box in Joseph's cart, from somebody who sells nothing else: item, provider, form to order it."""
    provider = seller(hand)
    said = {"code": "BOX", "name": "Book box", "kind": "good", "price": pounds(1_250), "notice_days": 30}
    item_id = UUID(add_item(**hand.by("imke"), provider_id=provider.pk, **said)["id"])
    put_in_cart(**hand.by("joseph"), item_id=item_id, quantity=2, price=pounds(1_250))
    fields = {"provider": str(provider.pk), "currency": "GBP", "budget": str(hand.world.budget.pk)}
    return item_id, provider, fields


def price_and_checkout(world: World, now: datetime) -> tuple[Send, Send]:
    """Ordered at the price that was seen, or told that it is another; never at one that nobody saw."""
    item_id, provider, fields = _in_cart(Hand(world, now))
    unseen = (
        "SELECT count(*) FROM outtask_purchaserequest asked JOIN outtask_outtask task ON task.id ="
        f" asked.outtask_id WHERE task.provider_id = '{provider.pk.hex}' AND asked.amount_minor <> 2500"
    )
    price = {"who": "imke", "path": f"/catalogue/items/{item_id}/price", "fields": {"price": "11.00"}}
    return price | {"proof": [[unseen, 0]]}, {"who": "joseph", "path": "/cart/orders", "fields": fields}


def lowered_and_order(world: World, now: datetime) -> tuple[Send, Send]:
    """Whoever's limit was lowered commits nothing after that."""
    hand, title = Hand(world, now), only("Kettle")
    who = newcomer(hand, "lene", 100_000)
    pk = world.member(who).pk
    lower = {"role": "manager", "limit": "1.00", "reports_to": str(world.member("imke").pk)}
    after = (
        "SELECT count(*) FROM outtask_entry act WHERE act.kind = 'request.committed_within_limit' AND"
        f" act.actor_id = '{pk.hex}' AND act.seq > (SELECT min(seq) FROM outtask_entry change WHERE"
        f" change.kind = 'member.changed' AND change.subject_id = '{pk.hex}'"
        " AND change.organisation_id = act.organisation_id)"
    )
    send = {"who": "imke", "path": f"/settings/members/{pk}", "fields": lower}
    return send | {"proof": [[after, 0], [titled(title), 8]]}, form(who, title, world.budget)


# ---- what comes ----


def receive_and_receive(world: World, now: datetime) -> tuple[Send, Send]:
    """Four of ten, and seven of ten: together they would be more than were ordered."""
    request = placed(Hand(world, now))
    first, second = (
        at_the_order("nadia", request, "receive", milestone=1, quantity=number) for number in (4, 7)
    )
    return first, second


def receive_and_close(world: World, now: datetime) -> tuple[Send, Send]:
    request = placed(Hand(world, now))
    return (
        at_the_order("nadia", request, "receive", milestone=1, quantity=10),
        at_the_order("imke", request, "close", reasons="They stopped making it."),
    )


def _received(hand: Hand, quantity: int) -> PurchaseRequest:
    request = placed(hand)
    line = Milestone.objects.get(agreement_id=request.agreement_id)
    receive_line(**hand.by("nadia"), milestone_id=line.pk, quantity=quantity)
    return request


def return_and_return(world: World, now: datetime) -> tuple[Send, Send]:
    """To come again, and not to come again."""
    request = _received(Hand(world, now), 10)
    fields = {"milestone": 1, "quantity": 10, "reasons": "Scratched."}
    return (
        at_the_order("nadia", request, "return", **fields, wanted="on"),
        at_the_order("nadia", request, "return", **fields),
    )


def return_and_close(world: World, now: datetime) -> tuple[Send, Send]:
    request = _received(Hand(world, now), 4)
    return (
        at_the_order("nadia", request, "return", milestone=1, quantity=4, reasons="Scratched."),
        at_the_order("imke", request, "close", reasons="They stopped making it."),
    )


# ---- deciding ----


def _waits(hand: Hand) -> PurchaseRequest:
    """For Joseph: more than whoever asks may spend."""
    return placed(hand, newcomer(hand, "nina", 1_000, Role.REQUESTER, "joseph"))


def _tap(request: PurchaseRequest) -> Send:
    """Approve by the link in the mail."""
    fields = {"act": "decide", "version": 1, "decision": "approve", "note": ""}
    return {"who": "", "path": door(link_to(request.pk, Purpose.DECIDE)), "fields": fields}


def several_and_tap(world: World, now: datetime) -> tuple[Send, Send]:
    """Ticked among several on the page, and approved by the link."""
    request = _waits(Hand(world, now))
    fields = {"pick": f"{request.reference}:1", "decision": "approve", "note": ""}
    several = {"who": "joseph", "path": "/requests/decisions", "fields": fields}
    return several | {"says": "Approved and committed."}, _tap(request)


def edit_and_tap(world: World, now: datetime) -> tuple[Send, Send]:
    """What is approved is what was read: either it is approved as it was, or the link decides nothing."""
    hand = Hand(world, now)
    request = _waits(hand)
    asker = next(name for name, member in world.members.items() if member.pk == request.requested_by_id)
    line = {"what": "Chair", "quantity": "90", "unit": "", "price": "10.00", "tax": ""}
    fields = {
        "version": "1",
        "provider": "",
        "note": "",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
    }
    fields |= {f"lines-0-{name}": value for name, value in line.items()}
    dearer = (
        f"SELECT count(*) FROM outtask_purchaserequest WHERE id = '{request.pk.hex}' AND state = 'committed'"
        " AND amount_minor <> 10000"
    )
    edit = {"who": asker, "path": f"/requests/{request.reference}/lines", "fields": fields}
    return edit | {"proof": [[dearer, 0]]}, _tap(request)


def back_and_decide(world: World, now: datetime) -> tuple[Send, Send]:
    """Whoever was away is back, and whoever stood in for them decides: not after that."""
    hand = Hand(world, now)
    giver = newcomer(hand, "gesa", 100_000)
    asker = newcomer(hand, "arne", 1_000, Role.REQUESTER, giver)
    whose = {"giver_id": world.member(giver).pk, "taker_id": world.member("dunstan").pk}
    away = delegate(**hand.by(giver), **whose, starts_on=hand.day(-1), ends_on=hand.day(1))
    request = placed(hand, asker)
    fields = {"act": "decide", "version": 1, "decision": "approve", "note": ""}
    return (
        {"who": giver, "path": f"/settings/absences/{away['id']}/end", "fields": {}},
        {"who": "dunstan", "path": f"/requests/{request.reference}", "fields": fields},
    )


def transfer_and_transfer(world: World, now: datetime) -> tuple[Send, Send]:
    """Two wishes for the same money, of which there is enough for one."""
    hand = Hand(world, now)
    source = pot(hand, 1_000, "Source")
    first, second = (_wish(hand, source, pot(hand, 0, "Target")) for _ in range(2))
    return first, second


def _wish(hand: Hand, source: Budget, target: Budget) -> Send:
    given = {"source_id": source.pk, "target_id": target.pk, "amount": pounds(600)}
    asked = ask_transfer(**hand.by("joseph"), **given)
    path = f"/budgets/transfers/{asked['id']}"
    return {"who": "dunstan", "path": path, "fields": {"decision": "approve", "note": ""}}


# ---- one by one ----


def acts(world: World, now: datetime) -> dict[str, Send]:
    """An act of each kind by its name, none of which stands in the way of another."""
    hand = Hand(world, now)
    waiting = [_waits(hand) for _ in range(2)]
    ticked = {"pick": [f"{row.reference}:1" for row in waiting], "decision": "approve", "note": ""}
    ended = {"starts_on": hand.day(-40), "ends_on": hand.day(-1)}
    over = open_budget(**hand.by("imke"), name=only("Over"), authorised=pounds(9_000), **ended)
    following = {"name": only("Next"), "starts_on": hand.day(0).isoformat(), "ends_on": ""}
    through = {"through": hand.day(-1).isoformat()}
    return {
        "request_purchase": form("joseph", only("Kettle"), world.budget),
        "order_cart": cart_and_cart(world, now)[0],
        "receive_line": receive_and_receive(world, now)[0],
        "return_line": return_and_return(world, now)[0],
        "close_order": receive_and_close(world, now)[1],
        "change_order": edit_and_tap(world, now)[0],
        "decide several": {"who": "joseph", "path": "/requests/decisions", "fields": ticked},
        "decide_transfer": transfer_and_transfer(world, now)[0],
        "start_next_period": {"who": "imke", "path": f"/budgets/{over['id']}/next", "fields": following},
        "close_books": {"who": "dunstan", "path": "/budgets/books/closings", "fields": through},
    }
