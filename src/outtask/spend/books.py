"""The books: what the postings add up to on any day, and whether everything that repeats them is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Sum

from outtask.journal.models import Entry
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.people.models import Organisation
from outtask.spend.budget_rules import digest_of_balance
from outtask.spend.models import Budget, Closing, Posting
from outtask.spend.states import Account

type Sums = dict[Account, int]


@dataclass(frozen=True)
class Balance:
    """What the five accounts of one pot held at the end of a day, in minor units; they sum to nothing."""

    budget: Budget
    sums: Mapping[Account, int]

    @property
    def amounts(self) -> dict[Account, Money]:
        """In the order of `Account`; `authorised` is the source, so it is below zero."""
        return {account: Money(self.sums[account], self.budget.currency) for account in Account}


@dataclass(frozen=True)
class Sheet:
    """The trial balance of all pots in one currency."""

    currency: str
    rows: list[Balance]

    @property
    def totals(self) -> dict[Account, Money]:
        """Each account over all pots."""
        return {
            account: Money(sum(row.sums[account] for row in self.rows), self.currency) for account in Account
        }

    @property
    def difference(self) -> Money:
        """What all accounts sum to: nothing, always."""
        return Money.total(self.totals.values(), self.currency)


def trial_balance(actor: Actor, day: date) -> list[Sheet]:
    """Every pot with what its postings through `day` add up to, by currency, then by name.

    Pots in which nothing was posted until then are left out. Each pot repeats the sums of all its postings
    (`replay` tells when it does not), so only what was posted after `day` is read: of today, nothing.
    """
    end = end_of(actor.organisation_id, day)
    visible = Budget.objects.visible_to(actor)
    # Everybody sees what a pot comes to, also those who see the postings of their own out-tasks alone.
    postings = Posting.objects.filter(organisation_id=actor.organisation_id)
    later = _sums(postings.filter(budget__in=visible, posted_at__gte=end))
    begun = Exists(Posting.objects.filter(budget=OuterRef("pk"), posted_at__lt=end))
    sheets: dict[str, list[Balance]] = defaultdict(list)
    for budget in visible.filter(begun).order_by("currency", "name"):
        since = later.get(budget.pk, {})
        sums = {account: held - since.get(account, 0) for account, held in _repeated(budget).items()}
        sheets[budget.currency].append(Balance(budget, sums))
    return [Sheet(currency, rows) for currency, rows in sheets.items()]


def digest_of(day: date, sheets: Iterable[Sheet]) -> str:
    """The digest of a trial balance, the same that a closing through its day keeps."""
    rows = [row for sheet in sheets for row in sheet.rows]
    return digest_of_balance(day, ((row.budget.pk, row.budget.currency, row.sums) for row in rows))


@dataclass(frozen=True)
class Movement:
    """All postings from one account to another over some days, in one currency."""

    source: str
    target: str
    postings: int
    amount: Money


def movements(actor: Actor, first: date | None, last: date) -> list[Movement]:
    """What moved from the first day on (or ever) through the last, by currency and accounts."""
    rows = within(Posting.objects.filter(budget__in=Budget.objects.visible_to(actor)), actor, first, last)
    summed = rows.order_by("budget__currency", "source", "target").values_list(
        "budget__currency", "source", "target"
    )
    return [
        Movement(source, target, postings, Money(minor, currency))
        for currency, source, target, postings, minor in summed.annotate(Count("pk"), Sum("amount_minor"))
    ]


def postings_within(actor: Actor, first: date | None, last: date) -> QuerySet[Posting]:
    """The postings the actor may see, of these days. Who sees only their own out-tasks sees those of them."""
    return within(Posting.objects.visible_to(actor), actor, first, last)


def within(postings: QuerySet[Posting], actor: Actor, first: date | None, last: date) -> QuerySet[Posting]:
    """Those posted on days of the organisation's calendar."""
    found = postings.filter(posted_at__lt=end_of(actor.organisation_id, last))
    if first is None:
        return found
    return found.filter(posted_at__gte=end_of(actor.organisation_id, first - timedelta(days=1)))


