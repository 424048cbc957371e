"""Pages about webhooks: the list, one of them with what it was sent, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.states import DeliveryState
from outtask.followers.webhooks import actions, queries
from outtask.followers.webhooks.forms import FailedForm, PlacesForm, WebhookForm
from outtask.followers.webhooks.keys import shown_secret
from outtask.followers.webhooks.rules import why_not_rotate
from outtask.journal.recording import Outcome
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@member_page
def webhooks(request: MemberRequest) -> HttpResponse:
    """The webhooks of the organisation, and a form for another."""
    endpoints = queries.endpoints_for(request.actor)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.taking_refusals():
            done = actions.add_webhook(actor=request.actor, now=request.now, key=form.key, **_given(form))
            messages.success(request, gettext("It is told from now on. Give its receiver the secret."))
            return see_other("webhook", done["id"])
    page = Page.of(endpoints, request)
    counts = queries.counts_of(page.rows)
    rows = [{"endpoint": endpoint, "counts": counts.get(endpoint.pk)} for endpoint in page.rows]
    return render(
        request, "followers/webhooks.html", {"form": form, "page": page, "rows": rows}, status=form.status
    )


@require_safe
@member_page
def webhook(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """One webhook and its deliveries."""
    return _page(request, queries.endpoint_for(request.actor, endpoint_id))


def _page(
    request: MemberRequest,
    endpoint: WebhookEndpoint,
    *,
    secret: str = "",
    failed: FailedForm | None = None,
    places: PlacesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = Page.of(queries.deliveries_to(endpoint), request)
    kinds = queries.kinds_of(page.rows)
    context = {
        "endpoint": endpoint,
        "secret": secret,
        "rotating": why_not_rotate(endpoint.earlier_ends_at, request.now),
        "page": page,
        "rows": [_row(delivery, kinds) for delivery in page.rows],
        "failed_form": failed or FailedForm(prefix="failed", initial={"failed_since": request.now.date()}),
        "places_form": places or PlacesForm(prefix="places"),
        "counts": queries.counts_of([endpoint]).get(endpoint.pk),
    }
    return render(request, "followers/webhook.html", context, status=status)


def _row(delivery: WebhookDelivery, kinds: dict[UUID, str]) -> dict[str, Any]:
    return {
        "delivery": delivery,
        "kind": kinds.get(delivery.entry_id, ""),
        "is_waiting": delivery.state == DeliveryState.WAITING,
        "is_failed": delivery.state == DeliveryState.FAILED,
    }


@member_page
def change(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Another address, other kinds, another description."""
    endpoint = queries.endpoint_for(request.actor, endpoint_id)
    now = {"address": endpoint.address, "kinds": endpoint.kinds, "description": endpoint.description}
    sent = request.POST if request.method == "POST" else None
    form = WebhookForm(sent, initial=now, chosen=endpoint.kinds)
    if form.is_valid():
        with form.taking_refusals():
            actions.change_webhook(
                actor=request.actor,
                now=request.now,
                key=form.key,
                endpoint_id=endpoint_id,
                **_given(form),
            )
            messages.success(request, gettext("Saved."))
            return see_other("webhook", endpoint_id)
    context = {"endpoint": endpoint, "form": form}
    return render(request, "followers/webhook_change.html", context, status=form.status)


def _given(form: WebhookForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("address", "kinds", "description")}


@require_POST
@member_page
def secret(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Show the secret, in the answer to this press alone: it stands in no address, no session, no log."""
    _do(request, actions.show_webhook_secret, endpoint_id=endpoint_id)
    endpoint = queries.endpoint_for(request.actor, endpoint_id)
    return _page(request, endpoint, secret=shown_secret(endpoint, request.now))


@require_POST
@member_page
def rotation(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Take a new secret into use."""
    _do(request, actions.rotate_webhook_secret, endpoint_id=endpoint_id)
    messages.success(request, gettext("There is a new secret. Both sign for 24 hours; give the new one on."))
    return see_other("webhook", endpoint_id)


@require_POST
@member_page
def pause(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send nothing, and keep in line what happens."""
    _do(request, actions.pause_webhook, endpoint_id=endpoint_id)
    messages.success(request, gettext("Paused. What happens is kept in line."))
    return see_other("webhook", endpoint_id)


@require_POST
@member_page
def resumption(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send again."""
    _do(request, actions.resume_webhook, endpoint_id=endpoint_id)
    messages.success(request, gettext("It sends again, what waited first."))
    return see_other("webhook", endpoint_id)


@require_POST
@member_page
def test(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send a test."""
    _do(request, actions.send_test, endpoint_id=endpoint_id)
    messages.success(request, gettext("A test is on its way. Open this page again in a moment."))
    return see_other("webhook", endpoint_id)


@require_POST
@member_page
def closure(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Tell the address nothing any more."""
    _do(request, actions.close_webhook, endpoint_id=endpoint_id)
    messages.success(request, gettext("Closed. Nothing is sent there any more."))
    return see_other("webhook", endpoint_id)


@require_POST
@member_page
def replay_one(request: MemberRequest, endpoint_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Send one delivery anew."""
    done = _do(request, actions.replay_deliveries, endpoint_id=endpoint_id, delivery_id=delivery_id)
    return _replayed(request, endpoint_id, done)


@require_POST
@member_page
def replay_failed(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send anew what failed since a day."""
    endpoint = queries.endpoint_for(request.actor, endpoint_id)
    form = FailedForm(request.POST, prefix="failed")
    if form.is_valid():
        day, zone = form.cleaned_data["failed_since"], ZoneInfo(request.organisation.zone)
        with form.taking_refusals():
            since = datetime.combine(day, time.min, zone)
            done = _replay(request, form, endpoint_id, failed_since=since)
            return _replayed(request, endpoint_id, done)
    return _page(request, endpoint, failed=form, status=form.status)


@require_POST
@member_page
def replay_between(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send anew all entries between two places of the log."""
    endpoint = queries.endpoint_for(request.actor, endpoint_id)
    form = PlacesForm(request.POST, prefix="places")
    if form.is_valid():
        given = form.cleaned_data
        with form.taking_refusals():
            done = _replay(request, form, endpoint_id, first=given["first"], last=given["last"])
            return _replayed(request, endpoint_id, done)
    return _page(request, endpoint, places=form, status=form.status)


def _replay(request: MemberRequest, form: Form, endpoint_id: UUID, **which: Any) -> Outcome:
    return actions.replay_deliveries(
        actor=request.actor, now=request.now, key=form.key, endpoint_id=endpoint_id, **which
    )


def _replayed(request: MemberRequest, endpoint_id: UUID, done: Outcome) -> HttpResponse:
    said = ngettext("%(n)s message is sent anew.", "%(n)s messages are sent anew.", done["count"])
    messages.success(request, said % {"n": done["count"]})
    return see_other("webhook", endpoint_id)


def _do(request: MemberRequest, act: Callable[..., Outcome], **inputs: Any) -> Outcome:
    """An act whose form holds nothing but its key."""
    return act(actor=request.actor, now=request.now, key=request.POST.get("key"), **inputs)
