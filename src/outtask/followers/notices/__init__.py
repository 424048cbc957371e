"""Who is told what by e-mail: one rule for links, one table for the rest.

Every link that an action makes is mailed to its holder. Besides, each kind in `tellings` tells somebody who
has to know. Mails are put in line inside the follower's transaction and sent by a timed duty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from outtask.followers.engine import Follower
from outtask.followers.notices import absences, budgets, prices, subscriptions, webhooks
from outtask.followers.notices.letters import Letter
from outtask.followers.notices.links import letter_for, links_made, reader_of
from outtask.followers.notices.tellings import TOLD
from outtask.followers.schedule import Timed
from outtask.journal.reading import Told
from outtask.messages.addresses import replies_reach_us
from outtask.messages.post import Notice, Reader, put_in_line, send_waiting
from outtask.outtasks.models import OutTask
from outtask.people.models import MemberInvitation, Organisation
from outtask.ui.formats import moment

type Caused = tuple[str, Reader, Letter]
"""What a mail is about, so that it is written once; for whom; and what it says."""


def follow(told: Told, now: datetime) -> None:
    """Put every mail in line that this entry calls for; reading the entry twice puts none in twice."""
    organisation = Organisation.objects.get(pk=told.organisation_id)
    with timezone.override(ZoneInfo(organisation.zone)):
        for cause, reader, letter in _mails(told, organisation):
            put_in_line(
                reader,
                Notice(letter.subject, letter.context(_footer(reader))),
                organisation_id=told.organisation_id,
                outtask_id=told.outtask_id,
                cause=cause,
                now=now,
            )


def _mails(told: Told, organisation: Organisation) -> Iterator[Caused]:
    if told.kind.name == "member.invited":
        yield from _invitation(told, organisation)
    for room in (absences, budgets, prices, subscriptions, webhooks):
        if told.kind.name in room.TOLD:
            for reader, letter in room.letters(told):
                yield f"entry:{told.id}", reader, letter
    # An entry that concerns two organisations is read in both logs; who has the out-task tells of it.
    outtask = (
        OutTask.objects.filter(pk=told.outtask_id, organisation=organisation)
        .select_related("owner__person", "provider")
        .first()
    )
    if outtask is None:
        return
    for link in links_made(told):
        yield f"link:{link.pk}", reader_of(link), letter_for(link, organisation)
    if told.kind.name in TOLD:
        for reader, letter in TOLD[told.kind.name](told, outtask):
            yield f"entry:{told.id}", reader, letter


def _footer(reader: Reader) -> str:
    if reader.link is not None:
        text = _("This link is for you alone; please do not forward it. Opening it decides nothing.")
    elif reader.member is not None:
        text = _("You get this because you take part in this out-task.")
    else:
        text = _("You get this because somebody there named you.")
    if (reader.link or reader.member) and replies_reach_us():
        text += " " + _("You can answer this mail: your words go into the thread.")
    return text


def _invitation(told: Told, organisation: Organisation) -> Iterator[Caused]:
    invitation = (
        MemberInvitation.objects.filter(pk=told.says["invitation"])
        .select_related("invited_by__person")
        .first()
    )
    if invitation is None:
        return
    letter = Letter(
        subject=_("%(name)s invites you to %(organisation)s")
        % {"name": invitation.invited_by.name, "organisation": organisation.name},
        lead=_("Join %(organisation)s on Outtask") % {"organisation": organisation.name},
        facts=(
            (_("Your role"), invitation.role.replace("_", " ")),
            (_("Works until"), moment(invitation.expires_at)),
        ),
        button=_("Join"),
        promise=_("You choose a name and a password there."),
        more={"invitation": str(invitation.pk)},
    )
    yield f"entry:{told.id}", Reader(invitation.name or invitation.email, invitation.email), letter


FOLLOWERS = (Follower("notices", follow),)
TIMED = (Timed("mail.send", timedelta(seconds=2), send_waiting),)
