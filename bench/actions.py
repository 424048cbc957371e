"""What the whole action costs beside the bare SQL that changes the same rows in as many round trips.

    python bench/actions.py [--postgresql] [--seconds 3]

The action puts money into a budget: rights, rule, posting, the budget's sums, kept words, entry, Merkle
append. It is done by 1 and by 16 client processes, in one organisation and in eight. The peer repeats the
statements that one real action sent, with fresh ids: by pgbench on PostgreSQL, by the sqlite3 module on
SQLite. Both wait for the disk at each commit.

Prints medians of five interleaved runs, in actions a second, and where the time of one action goes. On
PostgreSQL the exit code is 1 below 0.30 of the peer at one client, or when eight organisations do less than
one and a half times what one does at 16 clients.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from statistics import median
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

from peers import Crew, Peer, peer_of
from scratch import ROUNDS, Scratch, parser, scratch

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ORGANISATIONS = 8
CLIENTS = (1, 16)
LEAST_RATIO, LEAST_GAIN = 0.30, 1.5


@dataclass(frozen=True)
class Pot:
    """One organisation's budget and who puts money into it."""

    member_id: UUID
    budget_id: UUID

    def act(self) -> Callable[[], object]:
        """One action, ready to be repeated."""
        from outtask.kernel.money import Money
        from outtask.models import Member
        from outtask.spend.actions import authorise

        actor = Member.objects.get(pk=self.member_id).actor
        one = Money(1, "GBP")
        return lambda: authorise(actor=actor, now=NOW, budget_id=self.budget_id, amount=one)


def found_pots() -> list[Pot]:
    """Eight organisations with a budget each."""
    from outtask.kernel.money import Money
    from outtask.people.states import Role
    from outtask.spend.actions import open_budget
    from tests.world import found

    pots = []
    for number in range(ORGANISATIONS):
        members, _ = found(f"Shop{number}", NOW, {"owner": (f"Owner {number}", Role.OWNER, None, None)})
        opened = open_budget(actor=members["owner"].actor, now=NOW, name="2026", authorised=Money(0, "GBP"))
        pots.append(Pot(members["owner"].pk, UUID(opened["id"])))
    return pots


def acting() -> Callable[[Pot], Callable[[], object]]:
    """In a client process: Django set up, then an act for each pot that is given."""
    import django

    django.setup()
    return Pot.act


def where_time_goes(act: Callable[[], object]) -> None:
    """One action's time in the database, its own CPU time, and its statements."""
    from django.db import connection

    waiting, sent = 0.0, 0

    def timing(execute: Any, *statement: Any) -> Any:
        nonlocal waiting, sent
        begun = perf_counter()
        try:
            return execute(*statement)
        finally:
            waiting, sent = waiting + perf_counter() - begun, sent + 1

    act()
    times = 200
    begun, cpu = perf_counter(), process_time()
    with connection.execute_wrapper(timing):
        for _ in range(times):
            act()
    spent, cpu = perf_counter() - begun, process_time() - cpu
    print(
        f"\nOne action: {spent / times * 1000:.2f} ms, of which {waiting / times * 1000:.2f} ms in its"
        f" {sent // times} statements (begin and commit aside); {cpu / times * 1000:.2f} ms of our own CPU."
    )


def measure(place: Scratch, seconds: float) -> dict[tuple[str, int, int], float]:
    """Medians by (who, organisations, clients)."""
    pots = found_pots()
    peer: Peer = peer_of(place, [pot.act() for pot in pots])
    print(f"The peer sends {peer.statements} statements, those of one action, and begin and commit.")
    where_time_goes(pots[0].act())
    # Client processes start with what this one has come to use.
    from django.db import connection

    os.environ["OUTTASK_DATABASE"] = place.address("actions")
    connection.close()
    found: dict[tuple[str, int, int], list[float]] = {}
    with Crew(max(CLIENTS), acting) as crew:
        for _ in range(ROUNDS):
            for organisations, clients in product((1, ORGANISATIONS), CLIENTS):
                work = [pots[number % organisations] for number in range(clients)]
                ours = crew.rate(work, seconds)
                theirs = peer.rate(organisations, clients, seconds)
                found.setdefault(("outtask", organisations, clients), []).append(ours)
                found.setdefault((peer.name, organisations, clients), []).append(theirs)
    return {case: median(rates) for case, rates in found.items()}


def told(rates: dict[tuple[str, int, int], float]) -> tuple[float, float]:
    """Print the table; the ratio at one client, and what eight organisations gain at the most clients."""
    (peer,) = {who for who, _, _ in rates} - {"outtask"}
    print(f"\n{'organisations':>14}{'clients':>9}{'outtask/s':>12}{peer + '/s':>12}{'ratio':>8}")
    for organisations in (1, ORGANISATIONS):
        for clients in CLIENTS:
            ours, theirs = rates["outtask", organisations, clients], rates[peer, organisations, clients]
            print(f"{organisations:>14}{clients:>9}{ours:>12.0f}{theirs:>12.0f}{ours / theirs:>8.2f}")
    most = max(CLIENTS)
    gain = rates["outtask", ORGANISATIONS, most] / rates["outtask", 1, most]
    print(f"\n{ORGANISATIONS} organisations do {gain:.2f} × what one does, at {most} clients")
    return rates["outtask", 1, 1] / rates[peer, 1, 1], gain


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=3.0)
    given = options.parse_args()
    with scratch(given.postgresql, durable=True) as place:
        place.database("actions")
        ratio, gain = told(measure(place, given.seconds))
    if not given.postgresql:
        return 0
    good = ratio >= LEAST_RATIO and gain >= LEAST_GAIN
    print("Good." if good else f"TOO SLOW: at least {LEAST_RATIO} and {LEAST_GAIN} are wanted.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
