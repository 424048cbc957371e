"""Reports on pages, as CSV, and over the API: for every role, with days that make sense or do not."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.test import Client

from outtask.api.tests.callers import Caller, token_for
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.orders import buys
from outtask.models import Budget, Member, Provider, PurchaseRequest
from outtask.spend.reports import wording
from outtask.spend.reports.choice import Chosen, SingleSource
from outtask.spend.reports.figures import By, Line, Measure, Report, Sums
from outtask.spend.tests.test_pages import sound
from tests.world import World

SPEND = "/budgets/reports"
DAYS = "since=2026-01-01&until=2026-12-31"
SHEET, DECISIONS, CHOICE = f"{SPEND}.csv?{DAYS}", f"{SPEND}/decisions?{DAYS}", f"{SPEND}/single-source?{DAYS}"
SHEETS = (SHEET, f"{SPEND}/decisions.csv?{DAYS}", f"{SPEND}/single-source.csv?{DAYS}")
PAGES = (*(f"{SPEND}?{DAYS}&by={by}" for by in By), DECISIONS, CHOICE)


def _without_days(addresses: tuple[str, ...]) -> list[str]:
    return [address.partition("?")[0] for address in addresses]


@pytest.mark.parametrize("who", ["imke", "roisin", "ada", "oskar"])
def test_every_report_opens_for_every_role(world: World, who: str) -> None:
    lives.part_paid(world)
    lives.referred(world).approves()
    client = world.client(who)
    for address in PAGES:
        sound(client.get(address))
    for address in SHEETS:
        assert client.get(address).status_code == 200


def test_money_of_others_is_on_no_page_of_a_requester(world: World) -> None:
    lives.part_paid(world)
    client = world.client("roisin")
    for address in (*PAGES, *SHEETS):
        assert "412.00" not in client.get(address).content.decode()
    assert "No money of your out-tasks" in sound(client.get(PAGES[0]))


def test_figures_and_how_they_are_counted(world: World) -> None:
    lives.part_paid(world)
    page = sound(world.client("ada").get(PAGES[0]))
    assert "Marek Solan" in page
    assert "£412.00" in page and "£206.00" in page
    assert "A promise counts on its day" in page
    assert "Europe/London" in page


def test_three_decisions_have_a_middle_and_two_a_reason(world: World) -> None:
    for _ in range(2):
        lives.referred(world).approves()
    client = world.client("imke")
    assert "fewer than 3 decisions" in sound(client.get(DECISIONS))
    lives.referred(world).approves()
    assert "fewer than 3 decisions" not in sound(client.get(DECISIONS))


def test_the_share_of_single_source_names_its_cases(world: World) -> None:
    lives.committed(world)
    page = sound(world.client("imke").get(CHOICE))
    assert "0 of 1" in page
    assert "0.0%" in page


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("since=2026-02-01&until=2026-01-01", "The last day is before the first"),
        ("since=2010-01-01&until=2026-01-01", "Choose 10 calendar years at most"),
        ("since=soon", "Enter a day such as"),
        ("since=1500-01-01", "Enter a day between"),
    ],
)
def test_days_that_need_another_look(world: World, days: str, said: str) -> None:
    client = world.client("imke")
    for address in (SPEND, f"{SPEND}/decisions", f"{SPEND}/single-source", *_without_days(SHEETS)):
        assert said in sound(client.get(f"{address}?{days}"), 422)


def test_an_address_that_makes_no_sense_is_the_usual_report(world: World) -> None:
    lives.part_paid(world)
    client = world.client("imke")
    for query in (
        "by=moon&sort=stars&page=-1",
        "page=99",
        "page=9999999999999",
        "sort=-",
        "until=2026-12-31",
    ):
        assert "Marek Solan" in sound(client.get(f"{SPEND}?{query}"))


def test_rows_are_paged_and_sorted(world: World) -> None:
    """More providers than a page holds, each with one small commitment of the ledger's test."""
    from outtask.kernel.money import Money
    from outtask.spend.tests.test_ledger import committed

    for number in range(53):
        made = committed(world, world.budget, Money(100 + number, "GBP"), 100 + number)
        made.agreement.provider = Provider.objects.create(
            organisation=world.organisation, kind="firm", name=f"Firm {number:02}", added_at=world.now
        )
        made.agreement.save()
    client = world.client("ada")
    first, second = sound(client.get(PAGES[0])), sound(client.get(f"{SPEND}?{DAYS}&page=2"))
    assert re.findall(r"Firm \d\d</a>", first)[0] == "Firm 52</a>"
    assert re.findall(r"Firm \d\d</a>", second) == ["Firm 02</a>", "Firm 01</a>", "Firm 00</a>"]
    assert "page=2" in first and "page=1" in second
    by_name = sound(client.get(f"{SPEND}?{DAYS}&sort=name"))
    assert re.findall(r"Firm \d\d</a>", by_name)[0] == "Firm 00</a>"
    assert 'aria-sort="ascending"' in by_name
    assert "47 others" in first, "the chart sums up what it does not draw"


