"""The part of a brief's page that sends it: providers one knows, and new ones by name and address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from outtask.kernel.refusal import Refused
from outtask.people.actions import add_provider
from outtask.people.models import Provider
from outtask.people.states import Relation
from outtask.source import queries, rules
from outtask.source.actions import send_brief
from outtask.source.forms import NewProviderRow, SendForm
from outtask.source.models import Brief
from outtask.source.rows import Rows, rows_of
from outtask.ui.pages import MemberRequest

NEW_ROWS = 2
USUAL_TIME = timedelta(days=7)


@dataclass
class Sending:
    """The form with its rows for new providers; `sent` once the brief went out."""

    form: SendForm
    rows: Rows
    sent: bool = False


def sending_of(request: MemberRequest, brief: Brief) -> Sending:
    """The form as it begins; when it was sent, the act is done or the refusals stand on the form."""
    data = request.POST if request.method == "POST" else None
    form = SendForm(
        data,
        providers=_reachable(request),
        askable=_askable(request, brief),
        initial={"version": brief.version, "answer_by": _usual_day(request, brief)},
    )
    sending = Sending(form, rows_of(NewProviderRow, "new", data, blank=NEW_ROWS))
    if all([form.is_valid(), sending.rows.is_valid()]):
        try:
            _send(request, brief, sending)
        except Refused as refused:
            for refusal in refused.refusals:
                form.take(refusal)
        else:
            sending.sent = True
    return sending


def _send(request: MemberRequest, brief: Brief, sending: Sending) -> None:
    given = sending.form.cleaned_data
    known = [provider.pk for provider in given["providers"]]
    added = [_add(request, sending.form.key, row.cleaned_data) for row in sending.rows.given]
    send_brief(
        actor=request.actor,
        now=request.now,
        key=sending.form.key,
        brief_id=brief.pk,
        version=given["version"],
        provider_ids=[*known, *added],
        answer_by=given["answer_by"],
    )


def _add(request: MemberRequest, key: str | None, given: dict[str, Any]) -> UUID:
    """A new provider. Its own key, so that sending the page again does not add it a second time."""
    outcome = add_provider(
        actor=request.actor,
        now=request.now,
        key=f"{key}:{given['email'].lower()}"[:200] if key else None,
        kind=given["kind"] or "person",
        name=given["name"],
        email=given["email"],
    )
    return UUID(outcome["id"])


def _reachable(request: MemberRequest) -> Any:
    """Everybody a brief can go to at all; whether now is for the action to say."""
    rows = Provider.objects.visible_to(request.actor).exclude(relation=Relation.BLOCKED)
    return rows.exclude(email="").order_by("name", "id")


def _askable(request: MemberRequest, brief: Brief) -> list[tuple[str, str]]:
    """Those who do not have this brief yet, to choose from."""
    asked = {
        provider_id
        for provider_id, invitation in queries.latest_invitations(brief).items()
        if invitation.state in rules.ASKED
    }
    return [(str(one.pk), one.name) for one in _reachable(request) if one.pk not in asked]


def _usual_day(request: MemberRequest, brief: Brief) -> date:
    """A week from now, or the day the brief says, but not after the work is needed."""
    today = queries.today_of(brief.organisation_id, request.now)
    wanted = brief.answer_by if brief.answer_by and brief.answer_by >= today else today + USUAL_TIME
    return max(today, min(wanted, brief.by_when))
