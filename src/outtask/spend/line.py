"""Who decides: the limits of a member on a day, the line above them, and who is called to one request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Sum

from outtask.journal.direct import rows_by_key
from outtask.journal.prepared import prepared
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.people.duties import Duties, Duty, why_not_duty
from outtask.people.models import Delegation, Link, Member, Organisation
from outtask.people.queries import absence_of
from outtask.people.roles import ROLES, Right
from outtask.people.states import Role
from outtask.spend import limit_rules
from outtask.spend.limit_rules import (
    HALF_TIME,
    Approver,
    Call,
    Ceiling,
    Spending,
    Waiting,
    who_decides,
    why_not_remind,
    why_not_within,
)
from outtask.spend.models import Approval, Limit, PurchaseRequest
from outtask.spend.queries import committed_for_need, rate_for
from outtask.spend.rules import still_promised
from outtask.spend.states import UNDECIDED, Decision, LimitPeriod, RequestState

DATE = DateTimeField()
NOBODY: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Today:
    """One day in one organisation, as limits, rates and absences are counted there."""

    organisation: Organisation
    day: date

    @classmethod
    def at(cls, organisation_id: UUID, now: datetime) -> Today:
        [organisation] = rows_by_key(Organisation, [organisation_id])
        return cls.of(organisation, now)

    @classmethod
    def of(cls, organisation: Organisation, now: datetime) -> Today:
        return cls(organisation, now.astimezone(ZoneInfo(organisation.zone)).date())


def spending(
    today: Today, outtask_id: UUID | None, base_minor: int, category: str, *, without: UUID | None = None
) -> Spending:
    """What a request would promise; `without`: that request, when it is there already."""
    base = today.organisation.currency
    need = committed_for_need(outtask_id, without=without) + base_minor
    return Spending(Money(need, base), Money(base_minor, base), category)


def spending_of(request: PurchaseRequest, today: Today) -> Spending:
    """What this request would promise when it is committed."""
    return spending(today, request.outtask_id, request.base_minor, request.category, without=request.pk)


# ---- one member ----


def approver_of(member: Member, today: Today, duties: Duties | None = None) -> Approver:
    """A member's limits, and whether they may approve where these duties are held."""
    here = member.left_at is None and Role(member.role) in ROLES[Right.APPROVE]
    apart = duties is None or why_not_duty(member.person_id, Duty.APPROVE, duties) is None
    # What was set before somebody became an owner binds them no more: an owner's limit is the budgets.
    owner = member.role == Role.OWNER
    return Approver(
        member.pk, None if owner else member.limit_minor, owner, here and apart, ceilings_of(member, today)
    )


@prepared()
def limits_of(member_id: UUID) -> QuerySet[Limit]:
    """The limits that hold now beside the one for a need, the widest period last."""
    return Limit.objects.filter(member_id=member_id, ended_at__isnull=True).order_by("category", "id")


def ceilings_of(member: Member, today: Today) -> tuple[Ceiling, ...]:
    """What each of a member's further limits leaves on this day."""
    return tuple(ceiling_of(limit, today) for limit in limits_of(member.pk))


def ceiling_of(limit: Limit, today: Today) -> Ceiling:
    """One limit with what is used of it, in the organisation's currency at the rate of the day."""
    period, base = LimitPeriod(limit.period), today.organisation.currency
    amount = Money(limit.amount_minor, limit.currency)
    rate = None if limit.currency == base else rate_for(today.organisation.pk, limit.currency, today.day)
    start = limit_rules.since(period, today.day, today.organisation.zone)
    return Ceiling(
        period,
        limit.category,
        amount,
        limit_rules.limit_in_base(amount, base, rate.per_unit if rate else None),
        0 if start is None else promised_since(limit.member_id, start, limit.category),
        limit_rules.last_day(period, today.day),
    )


