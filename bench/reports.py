"""How long reports over one year take with a million requests in the books.

    python bench/reports.py [--rows 1000000] [--few 10000] [--years 5] [--postgresql]

The requests are spread evenly over so many years, and the report is of the last one: with --years 1 all of
them are in it. Each request has its out-task, brief, proposals, award, agreement, commitment and what was
posted for it; one in twenty is kept in a foreign pot, two in five were decided by a person.

Prints the median of three, warm, and how it grew from the few; the exit code is 1 when a report takes more
than two seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from scratch import _seconds as elapsed
from scratch import copies, id_of, parser, scratch, settle

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
MOST = 2.0
PROVIDERS, PEOPLE, POTS, CATEGORIES = 200, 50, 20, 30
YEAR = 365 * 86_400


def seed(rows: int, years: int) -> Any:
    """One organisation with so many requests. Returns its owner's actor and a client of hers."""
    from outtask.lifecycle.tests import life as lives
    from outtask.people.models import Member, Person
    from tests.world import make_world

    world = make_world(NOW)
    life = lives.committed(world)
    copies(world.kestrel, PROVIDERS, name="'Provider ' || n", email="'p' || n || '@example.org'")
    person = Person.objects.get(pk=world.member("joseph").person_id)
    copies(person, PEOPLE, name="'Person ' || n", email="'m' || n || '@example.org'")
    copies(Member.objects.get(pk=world.member("joseph").pk), PEOPLE, person_id=id_of("n"))
    copies(world.budget, POTS, name="'Pot ' || n", currency=f"CASE n WHEN {POTS} THEN 'EUR' ELSE 'GBP' END")
    sourced(life, rows)
    spent(life, rows, years)
    settle()
    client = world.client("imke")
    client.defaults["SERVER_NAME"] = "localhost"
    return world.actor("imke"), client


