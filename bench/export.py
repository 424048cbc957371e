"""Whether an organisation leaves and comes back quickly, and in how much memory.

    python bench/export.py [--rows 100000] [--many 1000000] [--postgresql]

Exports an organisation and imports its archive into an empty installation, by turns with Django's own
dumpdata and loaddata on the same rows, five times each; then once more with ten times the rows, in processes
of their own, for the memory they take. Of ten rows four are entries of the journal, with the tree over them.

Prints medians in seconds and ratios. The exit code is 1 when export is not at least 4 times as quick as
dumpdata, import not 20 times as quick as loaddata, or ten times the rows take half as much memory again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from statistics import median
from time import perf_counter, thread_time
from typing import Any
from uuid import UUID

from lists import first_of
from scratch import ROOT, ROUNDS, Scratch, copies, id_of, parser, scratch, settle

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EXPORT, IMPORT, MEMORY = 4.0, 20.0, 1.5
AT_ONCE = 5_000
PROGRAM = """
import sys
from pathlib import Path
import django
django.setup()
from outtask.takeback.archive import taking_in, writing
from django.utils import timezone
from uuid import UUID
what, archive, organisation = sys.argv[1:]
if what == "export":
    writing.export_to(Path(archive), UUID(organisation))
else:
    with taking_in.checked(Path(archive)) as found:
        taking_in.take_in(found, (), timezone.now())
# The kernel's own high-water mark: what getrusage tells is never less than the peak of whoever started us.
status = Path("/proc/self/status").read_text()
print(status.partition("VmHWM:")[2].split()[0])
"""


def seed(rows: int) -> UUID:
    """An organisation with about so many rows; returns its id."""
    from tests.world import make_world

    world = make_world(NOW)
    first, tenth = first_of(world), rows // 10
    copies(first["outtask"], tenth, reference="'OT-25-' || n", tracking_code="'code-' || n")
    its = {"outtask_id": id_of("n")}
    copies(first["agreement"], tenth, **its)
    copies(first["milestone"], tenth, **its, agreement_id=id_of("n"))
    copies(first["invoice"], tenth, **its, number="'INV-' || n", number_key="'inv' || n")
    keep(world.organisation.pk, tenth * 2, first["outtask"].title)
    append(world.member("imke").actor, first, tenth * 4)
    settle()
    pk: UUID = world.organisation.pk
    return pk


def keep(organisation_id: UUID, count: int, text: str) -> None:
    """Words that stand beside the journal."""
    from outtask.models import Saying

    for _ in parts(count):
        Saying.objects.bulk_create(
            Saying(organisation_id=organisation_id, salt=os.urandom(16), text=text) for _ in range(AT_ONCE)
        )


def append(actor: Any, first: dict[str, Any], count: int) -> None:
    """Entries at the end of the log, as actions write them."""
    from django.db import transaction

    from outtask.journal import appending
    from outtask.kernel.identifiers import new_id
    from outtask.models import JournalHead

    kind, milestone = "handover.pack_asked_again", first["milestone"]
    for _ in parts(count):
        with transaction.atomic():
            head = JournalHead.objects.get(organisation_id=actor.organisation_id)
            said = [
                appending.Said(
                    kind, "milestone", milestone.pk, milestone.outtask_id, {"handover": new_id()}, new_id()
                )
                for _ in range(AT_ONCE)
            ]
            appending.append(head, said, actor, NOW, own=True)


def parts(count: int) -> Iterator[int]:
    return iter(range(0, count, AT_ONCE))


def acts(place: Scratch, organisation_id: UUID) -> dict[str, Callable[[], None]]:
    """What is timed, in the order in which one run does it."""
    from django.core.management import call_command
    from django.utils import timezone

    from outtask.takeback.archive import taking_in, writing

    archive, dump = place.home / "archive.zip", place.home / "dump.json"

    def take_in() -> None:
        with taking_in.checked(archive) as found:
            taking_in.take_in(found, (), timezone.now())

    return {
        "dumpdata": partial(call_command, "dumpdata", "outtask", output=str(dump), verbosity=0),
        "export": lambda: writing.export_to(archive, organisation_id) and None,
        "loaddata": partial(call_command, "loaddata", str(dump), verbosity=0),
        "import": take_in,
    }


def timed(place: Scratch, source: str, found: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Median seconds of each act; what takes in starts from an empty database each time."""
    # SQLite works in our own thread, whose CPU time other programs disturb less.
    clock = perf_counter if place.server else thread_time
    times: dict[str, list[float]] = {}
    for number in range(ROUNDS):
        for name, act in found.items():
            if name in ("dumpdata", "export"):
                place.use(source)
            else:
                place.database(f"{name}{number}")
            start = clock()
            act()
            times.setdefault(name, []).append(clock() - start)
            print(f"  {name}: {times[name][-1]:.2f} s", file=sys.stderr, flush=True)
    return {name: median(some) for name, some in times.items()}


def memory(place: Scratch, source: str, organisation_id: UUID) -> dict[str, int]:
    """Peak memory of a process that exports, and of one that imports, in MiB."""
    from django.db import connection

    archive = place.home / f"{source}.zip"
    found = {}
    for what in ("export", "import"):
        if what == "export":
            place.use(source)
        else:
            place.database(f"memory-{source}")
        name = str(connection.settings_dict["NAME"])
        connection.close()
        address = place.server.address(name) if place.server else f"sqlite://{name}"
        environment = os.environ | {
            "OUTTASK_DATABASE": address,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, what, str(archive), str(organisation_id)],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        found[what] = int(done.stdout) // 1024
    return found


def told(rows: int, many: int, times: dict[str, float], few: dict[str, int], most: dict[str, int]) -> bool:
    """Print everything; whether it is as it must be."""
    exports, imports = times["dumpdata"] / times["export"], times["loaddata"] / times["import"]
    print(f"\n{rows:,} rows, median of {ROUNDS}")
    for name, seconds in times.items():
        print(f"  {name:<12}{seconds:>9.2f} s   {rows / seconds:>12,.0f} rows a second")
    print(f"  export is {exports:.1f} × as quick as dumpdata, import {imports:.1f} × as quick as loaddata")
    print("\nPeak memory")
    for what, size in few.items():
        print(f"  {what:<12}{size:>7} MiB at {rows:,} rows, {most[what]:>7} MiB at {many:,}")
    flat = all(most[what] <= MEMORY * size for what, size in few.items())
    return exports >= EXPORT and imports >= IMPORT and flat


def main() -> int:
    options = parser("Leaving and coming back.")
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--many", type=int, default=1_000_000)
    given = options.parse_args()
    with scratch(given.postgresql) as place:
        place.database("few")
        organisation_id = seed(given.rows)
        times = timed(place, "few", acts(place, organisation_id))
        few = memory(place, "few", organisation_id)
        place.database("many")
        most = memory(place, "many", seed(given.many))
    good = told(given.rows, given.many, times, few, most)
    print("\n" + ("As quick and as small as it must be." if good else "TOO SLOW OR TOO LARGE: see above."))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
