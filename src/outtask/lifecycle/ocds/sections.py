"""The sections of a process: tender, bids, awards, contracts, and the lists inside them."""

from __future__ import annotations

from dataclasses import dataclass, field

from outtask.kernel.money import Money

from . import stage, values
from .part import Part
from .parties import Organisations
from .shapes import (
    Category,
    ImportedAgreement,
    ImportedAward,
    ImportedDocument,
    ImportedItem,
    ImportedMilestone,
    ImportedProposal,
    ImportedTransaction,
)
from .tree import Leaf


@dataclass(slots=True)
class Lists:
    """What several sections add to."""

    organisations: Organisations
    items: list[ImportedItem] = field(default_factory=list)
    milestones: list[ImportedMilestone] = field(default_factory=list)
    documents: list[ImportedDocument] = field(default_factory=list)
    transactions: list[ImportedTransaction] = field(default_factory=list)
    amendments: int = 0

    def gather(self, section: Part, part: str, part_id: str) -> None:
        """The items, milestones, documents and changes of one section."""
        for entry in section.parts("items"):
            self._item(entry, part, part_id)
        for entry in section.parts("milestones"):
            self._milestone(entry, part, part_id)
        self.gather_documents(section, part, part_id)
        changes = [*section.parts("amendments"), section.part("amendment")]
        self.amendments += sum(_says_something(change) for change in changes)

    def gather_documents(self, section: Part, part: str, part_id: str) -> None:
        for entry in section.parts("documents"):
            self._document(entry, part, part_id)

    def providers(self, section: Part, key: str, role: str) -> tuple[str, ...]:
        found = (self.organisations.refer(entry, role) for entry in section.parts(key))
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def _item(self, entry: Part, part: str, part_id: str) -> None:
        unit = entry.part("unit")
        made = ImportedItem(
            part=part,
            part_id=part_id,
            id=entry.text("id"),
            description=entry.text("description"),
            quantity=entry.quantity("quantity"),
            unit=unit.text("name"),
            unit_code=unit.text("id"),
            unit_value=unit.money("value"),
            categories=categories(entry),
            due_at=entry.part("deliveryDate").instant("endDate", end=True),
        )
        self.items.append(made)

    def _milestone(self, entry: Part, part: str, part_id: str) -> None:
        made = ImportedMilestone(
            part=part,
            part_id=part_id,
            id=entry.peek("id"),
            title=entry.text("title"),
            description=entry.text("description"),
            type=entry.text("type"),
            status=entry.text("status"),
            due_at=entry.instant("dueDate", end=True),
            met_at=entry.instant("dateMet"),
        )
        if made.title or made.description or made.status or made.due_at or made.met_at:
            entry.text("id")
            self.milestones.append(made)
        self.gather_documents(entry, "milestone", entry.peek("id"))

    def _document(self, entry: Part, part: str, part_id: str) -> None:
        made = ImportedDocument(
            part=part,
            part_id=part_id,
            id=entry.peek("id"),
            title=entry.text("title"),
            description=entry.text("description"),
            url=entry.text("url"),
            type=entry.text("documentType"),
            format=entry.text("format"),
            language=entry.text("language"),
            published_at=entry.instant("datePublished"),
            modified_at=entry.instant("dateModified"),
            hash=values.checksum(entry.peek("hash")) or values.checksum(entry.peek("description")),
        )
        if made.hash and values.checksum(entry.peek("hash")):
            entry.text("hash")
        if made.title or made.description or made.url or made.type:
            entry.text("id")
            self.documents.append(made)
        else:
            entry.agree("id", "")


def _says_something(part: Part) -> bool:
    """Whether an amendment is more than the empty frame some publishers write."""

    def says(node: object) -> bool:
        if isinstance(node, Leaf):
            return not node.blank
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
        return any(says(child) for child in children)

    return says(part.tree)


def categories(entry: Part) -> tuple[Category, ...]:
    """The classifications of an item or a tender, the main one first."""
    parts = [entry.part("classification"), *entry.parts("additionalClassifications")]
    found = [
        Category(part.text("scheme"), part.text("id"), part.text("description"), part.text("uri"))
        for part in parts
    ]
    return tuple(dict.fromkeys(one for one in found if one != Category("", "")))


