"""Limits by day, month, year and category, and decisions in somebody's place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from outtask.models import (
    Approval,
    Commitment,
    Delegation,
    Limit,
    Organisation,
    PurchaseRequest,
    SpendRule,
)
from outtask.spend.states import Decision, Demand, RequestState
from tests.harness.invariants.house import House, Row


def nobody_promises_more_than_their_limits(house: House) -> Iterator[str]:
    """What is promised by each decision and those before it in the period fits every limit of that moment.

    Limits in a foreign currency are left out: a rate may be noted later for an earlier day.
    """
    promising = _promising(house)
    for decision in promising:
        held = [
            limit
            for limit in house.of(Limit, member_id=_whose(house, decision))
            if limit.set_at <= decision.decided_at and _could_be(limit, _request(house, decision))
            if limit.ended_at is None or limit.ended_at > decision.decided_at
            if limit.currency == _organisation(house, decision).currency
        ]
        for limit in held:
            used = sum(
                _promised(house, other)
                for other in promising
                if other.pk <= decision.pk
                and _whose(house, other) == limit.member_id
                and _could_be(limit, _request(house, other))
                and _together(house, limit.period, other, decision)
            )
            if used > limit.amount_minor:
                yield f"{_request(house, decision)} brings {used} under a limit of {limit.amount_minor}"


def _could_be(limit: Row, request: Row) -> bool:
    """Whether what is bought is, or could be, in the category of the limit."""
    shared = min(len(limit.category), len(request.category))
    return bool(limit.category[:shared] == request.category[:shared])


def _together(house: House, period: str, one: Row, other: Row) -> bool:
    """Whether two decisions are in the same period, or about the same need."""
    if period == "need":
        return bool(one.request_id == other.request_id)
    parts = {"year": 1, "month": 2, "day": 3}[period]
    return _day(house, one).timetuple()[:parts] == _day(house, other).timetuple()[:parts]


def _day(house: House, decision: Row) -> date:
    zone: str = _organisation(house, decision).zone
    return decision.decided_at.astimezone(ZoneInfo(zone)).date()  # type: ignore[no-any-return]


def _organisation(house: House, row: Row) -> Row:
    found = house.get(Organisation, row.organisation_id)
    assert found is not None, "held by a foreign key"
    return found


def _promising(house: House) -> list[Row]:
    kinds = {Decision.APPROVE, Decision.WITHIN_LIMIT}
    rows = [row for row in house.all(Approval) if row.decision in kinds and row.voided_at is None]
    return [row for row in rows if _request(house, row).state == RequestState.COMMITTED]


def _request(house: House, decision: Row) -> Row:
    found = house.get(PurchaseRequest, decision.request_id)
    assert found is not None, "held by a foreign key"
    return found


def _whose(house: House, decision: Row) -> object:
    """By whose limits it was decided."""
    lent = house.get(Delegation, decision.delegation_id)
    return decision.decided_by_id if lent is None else lent.giver_id


def _promised(house: House, decision: Row) -> int:
    """What still counts of it, rounded up."""
    request = _request(house, decision)
    (commitment,) = house.of(Commitment, request_id=request.pk)
    left = request.amount_minor - commitment.released_minor
    return -(-request.base_minor * left // request.amount_minor)


def nobody_decides_in_a_place_they_were_not_given(house: House) -> Iterator[str]:
    """Who decides for somebody was named by them, for that day, and is neither them nor who asked.

    Whether it had ended follows from the order in which ids were made, not from the instants: of two requests
    that wait for each other the one that came first may be done last.
    """
    over = {told.says["delegation"]: told.pk for told in house.entries("delegation.ended")}
    for decision in house.all(Approval):
        lent = house.get(Delegation, decision.delegation_id)
        if lent is None:
            continue
        day = _day(house, decision)
        ended = str(lent.pk) in over and over[str(lent.pk)] < decision.pk
        if lent.taker_id != decision.decided_by_id or lent.made_at > decision.decided_at:
            yield f"{decision} was taken under {lent}, which is not theirs or not yet there"
        if ended or not lent.starts_on <= day <= lent.ends_on:
            yield f"{decision} was taken under {lent} on {day}, when it did not hold"
        more = decision.limit_minor is None or decision.limit_minor > (lent.up_to_minor or 0)
        if lent.up_to_minor is not None and decision.decision == Decision.APPROVE and more:
            yield f"{decision} was taken under {decision.limit_minor}, more than {lent.up_to_minor}"


def two_persons_approve_where_a_rule_asked_for_two(house: House) -> Iterator[str]:
    """Each last yes under such a rule follows a first one to the same version, by another than asked."""
    two = {str(row.pk) for row in house.all(SpendRule) if row.demand == Demand.TWO}
    for last in house.all(Approval):
        if last.decision not in {Decision.APPROVE, Decision.WITHIN_LIMIT} or not two & set(last.rules):
            continue
        same = {"request_id": last.request_id, "version": last.version, "decision": Decision.FIRST}
        firsts = house.of(Approval, **same)
        asker = _request(house, last).requested_by_id
        if len(firsts) != 1 or len({firsts[0].decided_by_id, last.decided_by_id, asker}) != 3:
            yield f"{last} was given under a rule for two, after {firsts}, asked by {asker}"


INVARIANTS = (
    two_persons_approve_where_a_rule_asked_for_two,
    nobody_promises_more_than_their_limits,
    nobody_decides_in_a_place_they_were_not_given,
)
