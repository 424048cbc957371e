"""Members and invitations."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from outtask.kernel.money import Money
from outtask.people import actions, queries
from outtask.people.forms import InviteForm, PlaceForm
from outtask.people.models import Member
from outtask.people.roles import Right, may
from outtask.people.words import ROLE_NAMES
from outtask.ui.pages import MemberRequest, member_page, see_other


@require_safe
@member_page
def members(request: MemberRequest) -> HttpResponse:
    """Who works here, and who was invited."""
    context = {
        "members": [(each, ROLE_NAMES[each.role]) for each in queries.active_members(request.actor)],
        "invitations": [(each, ROLE_NAMES[each.role]) for each in queries.open_invitations(request.actor)],
        "barred": may(request.actor, Right.MANAGE_PEOPLE),
    }
    return render(request, "people/members.html", context)


@member_page
def invite(request: MemberRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    form = InviteForm(
        request, request.POST if request.method == "POST" else None, initial={"role": "requester"}
    )
    if form.is_valid():
        with form.taking_refusals():
            actions.invite_member(
                actor=request.actor,
                now=request.now,
                key=form.key,
                email=form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                **form.place,
            )
            said = gettext("%(email)s was invited. The link works for 14 days.")
            messages.success(request, said % {"email": form.cleaned_data["email"]})
            return see_other("members")
    context = {"form": form, "barred": may(request.actor, Right.MANAGE_PEOPLE)}
    return render(request, "people/invite.html", context, status=form.status)


@member_page
def member(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Role, limit and line of one member."""
    whom = _member(request, member_id)
    limit = Money(whom.limit_minor, request.organisation.currency) if whom.limit_minor is not None else None
    kept = {"role": whom.role, "limit": limit, "reports_to": whom.reports_to_id}
    form = PlaceForm(request, request.POST if request.method == "POST" else None, member=whom, initial=kept)
    if form.is_valid():
        with form.taking_refusals():
            actions.change_member(
                actor=request.actor, now=request.now, key=form.key, member_id=whom.pk, **form.place
            )
            messages.success(request, gettext("Saved."))
            return see_other("members")
    context = {
        "whom": whom,
        "form": form,
        "barred": may(request.actor, Right.MANAGE_PEOPLE),
        "themselves": whom.pk == request.member.pk,
    }
    return render(request, "people/member.html", context, status=form.status)


def _member(request: MemberRequest, member_id: UUID) -> Member:
    found: Member | None = queries.active_members(request.actor).filter(pk=member_id).first()
    if found is None:
        raise Http404("no such member")
    return found


@require_POST
@member_page
def removal(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """End a membership, somebody's or one's own."""
    whom = _member(request, member_id)
    actions.remove_member(
        actor=request.actor, now=request.now, key=request.POST.get("key"), member_id=member_id
    )
    if whom.pk == request.member.pk:
        return see_other("first-run")
    messages.success(request, gettext("%(name)s is no longer a member.") % {"name": whom.name})
    return see_other("members")


@require_POST
@member_page
def withdrawal(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    actions.withdraw_invitation(
        actor=request.actor, now=request.now, key=request.POST.get("key"), invitation_id=invitation_id
    )
    messages.success(request, gettext("The invitation was withdrawn."))
    return see_other("members")
