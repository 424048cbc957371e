"""Tables that people open in a spreadsheet hold no formulas; archives hold exactly what was typed."""

from __future__ import annotations

import ast
import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

import outtask
from outtask.catalogue.tests.shelf import on_sale
from outtask.files.rules import disarmed
from outtask.files.storage import open_stored
from outtask.lifecycle.tests import life
from outtask.messages.actions import write_message
from outtask.models import Budget, CatalogueItem, File, Handover, Person, Provider
from outtask.takeback.actions import take_back
from outtask.takeback.packing import pack
from tests.world import World

FORMULAS = [
    '=HYPERLINK("https://evil.example","Look")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1",
    "\uff1d1+1", "=cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_a_text(text: str) -> None:
    assert disarmed(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Marek", "a=b", "1-2", "'=1", "me@example.org", "files/=1.csv"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert disarmed(text) == text


@pytest.mark.parametrize("name", [text.strip() for text in FORMULAS])
def test_the_tables_of_a_pack_are_disarmed_and_its_json_is_as_typed(world: World, name: str) -> None:
    Provider.objects.filter(pk=world.marek.pk).update(name=name)
    one = life.handed_in(world)
    File.objects.filter(outtask_id=one.outtask_id).update(name=f"{name}.csv"[:200])
    write_message(actor=one.deliver_link.actor, now=world.now, outtask_id=one.outtask_id, text=name)
    take_back(actor=world.actor("imke"), now=world.now, outtask_id=one.outtask_id, successor="ourselves")
    handover = Handover.objects.get()
    pack(world.organisation.pk, handover.pk, world.now)
    handover.refresh_from_db()
    tables, texts = 0, []
    for file in (handover.pack, handover.onward):
        if file is None:
            continue
        with open_stored(file.blob_id) as stored, zipfile.ZipFile(io.BytesIO(stored.read())) as archive:
            for member in archive.namelist():
                if member.endswith(".csv") and not member.startswith("files/"):
                    tables += 1
                    for row in csv.reader(io.StringIO(archive.read(member).decode())):
                        assert [cell for cell in row if cell != disarmed(cell)] == []
                elif member == "thread.json":
                    texts += [line["text"] for line in json.loads(archive.read(member))]
    assert tables >= 1
    assert name in texts


@pytest.mark.parametrize("name", [text.strip() for text in FORMULAS])
def test_the_tables_of_money_are_disarmed(world: World, name: str) -> None:
    Budget.objects.filter(pk=world.budget.pk).update(name=name)
    life.committed(world)
    client = world.client("imke")
    for address in ("/budgets/books/postings.csv", "/budgets/reports.csv?by=budget"):
        answer = client.get(address)
        text = b"".join(answer) if answer.streaming else answer.content
        cells = [cell for row in csv.reader(io.StringIO(text.decode())) for cell in row]
        assert f"'{name}" in cells, address
        assert name not in cells, address


@pytest.mark.parametrize("name", [text.strip() for text in FORMULAS])
def test_the_table_of_who_decided_is_disarmed(world: World, name: str) -> None:
    life.referred(world).approves()
    Person.objects.filter(pk=world.member("joseph").person_id).update(name=name)
    answer = world.client("imke").get("/budgets/reports/decisions.csv")
    cells = [cell for row in csv.reader(io.StringIO(answer.content.decode())) for cell in row]
    assert f"'{name}" in cells and name not in cells


@pytest.mark.parametrize("name", [text.strip() for text in FORMULAS])
def test_the_table_of_the_catalogue_is_disarmed(world: World, name: str) -> None:
    item = on_sale(world, name[:60])
    CatalogueItem.objects.filter(pk=item.pk).update(name=name, description=name)
    answer = world.client("imke").get("/catalogue/catalogue.csv")
    text = b"".join(answer).decode()
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert cells.count(f"'{name}") == 3
    assert name not in cells


def test_every_writer_of_csv_is_known() -> None:
    """A new one has to disarm what it writes, and to be looked at by the test above."""
    package = Path(outtask.__file__).parent
    writers = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in {"writer", "DictWriter"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "csv"
    }
    assert writers == {
        "catalogue/sheet.py",
        "spend/people_table/writing.py",
        "spend/reports/sheets.py",
        "spend/statement.py",
        "takeback/contents.py",
    }
