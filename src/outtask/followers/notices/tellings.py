"""Who else is told: one table from kinds of entries to mails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.followers.notices.letters import Letter, Mailing, sum_of
from outtask.journal.reading import Told
from outtask.messages.post import Reader
from outtask.outtasks.models import OutTask
from outtask.people.models import Link, Member
from outtask.people.states import Purpose, Role
from outtask.source.models import Invitation
from outtask.spend.models import PurchaseRequest
from outtask.takeback.models import Handover
from outtask.ui.formats import day, money


def _owner(outtask: OutTask) -> Reader:
    return Reader(outtask.owner.name, outtask.owner.person.email, member=outtask.owner)


def _provider(outtask: OutTask) -> Reader | None:
    """The provider's contact, with their live link to deliver where there is one."""
    if outtask.provider is None:
        return None
    link = (
        Link.objects.filter(
            outtask=outtask, provider=outtask.provider, purpose=Purpose.DELIVER, revoked_at=None
        )
        .order_by("-id")
        .first()
    )
    return Reader(outtask.provider.name, outtask.provider.email, link=link)


def _page(name: str, outtask: OutTask, *more: object) -> str:
    return reverse(name, args=[outtask.reference, *more])


def _tell_owner(
    told: Told, outtask: OutTask, lead: str, button: str, page: str, **more: Any
) -> Iterable[Mailing]:
    """A mail to the owner of the out-task, unless they did it themselves."""
    if told.actor_id != outtask.owner_id:
        letter = Letter(
            subject=f"{lead}: {outtask.title}",
            lead=lead,
            what=outtask.title,
            button=button,
            promise=more.pop("promise", _("Answer this mail to write into the thread of the out-task.")),
            path=page,
            **more,
        )
        yield _owner(outtask), letter


def _tell_provider(outtask: OutTask, lead: str, **more: Any) -> Iterable[Mailing]:
    reader = _provider(outtask)
    if reader is not None:
        promise = (
            _("Your link is the same as before.") if reader.link else _("Nothing more is needed from you.")
        )
        yield (
            reader,
            Letter(
                subject=f"{lead}: {outtask.title}",
                lead=lead,
                what=outtask.title,
                button=_("Open the work"),
                promise=promise,
                path="/track/" + outtask.tracking_code,
                **more,
            ),
        )