def test_the_csv_is_the_table(world: World) -> None:
    lives.part_paid(world)
    answer = world.client("dunstan").get(f"{SHEET}&by=budget")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="spend-by-budget-2026-01-01-2026-12-31.csv"' in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert row["budget"] == Budget.objects.get(pk=row["id"]).name
    assert [row[measure] for measure in Measure] == ["412.00", "206.00", "206.00", "0.00"]


def decided(world: World, *minutes: int, by: str = "joseph") -> Client:
    """Decisions that took so many minutes each; a browser of Ada, who audits."""
    Member.objects.filter(pk=world.member("joseph").pk).update(limit_minor=10**7)
    for ago in minutes:
        life = lives.referred(world)
        asked = PurchaseRequest.objects.filter(pk=life.request.pk)
        asked.update(requested_at=world.now - timedelta(minutes=ago))
        life.approves(by=by)
    return world.client("ada")


def test_the_csv_of_decisions_is_exact_to_the_quarter_of_a_minute(world: World) -> None:
    decided(world, 1, 2, 4, 8)
    answer = decided(world, 5, by="imke").get(SHEETS[1])
    assert 'filename="decisions-2026-01-01-2026-12-31.csv"' in answer.headers["Content-Disposition"]
    joseph, imke, everybody = csv.DictReader(io.StringIO(answer.content.decode()))
    assert joseph == {
        "decided_by": "Joseph Adeyemi", "id": str(world.member("joseph").pk), "decisions": "4",
        "quarter_within_minutes": "1.75", "half_within_minutes": "3", "three_quarters_within_minutes": "5",
    }  # fmt: skip
    assert (imke["decisions"], imke["half_within_minutes"]) == ("1", "")
    assert (everybody["decided_by"], everybody["id"], everybody["decisions"]) == ("everybody", "", "5")


def test_the_csv_of_single_source_adds_up(world: World) -> None:
    lives.committed(world)
    buys(world)
    answer = world.client("ada").get(SHEETS[2])
    assert 'filename="single-source-2026-01-01-2026-12-31.csv"' in answer.headers["Content-Disposition"]
    rows = {row["choice"]: row for row in csv.DictReader(io.StringIO(answer.content.decode()))}
    assert list(rows) == ["asked_one", "one_offer", "several", "single_source"]
    assert (rows["several"]["awards"], rows["several"]["share_of_awards"]) == ("1", "100.00")
    assert (rows["single_source"]["committed"], rows["single_source"]["commitments"]) == ("145.00", "1")
    shares = [float(rows[kind]["share_of_money"]) for kind in ("several", "single_source")]
    assert abs(sum(shares) - 100) < 0.01


def test_the_charts_of_waits_and_of_choice(world: World) -> None:
    client = decided(world, 1, 2, 4)
    assert "Half of the decisions took no longer" not in sound(client.get(DECISIONS)), "one bar says nothing"
    decided(world, 60, 60, 90, by="imke")
    page = sound(client.get(DECISIONS))
    assert "Half of the decisions took no longer" in page and "decisions.csv?" in page
    assert "From Joseph Adeyemi (2 min) to Imke Vos (1 h 0 min)." in page
    page = sound(client.get(CHOICE))
    assert "Committed by how much choice there was" in page and "single-source.csv?" in page


