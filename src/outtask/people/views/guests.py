"""Who comes by a link: through the door of its purpose, or to join as a member."""

from __future__ import annotations

from typing import cast

from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from outtask.journal.recording import Outcome
from outtask.kernel.actor import Actor
from outtask.people import actions, doors, queries, rules
from outtask.people.forms import JoinForm
from outtask.people.identity import known_again
from outtask.people.links import invitation_of, link_of, why_closed
from outtask.people.models import Link, MemberInvitation, Person
from outtask.people.states import Purpose
from outtask.people.words import ROLE_NAMES
from outtask.ui.forms import Form
from outtask.ui.middleware import ORGANISATION_CHOSEN
from outtask.ui.pages import GuestRequest, guest_page, see_other


@never_cache
def guest(request: HttpRequest, token: str, rest: str = "") -> HttpResponseBase:
    """The address of every link. A closed one tells so and whom to ask; others lead through their door."""
    link = link_of(token)
    closed = why_closed(link, request.now) if link is not None else None  # type: ignore[attr-defined]
    if link is None or closed is None:
        return _enter(request, token, rest)
    request.organisation = link.organisation  # type: ignore[attr-defined]
    context = {"refusal": closed, "asks": _who_sent(link)}
    response = render(request, "people/link_closed.html", context, status=410)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@guest_page(*Purpose)
def _enter(request: GuestRequest, token: str, rest: str) -> HttpResponseBase:
    door = doors.door_for(request.link.purpose)
    if door is None:
        raise Http404("no such door")
    ours = cast(doors.DoorRequest, request)
    ours.rest = rest.strip("/")
    return door(ours, ours.link)


def _who_sent(link: Link) -> str:
    """Whom to ask about a closed link: the owner of the out-task, by name; else the organisation."""
    return link.outtask.owner.name if link.outtask is not None else link.organisation.name


@sensitive_post_parameters("password")
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Shows who invites to what; joining is a button. Whoever has an account signs in first."""
    found = invitation_of(token)
    if found is None:
        raise Http404("no such invitation")
    person = request.user if isinstance(request.user, Person) else None
    form = _form(request, found, person)
    if form.is_valid():
        with form.taking_refusals():
            return _join(request, found, person, form)
    return _invitation_page(request, found, person, form)


def _form(request: HttpRequest, found: MemberInvitation, person: Person | None) -> Form:
    sent = request.POST if request.method == "POST" else None
    return Form(sent) if person else JoinForm(sent, initial={"name": found.name}, email=found.email)


def _join(request: HttpRequest, found: MemberInvitation, person: Person | None, form: Form) -> HttpResponse:
    actor = queries.coming_member(found, person, form.key)
    # Whoever sends it again is let in as they were the first time, when that answer was lost on its way.
    again = None if person else known_again(actor, form.key, "member.joined", form.cleaned_data["password"])
    done = again or _joined(request, found, actor, form, is_new=person is None)
    if person is None:
        login(request, Person.objects.get(pk=done["person_id"]))
    request.session[ORGANISATION_CHOSEN] = done["organisation_id"]
    return see_other("home")


def _joined(
    request: HttpRequest, found: MemberInvitation, actor: Actor, form: Form, *, is_new: bool
) -> Outcome:
    newcomer = {
        "name": form.cleaned_data["name"],
        "password_hash": make_password(form.cleaned_data["password"]),
    } if is_new else {}  # fmt: skip
    return actions.accept_invitation(
        actor=actor,
        now=request.now,  # type: ignore[attr-defined]
        key=form.key,
        invitation_id=found.pk,
        **newcomer,
    )


def _invitation_page(
    request: HttpRequest, found: MemberInvitation, person: Person | None, form: Form
) -> HttpResponse:
    facts = queries.acceptance_of(found, person)
    refusal = rules.why_not_accept(facts, request.now)  # type: ignore[attr-defined]
    request.organisation = found.organisation  # type: ignore[attr-defined]
    context = {
        "invitation": found,
        "role": ROLE_NAMES[found.role],
        "form": form,
        "person": person,
        "refusal": refusal,
        "here": request.path,
    }
    gone = refusal is not None and refusal.code in {"wrong_state", "invitation_ended", "inviter_left"}
    response = render(request, "people/invitation.html", context, status=410 if gone else form.status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
