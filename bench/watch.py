"""How long the detectors take over many requests and invoices.

    python bench/watch.py [--requests 200000] [--invoices 200000]

Ten thousand people in teams of five ask two thousand providers for money through a year, some in parts.
The providers, some of whom share a bank account, send invoices, one in a hundred of which comes again with
its number spelt otherwise or two digits swapped. One run of everything; prints seconds, and how many were
found. The exit code is 1 above the limit of ten seconds or when one is missed of those that were hidden.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter

from scratch import parser

LIMIT_SECONDS = 10.0
BEGIN = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
TEXTS = (
    "Scan the deeds of the harbour, box {n}",
    "Translate the guide to room {n}",
    "Photograph the paintings of hall {n}",
    "Mend the binding of atlas {n}",
)


def requests(count: int, chance: Random) -> tuple[list[object], set[str]]:
    """Requests below a limit of 1,000.00, and the ids of those with which hidden splits pass it."""
    from outtask.watch.rules import Asked

    made: list[object] = []
    hidden: set[str] = set()

    def ask(person: int, provider: str, amount: int, at: datetime, text: str) -> str:
        id_ = f"r{len(made):07}"
        team = f"t{person // 5}"
        made.append(Asked(id_, f"p{person}", team, provider, f"a{id_}", amount, 100_000, at, text))
        return id_

    while len(made) < count:
        person, provider = chance.randrange(10_000), f"v{chance.randrange(2_000)}"
        at, text = BEGIN + chance.random() * YEAR, chance.choice(TEXTS).format(n=len(made))
        if chance.random() < 0.02 and len(made) + 3 <= count:
            parts = [ask(person, provider, 40_000, at + timedelta(days=day), text) for day in (0, 1, 2)]
            hidden.add(parts[-1])
        else:
            ask(person, provider, chance.choice([chance.randrange(1_000, 90_000), 97_000]), at, text)
    return made, hidden


def invoices(count: int, chance: Random) -> tuple[list[object], set[str]]:
    """Invoices with numbers in a row for each provider, and the ids of those that repeat an earlier one."""
    from outtask.watch.rules import Bill

    made: list[object] = []
    hidden: set[str] = set()
    while len(made) < count:
        provider, number = chance.randrange(2_000), len(made)
        accounts = frozenset({f"NL{provider // 2 * 2 if provider % 10 == 0 else provider}"})
        at, amount = BEGIN + chance.random() * YEAR, chance.randrange(1_000, 9_000_000)
        first = Bill(f"i{number:07}", f"v{provider}", f"INV-{number:07}", amount, "EUR", at, accounts)
        made.append(first)
        if chance.random() < 0.01 and len(made) < count:
            told = str(number)
            swapped = told[:-2] + told[-1] + told[-2] if len(told) > 1 and told[-1] != told[-2] else told
            spelt = chance.choice([f"inv {told}", f"INV{swapped}"])
            id_ = f"i{len(made):07}"
            later = at + timedelta(days=chance.randrange(1, 90))
            made.append(Bill(id_, f"v{provider}", spelt, amount, "EUR", later, accounts))
            hidden.add(id_)
    return made, hidden


def timed(name: str, count: int, sweep: Iterator[tuple[str, object]]) -> tuple[float, set[str]]:
    start = perf_counter()
    found = {subject for subject, _ in sweep}
    seconds = perf_counter() - start
    print(f"  {name:<14}{count:>9,}{len(found):>9,} found{seconds:>9.2f} s", flush=True)
    return seconds, found


def main() -> int:
    options = parser(__doc__ or "")
    options.add_argument("--requests", type=int, default=200_000)
    options.add_argument("--invoices", type=int, default=200_000)
    given = options.parse_args()
    from outtask.watch import sweeps

    chance = Random(2026)
    asked, in_parts = requests(given.requests, chance)
    bills, twice = invoices(given.invoices, chance)
    spent, split = timed("split", len(asked), sweeps.splits(asked))  # type: ignore[arg-type]
    more, _ = timed("just below", len(asked), sweeps.just_belows(asked))  # type: ignore[arg-type]
    most, same = timed("duplicate", len(bills), sweeps.duplicates(bills))  # type: ignore[arg-type]
    seconds, missed = spent + more + most, len(in_parts - split) + len(twice - same)
    hidden = len(in_parts) + len(twice)
    print(f"\n{seconds:.2f} s of {LIMIT_SECONDS:.0f} s; {missed} of {hidden:,} hidden ones missed")
    return int(seconds > LIMIT_SECONDS or missed > 0)


if __name__ == "__main__":
    sys.exit(main())
