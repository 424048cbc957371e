"""Mail to those who look after webhooks, when a receiver takes nothing any more."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.followers.notices.letters import Letter, Mailing
from outtask.journal.reading import Told
from outtask.messages.post import Reader
from outtask.people.models import Member
from outtask.people.roles import ROLES, Right

TOLD = frozenset({"webhook.failing", "webhook.gone"})


def letters(told: Told) -> Iterator[Mailing]:
    """One to every admin. A receiver that goes on failing is told of once, until something gets through."""
    admins = Member.objects.filter(
        organisation_id=told.organisation_id, left_at__isnull=True, role__in=ROLES[Right.MANAGE_ORGANISATION]
    )
    for member in admins.select_related("person").order_by("id"):
        yield Reader(member.name, member.person.email, member=member), _letter(told)


def _letter(told: Told) -> Letter:
    host = told.says["host"] or _("A receiver")
    if told.kind.name == "webhook.gone":
        lead = _("%(host)s wants no more webhooks") % {"host": host}
        promise = _(
            "It answered that it is gone (410), so the webhook was closed. Add it anew if that is wrong."
        )
    else:
        lead = _("%(host)s does not take our webhooks") % {"host": host}
        promise = _(
            "It refused a message in ten tries over three days. The page says why, and sends it anew."
        )
    path = reverse("webhook", args=[told.says["webhook"]])
    return Letter(subject=lead, lead=lead, button=_("See what failed"), promise=promise, path=path)
