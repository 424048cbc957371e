"""Template tags of the spend room."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from outtask.spend.models import PurchaseRequest
from outtask.spend.states import Account, RequestState
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


_ACCOUNTS = {
    Account.AUTHORISED: gettext_lazy("Put in"),
    Account.FREE: gettext_lazy("Free"),
    Account.COMMITTED: gettext_lazy("Committed"),
    Account.OWED: gettext_lazy("Owed"),
    Account.PAID: gettext_lazy("Paid"),
}


@register.filter
def accountname(account: str) -> str:
    """`Committed`: an account of a budget, for a row of movements."""
    return str(_ACCOUNTS[Account(account)])


@register.simple_tag
def requestbadge(request: PurchaseRequest) -> SafeString:
    """The state of a purchase request as a badge."""
    tone, icon, text = _REQUESTS[RequestState(request.state)]
    return badge(tone, icon, text)
