"""The statement of work as the provider reads and signs it by their link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from outtask.agree import actions, queries, rules
from outtask.agree.forms import ObjectForm, ProviderSignForm
from outtask.agree.models import Agreement, AgreementVersion
from outtask.agree.states import AgreementState, Form, Party
from outtask.agree.views.papers import changes_in, pdf, shown
from outtask.kernel.refusal import Refusal
from outtask.people.doors import DoorRequest
from outtask.people.models import Link
from outtask.ui.pages import GuestRequest

SIGN, OBJECT = "sign", "object"


def sign(request: DoorRequest, link: Link) -> HttpResponseBase:
    """The door of links to sign: the version the link was made for, whole, and two answers to it."""
    agreement = Agreement.objects.visible_to(request.actor).filter(pk=link.subject_id).first()
    if agreement is None:
        raise Http404("agreement")
    if request.rest == "agreement.pdf":
        return agreement_pdf(request, agreement)
    if request.rest:
        raise Http404(request.rest)
    version = queries.version_of(agreement, link.version)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    seen = {"version": version.number, "sha256": version.sha256}
    form = ProviderSignForm(request.POST if act == SIGN else None, initial=seen)
    objection = ObjectForm(request.POST if act == OBJECT else None, initial=seen, prefix="no")
    done = _sign(request, agreement, form) or _object(request, agreement, objection)
    if done:
        messages.success(request, done)
        back = HttpResponseRedirect(request.path)
        back.status_code = 303
        return back
    current = version.number == agreement.version
    context: dict[str, Any] = shown(version) | {
        "agreement": agreement,
        "contact": agreement.outtask.owner.name,
        "form": form,
        "objection": objection,
        "changes": changes_in(agreement, version),
        "closed": _closed(agreement, version),
        "signed": current and agreement.state in {AgreementState.SIGNED, AgreementState.IN_FORCE},
    }
    return render(request, "agree/sign.html", context, status=max(form.status, objection.status))


def agreement_pdf(request: GuestRequest, agreement: Agreement) -> HttpResponseBase:
    """The PDF for the holder of a link: only versions that the client has signed; the latest by default.

    For the doors of other rooms too: the link must let its holder see the agreement.
    """
    offered: dict[str, AgreementVersion] = {
        str(version.number): version for version in queries.offered_versions(agreement)
    }
    asked = request.GET.get("version", "")
    found = offered.get(asked) if asked else next(iter(offered.values()), None)
    if found is None:
        raise Http404("version")
    return pdf(found)


def _closed(agreement: Agreement, version: AgreementVersion) -> Refusal | None:
    if agreement.form == Form.ORDER:
        return rules.why_not_confirm(agreement.state, Party.PROVIDER in queries.signatures_of(version))
    return rules.why_not_sign(agreement.state, "sign_as_provider")


def _sign(request: DoorRequest, agreement: Agreement, form: ProviderSignForm) -> str:
    if not form.is_valid():
        return ""
    with form.taking_refusals():
        given = form.cleaned_data
        actions.sign_as_provider(
            actor=request.actor,
            now=request.now,
            key=form.key,
            agreement_id=agreement.pk,
            version=given["version"],
            sha256=given["sha256"],
            name=given["name"],
        )
        if agreement.form == Form.ORDER:
            return _("Confirmed. They know that you have it.")
        return _("Signed. Both have signed now.")
    return ""


def _object(request: DoorRequest, agreement: Agreement, form: ObjectForm) -> str:
    if not form.is_valid():
        return ""
    with form.taking_refusals():
        given = form.cleaned_data
        actions.object_to_agreement(
            actor=request.actor,
            now=request.now,
            key=form.key,
            agreement_id=agreement.pk,
            version=given["version"],
            reason=given["reason"],
        )
        return _("They have your points. You get a new link when there is a version to sign.")
    return ""
