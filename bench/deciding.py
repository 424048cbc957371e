"""What deciding on a request and promising its money costs, beside the bare SQL that changes the same rows.

    python bench/deciding.py [--postgresql] [--seconds 2] [--copies 60000]

The action approves a request by the member whose limits cover it, each time another one, by 1 and
by 16 client processes, in one organisation and in eight. The peer repeats the statements of one real approval
about the rows of another request each time, which it draws with one statement more: by pgbench on PostgreSQL,
by the sqlite3 module on SQLite. Both wait for the disk at each commit.

Afterwards a limit of the month is set in each organisation that covers forty more, and sixteen clients go on
approving, all in one organisation and then in all. What the books then say was promised must not pass it.

Prints medians of five interleaved runs, in approvals a second, and where the time of one goes. The exit code
is 1 below 0.30 of the peer at one client, and when a limit was passed or never reached.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from statistics import median
from typing import Any
from uuid import UUID

from actions import CLIENTS, LEAST_RATIO, NOW, ORGANISATIONS, told, where_time_goes
from peers import Crew, Peer, peer_of
from scratch import ROUNDS, Scratch, copies, id_of, parser, scratch, settle

APART = 1_000_000_000
AMOUNT, COVERED = 41_200, 40
# Of the copies so many are for the action, the others for the peer, which is quicker.
OURS = 0.15


@dataclass(frozen=True)
class Desk:
    """One organisation's requests that wait for one member. place: its number; its copies begin beyond."""

    place: int
    member_id: UUID
    budget_id: UUID
    copies: int

    @property
    def first(self) -> int:
        return self.place * APART + 1

    @property
    def ours(self) -> int:
        return int(self.copies * OURS)

    def act(self, counter: Any) -> Callable[[], object]:
        """An approval of the next request, whose number the processes draw from one counter."""
        from outtask.lifecycle.spending import approve_request
        from outtask.models import Member

        actor = Member.objects.get(pk=self.member_id).actor

        def approve() -> object:
            with counter.get_lock():
                number = counter.value
                counter.value += 1
            if number >= self.first + self.ours:
                raise RuntimeError("there are no more requests: give more --copies")
            request_id = UUID(f"0fffffff-ffff-7000-8000-{number:012x}")
            return approve_request(actor=actor, now=NOW, request_id=request_id, version=1)

        return approve


def acting(counters: list[Any]) -> Callable[[Desk], Callable[[], object]]:
    """In a client process: Django set up, then an act for each desk that is given."""
    import django

    django.setup()
    return lambda desk: desk.act(counters[desk.place])


def desk(place: int, count: int) -> Desk:
    """An organisation in which so many requests wait for Joseph, each with an out-task of its own."""
    from outtask.kernel.money import Money
    from outtask.lifecycle.tests import life as lives
    from outtask.models import Award, Link, Person, Proposal, Signature
    from outtask.spend.actions import authorise
    from tests.world import make_world

    world = make_world(NOW)
    for person in Person.objects.filter(email__endswith=".example"):
        Person.objects.filter(pk=person.pk).update(email=f"{person.pk}@example.org")
    life = lives.referred(world)
    authorise(actor=world.actor("imke"), now=NOW, budget_id=world.budget.pk, amount=Money(10**12, "GBP"))
    own = id_of(f"n + {place * APART}")
    its, number = {"id": own, "outtask_id": own}, f"'{place}-' || n"
    outtask, agreement, request = life.outtask, life.agreement, life.request
    award, version = Award.objects.get(outtask=outtask), agreement.versions.get()
    copies(outtask, count, id=own, reference=number, tracking_code=number)
    copies(life.brief, count, **its)
    proposal = Proposal.objects.select_related("invitation").get(pk=award.proposal_id)
    copies(proposal.invitation, count, id=own, brief_id=own)
    copies(proposal, count, **its, invitation_id=own)
    copies(award, count, **its, proposal_id=own)
    copies(agreement, count, **its, award_id=own)
    copies(version, count, id=own, agreement_id=own)
    for nth, signature in enumerate(Signature.objects.filter(version=version), start=1):
        beside = id_of(f"n + {place * APART + nth * APART // 10}")
        copies(signature, count, id=beside, version_id=own)
    copies(request, count, **its, agreement_id=own, reference=number)
    link = Link.objects.get(subject_id=request.pk)
    copies(link, count, **its, subject_id=own, token_hash=number)
    return Desk(place, world.member("joseph").pk, world.budget.pk, count)


