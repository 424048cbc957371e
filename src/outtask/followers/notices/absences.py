"""Mail to whoever is to decide in somebody's place, and when that is over before its day."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.followers.notices.letters import Letter, Mailing
from outtask.journal.reading import Told
from outtask.messages.post import Reader
from outtask.people.models import Delegation, Member
from outtask.ui.formats import day, money

TOLD = frozenset({"delegation.made", "delegation.ended"})


def letters(told: Told) -> Iterator[Mailing]:
    """To both of them, but not to whoever noted or ended it."""
    row = Delegation.objects.select_related("giver__person", "taker__person").get(pk=told.says["delegation"])
    for member in (row.taker, row.giver):
        if member.pk != told.actor_id and member.left_at is None:
            yield Reader(member.name, member.person.email, member=member), _letter(told, row, member)


def _letter(told: Told, row: Delegation, reader: Member) -> Letter:
    names = {"taker": row.taker.name, "giver": row.giver.name}
    made = told.kind.name == "delegation.made"
    if made and reader.pk == row.taker_id:
        lead = _("You decide in the place of %(giver)s") % names
        promise = _("What waits for them waits for you then. Each decision tells in whose place it was.")
    elif made:
        lead = _("%(taker)s decides in your place") % names
        promise = _("End it on the page whenever you are back, and everything is yours again at once.")
    else:
        lead = _("%(taker)s no longer decides in the place of %(giver)s") % names
        promise = _("What waits goes to %(giver)s again.") % names
    facts = [(_("From"), day(row.starts_on)), (_("To the end of"), day(row.ends_on))]
    if made and told.says["up_to"] is not None:
        facts.append((_("At most, for one need"), money(told.says["up_to"])))
    return Letter(
        subject=lead,
        lead=lead,
        facts=tuple(facts) if made else (),
        button=_("See absences"),
        promise=promise,
        path=reverse("absences"),
    )
