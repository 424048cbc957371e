"""The decider's door: the page behind the link in the mail."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.people.doors import DoorRequest
from outtask.people.models import Link
from outtask.spend.forms import DecideForm
from outtask.spend.line import Today
from outtask.spend.views.requests import decide, request_of, shown
from outtask.ui.pages import see_other


def decide_by_link(request: DoorRequest, link: Link) -> HttpResponse:
    """Everything once more, and one press. GET changes nothing; a link that is used up shows the outcome.

    Whoever holds the link acts as the member it was made for: a mail that is forwarded passes their right to
    decide this one version on. The risk is taken for approvals from a phone in two taps; it ends with the
    decision, with any change of the request, and after seven days. A browser in which somebody else is
    signed in decides nothing: whoever asked for the money may have been sent the mail on.
    """
    if request.rest:
        raise Http404(request.rest)
    member = link.member
    assert member is not None, "a link to decide is a member's"
    if request.method == "POST" and request.user.is_authenticated and request.user.pk != member.person_id:
        raise Refused(
            Refusal(
                "not_allowed",
                N_("This link was made for %(name)s, and somebody else is signed in here. Sign out first."),
                facts={"name": member.name},
            )
        )
    row = request_of(request.actor, pk=link.subject_id)
    form = DecideForm(request.POST or None, initial={"version": link.version})
    # The link decides on the version it was made for, whatever the form says.
    stale = link.version != row.version or link.spent_at is not None
    if form.is_valid() and not stale:
        with form.taking_refusals():
            form.cleaned_data["version"] = link.version
            given = {"actor": request.actor, "now": request.now, "key": form.key, "request_id": row.pk}
            decide(given, form, by_link=True)
            return see_other(request.path)
    today = Today.at(member.organisation_id, request.now)
    context = shown(row, member, today.day) | {"form": form, "stale": stale}
    status = 409 if request.method == "POST" and stale else form.status
    return render(request, "spend/decide.html", context, status=status)
