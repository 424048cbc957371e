"""Who is told what by e-mail: one rule for links, one table for the rest.

Every link that an action makes is mailed to its holder. Besides, each kind below tells somebody who has to
know. Mails are put in line inside the follower's transaction and sent by a timed duty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from outtask.agree.models import Agreement
from outtask.followers.engine import EntryView, Follower
from outtask.followers.schedule import Timed
from outtask.journal.models import Entry
from outtask.journal.reading import Told, read
from outtask.kernel.money import Money
from outtask.messages.post import Reader, put_in_line, send_waiting
from outtask.outtasks.models import OutTask
from outtask.people.models import Link, Member, MemberInvitation, Organisation
from outtask.people.states import Purpose, Role
from outtask.source.models import Brief, Invitation
from outtask.spend.models import PurchaseRequest
from outtask.takeback.models import Handover
from outtask.ui.formats import day, moment, money


@dataclass(frozen=True)
class Letter:
    """What one mail says, in the order of the page: lead, amount, what, facts, quote, button, promise."""

    subject: str
    lead: str
    button: str
    promise: str
    amount: str = ""
    what: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    quote: str = ""
    path: str = ""
    more: dict[str, str] = field(default_factory=dict)

    def context(self, footer: str) -> dict[str, Any]:
        return {
            "lead": self.lead,
            "amount": self.amount,
            "what": self.what,
            "facts": list(self.facts),
            "quote": self.quote,
            "button": self.button,
            "promise": self.promise,
            "path": self.path,
            "footer": footer,
        } | self.more


type Mailing = tuple[Reader, Letter]


def follow(entry: EntryView, now: datetime) -> None:
    """Put every mail in line that this entry calls for; reading the entry twice puts none in twice."""
    told = read(Entry.objects.filter(pk=entry.id))[0]
    organisation = Organisation.objects.get(pk=told.organisation_id)
    with timezone.override(ZoneInfo(organisation.zone)):
        outtask = OutTask.objects.filter(pk=told.outtask_id).select_related("owner__person", "provider").first()
        for link in _links_made(told):
            _put(told, _reader(link), _letter_for(link, organisation), f"link:{link.pk}", now)
        if outtask is not None and told.kind.name in _TOLD:
            for reader, letter in _TOLD[told.kind.name](told, outtask):
                _put(told, reader, letter, f"entry:{told.id}", now)
        if told.kind.name == "member.invited":
            _invite(told, organisation, now)


def _put(told: Told, reader: Reader, letter: Letter, dedupe: str, now: datetime) -> None:
    footer = (
        _("This link is for you alone; please do not forward it. Opening it decides nothing.")
        if reader.link
        else _("You get this because you take part in this out-task.")
    )
    put_in_line(
        told.organisation_id,
        reader,
        "notice",
        letter.subject,
        letter.context(footer),
        outtask_id=told.outtask_id,
        dedupe=dedupe,
        now=now,
    )


# --- links --------------------------------------------------------------------------------------


def _links_made(told: Told) -> Iterable[Link]:
    """The links that the entry's action made: they carry its very instant."""
    if told.outtask_id is None:
        return ()
    rows = Link.objects.filter(organisation_id=told.organisation_id, outtask_id=told.outtask_id, made_at=told.at)
    found: Iterable[Link] = rows.select_related("provider", "member__person", "outtask")
    return found


def _reader(link: Link) -> Reader:
    return Reader(link.name, link.email, member=link.member, link=link)


def _letter_for(link: Link, organisation: Organisation) -> Letter:
    return _BY_PURPOSE[Purpose(link.purpose)](link, organisation)


def _to_propose(link: Link, organisation: Organisation) -> Letter:
    outtask = _outtask_of(link)
    brief = Brief.objects.get(outtask=outtask)
    invitation = Invitation.objects.filter(pk=link.subject_id).first()
    answer_by = invitation.answer_by if invitation else brief.answer_by
    facts = [(_("Needed by"), day(brief.by_when))]
    if answer_by:
        facts.append((_("Answer by"), day(answer_by)))
    return Letter(
        subject=_("%(organisation)s asks: %(title)s") % {"organisation": organisation.name, "title": outtask.title},
        lead=_("Would you do this for us?"),
        what=brief.what[:600],
        facts=tuple(facts),
        button=_("Read it and answer"),
        promise=_("You need no account. Say your price, your date and the steps; or say no with one press."),
    )


def _to_sign(link: Link, organisation: Organisation) -> Letter:
    outtask = _outtask_of(link)
    agreement = Agreement.objects.get(pk=link.subject_id)
    return Letter(
        subject=_("Please sign: %(title)s") % {"title": outtask.title},
        lead=_("The statement of work is ready for your signature"),
        amount=money(_sum(agreement)),
        what=outtask.title,
        facts=((_("Version"), str(link.version)),),
        button=_("Read and sign"),
        promise=_("%(name)s has signed. You can also say what you want changed.") % {"name": organisation.name},
    )


