"""How fast an inventory of many processes is read, previewed, imported, imported again and changed.

    python bench/import_processes.py [--rows 100000] [--postgresql]

Runs in a home folder of its own that is deleted afterwards. Prints rows a second of each step and the peak
memory of the whole run. The database syncs to disk as in use.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from time import perf_counter, process_time

from scratch import parser, scratch

AREAS = ("Finance", "People", "Shop", "Warehouse", "Customers", "Systems", "Buildings", "Law")
VERBS = ("Reconcile", "Answer", "Order", "Check", "Print", "Translate", "Count", "File", "Repair", "Clean")
THINGS = ("invoices", "letters", "returns", "shelves", "records", "pages", "cables", "permits", "payslips")


def inventory(rows: int, hours: str) -> bytes:
    lines = ["name,area,group,output,owner,times_per_year,hours_each"]
    for number in range(rows):
        verb, thing = VERBS[number % len(VERBS)], THINGS[number // 7 % len(THINGS)]
        area = AREAS[number % len(AREAS)]
        lines.append(
            f"{verb} {thing} {number},{area},{area} group {number % 40},"
            f'"{thing.capitalize()} of unit {number}, done",Role {number % 90},{number % 52 + 1},{hours}'
        )
    return "\n".join(lines).encode()


def timed(label: str, rows: int, act: Callable[[], object]) -> object:
    start, worked = perf_counter(), process_time()
    result = act()
    seconds, worked = perf_counter() - start, process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    speed = f"{seconds:7.2f} s {worked:7.2f} s of CPU {rows / seconds:8,.0f} rows/s"
    print(f"{label:<15}{speed} {peak:6.0f} MB at most", flush=True)
    return result


def measure(rows: int) -> None:
    from outtask.decide.importing import import_inventory, preview
    from tests.world import make_world

    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    actor = make_world(now).actor("imke")
    first, second = inventory(rows, "1.5"), inventory(rows, "2.25")
    print(f"{rows:,} rows, {len(first) / 2**20:.1f} MB")
    timed("preview", rows, lambda: preview(actor, first, "inventory.csv"))
    for label, data in (("import", first), ("import again", first), ("import changed", second)):
        outcome = timed(label, rows, partial(import_inventory, actor, data, "inventory.csv", now, label))
        print(" " * 15, outcome.values)  # type: ignore[attr-defined]


def main() -> None:
    options = parser("Importing an inventory.")
    options.add_argument("--rows", type=int, default=100_000)
    given = options.parse_args()
    with scratch(given.postgresql) as place:
        place.database("inventory")
        measure(given.rows)


if __name__ == "__main__":
    main()
