"""One process, merged, to an out-task."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

from outtask.kernel.canonical import canonical, sha256_hex
from outtask.kernel.money import Money

from . import sections, stage
from .part import Part
from .parties import Organisations
from .sections import Lists
from .shapes import (
    Category,
    ImportedAgreement,
    ImportedAward,
    ImportedOutTask,
    LeafCount,
    Outcome,
    Problem,
    ReleaseRef,
    Stage,
    Statement,
)
from .tree import leaves
from .values import PROBLEMS
from .weave import Woven, weave

_NOT_DIGESTED = frozenset({"digest", "leaves", "source"})


@dataclass(slots=True)
class _Work:
    """Awards and agreements, with their statuses in the standard's words, and that of the tender."""

    tender_status: str
    tender_word: str | None
    awards: tuple[ImportedAward, ...]
    award_words: list[str]
    agreements: tuple[ImportedAgreement, ...]
    contracts: list[stage.Contract]

    @property
    def standing(self) -> tuple[Stage, Outcome | None]:
        return stage.where_it_stands(stage.Facts(self.tender_word, self.award_words, self.contracts))

    @property
    def live_agreements(self) -> list[ImportedAgreement]:
        pairs = zip(self.agreements, self.contracts, strict=True)
        return [agreement for agreement, contract in pairs if contract.status != "cancelled"]

    @property
    def live_awards(self) -> list[ImportedAward]:
        pairs = zip(self.awards, self.award_words, strict=True)
        return [award for award, word in pairs if word not in ("cancelled", "unsuccessful")]


def interpret(ocid: str, statements: Sequence[Statement]) -> ImportedOutTask:
    """The out-task that all `statements` of the process `ocid` amount to, in whatever order they come."""
    woven = weave(ocid, statements)
    root = Part(woven.tree, woven.problems)
    root.language = root.text("language")
    lists = Lists(Organisations(ocid, root.parts("parties")))
    task = _outtask(woven, root, lists, sorted(statements, key=lambda one: one.source))
    return _accounted(task, woven)


def _outtask(woven: Woven, root: Part, lists: Lists, statements: Sequence[Statement]) -> ImportedOutTask:
    tender, planning, package = root.part("tender"), root.part("planning"), root.part("packageInfo")
    buyer = lists.organisations.refer(root.part("buyer"), "buyer")
    entity = lists.organisations.refer(tender.part("procuringEntity"), "procuringEntity")
    tender_id = tender.text("id")
    lists.providers(tender, "tenderers", "tenderer")
    lists.gather(planning, "planning", "")
    lists.gather(tender, "tender", tender_id)
    bids = sections.proposals(root, lists)
    work = _work(root, tender, lists)
    estimate, budget = tender.money("value"), planning.part("budget").money("amount")
    period, planned = tender.part("tenderPeriod"), tender.part("contractPeriod")
    planned_by = planned.instant("endDate", end=True)
    dates = [ref.at for ref in woven.releases if ref.at]
    return ImportedOutTask(
        ocid=woven.ocid,
        title=tender.text("title") or root.text("title") or _first_title(work, lists) or woven.ocid,
        description=tender.text("description") or root.text("description") or _first_description(work),
        stage=work.standing[0],
        outcome=work.standing[1],
        buyer_key=buyer or entity or lists.organisations.with_role("buyer"),
        provider_keys=_providers(work),
        by_when=_by_when(work, planned_by, lists),
        proposals_from=period.instant("startDate"),
        proposals_by=period.instant("endDate", end=True),
        planned_from=planned.instant("startDate"),
        planned_by=planned_by,
        published_at=min(dates, default=None),
        updated_at=max(dates, default=None),
        value=_value(work, estimate, budget, woven),
        estimate=estimate,
        estimate_least=tender.money("minValue"),
        budget=budget,
        rationale=planning.text("rationale"),
        categories=_categories(tender, lists),
        main_category=tender.text("mainProcurementCategory"),
        method=tender.text("procurementMethod"),
        method_details=tender.text("procurementMethodDetails"),
        method_rationale=tender.text("procurementMethodRationale"),
        items=tuple(lists.items),
        parties=lists.organisations.finished(),
        proposals=bids,
        awards=work.awards,
        agreements=work.agreements,
        milestones=tuple(lists.milestones),
        documents=tuple(lists.documents),
        transactions=tuple(lists.transactions),
        amendments=lists.amendments,
        tender_id=tender_id,
        tender_status=work.tender_status,
        language=root.language,
        version=root.text("version") or _last(one.version for one in statements) or "1.0",
        license=package.text("license") or _last(one.license for one in statements),
        publisher=_publisher(package, woven) or _last(one.publisher for one in statements),
        releases=tuple(sorted(woven.releases, key=_release_order)),
        unmapped=(),
        problems=(),
        leaves=LeafCount(),
    )