def _to_deliver(link: Link, organisation: Organisation) -> Letter:
    outtask = _outtask_of(link)
    return Letter(
        subject=_("You can begin: %(title)s") % {"title": outtask.title},
        lead=_("The money is committed. You can begin."),
        what=outtask.title,
        button=_("Open the work"),
        promise=_("Hand in each part there; you see at once what was checked. The link works until the end."),
    )


def _to_decide(link: Link, organisation: Organisation) -> Letter:
    request = PurchaseRequest.objects.select_related("requested_by__person", "budget", "agreement__provider").get(
        pk=link.subject_id
    )
    outtask = _outtask_of(link)
    amount = money(_sum(request))
    facts = (
        (_("By whom"), request.agreement.provider.name),
        (_("Budget"), request.budget.name),
        (_("Free in it now"), money(_sum(request.budget, "free_minor"))),
        (_("Why"), request.reason or _("no reason given")),
        (_("Decide by"), moment(link.expires_at)),
        (_("Request"), request.reference),
    )
    return Letter(
        subject=_("Approve %(amount)s? %(title)s (%(request)s)")
        % {"amount": amount, "title": outtask.title, "request": request.reference},
        lead=_("%(name)s asks to spend") % {"name": request.requested_by.name},
        amount=amount,
        what=outtask.title,
        facts=facts,
        button=_("Review and decide"),
        promise=_("You see everything once more, then approve, reject or ask with one press."),
    )


_BY_PURPOSE: dict[Purpose, Callable[[Link, Organisation], Letter]] = {
    Purpose.PROPOSE: _to_propose,
    Purpose.SIGN: _to_sign,
    Purpose.DELIVER: _to_deliver,
    Purpose.DECIDE: _to_decide,
}


def _outtask_of(link: Link) -> OutTask:
    assert link.outtask is not None, "every link of these purposes belongs to an out-task"
    return link.outtask


def _sum(row: Any, column: str = "amount_minor") -> Any:
    return Money(getattr(row, column), row.currency)


# --- everything else ----------------------------------------------------------------------------


def _owner(outtask: OutTask) -> Reader:
    return Reader(outtask.owner.name, outtask.owner.person.email, member=outtask.owner)


def _provider(outtask: OutTask) -> Reader | None:
    """The provider's contact, with their live link to deliver where there is one."""
    if outtask.provider is None:
        return None
    link = (
        Link.objects.filter(outtask=outtask, provider=outtask.provider, purpose=Purpose.DELIVER, revoked_at=None)
        .order_by("-id")
        .first()
    )
    return Reader(outtask.provider.name, outtask.provider.email, link=link)


def _page(name: str, outtask: OutTask, *more: object) -> str:
    return reverse(name, args=[outtask.reference, *more])


def _tell_owner(told: Told, outtask: OutTask, lead: str, button: str, page: str, **more: Any) -> Iterable[Mailing]:
    """A mail to the owner of the out-task, unless they did it themselves."""
    if told.actor_id != outtask.owner_id:
        letter = Letter(
            subject=f"{lead}: {outtask.title}", lead=lead, what=outtask.title, button=button,
            promise=more.pop("promise", _("Answer this mail to write into the thread of the out-task.")),
            path=page, **more,
        )  # fmt: skip
        yield _owner(outtask), letter


def _tell_provider(outtask: OutTask, lead: str, **more: Any) -> Iterable[Mailing]:
    reader = _provider(outtask)
    if reader is not None:
        promise = _("Your link is the same as before.") if reader.link else _("Nothing more is needed from you.")
        yield (
            reader,
            Letter(
                subject=f"{lead}: {outtask.title}", lead=lead, what=outtask.title, button=_("Open the work"),
                promise=promise, path="/track/" + outtask.tracking_code, **more,
            ),
        )  # fmt: skip


