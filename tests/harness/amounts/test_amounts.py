"""Negative, zero, 10^15, NaN, another currency, too many decimals: at every way in for an amount of money."""

from __future__ import annotations

import html
import inspect
import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import Form
from django.urls import get_resolver
from pydantic import TypeAdapter
from pydantic import ValidationError as Unfit

from outtask.api.root import api
from outtask.api.schemas import AmountGiven
from outtask.catalogue import clock as telling
from outtask.catalogue.tests.shelf import into_cart, orders, subscribed_item
from outtask.kernel.money import LARGEST_MINOR
from outtask.kernel.refusal import Refused
from outtask.lifecycle import clock as turning
from outtask.models import Entry, ItemPrice
from outtask.spend.actions import note_rate
from outtask.spend.calc import CALCS as BUDGETS
from outtask.ui.forms import MoneyField
from outtask.watch.calc import CALCS as SPENDING
from tests.harness.amounts import api as bodies
from tests.harness.amounts import pages
from tests.harness.amounts.commands import RIGHT, places, spoilt
from tests.harness.amounts.faults import CODES, LARGEST, MISSHAPEN, UNKNOWN, UNREADABLE, Meaning
from tests.harness.amounts.ground import Ground
from tests.harness.tenants.undoing import undone
from tests.installation import ROOT
from tests.world import World

CALCS = {**BUDGETS, **SPENDING}


@pytest.fixture
def ground(world: World, time_machine: Any) -> Iterator[Ground]:
    time_machine.move_to(world.now, tick=False)
    logging.disable(logging.ERROR)  # hundreds of refusals are what is asked for here
    yield Ground.laid(world)
    logging.disable(logging.NOTSET)


# ---- every way in is known ----


def fields() -> dict[str, MoneyField]:
    """Every field of a form that reads an amount, by the form that first has it."""
    assert get_resolver().url_patterns, "loading them loads every form"
    found: dict[str, MoneyField] = {}
    for form in _below(Form):
        own = {name for base in form.__mro__[1:] for name in getattr(base, "base_fields", {})}
        for name, field in form.base_fields.items():
            if isinstance(field, MoneyField) and name not in own and _is_ours(form):
                found[f"{form.__module__}.{form.__name__}.{name}".removeprefix("outtask.")] = field
    return found


def _is_ours(form: type[Form]) -> bool:
    """Whether users meet it; tests make forms of their own."""
    return form.__module__.startswith("outtask.") and ".tests." not in form.__module__


def _below(form: type[Form]) -> Iterator[type[Form]]:
    for one in form.__subclasses__():
        yield one
        yield from _below(one)


