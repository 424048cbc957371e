"""Pages of the spend room: budgets, requests, the decision by page and by link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outtask.agree.models import Agreement
from outtask.agree.states import AgreementState
from outtask.journal.recording import NotFound
from outtask.kernel.money import Money
from outtask.lifecycle.spending import approve_request, ask_to_spend
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import outtask_of
from outtask.people import doors
from outtask.people.models import Link, Member
from outtask.people.states import Purpose
from outtask.spend import actions, queries
from outtask.spend.forms import AnswerForm, AskForm, AuthoriseForm, BudgetForm, DecideForm, RateForm
from outtask.spend.models import Approval, Budget, Posting, PurchaseRequest, Rate
from outtask.spend.states import RequestState
from outtask.ui.formats import money
from outtask.ui.pages import GuestRequest, MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@member_page
def budgets(request: MemberRequest) -> HttpResponse:
    form = BudgetForm(request.POST or None, initial={"currency": request.organisation.currency})
    if form.is_valid():
        with form.taking_refusals():
            data = form.cleaned_data
            outcome = actions.open_budget(
                actor=request.actor,
                now=request.now,
                key=form.key,
                name=data["name"],
                authorised=form.authorised(),
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
            )
            messages.success(request, _("The budget is open."))
            return see_other("budget", outcome["id"])
    context = {"budgets": queries.budgets_for(request.actor), "form": form}
    return render(request, "spend/budgets.html", context, status=form.status)


@member_page
def budget(request: MemberRequest, pk: UUID) -> HttpResponse:
    row = Budget.objects.visible_to(request.actor).filter(pk=pk).first()
    if row is None:
        raise NotFound("budget")
    form = AuthoriseForm(request.POST or None)
    form.fields["amount"].currency = row.currency  # type: ignore[attr-defined]
    if form.is_valid():
        with form.taking_refusals():
            actions.authorise(
                actor=request.actor,
                now=request.now,
                key=form.key,
                budget_id=pk,
                amount=form.cleaned_data["amount"],
            )
            messages.success(request, _("Noted. The budget shows the new sum."))
            return see_other("budget", pk)
    postings = (
        Posting.objects.visible_to(request.actor).filter(budget=row).select_related("commitment__outtask")
    )
    context = {"budget": row, "form": form, "page": Page.of(postings, request)}
    return render(request, "spend/budget.html", context, status=form.status)


@member_page
def rates(request: MemberRequest) -> HttpResponse:
    form = RateForm(request.POST or None, initial={"day": request.now.date()})
    if form.is_valid():
        with form.taking_refusals():
            data = form.cleaned_data
            actions.note_rate(
                actor=request.actor,
                now=request.now,
                key=form.key,
                currency=data["currency"],
                per_unit=data["per_unit"],
                day=data["day"],
            )
            messages.success(request, _("The rate is noted."))
            return see_other("rates")
    page = Page.of(Rate.objects.visible_to(request.actor), request)
    return render(request, "spend/rates.html", {"page": page, "form": form}, status=form.status)


@member_page
def requests(request: MemberRequest) -> HttpResponse:
    rows = PurchaseRequest.objects.visible_to(request.actor).select_related(
        "outtask", "budget", "requested_by__person", "decider__person"
    )
    mine = request.GET.get("show", "")
    if mine == "mine":
        rows = rows.filter(requested_by=request.member)
    elif mine == "to-decide":
        rows = rows.filter(decider=request.member)
    context = {"page": Page.of(rows, request), "show": mine}
    return render(request, "spend/requests.html", context)


def _request_of(actor: Any, reference: str) -> PurchaseRequest:
    row: PurchaseRequest | None = (
        PurchaseRequest.objects.visible_to(actor)
        .select_related("outtask", "budget", "requested_by__person", "decider__person", "agreement__provider")
        .filter(reference=reference)
        .first()
    )
    if row is None:
        raise NotFound("request")
    return row


def _decision_context(row: PurchaseRequest, member: Member) -> dict[str, Any]:
    """Everything a decider needs to see, the same on the page and behind the link."""
    undecided = row.state in {RequestState.REFERRED, RequestState.ASKED}
    decisions = Approval.objects.filter(request=row).select_related("decided_by__person").order_by("-id")
    limit = None if member.limit_minor is None else Money(member.limit_minor, member.organisation.currency)
    return {
        "row": row,
        "outtask": row.outtask,
        "amount": Money(row.amount_minor, row.currency),
        "asked": row.budget_minor if undecided else None,
        "undecided": undecided,
        "decisions": decisions,
        "decides": undecided and (row.decider_id == member.pk or member.role == "owner"),
        "limit": limit,
        "last_question": decisions.filter(decision="ask").first(),
    }


@member_page
def request_page(request: MemberRequest, reference: str) -> HttpResponse:
    row = _request_of(request.actor, reference)
    form = DecideForm(request.POST or None, initial={"version": row.version})
    decision = request.POST.get("decision", "")
    answer = AnswerForm(request.POST if decision == "answer" else None)
    if decision == "withdraw" and form.is_valid():
        actions.withdraw_request(actor=request.actor, now=request.now, key=form.key, request_id=row.pk)
        return see_other("request", reference)
    if decision == "answer" and answer.is_valid():
        with answer.taking_refusals():
            text = answer.cleaned_data["answer"]
            actions.answer_request(
                actor=request.actor, now=request.now, key=answer.key, request_id=row.pk, answer=text
            )
            return see_other("request", reference)
    if decision in DECISIONS and form.is_valid():
        with form.taking_refusals():
            _decide(request, row, form, decision, by_link=False)
            messages.success(request, DECISIONS[decision])
            return see_other("request", reference)
    context = _decision_context(row, request.member) | {"form": form, "answer": answer}
    return render(request, "spend/request.html", context, status=form.status)


DECISIONS = {
    "approve": gettext_lazy("Your decision is noted and sealed."),
    "reject": gettext_lazy("Rejected. They get your reason by e-mail."),
    "ask": gettext_lazy("Your question is on its way."),
}


def _decide(request: Any, row: PurchaseRequest, form: DecideForm, decision: str, *, by_link: bool) -> None:
    shared = {
        "actor": request.actor,
        "now": request.now,
        "key": form.key,
        "request_id": row.pk,
        "version": form.cleaned_data["version"],
        "by_link": by_link,
    }
    note = form.cleaned_data["note"]
    if decision == "approve":
        approve_request(**shared, note=note)
    elif decision == "reject":
        actions.reject_request(**shared, note=note)
    else:
        actions.ask_about_request(**shared, question=note)


def decide_by_link(request: GuestRequest, link: Link) -> HttpResponse:
    """The decider's door: everything once more, and one press. GET changes nothing."""
    member = link.member
    assert member is not None
    row = PurchaseRequest.objects.visible_to(request.actor).filter(pk=link.subject_id).first()
    if row is None:
        raise NotFound("request")
    row = _request_of(request.actor, row.reference)
    form = DecideForm(request.POST or None, initial={"version": link.version})
    decision = request.POST.get("decision", "")
    if decision in DECISIONS and form.is_valid():
        with form.taking_refusals():
            # The link decides on the version it was made for, whatever the form says.
            form.cleaned_data["version"] = link.version
            _decide(request, row, form, decision, by_link=True)
            return see_other(request.path)
    context = _decision_context(row, member) | {
        "form": form,
        "link": link,
        "stale": link.version != row.version,
        "decides": row.decider_id == member.pk and row.state in {RequestState.REFERRED, RequestState.ASKED},
    }
    return render(request, "spend/decide.html", context, status=form.status)


