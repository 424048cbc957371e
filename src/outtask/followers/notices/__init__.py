"""Who is told what by e-mail: one rule for links, one table for the rest.

Every link that an action makes is mailed to its holder. Besides, each kind in `tellings` tells somebody who
has to know. Mails are put in line inside the follower's transaction and sent by a timed duty.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from outtask.followers.engine import EntryView, Follower
from outtask.followers.notices.letters import Letter
from outtask.followers.notices.links import letter_for, links_made, reader_of
from outtask.followers.notices.tellings import TOLD
from outtask.followers.schedule import Timed
from outtask.journal.models import Entry
from outtask.journal.reading import Told, read
from outtask.messages.post import Reader, put_in_line, send_waiting
from outtask.outtasks.models import OutTask
from outtask.people.models import MemberInvitation, Organisation
from outtask.ui.formats import moment


def follow(entry: EntryView, now: datetime) -> None:
    """Put every mail in line that this entry calls for; reading the entry twice puts none in twice."""
    told = read(Entry.objects.filter(pk=entry.id))[0]
    organisation = Organisation.objects.get(pk=told.organisation_id)
    with timezone.override(ZoneInfo(organisation.zone)):
        outtask = (
            OutTask.objects.filter(pk=told.outtask_id).select_related("owner__person", "provider").first()
        )
        for link in links_made(told):
            _put(told, reader_of(link), letter_for(link, organisation), f"link:{link.pk}", now)
        if outtask is not None and told.kind.name in TOLD:
            for reader, letter in TOLD[told.kind.name](told, outtask):
                _put(told, reader, letter, f"entry:{told.id}", now)
        if told.kind.name == "member.invited":
            _invite(told, organisation, now)


def _put(told: Told, reader: Reader, letter: Letter, dedupe: str, now: datetime) -> None:
    footer = (
        _("This link is for you alone; please do not forward it. Opening it decides nothing.")
        if reader.link
        else _("You get this because you take part in this out-task.")
    )
    put_in_line(
        told.organisation_id,
        reader,
        "notice",
        letter.subject,
        letter.context(footer),
        outtask_id=told.outtask_id,
        dedupe=dedupe,
        now=now,
    )


def _invite(told: Told, organisation: Organisation, now: datetime) -> None:
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
    _put(told, Reader(invitation.name or invitation.email, invitation.email), letter, f"entry:{told.id}", now)


FOLLOWERS = (Follower("notices", follow),)
TIMED = (Timed("mail.send", timedelta(seconds=2), send_waiting),)
