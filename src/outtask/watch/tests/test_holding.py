"""What is held, what it holds up, and who disposes of it: state and journal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from outtask.deliver.tests.underway import LOOK, Underway, a_file, begin, kept, refused, says
from outtask.journal.models import Entry
from outtask.journal.recording import NotFound, Outcome
from outtask.journal.verify import verify
from outtask.lifecycle.accounts import note_bank_account
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import WHOLE, Life
from outtask.models import BankAccount, Commitment, Hold, Invoice, Member, Payment, Provider, PurchaseRequest
from outtask.pay.actions import return_invoice
from outtask.pay.tests.test_actions import approves, invoices, pays
from outtask.people.actions import declare_exception
from outtask.spend.actions import withdraw_request
from outtask.watch.actions import dispose_hold
from outtask.watch.queries import records_for
from outtask.watch.states import Detector
from tests.world import World

IBAN, OTHER_IBAN = "GB82 WEST 1234 5698 7654 32", "NL91ABNA0417164300"


def limited(world: World, minor: int, who: str = "joseph") -> None:
    Member.objects.filter(pk=world.member(who).pk).update(limit_minor=minor)


def asks_often(world: World, *amounts: int, by: str = "joseph") -> list[tuple[Life, Outcome]]:
    """One out-task after the other, all with the same provider."""
    found = []
    for amount in amounts:
        life = lives.signed(world, lives.plain_terms(amount))
        found.append((life, life.asks(by=by)))
    return found


def split(world: World) -> Life:
    """The third of three requests, held: each is within the limit, together they are not."""
    limited(world, 100_000)
    return asks_often(world, WHOLE, WHOLE, WHOLE)[-1][0]


def disposes(world: World, by: str = "dunstan", disposition: str = "fault", **more: Any) -> Outcome:
    hold = more.pop("hold", None) or Hold.objects.latest("id")
    given: dict[str, Any] = {"disposition": disposition, "note": "Looked at all three."} | more
    return dispose_hold(actor=world.actor(by), now=world.now, hold_id=hold.pk, **given)


def note(world: World, provider: Provider, account: str, by: str = "nadia") -> None:
    note_bank_account(actor=world.actor(by), now=world.now, provider_id=provider.pk, account=account)


def held(detector: Detector) -> Hold:
    return Hold.objects.get(detector=detector, disposition="")


# ---- requests ----


def test_parts_that_are_together_above_the_limit_are_referred(world: World) -> None:
    limited(world, 100_000)
    (_, first), (_, second), (life, third) = asks_often(world, WHOLE, WHOLE, WHOLE)
    assert (first["committed"], second["committed"], third["committed"]) == (True, True, False)
    assert "perhaps one purchase in parts" in third["why"]
    request = life.request
    assert (request.state, request.decider) == ("referred", world.member("imke"))
    hold = held(Detector.SPLIT)
    assert (hold.subject_type, hold.subject_id) == ("purchaserequest", request.pk)
    assert hold.evidence == {
        "requests": [first["request"], second["request"], third["request"]],
        "total": 3 * WHOLE, "limit": 100_000, "days": 7, "alike": False,
        "by": str(world.member("joseph").person_id),
    }  # fmt: skip
    assert lives.kinds(life)[-2:] == ["request.referred", "watch.held"]
    assert says("watch.held") == {"hold": str(hold.pk), "detector": "split"}
    assert verify(world.organisation.pk).fault is None


def test_a_request_that_is_held_is_not_approved_until_somebody_looked(world: World) -> None:
    life = split(world)
    with refused("held"):
        life.approves(by="imke")
    assert Commitment.objects.count() == 2
    disposes(world, disposition="sound")
    assert life.approves(by="imke")["committed"]
    assert life.request.state == "committed"


def test_two_that_stay_within_the_limit_hold_nothing(world: World) -> None:
    limited(world, 2 * WHOLE)
    assert all(done["committed"] for _, done in asks_often(world, WHOLE, WHOLE))
    assert not Hold.objects.exists()


def test_what_was_taken_back_is_no_part(world: World) -> None:
    limited(world, 60_000)
    ((first, _),) = asks_often(world, WHOLE + 20_000)
    withdraw_request(actor=world.actor("joseph"), now=world.now, request_id=first.request.pk)
    assert asks_often(world, WHOLE)[0][1]["committed"]


def test_the_limit_of_whoever_decides_is_not_passed_in_parts_either(world: World) -> None:
    """Nadia has no limit of her own and refers to Joseph: what counts is the lowest that covers each part."""
    limited(world, 100_000)
    Member.objects.filter(pk=world.member("nadia").pk).update(reports_to=world.member("joseph"))
    done = [outcome["committed"] for _, outcome in asks_often(world, WHOLE, WHOLE, WHOLE, by="nadia")]
    assert done == [False, False, False]
    assert held(Detector.SPLIT).evidence["limit"] == 100_000


def test_where_only_an_owner_decides_there_is_no_limit_to_pass(world: World) -> None:
    asks_often(world, WHOLE, WHOLE, WHOLE, by="nadia")
    assert not Hold.objects.exists()


def test_an_owner_splits_nothing(world: World) -> None:
    assert all(done["committed"] for _, done in asks_often(world, WHOLE, WHOLE, WHOLE, by="imke"))
    assert not Hold.objects.exists()


def test_again_and_again_just_below_the_limit(world: World) -> None:
    limited(world, 50_000)
    for ago in (90, 60):
        [(life, done)] = asks_often(world, 49_000)
        assert done["committed"]
        earlier = world.now - timedelta(days=ago)
        PurchaseRequest.objects.filter(pk=life.request.pk).update(requested_at=earlier)
    assert not Hold.objects.exists()
    assert not asks_often(world, 49_500)[0][1]["committed"]
    assert held(Detector.JUST_BELOW).evidence["of"] == 5


# ---- invoices ----


@pytest.fixture
def under(world: World) -> Underway:
    under = begin(world)
    under.delivers(1)
    under.delivers(2)
    return under


def test_an_invoice_with_two_digits_swapped_is_held(world: World) -> None:
    under = begin(world, prices=[18_000, 18_000])
    under.delivers(1)
    under.delivers(2)
    first = invoices(under, 1, number="INV-42")
    second = invoices(under, 2, number="INV-24")
    hold = held(Detector.DUPLICATE)
    assert (hold.subject_type, str(hold.subject_id)) == ("invoice", second["id"])
    assert hold.evidence["invoice"] == first["id"] and hold.evidence["why"] == "digits_swapped"
    assert "by" not in hold.evidence, "a guest sent it"
    approves(under, first)
    with refused("held"):
        approves(under, second)
    disposes(world, by="imke", disposition="sound")
    approves(under, second)
    assert Invoice.objects.get(pk=second["id"]).state == "approved"


def test_the_number_of_another_provider_with_the_same_account(world: World) -> None:
    note(world, world.kestrel, IBAN)
    note(world, world.marek, IBAN)
    note(world, world.marek, OTHER_IBAN)
    for number, provider in enumerate((world.kestrel, world.marek), 1):
        under = begin(world, prices=[18_000], provider=provider, number=number)
        under.delivers(1)
        invoices(under, 1, number="INV-0042")
    assert held(Detector.DUPLICATE).evidence["shared_account"] is True


def test_another_provider_may_use_the_same_number(world: World) -> None:
    for number, provider in enumerate((world.kestrel, world.marek), 1):
        under = begin(world, prices=[18_000], provider=provider, number=number)
        under.delivers(1)
        invoices(under, 1)
    assert not Hold.objects.exists()


def test_what_was_sent_back_comes_again(under: Underway) -> None:
    sent = invoices(under, 1)
    dunstan = under.world.actor("dunstan")
    return_invoice(actor=dunstan, now=under.world.now, invoice_id=sent["id"], reason="No date.")
    invoices(under, 1)
    assert not Hold.objects.exists()


# ---- acceptances ----


def test_accepted_with_nothing_to_look_at(world: World) -> None:
    under = begin(world)
    under.hands_in(1, note="All done, believe us.")
    under.accepts(1)
    hold = held(Detector.NO_EVIDENCE)
    assert (hold.subject_type, hold.subject_id) == ("milestone", under.milestone(1).pk)
    sent = invoices(under, 1)
    with refused("held"):
        approves(under, sent)
    with refused("separate_duties"):
        disposes(world, by="nadia")
    disposes(world, disposition="sound")
    approves(under, sent)


@pytest.mark.parametrize(
    "given", [{"files": [None]}, {"links": ["https://example.org/a"]}, {"note": "Done."}]
)
def test_a_file_a_link_or_a_check_is_evidence(world: World, given: dict[str, Any]) -> None:
    under = begin(world, criteria={1: [LOOK]} if "note" in given else {})
    done = under.hands_in(1, **({"files": [a_file()]} if "files" in given else given))
    under.ticks_all(done["submission"] if "submission" in done.values else done["id"])
    under.accepts(1)
    assert not Hold.objects.exists()


# ---- payments ----


def approved(under: Underway) -> Outcome:
    sent = invoices(under, 1)
    approves(under, sent)
    return sent


def test_a_new_provider_is_not_paid_at_once(under: Underway) -> None:
    Provider.objects.filter(pk=under.world.kestrel.pk).update(added_at=under.world.now - timedelta(days=3))
    sent = approved(under)
    done = pays(under, sent)
    assert (done.kind, done["held"], done["completes"]) == ("payment.held", True, False)
    assert not Payment.objects.exists() and Invoice.objects.get().state == "approved"
    hold = held(Detector.NEW_FAST)
    assert hold.evidence == {"days": 3, "within": 7, "by": str(under.world.member("dunstan").person_id)}
    with refused("held"):
        pays(under, sent)
    with refused("separate_duties"):
        disposes(under.world, by="dunstan")
    disposes(under.world, by="imke", disposition="sound")
    assert pays(under, sent)["held"] is False
    assert Invoice.objects.get().state == "paid"
    assert verify(under.world.organisation.pk).fault is None


def test_whoever_noted_the_account_does_not_pay_to_it_unseen(under: Underway) -> None:
    owner = under.world
    note(owner, owner.kestrel, IBAN, by="imke")
    sent = invoices(under, 1)
    approves(under, sent, by="imke")
    assert pays(under, sent, by="imke")["held"]
    assert held(Detector.BANK_CHANGED).evidence["within"] == 30
    with refused("separate_duties"):
        disposes(owner, by="imke")


def test_somebody_else_pays_to_a_new_account(under: Underway) -> None:
    note(under.world, under.world.kestrel, IBAN, by="imke")
    assert pays(under, approved(under))["held"] is False
    assert not Hold.objects.exists()


def test_the_account_is_kept_and_its_digits_are_not_in_the_journal(world: World) -> None:
    note(world, world.kestrel, IBAN)
    account = BankAccount.objects.get()
    assert (account.account, account.noted_by_id) == ("GB82WEST12345698765432", world.member("nadia").pk)
    told = says("provider.bank_account_noted")
    assert kept(told["account"]) == account.account
    body = bytes(Entry.objects.get(kind="provider.bank_account_noted").body)
    assert b"765432" not in body and b"WEST" not in body
    with refused("account_same"):
        note(world, world.kestrel, "gb82west12345698765432")
    with refused("account_check_digits"):
        note(world, world.kestrel, "GB83 WEST 1234 5698 7654 32")
    with refused("account_form"):
        note(world, world.kestrel, "12-ü")
    with refused("not_allowed"):
        note(world, world.kestrel, OTHER_IBAN, by="ada")
    with pytest.raises(NotFound):
        note(world, world.kestrel, OTHER_IBAN, by="oskar")
    assert BankAccount.objects.count() == 1


# ---- disposing ----


def test_disposing_is_a_dated_fact(world: World) -> None:
    split(world)
    disposes(world)
    hold = Hold.objects.get()
    assert (hold.disposition, hold.disposed_by_id, hold.disposed_at, hold.note) == (
        "fault", world.member("dunstan").pk, world.now, "Looked at all three.",
    )  # fmt: skip
    told = says("watch.disposed")
    assert kept(told.pop("note")) == "Looked at all three."
    assert told == {"hold": str(hold.pk), "detector": "split", "disposition": "fault", "exception": 0}
    record = records_for(world.actor("imke"))[0]
    assert (record.detector, record.waiting, record.fault, record.precision) == (Detector.SPLIT, 0, 1, 1)


@pytest.mark.parametrize(
    ("by", "more", "code"),
    [
        ("joseph", {}, "separate_duties"),  # he asked
        ("roisin", {}, None),  # she does not even see it
        ("ada", {}, "not_allowed"),
        ("dunstan", {"note": " "}, "note_missing"),
        ("dunstan", {"disposition": "fine"}, "disposition_unknown"),
        ("oskar", {}, None),
    ],
)
def test_who_does_not_dispose(world: World, by: str, more: dict[str, Any], code: str | None) -> None:
    split(world)
    with refused(code) if code else pytest.raises(NotFound):
        disposes(world, by=by, **more)
    assert Hold.objects.get().disposition == ""


def test_once(world: World) -> None:
    split(world)
    disposes(world)
    with refused("disposed_already"):
        disposes(world, by="imke", disposition="sound")
    assert Hold.objects.get().disposition == "fault"


def test_a_lone_owner_uses_the_declared_exception_and_is_marked(under: Underway) -> None:
    world = under.world
    note(world, world.kestrel, IBAN, by="imke")
    Member.objects.filter(organisation=world.organisation).exclude(pk=world.member("imke").pk).update(
        left_at=world.now
    )
    declare_exception(actor=world.actor("imke"), now=world.now, reason="One person.")
    sent = invoices(under, 1)
    approves(under, sent, by="imke")
    pays(under, sent, by="imke")
    disposes(world, by="imke", disposition="sound")
    assert says("watch.disposed")["exception"] == 1
    assert pays(under, sent, by="imke")["held"] is False
