"""Several requests decided with one press: each an act of its own, and what came of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outtask.journal.recording import NotFound
from outtask.kernel.refusal import Refused
from outtask.lifecycle.spending import approve_request
from outtask.spend import actions
from outtask.spend.forms import DecideSeveralForm
from outtask.spend.models import PurchaseRequest
from outtask.spend.views.factor import factor_of
from outtask.spend.views.requests import request_of
from outtask.ui.formats import say
from outtask.ui.pages import MemberRequest, member_page


@dataclass(frozen=True)
class Came:
    """What came of one: done, on its way to somebody else, or refused, and why."""

    row: PurchaseRequest | None
    reference: str
    tone: str
    said: str


@require_POST
@member_page
def decisions(request: MemberRequest) -> HttpResponse:
    """Approve or reject each request that was ticked, in the version that was seen.

    One that is refused holds up no other. Sent twice, each is decided once: it has a key of its own.
    """
    form = DecideSeveralForm(request.POST)
    came = []
    if form.is_valid():
        came = [_decide(request, form, *pick) for pick in form.picks]
    context = {"form": form, "came": came, "done": sum(each.tone == "ok" for each in came)}
    return render(request, "spend/together.html", context, status=form.status)


def _decide(request: MemberRequest, form: DecideSeveralForm, reference: str, version: int) -> Came:
    try:
        row = request_of(request.actor, reference=reference)
        tone, said = _act(request, form, row, version)
        return Came(row, reference, tone, said)
    except NotFound:
        return Came(None, reference, "bad", _("There is no such request."))
    except Refused as refused:
        return Came(row, reference, "bad", " ".join(say(refusal) for refusal in refused.refusals))


def _act(
    request: MemberRequest, form: DecideSeveralForm, row: PurchaseRequest, version: int
) -> tuple[str, str]:
    given: dict[str, Any] = {
        "actor": request.actor,
        "now": request.now,
        "key": f"{form.key}:{row.reference}" if form.key else None,
        "request_id": row.pk,
        "version": version,
        "note": form.cleaned_data["note"],
        "proven": factor_of(request, row, request.member, request.now).proven,
    }
    if form.cleaned_data["decision"] == "reject":
        actions.reject_request(**given)
        return "ok", _("Rejected. They get your reason by e-mail.")
    outcome = approve_request(**given)
    if outcome["committed"]:
        return "ok", _("Approved and committed.")
    return "warn", _("Not committed yet; somebody else is asked. %(why)s") % {"why": outcome["why"]}
