"""Template tags of the spend room."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from outtask.spend.budget_wording import TRANSFERS, account_name
from outtask.spend.models import Approval, PurchaseRequest, SpendRule, Transfer
from outtask.spend.states import RequestState, TransferState
from outtask.ui.tags import badge

register = template.Library()

_REQUESTS = {
    RequestState.REFERRED: ("now", "clock", gettext_lazy("Waits for a decision")),
    RequestState.ASKED: ("warn", "chat", gettext_lazy("Question open")),
    RequestState.COMMITTED: ("ok", "check", gettext_lazy("Committed")),
    RequestState.REJECTED: ("bad", "cross", gettext_lazy("Rejected")),
    RequestState.WITHDRAWN: ("", "back", gettext_lazy("Withdrawn")),
    RequestState.VOID: ("", "skip", gettext_lazy("Void")),
}


register.filter("accountname", account_name)


@register.simple_tag
def transferbadge(transfer: Transfer) -> SafeString:
    """The state of a transfer as a badge."""
    return badge(*TRANSFERS[TransferState(transfer.state)])


@register.simple_tag
def rulesof(decision: Approval) -> str:
    """The names of the rules that a decision was taken under."""
    if not decision.rules:
        return ""
    found = SpendRule.objects.filter(organisation_id=decision.organisation_id, pk__in=decision.rules)
    return ", ".join(f"“{name}”" for name in found.order_by("id").values_list("name", flat=True))


@register.simple_tag
def requestbadge(request: PurchaseRequest) -> SafeString:
    """The state of a purchase request as a badge."""
    tone, icon, text = _REQUESTS[RequestState(request.state)]
    return badge(tone, icon, text)