doors.register(Purpose.DECIDE, decide_by_link)


@member_page
def approval(request: MemberRequest, reference: str) -> HttpResponse:
    """The approval stage of one out-task: commit the money, or see who decides."""
    outtask = outtask_of(request.actor, reference)
    latest = PurchaseRequest.objects.visible_to(request.actor).filter(outtask=outtask).order_by("-id").first()
    agreement = _signed_agreement(outtask)
    form = AskForm(
        request.POST or None, actor=request.actor, currency=agreement.currency if agreement else ""
    )
    if agreement is not None and form.is_valid():
        with form.taking_refusals():
            outcome = ask_to_spend(
                actor=request.actor,
                now=request.now,
                key=form.key,
                agreement_id=agreement.pk,
                budget_id=UUID(form.cleaned_data["budget"]),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _asked(outcome["committed"], agreement))
            return see_other("outtask" if outcome["committed"] else "outtask-approval", reference)
    context = {
        "outtask": outtask,
        "agreement": agreement,
        "amount": Money(agreement.amount_minor, agreement.currency) if agreement else None,
        "row": latest,
        "row_amount": Money(latest.amount_minor, latest.currency) if latest else None,
        "form": form,
        "limit": _limit(request),
    }
    return render(request, "spend/approval.html", context, status=form.status)


def _signed_agreement(outtask: OutTask) -> Agreement | None:
    found: Agreement | None = Agreement.objects.filter(outtask=outtask, state=AgreementState.SIGNED).first()
    return found


def _limit(request: MemberRequest) -> Money | None:
    minor = request.member.limit_minor
    return None if minor is None else Money(minor, request.organisation.currency)


def _asked(committed: bool, agreement: Agreement) -> str:
    amount = money(Money(agreement.amount_minor, agreement.currency))
    if committed:
        return _("%(amount)s is committed. The provider has the link to deliver.") % {"amount": amount}
    return _("%(amount)s is above your limit. It was referred; they have it by e-mail.") % {"amount": amount}
