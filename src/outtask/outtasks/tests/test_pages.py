"""The list of out-tasks and the tracking page."""

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from outtask.kernel.reference import make, tracking_code
from outtask.outtasks.models import OutTask
from outtask.outtasks.states import Ending, Holder, Stage
from tests.world import World


def out(world: World, number: int, title: str, **more: Any) -> OutTask:
    given: dict[str, Any] = {
        "organisation": world.organisation,
        "reference": make("OT", 2026, number),
        "tracking_code": tracking_code(),
        "title": title,
        "owner": world.member("joseph"),
        "stage": Stage.DELIVER,
        "holder": Holder.PROVIDER,
        "next_step": "hand_in",
        "opened_at": world.now,
    }
    row: OutTask = OutTask.objects.create(**given | more)
    return row


@pytest.fixture
def some(world: World) -> dict[str, OutTask]:
    closed: dict[str, Any] = {"ending": Ending.DONE, "closed_at": world.now, "next_step": ""}
    return {
        "atlases": out(world, 1, "Repair 38 atlases", provider=world.kestrel, due_on=date(2026, 11, 20)),
        "posters": out(
            world, 2, "Print 900 labels", stage=Stage.SOURCE, holder=Holder.CLIENT, next_step="send_brief"
        ),
        "done": out(world, 3, "Match 1,150 ISBNs", **closed),
        "own": out(world, 4, "Alt text", owner=world.member("roisin"), amount_minor=6_100, currency="GBP"),
    }


def titles(page: Any) -> list[str]:
    return [row.title for row in page.context["page"]]


def test_an_empty_list_offers_the_first_brief(world: World) -> None:
    page = world.client("imke").get("/out-tasks")
    assert page.status_code == 200
    assert "Nothing is out yet." in page.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["own", "posters", "atlases"]),
        ("?stage=source", ["posters"]),
        ("?holder=provider", ["own", "atlases"]),
        ("?ending=done", ["done"]),
        ("?ending=all", ["own", "done", "posters", "atlases"]),
        ("?q=atlas", ["atlases"]),
        ("?q=000002", ["posters"]),
        ("?stage=nonsense&provider=nonsense", ["own", "posters", "atlases"]),
        ("?stage=verify", []),
    ],
)
def test_filters_live_in_the_address(
    world: World, some: dict[str, OutTask], query: str, found: list[str]
) -> None:
    page = world.client("imke").get(f"/out-tasks{query}")
    assert titles(page) == [some[name].title for name in found]
    if not found:
        assert "No out-task fits all of this." in page.content.decode()


def test_a_provider_is_a_filter_with_a_way_out(world: World, some: dict[str, OutTask]) -> None:
    page = world.client("imke").get(f"/out-tasks?provider={world.kestrel.pk}&stage=deliver")
    assert titles(page) == [some["atlases"].title]
    assert '<a class="chip" href="?stage=deliver">Kestrel Data Ltd' in page.content.decode()


def test_the_list_ends_at_the_organisation(world: World, some: dict[str, OutTask]) -> None:
    assert titles(world.client("oskar").get("/out-tasks")) == []


def test_a_requester_sees_their_own(world: World, some: dict[str, OutTask]) -> None:
    assert titles(world.client("roisin").get("/out-tasks")) == [some["own"].title]


def test_what_is_late_says_so(world: World, some: dict[str, OutTask], time_machine: Any) -> None:
    time_machine.move_to(world.now)
    text = world.client("imke").get("/out-tasks").content.decode()
    assert text.count('<span class="sub">late</span>') == 1
    assert "£61.00" in text


def test_a_long_list_turns_by_key_with_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    for number in range(1, 61):
        out(world, number, f"Task {number}", provider=world.kestrel)
    client = world.client("imke")
    with django_assert_max_num_queries(8):
        first = client.get("/out-tasks?stage=deliver")
    second = client.get("/out-tasks" + first.context["page"].next)
    assert [len(titles(first)), len(titles(second))] == [50, 10]
    assert not set(titles(first)) & set(titles(second))


def test_a_code_leads_to_its_page_however_it_is_typed(world: World, some: dict[str, OutTask]) -> None:
    code = some["atlases"].tracking_code
    answer = Client().get("/track", {"code": f" {code.lower().replace('-', ' ')} "})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/track/{code}")
    answer = Client().get(f"/track/{code.replace('-', '').lower()}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/track/{code}")


def test_strangers_see_how_far_it_is_and_no_more(world: World, some: dict[str, OutTask]) -> None:
    task = some["own"]
    OutTask.objects.filter(pk=task.pk).update(due_on=date(2031, 12, 4), provider=world.marek)
    page = Client().get(f"/track/{task.tracking_code}")
    text = page.content.decode()
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "The work is under way." in text
    assert "Thu 4 Dec 2031" in text
    assert "Harbour Row Books" in text
    for secret in ("61.00", "Roisin", "Marek", task.reference, "/out-tasks/"):
        assert secret not in text


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (Ending.DONE, "It is done."),
        (Ending.TAKEN_BACK, "It was taken back."),
        (Ending.ABANDONED, "It was closed; nobody does it now."),
    ],
)
def test_what_ended_says_how(world: World, some: dict[str, OutTask], ending: Ending, said: str) -> None:
    at = datetime.fromisoformat("2031-12-04T12:00:00Z")
    OutTask.objects.filter(pk=some["done"].pk).update(ending=ending, closed_at=at)
    text = Client().get(f"/track/{some['done'].tracking_code}").content.decode()
    assert said in text
    assert "Thu 4 Dec 2031" in text


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("4K7M-9QM2-X3TVF", 404, "Nothing here has this code."),
        ("4K7M-9QM2-X3TVA", 404, "has a slip"),
        ("hello", 404, "is not a tracking code"),
    ],
)
def test_a_wrong_code_says_what_to_do(world: World, code: str, status: int, said: str) -> None:
    page = Client().get(f"/track/{code}")
    assert page.status_code == status
    assert said in page.content.decode()
    assert 'aria-invalid="true"' in page.content.decode()


def test_a_member_may_type_a_reference(world: World, some: dict[str, OutTask]) -> None:
    reference = some["atlases"].reference
    answer = world.client("imke").get("/track", {"code": reference.lower()})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/out-tasks/{reference}")
    assert Client().get("/track", {"code": reference}).status_code == 422


def test_the_tracking_page_asks_for_a_code_and_changes_nothing(world: World) -> None:
    assert "Tracking code" in Client().get("/track").content.decode()
    assert Client().post("/track").status_code == 405
