"""Reads that cross the stages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.agree.models import Agreement
from outtask.agree.queries import agreement_of
from outtask.agree.states import Form
from outtask.decide.models import Process
from outtask.deliver.models import Milestone
from outtask.deliver.queries import later_duties
from outtask.deliver.states import MilestoneState
from outtask.journal.prepared import prepared
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.reference import parse
from outtask.kernel.refusal import Refusal, Refused
from outtask.lifecycle.models import ImportedRecord
from outtask.outtasks.finding import named
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import BY_DAY
from outtask.outtasks.states import Holder
from outtask.people.duties import Duty
from outtask.people.models import Member, Provider
from outtask.source.models import Brief
from outtask.spend import line
from outtask.spend.demand_rules import Wanted, fired, why_not_alone
from outtask.spend.demands import is_new, rules_of
from outtask.spend.limit_rules import why_not_within
from outtask.spend.line import Today
from outtask.spend.models import PurchaseRequest
from outtask.spend.queries import base_amount, duties, live_commitment

LINES = 50
AT_HAND = 20
FOUND = 8


@dataclass(frozen=True)
class Forecast:
    """What would come of asking for money.

    why: why the asker's own limits do not cover it; None: it is committed at once. decider: who gets it then.
    absent: who that is in the place of, while they are away.
    """

    why: Refusal | None = None
    decider: Member | None = None
    absent: Member | None = None


def who_would_decide(
    agreement: Agreement, asker: Member, day: date, category: str = ""
) -> Forecast | Refusal:
    """What would come of `asker` asking for the money of an agreement on this day.

    A refusal: there is no rate, or nobody's limits cover it. The same rules decide again, after the lock,
    when it is asked. category: its digits.
    """
    amount = Money(agreement.amount_minor, agreement.currency)
    return foresee(amount, asker, day, category, agreement.outtask_id, is_new(agreement.provider))


def foresee(
    amount: Money,
    asker: Member,
    day: date,
    category: str = "",
    outtask_id: UUID | None = None,
    new_provider: bool = True,
) -> Forecast | Refusal:
    """What would come of asking for an amount on this day; without an out-task, for one that begins with it.

    new_provider: whether rules about new providers count, as they do while none is named.
    """
    base = base_amount(asker.organisation, amount, day)
    if isinstance(base, Refusal):
        return base
    today = Today(asker.organisation, day)
    wanted = line.spending(today, outtask_id, base, category)
    found = fired(rules_of(asker.organisation_id), Wanted(wanted.need.minor, category, new_provider))
    above = why_not_within(line.approver_of(asker, today), wanted) or why_not_alone(found)
    if above is None or above.code == "no_rate":
        return above or Forecast()
    later = later_duties(outtask_id) if outtask_id else {}
    asking = {**later, Duty.REQUEST: {asker.person_id}}
    held = duties(outtask_id, asker.organisation_id, asking)
    called = line.decider_for(asker, wanted, held, today)
    if isinstance(called, Refusal):
        return called
    members: Any = Member.objects.select_related("person")
    decider = members.get(pk=called.id)
    if called.taker is None:
        return Forecast(above, decider)
    return Forecast(above, members.get(pk=called.taker), absent=decider)


def at_hand(actor: Actor) -> list[OutTask]:
    """The open out-tasks a member works with: their own first, by the day something is due.

    What was only taken in as published waits for nobody and is left to the list of all.
    """
    own = _running(actor, own=True)
    rest = AT_HAND - len(own)
    return own + _running(actor, own=False)[:rest] if rest else own


@prepared()
def _running(actor: Actor, own: bool) -> QuerySet[OutTask]:
    running = OutTask.objects.visible_to(actor).filter(ending="").exclude(holder=Holder.NOBODY)
    rows = running.select_related("provider")
    if own:
        return rows.filter(owner_id=actor.id).order_by(BY_DAY, "-id")[:AT_HAND]
    return rows.exclude(owner_id=actor.id).order_by("-id")[:AT_HAND]


@dataclass(frozen=True)
class Summary:
    """What an out-task's page shows beside its thread and timeline. Amounts are None while there are none."""

    brief: Brief | None
    agreement: Agreement | None
    milestones: list[Milestone]
    agreed: Money | None
    committed: Money | None
    accepted: Money | None
    paid: Money | None
    released: Money | None
    imported: ImportedRecord | None

    @property
    def is_order(self) -> bool:
        return self.agreement is not None and self.agreement.form == Form.ORDER

    @property
    def handed_in(self) -> list[Milestone]:
        """The parts that wait for a look."""
        return [row for row in self.milestones if row.state == MilestoneState.HANDED_IN]


