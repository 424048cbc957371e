"""Who is told of a pot that runs low, of money somebody wants to move, and of the answer."""

from __future__ import annotations

from outtask.followers.tests.test_notices import DUNSTAN, IMKE, JOSEPH, read_on
from outtask.lifecycle.tests import life as lives
from outtask.models import Budget, Mail, SeparationException
from outtask.spend.tests.test_tree import asked, decides, part
from tests.world import World

NADIA = "nadia@harbour.example"


def told(world: World, about: str) -> dict[str, str]:
    """Mails about a budget: who reads which subject."""
    read_on(world)
    rows = Mail.objects.filter(subject__contains=about).order_by("id")
    return dict(rows.values_list("to_email", "subject"))


def test_the_keeper_and_the_owners_hear_that_a_pot_runs_low(world: World) -> None:
    photographs = part(world, minor=50_000, keeper_id=world.member("dunstan").pk)
    lives.signed(world).asks(budget=photographs)
    subject = "Photographs runs low: 80% is used"
    assert told(world, "runs low") == {DUNSTAN: subject, IMKE: subject}
    mail = Mail.objects.filter(to_email=DUNSTAN).latest("id")
    assert "£88.00" in str(mail.context)
    read_on(world)
    assert Mail.objects.filter(subject=subject).count() == 2


def test_whoever_may_decide_hears_of_a_wish_and_who_asked_of_the_answer(world: World) -> None:
    photographs = part(world)
    Budget.objects.filter(pk=world.budget.pk).update(keeper=world.member("joseph"))
    pk = asked(world, world.budget, photographs, 5_000, "dunstan")
    assert told(world, "Move £50.00?").keys() == {JOSEPH, IMKE, NADIA}
    decides(world, pk, "joseph", approve=False, note="Not this year.")
    assert told(world, "not moved") == {DUNSTAN: "The money is not moved: £50.00"}
    assert "Not this year." in str(Mail.objects.filter(to_email=DUNSTAN).latest("id").context)


def test_nobody_is_told_what_they_did_themselves(world: World) -> None:
    photographs = part(world)
    SeparationException.objects.create(
        organisation=world.organisation, declared_by=world.member("imke"), reason="Alone.", since=world.now
    )
    decides(world, asked(world, world.budget, photographs, 5_000, "imke"), "imke")
    assert IMKE not in told(world, "£50.00")
