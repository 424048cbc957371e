"""How quickly a journal is verified, and whether appending to a long one stays as quick as to a short one.

    python bench/journal.py [--entries 300000] [--longest 1000000] [--postgresql]

Verifying reads every entry from the database and computes every hash, as the command does: in as many
processes as there are cores; beside it stands what one process does, and the bare parts of that: only reading
the same bytes, and only hashing bytes that are in memory already. Appending is measured on logs
of growing length, one entry at a time, inside a transaction that is rolled back, so that all are alike.

Prints medians of five interleaved rounds. The exit code is 1 when the quick look takes in fewer than 300,000
entries a second, or when appending grows faster than the logarithm of the length.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from itertools import repeat
from math import log2
from typing import Any

from scratch import Measured, copies, id_of, interleaved, parser, scratch, settle

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
AT_LEAST = 300_000
APPENDS = 50
LENGTHS = (1_000, 10_000, 100_000, 1_000_000)
PIECE = 20_000


def seed(entries: int) -> Any:
    """An organisation with a log of this length, by the journal's own way to write; every tenth has words."""
    from django.db import transaction

    from outtask.journal.appending import Said, append
    from outtask.journal.models import JournalHead, Saying
    from outtask.journal.recording import digest_of_salted
    from outtask.kernel.actor import Actor, ActorKind
    from outtask.kernel.identifiers import new_id
    from outtask.models import Organisation

    organisation = Organisation.objects.create(name=f"Log of {entries}", currency="GBP", founded_at=NOW)
    head = JournalHead.objects.create(organisation=organisation)
    actor = Actor(ActorKind.MEMBER, organisation.pk, id=new_id())
    digest = digest_of_salted(bytes(16), "Part 1")
    while head.size < entries:
        number = min(PIECE, entries - head.size)
        said, sayings = [], []
        for place in range(number):
            subject, outtask = new_id(), new_id()
            if place % 10:
                money = {"version": 1, "amount": None, "sha256": sha256(subject.bytes).hexdigest()}
                said.append(Said("agreement.drafted", "agreement", subject, outtask, money, new_id()))
            else:
                sayings.append(Saying(organisation=organisation, salt=bytes(16), text="Part 1"))
                words = {"name": {"saying": str(sayings[-1].pk), "digest": digest}}
                said.append(Said("organisation.founded", "agreement", subject, outtask, words, new_id()))
        with transaction.atomic():
            append(head, said, actor, NOW, own=True)
            Saying.objects.bulk_create(sayings, batch_size=2000)
    return organisation.pk


def long_log(length: int, before: int) -> Any:
    """A log of copies of one entry, to append to. before: how many copies other logs have already."""
    from outtask.journal.merkle import Edge
    from outtask.journal.models import Entry, JournalHead

    pk = seed(1)
    first = Entry.objects.get(organisation_id=pk)
    copies(first, length - 1, seq="n", id=id_of(f"n + {before}"))
    edge = Edge().extend(repeat(bytes(first.leaf), length))
    JournalHead.objects.filter(pk=pk).update(size=edge.size, edge=edge.to_bytes())
    return pk


def verifying(pk: Any, entries: int) -> dict[str, Callable[[], object]]:
    """The quick and the deep look, and what they are made of."""
    from django.db import connection
    from django.db.models import UUIDField

    from outtask.journal.models import Entry
    from outtask.journal.parallel import cores
    from outtask.journal.scanning import RUN
    from outtask.journal.verify import verify

    held = [bytes(body) for body in Entry.objects.filter(organisation_id=pk).values_list("body", flat=True)]
    key = UUIDField().get_db_prep_value(pk, connection)

    def look(deep: bool, processes: int) -> None:
        report = verify(pk, deep=deep, processes=processes)
        assert report.fault is None and report.entries == entries, report

    def read() -> None:
        ask = (
            "SELECT body, leaf FROM outtask_entry"
            " WHERE organisation_id = %s AND seq >= %s AND seq < %s ORDER BY seq"
        )
        with connection.cursor() as cursor:
            for first in range(0, entries, RUN):
                cursor.execute(ask, [key, first, first + RUN])
                cursor.fetchall()

    def hashing() -> None:
        for body in held:
            sha256(b"\x00" + body).digest()

    together = {QUICK: partial(look, False, cores()), DEEP: partial(look, True, cores())}
    return together | {ALONE: partial(look, False, 1), READ: read, HASH: hashing}


QUICK, DEEP, ALONE = "verify --quick", "verify", "verify --quick, one process"
READ, HASH = "only reading the bytes", "only hashing bytes in memory"


def appending(pk: Any) -> Callable[[], None]:
    """Append some entries one at a time, in a transaction that is then taken back."""
    from django.db import transaction

    from outtask.journal.appending import Said, append
    from outtask.journal.models import JournalHead
    from outtask.kernel.actor import clock
    from outtask.kernel.identifiers import new_id

    actor = clock(pk)
    payload = {"version": 1, "amount": None, "sha256": "0" * 64}

    def act() -> None:
        with transaction.atomic():
            head = JournalHead.objects.select_for_update().get(pk=pk)
            for _ in range(APPENDS):
                append(
                    head,
                    [Said("agreement.drafted", "agreement", pk, pk, payload, new_id())],
                    actor,
                    NOW,
                    own=True,
                )
            transaction.set_rollback(True)

    return act


def told(measured: Measured, entries: int, lengths: tuple[int, ...]) -> bool:
    """Print both tables; whether both are as quick as they must be."""
    print(f"\nVerifying {entries:,} entries from storage")
    rates = {name: entries / measured.times[name] * 1000 for name in (QUICK, DEEP, ALONE, READ, HASH)}
    for name, rate in rates.items():
        print(f"  {name:<34}{rate:>12,.0f} a second{measured.ratio(name, READ):>9.2f} × reading", flush=True)
    print("\nAppending one entry to a log of growing length")
    first = f"{lengths[0]:,} entries"
    good = rates[QUICK] >= AT_LEAST
    for length in lengths:
        name = f"{length:,} entries"
        ratio, allowed = measured.ratio(name, first), log2(length) / log2(lengths[0])
        each = measured.times[name] / APPENDS
        print(f"  {name:<34}{each:>12.3f} ms{ratio:>9.2f} ×   (log n: {allowed:.2f} ×)", flush=True)
        good &= ratio <= max(allowed, 1.2)
    return good


def main() -> int:
    options = parser("Verifying a journal, and appending to a long one.")
    options.add_argument("--entries", type=int, default=300_000)
    options.add_argument("--longest", type=int, default=1_000_000)
    given = options.parse_args()
    with scratch(given.postgresql) as place:
        place.database("journal")
        lengths = tuple(length for length in LENGTHS if length <= given.longest)
        groups = {"verify": verifying(seed(given.entries), given.entries)}
        groups["append"] = {
            f"{length:,} entries": appending(long_log(length, sum(lengths[:place])))
            for place, length in enumerate(lengths)
        }
        settle()
        measured = interleaved(groups, lambda group: None, elsewhere=True)
    good = told(measured, given.entries, lengths)
    print("\n" + ("Both are as quick as they must be." if good else "TOO SLOW: see above."))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
