"""A mail as it leaves: words and links, made at the moment of sending.

A mail row holds no secret: its link is named by id, and the address is derived again here.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from outtask.messages.addresses import decision_address, replies_reach_us, reply_address
from outtask.messages.models import Mail
from outtask.people.links import address_of, invitation_address
from outtask.people.models import Link, MemberInvitation, Organisation


@dataclass(frozen=True)
class Rendered:
    """The same facts in both parts, in the same order; headers that keep a thread together."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


def render(mail: Mail) -> Rendered:
    """Words, links and headers of one mail, in its reader's language and zone."""
    organisation = Organisation.objects.get(pk=mail.organisation_id)
    member = mail.member
    zone = member.person.zone if member and member.person.zone != "UTC" else organisation.zone
    language = member.person.language if member else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        context = mail.context | {
            "mail": mail,
            "organisation": organisation,
            "button_href": _address(mail),
            "also_href": _second_address(mail),
        }
        text = render_to_string(f"mail/{mail.template}.txt", context)
        html = render_to_string(f"mail/{mail.template}.html", context)
    return Rendered(mail.subject, text, html, _headers(mail))


def _address(mail: Mail) -> str:
    """Where the button leads; the secret part of a link is derived here and nowhere kept."""
    if mail.link is not None:
        return address_of(mail.link)
    if invitation := mail.context.get("invitation"):
        return invitation_address(MemberInvitation.objects.get(pk=invitation))
    return f"{settings.BASE_URL}{mail.context.get('path', '/')}"


def _second_address(mail: Mail) -> str:
    """Where the line below the button leads, where there is one whose link still acts."""
    also = mail.context.get("also")
    link = Link.objects.filter(pk=also, revoked_at__isnull=True).first() if also else None
    return address_of(link) if link is not None else ""


def _headers(mail: Mail) -> dict[str, str]:
    domain = settings.REPLY_DOMAIN
    headers = {
        "Message-ID": f"<mail.{mail.pk.hex}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if mail.outtask_id is None:
        return headers
    terms = mail.context.get("decides")
    if terms and mail.link_id is not None and replies_reach_us():
        headers["Reply-To"] = decision_address(mail.link_id, terms)
    thread = f"<outtask.{mail.outtask_id.hex}@{domain}>"
    headers |= {"In-Reply-To": thread, "References": thread}
    reader_id = mail.member_id or mail.link_id
    if reader_id and replies_reach_us() and "Reply-To" not in headers:
        headers["Reply-To"] = reply_address(mail.outtask_id, reader_id)
    return headers