@dataclass(frozen=True)
class Standing:
    """The books through a day: how many postings, and the digest of the trial balance they make."""

    postings: int
    sha256: str


def standing_through(organisation_id: UUID, day: date) -> Standing:
    """What a closing through `day` keeps; the same again whenever nothing was posted until then since."""
    posted = Posting.objects.filter(
        organisation_id=organisation_id, posted_at__lt=end_of(organisation_id, day)
    )
    sums = _sums(posted)
    currencies = dict(Budget.objects.filter(pk__in=sums).values_list("pk", "currency"))
    digest = digest_of_balance(day, ((pk, currencies[pk], found) for pk, found in sums.items()))
    return Standing(posted.count(), digest)


def closed_through(organisation_id: UUID) -> date | None:
    """The last day whose books are closed."""
    standing = Closing.objects.filter(organisation_id=organisation_id, reopened_at__isnull=True)
    last: date | None = standing.aggregate(last=Max("through"))["last"]
    return last


def end_of(organisation_id: UUID, day: date) -> datetime:
    """The instant at which a day of the organisation's calendar is over."""
    zone = Organisation.objects.values_list("zone", flat=True).get(pk=organisation_id)
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone))


def _sums(postings: QuerySet[Posting]) -> dict[UUID, Sums]:
    """By pot, what each account came to."""
    found: dict[UUID, Sums] = {}
    moved = postings.order_by().values_list("budget_id", "source", "target").annotate(Sum("amount_minor"))
    for budget_id, source, target, amount in moved:
        sums = found.setdefault(budget_id, dict.fromkeys(Account, 0))
        sums[Account(source)] -= amount
        sums[Account(target)] += amount
    return found


def _repeated(budget: Budget) -> Sums:
    """What each account holds by the sums on the pot's own row."""
    return {
        Account.AUTHORISED: -budget.authorised_minor,
        Account.FREE: budget.free_minor,
        Account.COMMITTED: budget.committed_minor,
        Account.OWED: budget.owed_minor,
        Account.PAID: budget.paid_minor,
    }


# ---- replay ----


def replay(organisation_id: UUID) -> list[str]:
    """What does not follow from the postings, in words for whoever keeps the installation.

    Told again from the first, the postings give the sums each budget repeats; each of them names an entry of
    the organisation's own journal; and what was posted through a closed day is what it was at the closing.
    """
    return [
        *_wrong_sums(organisation_id),
        *_without_entry(organisation_id),
        *_wrong_closings(organisation_id),
    ]


def _wrong_sums(organisation_id: UUID) -> Iterable[str]:
    sums = _sums(Posting.objects.filter(organisation_id=organisation_id))
    nothing = dict.fromkeys(Account, 0)
    for budget in Budget.objects.filter(organisation_id=organisation_id).order_by("id"):
        found = sums.get(budget.pk, nothing)
        said = _repeated(budget)
        for account in Account:
            if found[account] != said[account]:
                yield (
                    f"budget {budget.pk} says {said[account]:,} {account.value} in minor units;"
                    f" its postings come to {found[account]:,}"
                )


def _without_entry(organisation_id: UUID) -> Iterable[str]:
    named = Entry.objects.filter(pk=OuterRef("entry_id"), organisation_id=organisation_id)
    rows = Posting.objects.filter(~Exists(named), organisation_id=organisation_id)
    first = rows.order_by("pk").values_list("pk", flat=True).first()
    if first is not None:
        yield f"{rows.count()} postings name no entry of the journal; the first is posting {first}"


def _wrong_closings(organisation_id: UUID) -> Iterable[str]:
    standing = Closing.objects.filter(organisation_id=organisation_id, reopened_at__isnull=True)
    for closing in standing.order_by("through"):
        now = standing_through(organisation_id, closing.through)
        if (now.postings, now.sha256) != (closing.postings, closing.sha256):
            yield (
                f"the books closed through {closing.through} had {closing.postings} postings with the digest"
                f" {closing.sha256[:16]}…; now there are {now.postings} with {now.sha256[:16]}…"
            )
