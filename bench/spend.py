"""Whether the pages of money stay quick with a million requests in the books.

    python bench/spend.py [--rows 1000000] [--few 10000] [--postgresql]

Asks for the inbox of an approver, requests, also far down the list, the budgets, one budget with its books,
and what is searched for, through Django's test client, each many times and each time for something else where
it can be.

Prints for each page the median and what 95 of 100 take, and how the median grew from the few. The exit code
is 1 when one of 20 takes more than 300 ms somewhere, or a page grew faster than the logarithm of the rows.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping
from functools import partial
from math import log
from statistics import median, quantiles
from typing import Any

from lists import beyond
from reports import seed
from scratch import _seconds as elapsed
from scratch import copies, id_of, parser, scratch, settle

MOST_MS = 300.0
WAITING = 200
CALLS = 40
YEARS = 5


def waiting() -> None:
    """Requests that wait for the owner, beside all those that are settled."""
    from outtask.models import Agreement, Member, OutTask, PurchaseRequest

    request = PurchaseRequest.objects.order_by("id")[0]
    owner = Member.objects.get(person__name="Imke Vos")
    own = {"id": id_of("n + 500000000")}
    its = {"outtask_id": own["id"]}
    outtask = OutTask.objects.get(pk=request.outtask_id)
    agreement = Agreement.objects.get(pk=request.agreement_id)
    copies(outtask, WAITING, **own, reference="'OT-26-W' || n", tracking_code="'wait-' || n")
    copies(agreement, WAITING, **own, **its, award_id="NULL", state="'signed'")
    PurchaseRequest.objects.filter(pk=request.pk).update(decider=owner)
    copies(
        request, WAITING, **own, **its, agreement_id=own["id"], reference="'PR-26-W' || n", state="'referred'"
    )
    PurchaseRequest.objects.filter(pk=request.pk).update(decider=None)


def pages(rows: int, client: Any) -> Mapping[str, Callable[[], object]]:
    """What is asked for by name; what varies is drawn anew with each call."""
    from outtask.models import Budget, PurchaseRequest

    dice = random.Random(26)
    references = list(PurchaseRequest.objects.order_by("id").values_list("reference", flat=True)[:2000])
    pots = list(Budget.objects.order_by("id").values_list("pk", flat=True))
    everything = PurchaseRequest.objects.all()
    deep = [beyond(everything, rows * tenth // 10) for tenth in range(5, 10)]

    def get(address: Callable[[], str]) -> None:
        answer = client.get(address())
        assert answer.status_code == 200, (address(), answer.status_code)

    addresses: dict[str, Callable[[], str]] = {
        "inbox": lambda: "/requests?show=to-decide",
        "all requests": lambda: "/requests",
        "my requests": lambda: "/requests?show=mine",
        "far down all of them": lambda: "/requests?" + dice.choice(deep),
        "one request": lambda: f"/requests/{dice.choice(references)}",
        "budgets": lambda: "/budgets",
        "one budget": lambda: f"/budgets/{dice.choice(pots)}",
        "search, a reference": lambda: f"/search?q={dice.choice(references)}",
        "search, a word": lambda: f"/search?q=Provider+{dice.randrange(1, 200)}",
        "search, nothing": lambda: f"/search?q=nowhere{dice.randrange(1000)}",
    }
    return {name: partial(get, address) for name, address in addresses.items()}


def told(times: Mapping[int, Mapping[str, list[float]]], few: int, rows: int) -> bool:
    """Print the table; whether every page is as quick as it must be."""
    good, allowed = True, log(rows) / log(few)
    print(f"\n{'':<22}{'median ms':>11}{'p95 ms':>9}{'of ' + f'{MOST_MS:.0f} ms':>11}{'growth':>9}")
    for name, found in times[rows].items():
        usual, slow = median(found) * 1000, quantiles(found, n=20)[-1] * 1000
        growth = usual / (median(times[few][name]) * 1000)
        print(f"{name:<22}{usual:>11.1f}{slow:>9.1f}{slow / MOST_MS:>11.2f}{growth:>8.2f} ×")
        good &= slow <= MOST_MS and growth <= max(allowed, 1.2)
    print(f"\nFrom {few:,} to {rows:,} requests the logarithm grows {allowed:.2f} ×.")
    return good


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--few", type=int, default=10_000)
    given = options.parse_args()
    times: dict[int, dict[str, list[float]]] = {}
    with scratch(given.postgresql) as place:
        acts = {}
        for count in (given.few, given.rows):
            place.database(f"rows{count}")
            _actor, client = seed(count, YEARS)
            waiting()
            settle()
            acts[count] = pages(count, client)
            times[count] = {name: [] for name in acts[count]}
        for _ in range(CALLS):
            for count, found in acts.items():
                place.use(f"rows{count}")
                for name, act in found.items():
                    if not times[count][name]:
                        act()
                    times[count][name].append(elapsed(act))
    good = told(times, given.few, given.rows)
    print("Everything is as quick as it must be." if good else "TOO SLOW: see above.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
