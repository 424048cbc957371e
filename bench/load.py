"""Whether a busy installation keeps its pace: a hundred mixed requests a second, for five minutes.

    python bench/load.py [--postgresql] [--rows 100000] [--rate 100] [--minutes 5]

A real `outtask up` serves an organisation with many out-tasks. Requests begin by a timetable whether or not
those before have been answered, and a request's time runs from its place in the timetable, so that waiting
for a busy server counts. The mix: pages of out-tasks, lists, home, timelines, search, tracking by outsiders,
the API's list for programs, and one message in twenty-five requests, which is written through an action.

Prints the times by kind and the server's memory. The exit code is 1 when one of 20 takes more than 300 ms,
when any answer is a 5xx, or when memory grows by more than a tenth from the second quarter to the last.
"""

from __future__ import annotations

import http.client
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from lists import seed
from scratch import ROOT, Scratch, parser, scratch

MOST_MS, MOST_GROWTH = 300.0, 1.1
CALLERS = 48
# Of a hundred requests.
MIX = {
    "outtask": 32, "list": 13, "home": 11, "timeline": 12, "search": 6, "track": 16, "api": 6, "message": 4,
}  # fmt: skip


@dataclass
class Work:
    """What callers share: where to go, who they are, what they have seen."""

    port: int
    cookies: str
    token: str
    secret: str
    references: list[str]
    codes: list[str]
    begin: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def path(self, kind: str, dice: random.Random) -> str:
        reference = dice.choice(self.references)
        return {
            "outtask": f"/out-tasks/{reference}",
            "list": "/out-tasks",
            "home": "/",
            "timeline": f"/out-tasks/{reference}/timeline",
            "search": f"/search?q={reference}",
            "api": "/api/v1/out-tasks",
            "track": f"/track/{dice.choice(self.codes)}",
            "message": f"/out-tasks/{reference}/thread",
        }[kind]

    def note(self, kind: str, seconds: float, status: int) -> None:
        with self.lock:
            self.times.setdefault(kind, []).append(seconds * 1000)
            if status >= 500 or status in {0, 403, 404}:
                self.bad.append(f"{kind}: {status}")


def call(work: Work, connection: http.client.HTTPConnection, kind: str, dice: random.Random) -> int:
    """One request; its status."""
    headers = {"track": {}, "api": {"Authorization": f"Bearer {work.secret}"}}.get(kind)
    headers = {"Cookie": work.cookies} if headers is None else headers
    path = work.path(kind, dice)
    if kind == "message":
        body = urlencode({"text": f"How is it going? {dice.random()}", "csrfmiddlewaretoken": work.token})
        headers |= {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://localhost:{work.port}",
        }
        connection.request("POST", path, body, headers | {"Host": f"localhost:{work.port}"})
    else:
        connection.request("GET", path, headers=headers | {"Host": f"localhost:{work.port}"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def caller(work: Work, timetable: Iterator[tuple[float, str]], number: int) -> None:
    """Take the next request of the timetable, wait for its moment, make it."""
    dice = random.Random(number)
    connection = http.client.HTTPConnection("127.0.0.1", work.port, timeout=60)
    while True:
        with work.lock:
            planned = next(timetable, None)
        if planned is None:
            return
        at, kind = planned
        time.sleep(max(0.0, work.begin + at - time.perf_counter()))
        try:
            status = call(work, connection, kind, dice)
        except (OSError, http.client.HTTPException):
            connection.close()
            status = 0
        work.note(kind, time.perf_counter() - work.begin - at, status)


def timetable(rate: float, seconds: float) -> Iterator[tuple[float, str]]:
    """Every request's moment and kind."""
    dice = random.Random(26)
    kinds, weights = list(MIX), list(MIX.values())
    for number in range(int(rate * seconds)):
        yield number / rate, dice.choices(kinds, weights)[0]


def memory(pid: int) -> int:
    """Bytes that a process and all below it have in memory, each page counted once."""
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            tasks = list(Path(f"/proc/{one}/task").iterdir())
            waiting += [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
    return total


@contextmanager
def served(place: Scratch, name: str) -> Iterator[tuple[int, int]]:
    """A real `outtask up` on the seeded database; its port and process."""
    from tests.installation import Server, eventually, free_port

    port = free_port()
    environment = os.environ | {"OUTTASK_DATABASE": place.address(name)}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    log = (place.home / "log.txt").open("w")
    command = [sys.executable, "-m", "outtask.cli", "up", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        eventually(
            lambda: Server(port).get("/healthz")[0] == 200, (place.home / "log.txt").read_text, within=120
        )
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(60)


def prepared(rows: int) -> Work:
    """The seeded organisation, and a member's session in it."""
    from django.db import connection
    from django.middleware.csrf import _get_new_csrf_string

    from outtask.api.tests.callers import token_for
    from outtask.kernel.reference import tracking_code
    from outtask.models import Member, OutTask

    client = seed(rows)
    token = _get_new_csrf_string()
    client.cookies["csrftoken"] = token
    latest = list(OutTask.objects.order_by("-id")[: min(rows, 2000)])
    for outtask in latest:  # the copies have codes that nobody could type
        outtask.tracking_code = tracking_code()
    OutTask.objects.bulk_update(latest, ["tracking_code"])
    references, codes = zip(*((one.reference, one.tracking_code) for one in latest), strict=True)
    secret = token_for(Member.objects.get(person__name="Imke Vos"), datetime.now(UTC))
    connection.close()
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return Work(0, cookies, token, secret, list(references), list(codes))


def run(work: Work, pid: int, rate: float, seconds: float) -> list[int]:
    """Make all requests; the server's memory once a second."""
    plan = timetable(rate, seconds)
    work.begin = time.perf_counter() + 0.5
    callers = [threading.Thread(target=caller, args=(work, plan, number)) for number in range(CALLERS)]
    for one in callers:
        one.start()
    grown = []
    while any(one.is_alive() for one in callers):
        time.sleep(1)
        grown.append(memory(pid))
    return grown


def told(work: Work, grown: list[int], rate: float) -> bool:
    """Print what was measured; whether it is good."""
    print(f"\n{'':<12}{'requests':>9}{'median ms':>11}{'p95 ms':>9}{'worst ms':>10}")
    for kind, times in {**work.times, "all": [t for ts in work.times.values() for t in ts]}.items():
        ninety_five = quantiles(times, n=20)[-1]
        print(f"{kind:<12}{len(times):>9}{median(times):>11.1f}{ninety_five:>9.1f}{max(times):>10.1f}")
    quarter = len(grown) // 4
    early, late = median(grown[quarter : 2 * quarter]), median(grown[-quarter:])
    print(f"\n{rate:g} requests a second; {len(work.bad)} bad answers {sorted(set(work.bad))[:5]}")
    print(f"of the {MOST_MS:.0f} ms that are allowed for 95 of 100, {ninety_five / MOST_MS:.2f} are used")
    print(f"memory: {early / 2**20:.0f} MB, then {late / 2**20:.0f} MB ({late / early:.2f} ×)")
    return ninety_five <= MOST_MS and not work.bad and late <= early * MOST_GROWTH


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--rate", type=float, default=100.0)
    options.add_argument("--minutes", type=float, default=5.0)
    given = options.parse_args()
    with scratch(given.postgresql, durable=True) as place:
        place.database("load")
        work = prepared(given.rows)
        with served(place, "load") as (work.port, pid):
            run(work, pid, 10, 5)
            work.times.clear()
            grown = run(work, pid, given.rate, given.minutes * 60)
        good = told(work, grown, given.rate)
    print("Good." if good else "TOO SLOW: see above.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
