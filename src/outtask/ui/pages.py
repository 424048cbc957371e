"""Who a page is for: `@member_page` for members, `@guest_page(purpose)` for whoever holds a link."""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refused
from outtask.people.links import link_of, why_closed
from outtask.people.models import Link, Member, Organisation, Person
from outtask.people.states import Purpose
from outtask.ui.middleware import member_of

METHODS = ("GET", "HEAD", "POST")
"""What pages are asked by; any other method is answered by 405 before anything is read."""


class MemberRequest(HttpRequest):
    """A request by a member of an organisation; `now` is the instant it came in (UTC)."""

    actor: Actor
    member: Member
    organisation: Organisation
    now: datetime
    number: str
    user: Person
    htmx: Any


class GuestRequest(HttpRequest):
    """A request by the holder of a live link."""

    actor: Actor
    link: Link
    organisation: Organisation
    now: datetime
    number: str


def member_page[**P](
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only members in; others sign in first, or found an organisation when they belong to none."""

    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        member = member_of(request)
        if member is None:
            return redirect("first-run")
        ours = cast(MemberRequest, request)
        ours.member, ours.organisation, ours.actor = member, member.organisation, member.actor
        read_in_zone(member.person.zone, member.organisation.zone)
        return view(ours, *args, **kwargs)

    return guarded


def guest_page[**P](
    *purposes: Purpose,
) -> Callable[
    [Callable[Concatenate[GuestRequest, str, P], HttpResponseBase]], Callable[..., HttpResponseBase]
]:
    """Let only the holder of a link for one of `purposes` in; the view gets `(request, token, ...)`.

    A token that opens nothing, or opens something else, is answered like any absent page. A link that was
    closed or has ended tells so, and acts no more.
    """

    def decorate(
        view: Callable[Concatenate[GuestRequest, str, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @never_cache
        @functools.wraps(view)
        def guarded(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in METHODS:
                return HttpResponseNotAllowed(METHODS)
            link = link_of(token)
            if link is None or link.purpose not in purposes:
                raise Http404("no such link")
            ours = cast(GuestRequest, request)
            ours.link, ours.organisation, ours.actor = link, link.organisation, link.actor
            read_in_zone(link.member.person.zone if link.member else "", link.organisation.zone)
            closed = why_closed(link, ours.now)
            if closed is not None:
                raise Refused(closed)
            response = view(ours, token, *args, **kwargs)
            response.headers["X-Robots-Tag"] = "noindex"
            return response

        return guarded

    return decorate


@functools.cache
def _zones() -> set[str]:
    """Read once: it walks every file of the system's zones, which takes longer than most pages."""
    return zoneinfo.available_timezones()


def read_in_zone(*names: str) -> None:
    """Tell times in the first of the zones that says something; a person who never chose one has UTC."""
    for name in names:
        if name and name != "UTC" and name in _zones():
            timezone.activate(zoneinfo.ZoneInfo(name))
            return
    timezone.activate(zoneinfo.ZoneInfo("UTC"))


def see_other(to: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """After a POST that did its work: 303 to a page (a URL name with its arguments, or an address)."""
    target = redirect(to, *args, **kwargs)
    response = HttpResponseRedirect(target.url)
    response.status_code = 303
    return response