def summary_of(actor: Actor, outtask: OutTask) -> Summary:
    """The facts of the rooms as they hold now: of the latest agreement, its version, its money."""
    agreement = agreement_of(outtask, actor)
    commitment = live_commitment(agreement.pk) if agreement else None

    def sum_of(column: str) -> Money | None:
        return Money(getattr(commitment, column), commitment.currency) if commitment else None

    return Summary(
        brief=_brief.first(outtask.pk),
        agreement=agreement,
        milestones=_milestones(actor, agreement.pk, agreement.version) if agreement else [],
        agreed=Money(agreement.amount_minor, agreement.currency) if agreement else None,
        committed=sum_of("amount_minor"),
        accepted=sum_of("accepted_minor"),
        paid=sum_of("paid_minor"),
        released=sum_of("released_minor"),
        imported=_imported.first(outtask.pk),
    )


@prepared()
def _brief(outtask_id: UUID) -> QuerySet[Brief]:
    return Brief.objects.filter(outtask_id=outtask_id).order_by("id")[:1]


@prepared("version")
def _milestones(actor: Actor, agreement_id: UUID, version: int) -> QuerySet[Milestone]:
    rows = Milestone.objects.visible_to(actor).filter(agreement_id=agreement_id, agreement_version=version)
    return rows.order_by("order")


@prepared()
def _imported(outtask_id: UUID) -> QuerySet[ImportedRecord]:
    return ImportedRecord.objects.filter(outtask_id=outtask_id).order_by("id")[:1]


@dataclass(frozen=True)
class Hit:
    """One thing found: where it is, what it is called, a second line, an icon."""

    href: str
    title: str
    sub: str
    icon: str


def search(actor: Actor, query: str) -> list[Hit]:
    """At most a handful of each sort; a reference found exactly stands alone on top."""
    if len(query) < 2:
        return []
    reference = _reference(query)
    if reference:
        exact = _outtasks_with.first(actor, reference)
        if exact is not None:
            return [_outtask_hit(exact)]
        request = _requests_with.first(actor, reference)
        return [_request_hit(request)] if request is not None else []
    outtasks: Any = OutTask.objects.visible_to(actor)
    providers: Any = Provider.objects.visible_to(actor).filter(
        Q(name__icontains=query) | Q(email__icontains=query)
    )
    processes: Any = Process.objects.visible_to(actor).filter(
        Q(name__icontains=query) | Q(output__icontains=query)
    )
    hits = [_outtask_hit(row) for row in named(outtasks, query, FOUND)]
    hits += [
        Hit(reverse("provider", args=[row.pk]), row.name, _("Provider"), row.kind)
        for row in providers.order_by("name", "id")[:FOUND]
    ]
    hits += [
        Hit(reverse("process", args=[row.pk]), row.name, _("Process"), "loop")
        for row in processes.order_by("name", "id")[:FOUND]
    ]
    return hits


@prepared("reference")
def _outtasks_with(actor: Actor, reference: str) -> QuerySet[OutTask]:
    return OutTask.objects.visible_to(actor).filter(reference=reference)


@prepared("reference")
def _requests_with(actor: Actor, reference: str) -> QuerySet[PurchaseRequest]:
    rows = PurchaseRequest.objects.visible_to(actor).filter(reference=reference)
    return rows.select_related("outtask")


def _reference(query: str) -> str:
    try:
        return str(parse(query))
    except Refused:
        return ""


def _outtask_hit(row: OutTask) -> Hit:
    return Hit(reverse("outtask", args=[row.reference]), row.title, row.reference, "arrow")


def _request_hit(row: PurchaseRequest) -> Hit:
    return Hit(reverse("request", args=[row.reference]), row.outtask.title, row.reference, "coin")
