"""The decider's door: the page behind the link in the mail."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.people.doors import DoorRequest
from outtask.people.models import Link, Member
from outtask.people.second_factor import why_not_code
from outtask.spend.forms import DecideForm
from outtask.spend.line import Today
from outtask.spend.views.factor import Factor, factor_of
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
    factor = factor_of(request, row, member, request.now)
    if form.is_valid() and not stale and (proven := _proven(form, factor, member)) is not None:
        with form.taking_refusals():
            form.cleaned_data["version"] = link.version
            given = {"actor": request.actor, "now": request.now, "key": form.key, "request_id": row.pk}
            decide(given, form, by_link=True, proven=proven)
            return see_other(request.path)
    today = Today.at(member.organisation_id, request.now)
    context = shown(row, member, today.day) | {"form": form, "stale": stale, "factor": factor, "door": True}
    status = 409 if request.method == "POST" and stale else form.status
    return render(request, "spend/decide.html", context, status=status)


def _proven(form: DecideForm, factor: Factor, member: Member) -> bool | None:
    """Whether the second factor was shown, here or just before; None when a code was wrong, which is told.

    A code by e-mail would come the way the link came, so only the app's counts; who has none signs in.
    """
    if not factor.missing or form.cleaned_data["decision"] == "ask":
        return factor.proven
    if not factor.takes_code:
        return False
    wrong = why_not_code(member.person, form.cleaned_data["code"])
    for text in wrong:
        form.add_error("code", text)
    return None if wrong else True
