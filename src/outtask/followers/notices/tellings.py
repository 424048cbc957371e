"""Who else is told: one table from kinds of entries to mails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outtask.deliver.models import Milestone
from outtask.followers.notices.letters import Letter, Mailing, sum_of
from outtask.journal.reading import Told
from outtask.kernel.actor import ActorKind
from outtask.lifecycle.models import Repeat
from outtask.messages.models import Message
from outtask.messages.post import Reader
from outtask.outtasks.models import OutTask
from outtask.people.account_rules import masked
from outtask.people.models import BankAccount, Link, Member, Provider
from outtask.people.states import Purpose, Role
from outtask.source.models import Award, Invitation
from outtask.source.states import ProposalState
from outtask.spend.models import Approval, PurchaseRequest
from outtask.spend.wording import decided_by
from outtask.takeback.models import Handover
from outtask.ui.formats import day, money


def _owner(outtask: OutTask) -> Reader:
    return Reader(outtask.owner.name, outtask.owner.person.email, member=outtask.owner)


def _provider(outtask: OutTask, provider: Provider | None) -> Reader | None:
    """A provider's contact, with their live link to the out-task where there is one."""
    if provider is None:
        return None
    links = Link.objects.filter(outtask=outtask, provider=provider, revoked_at__isnull=True)
    link: Link | None = links.order_by("-made_at", "-id").first()
    if link is not None and link.purpose == Purpose.SIGN:
        # Of an order both were made at once, and the work is where the other one leads.
        link = links.filter(purpose=Purpose.DELIVER, made_at=link.made_at).first() or link
    if link is not None:
        return Reader(link.name, link.email, link=link)
    return Reader(provider.name, provider.email)


def _had_it(told: Told) -> Provider | None:
    """Who was chosen last before an entry; the out-task itself may have gone back, or on, since."""
    awards = Award.objects.filter(outtask_id=told.outtask_id, awarded_at__lte=told.at)
    last = awards.select_related("proposal__provider").order_by("-awarded_at", "-id").first()
    return last.proposal.provider if last else None


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
            promise=more.pop("promise", _("The page shows what happened before.")),
            path=page,
            **more,
        )
        yield _owner(outtask), letter


def _tell_provider(
    told: Told, outtask: OutTask, lead: str, provider: Provider | None = None, **more: Any
) -> Iterable[Mailing]:
    """A mail to a provider: to the one who had the out-task when it happened, unless another is named."""
    reader = _provider(outtask, provider or _had_it(told) or outtask.provider)
    if reader is None:
        return
    with_link = reader.link is not None
    letter = Letter(
        subject=f"{lead}: {outtask.title}",
        lead=lead,
        what=outtask.title,
        button=_("Open the work") if with_link else _("See where it stands"),
        promise=_("Your link is the same as before.") if with_link else _("Nothing more is needed from you."),
        path=reverse("track-code", args=[outtask.tracking_code]),
        **more,
    )
    yield reader, letter


