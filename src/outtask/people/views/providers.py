"""Providers: the list, one of them, and closing what leads in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from outtask.lifecycle.accounts import note_bank_account
from outtask.people import actions, queries
from outtask.people.account_rules import masked
from outtask.people.forms import AccountForm, ProviderChangeForm, ProviderForm, ProviderSearch, ReasonForm
from outtask.people.models import Link, Provider
from outtask.people.roles import Right, may
from outtask.people.words import KIND_NAMES, PURPOSE_NAMES, RELATION_NAMES
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page

CARD = ["measure/provider_card.html", "people/provider_card.html"]
"""The scorecard of the room that measures, when it brings one."""


@require_safe
@member_page
def providers(request: MemberRequest) -> HttpResponse:
    """The providers of the organisation by name, filtered by what the address says."""
    search = ProviderSearch(request.GET)
    asked = search.asked
    page = Page.of(queries.providers(request.actor, **asked), request, by=("name", "id"))
    context = {
        "search": search,
        "filtered": any(asked.values()),
        "page": page,
        "rows": [(each, KIND_NAMES[each.kind], RELATION_NAMES[each.relation]) for each in page],
        "barred": may(request.actor, Right.MANAGE_PROVIDERS),
    }
    return render(request, "people/providers.html", context)


@member_page
def new(request: MemberRequest) -> HttpResponse:
    """Add a provider."""
    form = ProviderForm(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.taking_refusals():
            done = actions.add_provider(actor=request.actor, now=request.now, key=form.key, **form.facts)
            messages.success(
                request, gettext("%(name)s is a provider now.") % {"name": form.cleaned_data["name"]}
            )
            return see_other("provider", done["id"])
    context = {"form": form, "barred": may(request.actor, Right.MANAGE_PROVIDERS)}
    return render(request, "people/provider_new.html", context, status=form.status)


@require_safe
@member_page
def provider(request: MemberRequest, provider_id: UUID) -> HttpResponse:
    """Facts, contacts, links and out-tasks of one provider."""
    return _provider_page(request, _provider(request, provider_id))


def _provider(request: MemberRequest, provider_id: UUID) -> Provider:
    found = Provider.objects.visible_to(request.actor).select_related("owned_by__person")
    wanted: Provider | None = found.filter(pk=provider_id).first()
    if wanted is None:
        raise Http404("no such provider")
    return wanted


def _provider_page(request: MemberRequest, whom: Provider, **forms: Form) -> HttpResponse:
    account = queries.bank_account_of(request.actor, whom)
    context: dict[str, Any] = {
        "provider": whom,
        "kind": KIND_NAMES[whom.kind],
        "relation": RELATION_NAMES[whom.relation],
        "contacts": queries.contacts(request.actor, whom),
        "links": [
            {"link": link, "purpose": PURPOSE_NAMES[link.purpose], "ended": link.expires_at <= request.now}
            for link in queries.live_links(request.actor, whom)
        ],
        "page": Page.of(queries.outtasks_of(request.actor, whom), request),
        "barred": may(request.actor, Right.MANAGE_PROVIDERS),
        "bank_account": account,
        "masked": masked(account.account) if account else "",
        "account_form": AccountForm(),
        "block_form": ReasonForm(),
        "card": CARD,
    } | forms
    status = next((form.status for form in forms.values()), 200)
    return render(request, "people/provider.html", context, status=status)


AGAIN = {
    "to_approve_again": ngettext_lazy(
        "%(n)s approved invoice is to be approved again: it is paid to another account.",
        "%(n)s approved invoices are to be approved again: they are paid to another account.",
        "n",
    ),
    "to_decide_again": ngettext_lazy(
        "%(n)s request is decided from the beginning: one of two had approved it before.",
        "%(n)s requests are decided from the beginning: one of two had approved them before.",
        "n",
    ),
}
"""What another account takes back, by what the action gives."""


@require_POST
@member_page
def account(request: MemberRequest, provider_id: UUID) -> HttpResponse:
    """Note where a provider is paid from now on."""
    whom = _provider(request, provider_id)
    form = AccountForm(request.POST)
    if form.is_valid():
        with form.taking_refusals():
            given = {"provider_id": whom.pk, "account": form.cleaned_data["account"]}
            done = note_bank_account(actor=request.actor, now=request.now, key=form.key, **given)
            messages.success(
                request, gettext("Noted. Whoever noted it does not pay to it alone for 30 days.")
            )
            for name, told in AGAIN.items():
                if done[name]:
                    messages.warning(request, told % {"n": done[name]})
            return see_other("provider", whom.pk)
    return _provider_page(request, whom, account_form=form)


@member_page
def change(request: MemberRequest, provider_id: UUID) -> HttpResponse:
    """Change what is kept about a provider."""
    whom = _provider(request, provider_id)
    form = ProviderChangeForm(request, request.POST if request.method == "POST" else None, provider=whom)
    if form.is_valid():
        with form.taking_refusals():
            actions.change_provider(
                actor=request.actor, now=request.now, key=form.key, provider_id=whom.pk, **form.facts
            )
            messages.success(request, gettext("Saved."))
            return see_other("provider", whom.pk)
    context = {"form": form, "provider": whom, "barred": may(request.actor, Right.MANAGE_PROVIDERS)}
    return render(request, "people/provider_change.html", context, status=form.status)


@require_POST
@member_page
def block(request: MemberRequest, provider_id: UUID) -> HttpResponse:
    """Send no more briefs to a provider."""
    whom = _provider(request, provider_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with form.taking_refusals():
            actions.block_provider(
                actor=request.actor,
                now=request.now,
                key=form.key,
                provider_id=whom.pk,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, gettext("%(name)s gets no new briefs.") % {"name": whom.name})
            return see_other("provider", whom.pk)
    return _provider_page(request, whom, block_form=form)


@require_POST
@member_page
def unblock(request: MemberRequest, provider_id: UUID) -> HttpResponse:
    """Let a blocked provider be asked again."""
    actions.unblock_provider(
        actor=request.actor, now=request.now, key=request.POST.get("key"), provider_id=provider_id
    )
    messages.success(request, gettext("They may get briefs again."))
    return see_other("provider", provider_id)


@require_POST
@member_page
def link_closure(request: MemberRequest, link_id: UUID) -> HttpResponse:
    """Close a link before its end."""
    done = actions.close_link(
        actor=request.actor, now=request.now, key=request.POST.get("key"), link_id=link_id
    )
    messages.success(request, gettext("The link was closed. Whoever opens it reads so."))
    link = Link.objects.visible_to(request.actor).get(pk=link_id)
    return see_other("provider", link.provider_id) if link.provider_id and done else see_other("home")
