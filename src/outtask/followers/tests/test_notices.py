"""Who is told what: every link reaches its holder once, every entry tells each of its readers once."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.followers import notices
from outtask.followers.engine import drain
from outtask.followers.notices.tellings import TOLD
from outtask.journal.kinds import all_kinds
from outtask.journal.models import Entry, FollowerCursor
from outtask.journal.reading import read
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import STAGES, Life
from outtask.messages.actions import write_message
from outtask.models import Link, Mail, Provider
from outtask.people.actions import invite_member
from outtask.people.states import Purpose
from outtask.spend.actions import answer_request
from outtask.takeback.tests.test_take_back import back
from tests.world import World


def read_on(world: World) -> None:
    drain(notices.FOLLOWERS, world.now)


def subjects(address: str) -> list[str]:
    """What somebody is told, in the order it was put in line, without the title of the out-task."""
    rows = Mail.objects.filter(to_email=address).order_by("id")
    return [subject.partition(":")[0] for subject in rows.values_list("subject", flat=True)]


MAREK, KESTREL = "marek@solan.example", "work@kestrel.example"
IMKE, JOSEPH, ROISIN, DUNSTAN = (
    f"{name}@harbour.example" for name in ("imke", "joseph", "roisin", "dunstan")
)


@pytest.mark.parametrize("stage", STAGES)
def test_every_link_that_still_acts_is_mailed_once_and_no_entry_twice(world: World, stage: str) -> None:
    STAGES[stage](world)
    read_on(world)
    first = set(Mail.objects.values_list("pk", "dedupe"))
    links = Link.objects.filter(revoked_at__isnull=True, spent_at__isnull=True)
    for link in links:
        assert Mail.objects.filter(link=link, dedupe__startswith=f"link:{link.pk}:").count() == 1
    FollowerCursor.objects.update(seq=0)
    read_on(world)
    assert set(Mail.objects.values_list("pk", "dedupe")) == first


def test_what_each_is_told_over_a_whole_life(world: World) -> None:
    life = lives.done(world)
    back(life, reason="We do it ourselves.")
    read_on(world)
    assert subjects(MAREK) == [
        "You were chosen",
        "Milestone 1 is accepted",
        "Milestone 2 is accepted",
        "Invoice INV-1 is paid",
        "The client took this work back",
    ]
    assert subjects(KESTREL) == ["Thank you; nothing more is needed"]
    assert subjects(IMKE)[:3] == [
        "Marek Solan answered your brief",
        "Kestrel Data Ltd answered your brief",
        "Both have signed",
    ]
    assert subjects(IMKE)[3:] == ["Milestone 1 was handed in", "Milestone 2 was handed in"]
    assert subjects(DUNSTAN) == ["Invoice INV-1 came in"]


def test_read_as_it_happens_every_link_arrives(world: World) -> None:
    life = lives.sent(world)
    read_on(world)
    assert subjects(KESTREL) == ["Harbour Row Books asks"]
    lives.sourcing.offered(world, life.brief, world.marek)
    proposal = life.outtask.proposals.get()
    from outtask.source.actions import award_proposal

    award_proposal(
        actor=world.actor("imke"), now=world.now, proposal_id=proposal.pk, reasons="He is careful indeed"
    )
    life.drafts()
    lives.agreeing.client_signs(world, life.agreement)
    read_on(world)
    lives.agreeing.provider_signs(world, life.agreement)
    life.asks()
    read_on(world)
    told = ["Harbour Row Books asks", "You were chosen", "Please sign", "You can begin"]
    assert sorted(subjects(MAREK)) == sorted(told)
    purposes = {mail.link.purpose for mail in Mail.objects.filter(to_email=MAREK) if mail.link}
    assert purposes == {Purpose.PROPOSE, Purpose.SIGN, Purpose.DELIVER}


def test_a_request_and_what_becomes_of_it(world: World) -> None:
    life = lives.asked(world)
    read_on(world)
    assert subjects(ROISIN)[-1] == "A question before the decision"
    answer_request(
        actor=world.actor("roisin"), now=world.now, request_id=life.request.pk, answer="He is careful."
    )
    read_on(world)
    life.approves(note="Go on.")
    read_on(world)
    assert subjects(ROISIN)[-1] == "Approved and committed"
    to_joseph = Mail.objects.filter(to_email=JOSEPH).order_by("id")
    assert [mail.link.purpose for mail in to_joseph if mail.link] == [Purpose.DECIDE, Purpose.DECIDE]
    quotes = [mail.context["quote"] for mail in Mail.objects.filter(to_email=ROISIN).order_by("id")]
    assert quotes[-2:] == ["Why Marek?", "Go on."]


def test_a_rejected_request_tells_why(world: World) -> None:
    lives.rejected(world)
    read_on(world)
    mail = Mail.objects.filter(to_email=ROISIN).latest("id")
    assert mail.subject == "Your request was rejected: Photograph 60 first editions"
    assert (mail.context["quote"], mail.context["amount"]) == ("Too dear.", "£412.00")


def test_what_is_sent_back_tells_the_points_and_the_day(world: World) -> None:
    lives.sent_back(world)
    read_on(world)
    mail = Mail.objects.filter(to_email=MAREK).latest("id")
    assert mail.context["quote"] == "Two spines are cut off."
    assert mail.context["facts"] == [["Please hand it in again by", "Wed 9 Dec"]]


def test_nobody_is_told_of_what_they_did_themselves(world: World) -> None:
    life = lives.committed(world)
    Link.objects.update(email="imke@harbour.example")
    write_message(actor=life.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="Note to self.")
    entry = Entry.objects.filter(kind="message.written").latest("seq")
    (told,) = read([entry])
    letters = list(TOLD["message.written"](told, life.outtask))
    assert [reader.link is not None for reader, _ in letters] == [True], "the provider, by their link"


def test_words_go_to_the_thread_they_were_written_in(world: World) -> None:
    life = lives.sent(world)
    guest = Link.objects.get(provider=world.kestrel).actor
    write_message(actor=guest, now=world.now, outtask_id=life.outtask_id, text="How many pages?", asks=True)
    write_message(
        actor=life.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="Sixty.",
        provider_id=world.kestrel.pk,
    )  # fmt: skip
    write_message(actor=life.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="I like Marek.")
    read_on(world)
    assert subjects(KESTREL) == ["Harbour Row Books asks", "The client wrote to you"]
    assert subjects(MAREK) == ["Harbour Row Books asks"]
    mail = Mail.objects.filter(to_email=IMKE).latest("id")
    assert mail.subject.startswith("Kestrel Data Ltd wrote to you")
    assert mail.context["path"] == f"/out-tasks/{life.outtask.reference}/thread?to={world.kestrel.pk}"


def test_an_entry_in_two_logs_is_told_once(world: World) -> None:
    Provider.objects.filter(pk=world.marek.pk).update(claimed_by=world.foreign)
    lives.part_accepted(world)
    assert Entry.objects.filter(kind="milestone.accepted").count() == 2
    read_on(world)
    assert Mail.objects.filter(subject__startswith="Milestone 1 is accepted").count() == 1
    assert not Mail.objects.filter(organisation=world.foreign).exists()


def test_a_link_that_was_closed_before_its_mail_was_written_is_not_sent(world: World) -> None:
    life = lives.referred(world)
    back(life)
    read_on(world)
    assert not Mail.objects.filter(link__isnull=False).exists()


def test_whoever_is_invited_gets_the_address_to_join_by(world: World) -> None:
    from outtask.messages.rendering import render
    from outtask.people.links import invitation_address
    from outtask.people.models import MemberInvitation

    given: dict[str, Any] = {"email": "new@harbour.example", "role": "requester"}
    invite_member(actor=world.actor("imke"), now=world.now, **given)
    read_on(world)
    mail = Mail.objects.get(to_email="new@harbour.example")
    assert mail.outtask is None
    assert invitation_address(MemberInvitation.objects.get()) in render(mail).text


def test_what_is_told_is_a_kind_that_somebody_writes() -> None:
    assert set(TOLD) <= {kind.name for kind in all_kinds()}


def test_a_provider_without_an_address_stops_nothing(world: World) -> None:
    life: Life = lives.part_accepted(world)
    Provider.objects.update(email="")
    Link.objects.update(revoked_at=world.now)
    read_on(world)
    assert life.outtask and Mail.objects.filter(to_email=IMKE).exists()
    assert not FollowerCursor.objects.filter(failures__gt=0).exists()
