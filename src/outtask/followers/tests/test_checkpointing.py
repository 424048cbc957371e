"""Checkpoints reach the other party with what binds, and each night when something of theirs is new."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from outtask.followers import checkpointing
from outtask.followers.engine import drain
from outtask.journal import signing
from outtask.journal.bundles import Bundle, follow
from outtask.journal.checkpoints import Inconsistent
from outtask.journal.models import Checkpoint, Entry, FollowerCursor, SentCheckpoint, SkippedEntry
from outtask.journal.notes import VerifierKey
from outtask.journal.recording import recording
from outtask.journal.tests.growing import grow
from outtask.kernel.money import Money
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import Life
from outtask.messages.rendering import render
from outtask.models import Link, Mail, OutTask
from tests.world import World

MAREK = "marek@solan.example"


def read_on(world: World, now: Any = None) -> None:
    drain(checkpointing.FOLLOWERS, now or world.now)


def mails() -> list[Mail]:
    return list(Mail.objects.filter(template="checkpoint").order_by("id"))


def kept() -> list[Bundle]:
    """What the other party finds in the mails they were sent, as plain text and as a whole."""
    return [Bundle.parse(render(mail).text) for mail in mails()]


def key(world: World) -> VerifierKey:
    return signing.signer_for(world.organisation.pk).verifier


def step(world: World, life: Life, what: Any) -> None:
    what(life)
    read_on(world)


def test_each_binding_step_brings_a_checkpoint_and_all_of_them_are_one_history(world: World) -> None:
    life = lives.drafted(world)
    step(world, life, Life.signs)
    step(world, life, Life.asks)
    step(world, life, lambda one: (one.hands_in(), one.accepts()))
    step(world, life, lambda one: (one.invoices(), one.pays()))
    assert {mail.to_email for mail in mails()} == {MAREK}
    assert len(mails()) == 3
    found = kept()
    assert follow(found, key(world)).faults == ()
    assert [one.old_size for one in found] == [0, *(one.head.size for one in found[:-1])]
    assert [row.checkpoint.size for row in SentCheckpoint.objects.order_by("id")] == [
        one.head.size for one in found
    ]


def test_what_the_mail_says(world: World) -> None:
    lives.done(world)
    read_on(world)
    [mail] = mails()
    rendered = render(mail)
    for text in (rendered.text, rendered.html.replace("&#x27;", "'")):
        assert str(key(world)) in text
        assert "signed version 1 for the client" in text
    assert "/proofs" in rendered.text and mail.link is not None
    assert "Keep this mail" in rendered.subject


def test_reading_again_sends_nothing_again(world: World) -> None:
    lives.done(world)
    read_on(world)
    first = set(Mail.objects.values_list("pk", flat=True))
    FollowerCursor.objects.update(seq=0)
    read_on(world)
    assert set(Mail.objects.values_list("pk", flat=True)) == first
    assert Checkpoint.objects.count() == 1


def test_a_provider_without_an_address_gets_none_and_the_log_is_sealed_all_the_same(world: World) -> None:
    lives.done(world)
    world.marek.__class__.objects.filter(pk=world.marek.pk).update(email="")
    read_on(world)
    assert (mails(), Checkpoint.objects.count()) == ([], 1)


def test_a_log_that_was_changed_is_not_sealed_and_the_entry_becomes_a_dead_letter(world: World) -> None:
    life = lives.drafted(world)
    step(world, life, Life.signs)
    Entry.objects.filter(organisation=world.organisation, seq=1).update(leaf=bytes(32))
    life.asks()
    life.hands_in()
    life.accepts()
    for tries in range(10):
        read_on(world, world.now + timedelta(hours=tries))
    assert Checkpoint.objects.count() == 1
    assert "does not go on from the checkpoint" in SkippedEntry.objects.get().error


# --- in the night ------------------------------------------------------------------------------------


def night(world: World, number: int = 1) -> None:
    checkpointing.nightly(world.now + timedelta(days=number))


def test_each_log_that_grew_is_sealed_once_its_day_is_over(world: World) -> None:
    checkpointing.nightly(world.now - timedelta(days=29))
    assert Checkpoint.objects.count() == 2  # both organisations, founded the day before
    lives.sent(world)
    checkpointing.nightly(world.now - timedelta(days=29))
    assert Checkpoint.objects.count() == 2
    night(world)
    assert Checkpoint.objects.count() == 3
    night(world, 2)
    assert Checkpoint.objects.count() == 3
    assert mails() == []


def test_a_provider_hears_in_the_night_only_of_what_concerns_them(world: World) -> None:
    life = lives.committed(world)
    read_on(world)
    night(world)
    sent = len(mails())
    assert sent == 1  # with the signatures, and nothing came after them
    lives.sent(world)  # another out-task, which nobody has yet
    night(world, 2)
    assert len(mails()) == sent
    assert Checkpoint.objects.filter(organisation=world.organisation).count() == 2
    life.hands_in()
    night(world, 3)
    assert len(mails()) == sent + 1
    night(world, 4)
    assert len(mails()) == sent + 1
    assert follow(kept(), key(world)).faults == ()


def test_whoever_lost_the_work_long_ago_hears_nothing(world: World) -> None:
    lives.done(world)
    checkpointing.nightly(world.now + timedelta(days=60))
    assert Checkpoint.objects.filter(organisation=world.organisation).exists()
    assert mails() == []


def test_what_only_the_client_reads_is_no_news_for_the_provider(world: World) -> None:
    life = lives.committed(world)
    read_on(world)
    before = len(mails())
    with recording(
        "agreement.drafted", actor=life.actor("imke"), on=(OutTask, life.outtask_id), now=world.now
    ) as entry:
        entry.says(version=2, amount=Money(1, "GBP"), sha256="0" * 64)
    night(world)
    assert Checkpoint.objects.filter(organisation=world.organisation).count() == 2
    assert len(mails()) == before


def test_one_log_that_cannot_be_sealed_holds_up_no_other(world: World) -> None:
    night(world)
    lives.sent(world)
    Entry.objects.filter(organisation=world.organisation, seq=1).update(leaf=bytes(32))
    grow(world.foreign.pk, 1, world.now)
    with pytest.raises(Inconsistent):
        night(world, 2)
    assert Checkpoint.objects.filter(organisation=world.foreign).count() == 2
    assert Checkpoint.objects.filter(organisation=world.organisation).count() == 1


def test_a_revoked_link_is_not_mailed(world: World) -> None:
    lives.done(world)
    Link.objects.update(revoked_at=world.now)
    read_on(world)
    [mail] = mails()
    assert mail.link is None and mail.to_email == MAREK
    assert "/proofs" not in render(mail).text
