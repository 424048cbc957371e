"""Writing, sending, answering, choosing: what is written and what the journal tells."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from outtask.journal.recording import NotFound
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.models import Award, Brief, Entry, Invitation, Link, OutTask, Proposal
from outtask.outtasks.actions import title_of
from outtask.outtasks.states import Holder, Stage
from outtask.source.actions import (
    award_proposal,
    decline_invitation,
    edit_brief,
    propose,
    send_brief,
    withdraw_proposal,
    write_brief,
)
from outtask.source.tests import steps


def kinds(outtask_id: object) -> list[str]:
    return list(Entry.objects.filter(outtask_id=outtask_id).order_by("seq").values_list("kind", flat=True))


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusal.code


# ---- writing ----


def test_a_brief_begins_an_outtask(world: Any) -> None:
    outcome = write_brief(actor=world.actor("roisin"), now=world.now, need=steps.NEED)
    outtask = OutTask.objects.get(pk=outcome["outtask_id"])
    brief = Brief.objects.get(pk=outcome["brief_id"])
    assert outtask.reference == outcome["reference"] == "OT-26-000001-F" or outtask.reference.startswith(
        "OT-26-000001-"
    )
    assert outtask.title == "Photograph 60 first editions"
    assert outtask.owner == world.member("roisin")
    assert (outtask.stage, outtask.holder, outtask.next_step) == (Stage.SOURCE, Holder.CLIENT, "send_brief")
    assert (brief.state, brief.version, brief.budget_minor, brief.currency) == ("draft", 1, 50_000, "GBP")
    assert [row["kind"] for row in brief.criteria] == ["file_present", "by_hand"]
    assert kinds(outtask.pk) == ["brief.written"]
    assert steps.entry_says(outcome)["by_when"] == "2026-12-18"


def test_references_count_up_within_an_organisation(world: Any) -> None:
    ours = [steps.written(world).outtask.reference[:12] for _ in range(3)]
    theirs = steps.written(world, by="oskar").outtask.reference[:12]
    assert ours == ["OT-26-000001", "OT-26-000002", "OT-26-000003"]
    assert theirs == "OT-26-000001"


def test_a_refused_brief_gives_its_number_back(world: Any) -> None:
    with pytest.raises(Refused):
        write_brief(actor=world.actor("imke"), now=world.now, need=steps.need(what=" "))
    assert steps.written(world).outtask.reference.startswith("OT-26-000001-")
    assert Brief.objects.count() == 1


def test_the_same_key_writes_one_brief(world: Any) -> None:
    first = write_brief(actor=world.actor("imke"), now=world.now, key="k1", need=steps.NEED)
    again = write_brief(actor=world.actor("imke"), now=world.now, key="k1", need=steps.NEED)
    assert again.repeated and again["brief_id"] == first["brief_id"] and Brief.objects.count() == 1
    with pytest.raises(Refused) as refused:
        write_brief(actor=world.actor("imke"), now=world.now, key="k1", need=steps.need(what="Other"))
    assert code(refused) == "key_used_otherwise"


@pytest.mark.parametrize(
    ("who", "may"), [("roisin", True), ("joseph", True), ("ada", False), ("dunstan", False)]
)
def test_who_may_write_a_brief(world: Any, who: str, may: bool) -> None:
    if may:
        assert steps.written(world, by=who).pk
    else:
        with pytest.raises(Refused) as refused:
            steps.written(world, by=who)
        assert code(refused) == "not_allowed"


def test_a_process_of_another_organisation_does_not_exist(world: Any) -> None:
    with pytest.raises(NotFound):
        write_brief(actor=world.actor("imke"), now=world.now, need=steps.NEED, process_id=uuid4())


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("One line", "One line"),
        ("\n  First \nSecond", "First"),
        ("word " * 40, ("word " * 23).strip() + "…"),
        ("x" * 200, "x" * 119 + "…"),
    ],
)
def test_the_title_is_the_first_line(text: str, title: str) -> None:
    assert title_of(text) == title and len(title_of(text)) <= 120


# ---- changing ----


def test_an_edit_makes_a_version_and_a_title(world: Any) -> None:
    brief = steps.written(world)
    outcome = edit_brief(
        actor=world.actor("imke"),
        now=world.now,
        brief_id=brief.pk,
        version=1,
        need=steps.need(what="Scan 60 maps"),
    )
    brief.refresh_from_db()
    assert (brief.version, brief.what, brief.outtask.title) == (2, "Scan 60 maps", "Scan 60 maps")
    assert steps.entry_says(outcome) == {"version": 2, "by_when": "2026-12-18"}


def test_an_edit_of_what_changed_meanwhile_is_refused(world: Any) -> None:
    brief = steps.written(world)
    edit_brief(
        actor=world.actor("joseph"),
        now=world.now,
        brief_id=brief.pk,
        version=1,
        need=steps.need(what="A b c"),
    )
    with pytest.raises(Refused) as refused:
        edit_brief(actor=world.actor("imke"), now=world.now, brief_id=brief.pk, version=1, need=steps.NEED)
    assert code(refused) == "changed_meanwhile"
    brief.refresh_from_db()
    assert (brief.what, brief.version) == ("A b c", 2)


def test_more_time_counts_for_everybody_who_was_asked(world: Any) -> None:
    brief = steps.sent(world)
    later = steps.ANSWER_BY + timedelta(days=3)
    edit_brief(
        actor=world.actor("imke"),
        now=world.now,
        brief_id=brief.pk,
        version=brief.version,
        need=steps.need(answer_by=later),
    )
    assert set(Invitation.objects.values_list("answer_by", flat=True)) == {later}
    brief.refresh_from_db()
    with pytest.raises(Refused) as refused:
        edit_brief(
            actor=world.actor("imke"),
            now=world.now,
            brief_id=brief.pk,
            version=brief.version,
            need=steps.need(answer_by=steps.ANSWER_BY),
        )
    assert code(refused) == "less_time"


def test_a_requester_changes_only_their_own(world: Any) -> None:
    brief = steps.written(world)
    with pytest.raises(NotFound):
        edit_brief(actor=world.actor("roisin"), now=world.now, brief_id=brief.pk, version=1, need=steps.NEED)


# ---- sending ----


def test_sending_asks_each_provider_by_a_link_of_their_own(world: Any) -> None:
    brief = steps.written(world)
    outcome = steps.send(world, brief, world.marek, world.kestrel)
    brief.refresh_from_db()
    assert (brief.state, brief.answer_by) == ("sent", steps.ANSWER_BY)
    assert brief.outtask.holder == Holder.PROVIDER
    assert [str(row.pk) for row in Invitation.objects.order_by("id")] == outcome["invitation_ids"]
    links = Link.objects.order_by("id")
    assert [(row.purpose, row.email, row.outtask_id) for row in links] == [
        ("propose", "marek@solan.example", brief.outtask_id),
        ("propose", "work@kestrel.example", brief.outtask_id),
    ]
    assert kinds(brief.outtask_id) == ["brief.written", "brief.sent", "invitation.sent", "invitation.sent"]


def test_sending_to_more_later_and_again_to_who_declined(world: Any) -> None:
    brief = steps.sent(world, world.marek)
    decline_invitation(
        actor=steps.guest(brief, world.marek),
        now=world.now,
        invitation_id=steps.invitation(brief, world.marek).pk,
        reason="No time before Christmas",
    )
    old = steps.link(brief, world.marek)
    steps.send(world, brief, world.kestrel, world.marek)
    assert steps.invitation(brief, world.marek).round == 2
    old.refresh_from_db()
    assert old.revoked_at == world.now
    assert steps.link(brief, world.marek).pk != old.pk


def test_a_stale_brief_is_not_sent(world: Any) -> None:
    brief = steps.written(world)
    edit_brief(
        actor=world.actor("imke"),
        now=world.now,
        brief_id=brief.pk,
        version=1,
        need=steps.need(what="Other work"),
    )
    with pytest.raises(Refused) as refused:
        steps.send(world, brief, world.marek)
    assert code(refused) == "changed_meanwhile"
    assert not Invitation.objects.exists() and not Link.objects.exists()


def test_a_provider_of_another_organisation_does_not_exist(world: Any) -> None:
    theirs = steps.written(world, by="oskar")
    with pytest.raises(NotFound):
        send_brief(
            actor=world.actor("oskar"),
            now=world.now,
            brief_id=theirs.pk,
            version=1,
            provider_ids=[world.marek.pk],
            answer_by=steps.ANSWER_BY,
        )


# ---- answering ----


def test_an_offer_is_kept_as_given(world: Any) -> None:
    brief = steps.sent(world)
    proposal = steps.offered(world, brief, world.marek, steps.offer(41_200, parts=3))
    assert (proposal.version, proposal.state, proposal.price_minor) == (1, "offered", 41_200)
    assert [row["amount_minor"] for row in proposal.milestones] == [13_733, 13_733, 13_734]
    assert steps.invitation(brief, world.marek).state == "answered"
    brief.outtask.refresh_from_db()
    assert brief.outtask.next_step == "choose_proposal"


def test_a_changed_offer_replaces_the_one_before(world: Any) -> None:
    brief = steps.sent(world)
    first = steps.offered(world, brief, world.marek)
    second = steps.offered(world, brief, world.marek, steps.offer(39_000))
    first.refresh_from_db()
    assert (first.state, second.version, second.state) == ("withdrawn", 2, "offered")
    assert kinds(brief.outtask_id)[-2:] == ["proposal.offered", "proposal.changed"]


def test_the_day_for_answers_is_firm_in_the_clients_zone(world: Any) -> None:
    brief = steps.sent(world)
    last_minute = world.now.replace(day=27, hour=23, minute=59)
    assert steps.offered(world, brief, world.marek, now=last_minute).pk
    with pytest.raises(Refused) as refused:
        steps.offered(world, brief, world.kestrel, now=last_minute + timedelta(minutes=1))
    assert code(refused) == "answer_late"


def test_declining_takes_the_offer_away_and_can_be_undone(world: Any) -> None:
    brief = steps.sent(world)
    proposal = steps.offered(world, brief, world.marek)
    asked = steps.invitation(brief, world.marek)
    guest = steps.guest(brief, world.marek)
    decline_invitation(actor=guest, now=world.now, invitation_id=asked.pk, reason="Too much on my desk")
    proposal.refresh_from_db()
    asked.refresh_from_db()
    assert (proposal.state, asked.state, asked.decline_reason) == (
        "withdrawn",
        "declined",
        "Too much on my desk",
    )
    assert steps.offered(world, brief, world.marek).version == 2
    asked.refresh_from_db()
    assert (asked.state, asked.decline_reason) == ("answered", "")


def test_withdrawing_an_offer_leaves_the_invitation_open(world: Any) -> None:
    brief = steps.sent(world)
    proposal = steps.offered(world, brief, world.marek)
    withdraw_proposal(actor=steps.guest(brief, world.marek), now=world.now, proposal_id=proposal.pk)
    asked = steps.invitation(brief, world.marek)
    assert (asked.state, asked.answered_at) == ("sent", None)
    brief.outtask.refresh_from_db()
    assert brief.outtask.next_step == "wait_for_proposals"


def test_a_guest_sees_and_touches_only_their_own(world: Any) -> None:
    brief = steps.sent(world)
    theirs = steps.offered(world, brief, world.kestrel)
    marek = steps.guest(brief, world.marek)
    assert list(Proposal.objects.visible_to(marek)) == []
    assert list(Invitation.objects.visible_to(marek)) == [steps.invitation(brief, world.marek)]
    with pytest.raises(NotFound):
        withdraw_proposal(actor=marek, now=world.now, proposal_id=theirs.pk)
    with pytest.raises(NotFound):
        propose(
            actor=marek,
            now=world.now,
            invitation_id=steps.invitation(brief, world.kestrel).pk,
            offer=steps.offer(),
        )


def test_a_member_cannot_answer_for_a_provider(world: Any) -> None:
    brief = steps.sent(world)
    with pytest.raises(Refused) as refused:
        propose(
            actor=world.actor("imke"),
            now=world.now,
            invitation_id=steps.invitation(brief, world.marek).pk,
            offer=steps.offer(),
        )
    assert code(refused) == "not_allowed"


# ---- choosing ----


def test_choosing_passes_the_others_over(world: Any) -> None:
    brief = steps.sent(world)
    chosen = steps.offered(world, brief, world.marek)
    other = steps.offered(world, brief, world.kestrel)
    outcome = award_proposal(
        actor=world.actor("imke"), now=world.now, proposal_id=chosen.pk, reasons=steps.REASONS
    )
    for row in (chosen, other, brief, brief.outtask):
        row.refresh_from_db()
    assert (chosen.state, other.state, brief.state) == ("chosen", "not_chosen", "awarded")
    assert brief.outtask.provider == world.marek
    assert (brief.outtask.amount_minor, brief.outtask.currency) == (41_200, "GBP")
    assert (brief.outtask.stage, brief.outtask.next_step) == (Stage.AGREE, "write_agreement")
    assert steps.invitation(brief, world.kestrel).state == "withdrawn"
    assert steps.link(brief, world.kestrel).revoked_at == world.now
    assert steps.link(brief, world.marek).revoked_at is None
    award = Award.objects.get()
    assert (award.reasons, award.awarded_by) == (steps.REASONS, world.member("imke"))
    said = steps.entry_says(outcome)
    assert said["price"] == {"minor": 41_200, "currency": "GBP"} and said["passed_over"] == 1
    assert "digest" in said["reasons"]
    assert kinds(brief.outtask_id)[-3:] == ["proposal.awarded", "invitation.ended", "provider.chosen"]


def test_the_second_of_two_who_choose_is_told_who_was_chosen(world: Any) -> None:
    brief = steps.sent(world)
    first, second = (steps.offered(world, brief, one) for one in (world.marek, world.kestrel))
    award_proposal(actor=world.actor("imke"), now=world.now, proposal_id=first.pk, reasons=steps.REASONS)
    with pytest.raises(Refused) as refused:
        award_proposal(
            actor=world.actor("joseph"), now=world.now, proposal_id=second.pk, reasons=steps.REASONS
        )
    assert code(refused) == "already_awarded" and "Marek Solan" in str(refused.value)
    assert Award.objects.count() == 1


def test_a_choice_needs_reasons_and_the_right(world: Any) -> None:
    brief = steps.sent(world)
    proposal = steps.offered(world, brief, world.marek)
    with pytest.raises(Refused) as refused:
        award_proposal(actor=world.actor("imke"), now=world.now, proposal_id=proposal.pk, reasons="cheap")
    assert refused.value.refusal.field == "reasons"
    with pytest.raises(Refused) as refused:
        award_proposal(
            actor=world.actor("dunstan"), now=world.now, proposal_id=proposal.pk, reasons=steps.REASONS
        )
    assert code(refused) == "not_allowed"


def test_nobody_answers_after_the_choice(world: Any) -> None:
    brief = steps.awarded(world)
    with pytest.raises(Refused) as refused:
        steps.offered(world, brief, world.marek, steps.offer(90_000))
    assert code(refused) == "already_chosen"


def test_an_offer_that_was_replaced_cannot_be_chosen(world: Any) -> None:
    brief = steps.sent(world)
    first = steps.offered(world, brief, world.marek)
    steps.offered(world, brief, world.marek, steps.offer(39_000))
    with pytest.raises(Refused) as refused:
        award_proposal(actor=world.actor("imke"), now=world.now, proposal_id=first.pk, reasons=steps.REASONS)
    assert code(refused) == "offer_gone"


def test_an_offer_in_another_currency_is_kept_in_it(world: Any) -> None:
    brief = steps.sent(world)
    proposal = steps.offered(world, brief, world.kestrel, steps.offer(46_500, currency="EUR"))
    assert Money(proposal.price_minor, proposal.currency) == Money(46_500, "EUR")
