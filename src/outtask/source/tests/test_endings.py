"""Closing a brief, and what the clock does when the day for answers is over."""

from datetime import date, timedelta
from typing import Any

import pytest

from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.models import Entry, Invitation, Link
from outtask.outtasks.states import Ending
from outtask.source.actions import close_brief, lapse_invitation, lapse_invitations, send_brief
from outtask.source.tests import steps

LATER = timedelta(days=4)


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusal.code


def test_closing_ends_what_was_asked(world: Any) -> None:
    brief = steps.sent(world)
    proposal = steps.offered(world, brief, world.marek)
    close_brief(actor=world.actor("imke"), now=world.now, brief_id=brief.pk, reason="We do it ourselves")
    for row in (brief, proposal, brief.outtask):
        row.refresh_from_db()
    assert (brief.state, proposal.state, brief.outtask.ending) == ("closed", "not_chosen", Ending.ABANDONED)
    assert not Link.objects.filter(revoked_at__isnull=True).exists()


def test_what_led_to_a_choice_is_taken_back_not_closed(world: Any) -> None:
    brief = steps.awarded(world)
    with pytest.raises(Refused) as refused:
        close_brief(actor=world.actor("imke"), now=world.now, brief_id=brief.pk, reason="We do it ourselves")
    assert code(refused) == "take_back_instead"


def test_the_clock_lets_unanswered_invitations_lapse(world: Any) -> None:
    brief = steps.sent(world)
    steps.offered(world, brief, world.marek)
    ticking = clock(world.organisation.pk)
    assert lapse_invitations(actor=ticking, now=world.now) == 0
    assert lapse_invitations(actor=ticking, now=world.now + LATER) == 1
    assert lapse_invitations(actor=ticking, now=world.now + LATER) == 0
    states = {row.provider_id: row.state for row in Invitation.objects.all()}
    assert states == {world.marek.pk: "answered", world.kestrel.pk: "lapsed"}
    entry = Entry.objects.get(kind="invitation.lapsed")
    assert (entry.actor_kind, entry.outtask_id) == ("clock", brief.outtask_id)


def test_who_missed_the_day_can_be_asked_again(world: Any) -> None:
    brief = steps.sent(world, world.kestrel)
    lapse_invitations(actor=clock(world.organisation.pk), now=world.now + LATER)
    send_brief(
        actor=world.actor("imke"),
        now=world.now + LATER,
        brief_id=brief.pk,
        version=brief.version,
        provider_ids=[world.kestrel.pk],
        answer_by=date(2026, 12, 4),
    )
    assert steps.invitation(brief, world.kestrel).round == 2
    assert steps.offered(world, brief, world.kestrel, now=world.now + LATER).pk


def test_a_member_does_not_let_anything_lapse(world: Any) -> None:
    brief = steps.sent(world)
    with pytest.raises(Refused) as refused:
        lapse_invitation(
            actor=world.actor("imke"),
            now=world.now + LATER,
            invitation_id=steps.invitation(brief, world.marek).pk,
        )
    assert code(refused) == "clock_only"