def measure(place: Scratch, seconds: float, count: int) -> tuple[dict[tuple[str, int, int], float], bool]:
    """Medians by (who, organisations, clients), and whether the limits held."""
    from django.db import connection

    desks = [desk(number, count if number == 0 else count // 4) for number in range(ORGANISATIONS)]
    settle()
    counters = [get_context("spawn").Value("q", one.first) for one in desks]
    acts = [one.act(counter) for one, counter in zip(desks, counters, strict=True)]
    peer: Peer = peer_of(place, acts, [range(one.first + one.ours, one.first + one.copies) for one in desks])
    print(f"The peer sends {peer.statements} statements, those of one approval, one more, begin and commit.")
    where_time_goes(acts[0])
    os.environ["OUTTASK_DATABASE"] = place.address("actions")
    connection.close()
    found: dict[tuple[str, int, int], list[float]] = {}
    with Crew(max(CLIENTS), acting, (counters,)) as crew:
        for _ in range(ROUNDS):
            for organisations, clients in product((1, ORGANISATIONS), CLIENTS):
                work = [desks[number % organisations] for number in range(clients)]
                ours = crew.rate(work, seconds)
                theirs = peer.rate(organisations, clients, seconds)
                found.setdefault(("outtask", organisations, clients), []).append(ours)
                found.setdefault((peer.name, organisations, clients), []).append(theirs)
        limits = [limited(one) for one in desks]
        enough = [counter.value + 2 * COVERED for counter in counters]
        for organisations in (1, ORGANISATIONS):
            work = [desks[number % organisations] for number in range(max(CLIENTS))]
            while any(counters[one.place].value < enough[one.place] for one in work):
                crew.rate(work, seconds)
    kept = [within(one, limit) for one, limit in zip(desks, limits, strict=True)]
    return {case: median(rates) for case, rates in found.items()}, all(kept)


def promised(desk: Desk) -> int:
    """What the books say was promised from the desk's pot, in minor units."""
    from django.db.models import Sum

    from outtask.models import Posting

    rows = Posting.objects.filter(budget_id=desk.budget_id, source="free", target="committed")
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


def limited(desk: Desk) -> int:
    """Set a limit of the month that covers forty more, and not quite one; gives it in minor units."""
    from outtask.models import Limit, Member

    limit = promised(desk) + COVERED * AMOUNT + AMOUNT // 2
    member = Member.objects.get(pk=desk.member_id)
    Limit.objects.create(
        organisation_id=member.organisation_id, member=member, period="month", amount_minor=limit,
        currency="GBP", set_by=member, set_at=NOW,
    )  # fmt: skip
    return limit


def within(desk: Desk, limit: int) -> bool:
    """Whether the limit was reached and not passed, with what was referred on because of it."""
    from outtask.models import PurchaseRequest

    over = PurchaseRequest.objects.filter(budget_id=desk.budget_id).exclude(state="committed")
    referred = over.exclude(decider_id=desk.member_id).count()
    left = limit - promised(desk)
    print(f"  organisation {desk.place}: {left:>8,} of the limit left; {referred:>6,} referred further up")
    return 0 <= left < AMOUNT and referred > 0


def main() -> int:
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=2.0)
    options.add_argument("--copies", type=int, default=60_000)
    given = options.parse_args()
    with scratch(given.postgresql, durable=True) as place:
        place.database("actions")
        rates, kept = measure(place, given.seconds, given.copies)
        ratio, _gain = told(rates)
    good = ratio >= LEAST_RATIO and kept
    print("Good." if good else f"NOT GOOD: at least {LEAST_RATIO} is wanted, and limits that hold.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
