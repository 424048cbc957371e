"""Tokens for programs: making one, seeing it once, ending it."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from outtask.people import actions, queries
from outtask.people.forms import TokenForm
from outtask.people.links import hash_of
from outtask.people.models import Token
from outtask.people.roles import LABELS, Right
from outtask.people.tokens import fresh, why_closed
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@member_page
def tokens(request: MemberRequest) -> HttpResponse:
    """The tokens one may know of, and a form for another.

    A new one is shown in the answer to the form and never again: it stands in no address, no session, no log.
    """
    form = TokenForm(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.taking_refusals():
            secret = _make(request, form)
            return _page(request, TokenForm(request), secret=secret, status=201)
    return _page(request, form, status=form.status)


def _make(request: MemberRequest, form: TokenForm) -> str:
    given = form.cleaned_data
    zone = ZoneInfo(request.organisation.zone)
    secret = fresh()
    actions.make_token(
        actor=request.actor,
        now=request.now,
        key=form.key,
        name=given["name"],
        scopes=given["scopes"],
        # It works to the end of that day, as people there tell days.
        expires_at=datetime.combine(given["expires_at"], time(23, 59, 59), zone),
        token_hash=hash_of(secret),
        provider_id=form.provider_id,
    )
    return secret


def _page(request: MemberRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    page = Page.of(queries.tokens_for(request.actor), request)
    context = {
        "form": form,
        "secret": secret,
        "page": page,
        "rows": [_row(request, token) for token in page.rows],
    }
    return render(request, "people/tokens.html", context, status=status)


def _row(request: MemberRequest, token: Token) -> dict[str, object]:
    return {
        "token": token,
        "closed": why_closed(token, request.now),
        "scopes": ", ".join(gettext(LABELS[Right(scope)]) for scope in token.scopes),
    }


@require_POST
@member_page
def revocation(request: MemberRequest, token_id: UUID) -> HttpResponse:
    """End a token."""
    key = request.POST.get("key")
    actions.revoke_token(actor=request.actor, now=request.now, key=key, token_id=token_id)
    messages.success(request, gettext("The token ended. Whatever used it is locked out now."))
    return see_other("tokens")