def sourced(life: Any, rows: int) -> None:
    """An out-task each, with a brief, one or two invitations and proposals, the award and the agreement."""
    from outtask.models import Award, Proposal

    award = Award.objects.get(outtask_id=life.outtask_id)
    chosen: Proposal = award.proposal
    passed_over = Proposal.objects.exclude(pk=chosen.pk).get()
    its = {"outtask_id": id_of("n")}
    who = id_of(f"1 + n %% {PROVIDERS}")
    copies(life.outtask, rows, reference="'OT-25-' || n", tracking_code="'code-' || n", provider_id=who)
    copies(life.brief, rows, **its)
    asked = {"brief_id": id_of("n"), "provider_id": who}
    copies(chosen.invitation, rows, **asked)
    copies(chosen, rows, **its, invitation_id=id_of("n"), provider_id=who)
    # Every second brief went to another provider as well, every fourth got an offer from them.
    asked = {"brief_id": id_of("2 * n"), "provider_id": id_of(f"1 + (2 * n + 1) %% {PROVIDERS}")}
    copies(passed_over.invitation, rows // 2, id=id_of("n + 100000000"), **asked)
    copies(
        passed_over,
        rows // 4,
        id=id_of("n + 100000000"),
        outtask_id=id_of("4 * n"),
        invitation_id=id_of("2 * n + 100000000"),
        provider_id=id_of(f"1 + (4 * n + 1) %% {PROVIDERS}"),
    )
    choice = "CASE WHEN n %% 4 = 0 THEN 'several' WHEN n %% 2 = 0 THEN 'one_offer' ELSE 'asked_one' END"
    at = moment("{n} - 864000", rows, 1)
    copies(award, rows, **its, proposal_id=id_of("n"), choice=choice, awarded_at=at)
    copies(life.agreement, rows, **its, award_id=id_of("n"), provider_id=who)


def spent(life: Any, rows: int, years: int) -> None:
    """A request each with its commitment, decisions on two in five, and the postings."""
    from outtask.models import Approval, Posting

    at = partial(moment, rows=rows, years=years)
    pot = {"budget_id": id_of(f"1 + n %% {POTS}")}
    amount = dict.fromkeys(("amount_minor", "budget_minor"), "1000 + n %% 90000")
    currency = {"currency": f"CASE n %% {POTS} WHEN {POTS - 1} THEN 'EUR' ELSE 'GBP' END"}
    its = {"outtask_id": id_of("n"), "agreement_id": id_of("n")} | pot | amount | currency
    copies(
        life.request,
        rows,
        **its,
        base_minor="1000 + n %% 90000",
        reference="'PR-25-' || n",
        category=f"CASE n %% 3 WHEN 0 THEN '' ELSE cast(70 + n %% {CATEGORIES} as text) END",
        requested_by_id=id_of(f"1 + (n / 7) %% {PEOPLE}"),
        requested_at=at("{n}"),
    )
    paid = dict.fromkeys(("accepted_minor", "invoiced_minor", "paid_minor"), "(1000 + n %% 90000) / 2")
    copies(life.commitment, rows, **its, **paid, request_id=id_of("n"), made_at=at("{n} + 86400"))
    decided = Approval.objects.get(request=life.request)
    copies(
        decided,
        rows,
        request_id=id_of("n"),
        decision="CASE n %% 5 WHEN 0 THEN 'approve' WHEN 1 THEN 'approve' ELSE 'within_limit' END",
        decided_by_id=id_of(f"1 + (n / 11) %% {PEOPLE}"),
        decided_at=at("{n} + (n %% 75000) * 7919 %% 600000"),
    )
    first = Posting.objects.filter(commitment=life.commitment).get()
    # Promised, half of it accepted and paid, and of one in twenty the rest given back.
    moves = (("free", "committed", rows, 1), ("committed", "owed", rows, 2), ("owed", "paid", rows, 2))
    for place, (source, target, count, part) in enumerate(moves):
        copies(
            first, count, id=id_of(f"n + {place}00000000"), commitment_id=id_of("n"), **pot,
            source=f"'{source}'", target=f"'{target}'", amount_minor=f"(1000 + n %% 90000) / {part}",
            posted_at=at(f"{{n}} + {86_400 * (1 + 10 * place)}"),
        )  # fmt: skip
    copies(
        first, rows // 20, id=id_of("n + 300000000"), commitment_id=id_of("n * 20"),
        budget_id=id_of(f"1 + n * 20 %% {POTS}"), source="'committed'", target="'free'",
        amount_minor="(1001 + n * 20 %% 90000) / 2", posted_at=at("{n} * 20 + 3000000"),
    )  # fmt: skip


def moment(seconds: str, rows: int, years: int) -> str:
    """An instant as SQL. `{n}` in `seconds` is when the n-th request was made, spread over the years."""
    from django.db import connection

    start = int(END.timestamp()) - years * YEAR
    told = f"({start} + {seconds.format(n=f'(n * {years * YEAR // rows})')})"
    if connection.vendor == "postgresql":
        return f"to_timestamp(least({told}, {int(END.timestamp()) - 1}))"
    return f"strftime('%%Y-%%m-%%d %%H:%%M:%%S', min({told}, {int(END.timestamp()) - 1}), 'unixepoch')"


def reports(actor: Any, client: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every report over the last year, and two as pages."""
    from outtask.spend.reports import queries
    from outtask.spend.reports.figures import By
    from outtask.spend.reports.spans import Span

    span = Span(date(2026, 1, 1), date(2026, 12, 31), ZoneInfo("Europe/London"))
    for by in By:
        yield f"spend by {by}", partial(queries.spending, actor, span, by, "GBP")
    yield "decisions", partial(queries.decisions, actor, span)
    yield "single source", partial(queries.single_source, actor, span, "GBP")
    yield "page: the books", partial(client.get, "/budgets/books?first=2026-01-01&last=2026-12-31")
    yield "page: by provider", partial(client.get, "/budgets/reports?since=2026-01-01&until=2026-12-31")


def seconds(act: Callable[[], object], calls: int = 3) -> float:
    """The median of several, after one that is not counted, by the clock of the other tables."""
    act()
    return median(elapsed(act) for _ in range(calls))


def main() -> int:
    options = parser("Reports over one year.")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--few", type=int, default=10_000)
    options.add_argument("--years", type=int, default=5)
    given = options.parse_args()
    times: dict[int, dict[str, float]] = {}
    with scratch(given.postgresql) as place:
        for count in (given.few, given.rows):
            place.database(f"rows{count}")
            start = perf_counter()
            actor, client = seed(count, given.years)
            print(f"{count:,} requests over {given.years} years, made in {perf_counter() - start:.0f} s")
            times[count] = {name: seconds(act) for name, act in reports(actor, client)}
    slow = 0
    for name, took in times[given.rows].items():
        growth = took / times[given.few][name]
        slow += took > MOST
        print(f"  {name:<24}{took:>8.2f} s{growth:>8.1f} × with {given.rows / given.few:.0f} × the requests")
    print(f"{slow} over {MOST:.0f} s" if slow else "Everything is as quick as it must be.")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
