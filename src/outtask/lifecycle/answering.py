"""Mail that comes in: an answer that decides a request, or a line in a thread.

The notice that asks for a decision names an address sealed to the person, the request, its version and its
amount. An answer to it whose first word is approve or reject decides, once, within seven days, when it comes
from the address of whoever was asked. Anything else they write stands in the thread. What came of it is told
them by mail; nobody else is ever answered.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.journal.models import KeyUsed
from outtask.journal.recording import NotFound
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.lifecycle.spending import approve_request
from outtask.messages import receiving
from outtask.messages.addresses import is_sealed, read_decision_address
from outtask.messages.post import Notice, Reader, put_in_line
from outtask.messages.receiving import addressees, number_of, opened, write_in_thread, written
from outtask.people.links import why_closed
from outtask.people.models import Link, Member
from outtask.people.states import Purpose
from outtask.spend.actions import reject_request
from outtask.spend.models import PurchaseRequest
from outtask.spend.queries import terms_of
from outtask.ui.formats import say

# A question mark makes a question of the word, not an answer.
_FIRST = re.compile(r"[^\w?]*(approve|reject)(?![\w?])[\s.,;:!–—-]*(.*)", re.IGNORECASE | re.DOTALL)


def receive(data: bytes, now: datetime) -> str:
    """Take one mail in, by its bytes; gives what came of it, for the log of the mail server.

    Refused when it is no answer to us, was sent by a machine or by somebody else than we wrote to, or when
    what it answers is over. The same mail again does nothing.
    """
    message = opened(data)
    named = next(filter(None, map(read_decision_address, addressees(message))), None)
    if named is None:
        receiving.receive(data, now)
        return _("The answer stands in its thread.")
    link, request = _asked(*named)
    member = link.member
    assert member is not None, "a link to decide is a member's"
    refuse_if(_why_not_from(message, link, member))
    said, detail = _answer(message, link, request, now)
    _confirm(message, link, request, member, (said, detail), now)
    return said


def _asked(link_id: UUID, seal: str) -> tuple[Link, PurchaseRequest]:
    """The link and the request an address names; Refused when it was not sealed here for what stands now."""
    links = Link.objects.select_related("member__person", "outtask", "organisation")
    link: Link | None = links.filter(pk=link_id, purpose=Purpose.DECIDE).first()
    requests = PurchaseRequest.objects.filter(pk=link.subject_id if link is not None else None)
    request: PurchaseRequest | None = requests.first()
    if link is None or request is None or not is_sealed(link.pk, terms_of(request, link.version), seal):
        raise Refused(
            Refusal("not_ours", N_("This is no answer to a mail of ours, or what it is about changed."))
        )
    return link, request


def _why_not_from(message: EmailMessage, link: Link, member: Member) -> Refusal | None:
    """Only whoever was asked answers. A sender can be made up, so this stands beside the seal, not for it."""
    senders = {address.lower() for _name, address in getaddresses([str(message.get("From", ""))])}
    if senders and senders <= {link.email.lower(), member.person.email.lower()}:
        return None
    return Refusal("another_sender", N_("This was not sent from the address that we wrote to."))


def _answer(message: EmailMessage, link: Link, request: PurchaseRequest, now: datetime) -> tuple[str, str]:
    """Do what the first word says; gives what came of it, and why."""
    found = _FIRST.fullmatch(written(message))
    if found is None:
        refuse_if(why_closed(link, now))
        write_in_thread(message, link.actor, request.outtask_id, now)
        return _("Nothing was decided."), _(
            "Your answer begins with neither approve nor reject, so it stands in the thread. Answer once"
            " more, or decide on the page."
        )
    try:
        return _decide(found[1].lower(), found[2].strip(), message, link, request, now)
    except Refused as refused:
        return _("Nothing was decided."), " ".join(say(refusal) for refusal in refused.refusals)
    except NotFound:
        return _("Nothing was decided."), _("You do not see this request any more.")


def _decide(
    word: str, note: str, message: EmailMessage, link: Link, request: PurchaseRequest, now: datetime
) -> tuple[str, str]:
    number = number_of(message)
    # Keys are kept as short as those of forms.
    key = f"mail:{sha256_hex(number.encode())[:40]}" if number else None
    refuse_if(None if _done_before(link, key) else _why_not_live(link, now))
    given: dict[str, Any] = {
        "actor": link.actor,
        "now": now,
        "key": key,
        "request_id": request.pk,
        "version": link.version,
        "note": note,
        "by_mail": True,
    }
    if word == "reject":
        reject_request(**given)
        return _("Rejected."), _("They get your reason by e-mail.")
    outcome = approve_request(**given)
    if outcome["committed"]:
        return _("Approved and committed."), ""
    return _("Your yes is noted; somebody else is asked as well."), outcome["why"]


def _done_before(link: Link, key: str | None) -> bool:
    """Whether this very mail was taken in already: then it is answered as it was, and nothing is done."""
    return key is not None and KeyUsed.objects.filter(actor_id=link.member_id, key=key).exists()


def _why_not_live(link: Link, now: datetime) -> Refusal | None:
    if link.spent_at is not None:
        return Refusal(
            "link_used", N_("This mail was answered already, or the request moved on after it was sent.")
        )
    return why_closed(link, now)


def _confirm(
    message: EmailMessage,
    link: Link,
    request: PurchaseRequest,
    member: Member,
    said: tuple[str, str],
    now: datetime,
) -> None:
    """Tell whoever answered what came of it; once for each mail."""
    lead, detail = said
    title = request.outtask.title
    context = {
        "lead": lead,
        "what": title,
        "facts": [(_("Request"), request.reference)],
        "quote": "",
        "amount": "",
        "button": _("See the request"),
        "promise": detail or _("The page shows who decided and why."),
        "path": reverse("request", args=[request.reference]),
        "footer": _("You get this because you answered a mail. It needs no answer."),
    }
    number = number_of(message) or f"{link.pk}:{now.isoformat()}"
    put_in_line(
        Reader(member.name, link.email, member=member),
        Notice(f"{lead} {title} ({request.reference})", context),
        organisation_id=request.organisation_id,
        outtask_id=request.outtask_id,
        cause=f"answer:{sha256_hex(number.encode())[:32]}",
        now=now,
    )