def promised_since(member_id: UUID, start: datetime, category: str) -> int:
    """What a member promised from an instant on and is promised still, in the organisation's currency.

    Within their limit or by approving, themselves or through somebody who decided in their place; what they
    decided in the place of others counts for those others.
    """
    lent = list(Delegation.objects.filter(giver_id=member_id).values_list("pk", flat=True))
    theirs = Q(decided_by_id=member_id, delegation__isnull=True)
    rows = Approval.objects.filter(
        theirs | Q(delegation__in=lent) if lent else theirs,
        decision__in=[Decision.APPROVE, Decision.WITHIN_LIMIT],
        voided_at__isnull=True,
        decided_at__gte=start,
        request__state=RequestState.COMMITTED,
    )
    if category:
        wider = [category[:length] for length in range(len(category))]
        within = Q(request__category__startswith=category)
        rows = rows.filter(within | Q(request__category__in=wider))
    whole = rows.filter(request__commitment__released_minor=0)
    parts = rows.filter(request__commitment__released_minor__gt=0).values_list(
        "request__base_minor", "request__amount_minor", "request__commitment__released_minor"
    )
    total: int = whole.aggregate(total=Sum("request__base_minor"))["total"] or 0
    return total + sum(still_promised(*part) for part in parts)


# ---- the line ----


def called(member: Member, duties: Duties, today: Today) -> Approver:
    """A member in the line: themselves, or while they are away whoever decides in their place.

    Nobody passes on what was passed to them: a taker who is away too is not asked, and it goes further up.
    """
    absence = absence_of(member.pk, today.day)
    if absence is None:
        return approver_of(member, today, duties)
    return _placed(member, absence, duties, today)


def _placed(giver: Member, absence: Delegation, duties: Duties, today: Today) -> Approver:
    taker = absence.taker
    here = taker.left_at is None and Role(taker.role) in ROLES[Right.APPROVE]
    apart = all(
        why_not_duty(person, Duty.APPROVE, duties) is None for person in (giver.person_id, taker.person_id)
    )
    may_approve = here and apart and absence_of(taker.pk, today.day) is None
    return limit_rules.in_place_of(approver_of(giver, today), taker.pk, absence.up_to_minor, may_approve)


def line_above(member: Member, duties: Duties, today: Today) -> Iterator[Approver]:
    """Whom a member refers to, step by step, and after them the owners, who have been here longest first.

    The line ends at its top, or where a circle would begin.
    """
    seen = {member.pk}
    above = member.reports_to
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        yield called(above, duties, today)
        above = above.reports_to
    owners = Member.objects.filter(
        organisation_id=member.organisation_id, role=Role.OWNER, left_at__isnull=True
    ).exclude(pk__in=seen)
    for owner in owners.order_by("joined_at", "id"):
        yield called(owner, duties, today)


def decider_for(
    member: Member, wanted: Spending, duties: Duties, today: Today, besides: frozenset[UUID] = NOBODY
) -> Approver | Refusal:
    """Who decides above a member about this much: asked when it is referred, and when that is foretold.

    besides: members who are asked no more, because their yes stands already.
    """
    return who_decides(_without(line_above(member, duties, today), besides), wanted)


def _without(above: Iterable[Approver], besides: frozenset[UUID]) -> Iterator[Approver]:
    return (each for each in above if not besides & {each.id, each.taker})


def next_decider(request: PurchaseRequest, duties: Duties, today: Today) -> Approver | Refusal:
    """Who decides after the one who let the time pass: those behind them in the line of whoever asked.

    From the beginning when they no longer stand in that line. Nobody is asked twice so, and it ends.
    """
    whole = list(line_above(request.requested_by, duties, today))
    places = [place for place, each in enumerate(whole) if each.id == request.decider_id]
    rest = whole[places[0] + 1 :] if places else whole
    return who_decides(_without(rest, firsts_of(request)), spending_of(request, today))


# ---- one request ----


@dataclass(frozen=True)
class Power:
    """By what a member decides: their own limits, or those of the member they stand in for."""

    approver: Approver
    delegation: Delegation | None = None


def first_yes(request: PurchaseRequest) -> Approval | None:
    """The first yes of two to the version that stands, when it was given."""
    given = _first_yes(request.pk, request.version).select_related(
        "decided_by__person", "delegation__giver__person"
    )
    found: Approval | None = given.first()
    return found


def _first_yes(request_id: UUID, version: int) -> QuerySet[Approval]:
    return Approval.objects.filter(
        request_id=request_id, decision=Decision.FIRST, version=version, voided_at__isnull=True
    )


def firsts_of(request: PurchaseRequest) -> frozenset[UUID]:
    """The members behind the first yes: who gave it, and in whose place."""
    first = _behind.first(request.pk, request.version)
    return frozenset(member for member in first or () if member is not None)


@prepared("version")
def _behind(request_id: UUID, version: int) -> QuerySet[Approval, tuple[UUID, UUID | None]]:
    rows = _first_yes(request_id, version).order_by("id")
    return rows.values_list("decided_by_id", "delegation__giver_id")[:1]


