"""How quick the list of processes is with many processes, beside one with few.

    python bench/processes.py [--rows 100000] [--few 1000] [--postgresql]

Each list stands in a database of its own; a page is asked for through Django's test client. Prints medians
and how many times the small list's they are; the exit code is 1 when a page grows by more than a fifth.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from scratch import copies, id_of, interleaved, parser, scratch, settle, show

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MOST_GROWTH = 1.2
PAGES = {
    "the first page": "/processes",
    "a page in the middle": "/processes?after={middle}",
    "the last page": "/processes?after={last}",
    "by name": "/processes?sort=name",
    "by name, the middle": "/processes?sort=name&after={named}",
    "of one verdict": "/processes?verdict=out_task",
    "without a verdict": "/processes?verdict=none",
    "of one area": "/processes?area=Area+3",
}


def seed(rows: int) -> Any:
    """Processes in four areas; three in sixteen are judged. Returns a client that is signed in."""
    from outtask.decide.models import Judgement
    from tests.world import make_world

    world = make_world(NOW)
    first = judged(world.actor("imke"))
    copies(
        first,
        rows - 1,
        name="'Process ' || ((n * 7919) %% 1000003)",
        key="'k' || n",
        area="'Area ' || (n / 16 %% 4)",
        verdict="CASE WHEN n %% 16 BETWEEN 1 AND 3 THEN t.verdict ELSE '' END",
        priority="CASE WHEN n %% 16 BETWEEN 1 AND 3 THEN (n * 31) %% 1001 ELSE -1 END",
    )
    # One for each judged process: the third of sixteen, and so on.
    copies(Judgement.objects.get(), rows // 16 * 3, process_id=id_of("(n - 1) / 3 * 16 + (n - 1) %% 3 + 1"))
    settle()
    client = world.client("imke")
    client.defaults["SERVER_NAME"] = "localhost"
    return client


def judged(actor: Any) -> Any:
    """One process that was judged by the real action."""
    from outtask.decide.actions import add_process, judge_process
    from outtask.decide.models import Process
    from outtask.decide.tests.material import OUT

    added = add_process(actor=actor, now=NOW, name="Process", area="Area 0", owner="Imke")
    judge_process(actor=actor, now=NOW, process_id=added["id"], answers=OUT)
    return Process.objects.get()


def pages(label: str, client: Any) -> dict[str, Callable[[], object]]:
    """What is asked for, by its name in the table."""
    from django.test import RequestFactory

    from outtask.decide.forms import SORTS
    from outtask.decide.models import Process
    from outtask.ui.paging import Page

    def cursor(sort: str, share: float) -> str:
        """As the link to the next page would hold it, from a row that far down the list."""
        ordered = Process.objects.order_by(*SORTS[sort])
        row = ordered[int(share * (ordered.count() - 60))]
        just_there = Process.objects.filter(name=row.name) | Process.objects.filter(pk=ordered.last().pk)
        found = Page.of(just_there, RequestFactory().get("/"), size=1, by=SORTS[sort])
        return found.next.removeprefix("?after=")

    cursors = {
        "middle": cursor("priority", 0.5),
        "last": cursor("priority", 1),
        "named": cursor("name", 0.5),
    }

    def get(address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    return {f"{name}, {label}": partial(get, where.format(**cursors)) for name, where in PAGES.items()}


def main() -> int:
    options = parser("The list of processes.")
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--few", type=int, default=1_000)
    given = options.parse_args()
    with scratch(given.postgresql) as place:
        groups = {}
        for count in (given.few, given.rows):
            place.database(f"rows{count}")
            groups[f"rows{count}"] = pages(f"{count:,}", seed(count))
        measured = interleaved(groups, place.use)
    slow = 0
    for name in PAGES:
        few, many = f"{name}, {given.few:,}", f"{name}, {given.rows:,}"
        show(name, measured, few, [few, many])
        slow += measured.ratio(many, few) > MOST_GROWTH
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