def amounts() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Operation, place and schema of every amount that a body of the API may have."""
    document = api.get_openapi_schema()
    for methods in document["paths"].values():
        for operation in methods.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                for place, schema in _amounts_in(media["schema"], "#", document["components"]["schemas"]):
                    yield operation["operationId"], place, schema


def _amounts_in(schema: Any, place: str, known: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name == AmountGiven.__name__:
            yield place, schema
        else:
            yield from _amounts_in(known[name], place, known)
    elif place.endswith("_minor"):
        yield place, schema
    else:
        for one in [*schema.get("anyOf", []), *schema.get("allOf", [])]:
            yield from _amounts_in(one, place, known)
        for name, one in schema.get("properties", {}).items():
            yield from _amounts_in(one, f"{place}/{name}", known)
        if "items" in schema:
            yield from _amounts_in(schema["items"], f"{place}/0", known)


def test_every_field_of_a_page_has_a_row() -> None:
    rows = {name.partition(",")[0] for name in pages.PAGES} | set(pages.ELSEWHERE)
    # A specimen of the style sheet does nothing.
    real = [name for name in fields() if not name.startswith("ui.gallery.")]
    missing = [name for name in real if not {name, name.rpartition(".")[0]} & rows]
    assert not missing, f"fields for amounts without a row: {missing}"


# Where amounts are read as text, beside the field of forms. Each has its rows here.
READERS = {
    "ui/forms.py", "spend/forms.py", "spend/budget_forms.py", "spend/people_forms.py",
    "spend/people_table/reading.py", "catalogue/changes.py", "lifecycle/ocds/values.py",
}  # fmt: skip


def test_everything_that_reads_an_amount_is_known() -> None:
    root = ROOT / "src" / "outtask"
    reading = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "tests" not in path.parts and "Money.parse(" in path.read_text()
    }
    assert reading == READERS


def test_every_amount_of_the_api_has_a_row() -> None:
    found = {f"{name} {place}" for name, place, _ in amounts()}
    assert found == set(bodies.SENT) | set(bodies.ELSEWHERE)


def test_what_is_proven_elsewhere_is() -> None:
    for named in {*pages.ELSEWHERE.values(), *bodies.ELSEWHERE.values()}:
        path, _, name = named.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(), named


# ---- what nobody can mean ----


@pytest.mark.parametrize("typed", UNREADABLE)
def test_every_field_reads_alike(typed: str) -> None:
    for name, field in fields().items():
        pounds = deepcopy(field)
        pounds.currency = "GBP"
        with pytest.raises(ValidationError) as wrong:
            pounds.clean(typed)
        assert wrong.value.code == CODES[typed], name


@pytest.mark.parametrize("minor", MISSHAPEN.values(), ids=MISSHAPEN)
def test_every_body_reads_alike(minor: Any) -> None:
    given = TypeAdapter(AmountGiven)
    with pytest.raises(Unfit):
        given.validate_python({"minor": minor, "currency": "GBP"})
    for code in UNKNOWN:
        with pytest.raises(Unfit):
            given.validate_python({"minor": 500, "currency": code})
    assert given.validate_python({"minor": LARGEST_MINOR, "currency": "GBP"}).money.minor == LARGEST_MINOR


def test_plain_numbers_have_the_same_bounds() -> None:
    for name, place, schema in amounts():
        whole = [one for one in schema.get("anyOf", [schema]) if one.get("type") == "integer"]
        if "$ref" not in schema:
            assert [one["maximum"] for one in whole] == [LARGEST_MINOR], f"{name} {place}"
            assert whole[0]["minimum"] in {0, -LARGEST_MINOR}, f"{name} {place}"


# ---- what can be read ----


def test_pages(ground: Ground) -> None:
    wrong: list[str] = []
    unreadable = cycle(UNREADABLE.items())
    for name, page in pages.PAGES.items():
        bad, said = next(unreadable)
        tries = {"0": page.means.zero, "-5.00": page.means.negative, LARGEST: page.means.largest, bad: said}
        if all(tries.values()):
            tries[page.good] = ""
        for typed, words in tries.items():
            with undone():
                if fault := _typed(ground, page, typed, words):
                    wrong.append(f"{name}: {typed}: {fault}")
    assert not wrong, "\n".join(wrong)


def _typed(ground: Ground, page: pages.Page, typed: str, words: str) -> str:
    """What was not as it must be when this was typed; empty when all was."""
    browser, entries = ground.browsers[page.who], Entry.objects.count()
    browser.raise_request_exception = False
    answer = browser.post(page.path(ground), page.beside(ground) | {page.named: typed, "key": "k"})
    said, written = html.unescape(answer.content.decode()), Entry.objects.count() - entries
    if not words:
        return "" if answer.status_code == 303 and written else f"{answer.status_code}, {written} entries"
    if (answer.status_code, written) == (422, 0) and words in said and typed in said:
        return ""
    return f"{answer.status_code}, {written} entries, not “{words}”"


def test_api(ground: Ground) -> None:
    wrong: list[str] = []
    for name, sent in bodies.SENT.items():
        for amount, code in _amounts_of(sent):
            with undone():
                if fault := _sent(ground, sent, name, amount, code):
                    wrong.append(f"{name}: {amount}: {fault}")
    assert not wrong, "\n".join(wrong)


def _amounts_of(sent: bodies.Sent) -> Iterator[tuple[Any, str]]:
    means: Meaning = sent.means
    for minor, code in ((0, means.zero), (-500, means.negative), (LARGEST_MINOR, means.largest)):
        yield minor if sent.plain else bodies.pounds(minor), code
    if means.other is not None:
        yield {"minor": sent.good, "currency": "JPY"}, means.other
    if means.zero and means.negative and means.largest:
        yield bodies.pounds(sent.good), ""
    yield "5.00", "not_fitting"


def _sent(ground: Ground, sent: bodies.Sent, name: str, amount: Any, code: str) -> str:
    caller, entries = ground.callers[sent.who], Entry.objects.count()
    caller.client.raise_request_exception = False
    answer = caller.send(sent.method, sent.path.format(**ground.ids), sent.body(ground, amount))
    told, written = answer.json(), Entry.objects.count() - entries
    if not code:
        return "" if answer.status_code < 300 and written else f"{answer.status_code} {told}"
    place = name.partition(" ")[2]
    codes = {error["code"] for error in told.get("errors", [])} | {told.get("code")}
    pointed = all(_points(error, place) for error in told.get("errors", []))
    fine = answer.status_code == (422 if code == "not_fitting" else 409) and code in codes
    return "" if fine and pointed and not written else f"{answer.status_code}, {written} entries, {told}"


ABOUT_ALL = {"rows_wrong"}
"""What no single part of the body is to blame for."""


def _points(error: Any, place: str) -> bool:
    pointer = error.get("pointer", "")
    if pointer == "#":
        return error["code"] in ABOUT_ALL
    return bool(pointer) and (place.startswith(pointer) or pointer == f"{place}/currency")


def test_what_is_no_number_in_json(ground: Ground) -> None:
    """JSON has neither NaN nor Infinity; Python's own reader would take them."""
    caller = ground.callers["dunstan"].client
    for number in ("NaN", "Infinity", "-Infinity"):
        body = f'{{"amount": {{"minor": {number}, "currency": "GBP"}}}}'
        address = f"/api/v1/budgets/{ground.world.budget.pk}/authorisations"
        assert caller.post(address, body, content_type="application/json").status_code == 400


