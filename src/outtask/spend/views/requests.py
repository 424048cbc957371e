"""Requests to spend: the list, one request with its decision, and the approval stage of an out-task."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from outtask.agree.models import Agreement
from outtask.agree.orders import totals_of
from outtask.agree.queries import document_of, version_of
from outtask.agree.states import AgreementState
from outtask.agree.states import Form as AgreementForm
from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.lifeline import line_of
from outtask.lifecycle.queries import Forecast, who_would_decide
from outtask.lifecycle.spending import approve_request, ask_to_spend
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import outtask_of
from outtask.people.models import Member
from outtask.people.queries import decides_for
from outtask.people.roles import Right, may
from outtask.spend import actions
from outtask.spend.forms import AnswerForm, AskForm, DecideForm, EditForm
from outtask.spend.limit_rules import category_of
from outtask.spend.line import decides, waiting_for
from outtask.spend.models import Approval, PurchaseRequest
from outtask.spend.states import UNDECIDED, Decision, RequestState
from outtask.spend.views.factor import factor_of
from outtask.spend.wording import decides_words, facts_of, limit_of
from outtask.ui.formats import money, say
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@require_safe
@member_page
def requests(request: MemberRequest) -> HttpResponse:
    """Requests, the latest first: all, mine, or those that wait for me."""
    rows = PurchaseRequest.objects.visible_to(request.actor).select_related(
        "outtask", "budget", "requested_by__person", "decider__person"
    )
    show = request.GET.get("show", "")
    if show == "mine":
        rows = rows.filter(requested_by=request.member)
    elif show == "to-decide":
        rows = rows.filter(waiting_for(decides_for(request.member.pk, _today(request))))
    return render(request, "spend/requests.html", {"page": Page.of(rows, request), "show": show})


def request_of(actor: Actor, **which: Any) -> PurchaseRequest:
    """One request with what its page shows; NotFound when the actor may not see it."""
    rows = PurchaseRequest.objects.visible_to(actor).select_related(
        "outtask", "budget", "requested_by__person", "decider__person", "agreement__provider"
    )
    row: PurchaseRequest | None = rows.filter(**which).first()
    if row is None:
        raise NotFound("request")
    return row


def shown(row: PurchaseRequest, reader: Member, day: date) -> dict[str, Any]:
    """What somebody who decides has to see on this day, the same on the page and behind the link."""
    undecided = row.state in UNDECIDED
    decisions = Approval.objects.filter(request=row).order_by("-id")
    decisions = decisions.select_related("decided_by__person", "delegation__giver__person")
    return {
        "row": row,
        "amount": Money(row.amount_minor, row.currency),
        "asked": row.budget_minor if undecided else None,
        "undecided": undecided,
        "facts": facts_of(row, reader, day),
        "decisions": decisions,
        "question": decisions.filter(decision=Decision.ASK).first(),
        "decides": decides(row, reader, day),
    } | _ordered(row)


def _ordered(row: PurchaseRequest) -> dict[str, Any]:
    """The lines of an order with their totals; nothing of a statement of work, which has its own page."""
    if row.agreement.form != AgreementForm.ORDER:
        return {}
    lines = document_of(version_of(row.agreement)).lines
    return {"lines": lines, "totals": totals_of(lines)}


@member_page
def request_page(request: MemberRequest, reference: str) -> HttpResponse:
    """One request: facts and decisions for everybody, and the forms of whoever has to act."""
    row = request_of(request.actor, reference=reference)
    forms = _forms(request, row)
    act = request.POST.get("act", "")
    if act in forms and forms[act].is_valid():
        with forms[act].taking_refusals():
            messages.success(request, str(_act(request, row, act, forms[act])))
            return see_other("request", reference)
    context = shown(row, request.member, _today(request)) | {"forms": forms, "form": forms["decide"]}
    context["factor"] = factor_of(request, row, request.member, request.now)
    status = max(form.status for form in forms.values())
    return render(
        request,
        "spend/request.html",
        context | {"line": line_of(row.outtask), "outtask": row.outtask},
        status=status,
    )


def _forms(request: MemberRequest, row: PurchaseRequest) -> dict[str, Form]:
    """Each form of the page, bound to what was sent when it is the one that was sent."""
    act = request.POST.get("act", "")

    def sent(name: str) -> Any:
        return request.POST if act == name else None

    initial = {
        "version": row.version,
        "budget": str(row.budget_id),
        "reason": row.reason,
        "category": row.category,
    }
    return {
        "decide": DecideForm(sent("decide"), initial=initial),
        "answer": AnswerForm(sent("answer")),
        "edit": EditForm(sent("edit"), actor=request.actor, currency=row.currency, initial=initial),
        "withdraw": Form(sent("withdraw")),
    }


def _act(request: MemberRequest, row: PurchaseRequest, act: str, form: Form) -> Any:
    """Do what the form says; gives the words for the reader."""
    given: dict[str, Any] = {
        "actor": request.actor,
        "now": request.now,
        "key": form.key,
        "request_id": row.pk,
    }
    data = form.cleaned_data
    if act == "answer":
        actions.answer_request(**given, answer=data["answer"])
        return _("Your answer is on its way.")
    if act == "withdraw":
        actions.withdraw_request(**given)
        return _("Withdrawn. Nobody has to decide it any more.")
    if isinstance(form, EditForm):
        edit_request(**given, version=data["version"], **form.facts)
        return _("Changed, and referred anew. The link sent before decides nothing any more.")
    assert isinstance(form, DecideForm)
    factor = factor_of(request, row, request.member, request.now)
    return decide(given, form, by_link=False, proven=factor.proven)


DECIDED = {
    "approve": gettext_lazy("Your decision is noted and sealed."),
    "reject": gettext_lazy("Rejected. They get your reason by e-mail."),
    "ask": gettext_lazy("Your question is on its way."),
}


def decide(given: dict[str, Any], form: DecideForm, *, by_link: bool, proven: bool) -> Any:
    """Approve, reject or ask, as the pressed button says, on the version that was seen.

    proven: whether the second factor was shown, which approving and rejecting may need.
    """
    decision, note = form.cleaned_data["decision"], form.cleaned_data["note"]
    shared = given | {"version": form.cleaned_data["version"], "by_link": by_link}
    if decision == "approve":
        approve_request(**shared, note=note, proven=proven)
    elif decision == "reject":
        actions.reject_request(**shared, note=note, proven=proven)
    else:
        actions.ask_about_request(**shared, question=note)
    return DECIDED[decision]


@member_page
def approval(request: MemberRequest, reference: str) -> HttpResponse:
    """The approval stage of one out-task: commit the money, or see who decides."""
    outtask = outtask_of(request.actor, reference)
    agreement = _signed(outtask)
    latest = PurchaseRequest.objects.visible_to(request.actor).filter(outtask=outtask).order_by("-id").first()
    currency = agreement.currency if agreement else ""
    form = AskForm(request.POST or None, actor=request.actor, currency=currency)
    if agreement is not None and form.is_valid():
        with form.taking_refusals():
            return _ask(request, agreement, form)
    foreseen = _forecast(request, agreement, form)
    refused = foreseen if isinstance(foreseen, Refusal) else None
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "agreement": agreement,
        "foreseen": None if refused else foreseen,
        "why_referred": say(foreseen.why) if isinstance(foreseen, Forecast) and foreseen.why else "",
        "amount": Money(agreement.amount_minor, agreement.currency) if agreement else None,
        "row": latest,
        "decides": decides_words(latest, _today(request)) if latest is not None else "",
        "waits": latest is not None and latest.state in UNDECIDED,
        "held": latest is not None and latest.state == RequestState.COMMITTED,
        "form": form,
        "limit": limit_of(request.member, _today(request), _category(form)),
        "why_not": may(request.actor, Right.REQUEST) or refused,
    }
    # Somebody was quicker, and there is nothing to ask for any more.
    status = 409 if request.method == "POST" and agreement is None else form.status
    return render(request, "spend/approval.html", context, status=status)


def _forecast(
    request: MemberRequest, agreement: Agreement | None, form: AskForm
) -> Forecast | Refusal | None:
    """What would come of asking now, with the category that was typed."""
    if agreement is None:
        return None
    return who_would_decide(agreement, request.member, _today(request), _category(form))


def _category(form: AskForm) -> str:
    digits = category_of(str(form["category"].value() or ""))
    return "" if isinstance(digits, Refusal) else digits


def _today(request: MemberRequest) -> date:
    return request.now.astimezone(ZoneInfo(request.organisation.zone)).date()


def _signed(outtask: OutTask) -> Agreement | None:
    found: Agreement | None = Agreement.objects.filter(outtask=outtask, state=AgreementState.SIGNED).first()
    return found


def _ask(request: MemberRequest, agreement: Agreement, form: AskForm) -> HttpResponse:
    foreseen = _forecast(request, agreement, form)
    outcome = ask_to_spend(
        actor=request.actor,
        now=request.now,
        key=form.key,
        agreement_id=agreement.pk,
        **form.facts,
    )
    amount = {"amount": money(Money(agreement.amount_minor, agreement.currency))}
    if outcome["committed"]:
        messages.success(
            request, _("%(amount)s is committed. The provider has the link to deliver.") % amount
        )
        return see_other("outtask", agreement.outtask.reference)
    said = _("%(amount)s is above your limit. It was referred; they have it by e-mail.") % amount
    if isinstance(foreseen, Forecast) and foreseen.why is not None:
        said = f"{said} {say(foreseen.why)}"
    messages.success(request, said)
    return see_other("outtask-approval", agreement.outtask.reference)