def _proposal(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("%(name)s answered your brief") % {"name": told.says["provider"]}
    facts = ((_("Price"), money(told.says["price"])), (_("Ready on"), day(told.says["ready_on"])))
    return _tell_owner(told, outtask, lead, _("Compare"), _page("outtask-proposals", outtask), facts=facts)


def _declined(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("%(name)s cannot do it") % {"name": told.says["provider"]}
    page = _page("outtask-proposals", outtask)
    return _tell_owner(told, outtask, lead, _("See who was asked"), page, quote=told.says["reason"] or "")


def _passed_over(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    invitation = Invitation.objects.select_related("provider").filter(pk=told.subject_id).first()
    if invitation is not None:
        lead = _("Thank you; nothing more is needed")
        reader = Reader(invitation.provider.name, invitation.provider.email)
        yield (
            reader,
            Letter(
                subject=f"{lead}: {outtask.title}",
                lead=lead,
                what=outtask.title,
                button=_("See where it stands"),
                promise=_("Somebody else does it this time. Your link is closed."),
                path="/track/" + outtask.tracking_code,
            ),
        )


def _chosen(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    return _tell_provider(outtask, _("You were chosen"))


def _signed(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    page = _page("outtask-approval", outtask)
    return _tell_owner(told, outtask, _("Both have signed"), _("Commit the money"), page)


def _objected(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    page = _page("outtask-agreement", outtask)
    lead = _("They want the statement of work changed")
    return _tell_owner(told, outtask, lead, _("Change it"), page, quote=told.says["reason"] or "")


def _request(told: Told) -> PurchaseRequest:
    found: PurchaseRequest = PurchaseRequest.objects.select_related("requested_by__person").get(
        pk=told.subject_id
    )
    return found


def _to_requester(told: Told, outtask: OutTask, lead: str, button: str, quote: str = "") -> Iterable[Mailing]:
    request = _request(told)
    member = request.requested_by
    letter = Letter(
        subject=f"{lead}: {outtask.title}",
        lead=lead,
        amount=money(sum_of(request)),
        what=outtask.title,
        quote=quote,
        button=button,
        promise=_("The page shows who decided and why."),
        path=reverse("request", args=[request.reference]),
    )
    yield Reader(member.name, member.person.email, member=member), letter


def _approved(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    return _to_requester(told, outtask, _("Approved and committed"), _("See it"), told.says["note"] or "")


def _rejected(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    return _to_requester(
        told, outtask, _("Your request was rejected"), _("See why"), told.says["note"] or ""
    )


def _asked(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("A question before the decision")
    return _to_requester(told, outtask, lead, _("Answer"), told.says["question"] or "")


def _handed_in(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    page = _page("milestone", outtask, told.says["order"])
    lead = _("Milestone %(order)s was handed in") % {"order": told.says["order"]}
    return _tell_owner(told, outtask, lead, _("Check it"), page, promise=_("Silence accepts nothing."))


def _accepted(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Milestone %(order)s is accepted") % {"order": told.says["order"]}
    return _tell_provider(outtask, lead, amount=money(told.says["amount"]))


def _sent_back(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Milestone %(order)s came back with points") % {"order": told.says["order"]}
    facts = ((_("Please hand it in again by"), day(told.says["due"])),) if told.says["due"] else ()
    return _tell_provider(outtask, lead, quote=told.says["reasons"] or "", facts=facts)


def _invoice(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    """To everybody who keeps the money, else to the owners."""
    members = Member.objects.filter(organisation_id=told.organisation_id, left_at=None).select_related(
        "person"
    )
    readers = list(members.filter(role=Role.FINANCE)) or list(members.filter(role=Role.OWNER))
    lead = _("Invoice %(number)s came in") % {"number": told.says["number"]}
    for member in readers:
        letter = Letter(
            subject=f"{lead}: {outtask.title}",
            lead=lead,
            amount=money(told.says["amount"]),
            what=outtask.title,
            button=_("Check the invoice"),
            promise=_("It is matched with what was accepted."),
            path=reverse("invoice", args=[told.says["invoice"]]),
        )
        yield Reader(member.name, member.person.email, member=member), letter


def _paid(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Invoice %(number)s is paid") % {"number": told.says["number"]}
    return _tell_provider(outtask, lead, amount=money(told.says["amount"]))


def _returned(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Invoice %(number)s came back") % {"number": told.says["number"]}
    return _tell_provider(outtask, lead, quote=told.says["reason"] or "")


def _taken_back(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    """To whoever had it: the out-task itself names no provider any more."""
    outtask.provider = Handover.objects.get(pk=told.says["handover"]).provider
    return _tell_provider(outtask, _("The client took this work back"), quote=told.says["reason"] or "")


def _written(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    text = told.says["text"] or ""
    if told.actor_kind == "guest":
        lead = _("The provider wrote to you")
        return _tell_owner(
            told, outtask, lead, _("Answer"), _page("outtask", outtask) + "#thread", quote=text
        )
    return _tell_provider(outtask, _("The client wrote to you"), quote=text)


TOLD: dict[str, Callable[[Told, OutTask], Iterable[Mailing]]] = {
    "proposal.offered": _proposal,
    "proposal.changed": _proposal,
    "invitation.declined": _declined,
    "invitation.ended": _passed_over,
    "provider.chosen": _chosen,
    "agreement.signed_by_provider": _signed,
    "agreement.objected": _objected,
    "request.approved": _approved,
    "request.rejected": _rejected,
    "request.asked": _asked,
    "milestone.handed_in": _handed_in,
    "milestone.accepted": _accepted,
    "milestone.changes_requested": _sent_back,
    "invoice.received": _invoice,
    "invoice.returned": _returned,
    "invoice.paid": _paid,
    "outtask.taken_back": _taken_back,
    "message.written": _written,
    "question.asked": _written,
}