def power_over(absence: Delegation | None, member: Member, wanted: Spending, today: Today) -> Power:
    """By what power a member decides a request whose decider has this absence. Owners who stand in may use
    their own."""
    if absence is not None and absence.taker_id == member.pk:
        giver = approver_of(absence.giver, today)
        placed = limit_rules.in_place_of(giver, member.pk, absence.up_to_minor, may_approve=True)
        if member.role != Role.OWNER or why_not_within(placed, wanted) is None:
            return Power(placed, absence)
    return Power(approver_of(member, today))


def call_of(request: PurchaseRequest, absence: Delegation | None, member: Member) -> Call:
    """Whose decision a request is while its decider has this absence, as seen by one member."""
    taker = absence.taker_id if absence is not None else None
    elsewhere = request.decider_id is not None and member.pk not in {request.decider_id, taker}
    stood_in = elsewhere and _stood_in(request.decider_id, member.pk)
    return Call(request.decider_id, taker, stood_in=stood_in)


def _stood_in(giver_id: UUID | None, taker_id: UUID) -> bool:
    found: bool = Delegation.objects.filter(giver_id=giver_id, taker_id=taker_id).exists()
    return found


def decides(request: PurchaseRequest, member: Member, day: date) -> bool:
    """Whether a member is asked for a decision now, or as an owner could give one; never on their own."""
    if request.state not in UNDECIDED or request.requested_by_id == member.pk:
        return False
    if member.pk in firsts_of(request):
        return False
    call = call_of(request, absence_of(request.decider_id, day), member)
    return limit_rules.why_not_called(member.pk, member.role == Role.OWNER, call) is None


def waiting_of(request: PurchaseRequest, today: Today) -> Waiting:
    """How long a request waits, for whom, and who had the link to decide."""
    absence = absence_of(request.decider_id, today.day)
    links = Link.objects.filter(
        subject_type="purchaserequest", subject_id=request.pk, spent_at__isnull=True, revoked_at__isnull=True
    )
    link = links.order_by("-id").first()
    return Waiting(
        referred=request.state == RequestState.REFERRED,
        decide_by=request.decide_by,
        called=absence.taker_id if absence is not None else request.decider_id,
        link_of=link.member_id if link is not None else None,
        link_made_at=link.made_at if link is not None else None,
    )


def _undecided() -> QuerySet[PurchaseRequest]:
    # By decider, so that the many that are settled and wait for nobody are never looked at.
    waiting = PurchaseRequest.objects.filter(decider__in=Member.objects.values("pk"))
    return waiting.filter(state=RequestState.REFERRED)


def too_late(now: datetime) -> list[tuple[UUID, UUID]]:
    """Organisation and id of each request that was not decided in its time."""
    rows = _undecided().filter(decide_by__lte=now).order_by("id")
    return list(rows.values_list("organisation_id", "pk"))


def to_remind(now: datetime) -> list[tuple[UUID, UUID]]:
    """Organisation and id of each request whose decider has had half of their time, or changed."""
    live = Link.objects.filter(
        subject_type="purchaserequest",
        subject_id=OuterRef("pk"),
        organisation_id=OuterRef("organisation_id"),
        spent_at__isnull=True,
        revoked_at__isnull=True,
    )
    late = Exists(live.filter(made_at__gte=ExpressionWrapper(OuterRef("decide_by") - HALF_TIME, DATE)))
    direct = Exists(live.filter(member_id=OuterRef("decider_id")))
    absent = Exists(Delegation.objects.filter(giver_id=OuterRef("decider_id"), ended_at__isnull=True))
    rows = _undecided().filter(
        Q(~late, decide_by__lte=now + HALF_TIME) | Q(~direct) | Q(absent), decide_by__gt=now
    )
    rows = rows.select_related("organisation").order_by("id")
    return [
        (row.organisation_id, row.pk)
        for row in rows
        if why_not_remind(waiting_of(row, Today.of(row.organisation, now)), now) is None
    ]


def waiting_for(whose: Collection[UUID]) -> Q:
    """Which requests wait for one of these: a member while they are here, and those they stand in for.

    whose: `decides_for` says it.
    """
    theirs = Q(*(Q(decider_id=one) for one in whose), _connector=Q.OR) if whose else Q(pk__in=())
    return theirs & Q(state__in=UNDECIDED)