def _proposal(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("%(name)s answered your brief") % {"name": told.payload["provider"]}
    facts = ((_("Price"), money(told.payload["price"])), (_("Ready on"), day(told.payload["ready_on"])))
    return _tell_owner(told, outtask, lead, _("Compare"), _page("outtask-proposals", outtask), facts=facts)


def _declined(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("%(name)s cannot do it") % {"name": told.payload["provider"]}
    page = _page("outtask-proposals", outtask)
    return _tell_owner(told, outtask, lead, _("See who was asked"), page, quote=told.payload["reason"] or "")


def _passed_over(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    invitation = Invitation.objects.select_related("provider").filter(pk=told.subject_id).first()
    if invitation is not None:
        lead = _("Thank you; nothing more is needed")
        reader = Reader(invitation.provider.name, invitation.provider.email)
        yield (
            reader,
            Letter(
                subject=f"{lead}: {outtask.title}", lead=lead, what=outtask.title, button=_("See where it stands"),
                promise=_("Somebody else does it this time. Your link is closed."),
                path="/track/" + outtask.tracking_code,
            ),
        )  # fmt: skip


def _chosen(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    return _tell_provider(outtask, _("You were chosen"))


def _signed(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    page = _page("outtask-approval", outtask)
    return _tell_owner(told, outtask, _("Both have signed"), _("Commit the money"), page)


def _objected(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    page = _page("outtask-agreement", outtask)
    lead = _("They want the statement of work changed")
    return _tell_owner(told, outtask, lead, _("Change it"), page, quote=told.payload["reason"] or "")


def _request(told: Told) -> PurchaseRequest:
    found: PurchaseRequest = PurchaseRequest.objects.select_related("requested_by__person").get(pk=told.subject_id)
    return found


def _to_requester(told: Told, outtask: OutTask, lead: str, button: str, quote: str = "") -> Iterable[Mailing]:
    request = _request(told)
    member = request.requested_by
    letter = Letter(
        subject=f"{lead}: {outtask.title}", lead=lead, amount=money(_sum(request)), what=outtask.title, quote=quote,
        button=button, promise=_("The page shows who decided and why."), path=reverse("request", args=[request.reference]),
    )  # fmt: skip
    yield Reader(member.name, member.person.email, member=member), letter


def _approved(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    return _to_requester(told, outtask, _("Approved and committed"), _("See it"), told.payload["note"] or "")


def _rejected(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    return _to_requester(told, outtask, _("Your request was rejected"), _("See why"), told.payload["note"] or "")


def _asked(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("A question before the decision")
    return _to_requester(told, outtask, lead, _("Answer"), told.payload["question"] or "")


def _handed_in(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    page = _page("milestone", outtask, told.payload["order"])
    lead = _("Milestone %(order)s was handed in") % {"order": told.payload["order"]}
    return _tell_owner(told, outtask, lead, _("Check it"), page, promise=_("Silence accepts nothing."))


def _accepted(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Milestone %(order)s is accepted") % {"order": told.payload["order"]}
    return _tell_provider(outtask, lead, amount=money(told.payload["amount"]))


def _sent_back(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Milestone %(order)s came back with points") % {"order": told.payload["order"]}
    facts = ((_("Please hand it in again by"), day(told.payload["due"])),) if told.payload["due"] else ()
    return _tell_provider(outtask, lead, quote=told.payload["reasons"] or "", facts=facts)


def _invoice(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    """To everybody who keeps the money, else to the owners."""
    members = Member.objects.filter(organisation_id=told.organisation_id, left_at=None).select_related("person")
    readers = list(members.filter(role=Role.FINANCE)) or list(members.filter(role=Role.OWNER))
    lead = _("Invoice %(number)s came in") % {"number": told.payload["number"]}
    for member in readers:
        letter = Letter(
            subject=f"{lead}: {outtask.title}", lead=lead, amount=money(told.payload["amount"]), what=outtask.title,
            button=_("Check the invoice"), promise=_("It is matched with what was accepted."),
            path=reverse("invoice", args=[told.payload["invoice"]]),
        )  # fmt: skip
        yield Reader(member.name, member.person.email, member=member), letter


def _paid(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Invoice %(number)s is paid") % {"number": told.payload["number"]}
    return _tell_provider(outtask, lead, amount=money(told.payload["amount"]))


def _returned(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    lead = _("Invoice %(number)s came back") % {"number": told.payload["number"]}
    return _tell_provider(outtask, lead, quote=told.payload["reason"] or "")


def _taken_back(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    """To whoever had it: the out-task itself names no provider any more."""
    outtask.provider = Handover.objects.get(pk=told.payload["handover"]).provider
    return _tell_provider(outtask, _("The client took this work back"), quote=told.payload["reason"] or "")


def _written(told: Told, outtask: OutTask) -> Iterable[Mailing]:
    text = told.payload["text"] or ""
    if told.actor_kind == "guest":
        lead = _("The provider wrote to you")
        return _tell_owner(told, outtask, lead, _("Answer"), _page("outtask", outtask) + "#thread", quote=text)
    return _tell_provider(outtask, _("The client wrote to you"), quote=text)


_TOLD: dict[str, Callable[[Told, OutTask], Iterable[Mailing]]] = {
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


def _invite(told: Told, organisation: Organisation, now: datetime) -> None:
    invitation = MemberInvitation.objects.filter(pk=told.payload["invitation"]).select_related("invited_by__person").first()
    if invitation is None:
        return
    letter = Letter(
        subject=_("%(name)s invites you to %(organisation)s")
        % {"name": invitation.invited_by.name, "organisation": organisation.name},
        lead=_("Join %(organisation)s on Outtask") % {"organisation": organisation.name},
        facts=((_("Your role"), invitation.role.replace("_", " ")), (_("Works until"), moment(invitation.expires_at))),
        button=_("Join"),
        promise=_("You choose a name and a password there."),
        more={"invitation": str(invitation.pk)},
    )
    _put(told, Reader(invitation.name or invitation.email, invitation.email), letter, f"entry:{told.id}", now)


FOLLOWERS = (Follower("notices", follow),)
TIMED = (Timed("mail.send", timedelta(seconds=2), send_waiting),)
