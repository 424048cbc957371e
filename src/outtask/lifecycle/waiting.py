"""The rows of each room that wait for a member, few at a time: what `needs` puts into words.

Of what a busy organisation has most of, only those columns are read that the words need.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, F

from outtask.agree.models import Agreement
from outtask.agree.states import AgreementState
from outtask.catalogue.queries import subscriptions_for
from outtask.deliver.models import Milestone
from outtask.deliver.states import MilestoneState
from outtask.journal.models import SkippedEntry
from outtask.journal.prepared import prepared
from outtask.kernel.actor import Actor
from outtask.messages.models import Mail, Message
from outtask.messages.states import MailState
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import BY_DAY
from outtask.outtasks.states import Ending, Holder
from outtask.pay.models import Invoice
from outtask.pay.states import InvoiceState
from outtask.people.models import Organisation
from outtask.spend.line import waiting_for
from outtask.spend.models import PurchaseRequest
from outtask.spend.states import RequestState
from outtask.takeback.models import Handover
from outtask.takeback.states import HandoverState
from outtask.watch.queries import holds_for

SHOWN = 30
FEW = 6


def _part(rows: Any, rest: bool) -> Any:
    """The first few, or what follows them as far as it may be shown."""
    return rows[FEW:SHOWN] if rest else rows[:FEW]


@prepared()
def to_decide(actor: Actor, whose: tuple[UUID, ...]) -> Any:
    """Requests for money. whose: the members whose decisions are the actor's today."""
    rows = PurchaseRequest.objects.visible_to(actor).filter(waiting_for(whose), state=RequestState.REFERRED)
    return rows.select_related("outtask", "requested_by__person", "budget")[:SHOWN]


@prepared()
def to_answer(actor: Actor) -> Any:
    """Requests of the actor that somebody asked about."""
    rows = PurchaseRequest.objects.visible_to(actor).filter(
        requested_by_id=actor.id, state=RequestState.ASKED
    )
    return rows.select_related("outtask")[:SHOWN]


@prepared()
def questions(actor: Actor) -> Any:
    """Messages from outside that ask something."""
    rows = Message.objects.visible_to(actor).filter(
        outtask__owner_id=actor.id, asks=True, answered_at__isnull=True, member__isnull=True
    )
    return rows.select_related("outtask", "provider").order_by("id")[:SHOWN]


@prepared()
def to_check(actor: Actor, rest: bool) -> Any:
    """Milestones that were handed in, by the day they are due."""
    rows = Milestone.objects.visible_to(actor).filter(state=MilestoneState.HANDED_IN)
    told = rows.select_related("outtask", "outtask__provider").only(
        "title",
        "order",
        "due_on",
        "amount_minor",
        "currency",
        "outtask__reference",
        "outtask__provider__name",
    )
    return _part(told.order_by("due_on", "id"), rest)


@prepared()
def invoices(actor: Actor, state: InvoiceState, rest: bool) -> Any:
    """Invoices in a state, by the day they are due."""
    rows = Invoice.objects.visible_to(actor).filter(state=state).select_related("provider", "outtask")
    told = rows.only(
        "number", "state", "due_on", "amount_minor", "currency", "provider__name", "outtask__title"
    )
    return _part(told.order_by(BY_DAY, "id"), rest)


@prepared()
def held(actor: Actor) -> Any:
    """What detectors hold and nobody has looked at."""
    rows: Any = holds_for(actor).filter(disposition="").order_by("-id")
    return rows[:SHOWN]


@prepared()
def drafts(actor: Actor) -> Any:
    """Statements of work that are not signed."""
    rows = Agreement.objects.visible_to(actor).filter(state=AgreementState.DRAFT)
    return rows.select_related("outtask", "provider").order_by("id")[:SHOWN]


@prepared("step")
def own_steps(actor: Actor, step: str, rest: bool) -> Any:
    """The actor's out-tasks that wait for this step of theirs, by the day something is due.

    One step at a time: for all of them in one query, a database would sort everything that waits, however
    much that is, to show a few.
    """
    rows = OutTask.objects.visible_to(actor).filter(
        ending__in=(Ending.OPEN, Ending.TAKEN_BACK), owner_id=actor.id, holder=Holder.CLIENT, next_step=step
    )
    told = rows.only("title", "reference", "next_step", "due_on")
    return _part(told.order_by(BY_DAY, "id"), rest)


@prepared()
def renewals(actor: Actor) -> Any:
    """The actor's subscriptions that they were warned of."""
    live: Any = subscriptions_for(actor).filter(ended_on__isnull=True, cancelled_on__isnull=True)
    rows = live.filter(member_id=actor.id, warned_for=F("renews_on"))
    return rows.order_by("renews_on", "id")[:SHOWN]


@prepared()
def failed_packs(actor: Actor) -> Any:
    """Handover packs of the actor's out-tasks that could not be made."""
    rows = Handover.objects.visible_to(actor).filter(state=HandoverState.FAILED, outtask__owner_id=actor.id)
    return rows.select_related("outtask").order_by("id")[:SHOWN]


@prepared()
def faults(organisation_id: UUID) -> Any:
    """One row: whether background work, and whether a mail, failed. Nearly always neither."""
    stuck = SkippedEntry.objects.filter(organisation_id=organisation_id, settled_at__isnull=True)
    unsent = Mail.objects.filter(organisation_id=organisation_id, state=MailState.FAILED)
    here: Any = Organisation.objects.filter(pk=organisation_id)
    return here.annotate(stuck=Exists(stuck), unsent=Exists(unsent)).values_list("stuck", "unsent")