def status(section: Part, known: frozenset[str]) -> tuple[str, str]:
    """The status as written, and in the standard's words (as written when it has none)."""
    said = section.text("status")
    word = said.lower()
    if not said or word in known:
        return said, word
    leaf = section.tree.get(section.field("status"))
    local = stage.LOCAL_WORDS.get(word)
    if isinstance(leaf, Leaf):
        section.note(leaf, "local_status" if local else "unknown_status")
    return said, local or word


def proposals(root: Part, lists: Lists) -> tuple[ImportedProposal, ...]:
    made = []
    for bid in root.part("bids").parts("details"):
        made.append(
            ImportedProposal(
                id=bid.text("id"),
                status=bid.text("status"),
                at=bid.instant("date"),
                value=bid.money("value"),
                provider_keys=lists.providers(bid, "tenderers", "tenderer"),
            )
        )
        lists.gather(bid, "proposal", made[-1].id)
    return tuple(made)


def awards(root: Part, lists: Lists) -> tuple[tuple[ImportedAward, ...], list[str]]:
    """The awards, and the status of each in the standard's words."""
    made, words = [], []
    for award in root.parts("awards"):
        said, word = status(award, stage.AWARD)
        words.append(word)
        period = award.part("contractPeriod")
        made.append(
            ImportedAward(
                id=award.text("id"),
                title=award.text("title"),
                description=award.text("description"),
                status=said,
                at=award.instant("date"),
                value=award.money("value"),
                provider_keys=lists.providers(award, "suppliers", "supplier"),
                starts_at=period.instant("startDate"),
                ends_at=period.instant("endDate", end=True),
            )
        )
        lists.gather(award, "award", made[-1].id)
    return tuple(made), words


def agreements(
    root: Part, lists: Lists, awarded: tuple[ImportedAward, ...]
) -> tuple[tuple[ImportedAgreement, ...], list[stage.Contract]]:
    """The contracts, and for each what decides where the process stands."""
    providers_of = {award.id: award.provider_keys for award in awarded if award.id}
    made, standing = [], []
    for contract in root.parts("contracts"):
        said, word = status(contract, stage.CONTRACT)
        period = contract.part("period")
        own = lists.providers(contract, "suppliers", "supplier")
        agreement = ImportedAgreement(
            id=contract.text("id"),
            award_id=contract.text("awardID"),
            number=contract.text("contractNumber") or contract.text("contractID"),
            title=contract.text("title"),
            description=contract.text("description"),
            status=said,
            value=contract.money("value"),
            signed_at=contract.instant("dateSigned"),
            starts_at=period.instant("startDate"),
            ends_at=period.instant("endDate", end=True),
            provider_keys=own or providers_of.get(contract.peek("awardID"), ()),
        )
        lists.gather(contract, "contract", agreement.id)
        implementation = contract.part("implementation")
        lists.gather(implementation, "contract", agreement.id)
        paid = _transactions(implementation, agreement, lists)
        made.append(agreement)
        standing.append(stage.Contract(word, paid))
    return tuple(made), standing


def _transactions(implementation: Part, agreement: ImportedAgreement, lists: Lists) -> bool:
    """Take in the payments under an agreement; True when they reach its value."""
    made = []
    for entry in implementation.parts("transactions"):
        made.append(
            ImportedTransaction(
                agreement_id=agreement.id,
                id=entry.text("id"),
                at=entry.instant("date"),
                amount=_amount(entry),
                payer_key=lists.organisations.refer(entry.part("payer"), "payer"),
                payee_key=lists.organisations.refer(entry.part("payee"), "payee"),
                uri=entry.text("source") or entry.text("uri"),
            )
        )
    lists.transactions += made
    value = agreement.value
    if value is None or value.minor <= 0:
        return False
    amounts = [one.amount for one in made if one.amount is not None]
    return sum(amount.minor for amount in amounts if amount.currency == value.currency) >= value.minor


def _amount(transaction: Part) -> Money | None:
    value = transaction.money("value")
    return transaction.money("amount") if value is None else value  # `amount` in OCDS 1.0
