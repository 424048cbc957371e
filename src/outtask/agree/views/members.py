"""The statement of work for members: draft, read, change, sign, compare versions, print."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outtask.agree import actions, queries, rules
from outtask.agree.documents import Terms
from outtask.agree.forms import SignForm, TermsForm, condition_rows, milestone_rows, misplaced
from outtask.agree.models import Agreement, AgreementVersion
from outtask.agree.states import AgreementState
from outtask.agree.views.papers import changes_in, pdf, shown
from outtask.journal.recording import NotFound
from outtask.kernel.refusal import Refusal, Refused
from outtask.lifecycle.lifeline import line_of
from outtask.lifecycle.revising import revise_after_signing
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right, may
from outtask.source.models import Award
from outtask.source.queries import live_award
from outtask.source.rows import Rows, status_of, take, wants_more
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other


@member_page
def agreement(request: MemberRequest, reference: str) -> HttpResponse:
    """The latest version, or one asked for, and what can be done with it."""
    outtask = outtask_of(request.actor, reference)
    row = queries.agreement_of(outtask, request.actor)
    award = live_award(outtask.pk)
    if row is None or (award is not None and not queries.is_agreed(outtask.pk, award)):
        return _begin(request, outtask, award)
    version = _asked_version(request, row)
    form = SignForm(
        request.POST if request.method == "POST" else None,
        initial={"version": version.number, "sha256": version.sha256},
    )
    if form.is_valid():
        with form.taking_refusals():
            given = form.cleaned_data
            actions.sign_as_client(
                actor=request.actor,
                now=request.now,
                key=form.key,
                agreement_id=row.pk,
                version=given["version"],
                sha256=given["sha256"],
            )
            messages.success(request, _("Signed. The provider has a link to sign it too."))
            return see_other("outtask-agreement", reference)
    context = shown(version) | {
        "outtask": outtask,
        "line": line_of(outtask),
        "agreement": row,
        "form": form,
        "latest": version.number == row.version,
        "changes": changes_in(row, version),
        "versions": AgreementVersion.objects.filter(agreement=row).order_by("-number"),
        "no_sign": may(request.actor, Right.AGREE) or rules.why_not_sign(row.state, "sign_as_client"),
        "no_change": _why_not_change(request, row),
    }
    return render(request, "agree/agreement.html", context, status=form.status)


def _begin(request: MemberRequest, outtask: OutTask, award: Award | None) -> HttpResponse:
    """There is none yet: the page that makes it from the brief and the proposal."""
    barred = may(request.actor, Right.AGREE) or rules.why_not_draft(award is not None, False)
    form = Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.taking_refusals():
            actions.draft_agreement(actor=request.actor, now=request.now, key=form.key, outtask_id=outtask.pk)
            messages.success(request, _("The draft is made. Look it over, change what you like, then sign."))
            return see_other("outtask-agreement", outtask.reference)
    context = {"outtask": outtask, "line": line_of(outtask), "award": award, "form": form, "barred": barred}
    return render(request, "agree/begin.html", context, status=form.status)


@member_page
def edit(request: MemberRequest, reference: str) -> HttpResponse:
    """Make a new version; when money hangs on the old one, that is given back in the same breath."""
    outtask, row = _agreement_of(request, reference)
    terms = queries.document_of(queries.version_of(row)).terms
    data = request.POST if request.method == "POST" else None
    form = _terms_form(data, terms, row)
    milestones, conditions = milestone_rows(data, terms), condition_rows(data, terms)
    parts: tuple[Any, ...] = (form, milestones, conditions)
    readable = [part.is_valid() for part in parts]  # of every part, so that everything wrong is told at once
    if all(readable) and not misplaced(milestones, conditions):
        try:
            _revise(request, row, form, milestones, conditions)
        except Refused as refused:
            take(refused, form, milestones=milestones, criteria=conditions)
            if refused.refusal.code in {"changed_meanwhile", "stale_version"}:
                form.seen_now(row.version)
        else:
            messages.success(request, _("The new version is a draft. Both sign it afresh."))
            return see_other("outtask-agreement", reference)
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "agreement": row,
        "form": form,
        "milestones": milestones,
        "conditions": conditions,
        "money_hangs": _money_hangs(row),
        "barred": _why_not_change(request, row),
    }
    return render(request, "agree/edit.html", context, status=status_of(*parts))


@require_safe
@member_page
def agreement_pdf(request: MemberRequest, reference: str) -> HttpResponse:
    """A version as a PDF, the latest unless `?version=` says which."""
    _outtask, row = _agreement_of(request, reference)
    return pdf(_asked_version(request, row))


def _revise(
    request: MemberRequest, row: Agreement, form: TermsForm, milestones: Rows, conditions: Rows
) -> None:
    act = revise_after_signing if _money_hangs(row) else actions.revise_agreement
    act(
        actor=request.actor,
        now=request.now,
        key=form.key,
        agreement_id=row.pk,
        version=form.cleaned_data["version"],
        terms=form.terms(milestones, conditions),
        change_note=form.cleaned_data["change_note"],
    )


def _terms_form(data: QueryDict | None, terms: Terms, row: Agreement) -> TermsForm:
    """The form as sent, as it begins, or just as it was typed when more rows were wanted."""
    initial = TermsForm.initial_of(terms, row.version)
    if data is not None and wants_more(data):
        initial, data = data.dict(), None
    return TermsForm(data, currency=terms.total.currency, initial=initial)


def _money_hangs(row: Agreement) -> bool:
    return row.state == AgreementState.IN_FORCE or queries.has_live_request(row)


def _why_not_change(request: MemberRequest, row: Agreement) -> Refusal | None:
    barred = may(request.actor, Right.AGREE) or rules.why_not_statement(row.form)
    if barred or _money_hangs(row):
        return barred
    return rules.why_not_revise(row.state, False)


def _agreement_of(request: MemberRequest, reference: str) -> tuple[OutTask, Agreement]:
    outtask = outtask_of(request.actor, reference)
    row = queries.agreement_of(outtask, request.actor)
    if row is None:
        raise NotFound("agreement")
    return outtask, row


def _asked_version(request: MemberRequest, row: Agreement) -> AgreementVersion:
    asked = request.GET.get("version", "")
    if not asked:
        return queries.version_of(row)
    found: AgreementVersion | None = None
    if asked.isascii() and asked.isdecimal() and len(asked) < 6:
        found = AgreementVersion.objects.filter(agreement=row, number=int(asked)).first()
    if found is None:
        raise Http404("version")
    return found