def _work(root: Part, tender: Part, lists: Lists) -> _Work:
    status, word = sections.status(tender, stage.TENDER)
    awards, award_words = sections.awards(root, lists)
    agreements, contracts = sections.agreements(root, lists, awards)
    return _Work(status, word if tender else None, awards, award_words, agreements, contracts)


def _publisher(package: Part, woven: Woven) -> str:
    return package.part("publisher").fill("name", woven.publisher)


def _last(texts: Iterable[str]) -> str:
    """The greatest of `texts`, so that the order of files does not matter; "" when there is none."""
    return max(texts, default="")


def _release_order(ref: ReleaseRef) -> tuple[datetime, str, tuple[str, ...]]:
    return ref.at or datetime.min.replace(tzinfo=UTC), ref.id, ref.tags


def _first_title(work: _Work, lists: Lists) -> str:
    titles = [one.title for one in work.agreements] + [one.title for one in work.awards]
    return next(filter(None, [*titles, *(item.description for item in lists.items)]), "")


def _first_description(work: _Work) -> str:
    said = [one.description for one in work.live_agreements] + [one.description for one in work.live_awards]
    return next(filter(None, said), "")


def _providers(work: _Work) -> tuple[str, ...]:
    chosen = [one.provider_keys for one in work.live_agreements]
    chosen += [one.provider_keys for one in work.live_awards]
    return tuple(dict.fromkeys(key for keys in chosen for key in keys))


def _by_when(work: _Work, planned: datetime | None, lists: Lists) -> datetime | None:
    """See `ImportedOutTask.by_when`."""
    sources: list[list[datetime | None]] = [
        [one.ends_at for one in work.live_agreements],
        [one.ends_at for one in work.live_awards],
        [planned],
        [one.due_at for one in lists.milestones],
        [one.due_at for one in lists.items],
    ]
    found = ([at for at in ends if at is not None] for ends in sources)
    return next((max(ends) for ends in found if ends), None)


def _value(work: _Work, estimate: Money | None, budget: Money | None, woven: Woven) -> Money | None:
    """See `ImportedOutTask.value`."""
    promised = [one.value for one in work.live_agreements], [one.value for one in work.live_awards]
    for values in promised:
        amounts = [value for value in values if value is not None]
        currencies = sorted({amount.currency for amount in amounts})
        if len(currencies) == 1:
            return Money.total(amounts, currencies[0])
        if currencies:
            code = "mixed_currencies"
            woven.problems.append(Problem("", code, PROBLEMS[code], ", ".join(currencies)))
            return None
    return budget if estimate is None else estimate


def _categories(tender: Part, lists: Lists) -> tuple[Category, ...]:
    own = sections.categories(tender)
    return tuple(dict.fromkeys([*own, *(one for item in lists.items for one in item.categories)]))


# ---- the account and the digest ----


def _accounted(task: ImportedOutTask, woven: Woven) -> ImportedOutTask:
    """`task` with what no field holds, the count of leaves, and its digest."""
    used = 0
    unmapped = list(woven.unmapped)
    for leaf in leaves(woven.tree) if woven.tree else ():
        if leaf.used and not leaf.made:
            used += 1
        elif not leaf.made:
            unmapped.append(leaf.unmapped())
    unmapped.sort(key=lambda one: (one.path, one.value_json, one.superseded, one.source))
    found = {(one.path, one.code, one.value, one.source): one for one in woven.problems}
    complete = dataclasses.replace(
        task,
        unmapped=tuple(unmapped),
        problems=tuple(found[key] for key in sorted(found)),
        leaves=LeafCount(woven.total, woven.mapped + used, woven.repeated, len(unmapped)),
    )
    return dataclasses.replace(complete, digest=sha256_hex(canonical(_plain(complete))))


def _plain(value: object) -> object:
    """`value` in what `canonical` takes, without what does not belong to the content."""
    if dataclasses.is_dataclass(value):
        names = [entry.name for entry in dataclasses.fields(value) if entry.name not in _NOT_DIGESTED]
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Enum | Decimal):
        return str(value)
    return value
