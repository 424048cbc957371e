"""Mail to whoever holds a subscription: that it renews while it can be cancelled, and that it is over."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.catalogue.models import Subscription
from outtask.followers.notices.letters import Letter, Mailing
from outtask.journal.reading import Told
from outtask.messages.post import Reader
from outtask.people.models import Member
from outtask.people.states import Role
from outtask.ui.formats import day, money

TOLD = frozenset({"subscription.warned", "subscription.ended"})
EXPECTED = "cancelled"


def letters(told: Told) -> Iterator[Mailing]:
    """To its holder, or to the owners when the holder is gone; nobody is told of what they asked for."""
    row: Subscription = Subscription.objects.select_related("item__provider", "member__person").get(
        pk=told.subject_id
    )
    if told.says.get("why") == EXPECTED:
        return
    letter = _renews(told, row) if told.kind.name == "subscription.warned" else _ended(told, row)
    for member in _readers(row):
        yield Reader(member.name, member.person.email, member=member), letter


def _readers(row: Subscription) -> list[Member]:
    if row.member.left_at is None:
        return [row.member]
    owners = Member.objects.filter(organisation_id=row.organisation_id, role=Role.OWNER, left_at=None)
    return list(owners.select_related("person"))


def _renews(told: Told, row: Subscription) -> Letter:
    said = {"name": told.says["name"] or row.item.name, "day": day(told.says["renews_on"])}
    price = told.says["price"]
    return Letter(
        subject=_("%(name)s renews on %(day)s") % said,
        lead=_("%(name)s renews on %(day)s") % said,
        amount=money(price) if price is not None else "",
        what=_("From %(provider)s. The price is without tax.") % {"provider": row.item.provider.name},
        facts=((_("Cancel until"), day(told.says["last_day"])),),
        button=_("Keep or cancel"),
        promise=_("If you do nothing it is ordered again in your name, within the same limits as always."),
        path=reverse("subscriptions"),
        more={"footer": _footer()},
    )


def _ended(told: Told, row: Subscription) -> Letter:
    said = {"name": told.says["name"] or row.item.name}
    return Letter(
        subject=_("%(name)s has ended") % said,
        lead=_("%(name)s has ended") % said,
        what=_("From %(provider)s.") % {"provider": row.item.provider.name},
        quote=told.says["reason"] or "",
        button=_("See subscriptions"),
        promise=_("It can be ordered again from the catalogue while it is sold there."),
        path=f"{reverse('subscriptions')}?show=ended",
        more={"footer": _footer()},
    )


def _footer() -> str:
    return _("You get this because the subscription is in your name, or you own the organisation.")
