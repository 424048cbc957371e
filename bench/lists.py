"""Whether lists and pages stay quick with a million out-tasks in one organisation.

    python bench/lists.py [--rows 1000000] [--few 100] [--entries 2] [--postgresql]

Asks for pages through Django's test client, in a database with many out-tasks and in one with few, by turns.
The last page of the list is asked for by key, as Outtask does it, and by OFFSET, as its named peer. Every
out-task has an agreement, a milestone, an invoice and some journal entries of its own.

Prints medians. The exit code is 1 when a page deep in the list takes more than one and a half times as long
as the first, or when home or the page of one out-task grows by more than a fifth with their number.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from scratch import Measured, copies, day, id_of, interleaved, parser, scratch, settle, show, uuid

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MOST_DEEP, MOST_GROWTH = 1.5, 1.2
DEPTH = 0.9
FIRST, DEEP, OFFSET = "page 1", "deep, by key", "deep, by OFFSET"
OPEN, OPEN_DEEP = "open ones, page 1", "open ones, deep, by key"
NARROWED = {
    "open ones of a provider": "?provider={provider}",
    "open ones in delivery": "?stage=deliver",
    "open ones that finance has": "?holder=finance",
    "those taken back": "?ending=taken_back",
}
PAGES = {"home": "/", "the page of an out-task": "/out-tasks/{reference}"}
READS = ("needs_of", "at_hand")

# The newest hundred are open, and one in sixteen of the others; every other one ended a while ago.
RECENT = "(n > {rows} - 100 OR n %% 16 = 0)"
STEPS = ("send_brief", "choose_proposal", "write_agreement", "ask_to_spend", "")


def seed(rows: int, entries: int = 2) -> Any:
    """One organisation with so many out-tasks; returns a client of its owner, who owns a quarter of them."""
    from tests.world import make_world

    world = make_world(NOW)
    first = first_of(world)
    is_open = RECENT.format(rows=rows)
    owners = [world.member(name).pk for name in ("imke", "joseph", "roisin", "nadia")]
    providers = [world.kestrel.pk, world.marek.pk, world.pagewright.pk]
    copies(
        first["outtask"],
        rows - 1,
        reference="'OT-25-' || n",
        tracking_code="'code-' || n",
        title="'Clean the records of shelf ' || n",
        owner_id=chosen("n", map(uuid, owners)),
        provider_id=chosen("n / 4", map(uuid, providers)),
        stage=f"CASE WHEN {is_open} THEN {chosen('n / 16', map(text, ('source', 'agree', 'deliver', 'pay')))}"
        " ELSE 'measure' END",
        holder=f"CASE WHEN {is_open} THEN {chosen('n / 64', map(text, ('client', 'provider', 'finance')))}"
        " ELSE 'nobody' END",
        next_step=f"CASE WHEN {is_open} THEN {chosen('n / 16', map(text, STEPS))} ELSE '' END",
        ending=f"CASE WHEN {is_open} THEN '' WHEN n %% 50 = 1 THEN 'taken_back' ELSE 'done' END",
        due_on=day("n %% 90"),
    )
    beside(first, rows - 1, is_open, entries)
    settle()
    client = world.client("imke")
    client.defaults["SERVER_NAME"] = "localhost"
    return client


def chosen(n: str, among: Iterator[str]) -> str:
    """One of several SQL expressions by turns."""
    several = list(among)
    turns = " ".join(f"WHEN {place} THEN {one}" for place, one in enumerate(several))
    return f"CASE ({n}) %% {len(several)} {turns} END"


def text(value: str) -> str:
    return f"'{value}'"


def first_of(world: Any) -> dict[str, Any]:
    """One out-task with all that stands beside it, to make copies of."""
    from outtask.models import Agreement, Commitment, Entry, Invoice, Milestone, PurchaseRequest
    from outtask.outtasks.models import OutTask
    from outtask.source.actions import write_brief
    from outtask.source.rules import Need

    imke, money = world.member("imke"), {"amount_minor": 40_000, "currency": "GBP"}
    here = {"organisation": world.organisation}
    need = Need(what="Clean the records of a shelf", by_when=date(2026, 12, 9))
    write_brief(actor=imke.actor, now=NOW, need=need)
    outtask = OutTask.objects.get()
    about = here | {"outtask": outtask}
    agreement = Agreement.objects.create(**about, **money, provider=world.kestrel, made_at=NOW)
    under = about | {"agreement": agreement}
    request = PurchaseRequest.objects.create(
        **under, **money, reference="PR-26-1", agreement_version=1, budget=world.budget, base_minor=40_000,
        budget_minor=40_000, requested_by=imke, requested_at=NOW, state="committed",
    )  # fmt: skip
    commitment = Commitment.objects.create(
        **under, **money, request=request, budget=world.budget, budget_minor=40_000, made_at=NOW
    )
    milestone = Milestone.objects.create(
        **under, **money, agreement_version=1, order=1, title="Records", due_on=NOW.date(), opened_at=NOW
    )
    invoice = Invoice.objects.create(
        **about, **money, provider=world.kestrel, commitment=commitment, number="1", number_key="1",
        dated_on=NOW.date(), due_on=NOW.date(), received_at=NOW, state="paid",
    )  # fmt: skip
    entry = Entry.objects.filter(outtask_id=outtask.pk).latest("seq")
    return {
        "outtask": outtask, "agreement": agreement, "milestone": milestone, "invoice": invoice, "entry": entry
    }  # fmt: skip


def beside(first: dict[str, Any], rows: int, is_open: str, entries: int) -> None:
    """An agreement, a milestone, an invoice and so many entries for each copy."""
    its = {"outtask_id": id_of("n")}
    copies(first["agreement"], rows, **its, state=f"CASE WHEN {is_open} THEN 'in_force' ELSE 'ended' END")
    copies(
        first["milestone"],
        rows,
        **its,
        agreement_id=id_of("n"),
        state=f"CASE WHEN {is_open} AND n %% 3 = 0 THEN 'handed_in' ELSE 'accepted' END",
        due_on=day("n %% 90"),
    )
    copies(
        first["invoice"],
        rows,
        **its,
        number="'INV-' || n",
        number_key="'inv' || n",
        state=f"CASE WHEN {is_open} AND n %% 3 = 1 THEN 'received' ELSE 'paid' END",
        due_on=day("n %% 90"),
    )
    about = id_of(f"(n + {entries - 1}) / {entries}")
    copies(first["entry"], rows * entries, seq="1000000000 + n", outtask_id=about)


def pages(rows: int, client: Any) -> dict[str, Callable[[], object]]:
    """What is asked for, by its name in the tables."""
    from outtask.lifecycle.needs import needs_of
    from outtask.lifecycle.queries import at_hand
    from outtask.models import Member, OutTask, Provider

    actor = Member.objects.get(person__name="Imke Vos").actor
    names = {
        "provider": Provider.objects.get(name="Marek Solan").pk,
        "reference": OutTask.objects.order_by("-id")[7].reference,
    }

    def get(address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    everything, open_ones = OutTask.objects.all(), OutTask.objects.filter(ending="")
    depth = int(rows * DEPTH)

    def by_offset() -> None:
        with paged_by_offset(depth):
            get("/out-tasks?ending=all")

    found: dict[str, Callable[[], object]] = {
        FIRST: partial(get, "/out-tasks?ending=all"),
        DEEP: partial(get, "/out-tasks?ending=all&" + beyond(everything, depth)),
        OFFSET: by_offset,
        OPEN: partial(get, "/out-tasks"),
        OPEN_DEEP: partial(get, "/out-tasks?" + beyond(open_ones, int(open_ones.count() * DEPTH) - 50)),
    }
    lists = {name: "/out-tasks" + where for name, where in NARROWED.items()}
    found |= {name: partial(get, where.format(**names)) for name, where in (lists | PAGES).items()}
    found |= {"needs_of": lambda: needs_of(actor, NOW.date()), "at_hand": lambda: at_hand(actor)}
    return {f"{name}, {rows:,}": act for name, act in found.items()}


def beyond(rows: Any, depth: int) -> str:
    """The query string that leads to the rows after so many, as the link of the page before has it."""
    from django.test import RequestFactory

    from outtask.ui.paging import Page

    last = rows.order_by("-id")[max(depth - 1, 0)].pk
    page = Page.of(rows.filter(pk__lte=last), RequestFactory().get("/"), size=1)
    return page.next.removeprefix("?")


@contextmanager
def paged_by_offset(depth: int) -> Iterator[None]:
    """The same view, template and filters; only the rows are found by counting past those before."""
    from unittest.mock import patch

    from outtask.outtasks import views
    from outtask.ui.paging import Page

    def of(queryset: Any, request: Any, size: int = 50) -> Any:
        return Page(list(queryset.order_by("-id")[depth : depth + size + 1])[:size], "?", "?")

    with patch.object(views.Page, "of", of):
        yield


def told(measured: Measured, few: int, rows: int) -> bool:
    """Print the tables; whether everything is as quick as it must be."""
    first, deep = f"{FIRST}, {rows:,}", f"{DEEP}, {rows:,}"
    opened, open_deep = f"{OPEN}, {rows:,}", f"{OPEN_DEEP}, {rows:,}"
    show(f"All {rows:,} out-tasks, deep is row {int(rows * DEPTH):,}", measured, first,
         [first, deep, f"{OFFSET}, {rows:,}"])  # fmt: skip
    narrowed = [f"{name}, {rows:,}" for name in NARROWED]
    show("The open ones, and lists that filters narrow", measured, opened, [opened, open_deep, *narrowed])
    good = measured.ratio(deep, first) <= MOST_DEEP and measured.ratio(open_deep, opened) <= MOST_DEEP
    for name in (*PAGES, *READS, FIRST):
        small, large = f"{name}, {few:,}", f"{name}, {rows:,}"
        show(name, measured, small, [small, large])
        good &= name not in PAGES or measured.ratio(large, small) <= MOST_GROWTH
    return good


def main() -> int:
    options = parser("Lists and pages with a million out-tasks.")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--few", type=int, default=100)
    options.add_argument("--entries", type=int, default=2, help="of the journal, for each out-task")
    given = options.parse_args()
    with scratch(given.postgresql) as place:
        groups = {}
        for count in (given.few, given.rows):
            place.database(f"rows{count}")
            groups[f"rows{count}"] = pages(count, seed(count, given.entries))
        measured = interleaved(groups, place.use)
    good = told(measured, given.few, given.rows)
    print("\n" + ("Everything is as quick as it must be." if good else "TOO SLOW: see the ratios above."))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
