"""What an organisation sets for itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from outtask.kernel.money import Money
from outtask.people import actions, below, choices, queries
from outtask.people.forms import OrganisationForm, ReasonForm, SecondFactorForm, of_organisation
from outtask.people.models import Member
from outtask.people.roles import LABELS, ROLES, Right, may
from outtask.people.words import ROLE_NAMES
from outtask.spend.views.factor import Factor, factor_for
from outtask.ui.middleware import ORGANISATION_CHOSEN
from outtask.ui.pages import MemberRequest, member_page, see_other


@require_safe
@member_page
def index(request: MemberRequest) -> HttpResponse:
    """Everything that can be set, and the other organisations one works in."""
    memberships = queries.memberships_of(request.member.person)
    return render(request, "people/settings.html", {"memberships": memberships})


@member_page
def organisation(request: MemberRequest) -> HttpResponse:
    """Name and zone; the exception from separate duties; removing the sample."""
    sent = request.POST if request.method == "POST" else None
    form = OrganisationForm(sent, initial=of_organisation(request.organisation))
    if form.is_valid():
        with form.taking_refusals():
            actions.change_organisation(
                actor=request.actor,
                now=request.now,
                key=form.key,
                name=form.cleaned_data["name"],
                zone=form.cleaned_data["zone"],
            )
            messages.success(request, gettext("Saved."))
            return see_other("organisation")
    return _organisation_page(request, form, ReasonForm(prefix="exception"), form.status)


def _organisation_page(
    request: MemberRequest,
    form: OrganisationForm,
    exception_form: ReasonForm,
    status: int,
    *,
    factor: SecondFactorForm | None = None,
) -> HttpResponse:
    currency, minor = request.organisation.currency, request.organisation.second_factor_from_minor
    kept = {"from_amount": Money(minor, currency) if minor is not None else None}
    context = {
        "proof": _proof(request),
        "factor": factor or SecondFactorForm(currency=currency, prefix="factor", initial=kept),
        "form": form,
        "exception_form": exception_form,
        "exception": queries.open_exception(request.organisation.pk),
        "alone": len(queries.line_of(request.organisation.pk)) == 1,
        "barred": may(request.actor, Right.MANAGE_ORGANISATION),
        "removes_sample": request.organisation.is_sample and below.remove_sample() is not None,
    }
    return render(request, "people/organisation.html", context, status=status)


def _proof(request: MemberRequest) -> Factor:
    """What this reader has to show to change the amount that holds."""
    if request.organisation.second_factor_from_minor is None:
        return Factor(asked=False)
    return factor_for(request, request.member, request.now, reverse("organisation"))


@require_POST
@member_page
def second_factor(request: MemberRequest) -> HttpResponse:
    """From which amount on whoever decides confirms it with a second factor."""
    form = SecondFactorForm(request.POST, currency=request.organisation.currency, prefix="factor")
    if form.is_valid():
        with form.taking_refusals():
            amount = form.cleaned_data["from_amount"]
            from_minor = amount.minor if amount is not None else None
            actions.ask_second_factor(
                actor=request.actor,
                now=request.now,
                key=form.key,
                from_minor=from_minor,
                proven=_proof(request).proven,
            )
            messages.success(request, gettext("Saved."))
            return see_other("organisation")
    unchanged = OrganisationForm(initial=of_organisation(request.organisation))
    reason = ReasonForm(prefix="exception")
    return _organisation_page(request, unchanged, reason, form.status, factor=form)


@require_POST
@member_page
def comparing(request: MemberRequest) -> HttpResponse:
    """Begin or cease to be counted among organisations that do comparable work."""
    compares = request.POST.get("compares") == "yes"
    actions.compare_organisation(
        actor=request.actor, now=request.now, key=request.POST.get("key"), compares=compares
    )
    said = (
        gettext("You are counted, and you see counts.") if compares else gettext("You are counted no longer.")
    )
    messages.success(request, said)
    return see_other("organisation")


@require_POST
@member_page
def exception(request: MemberRequest) -> HttpResponse:
    """Declare the exception from separate duties."""
    form = ReasonForm(request.POST, prefix="exception")
    if form.is_valid():
        with form.taking_refusals():
            actions.declare_exception(
                actor=request.actor, now=request.now, key=form.key, reason=form.cleaned_data["reason"]
            )
            messages.success(request, gettext("Declared. Every use of it is marked."))
            return see_other("organisation")
    unchanged = OrganisationForm(initial=of_organisation(request.organisation))
    return _organisation_page(request, unchanged, form, form.status)


@require_POST
@member_page
def exception_end(request: MemberRequest) -> HttpResponse:
    """Separate the duties again."""
    actions.end_exception(actor=request.actor, now=request.now, key=request.POST.get("key"))
    messages.success(request, gettext("Duties are separate again."))
    return see_other("organisation")


@require_POST
@member_page
def sample_removal(request: MemberRequest) -> HttpResponse:
    """Remove the sample organisation with everything in it."""
    remove = below.remove_sample()
    if remove is None or not request.organisation.is_sample:
        raise Http404("no sample")
    remove(request.actor, request.now)
    request.session.flush()
    return see_other("first-run")


@require_safe
@member_page
def rights(request: MemberRequest) -> HttpResponse:
    """The table of roles, as the actions ask it."""
    roles = choices.named(ROLE_NAMES)
    rows = [
        {
            "label": gettext(LABELS[right]),
            "mine": request.member.role in carriers,
            "has": [(name, role in carriers) for role, name in roles],
            "names": [name for role, name in roles if role in carriers],
        }
        for right, carriers in ROLES.items()
    ]
    inside = [row for row in rows if row["names"]]
    outside = [row for row in rows if not row["names"]]
    context = {
        "roles": roles,
        "rows": inside,
        "by_link": outside,
        "mine": gettext(ROLE_NAMES[request.member.role]),
    }
    return render(request, "people/rights.html", context)


@require_POST
@member_page
def choice(request: MemberRequest) -> HttpResponse:
    """Go on in another organisation of one's own; one that is not theirs is answered like an absent one."""
    wanted = request.POST.get("organisation", "")
    chosen: Member | None = next(
        (own for own in queries.memberships_of(request.member.person) if str(own.organisation_id) == wanted),
        None,
    )
    if chosen is None:
        raise Http404("no such organisation")
    request.session[ORGANISATION_CHOSEN] = wanted
    messages.success(request, gettext("You are in %(name)s now.") % {"name": chosen.organisation.name})
    return see_other("home")
