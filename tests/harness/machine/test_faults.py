"""What must always be true can be false: deliberate faults, each seen by the invariant named beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import hypothesis
import pytest
from django.db import DataError, connection, transaction
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from outtask.deliver.actions import accept_milestone, deciding, hand_in, open_milestones
from outtask.journal import appending, recording
from outtask.kernel.money import Money
from outtask.lifecycle import spending
from outtask.lifecycle.spending import approve_request
from outtask.models import (
    Agreement,
    AgreementVersion,
    Budget,
    Delegation,
    Entry,
    Invitation,
    KeyUsed,
    Member,
    Milestone,
    PurchaseRequest,
    Signature,
    Tuning,
)
from outtask.people.actions import close_link, delegate
from outtask.people.states import Purpose
from outtask.source.actions import decline_invitation
from outtask.spend import rules as spend_rules
from outtask.spend.actions import authorise, close_books, ledger, open_part, set_limit, tree
from outtask.spend.actions.ledger import put
from outtask.takeback.actions import handovers, take_back
from outtask.watch.actions import tune_watch
from outtask.watch.tuning_rules import USUAL
from tests.harness.invariants import House, broken, deep, standing
from tests.harness.invariants.facts import unexplained
from tests.harness.machine.stage import found
from tests.harness.machine.test_machine import SEED, SETTINGS, WholeLife
from tests.harness.races.setting import Hand, link_to

type Patch = pytest.MonkeyPatch
type Fault = Callable[[Hand, Patch], None]


@pytest.fixture
def hand(db: None, now: Any) -> Hand:
    return Hand(found(now), now)


def accepts(hand: Hand, milestone: Milestone, by: str = "nadia") -> None:
    accept_milestone(**hand.by(by), milestone_id=milestone.pk, submission_number=1)


def takes_back(hand: Hand, outtask_id: UUID) -> None:
    take_back(**hand.by("imke"), outtask_id=outtask_id, successor="nobody")


def nothing(*given: Any, **named: Any) -> None:
    """A rule that never says no, a part that does nothing."""


# ---- the faults ----


def a_release_is_skipped(hand: Hand, patch: Patch) -> None:
    patch.setattr(handovers, "release", lambda entry, commitment: Money(commitment.open_minor, "GBP"))
    takes_back(hand, hand.handed_in().outtask_id)


def links_stay_open(hand: Hand, patch: Patch) -> None:
    patch.setattr(handovers, "revoke_links", lambda now, **which: 0)
    takes_back(hand, hand.handed_in().outtask_id)


def a_posting_is_skipped(hand: Hand, patch: Patch) -> None:
    milestone = hand.handed_in()
    patch.setattr(ledger, "post", nothing)
    accepts(hand, milestone)


def a_sum_is_not_carried(hand: Hand, patch: Patch) -> None:
    Budget.objects.filter(pk=hand.world.budget.pk).update(owed_minor=1)


def the_requester_approves(hand: Hand, patch: Patch) -> None:
    hand.owner = "roisin"
    request = hand.money_asked()
    for name in ("may", "why_not_duty"):
        patch.setattr(spending, name, nothing)
    patch.setattr(spend_rules, "why_not_decide", nothing)
    patch.setattr(spending, "why_not_within", nothing)
    approve_request(**hand.by("roisin"), request_id=request.pk, version=1)


def the_requester_accepts(hand: Hand, patch: Patch) -> None:
    milestone = hand.handed_in()
    patch.setattr(deciding, "why_not_duty", nothing)
    accepts(hand, milestone, by="joseph")


def who_delivered_accepts(hand: Hand, patch: Patch) -> None:
    request = hand.money_asked()
    milestone = Milestone.objects.get(agreement_id=request.agreement_id)
    hand_in(**hand.by("nadia"), milestone_id=milestone.pk, note="They sent it by post.")
    patch.setattr(deciding, "why_not_duty", nothing)
    accepts(hand, milestone)


def time_accepts(hand: Hand, patch: Patch) -> None:
    Milestone.objects.filter(pk=hand.handed_in().pk).update(state="accepted")


def an_entry_is_forgotten(hand: Hand, patch: Patch) -> None:
    milestone = hand.handed_in()
    forget(patch, "milestone.accepted")
    accepts(hand, milestone)


def forget(patch: Patch, kind: str) -> None:
    """Let the journal drop every line of a kind."""
    append = appending.append

    def forgetful(head: Any, lines: Any, *given: Any, **named: Any) -> int:
        return append(head, [line for line in lines if line.kind != kind], *given, **named)

    patch.setattr(recording, "append", forgetful)


def a_state_changes_in_silence(hand: Hand, patch: Patch) -> None:
    PurchaseRequest.objects.filter(pk=hand.money_asked().pk).update(state="void")


def an_entry_is_rewritten(hand: Hand, patch: Patch) -> None:
    entry = Entry.objects.filter(kind="provider.added").first()
    assert entry is not None
    body = bytes(entry.body).replace(b"firm", b"frim")
    Entry.objects.filter(pk=entry.pk).update(body=body)


def the_last_entry_is_cut_off(hand: Hand, patch: Patch) -> None:
    Entry.objects.filter(organisation=hand.world.organisation).latest("seq").delete()


def the_other_log_is_forgotten(hand: Hand, patch: Patch) -> None:
    patch.setattr(Agreement, "concerns", ("organisation_id",))
    hand.world.marek = hand.world.kestrel  # whose people have claimed it
    hand.offered_to_sign()


def what_was_signed_is_changed(hand: Hand, patch: Patch) -> None:
    version = hand.offered_to_sign()
    AgreementVersion.objects.filter(pk=version.pk).update(body=bytes(version.body).replace(b"60", b"90"))


def a_signature_is_missing(hand: Hand, patch: Patch) -> None:
    request = hand.money_asked()
    Signature.objects.filter(version__agreement_id=request.agreement_id, party="provider").delete()


def a_row_leads_to_another_tenant(hand: Hand, patch: Patch) -> None:
    foreign = Budget.objects.get(organisation=hand.world.foreign)
    PurchaseRequest.objects.filter(pk=hand.money_asked().pk).update(budget=foreign)


def a_link_opens_what_is_anothers(hand: Hand, patch: Patch) -> None:
    link = link_to(Invitation.objects.get(brief__outtask_id=hand.asked(hand.world.marek)).pk, Purpose.PROPOSE)
    oskar = hand.world.member("oskar").pk
    type(link).objects.filter(pk=link.pk).update(subject_type="member", subject_id=oskar)


def a_closed_link_acts(hand: Hand, patch: Patch) -> None:
    invitation = Invitation.objects.get(brief__outtask_id=hand.asked(hand.world.marek))
    link = link_to(invitation.pk, Purpose.PROPOSE)
    guest = link.actor
    close_link(**hand.by("nadia"), link_id=link.pk)
    patch.setattr(recording, "admissions", [])
    decline_invitation(actor=guest, now=hand.now, invitation_id=invitation.pk, reason="No time this month.")


def a_key_gives_another_outcome(hand: Hand, patch: Patch) -> None:
    nadia = hand.world.member("nadia")
    outcome = {"kind": "", "entry_id": str(nadia.pk), "seq": 0, "values": {}}
    KeyUsed.objects.create(
        organisation=hand.world.organisation, actor_id=nadia.pk, key="k", action="", digest="",
        outcome=outcome, at=hand.now,
    )  # fmt: skip


def a_limit_is_ignored(hand: Hand, patch: Patch) -> None:
    hand.owner = "roisin"
    patch.setattr(spending, "why_not_within", nothing)
    hand.money_asked()


def a_limit_of_the_day_is_ignored(hand: Hand, patch: Patch) -> None:
    amount = Money(1, "GBP")
    whose = hand.world.member("joseph").pk
    set_limit(**hand.by("nadia"), member_id=whose, period="day", amount=amount)
    patch.setattr(spending, "why_not_within", nothing)
    hand.money_asked()


def somebody_decides_in_a_place_that_is_not_theirs(hand: Hand, patch: Patch) -> None:
    hand.owner = "roisin"
    request = hand.money_asked()
    day = hand.now.date()
    whose = {"giver_id": hand.world.member("joseph").pk, "taker_id": hand.world.member("petra").pk}
    made = delegate(**hand.by("joseph"), **whose, starts_on=day, ends_on=day)
    approve_request(**hand.by("petra"), request_id=request.pk, version=1)
    Delegation.objects.filter(pk=made["id"]).update(ends_on=day - timedelta(days=1), starts_on=hand.day(-2))


def work_begins_twice(hand: Hand, patch: Patch) -> None:
    def twice(*given: Any) -> Any:
        opened = open_milestones(*given)
        first = opened[0]
        Milestone.objects.filter(pk=first.pk).update(amount_minor=first.amount_minor + 1)
        return opened

    patch.setattr(spending, "open_milestones", twice)
    hand.money_asked()


def money_is_made_between_pots(hand: Hand, patch: Patch) -> None:
    patch.setattr(tree, "move", lambda entry, source, target, amount: put(entry, target, amount))
    part = {"name": "Part", "amount": Money(5_000, "GBP")}
    open_part(**hand.by("dunstan"), parent_id=hand.world.budget.pk, **part)


def a_closed_day_is_posted_on(hand: Hand, patch: Patch) -> None:
    close_books(**hand.by("dunstan"), through=hand.now.date() - timedelta(days=1))
    earlier = hand.now - timedelta(days=2)
    patch.setattr(ledger, "_why_not_today", nothing)
    given = {"budget_id": hand.world.budget.pk, "amount": Money(1, "GBP")}
    authorise(**hand.by("dunstan") | {"now": earlier}, **given)


def a_low_pot_is_silent(hand: Hand, patch: Patch) -> None:
    hand.money_asked()
    free = Budget.objects.get(pk=hand.world.budget.pk).free_minor
    forget(patch, "budget.running_low")
    given = {"budget_id": hand.world.budget.pk, "amount": Money(-free, "GBP")}
    authorise(**hand.by("dunstan"), **given)


def somebody_is_gone_without_a_word(hand: Hand, patch: Patch) -> None:
    Member.objects.filter(pk=hand.world.member("ada").pk).update(left_at=hand.now)


def a_detector_is_tuned_in_silence(hand: Hand, patch: Patch) -> None:
    tune_watch(**hand.by("nadia"), terms=replace(USUAL, split_days=8), version=0, reason="Twice a week.")
    Tuning.objects.update(split_days=1)


FAULTS: dict[Fault, str] = {
    a_release_is_skipped: "what_was_taken_back_is_dead",
    links_stay_open: "what_was_taken_back_is_dead",
    a_posting_is_skipped: "entries_move_what_they_tell",
    a_sum_is_not_carried: "budgets_are_the_sum_of_their_postings",
    the_requester_approves: "one_decision_a_request_and_never_by_who_asked",
    the_requester_accepts: "one_duty_a_person",
    who_delivered_accepts: "who_delivered_never_verified",
    time_accepts: "silence_accepts_nothing",
    an_entry_is_forgotten: "every_entry_has_its_row_and_every_row_its_entry",
    a_state_changes_in_silence: "the_journal_told_again_leads_to_the_same_states",
    an_entry_is_rewritten: "logs_are_whole",
    the_last_entry_is_cut_off: "logs_are_whole",
    the_other_log_is_forgotten: "the_other_party_reads_what_concerns_it",
    what_was_signed_is_changed: "what_was_signed_stays",
    a_signature_is_missing: "both_signed_what_binds",
    a_row_leads_to_another_tenant: "one_tenant_along_every_foreign_key",
    a_link_opens_what_is_anothers: "one_tenant_along_what_links_open",
    a_closed_link_acts: "nothing_acts_after_its_end",
    a_key_gives_another_outcome: "keys_are_used_once",
    a_limit_is_ignored: "deciders_keep_to_their_limits",
    a_limit_of_the_day_is_ignored: "nobody_promises_more_than_their_limits",
    somebody_decides_in_a_place_that_is_not_theirs: "nobody_decides_in_a_place_they_were_not_given",
    work_begins_twice: "commitments_follow_the_work",
    money_is_made_between_pots: "pots_and_their_parts_neither_make_nor_lose_money",
    a_closed_day_is_posted_on: "nothing_is_posted_on_a_closed_day",
    a_low_pot_is_silent: "a_pot_that_runs_low_says_so",
    a_detector_is_tuned_in_silence: "what_is_looked_for_was_told",
    somebody_is_gone_without_a_word: "the_journal_told_again_leads_to_the_same_states",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_each_fault_is_seen(hand: Hand, monkeypatch: Patch, fault: Fault) -> None:
    assert broken() == []
    fault(hand, monkeypatch)
    assert FAULTS[fault] in {wrong.partition(":")[0] for wrong in broken()}


def test_a_text_longer_than_its_column_is_seen(hand: Hand) -> None:
    budgets = Budget.objects.filter(pk=hand.world.budget.pk)
    if connection.vendor == "postgresql":
        with pytest.raises(DataError), transaction.atomic():
            budgets.update(name="x" * 201)
    else:
        budgets.update(name="x" * 201)
        assert any(wrong.startswith("every_text_fits_its_column") for wrong in broken())


def test_a_standing_that_is_not_derived_is_seen(hand: Hand, monkeypatch: Patch) -> None:
    assert standing(House.now()) == []
    monkeypatch.setattr(recording, "derivations", [])
    hand.asked(hand.world.marek)
    assert standing(House.now())


def test_what_is_lawful_is_left_alone(hand: Hand) -> None:
    """A life to its end, and one taken back: nothing is said against them."""
    hand.to_pay()
    takes_back(hand, hand.handed_in().outtask_id)
    assert deep() == []


def test_every_kind_of_entry_stands_for_something() -> None:
    assert unexplained() == []


@pytest.mark.parametrize("fault", ["an entry is forgotten", "nothing is derived"])
def test_the_machine_finds_a_fault_by_itself(transactional_db: None, monkeypatch: Patch, fault: str) -> None:
    if fault == "nothing is derived":
        monkeypatch.setattr(recording, "derivations", [])
    else:
        forget(monkeypatch, "invitation.sent")
    # It ends with the first life in which the fault shows.
    some = settings(SETTINGS, max_examples=60, phases=SETTINGS.phases[:1], report_multiple_bugs=False)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(hypothesis.seed(SEED)(WholeLife), settings=some)