def _proposal(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("%(name)s answered your brief") % {"name": told.says["provider"]}
    facts = ((_("Price"), money(told.says["price"])), (_("Ready on"), day(told.says["ready_on"])))
    return _tell_owner(told, outtask, lead, _("Compare"), _page("outtask-proposals", outtask), facts=facts)


def _declined(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("%(name)s cannot do it") % {"name": told.says["provider"]}
    page = _page("outtask-proposals", outtask)
    return _tell_owner(told, outtask, lead, _("See who was asked"), page, quote=told.says["reason"] or "")


def _passed_over(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    """To whoever was asked and not chosen; who was chosen and lost it hears of that instead."""
    invitation = Invitation.objects.select_related("provider").get(pk=told.subject_id)
    if invitation.proposals.filter(state=ProposalState.CHOSEN).exists():
        return
    lead = _("Thank you; nothing more is needed")
    letter = Letter(
        subject=f"{lead}: {outtask.title}",
        lead=lead,
        what=outtask.title,
        button=_("See where it stands"),
        promise=_(
            "Nobody is asked for this any more, or somebody else does it this time. Your link is closed."
        ),
        path=reverse("track-code", args=[outtask.tracking_code]),
    )
    yield Reader(invitation.provider.name, invitation.provider.email), letter


def _chosen(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    return _tell_provider(told, outtask, _("You were chosen"))


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
    decisions = Approval.objects.filter(request=request, decided_at=told.at)
    decision = decisions.select_related("decided_by__person", "delegation__giver__person").first()
    letter = Letter(
        subject=f"{lead}: {outtask.title}",
        lead=lead,
        amount=money(sum_of(request)),
        what=outtask.title,
        facts=((_("By"), decided_by(decision)),) if decision is not None else (),
        quote=quote,
        button=button,
        promise=_("The page shows who decided and why."),
        path=reverse("request", args=[request.reference]),
    )
    yield Reader(member.name, member.person.email, member=member), letter


def _approved(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    return _to_requester(told, outtask, _("Approved and committed"), _("See it"), told.says["note"] or "")


def _approved_first(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Approved by a first person; a second one is asked")
    return _to_requester(told, outtask, lead, _("See who"), told.says["note"] or "")


def _rejected(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    return _to_requester(told, outtask, _("Your request was rejected"), _("See why"), told.says["note"] or "")


def _asked(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("A question before the decision")
    return _to_requester(told, outtask, lead, _("Answer"), told.says["question"] or "")


def _expired(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    return _to_requester(told, outtask, _("Nobody decided in time"), _("Ask again"))


def _handed_in(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    page = _page("milestone", outtask, told.says["order"])
    lead = _("Milestone %(order)s was handed in") % {"order": told.says["order"]}
    return _tell_owner(told, outtask, lead, _("Check it"), page, promise=_("Silence accepts nothing."))


def _accepted(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    if Milestone.objects.filter(pk=told.subject_id, order_line__isnull=False).exists():
        lead = _("They received what you delivered")
        facts = ((_("Received"), told.says["milestone"] or ""),)
        return _tell_provider(told, outtask, lead, amount=money(told.says["amount"]), facts=facts)
    lead = _("Milestone %(order)s is accepted") % {"order": told.says["order"]}
    return _tell_provider(told, outtask, lead, amount=money(told.says["amount"]))


def _sent_back(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Milestone %(order)s came back with points") % {"order": told.says["order"]}
    facts = ((_("Please hand it in again by"), day(told.says["due"])),) if told.says["due"] else ()
    return _tell_provider(told, outtask, lead, quote=told.says["reasons"] or "", facts=facts)


def _order_returned(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    """To its provider, who takes it back, and to whoever ordered it."""
    sent = ngettext("%(n)s of %(what)s", "%(n)s of %(what)s", told.says["quantity"])
    wanted = told.says["wanted"]
    about: dict[str, Any] = {
        "amount": money(told.says["amount"]),
        "quote": told.says["reasons"] or "",
        "facts": (
            (_("Sent back"), sent % {"n": told.says["quantity"], "what": told.says["what"] or ""}),
            (_("What follows"), _("it is delivered again") if wanted else _("it is not wanted any more")),
        ),
    }
    yield from _tell_provider(
        told,
        outtask,
        _("Please deliver it again") if wanted else _("Something you delivered goes back"),
        **about,
    )
    lead = _("Something that was received goes back")
    yield from _tell_owner(
        told, outtask, lead, _("See the order"), _page("outtask-order", outtask), **about,
        promise=_("Its price is not owed any more."),
    )  # fmt: skip


def _order_closed(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    """To its provider, who delivers no more of it, and to whoever ordered it."""
    quote, released = told.says["reasons"] or "", money(told.says["released"])
    yield from _tell_provider(
        told, outtask, _("Nothing more of this order is wanted"), quote=quote,
        facts=((_("Not delivered any more"), released),),
    )  # fmt: skip
    yield from _tell_owner(
        told, outtask, _("Your order was closed"), _("See the order"), _page("outtask-order", outtask),
        quote=quote, facts=((_("Free again"), released),),
        promise=_("What came of it stays owed and is paid as always."),
    )  # fmt: skip


def _order_skipped(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    """To whoever ordered it: the clock could not, and the day is over."""
    lead = _("What repeats was not ordered this time")
    goes_on = Repeat.objects.filter(pk=told.subject_id, next_on__isnull=False).exists()
    return _tell_owner(
        told, outtask, lead, _("See the order"), _page("outtask-order", outtask),
        quote=told.says["reason"] or "", facts=((_("Was due on"), day(told.says["day"])),),
        promise=_("The next one is tried on its day. Order this one yourself if you need it.")
        if goes_on
        else _("It is not ordered again by itself. Order it yourself if you need it."),
    )  # fmt: skip


def _invoice(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Invoice %(number)s came in") % {"number": told.says["number"]}
    return _tell_finance(told, outtask, lead, promise=_("It is matched with what was accepted."))


def _tell_finance(told: Told, outtask: OutTask, lead: str, **more: Any) -> Iterable[Mailing]:
    """To everybody who keeps the money, else to the owners."""
    members = Member.objects.filter(organisation_id=told.organisation_id, left_at=None).select_related(
        "person"
    )
    readers = list(members.filter(role=Role.FINANCE)) or list(members.filter(role=Role.OWNER))
    for member in readers:
        letter = Letter(
            subject=f"{lead}: {outtask.title}",
            lead=lead,
            amount=money(told.says["amount"]),
            what=outtask.title,
            button=_("Check the invoice"),
            path=reverse("invoice", args=[told.says["invoice"]]),
            **more,
        )
        yield Reader(member.name, member.person.email, member=member), letter


def _approve_again(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    noted = BankAccount.objects.select_related("noted_by__person").get(pk=told.says["bank_account"])
    lead = _("Invoice %(number)s is to be approved again") % {"number": told.says["number"]}
    return _tell_finance(
        told,
        outtask,
        lead,
        facts=((_("Paid to another account"), masked(noted.account)), (_("Noted by"), noted.noted_by.name)),
        promise=_("Ask the provider by a number you know whether the account is theirs."),
    )


def _paid(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Invoice %(number)s is paid") % {"number": told.says["number"]}
    return _tell_provider(told, outtask, lead, amount=money(told.says["amount"]))


def _returned(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Invoice %(number)s came back") % {"number": told.says["number"]}
    return _tell_provider(told, outtask, lead, quote=told.says["reason"] or "")


def _taken_back(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    """To whoever had it: the out-task itself names no provider any more."""
    had_it = Handover.objects.select_related("provider").get(pk=told.says["handover"]).provider
    if had_it is not None:
        lead = _("The client took this work back")
        yield from _tell_provider(told, outtask, lead, had_it, quote=told.says["reason"] or "")


def _written(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    text = told.says["text"] or ""
    message = Message.objects.select_related("provider").get(pk=told.says["message"])
    if told.actor_kind in {ActorKind.GUEST, ActorKind.PROGRAM}:
        who = message.provider.name if message.provider else ""
        page = f"{_page('thread', outtask)}?to={message.provider_id}"
        yield from _tell_owner(
            told, outtask, _("%(name)s wrote to you") % {"name": who}, _("Answer"), page, quote=text
        )
    elif message.provider is not None:
        yield from _tell_provider(told, outtask, _("The client wrote to you"), message.provider, quote=text)


TOLD: dict[str, Callable[[Told, OutTask], Iterable[Mailing]]] = {
    "proposal.offered": _proposal,
    "proposal.changed": _proposal,
    "invitation.declined": _declined,
    "invitation.ended": _passed_over,
    "provider.chosen": _chosen,
    "agreement.signed_by_provider": _signed,
    "agreement.objected": _objected,
    "request.approved": _approved,
    "request.approved_first": _approved_first,
    "request.rejected": _rejected,
    "request.asked": _asked,
    "request.expired": _expired,
    "milestone.handed_in": _handed_in,
    "milestone.accepted": _accepted,
    "milestone.changes_requested": _sent_back,
    "order.returned": _order_returned,
    "order.closed": _order_closed,
    "order.repeat_skipped": _order_skipped,
    "invoice.received": _invoice,
    "invoice.approval_voided": _approve_again,
    "invoice.returned": _returned,
    "invoice.paid": _paid,
    "outtask.taken_back": _taken_back,
    "message.written": _written,
    "question.asked": _written,
}
