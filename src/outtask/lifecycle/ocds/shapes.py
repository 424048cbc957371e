"""What was understood of an OCDS package, in Outtask's words. All instants are aware UTC datetimes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from outtask.kernel.money import Money


class Stage(StrEnum):
    """Where an out-task stands. OCDS has no facts for `verify`, `pay`, `taken_back`: these are not read."""

    DECIDE = "decide"
    SOURCE = "source"
    AGREE = "agree"
    DELIVER = "deliver"
    VERIFY = "verify"
    PAY = "pay"
    CLOSED = "closed"
    TAKEN_BACK = "taken_back"


class Outcome(StrEnum):
    """How a closed out-task ended."""

    COMPLETED = "completed"
    ENDED = "ended"  # OCDS `terminated`: finished, whether fulfilled or broken off
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    UNSUCCESSFUL = "unsuccessful"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A leaf that no field below holds, as it was written.

    path: JSON Pointer (RFC 6901) from the release, record or package that `source` names.
    superseded: a newer statement of the same process says something else (or nothing) at this place.
    """

    path: str
    value_json: str
    source: str
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that was not understood as it stood. `reason` is a message id whose `%(value)s` is `value`.

    repaired: the value was unambiguous all the same and is used; otherwise its leaf is `Unmapped`.
    """

    path: str
    code: str
    reason: str
    value: str
    repaired: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class LeafCount:
    """The account of a reading: total = mapped + repeated + unmapped, always.

    A leaf is a JSON scalar, an empty object or an empty array. `repeated` leaves say what another counted
    leaf of the same process says at the same place (a record tells each fact up to three times).
    """

    total: int = 0
    mapped: int = 0
    repeated: int = 0
    unmapped: int = 0

    def __add__(self, other: LeafCount) -> LeafCount:
        return LeafCount(
            self.total + other.total,
            self.mapped + other.mapped,
            self.repeated + other.repeated,
            self.unmapped + other.unmapped,
        )


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number in a register, e.g. scheme `GB-COH`. The scheme is "" when the publisher names none."""

    scheme: str
    id: str
    legal_name: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True)
class ImportedParty:
    """An organisation of a process.

    key: the same for the same organisation in every file: `scheme-id` when it has a registered identifier,
        else a digest of its name, else its process and local id. OCDS promises that a party's own id is
        unique within one process only, so that `local_ids` can not serve across processes.
    """

    key: str
    name: str
    roles: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    email: str = ""
    phone: str = ""
    address_text: str = ""
    country: str = ""
    contact_name: str = ""
    url: str = ""
    local_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """A class of a classification, e.g. scheme `CPV`, code `72000000`."""

    scheme: str
    code: str
    text: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True)
class ImportedItem:
    """A line of goods or services. `part` is `tender`, `award` or `contract`; `part_id` says which."""

    part: str
    part_id: str
    id: str
    description: str
    quantity: Decimal | None
    unit: str
    unit_code: str
    unit_value: Money | None
    categories: tuple[Category, ...]
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportedProposal:
    """A bid."""

    id: str
    status: str
    at: datetime | None
    value: Money | None
    provider_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedAward:
    id: str
    title: str
    description: str
    status: str
    at: datetime | None
    value: Money | None
    provider_keys: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportedAgreement:
    """A contract. Its providers are its own, or else those of its award."""

    id: str
    award_id: str
    number: str
    title: str
    description: str
    status: str
    value: Money | None
    signed_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    provider_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedMilestone:
    part: str
    part_id: str
    id: str
    title: str
    description: str
    type: str
    status: str
    due_at: datetime | None
    met_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportedDocument:
    """`hash` is `algorithm:hex` when the publisher gives one, else ""."""

    part: str
    part_id: str
    id: str
    title: str
    description: str
    url: str
    type: str
    format: str
    language: str
    published_at: datetime | None
    modified_at: datetime | None
    hash: str


@dataclass(frozen=True, slots=True)
class ImportedTransaction:
    agreement_id: str
    id: str
    at: datetime | None
    amount: Money | None
    payer_key: str | None
    payee_key: str | None
    uri: str


@dataclass(frozen=True, slots=True)
class ReleaseRef:
    """A release that was read for an out-task."""

    id: str
    at: datetime | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedOutTask:
    """One process, merged from every release and record of it that was read.

    value: the sum of its agreements (those not cancelled), else of its awards, else the estimate, else the
        budget. None as well when two currencies meet.
    by_when: the latest end of its agreements, else of its awards, else of the contract period of the
        tender, else the latest milestone or delivery date. A date without time means the end of that day.
    proposals_from, proposals_by: the period of the tender. planned_from, planned_by: its contract period.
    published_at, updated_at: dates of the earliest and the latest release read.
    amendments: how many changes to tender, awards and agreements are on record.
    digest: SHA-256 of all other fields except `leaves` and the `source` of each entry; equal digests mean
        that a second reading, from whatever file, has nothing new.
    """

    ocid: str
    title: str
    description: str
    stage: Stage
    outcome: Outcome | None
    buyer_key: str | None
    provider_keys: tuple[str, ...]
    by_when: datetime | None
    proposals_from: datetime | None
    proposals_by: datetime | None
    planned_from: datetime | None
    planned_by: datetime | None
    published_at: datetime | None
    updated_at: datetime | None
    value: Money | None
    estimate: Money | None
    estimate_least: Money | None
    budget: Money | None
    rationale: str
    categories: tuple[Category, ...]
    main_category: str
    method: str
    method_details: str
    method_rationale: str
    items: tuple[ImportedItem, ...]
    parties: tuple[ImportedParty, ...]
    proposals: tuple[ImportedProposal, ...]
    awards: tuple[ImportedAward, ...]
    agreements: tuple[ImportedAgreement, ...]
    milestones: tuple[ImportedMilestone, ...]
    documents: tuple[ImportedDocument, ...]
    transactions: tuple[ImportedTransaction, ...]
    amendments: int
    tender_id: str
    tender_status: str
    language: str
    version: str
    license: str
    publisher: str
    releases: tuple[ReleaseRef, ...]
    unmapped: tuple[Unmapped, ...]
    problems: tuple[Problem, ...]
    leaves: LeafCount
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one release or record says of one process, before it is merged; `combine` needs it.

    source: file name, line in a file of several documents, and JSON Pointer to the release or record.
    """

    ocid: str
    source: str
    is_record: bool
    raw: Mapping[str, object] = field(repr=False)
    publisher: str
    license: str
    version: str


@dataclass(frozen=True, slots=True)
class ImportedPackage:
    """One file, read. `publisher`, `license`, `version`: "" when its documents differ or name none.

    leaves: the account of the whole file, its out-tasks included. `unmapped` and `problems` are those that
    belong to no out-task. `statements` keeps the parsed input alive for `combine`.
    """

    publisher: str
    license: str
    version: str
    source_name: str
    sha256: str
    outtasks: tuple[ImportedOutTask, ...]
    parties: tuple[ImportedParty, ...]
    problems: tuple[Problem, ...]
    unmapped: tuple[Unmapped, ...]
    leaves: LeafCount
    statements: tuple[Statement, ...] = field(repr=False, compare=False)
