"""Where the second factor is asked for: what a page has to say about it, and whether it was shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from outtask.people import second_factor
from outtask.people.models import Member
from outtask.spend.demand_rules import why_not_proven
from outtask.spend.line import Today, spending_of
from outtask.spend.models import PurchaseRequest
from outtask.spend.states import UNDECIDED


@dataclass(frozen=True)
class Factor:
    """What one reader has to show for one request.

    asked: whether anything is asked for. proven: whether it was shown just now. kinds: what they could show.
    confirm: where they do so, signed in; where they set one up when they have none.
    """

    asked: bool
    proven: bool = False
    kinds: frozenset[str] = frozenset()
    confirm: str = ""

    @property
    def missing(self) -> bool:
        """Asked for, and not shown yet."""
        return self.asked and not self.proven

    @property
    def takes_code(self) -> bool:
        """Whether a code typed beside the decision would do."""
        return self.missing and second_factor.CODES in self.kinds


def factor_of(request: HttpRequest, row: PurchaseRequest, reader: Member, now: datetime) -> Factor:
    """What is asked of `reader`, in this browser, to decide a request."""
    if row.state not in UNDECIDED:
        return Factor(asked=False)
    today = Today.of(row.organisation, now)
    from_minor = today.organisation.second_factor_from_minor
    if why_not_proven(spending_of(row, today).need, from_minor, proven=False) is None:
        return Factor(asked=False)
    return factor_for(request, reader, now, reverse("request", args=[row.reference]))


def factor_for(request: HttpRequest, reader: Member, now: datetime, back: str) -> Factor:
    """What `reader` has to show, in this browser, where it is asked for; `back`: where they come from."""
    kinds = second_factor.kinds_of(reader.person)
    return Factor(True, second_factor.shown_lately(request, reader.person, now), kinds, _where(kinds, back))


def _where(kinds: frozenset[str], back: str) -> str:
    if not kinds:
        return reverse("mfa_index")
    name = "mfa_reauthenticate" if second_factor.CODES in kinds else "mfa_reauthenticate_webauthn"
    return f"{reverse(name)}?{urlencode({'next': back})}"