def test_what_a_rate_makes_too_large(ground: Ground) -> None:
    """Limits are kept in the organisation's currency: what fits into yen need not fit into pounds."""
    rate = {"currency": "JPY", "per_unit": Decimal(1_000), "day": ground.world.now.date()}
    note_rate(actor=ground.world.actor("imke"), now=ground.world.now, **rate)
    entries = Entry.objects.count()
    much = {"minor": LARGEST_MINOR, "currency": "JPY"}
    body = bodies.SENT["buy #/lines/0/price"].body(ground, much)
    refused = ground.callers["joseph"].post("/orders", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "amount_too_large")
    page = pages.PAGES["lifecycle.order_forms.BuyForm.amount"]
    form = page.beside(ground) | {"currency": "JPY", "amount": str(LARGEST_MINOR)}
    for path, status in (("/requests/new?look", 200), ("/requests/new", 422)):
        shown = ground.browsers["joseph"].post(path, form)
        assert (shown.status_code, "largest amount there can be" in shown.text) == (status, True)
    assert Entry.objects.count() == entries


def test_many_of_what_is_dear(ground: Ground) -> None:
    """Nothing is paid for a trial, so no order adds it up; its renewal is told of all the same."""
    dear = subscribed_item(ground.world, "DEAR", LARGEST_MINOR // 100, trial_days=14)
    with pytest.raises(Refused) as refused:
        into_cart(ground.world, dear, 101)
    assert refused.value.refusal.code == "total_too_large"
    into_cart(ground.world, dear, 100)
    orders(ground.world)
    # As it stands after the notice that a rise needs.
    ItemPrice.objects.filter(item=dear).update(price_minor=LARGEST_MINOR)
    for clock in (telling, turning):
        clock.tick(ground.world.now + timedelta(days=14))
    assert Entry.objects.filter(kind="subscription.warned").exists()


# ---- files and the command line ----


def _file(name: str, *lines: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, "\n".join(lines).encode(), "text/csv")}


@pytest.mark.parametrize("column", ["limit", "limit_day", "limit_month:72"])
def test_a_table_of_people(ground: Ground, column: str) -> None:
    imke, entries = ground.callers["imke"], Entry.objects.count()
    typed = [*UNREADABLE, "-5.00"]
    # Pounds are pounds here as well, but a cell may name its own currency; a limit for a need cannot.
    typed.remove("5 USD")
    people = [f'p{number}@x.example;"{cell}"' for number, cell in enumerate(typed)]
    seen = imke.upload("/people/preview", _file("people.csv", f"email;{column}", *people)).json()
    assert [(one["row"], one["column"], one["code"]) for one in seen["errors"]] == [
        (number, column, CODES.get(cell, "limit_range")) for number, cell in enumerate(typed, start=2)
    ]
    assert imke.upload("/people", _file("people.csv", f"email;{column}", *people)).status_code == 409
    assert Entry.objects.count() == entries
    fine = [f"email;{column}", "joseph@harbour.example;0", f"roisin@harbour.example;{LARGEST}"]
    assert imke.upload("/people", _file("people.csv", *fine)).json()["changed"] == 2


def test_a_table_of_prices(ground: Ground) -> None:
    imke, prices = ground.callers["imke"], ItemPrice.objects.count()
    head = "provider;code;name;price;currency"
    typed = [*UNREADABLE, "0", "-5.00"]
    rows = [f'Kestrel Data Ltd;C{number};Box;"{cell}";GBP' for number, cell in enumerate(typed)]
    seen = imke.upload("/catalogues/preview", _file("list.csv", head, *rows)).json()
    assert [(one["row"], one["code"]) for one in seen["errors"]] == [
        (number, CODES.get(cell, "price_range")) for number, cell in enumerate(typed, start=2)
    ]
    taken = imke.upload("/catalogues", _file("list.csv", head, *rows)).json()
    assert (taken["left_out"], ItemPrice.objects.count()) == (len(typed), prices)
    fine = f"Kestrel Data Ltd;C;Box;{LARGEST};GBP"
    assert imke.upload("/catalogues", _file("list.csv", head, fine)).json()["created"] == 1


def test_every_amount_of_a_calculation_is_tried() -> None:
    for name in CALCS:
        told = set(re.findall(r"\b\w+_minor\b", (inspect.getdoc(CALCS[name]) or "").partition("Out:")[0]))
        tried = {place.rpartition(".")[2] for place in places(RIGHT.get(name, {}))}
        assert told <= tried, f"outtask calc {name}"


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name, given in RIGHT.items() for place in places(given)]
)
def test_a_calculation(name: str, place: str) -> None:
    assert CALCS[name](RIGHT[name])
    for value in (*MISSHAPEN.values(), -1):
        with pytest.raises(Refused) as refused:
            CALCS[name](spoilt(RIGHT[name], place, value))
        assert refused.value.refusal.field == place, value
    assert CALCS[name](spoilt(RIGHT[name], place, 0))
