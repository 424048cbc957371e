"""The first page of an installation: found an organisation, or look around in a sample."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from outtask.journal.recording import Outcome
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.people import actions, below, queries
from outtask.people.forms import FoundForm, OrganisationFields
from outtask.people.identity import known_again
from outtask.people.models import Member, Person
from outtask.ui.forms import Form
from outtask.ui.middleware import ORGANISATION_CHOSEN
from outtask.ui.pages import see_other

SAMPLE_TOO_LATE = Refusal(
    "not_empty", N_("Somebody uses this installation already. A sample is only put into an empty one.")
)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Three ways to begin; later, where somebody who is signed in founds one more organisation."""
    founder = request.user if isinstance(request.user, Person) else None
    form_of = OrganisationFields if founder else FoundForm
    form = form_of(request.POST if request.method == "POST" else None)
    valid = form.is_valid()
    if founder is None and queries.real_organisations() and not (valid and _again(form)):
        return redirect("account_login")
    if valid:
        with form.taking_refusals():
            return _begin(request, form, _found(form, founder, request.now))  # type: ignore[attr-defined]
    context = {"form": form, "offers_sample": queries.is_empty() and below.fill_sample() is not None}
    return render(request, "people/welcome.html", context, status=form.status)


def _again(form: Form) -> Outcome | None:
    """What came of the first time, when whoever founded here sends the form again.

    Their answer was lost on its way, or what should have followed the founding was.
    """
    actor = queries.coming_owner(key=form.key)
    return known_again(actor, form.key, "organisation.founded", form.cleaned_data["password"])


def _found(form: Form, founder: Person | None, now: datetime) -> Outcome:
    """The organisation and, when an amount was given, its first budget."""
    given: dict[str, Any] = form.cleaned_data
    done = (None if founder else _again(form)) or _founded(form, founder, now)
    amount: Money | None = given["budget"]
    open_budget = below.open_budget()
    if amount is not None and amount.minor and open_budget is not None:
        member = Member.objects.get(pk=done["member_id"])
        open_budget(
            actor=member.actor,
            now=now,
            key=f"{form.key}:budget" if form.key else None,
            name=gettext("First budget"),
            authorised=amount,
        )
    return done


def _founded(form: Form, founder: Person | None, now: datetime) -> Outcome:
    given: dict[str, Any] = form.cleaned_data
    owner = {} if founder else {
        "person_name": given["person_name"],
        "email": given["email"],
        "password_hash": make_password(given["password"]),
    }  # fmt: skip
    return actions.found_organisation(
        actor=queries.coming_owner(founder, form.key),
        now=now,
        key=form.key,
        name=given["name"],
        currency=given["currency"],
        zone=given["zone"],
        **owner,
    )


def _begin(request: HttpRequest, form: Form, done: Outcome) -> HttpResponse:
    """Sign the owner in and take them to the organisation they founded."""
    if not request.user.is_authenticated:
        login(request, Person.objects.get(pk=done["person_id"]))
    request.session[ORGANISATION_CHOSEN] = done["organisation_id"]
    messages.success(request, gettext("%(name)s is ready.") % {"name": form.cleaned_data["name"].strip()})
    return see_other("home")


@never_cache
@require_POST
def sample(request: HttpRequest) -> HttpResponse:
    """Fill an empty installation with a made-up organisation, and sign in as its owner."""
    fill = below.fill_sample()
    if fill is None:
        raise Http404("no sample")
    if not queries.is_empty():
        raise Refused(SAMPLE_TOO_LATE)
    password = secrets.token_urlsafe(12)
    person: Person = fill(request.now, password)  # type: ignore[attr-defined]
    login(request, person)
    told = gettext(
        "Everything here is made up. Remove it under Settings when you have seen enough."
        " To sign in again: %(email)s with the password %(password)s, shown this once."
    )
    messages.success(request, told % {"email": person.email, "password": password})
    return see_other("home")
