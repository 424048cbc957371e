"""The one way to write: together or not at all, once for each key, in the log of each who is concerned."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from outtask.journal import recording as recordings
from outtask.journal.appending import FORMAT, checked
from outtask.journal.kinds import Audience, Kind, KindRefused, Says, all_kinds, kind_named, register
from outtask.journal.merkle import leaf_hash
from outtask.journal.models import Entry, JournalHead, KeyUsed, Saying
from outtask.journal.reading import read
from outtask.journal.recording import NotFound, digest_of_salted, recording
from outtask.journal.verify import verify
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.lifecycle.tests import life as lives
from outtask.messages.actions import write_message
from outtask.models import Agreement, Handover, Message, OutTask, Provider
from outtask.takeback.actions import take_back
from tests.world import World

# ---- together or not at all ----


def writes_and_fails(world: World, problem: Exception) -> None:
    actor = world.actor("imke")
    with recording("provider.changed", actor=actor, on=(Provider, world.marek.pk), now=world.now) as entry:
        entry.subject.name = "Somebody else"
        entry.subject.save()
        entry.says(name=entry.keep("Somebody else"), kind="person", relation="new")
        raise problem


@pytest.mark.parametrize(
    "problem", [Refused(Refusal("no", "No.")), ValueError("a fault"), KeyboardInterrupt()]
)
def test_what_does_not_end_well_leaves_no_row_and_no_entry(world: World, problem: Exception) -> None:
    before = (
        Entry.objects.count(),
        Saying.objects.count(),
        JournalHead.objects.get(pk=world.organisation.pk).size,
    )
    with pytest.raises(type(problem)):
        writes_and_fails(world, problem)
    assert Provider.objects.get(pk=world.marek.pk).name == "Marek Solan"
    assert before == (
        Entry.objects.count(), Saying.objects.count(), JournalHead.objects.get(pk=world.organisation.pk).size,
    )  # fmt: skip


def test_an_entry_that_says_too_little_undoes_the_action(world: World) -> None:
    with (
        pytest.raises(TypeError),
        recording("sample.filled", actor=world.actor("imke"), now=world.now) as entry,
    ):
        world.marek.name = "Changed"
        world.marek.save()
        entry.says(something=1)
    assert Provider.objects.get(pk=world.marek.pk).name == "Marek Solan"


def test_a_derivation_that_fails_undoes_the_action(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(entry: Any) -> None:
        raise ValueError("cannot be derived")

    monkeypatch.setattr(recordings, "derivations", [fails])
    with (
        pytest.raises(ValueError, match="derived"),
        recording("sample.filled", actor=world.actor("imke"), now=world.now),
    ):
        world.marek.name = "Changed"
        world.marek.save()
    assert Provider.objects.get(pk=world.marek.pk).name == "Marek Solan"


def test_followers_are_woken_after_the_commit_and_only_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(recordings, "wakers", [lambda: seen.append(Entry.objects.count())])
    before = Entry.objects.count()
    with recording("sample.filled", actor=world.actor("imke"), now=world.now):
        assert seen == []
    assert seen == [before + 1]
    with pytest.raises(Refused):
        writes_and_fails(world, Refused(Refusal("no", "No.")))
    assert len(seen) == 1


def test_the_world_is_checked_before_anything_is_written(world: World) -> None:
    with (
        pytest.raises(KindRefused),
        recording("nobody.declares_this", actor=world.actor("imke"), now=world.now),
    ):
        raise AssertionError("the block must not run")


# ---- whom it is about ----


def test_a_foreign_subject_is_not_found_like_an_absent_one(world: World) -> None:
    for actor, pk in ((world.actor("oskar"), world.marek.pk), (world.actor("imke"), uuid4())):
        with (
            pytest.raises(NotFound),
            recording("provider.changed", actor=actor, on=(Provider, pk), now=world.now),
        ):
            raise AssertionError("the block must not run")


def test_an_organisation_without_a_log_is_not_found(world: World) -> None:
    actor = Actor(world.actor("imke").kind, uuid4(), id=uuid4(), role="owner")
    with pytest.raises(NotFound), recording("sample.filled", actor=actor, now=world.now):
        raise AssertionError("the block must not run")


def test_a_requester_sees_their_own_out_tasks_alone(world: World) -> None:
    mine, others = lives.draft_brief(world), lives.draft_brief(world)
    lives.owned_by(world, mine, "roisin")
    seen = OutTask.objects.visible_to(world.actor("roisin"))
    assert list(seen) == [mine.outtask]
    assert set(OutTask.objects.visible_to(world.actor("joseph"))) == {mine.outtask, others.outtask}


def test_guests_see_what_is_bound_to_their_link_alone(world: World) -> None:
    life, other = lives.handed_in(world), lives.committed(world)
    guest = life.deliver_link.actor
    assert list(OutTask.objects.visible_to(guest)) == [life.outtask]
    assert list(Agreement.objects.visible_to(guest)) == [life.agreement]
    assert list(Provider.objects.visible_to(guest)) == [world.marek]
    assert not Handover.objects.visible_to(guest).exists()
    assert other.outtask not in OutTask.objects.visible_to(guest)


# ---- two organisations ----


@pytest.fixture
def claimed(world: World) -> World:
    """Marek has an organisation of his own here."""
    Provider.objects.filter(pk=world.marek.pk).update(claimed_by=world.foreign)
    return world


def test_what_concerns_both_stands_in_both_logs(claimed: World) -> None:
    world, life = claimed, lives.committed(claimed)
    write_message(
        actor=life.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="Mind the spines."
    )
    ours, theirs = (
        Entry.objects.get(kind="message.written", organisation=organisation)
        for organisation in (world.organisation, world.foreign)
    )
    told = [json.loads(bytes(entry.body)[len(FORMAT) :]) for entry in (ours, theirs)]
    assert told[0]["event"] == told[1]["event"] == str(ours.pk)
    assert told[0]["says"] == told[1]["says"]
    assert [one["organisation"] for one in told] == [str(world.organisation.pk), str(world.foreign.pk)]
    assert theirs.pk != ours.pk and theirs.outtask_id == ours.outtask_id
    for organisation in (world.organisation, world.foreign):
        assert verify(organisation.pk).fault is None


def test_what_is_for_the_client_alone_stands_in_their_log_alone(claimed: World) -> None:
    """Asking for money is about the agreement with Marek, but his log has no limits and budgets in it."""
    lives.referred(claimed)
    kinds = set(Entry.objects.filter(organisation=claimed.foreign).values_list("kind", flat=True))
    assert "agreement.signed_by_provider" in kinds
    assert not [kind for kind in kinds if kind.startswith("request.")]
    told = {name for name in kinds if Audience.PROVIDER not in kind_named(name).audience}
    assert told == {"organisation.founded"}


# ---- idempotency keys ----


def test_a_key_is_kept_with_its_outcome(world: World) -> None:
    life = lives.committed(world)
    given: dict[str, Any] = {"actor": life.actor("imke"), "now": world.now, "outtask_id": life.outtask_id}
    first = write_message(**given, text="Once.", key="k1")
    again = write_message(**given | {"now": world.now.replace(hour=23)}, text="Once.", key="k1")
    assert again.repeated and not first.repeated
    assert (again.entry_id, again.seq, again.values) == (first.entry_id, first.seq, first.values)
    assert Message.objects.count() == 1
    used = KeyUsed.objects.get()
    assert (used.key, used.action) == ("k1", "outtask.messages.actions.write_message")


@pytest.mark.parametrize("other", ["text", "action"])
def test_the_same_key_for_something_else_is_refused(world: World, other: str) -> None:
    life = lives.committed(world)
    given: dict[str, Any] = {
        "actor": life.actor("imke"),
        "now": world.now,
        "outtask_id": life.outtask_id,
        "key": "k1",
    }
    write_message(**given, text="Once.")
    with pytest.raises(Refused) as refused:
        if other == "text":
            write_message(**given, text="Twice.")
        else:
            take_back(**given, successor="nobody")
    assert (refused.value.refusal.code, refused.value.refusal.field) == ("key_used_otherwise", "key")


def test_two_actors_may_use_the_same_key(world: World) -> None:
    life = lives.committed(world)
    for name in ("imke", "joseph"):
        write_message(
            actor=life.actor(name), now=world.now, outtask_id=life.outtask_id, text="Hello.", key="k1"
        )
    assert Message.objects.count() == 2


def test_a_refused_action_leaves_its_key_free(world: World) -> None:
    life = lives.committed(world)
    given: dict[str, Any] = {
        "actor": life.actor("imke"),
        "now": world.now,
        "outtask_id": life.outtask_id,
        "key": "k1",
    }
    with pytest.raises(Refused):
        write_message(**given, text=" ")
    assert not write_message(**given, text="Now.").repeated


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_each_time_counts(world: World, key: str | None) -> None:
    life = lives.committed(world)
    for _ in range(2):
        write_message(
            actor=life.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="Hello.", key=key
        )
    assert (Message.objects.count(), KeyUsed.objects.count()) == (2, 0)


# ---- words ----


def test_words_stand_beside_the_journal_under_a_salted_digest(world: World) -> None:
    life = lives.committed(world)
    outcome = write_message(
        actor=life.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="Mind the spines."
    )
    entry = Entry.objects.get(pk=outcome.entry_id)
    assert b"spines" not in bytes(entry.body)
    pointer = json.loads(bytes(entry.body)[len(FORMAT) :])["says"]["text"]
    saying = Saying.objects.get(pk=pointer["saying"])
    assert digest_of_salted(bytes(saying.salt), saying.text) == pointer["digest"]
    assert leaf_hash(bytes(entry.body)) == bytes(entry.leaf)
    assert lives.told(outcome).says["text"] == "Mind the spines."


def test_erased_words_are_told_as_none_and_the_proof_stays(world: World) -> None:
    life = lives.committed(world)
    outcome = write_message(
        actor=life.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="Forget me."
    )
    Saying.objects.filter(text="Forget me.").update(text="", erased_at=world.now)
    assert lives.told(outcome).says["text"] is None
    assert verify(world.organisation.pk).fault is None


def test_reading_gives_values_back_in_their_types_with_one_query_for_words(
    world: World, django_assert_num_queries: Any
) -> None:
    life = lives.part_accepted(world)
    entries = list(Entry.objects.filter(outtask_id=life.outtask_id).order_by("seq"))
    with django_assert_num_queries(1):
        told = read(entries)
    by_kind = {line.kind.name: line for line in told}
    assert by_kind["brief.written"].says == {
        "title": "Photograph 60 first editions",
        "by_when": date(2026, 12, 18),
    }
    accepted = by_kind["milestone.accepted"].says
    assert accepted["amount"] == Money(20_600, "GBP")
    assert isinstance(accepted["submission"], UUID) and accepted["number"] == 1
    assert [line.seq for line in told] == [entry.seq for entry in entries]


# ---- kinds ----


def test_declaring_the_same_kind_twice_is_fine_and_another_one_is_not() -> None:
    kind = kind_named("message.written")
    register([kind])
    with pytest.raises(KindRefused, match="twice"):
        register([Kind(kind.name, "Another sentence", dict(kind.payload))])
    assert kind_named("message.written") is kind


@pytest.mark.parametrize(
    "kind",
    [
        Kind("nounalone", "A sentence"),
        Kind("noun.verb_one", ""),
        Kind("noun.verb_two", "A sentence", audience=frozenset()),
        Kind("noun.verb_three", "Who is %(missing)s"),
        Kind("noun.verb_four", "A broken %(place"),
    ],
)
def test_a_kind_with_a_part_missing_is_refused(kind: Kind) -> None:
    with pytest.raises(KindRefused):
        register([kind])
    assert kind not in all_kinds()


VALUES: dict[Says, tuple[list[Any], list[Any]]] = {
    Says.WORDS: (
        [{"saying": str(UUID(int=7)), "digest": "ab"}],
        ["plain text", {"text": "plain text"}, {"saying": "x", "digest": "y", "also": "z"}],
    ),
    Says.MONEY: ([Money(1, "GBP")], [100, "1.00", {"minor": 1, "currency": "GBP"}]),
    Says.COUNT: ([0, 12], [True, 1.0, "1"]),
    Says.DAY: ([date(2026, 11, 24)], [datetime(2026, 11, 24, tzinfo=None), "2026-11-24"]),  # noqa: DTZ001
    Says.INSTANT: (
        [datetime.fromisoformat("2026-11-24T09:00:00Z")],
        [date(2026, 11, 24), "2026-11-24T09:00Z"],
    ),
    Says.CODE: (
        ["", "PR-26-000001-X", "Europe/London", "name by_when"],
        ["Imke Vos", "What she said.", "x" * 201, 1],
    ),
    Says.SHA256: (["0" * 64], ["0" * 63, "G" * 64, b"0" * 32]),
    Says.ID: ([UUID(int=7)], [str(UUID(int=7)), 7]),
}
PROBES = [Kind(f"probe.{says.value}", "A probe", {"value": says}) for says in Says]


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> None:
    from outtask.journal import kinds

    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))
    register(PROBES)


@pytest.mark.parametrize(
    ("says", "value"), [(says, value) for says, (good, _) in VALUES.items() for value in good]
)
def test_what_a_kind_declares_is_taken(probes: None, says: Says, value: Any) -> None:
    assert set(checked(f"probe.{says.value}", {"value": value})) == {"value"}


@pytest.mark.parametrize(
    ("says", "value"), [(says, value) for says, (_, bad) in VALUES.items() for value in bad]
)
def test_what_it_does_not_declare_never_gets_into_hashed_bytes(probes: None, says: Says, value: Any) -> None:
    with pytest.raises(TypeError):
        checked(f"probe.{says.value}", {"value": value})


@pytest.mark.parametrize("payload", [{}, {"value": 1, "more": 2}, {"other": 1}])
def test_a_payload_says_exactly_what_is_declared(probes: None, payload: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        checked("probe.count", payload)


def test_nothing_may_be_said_of_any_value(probes: None) -> None:
    for says in Says:
        assert checked(f"probe.{says.value}", {"value": None}) == {"value": None}


# ---- places in the log ----


def test_the_database_gives_each_place_once(world: World) -> None:
    entry = Entry.objects.filter(organisation=world.organisation)[0]
    entry.pk, entry._state.adding = uuid4(), True
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


def test_entries_beside_the_first_come_after_it_in_order(world: World) -> None:
    life = lives.committed(world)
    rows = Entry.objects.filter(organisation=world.organisation).order_by("seq")
    assert [row.seq for row in rows] == list(range(len(rows)))
    assert lives.kinds(life)[-2:] == ["request.committed_within_limit", "milestones.opened"]
    assert verify(world.organisation.pk).fault is None


def test_a_rule_may_answer_with_several_reasons_at_once() -> None:
    with pytest.raises(Refused) as refused:
        refuse_if(Refusal("one", "One."), None, Refusal("two", "Two."))
    assert [refusal.code for refusal in refused.value.refusals] == ["one", "two"]
