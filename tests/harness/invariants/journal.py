"""The journal itself: no gap, no other bytes, each event the same in both logs, nothing after an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from outtask.journal.kinds import Audience, kind_named
from outtask.journal.merkle import Edge, leaf_hash
from outtask.models import (
    Agreement,
    Award,
    Check,
    Entry,
    Handover,
    Invoice,
    JournalHead,
    Link,
    Milestone,
    Proposal,
    Provider,
    Submission,
)
from tests.harness.invariants.house import House, Told, grouped


def logs_are_whole(house: House) -> Iterator[str]:
    """Every log counts up without a gap, its bytes have their hashes, and its head is their tree."""
    logs = grouped(house.all(Entry), lambda row: row.organisation_id)
    for head in house.all(JournalHead):
        rows = sorted(logs[head.organisation_id], key=lambda row: row.seq)
        if [row.seq for row in rows] != list(range(head.size)):
            yield f"the log of {head.organisation_id} has {len(rows)} entries, its head says {head.size}"
        leaves = [leaf_hash(row.body) for row in rows]
        yield from (
            f"entry {row.seq} of {row.organisation_id} does not have the hash of its bytes"
            for row, leaf in zip(rows, leaves, strict=True)
            if row.leaf != leaf
        )
        if rows and Edge().extend(leaves).to_bytes() != head.edge:
            yield f"the head of {head.organisation_id} has another tree than its entries"
    if missing := logs.keys() - {head.organisation_id for head in house.all(JournalHead)}:
        yield f"entries without a log: {missing}"


def entries_are_never_touched(house: House) -> Iterator[str]:
    """What was in the journal the moment before is there still, as it was."""
    if house.before is None:
        return
    now, before = house.raw[Entry], house.before.raw[Entry]
    yield from (f"entry {pk} was changed or taken out" for pk, raw in before.items() if now.get(pk) != raw)


def columns_say_what_the_bytes_say(house: House) -> Iterator[str]:
    """Whoever finds an entry by a column finds what was hashed."""
    for told in house.entries():
        row, body = told.row, told.body
        if house.before is not None and house.before.told.get(row.pk) is told:
            continue
        said = (
            body["seq"], body["kind"], body["actor"]["id"], body["on"]["id"], body["outtask"],
            body["organisation"],
        )  # fmt: skip
        found = (
            row.seq, row.kind, _text(row.actor_id), _text(row.subject_id), _text(row.outtask_id),
            _text(row.organisation_id),
        )  # fmt: skip
        if said != found:
            yield f"{told} says {said} in its bytes, {found} in its columns"


def both_logs_tell_the_same(house: House) -> Iterator[str]:
    """An event that stands in two logs is the same in both, but for whose log it is and the place in it."""
    for event, lines in grouped(house.entries(), lambda told: told.body["event"]).items():
        bodies = [{**told.body, "organisation": None, "seq": None} for told in lines]
        if any(body != bodies[0] for body in bodies):
            yield f"event {event} is told in {len(lines)} ways"
        if len({told.organisation_id for told in lines}) != len(lines) or sum(t.is_own for t in lines) != 1:
            yield f"event {event} stands {len(lines)} times"
        shared = Audience.PROVIDER in kind_named(lines[0].kind).audience
        if len(lines) > 1 and not shared:
            yield f"{lines[0]} is for the client alone and stands in another log"


NAMED = ("order.provider_named", "order.asked_anew")
"""Kinds that say who is to deliver an order."""


def the_other_party_reads_what_concerns_it(house: House) -> Iterator[str]:
    """What a provider may read about its work stands in its own log too, once its people have claimed it."""
    claimed = {row.pk: row.claimed_by_id for row in house.all(Provider) if row.claimed_by_id is not None}
    if not claimed:
        return
    logs = {(told.organisation_id, told.body["event"]) for told in house.entries()}
    named = {told.outtask_id: told.seq for told in house.entries(*NAMED) if told.is_own}
    for told in house.entries():
        if told.is_own and told.seq < named.get(told.outtask_id, 0):
            continue  # nobody was to deliver this order yet
        if not told.is_own or Audience.PROVIDER not in kind_named(told.kind).audience:
            continue
        organisation = claimed.get(_provider(house, told))
        if organisation is not None and (organisation, told.body["event"]) not in logs:
            yield f"{told} is not in the log of the provider it concerns"


def _provider(house: House, told: Told) -> UUID | None:
    """The provider whose work an entry is about; None when it is about none, or about several."""
    steps: Mapping[str, tuple[tuple[type[Any], str], ...]] = {
        "agreement": ((Agreement, "provider_id"),),
        "award": ((Award, "proposal_id"), (Proposal, "provider_id")),
        "milestone": ((Milestone, "agreement_id"), (Agreement, "provider_id")),
        "invoice": ((Invoice, "provider_id"),),
        "handover": ((Handover, "provider_id"),),
        "submission": (
            (Submission, "milestone_id"), (Milestone, "agreement_id"), (Agreement, "provider_id"),
        ),
        "check": (
            (Check, "submission_id"), (Submission, "milestone_id"), (Milestone, "agreement_id"),
            (Agreement, "provider_id"),
        ),
    }  # fmt: skip
    found: Any = told.subject_id
    if told.kind == "outtask.taken_back":
        found = UUID(told.says["handover"])
    path = steps["handover"] if told.kind == "outtask.taken_back" else steps.get(told.subject_type)
    if path is None:
        return None
    for model, column in path:
        row = house.get(model, found)
        found = getattr(row, column) if row is not None else None
    return found  # type: ignore[no-any-return]  # the last column of each path is a provider's id


def nothing_acts_after_its_end(house: House) -> Iterator[str]:
    """No entry by a link stands in the log behind the one that closed it."""
    closed: dict[Any, int] = {}
    for told in house.entries():
        if told.actor_kind == "guest" and told.is_own and told.actor_id in closed:
            yield f"{told} was done by a link that {closed[told.actor_id]} had closed"
        if told.kind == "link.closed":
            closed[told.subject_id] = told.seq
        if told.kind == "outtask.taken_back":
            mine = {row.pk for row in house.of(Link, outtask_id=told.outtask_id) if row.made_at <= told.at}
            closed |= dict.fromkeys(mine, told.seq)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


INVARIANTS = (
    logs_are_whole,
    entries_are_never_touched,
    columns_say_what_the_bytes_say,
    both_logs_tell_the_same,
    the_other_party_reads_what_concerns_it,
    nothing_acts_after_its_end,
)