def test_a_chart_of_choice_shows_awards_where_no_money_was_promised() -> None:
    nothing = SingleSource("GBP", Chosen(), Chosen(), Chosen())
    assert wording.chart_of_choice(nothing) is None
    drawn = wording.chart_of_choice(SingleSource("GBP", Chosen(awards=1), Chosen(), Chosen(awards=3)))
    assert drawn is not None and [point.said for point in drawn.points] == ["1", "0", "3"]
    assert "25.0%" in drawn.description


def test_a_report_asks_the_database_no_more_for_more_rows(
    world: World, django_assert_max_num_queries: object
) -> None:
    lives.part_paid(world)
    client = world.client("imke")
    client.get(PAGES[0])
    for address in PAGES:
        with django_assert_max_num_queries(14):  # type: ignore[operator]
            client.get(address)


def test_a_converted_figure_says_so() -> None:
    line = Line("a", "A", Sums(committed=86), Sums(committed=100), "EUR", converted=True)
    report = Report(By.PROVIDER, "GBP", [line])
    (row,) = wording.rows_of(report, report.lines)
    assert (row.cells[0].said, row.cells[0].own) == ("about £0.86", "€1.00")
    assert wording.total_of(report)[0].said == "about £0.86"
    assert "About" in dict(wording.how(report, own_only=False))


def test_charts() -> None:
    def at(month: int, committed: int) -> Line:
        sums = Sums(committed=committed)
        return Line(date(2026, month, 1), f"2026-{month:02}", sums, sums, "GBP", converted=False)

    months = Report(By.MONTH, "GBP", [at(2, 300), at(1, 100)])
    drawn = wording.chart_of(months, Measure.COMMITTED)
    assert drawn is not None
    assert [point.label for point in drawn.points] == ["Jan 2026", "Feb 2026"]
    assert wording.chart_of(months, Measure.PAID) is None, "nothing was paid"
    assert wording.chart_of(Report(By.MONTH, "GBP", [at(1, 100)]), Measure.COMMITTED) is None


# ---- programs ----


def test_the_api_tells_the_same(world: World) -> None:
    life = lives.part_paid(world)
    PurchaseRequest.objects.filter(pk=life.request.pk).update(category="79821100")
    program = Caller(token_for(world.member("ada"), world.now))
    for by, name in zip(
        By, ("Marek Solan", "Online shop 2026", "79821100", "Joseph Adeyemi", "2026-11"), strict=True
    ):
        (row,) = program.reads(f"/reports/spend?by={by}&since=2026-01-01&until=2026-12-31")["items"]
        assert row["name"] == name
        assert {measure: row["base"][measure]["minor"] for measure in Measure} == {
            "committed": 41_200, "accepted": 20_600, "paid": 20_600, "released": 0,
        }  # fmt: skip
        assert row["own"] == row["base"]
    assert program.reads(f"/reports/spend/total?{DAYS}")["total"] == row["base"]
    assert program.reads(f"/reports/decisions?{DAYS}")["everybody"] == {
        "n": 0, "quarter_within": None, "half_within": None, "three_quarters_within": None,
    }  # fmt: skip
    shares = program.reads(f"/reports/single-source?{DAYS}")
    assert (shares["share_of_awards"], shares["several"]["awards"]) == (0, 1)


def test_pages_of_the_api_follow_one_another(world: World) -> None:
    for category in ("", "79", "80"):
        life = lives.committed(world)
        PurchaseRequest.objects.filter(pk=life.request.pk).update(category=category)
    program = Caller(token_for(world.member("ada"), world.now))
    found, address = [], f"/reports/spend?by=category&limit=1&{DAYS}"
    while address:
        page = program.reads(address.removeprefix("/api/v1"))
        found += [row["key"] for row in page["items"]]
        address = page["next"] or ""
    assert found == ["", "79", "80"]
    assert program.get("/reports/spend?after=nonsense").status_code == 422
    assert program.get("/reports/spend?since=2026-02-01&until=2026-01-01").status_code == 409
