"""What needs a member now, first things first: from each room's facts, by role."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from heapq import merge
from itertools import islice
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outtask.catalogue.models import Subscription
from outtask.catalogue.queries import term_of
from outtask.catalogue.renewals import last_day_to_cancel
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.lifecycle import waiting
from outtask.lifecycle.next_steps import WORDINGS
from outtask.pay.states import InvoiceState
from outtask.people.queries import decides_for
from outtask.people.roles import Right, may
from outtask.spend.models import PurchaseRequest
from outtask.ui.formats import day, money
from outtask.watch.queries import disposals_of
from outtask.watch.rules import LABELS, why_not_look
from outtask.watch.states import Detector


@dataclass(frozen=True)
class Need:
    """One thing that waits for this member."""

    icon: str
    title: str
    text: str
    href: str
    button: str
    by: date | None = None
    # 0 comes first: somebody waits for a word; then money, then choices, then paper.
    urgent: int = 5

    def rank(self, today: date) -> tuple[int, date]:
        """Where it stands in the list: what is late goes before whatever is not about a person waiting."""
        late = self.by is not None and self.by < today
        return min(self.urgent, 1) if late else self.urgent, self.by or date.max


def needs_of(actor: Actor, today: date) -> list[Need]:
    """Everything that waits for the actor, the most urgent first; one query for each kind of need.

    Each source gives its needs by their day, which is in the order of their rank. So they are merged, and
    none is put into words but those that are shown.
    """
    sources: list[Callable[[Actor], Iterable[Need]]] = [
        lambda who: _to_decide(who, today),
        _to_answer,
        _questions,
    ]
    if may(actor, Right.VERIFY) is None:
        sources.append(_to_check)
    if may(actor, Right.APPROVE) is None:
        sources.append(_held)
    if may(actor, Right.APPROVE_INVOICE) is None:
        sources += [partial(_invoices, state) for state in (InvoiceState.RECEIVED, InvoiceState.APPROVED)]
    if may(actor, Right.AGREE) is None:
        sources.append(_agreements)
    sources += [*(partial(_own_steps, step) for step in _OWN), _failed_packs]
    sources.append(lambda who: _renewals(who, today))
    if may(actor, Right.MANAGE_ORGANISATION) is None:
        sources.append(_faults)
    ranked = merge(*(source(actor) for source in sources), key=lambda need: need.rank(today))
    return list(islice(_once(ranked), waiting.SHOWN))


def _once(needs: Iterable[Need]) -> Iterable[Need]:
    """Without what leads to the same button as one before."""
    seen = set()
    for need in needs:
        if (need.href, need.button) not in seen:
            seen.add((need.href, need.button))
            yield need


def _by_day(rows: Iterable[Any], day_of: Callable[[Any], date | None]) -> list[Any]:
    """A few rows, those without a day last."""
    return sorted(rows, key=lambda row: day_of(row) or date.max)


def _to_decide(actor: Actor, today: date) -> Iterable[Need]:
    for request in _by_day(waiting.to_decide(actor, tuple(decides_for(actor.id, today))), _decide_by):
        amount = money(Money(request.amount_minor, request.currency))
        yield Need(
            "coin",
            _("Approve %(amount)s: %(title)s") % {"amount": amount, "title": request.outtask.title},
            _("%(name)s asks. From %(budget)s.")
            % {"name": request.requested_by.name, "budget": request.budget.name},
            reverse("request", args=[request.reference]),
            _("Review"),
            _decide_by(request),
            urgent=1,
        )


def _decide_by(request: PurchaseRequest) -> date | None:
    return request.decide_by.date() if request.decide_by else None


def _to_answer(actor: Actor) -> Iterable[Need]:
    for request in waiting.to_answer(actor):
        yield Need(
            "chat",
            _("Answer the question about %(request)s") % {"request": request.reference},
            _("The decision on “%(title)s” waits for you.") % {"title": request.outtask.title},
            reverse("request", args=[request.reference]),
            _("Answer"),
            urgent=1,
        )


def _questions(actor: Actor) -> Iterable[Need]:
    for message in waiting.questions(actor):
        yield Need(
            "chat",
            _("Answer %(name)s") % {"name": message.provider.name if message.provider else ""},
            f"“{message.text[:160]}”",
            f"{reverse('thread', args=[message.outtask.reference])}?to={message.provider_id}",
            _("Answer"),
            urgent=0,
        )


def _to_check(actor: Actor) -> Iterable[Need]:
    for milestone in _bit_by_bit(partial(waiting.to_check, actor)):
        amount = money(Money(milestone.amount_minor, milestone.currency))
        yield Need(
            "check",
            _("Check “%(title)s”") % {"title": milestone.title},
            _("%(name)s handed it in. %(amount)s is owed if you accept.")
            % {"name": milestone.outtask.provider or "", "amount": amount},
            reverse("milestone", args=[milestone.outtask.reference, milestone.order]),
            _("Check"),
            milestone.due_on,
            urgent=2,
        )


def _invoices(state: InvoiceState, actor: Actor) -> Iterable[Need]:
    for invoice in _bit_by_bit(partial(waiting.invoices, actor, state)):
        amount = money(Money(invoice.amount_minor, invoice.currency))
        received = invoice.state == InvoiceState.RECEIVED
        title = (
            _("Approve invoice %(number)s, %(amount)s")
            if received
            else _("Pay invoice %(number)s, %(amount)s")
        )
        yield Need(
            "coin",
            title % {"number": invoice.number, "amount": amount},
            _("%(name)s, for “%(title)s”.") % {"name": invoice.provider.name, "title": invoice.outtask.title},
            reverse("invoice", args=[invoice.pk]),
            _("Review") if received else _("Pay"),
            invoice.due_on,
            urgent=3,
        )


def _held(actor: Actor) -> Iterable[Need]:
    holds = waiting.held(actor)
    disposals = disposals_of(actor, holds) if holds else {}
    for hold in holds:
        if why_not_look(disposals[hold.pk]) is None:
            yield Need(
                "pause",
                _("Look at what is held: %(what)s") % {"what": _(LABELS[Detector(hold.detector)])},
                hold.outtask.title,
                f"{reverse('watch')}#hold-{hold.pk}",
                _("Look"),
                urgent=2,
            )


def _agreements(actor: Actor) -> Iterable[Need]:
    for agreement in _by_day(waiting.drafts(actor), lambda agreement: agreement.outtask.due_on):
        yield Need(
            "file",
            _("Sign the statement of work with %(name)s") % {"name": agreement.provider.name},
            agreement.outtask.title,
            reverse("outtask-agreement", args=[agreement.outtask.reference]),
            _("Read"),
            agreement.outtask.due_on,
            urgent=3,
        )


_OWN = {
    "send_brief": (gettext_lazy("Send the brief: %(title)s"), "up", 4),
    "choose_proposal": (gettext_lazy("Choose who does it: %(title)s"), "person", 2),
    "write_agreement": (gettext_lazy("Write the statement of work: %(title)s"), "file", 3),
    "ask_to_spend": (gettext_lazy("Commit the money: %(title)s"), "coin", 3),
    "hand_on": (gettext_lazy("Send it to somebody else: %(title)s"), "back", 2),
}


def _own_steps(step: str, actor: Actor) -> Iterable[Need]:
    for outtask in _bit_by_bit(partial(waiting.own_steps, actor, step)):
        title, icon, urgent = _OWN[outtask.next_step]
        wording = WORDINGS[outtask.next_step]
        by = _("Needed by %(day)s.") % {"day": day(outtask.due_on)} if outtask.due_on else ""
        yield Need(
            icon,
            str(title) % {"title": outtask.title},
            f"{wording.then} {by}".strip(),
            reverse(wording.page, args=[outtask.reference]),
            str(wording.button),
            outtask.due_on,
            urgent=urgent,
        )


def _renewals(actor: Actor, today: date) -> Iterable[Need]:
    """What renews soon and can still be cancelled; told once, and shown until that day is over."""
    for row in _by_day(waiting.renewals(actor), _last_day):
        last_day = _last_day(row)
        if last_day is not None and last_day >= today:
            yield Need(
                "loop",
                _("Keep or cancel: %(name)s") % {"name": row.item.name},
                _("It renews on %(day)s unless you cancel before.") % {"day": day(row.renews_on)},
                reverse("subscriptions"),
                _("See"),
                last_day,
                urgent=3,
            )


def _last_day(row: Subscription) -> date | None:
    return last_day_to_cancel(term_of(row))


def _failed_packs(actor: Actor) -> Iterable[Need]:
    for handover in waiting.failed_packs(actor):
        yield Need(
            "alert",
            _("Have the handover pack made again: %(title)s") % {"title": handover.outtask.title},
            _("A file could not be read; the timeline says which."),
            reverse("outtask-handover", args=[handover.outtask.reference]),
            _("See"),
            urgent=1,
        )


def _bit_by_bit(part: Callable[[bool], list[Any]]) -> Iterable[Any]:
    """A few rows, and the rest only when all of those were asked for: of most kinds of need few are shown."""
    begun = part(False)
    yield from begun
    if len(begun) == waiting.FEW:
        yield from part(True)


def _faults(actor: Actor) -> Iterable[Need]:
    """What the installation could not do by itself; nearly always nothing, so one query asks for it all."""
    [found] = waiting.faults(actor.organisation_id)
    wordings = (
        (_("Some background work failed"), _("Nothing is lost. See what it was and try it again."), "work"),
        (
            _("Some mail was not delivered"),
            _("The outbox says to whom and why. It can be sent again."),
            "outbox",
        ),
    )
    for there, (title, text, page) in zip(found, wordings, strict=True):
        if there:
            yield Need("alert", title, text, reverse(page), _("See"), urgent=1)
