"""What a person sets for themselves."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from outtask.people import actions
from outtask.people.forms import MeForm
from outtask.ui.pages import MemberRequest, member_page, see_other


@member_page
def me(request: MemberRequest) -> HttpResponse:
    """Name, zone, language; and the ways to password, second factor, passkeys and sessions."""
    person = request.member.person
    kept = {"name": person.name, "zone": person.zone, "language": person.language}
    form = MeForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        with form.taking_refusals():
            given = {name: form.cleaned_data[name] for name in kept}
            actions.rename_me(actor=request.actor, now=request.now, key=form.key, **given)
            messages.success(request, gettext("Saved."))
            return see_other("account")
    kinds = list(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    context = {
        "form": form,
        "second_factor": Authenticator.Type.TOTP in kinds,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
    }
    return render(request, "people/me.html", context, status=form.status)


@require_POST
@member_page
def sessions(request: MemberRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    actions.end_sessions(actor=request.actor, now=request.now, key=request.POST.get("key"))
    request.user.refresh_from_db()
    update_session_auth_hash(request, request.user)
    messages.success(request, gettext("You are signed out everywhere else."))
    return see_other("account")
