"""The pages, as browsers with and without script ask for them."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from outtask.decide import actions, queries
from outtask.decide.models import Judgement
from outtask.decide.tests.material import OUT, added, judged
from outtask.decide.tests.published import DATA
from outtask.journal.models import Entry
from outtask.kernel.identifiers import new_id
from outtask.models import OutTask, Process
from tests.world import World

pytestmark = pytest.mark.django_db

REAL = (DATA / "processes_excerpt.csv").read_bytes()


def text(response: HttpResponse) -> str:
    return response.content.decode()


def form_of(answers: dict[str, Any]) -> dict[str, str]:
    """Answers as the form sends them: money in pounds, the rest as it reads."""
    sent = {id: str(answer) for id, answer in answers.items()}
    return (
        sent | {"saving_minor": f"{answers['saving_minor'] / 100:.2f}"} if "saving_minor" in answers else sent
    )


def test_an_empty_list_says_what_to_do(world: World) -> None:
    page = text(world.client("imke").get("/processes"))
    assert reverse("process-import") in page
    assert reverse("process-new") in page
    assert "<svg role" not in page
    seen = text(world.client("ada").get("/processes"))
    assert reverse("process-import") not in seen
    assert reverse("process-new") not in seen


def test_the_list_is_ranked_filtered_and_told(world: World) -> None:
    best = judged(world, added(world, "Clean records", area="Shop"))
    judged(world, added(world, "Count stock", area="Warehouse"), benefit=1, in_progress=True)
    judged(world, added(world, "Retype the cash book", area="Shop"), used=False)
    added(world, "Answer letters", area="Shop")
    client = world.client("ada")
    page = text(client.get("/processes"))
    assert "4 processes, 3 judged." in page
    order = [page.index(f">{name}</a>") for name in ("Clean records", "Count stock", "Answer letters")]
    assert order == sorted(order)
    assert "Nobody uses what it puts out. End it instead of handing it out." in page
    assert "Value against risk of 3 processes" in page
    assert f"process={best.pk}" in page or "Brief:" not in page

    def names(query: str) -> set[str]:
        found = client.get(f"/processes?{query}").context["lines"]
        return {line.process.name for line in found}

    assert names("verdict=out_task") == {"Clean records"}
    assert names("verdict=none") == {"Answer letters"}
    assert names("area=Warehouse") == {"Count stock"}
    assert names("text=letter") == {"Answer letters"}
    assert names("text=nothing+such") == set()
    assert names("verdict=guess&area=nowhere") == names("")
    by_name = [line.process.name for line in client.get("/processes?sort=name").context["lines"]]
    assert by_name == sorted(by_name)


def test_paging_by_key_shows_each_process_once(world: World) -> None:
    actor = world.actor("imke")
    for number in range(120):
        actions.add_process(actor=actor, now=world.now, name=f"Process {number:03}")
    client, seen, where = world.client("imke"), [], "?sort=priority"
    while where:
        page = client.get(f"/processes{where}").context["page"]
        seen += [row.name for row in page]
        where = page.next
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 120


def test_no_page_counts_the_whole_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "COUNTED_MOST", 3)
    for number in range(3):
        added(world, f"Process {number}")
    assert "3 processes, 0 judged." in text(world.client("imke").get("/processes"))
    judged(world, added(world, "Process 3"))
    page = text(world.client("imke").get("/processes"))
    assert "3 or more processes, 1 judged." in page
    assert queries.counts_by_verdict(world.actor("imke"))[""] == queries.Count(3)
    added(world, "Process 4")
    assert queries.counts_by_verdict(world.actor("imke"))[""] == queries.Count(3, more=True)
    assert '<span class="res">3 or more</span>' in text(world.client("imke").get("/processes"))


def test_the_areas_of_the_list_in_their_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert queries.areas(world.actor("imke")) == []
    for number, area in enumerate(["Shop", "Finance", "", "Shop", "Lager & Büro", "Finance"]):
        added(world, f"Process {number}", area=area)
    assert queries.areas(world.actor("imke")) == ["Finance", "Lager & Büro", "Shop"]
    assert queries.areas(world.actor("oskar")) == []
    monkeypatch.setattr(queries, "AREAS_SHOWN", 2)
    assert queries.areas(world.actor("imke")) == ["Finance", "Lager & Büro"]


def test_the_number_of_queries_does_not_grow(world: World, django_assert_max_num_queries) -> None:
    for number in range(12):
        judged(world, added(world, f"Process {number}"))
    client = world.client("imke")
    process = Process.objects.earliest("id")
    for _ in range(6):
        judged(world, process, used=False)
    client.get("/processes")
    with django_assert_max_num_queries(17):  # nine of them count, one verdict each
        client.get("/processes")
    with django_assert_max_num_queries(9):
        client.get(reverse("process", args=[process.pk]))
    with django_assert_max_num_queries(11):
        client.get(reverse("process-judgement", args=[process.pk]))


def test_adding_and_changing(world: World) -> None:
    client = world.client("imke")
    wrong = client.post("/processes/new", {"name": "", "hours_each": "a lot"})
    assert wrong.status_code == 422
    assert 'href="#id_name"' in text(wrong)
    assert 'value="a lot"' in text(wrong)
    done = client.post("/processes/new", {"name": "Payroll", "times_per_year": "12", "key": "k"})
    process = Process.objects.get()
    assert (done.status_code, done["Location"]) == (303, f"/processes/{process.pk}")
    again = client.post("/processes/new", {"name": "Payroll", "times_per_year": "12", "key": "k"})
    assert again["Location"] == done["Location"]
    twice = client.post("/processes/new", {"name": "payroll"})
    assert twice.status_code == 422
    where = reverse("process-facts", args=[process.pk])
    assert 'value="Payroll"' in text(client.get(where))
    assert client.post(where, {"name": "Pay run", "area": "Finance"}).status_code == 303
    process.refresh_from_db()
    assert (process.name, process.area, process.times_per_year) == ("Pay run", "Finance", None)


def test_one_process(world: World) -> None:
    process = added(world, "Clean records")
    client = world.client("imke")
    where = reverse("process", args=[process.pk])
    assert "May this go out?" in text(client.get(where))
    judged(world, process)
    judged(world, process, contact=5)
    page = text(client.get(where))
    assert "It cannot go out" in page
    assert "It meets customers face to face or on their site regularly (5 of 5)." in page
    assert "3 of 5 instead of 5 of 5" in page
    assert "Earlier judgements" in page
    assert "No. 1 by Imke Vos" in page
    assert reverse("process-models", args=[process.pk]) in page


def test_kept_work_that_is_out_is_to_be_taken_back(world: World) -> None:
    process = judged(world, added(world), strategic=5)
    OutTask.objects.create(
        organisation=world.organisation,
        reference="OT-26-000001-7",
        tracking_code="t",
        title="Clean 40 records",
        owner=world.member("imke"),
        process=process,
        opened_at=world.now,
    )
    page = text(world.client("imke").get(reverse("process", args=[process.pk])))
    assert "It should stay with you, but it is out now" in page
    assert "/out-tasks/OT-26-000001-7" in page
    assert "out now" in text(world.client("imke").get("/processes"))


def test_judging_on_one_page(world: World) -> None:
    process = added(world, "Clean records", owner="Imke Vos", times_per_year=Decimal(12))
    client = world.client("joseph")
    where = reverse("process-judgement", args=[process.pk])
    page = text(client.get(where))
    assert all(f'name="{id}"' in page for id in OUT)
    assert 'value="Imke Vos"' in page
    assert "More answers are needed" in page
    wrong = client.post(where, form_of(OUT) | {"measured_levels": "3", "owner": "Joseph"})
    assert wrong.status_code == 422
    assert "This is more than the 2 service levels there are." in text(wrong)
    assert 'value="Joseph"' in text(wrong)
    assert not Judgement.objects.exists()
    done = client.post(where, form_of(OUT) | {"key": "k"})
    assert (done.status_code, done["Location"]) == (303, reverse("process", args=[process.pk]))
    client.post(where, form_of(OUT) | {"key": "k"})
    judgement = Judgement.objects.get()
    assert judgement.answers == OUT
    again = text(client.get(where))
    assert 'value="1,200.00"' in again
    assert "Hand it out" in again


def test_the_verdict_so_far_writes_nothing(world: World) -> None:
    process = added(world)
    client = world.client("imke")
    where = reverse("process-judgement-so-far", args=[process.pk])
    entries = Entry.objects.count()
    part = client.post(where, form_of(OUT), headers={"HX-Request": "true"})
    assert "Hand it out" in text(part)
    assert "<html" not in text(part)
    part = client.post(where, {"used": "False"}, headers={"HX-Request": "true"})
    assert "Stop doing it" in text(part)
    part = client.post(where, {"used": "True"}, headers={"HX-Request": "true"})
    assert "answers are still needed" in text(part)
    assert 'href="#id_owner"' in text(part)
    part = client.post(where, {"service_levels": "1", "measured_levels": "2"}, headers={"HX-Request": "true"})
    assert "This is more than the 1 service levels there are." in text(part)
    whole = client.post(where, form_of(OUT) | {"hours_each": "many"})
    assert whole.status_code == 422
    assert "<html" in text(whole)
    assert 'value="many"' in text(whole)
    assert client.get(where).status_code == 405
    assert (Entry.objects.count(), Judgement.objects.count()) == (entries, 0)


def test_alike_processes_are_offered_and_merged(world: World) -> None:
    process, twin = added(world, "Payroll run"), added(world, "Run payroll")
    added(world, "Letters")
    client = world.client("imke")
    where = reverse("process-merge", args=[process.pk, twin.pk])
    page = text(client.get(reverse("process-judgement", args=[process.pk])))
    assert where in page
    assert "Letters" not in page
    assert "There is no way back." in text(client.get(where))
    assert not Process.objects.filter(merged_into__isnull=False).exists()
    done = client.post(where, {"key": "k"})
    assert done["Location"] == reverse("process", args=[twin.pk])
    process.refresh_from_db()
    assert process.merged_into == twin
    assert "Payroll run" not in text(client.get("/processes"))
    assert reverse("process", args=[twin.pk]) in text(client.get(reverse("process", args=[process.pk])))


def test_ways_to_get_it_done(world: World) -> None:
    process = added(world)
    client = world.client("roisin")
    where = reverse("process-models", args=[process.pk])
    assert reverse("process-facts", args=[process.pk]) in text(client.get(where))
    process = judged(world, process)
    before = Entry.objects.count()
    rates = {
        "wage": "18",
        "rate": "14",
        "finding": "20",
        "fee": "80",
        "hours": "90",
        "extra": "16",
        "horizon": "4",
    }
    page = text(client.get(where, rates))
    assert "£1,620.00" in page  # 90 hours at 18
    assert "£1,500.00" in page  # 12 × (20 + 7.5 × 14)
    assert "£960.00" in page
    assert "A retainer is cheaper than one-offs from 7.7 tasks a year on." in page
    assert "The work is wanted for less than 6 months." in page
    assert client.get(where, {"wage": "a lot"}).status_code == 422
    judged(world, process, used=False)
    assert "Which way suits is told once the process is judged." in text(client.get(where, rates))
    assert Entry.objects.count() == before + 1


def chosen(data: bytes, name: str = "processes.csv") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, data, content_type="text/csv")}


def uploaded(client: Client, data: bytes, name: str = "processes.csv") -> HttpResponse:
    sent = client.post("/processes/import", chosen(data, name))
    assert sent.status_code == 303
    return client.get(sent["Location"])


def test_importing_by_page(world: World) -> None:
    client = world.client("nadia")
    page = uploaded(client, REAL, "../our <list>.csv")
    assert "Import 12 processes" in text(page)
    assert "our &lt;list&gt;.csv" in text(page)
    assert not Process.objects.exists()
    sha256 = page.context["form"]["sha256"].value()
    done = client.post("/processes/import/preview", {"sha256": sha256, "key": "k"}, follow=True)
    assert "12 processes imported." in text(done)
    assert Process.objects.count() == 12
    assert not list(Path(settings.HOME, "incoming", world.organisation.pk.hex).iterdir())
    again = text(uploaded(client, REAL))
    assert "All 12 processes of it stand on the list as they are." in again
    assert 'name="sha256"' not in again


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b" \n", "The file is empty."),
        (b"PK\x03\x04 sheet", "This is not a CSV file."),
        (b"what,who\nPayroll,Imke\n", "The file has no column “name”. Its first row has “what”, “who”."),
        (b"name\n\xff\xfe\x81\n", "The characters of the file cannot be read."),
        (b'name\n"Payroll\n', "The file breaks at row 2"),
    ],
)
def test_files_that_cannot_be_read(world: World, data: bytes, expected: str) -> None:
    page = uploaded(world.client("imke"), data)
    assert page.status_code == 422
    assert expected in text(page)
    assert not Process.objects.exists()


def test_rows_with_errors_are_told_by_row_and_column(world: World) -> None:
    page = text(uploaded(world.client("imke"), "name,frequency\nPayroll,often\nCaf\xe9,2\n".encode("cp1252")))
    assert "Row 2, column “frequency”" in page
    assert "is not a number" in page
    assert "One row is left out" in page
    assert "It was read as Windows Western (1252)." in page
    assert "Import one process" in page


def test_no_file_and_a_file_of_somebody_else(world: World) -> None:
    client = world.client("imke")
    assert client.post("/processes/import", {"key": "k"}).status_code == 422
    for where in ("/processes/import/preview", "/processes/import/preview?file=forged"):
        page = client.get(where)
        assert page.status_code == 422
        assert "The file is no longer kept here. Choose it again" in text(page)
    sha256 = uploaded(world.client("oskar"), REAL).context["form"]["sha256"].value()
    assert client.post("/processes/import/preview", {"sha256": sha256}).status_code == 422
    assert not Process.objects.exists()


PAGES = ("process", "process-facts", "process-judgement", "process-models")


def test_what_is_foreign_is_absent(world: World) -> None:
    process = added(world)
    other = actions.add_process(actor=world.actor("oskar"), now=world.now, name="Bind books")["id"]
    client = world.client("oskar")
    absent = client.get(reverse("process", args=[uuid4()]))
    assert absent.status_code == 404
    for name in PAGES:
        for send in (client.get, client.post):
            found = send(reverse(name, args=[process.pk]))
            assert (found.status_code, len(found.content)) == (404, len(absent.content))
    assert client.post(reverse("process-judgement-so-far", args=[process.pk])).status_code == 404
    for one, into in ((process.pk, other), (other, process.pk), (other, new_id())):
        assert client.post(reverse("process-merge", args=[one, into])).status_code == 404
    assert "Clean catalogue" not in text(client.get("/processes"))


@pytest.mark.parametrize("who", ["roisin", "ada"])
def test_who_reads_only(world: World, who: str) -> None:
    process, twin = judged(world, added(world)), added(world, "Another")
    client, entries = world.client(who), Entry.objects.count()
    seen = text(client.get(reverse("process", args=[process.pk])))
    assert "Judge again" not in seen
    assert "Your role does not allow this" in text(client.get(reverse("process", args=[twin.pk])))
    assert client.get(reverse("process-models", args=[process.pk])).status_code == 200
    addresses = [
        reverse("process-new"),
        reverse("process-import"),
        reverse("process-import-preview"),
        reverse("process-facts", args=[process.pk]),
        reverse("process-judgement", args=[process.pk]),
        reverse("process-merge", args=[process.pk, twin.pk]),
    ]
    for address in addresses:
        assert client.get(address).status_code == 403
        assert client.post(address, {"name": "Mine", "used": "True"}).status_code == 403
    assert client.post(reverse("process-judgement-so-far", args=[process.pk])).status_code == 403
    assert Entry.objects.count() == entries


def test_strangers_sign_in_first(world: World) -> None:
    process = added(world)
    for name in PAGES:
        assert Client().get(reverse(name, args=[process.pk])).status_code == 302
    for name in ("processes", "process-new", "process-import", "process-import-preview"):
        assert Client().get(reverse(name)).status_code == 302
