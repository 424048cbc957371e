"""Drafting, changing, signing, objecting: what is written and what the journal tells."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from outtask.agree.actions import (
    complete,
    draft_agreement,
    end,
    enter_into_force,
    object_to_agreement,
    revise_agreement,
    sign_as_client,
    sign_as_provider,
)
from outtask.agree.documents import Terms
from outtask.agree.models import Agreement, AgreementVersion, ServiceLevel, Signature
from outtask.agree.tests import steps
from outtask.agree.tests.papers import terms
from outtask.journal.recording import recording
from outtask.kernel.refusal import Refused
from outtask.models import Entry
from outtask.outtasks.states import Holder, Stage
from outtask.source.tests import steps as sourcing


def revised(
    world: Any, agreement: Agreement, new: Terms, by: str = "imke", note: str = "As agreed on the phone"
) -> Any:
    agreement.refresh_from_db()
    return revise_agreement(
        actor=world.actor(by),
        now=world.now,
        agreement_id=agreement.pk,
        version=agreement.version,
        terms=new,
        change_note=note,
    )


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusal.code


def kinds(agreement: Agreement) -> list[str]:
    rows = Entry.objects.filter(outtask_id=agreement.outtask_id, kind__startswith="agreement.")
    return list(rows.order_by("seq").values_list("kind", flat=True))


def test_a_draft_is_made_from_the_brief_and_the_proposal(world: Any) -> None:
    agreement = steps.drafted(world)
    version = steps.current(agreement)
    assert (agreement.state, agreement.version, agreement.amount_minor) == ("draft", 1, 41_200)
    assert agreement.provider == world.marek and agreement.award.outtask_id == agreement.outtask_id
    assert version.sha256 == hashlib.sha256(bytes(version.body)).hexdigest()
    assert (agreement.outtask.stage, agreement.outtask.next_step) == (Stage.AGREE, "sign_agreement")
    assert kinds(agreement) == ["agreement.drafted"]


def test_there_is_one_agreement_at_a_time(world: Any) -> None:
    agreement = steps.drafted(world)
    with pytest.raises(Refused) as refused:
        draft_agreement(actor=world.actor("imke"), now=world.now, outtask_id=agreement.outtask_id)
    assert code(refused) == "drafted_already"
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.create(
            organisation=world.organisation,
            outtask=agreement.outtask,
            provider=world.marek,
            amount_minor=1,
            currency="GBP",
            made_at=world.now,
        )


def test_nothing_is_drafted_before_a_choice_or_without_the_right(world: Any) -> None:
    brief = sourcing.sent(world)
    with pytest.raises(Refused) as refused:
        draft_agreement(actor=world.actor("imke"), now=world.now, outtask_id=brief.outtask_id)
    assert code(refused) == "nobody_chosen"
    with pytest.raises(Refused) as refused:
        draft_agreement(actor=world.actor("ada"), now=world.now, outtask_id=brief.outtask_id)
    assert code(refused) == "not_allowed"


def test_the_same_key_drafts_once(world: Any) -> None:
    brief = sourcing.awarded(world)
    given = {"actor": world.actor("imke"), "now": world.now, "key": "d1", "outtask_id": brief.outtask_id}
    first = draft_agreement(**given)
    assert draft_agreement(**given)["agreement_id"] == first["agreement_id"]
    assert Agreement.objects.count() == 1


def test_both_sign_and_it_is_signed(world: Any) -> None:
    agreement = steps.drafted(world)
    steps.client_signs(world, agreement)
    agreement.refresh_from_db()
    assert agreement.state == "offered" and agreement.outtask.holder == Holder.PROVIDER
    link = steps.sign_link(agreement)
    assert (link.version, link.email, link.revoked_at) == (1, "marek@solan.example", None)
    steps.provider_signs(world, agreement)
    agreement.refresh_from_db()
    agreement.outtask.refresh_from_db()
    link.refresh_from_db()
    assert (agreement.state, agreement.signed_at, link.spent_at) == ("signed", world.now, world.now)
    assert (agreement.outtask.stage, agreement.outtask.next_step) == (Stage.APPROVE, "ask_to_spend")
    rows = {row.party: row for row in Signature.objects.all()}
    assert (rows["client"].name, rows["client"].member) == ("Imke Vos", world.member("imke"))
    assert (rows["provider"].name, rows["provider"].link) == ("Marek Solan", link)
    assert {row.sha256 for row in rows.values()} == {steps.current(agreement).sha256}
    assert kinds(agreement) == [
        "agreement.drafted",
        "agreement.signed_by_client",
        "agreement.signed_by_provider",
        "agreement.signed",
    ]


@pytest.mark.parametrize(("version", "sha256"), [(2, None), (0, None), (1, "0" * 64)])
def test_only_the_exact_version_that_was_read_is_signed(world: Any, version: int, sha256: str | None) -> None:
    agreement = steps.drafted(world)
    real = steps.current(agreement).sha256
    with pytest.raises(Refused) as refused:
        sign_as_client(
            actor=world.actor("imke"),
            now=world.now,
            agreement_id=agreement.pk,
            version=version,
            sha256=sha256 or real,
        )
    assert code(refused) == "not_what_was_read"
    steps.client_signs(world, agreement)
    with pytest.raises(Refused) as refused:
        sign_as_provider(
            actor=steps.guest(agreement),
            now=world.now,
            agreement_id=agreement.pk,
            version=version,
            sha256=sha256 or real,
            name="Marek Solan",
        )
    assert code(refused) == "not_what_was_read"
    assert Signature.objects.count() == 1


def test_a_new_version_needs_both_signatures_again(world: Any) -> None:
    agreement = steps.signed(world)
    old = steps.sign_link(agreement)
    revised(world, agreement, terms())
    agreement.refresh_from_db()
    assert (agreement.state, agreement.version, agreement.signed_at) == ("draft", 2, None)
    old.refresh_from_db()
    assert old.revoked_at == world.now
    steps.client_signs(world, agreement)
    with pytest.raises(Refused) as problem:
        sign_as_provider(
            actor=old.actor,
            now=world.now,
            agreement_id=agreement.pk,
            version=2,
            sha256=steps.current(agreement).sha256,
            name="Marek Solan",
        )
    assert problem.value.refusal.code == "link_revoked"
    steps.provider_signs(world, agreement)
    agreement.refresh_from_db()
    assert agreement.state == "signed" and Signature.objects.count() == 4


def test_the_bytes_of_a_version_never_change(world: Any) -> None:
    def digest() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT body FROM outtask_agreementversion WHERE number = 1")
            return hashlib.sha256(bytes(cursor.fetchone()[0])).hexdigest()

    agreement = steps.drafted(world)
    before = digest()
    steps.client_signs(world, agreement)
    object_to_agreement(
        actor=steps.guest(agreement),
        now=world.now,
        agreement_id=agreement.pk,
        version=1,
        reason="The date is too early",
    )
    revised(world, agreement, terms())
    steps.client_signs(world, agreement)
    steps.provider_signs(world, agreement)
    revised(world, agreement, terms(notice_days=30))
    assert digest() == before == AgreementVersion.objects.get(number=1).sha256
    assert list(AgreementVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


def test_an_objection_brings_the_draft_back(world: Any) -> None:
    agreement = steps.drafted(world)
    steps.client_signs(world, agreement)
    first = steps.sign_link(agreement)
    object_to_agreement(
        actor=first.actor, now=world.now, agreement_id=agreement.pk, version=1, reason="The date is too early"
    )
    agreement.refresh_from_db()
    assert agreement.state == "draft"
    with pytest.raises(Refused) as refused:
        steps.provider_signs(world, agreement)
    assert code(refused) == "being_changed"
    # The client may hold to the version: their yes to it still stands, the provider gets a new link.
    steps.client_signs(world, agreement)
    assert Signature.objects.filter(party="client").count() == 1
    assert steps.sign_link(agreement).pk != first.pk
    steps.provider_signs(world, agreement)


def test_a_stale_revision_is_refused_and_so_is_one_that_says_nothing(world: Any) -> None:
    agreement = steps.drafted(world)
    revised(world, agreement, terms())
    with pytest.raises(Refused) as refused:
        revise_agreement(
            actor=world.actor("joseph"),
            now=world.now,
            agreement_id=agreement.pk,
            version=1,
            terms=terms(notice_days=5),
            change_note="",
        )
    assert code(refused) == "changed_meanwhile"
    with pytest.raises(Refused) as refused:
        revised(world, agreement, terms())
    assert code(refused) == "nothing_changed"


def test_the_amount_follows_the_version(world: Any) -> None:
    agreement = steps.drafted(world)
    dearer = replace(terms().milestones[0], amount=terms().milestones[0].amount.scaled(2))
    revised(world, agreement, terms(milestones=(dearer,)))
    agreement.refresh_from_db()
    agreement.outtask.refresh_from_db()
    assert agreement.amount_minor == agreement.outtask.amount_minor == 41_200
    assert AgreementVersion.objects.get(number=2).change_note == "As agreed on the phone"


@pytest.mark.parametrize("act", ["client", "provider"])
def test_a_guest_and_a_member_cannot_take_each_others_part(world: Any, act: str) -> None:
    agreement = steps.drafted(world)
    steps.client_signs(world, agreement)
    version = steps.current(agreement)
    seen = {"agreement_id": agreement.pk, "version": 1, "sha256": version.sha256, "now": world.now}
    with pytest.raises(Refused) as refused:
        if act == "client":
            sign_as_client(actor=steps.guest(agreement), **seen)
        else:
            sign_as_provider(actor=world.actor("imke"), name="Imke Vos", **seen)
    assert code(refused) == "not_allowed"


def test_another_provider_sees_nothing_of_it(world: Any) -> None:
    agreement = steps.drafted(world)
    kestrel = sourcing.guest(agreement.outtask.brief, world.kestrel)
    for model in (Agreement, AgreementVersion, Signature):
        assert not model.objects.visible_to(kestrel).exists()
    assert not Agreement.objects.visible_to(world.actor("oskar")).exists()


def test_in_force_promises_are_measured_and_the_end_closes_links(world: Any) -> None:
    agreement = steps.signed(world, terms())
    with recording(
        "agreement.signed", actor=world.actor("imke"), on=(Agreement, agreement.pk), now=world.now
    ) as entry:
        enter_into_force(entry, entry.subject)
    agreement.refresh_from_db()
    assert agreement.state == "in_force"
    levels = ServiceLevel.objects.order_by("order").values_list("order", "metric", "comparator")
    assert list(levels) == [(1, "on_time", ">="), (2, "response_hours", "<=")]
    with pytest.raises(Refused) as refused:
        revised(world, agreement, terms(notice_days=5))
    assert code(refused) == "in_force"
    with recording(
        "agreement.signed", actor=world.actor("imke"), on=(Agreement, agreement.pk), now=world.now
    ) as entry:
        complete(entry, entry.subject)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.ended_at) == ("ended", world.now)
    with pytest.raises(Refused) as refused:
        draft_agreement(actor=world.actor("imke"), now=world.now, outtask_id=agreement.outtask_id)
    assert code(refused) == "drafted_already"


def test_it_can_end_from_any_state_before(world: Any) -> None:
    agreement = steps.drafted(world)
    steps.client_signs(world, agreement)
    with recording(
        "agreement.signed", actor=world.actor("imke"), on=(Agreement, agreement.pk), now=world.now
    ) as entry:
        end(entry, entry.subject)
    agreement.refresh_from_db()
    assert agreement.state == "ended" and steps.sign_link(agreement).revoked_at == world.now
