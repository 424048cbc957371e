"""Buying without a negotiated agreement: an order, the money for it, and what follows, in one act.

A composite: it opens the out-task, writes the order and signs it for the client (agree), and asks for its
money as for any other agreement (`lifecycle.spending`): committed at once within the limits, else referred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from outtask.agree import orders
from outtask.agree.actions import change_lines, place
from outtask.agree.orders import Line, totals_of
from outtask.agree.queries import version_of
from outtask.deliver.actions import Upload
from outtask.files.actions import keep_upload
from outtask.journal.recording import Key, NotFound, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.lifecycle import order_rules
from outtask.lifecycle.editing import refer_edited
from outtask.lifecycle.models import Repeat
from outtask.lifecycle.repeating import Plan, next_day, why_not_plan
from outtask.lifecycle.spending import new_request, promise_or_refer
from outtask.outtasks.actions import open_outtask, title_of
from outtask.outtasks.models import OutTask
from outtask.people.models import Member, Provider
from outtask.people.roles import Right, may
from outtask.source.queries import today_of
from outtask.spend import rules
from outtask.spend.actions.requests import base_and_budget, digits_of, open_budget_of
from outtask.spend.models import PurchaseRequest
from outtask.spend.states import PURCHASE_REQUEST

USUAL_TIME = timedelta(days=14)
"""Until when an order is due when nobody said."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What somebody wants to buy.

    title: empty, the first line's words. needed_by: None, in 14 days. category: digits of a CPV code. files:
    names with bytes that were stored before (`files.storage.store`); whoever decides sees them. repeat: the
    same is ordered again and again, each time by the same limits.
    """

    title: str
    lines: tuple[Line, ...]
    budget_id: UUID
    provider_id: UUID | None = None
    needed_by: date | None = None
    reason: str = ""
    category: str = ""
    files: tuple[Upload, ...] = ()
    repeat: Plan | None = None


@action
def request_purchase(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    title: str,
    lines: Sequence[Line],
    budget_id: UUID,
    provider_id: UUID | None = None,
    needed_by: date | None = None,
    reason: str = "",
    category: str = "",
    files: Sequence[Upload] = (),
    repeat: Plan | None = None,
) -> Outcome:
    """Ask to buy something: ordered at once within the member's limits, else referred.

    Gives `id` and `request` (the reference) of the request, `outtask` (the reference of the new out-task),
    `committed`, and `why` it was referred.
    """
    purchase = Purchase(
        title, tuple(lines), budget_id, provider_id, needed_by, reason, category, tuple(files), repeat
    )
    # About the provider too, who reads it when work may begin.
    on = (Provider, provider_id) if provider_id is not None else None
    with recording("request.referred", actor=actor, on=on, now=now, key=key) as entry:
        refuse_if(may(actor, Right.REQUEST))
        open_purchase(entry, purchase)
    return entry.outcome


def open_purchase(entry: Recording, purchase: Purchase, asker: Member | None = None) -> PurchaseRequest:
    """Part: place an order and ask for its money; the caller asked before who may.

    The recording was begun on the provider, when one is named, or on something that concerns them.

    The entry of the action becomes that of the request (committed within the limit, or referred), and
    "order.placed" stands beside it; what else the action tells, it tells beside. Gives the caller of the
    action what `request_purchase` gives. asker: in whose name, when it is not the actor.
    """
    who: Member = asker or Member.objects.select_related("person").get(pk=entry.actor.id)
    today = today_of(entry.organisation_id, entry.now)
    title = purchase.title.strip() or title_of(purchase.lines[0].what if purchase.lines else "")
    refuse_if(
        *orders.why_not_order(purchase.lines),
        order_rules.why_not_title(title),
        order_rules.why_not_needed_by(purchase.needed_by, today),
        order_rules.why_not_files(len(purchase.files)),
        *(why_not_plan(purchase.repeat, today) if purchase.repeat else []),
    )
    category = digits_of(purchase.category)
    provider = provider_of(entry, purchase.provider_id)
    claimed = provider.claimed_by_id if provider else None
    assert claimed is None or claimed in entry.concerned, "their log is locked before anything is written"
    # Asked before anything is written, and once more by the request itself.
    base_and_budget(entry, totals_of(purchase.lines).gross, open_budget_of(entry, purchase.budget_id))
    outtask = open_outtask(entry, title=title, owner_id=who.pk)
    OutTask.objects.filter(pk=outtask.pk).update(provider=provider)
    due = purchase.needed_by or today + USUAL_TIME
    agreement = place(entry, outtask, purchase.lines, due, provider, who)
    for name, stored in purchase.files:
        keep_upload(entry, stored, name, outtask.pk)
    request = new_request(entry, agreement, who.pk, purchase.budget_id, purchase.reason, category)
    entry.also_says(
        "order.placed",
        agreement,
        title=entry.keep(outtask.title),
        amount=Money(agreement.amount_minor, agreement.currency),
        version=1,
        lines=len(purchase.lines),
        sha256=version_of(agreement).sha256,
        agreement=agreement.pk,
    )
    if purchase.repeat is not None:
        _set_up(entry, request, purchase.repeat, today)
    why = promise_or_refer(entry, request)
    entry.gives(
        id=request.pk,
        request=request.reference,
        outtask=outtask.reference,
        committed=why is None,
        why=str(why or ""),
    )
    return request


def _set_up(entry: Recording, request: PurchaseRequest, plan: Plan, today: date) -> None:
    repeat = Repeat.objects.create(
        organisation_id=entry.organisation_id,
        request=request,
        every=plan.every,
        starts_on=today,
        until=plan.until,
        times=plan.times,
        next_on=next_day(plan, today, 0),
        asked_by_id=request.requested_by_id,
        set_at=entry.now,
    )
    entry.also_says(
        "order.repeats",
        repeat,
        every=str(plan.every),
        until=plan.until,
        times=plan.times,
        next=repeat.next_on,
    )


@action
def change_order(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    request_id: UUID,
    version: int,
    lines: Sequence[Line],
    provider_id: UUID | None = None,
    needed_by: date | None = None,
    note: str = "",
) -> Outcome:
    """Change what is asked for before it is decided: a new version of the order, referred anew.

    Who decided or was asked on the version before decides nothing any more: amount, provider and scope are
    what a decision is about. version: of the request, as it was seen. Gives `version`.
    """
    with recording(
        "request.edited", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        agreement = request.agreement
        today = today_of(entry.organisation_id, now)
        refuse_if(
            may(actor, Right.REQUEST),
            orders.why_not_no_order(agreement.form),
            rules.why_not_own(request.requested_by_id, actor.id),
            PURCHASE_REQUEST.why_not(request.state, "edit"),
            rules.why_not_stale(version, request.version),
        )
        refuse_if(
            *orders.why_not_order(lines),
            order_rules.why_not_needed_by(needed_by, today),
            rules.why_not_long(note, "note"),
        )
        provider = provider_of(entry, provider_id)
        due = needed_by or today + USUAL_TIME
        write_anew(entry, request, lines, due, provider, note)
        ask_anew(entry, request)
        entry.gives(version=request.version)
    return entry.outcome


def provider_of(entry: Recording, provider_id: UUID | None) -> Provider | None:
    """Somebody from the list whom orders may go to; None when nobody is named yet."""
    if provider_id is None:
        return None
    found: Provider | None = Provider.objects.visible_to(entry.actor).filter(pk=provider_id).first()
    if found is None:
        raise NotFound("provider")
    refuse_if(order_rules.why_not_provider(found.relation, found.name))
    return found


def write_anew(
    entry: Recording,
    request: PurchaseRequest,
    lines: Sequence[Line],
    due: date,
    provider: Provider | None,
    note: str = "",
) -> None:
    """Part: the next version of the order, signed by whoever asked for it, told beside the act."""
    agreement = request.agreement
    made = change_lines(entry, agreement, lines, due, provider, request.requested_by, note)
    OutTask.objects.filter(pk=request.outtask_id).update(provider=provider)
    entry.also_says(
        "order.changed",
        agreement,
        amount=Money(agreement.amount_minor, agreement.currency),
        version=made.number,
        lines=len(lines),
        sha256=made.sha256,
        agreement=agreement.pk,
        note=entry.keep(note.strip()),
    )


def ask_anew(entry: Recording, request: PurchaseRequest) -> None:
    """Part: the request follows its order: its amount, its version, and who decides."""
    agreement = request.agreement
    amount = Money(agreement.amount_minor, agreement.currency)
    request.amount_minor, request.currency = amount.minor, amount.currency
    request.base_minor, request.budget_minor = base_and_budget(entry, amount, request.budget)
    request.agreement_version = agreement.version
    request.save(
        update_fields=["amount_minor", "currency", "base_minor", "budget_minor", "agreement_version"]
    )
    told = refer_edited(entry, request)
    if entry.kind == "request.edited":
        entry.says(**told)
    else:
        entry.also_says("request.edited", request, **told)
