"""What the detectors look for: the values that hold, tuning them, and who tuned them before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.kernel.refusal import Refused
from outtask.people.roles import Right, may
from outtask.spend.views.factor import Factor, factor_for
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page
from outtask.watch import queries
from outtask.watch.actions import tune_watch
from outtask.watch.forms import TermsForm, shown
from outtask.watch.models import Tuning
from outtask.watch.tuning_rules import USUAL
from outtask.watch.wording import differences, looked_for

SIZE = 20


@dataclass(frozen=True)
class Before:
    """One tuning of the past with what it changed: name, before, after."""

    row: Tuning
    changes: list[tuple[str, str, str]]


@member_page
def terms(request: MemberRequest) -> HttpResponse:
    """What is looked for, and a form to tune it."""
    now = queries.tuned(request.organisation.pk)
    form = TermsForm(_sent(request), initial={**shown(now.terms), "version": now.version})
    if form.is_valid() and _tuned(request, form):
        messages.success(request, _("From now on this is looked for. What is held already stays held."))
        return see_other("watch-terms")
    page = Page.of(queries.tunings_for(request.actor), request, size=SIZE)
    context = {
        "form": form,
        "looked_for": looked_for(now.terms),
        "usual": now.terms == USUAL,
        "proof": _proof(request),
        "barred": may(request.actor, Right.MANAGE_ORGANISATION),
        "page": page,
        "history": _history(list(page)),
    }
    return render(request, "watch/terms.html", context, status=form.status)


def _sent(request: MemberRequest) -> Any:
    """What was sent; by the button that goes back, with the usual values in place of those typed."""
    if request.method != "POST":
        return None
    if "usual" not in request.POST:
        return request.POST
    sent = request.POST.copy()
    for name, value in shown(USUAL).items():
        sent[name] = value
    return sent


def _tuned(request: MemberRequest, form: TermsForm) -> bool:
    try:
        tune_watch(
            actor=request.actor,
            now=request.now,
            key=form.key,
            terms=form.terms,
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            proven=_proof(request).proven,
        )
    except Refused as refused:
        for refusal in refused.refusals:
            form.take(refusal)
        if refused.refusal.code == "changed_meanwhile":
            form.seen_now(queries.tuned(request.organisation.pk).version)
        return False
    return True


def _proof(request: MemberRequest) -> Factor:
    """What this reader has to show to let the detectors look for less."""
    if request.organisation.second_factor_from_minor is None:
        return Factor(asked=False)
    return factor_for(request, request.member, request.now, reverse("watch-terms"))


def _history(rows: list[Tuning]) -> list[Before]:
    """Each tuning beside the one before it; of the last one here that is looked up."""
    if not rows:
        return []
    before = [row.terms for row in rows[1:]] + [queries.terms_before(rows[-1])]
    return [Before(row, differences(row.terms, then)) for row, then in zip(rows, before, strict=True)]
