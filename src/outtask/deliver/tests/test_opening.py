"""Milestones open when the money is promised, and are cancelled when work stops."""

from outtask.deliver.actions import cancel_milestones, open_delivery
from outtask.deliver.tests.underway import A_CSV, LOOK, begin
from outtask.journal.models import Entry
from outtask.journal.recording import recording
from outtask.models import Agreement, Link, Milestone
from outtask.people.states import Purpose
from tests.world import World


def test_milestones_are_those_of_the_signed_version(world: World) -> None:
    under = begin(world, prices=(18_000, 84_000), criteria={2: [A_CSV, LOOK]})
    first, second = Milestone.objects.order_by("order")
    assert (first.order, first.amount_minor, first.currency, first.state) == (1, 18_000, "GBP", "open")
    assert first.criteria == []
    assert [criterion["kind"] for criterion in second.criteria] == ["file_present", "by_hand"]
    assert second.agreement_version == under.agreement.version == 1


def test_the_provider_gets_a_link_bound_to_the_version(world: World) -> None:
    under = begin(world)
    assert (under.link.name, under.link.email) == ("Kestrel Data Ltd", "work@kestrel.example")
    assert (under.link.purpose, under.link.version) == (Purpose.DELIVER, 1)
    opened = Entry.objects.get(kind="milestones.opened")
    assert str(under.link.pk) in bytes(opened.body).decode()


def test_opening_again_closes_the_link_of_the_version_before(world: World) -> None:
    under = begin(world)
    kind = "request.withdrawn"
    with recording(
        kind, actor=world.actor("imke"), on=(Agreement, under.agreement.pk), now=world.now
    ) as entry:
        open_delivery(entry, under.agreement)
        entry.says(request="PR-26-000001-X")
    links = Link.objects.filter(purpose=Purpose.DELIVER).order_by("made_at", "id")
    assert [link.revoked_at is None for link in links] == [False, True]


def test_cancelling_tells_what_was_open_and_leaves_what_was_accepted(world: World) -> None:
    under = begin(world, prices=(100, 200, 300))
    under.delivers(1)
    under.hands_in(2)
    kind = "request.withdrawn"
    with recording(
        kind, actor=world.actor("imke"), on=(Agreement, under.agreement.pk), now=world.now
    ) as entry:
        stopped = cancel_milestones(entry, under.agreement)
        entry.says(request="PR-26-000001-X")
    assert [(item["title"], item["state"], item["amount_minor"]) for item in stopped] == [
        ("Records, part 2", "handed_in", 200),
        ("Records, part 3", "open", 300),
    ]
    assert [one.state for one in Milestone.objects.order_by("order")] == [
        "accepted",
        "cancelled",
        "cancelled",
    ]
    assert Entry.objects.filter(kind="milestone.cancelled").count() == 2
    assert Link.objects.get(pk=under.link.pk).revoked_at is None
