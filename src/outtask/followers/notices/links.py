"""The mail that brings a link to its holder: one for each purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from outtask.agree.models import Agreement
from outtask.agree.queries import document_of, version_of
from outtask.agree.states import Form
from outtask.followers.notices.letters import Letter, sum_of
from outtask.journal.reading import Told
from outtask.messages.addresses import replies_reach_us
from outtask.messages.models import Mail
from outtask.messages.post import Reader
from outtask.outtasks.models import OutTask
from outtask.people.models import Link, Organisation
from outtask.people.states import Purpose
from outtask.source.models import Brief, Invitation
from outtask.spend.demand_rules import why_not_proven
from outtask.spend.line import Today, spending_of
from outtask.spend.models import PurchaseRequest
from outtask.spend.queries import terms_of
from outtask.spend.wording import facts_of
from outtask.ui.formats import day, money


def links_made(told: Told) -> Iterable[Link]:
    """The links that the entry's action made, as far as they still act and no mail brought them yet.

    They carry the action's very instant. Of an action with several entries the first one finds them all. A
    committed order makes two links for its provider at once; the one to deliver brings the other along.
    """
    brought = Mail.objects.filter(link=OuterRef("pk"), dedupe__startswith="link:")
    beside = Link.objects.filter(
        purpose=Purpose.DELIVER, subject_id=OuterRef("subject_id"), made_at=OuterRef("made_at")
    )
    rows = Link.objects.filter(
        ~Exists(brought),
        ~Q(purpose=Purpose.SIGN) | ~Exists(beside.filter(revoked_at__isnull=True)),
        organisation_id=told.organisation_id,
        outtask_id=told.outtask_id,
        made_at=told.at,
        revoked_at__isnull=True,
        spent_at__isnull=True,
    )
    found: Iterable[Link] = rows.select_related("provider", "member__person", "outtask").order_by("id")
    return found


def reader_of(link: Link) -> Reader:
    return Reader(link.name, link.email, member=link.member, link=link)


def letter_for(link: Link, organisation: Organisation) -> Letter:
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
        subject=_("%(organisation)s asks: %(title)s")
        % {"organisation": organisation.name, "title": outtask.title},
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
        amount=money(sum_of(agreement)),
        what=outtask.title,
        facts=((_("Version"), str(link.version)),),
        button=_("Read and sign"),
        promise=_("%(name)s has signed. You can also say what you want changed.")
        % {"name": organisation.name},
    )


def _to_deliver(link: Link, organisation: Organisation) -> Letter:
    outtask = _outtask_of(link)
    agreement = Agreement.objects.get(pk=link.subject_id)
    if agreement.form == Form.ORDER:
        return _order(link, agreement, outtask, organisation)
    return Letter(
        subject=_("You can begin: %(title)s") % {"title": outtask.title},
        lead=_("The money is committed. You can begin."),
        what=outtask.title,
        button=_("Open the work"),
        promise=_("Hand in each part there; you see at once what was checked. The link works until the end."),
    )


def _order(link: Link, agreement: Agreement, outtask: OutTask, organisation: Organisation) -> Letter:
    """The one mail of an order: the work, and beside it the link by which its provider confirms that."""
    confirm = Link.objects.filter(
        purpose=Purpose.SIGN, subject_id=agreement.pk, made_at=link.made_at, revoked_at__isnull=True
    ).first()
    due = document_of(version_of(agreement)).terms.milestones[0].due
    beside = {"also": str(confirm.pk), "also_button": _("Read and confirm the order")} if confirm else {}
    return Letter(
        subject=_("Order %(reference)s: %(title)s")
        % {"reference": outtask.reference, "title": outtask.title},
        lead=_("%(name)s orders from you") % {"name": organisation.name},
        amount=money(sum_of(agreement)),
        what=outtask.title,
        facts=((_("Needed by"), day(due)),),
        button=_("Open the order"),
        promise=_("It holds as it is, and its money is committed. Hand in and send your invoice there.")
        + (" " + _("Confirm it with your name, so that they know you have it.") if confirm else ""),
        more=beside,
    )


def _to_decide(link: Link, organisation: Organisation) -> Letter:
    request: PurchaseRequest = PurchaseRequest.objects.select_related(
        "requested_by__person", "budget", "agreement__provider"
    ).get(pk=link.subject_id)
    assert link.member is not None, "a link to decide is a member's"
    outtask = _outtask_of(link)
    amount = money(sum_of(request))
    today = Today.at(organisation.pk, link.made_at)
    told = {"amount": amount, "title": outtask.title, "request": request.reference}
    by_mail = _answers_by_mail(request, today)
    lead = _("%(name)s waits for your decision") if _had_one(link) else _("%(name)s asks to spend")
    return Letter(
        subject=_("Approve %(amount)s? %(title)s (%(request)s)") % told,
        lead=lead % {"name": request.requested_by.name},
        amount=amount,
        what=_bought(outtask, request.agreement),
        facts=tuple(facts_of(request, link.member, today.day)),
        button=_("Review and decide"),
        promise=_("You see everything once more, then approve, reject or ask with one press.")
        + (by_mail and " " + by_mail),
        more={"decides": terms_of(request, link.version)},
    )


def _bought(outtask: OutTask, agreement: Agreement) -> str:
    if agreement.provider is None:
        return _("%(title)s; from whom is still open.") % {"title": outtask.title}
    return _("%(title)s, by %(name)s.") % {"title": outtask.title, "name": agreement.provider.name}


def _answers_by_mail(request: PurchaseRequest, today: Today) -> str:
    """That one may simply answer, where answers arrive and no second factor is asked for."""
    from_minor = today.organisation.second_factor_from_minor
    if not replies_reach_us() or why_not_proven(spending_of(request, today).need, from_minor, proven=False):
        return ""
    return _(
        "Or answer this mail with approve or reject as the first word; what follows is your note, and"
        " rejecting needs one."
    )


def _had_one(link: Link) -> bool:
    """Whether the same member was sent a link for the same version before: then this one reminds."""
    before = Link.objects.filter(subject_id=link.subject_id, member=link.member, version=link.version)
    return before.filter(made_at__lt=link.made_at).exists()


_BY_PURPOSE: dict[Purpose, Callable[[Link, Organisation], Letter]] = {
    Purpose.PROPOSE: _to_propose,
    Purpose.SIGN: _to_sign,
    Purpose.DELIVER: _to_deliver,
    Purpose.DECIDE: _to_decide,
}


def _outtask_of(link: Link) -> OutTask:
    assert link.outtask is not None, "every link of these purposes belongs to an out-task"
    return link.outtask
