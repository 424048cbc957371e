"""The detectors over many things at once: sorted and hashed, never each beside each.

Each gives exactly what its rule gives for one thing beside all the others. Time is n log n for n things, as
long as what one team asks of one provider within 30 days is few against n.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

from outtask.watch.numbers import transposed
from outtask.watch.rules import (
    DEFAULTS,
    Asked,
    Bill,
    Finding,
    Parameters,
    duplicate_of,
    how_plain,
    is_just_below,
    just_below,
    split_among,
)

type Found = Iterator[tuple[str, Finding]]


def splits(requests: Iterable[Asked], terms: Parameters = DEFAULTS) -> Found:
    """`rules.split` of each request: a window over the requests of each team to each provider."""
    groups: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in requests:
        groups[one.team, one.provider].append(one)
    days = max(terms.split_days, terms.alike_split_days)
    for group in groups.values():
        if len(group) == 1:
            continue
        window: deque[Asked] = deque()
        total = 0
        for asked in sorted(group, key=lambda one: one.place):
            while window and (asked.at - window[0].at).total_seconds() > days * 86_400:
                total -= window.popleft().amount
            # Only when everything in the window together is above the limit is there anything to look for.
            if asked.limit is not None and total + asked.amount > asked.limit:
                found = split_among(asked, window, terms)
                if found is not None:
                    yield asked.id, found
            window.append(asked)
            total += asked.amount


def just_belows(requests: Iterable[Asked], terms: Parameters = DEFAULTS) -> Found:
    """`rules.just_below` of each request: the last few of each person."""
    last: dict[str, deque[Asked]] = defaultdict(lambda: deque(maxlen=terms.below_of_last - 1))
    for asked in sorted(requests, key=lambda one: one.place):
        mine = last[asked.person]
        if asked.limit is not None and is_just_below(asked.amount, asked.limit, terms):
            found = just_below(asked, mine, terms)
            if found is not None:
                yield asked.id, found
        mine.append(asked)


def duplicates(bills: Iterable[Bill]) -> Found:
    """`rules.duplicate` of each invoice: the first of each payee, number and amount in one table."""
    first: dict[tuple[int, str, bool, str], dict[str, Bill]] = {}
    for bill in sorted(bills, key=lambda one: one.place):
        payees = [(bill.amount, bill.currency, False, bill.provider)]
        payees += [(bill.amount, bill.currency, True, account) for account in bill.accounts]
        known = [first[payee] for payee in payees if payee in first]
        if known:
            numbers = (bill.key, *transposed(bill.key))
            seen = [one for table in known for number in numbers if (one := table.get(number)) is not None]
            if seen:
                yield bill.id, duplicate_of(bill, min(seen, key=lambda one: how_plain(bill, one)))
        for payee in payees:
            first.setdefault(payee, {}).setdefault(bill.key, bill)
