"""Taking in published contracts: each process becomes an out-task at the stage where it stands.

A composite: it writes organisations and providers (people), out-tasks, briefs (source) and the record of
what the publisher said. What has no place of its own is kept verbatim and shown; nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from typing import Any
from uuid import UUID

from outtask.journal.recording import AlreadyDone, Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.canonical import canonical, sha256_hex
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.lifecycle.models import Import, ImportedRecord
from outtask.lifecycle.ocds.interpret import interpret
from outtask.lifecycle.ocds.shapes import (
    ImportedOutTask,
    ImportedPackage,
    ImportedParty,
    Problem,
    Statement,
    Unmapped,
)
from outtask.lifecycle.standing import settle
from outtask.lifecycle.statements import by_process, packed, together, unpacked
from outtask.lifecycle.understanding import ending_of, kept_problems, kept_values, stage_of, understood
from outtask.outtasks.actions import open_outtask, title_of
from outtask.outtasks.models import OutTask
from outtask.people.models import Organisation, Provider
from outtask.people.roles import Right, may
from outtask.people.states import ProviderKind, Relation
from outtask.source.models import Brief
from outtask.source.states import BriefState

LONGEST_NAME = 255
LONGEST_KEY = 300
LONGEST_CLIENT_KEY = 200
LONGEST_ADDRESS = 254
BATCH = 200
NOTHING_FOUND = Refusal("nothing_found", N_("There is no process in these files. Choose others."), "file")


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it was read: what it says of processes, and what it says besides."""

    name: str
    sha256: str
    statements: tuple[Statement, ...] = field(repr=False)
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    unmapped: tuple[Unmapped, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, package: ImportedPackage) -> Source:
        """What an import needs of a file; the rest of the reading can go."""
        return cls(
            package.source_name, package.sha256, package.statements, package.problems, package.unmapped
        )

    def about(self, ocids: Collection[str], *, first: bool) -> Source:
        """What it says of these processes; `first`: and what it says besides."""
        statements = tuple(statement for statement in self.statements if statement.ocid in ocids)
        beside = (self.problems, self.unmapped) if first else ((), ())
        return Source(self.name, self.sha256, statements, *beside)

    @property
    def account(self) -> dict[str, Any]:
        """What the file says besides its processes, to be kept with the import."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "problems": kept_problems(self.problems),
            "unmapped": kept_values(self.unmapped),
        }


def in_parts(sources: Sequence[Source], most: int) -> Iterator[list[Source]]:
    """The same files in parts of at most `most` processes, each whole, so that no action takes long.

    What a file says besides its processes goes with the first part.
    """
    ocids = sorted({statement.ocid for source in sources for statement in source.statements})
    if len(ocids) <= most:
        yield list(sources)
        return
    for number, part in enumerate(map(set, batched(ocids, most))):
        found = [source.about(part, first=number == 0) for source in sources]
        yield [source for source in found if source.statements or source.problems or source.unmapped]


@dataclass(frozen=True, slots=True)
class Told:
    """One process: what all that was ever said of it amounts to."""

    task: ImportedOutTask
    statements: Sequence[Statement] = field(repr=False)


@dataclass(slots=True)
class Comparison:
    """What an import would do.

    created, changed: the processes that are new, and those that changed. restated: those of which the files
    say nothing new in other words; these words are kept, since what comes later may build on them.
    as_before: how many were told word for word as they are kept already.
    """

    created: list[Told] = field(default_factory=list)
    changed: list[Told] = field(default_factory=list)
    restated: list[Told] = field(default_factory=list)
    as_before: int = 0

    @property
    def told(self) -> list[Told]:
        """What is new or changed."""
        return [*self.created, *self.changed]

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.created or self.changed or self.restated)

    def counts(self, sources: Iterable[Source]) -> dict[str, int]:
        """`created`, `changed`, `unchanged`; `problems` and `unmapped`, those of the files included."""
        parts: list[Source | ImportedOutTask] = [*sources, *(told.task for told in self.told)]
        return {
            "created": len(self.created),
            "changed": len(self.changed),
            "unchanged": len(self.restated) + self.as_before,
            "problems": sum(len(part.problems) for part in parts),
            "unmapped": sum(len(part.unmapped) for part in parts),
        }


def compare(organisation_id: UUID, sources: Iterable[Source]) -> Comparison:
    """Read the files together with what is here already, whatever order they come in; writes nothing.

    One query for every two hundred processes.
    """
    told = by_process(statement for source in sources for statement in source.statements)
    found = Comparison()
    for ocids in batched(sorted(told), BATCH):
        known = _known(organisation_id, ocids)
        for ocid in ocids:
            _sort_in(found, ocid, told[ocid], known.get(_short(ocid, LONGEST_KEY)))
    return found


def _known(organisation_id: UUID, ocids: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Digest and kept statements of the processes that are here, by their source key."""
    rows = ImportedRecord.objects.filter(
        organisation_id=organisation_id,
        outtask__source_key__in=[_short(ocid, LONGEST_KEY) for ocid in ocids],
    ).values_list("outtask__source_key", "digest", "statements")
    return {key: (digest, kept) for key, digest, kept in rows}


def _sort_in(found: Comparison, ocid: str, told: Sequence[Statement], known: tuple[str, str] | None) -> None:
    if known is None:
        found.created.append(Told(interpret(ocid, told), told))
        return
    digest, kept = known
    before = unpacked(kept)
    statements = together(before, told)
    if len(statements) == len(before):
        found.as_before += 1
        return
    task = interpret(ocid, statements)
    alike = found.restated if task.digest == digest else found.changed
    alike.append(Told(task, statements))


@action
def import_outtasks(*, actor: Actor, now: datetime, key: Key = None, sources: Sequence[Source]) -> Outcome:
    """Take in what was read, all of it or nothing. When nothing in it is new, nothing at all is written.

    Gives `created`, `changed`, `unchanged`, `problems`, `unmapped` (counts) and `id` of the import; an empty
    `id`, and an outcome that is `repeated`, when there was nothing new. Refused when the files name no
    process.
    """
    with recording("outtasks.imported", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.IMPORT))
        refuse_if(None if any(source.statements for source in sources) else NOTHING_FOUND)
        found = compare(entry.organisation_id, sources)
        counts = found.counts(sources)
        if found.is_nothing:
            # Leaves the transaction empty: the same again is no event.
            raise AlreadyDone(Outcome(entry.kind, "", -1, {"id": "", **counts}, repeated=True))
        name, sha256 = _name_of(sources), _sha256_of(sources)
        taken = Import.objects.create(
            organisation_id=entry.organisation_id,
            source="ocds",
            name=name,
            sha256=sha256,
            counts=counts | {"files": [source.account for source in sources]},
            imported_by_id=actor.id,
            imported_at=now,
        )
        parties = _Parties(entry)
        for told in found.told:
            _take_in(entry, told, taken, parties)
        for told in found.restated:
            _keep_words(entry, told)
        # The import itself belongs to no single out-task.
        entry.outtask_id = None
        entry.values.clear()
        entry.says(name=entry.keep(name), sha256=sha256, **counts)
        entry.gives(id=taken.pk, **counts)
    return entry.outcome


def _name_of(sources: Sequence[Source]) -> str:
    names = ", ".join(source.name for source in sources)
    return names if len(names) <= LONGEST_NAME else f"{names[: LONGEST_NAME - 1]}…"


def _sha256_of(sources: Sequence[Source]) -> str:
    """The digest of the file; of several, the digest of their digests in order of size."""
    sums = sorted({source.sha256 for source in sources})
    return sums[0] if len(sums) == 1 else sha256_hex("\n".join(sums).encode())


def _take_in(entry: Recording, told: Told, taken: Import, parties: _Parties) -> None:
    """One out-task with its brief and its record, new or brought up to date."""
    task, source_key = told.task, _short(told.task.ocid, LONGEST_KEY)
    outtask = OutTask.objects.filter(organisation_id=entry.organisation_id, source_key=source_key).first()
    kind = "outtask.imported_again" if outtask else "outtask.imported"
    title = title_of(task.title or task.description) or task.ocid
    if outtask is None:
        assert entry.actor.id is not None, "a member imports"
        outtask = open_outtask(entry, title=title, owner_id=entry.actor.id, source_key=source_key)
    client, provider = parties.client(task), parties.provider(task)
    if _as_published(outtask):
        outtask.title, outtask.client, outtask.provider = title, client, provider
        value = task.value
        outtask.amount_minor = None if value is None else value.minor
        outtask.currency = "" if value is None else value.currency
        outtask.save(update_fields=["title", "client", "provider", "amount_minor", "currency"])
        _write_brief(entry, outtask, task, title)
    _write_record(entry, outtask, told, taken)
    settle(outtask.pk, entry.now)
    entry.also_says(kind, outtask, title=entry.keep(title), digest=task.digest)


def _as_published(outtask: OutTask) -> bool:
    """Whether nothing was done with it here yet: what is published does not overrule what was done."""
    brief = Brief.objects.filter(outtask=outtask).values_list("state", "version").first()
    return brief is None or brief == (BriefState.DRAFT, 1)


def _write_brief(entry: Recording, outtask: OutTask, task: ImportedOutTask, title: str) -> None:
    """The need as published. Without a day of its own it is needed by the latest day that is known."""
    days = (task.by_when, task.planned_by, task.proposals_by, task.updated_at, task.published_at)
    day: date = next((instant.date() for instant in days if instant), entry.now.date())
    estimate = task.estimate
    said = {
        "what": task.description or task.title or title,
        "by_when": day,
        "currency": _own(entry).currency if estimate is None else estimate.currency,
        "budget_minor": None if estimate is None else estimate.minor,
    }
    first = {"organisation_id": entry.organisation_id, "written_at": entry.now}
    Brief.objects.update_or_create(outtask=outtask, defaults=said, create_defaults=said | first)


def _said(told: Told) -> dict[str, Any]:
    return understood(told.task) | {
        "stage": stage_of(told.task),
        "ending": ending_of(told.task),
    }


def _keep_words(entry: Recording, told: Told) -> None:
    """Other words for the same: the record keeps them, and nothing else changes."""
    ImportedRecord.objects.filter(
        organisation_id=entry.organisation_id,
        outtask__source_key=_short(told.task.ocid, LONGEST_KEY),
    ).update(understood=_said(told), statements=packed(told.statements))


def _write_record(entry: Recording, outtask: OutTask, told: Told, taken: Import) -> None:
    task = told.task
    ImportedRecord.objects.update_or_create(
        outtask=outtask,
        defaults={
            "organisation_id": entry.organisation_id,
            "latest_import": taken,
            "digest": task.digest,
            "publisher": task.publisher[:300],
            "license": task.license[:500],
            "understood": _said(told),
            "statements": packed(told.statements),
            "unmapped": kept_values(task.unmapped),
            "problems": kept_problems(task.problems),
        },
    )


def _own(entry: Recording) -> Organisation:
    return Organisation.objects.get(pk=entry.organisation_id)


class _Parties:
    """Organisations and providers of one import, each looked for once and written once."""

    def __init__(self, entry: Recording) -> None:
        self.entry = entry
        self.currency = _own(entry).currency
        self.clients: dict[str, Organisation] = {}
        self.providers: dict[str, Provider] = {}

    def client(self, task: ImportedOutTask) -> Organisation | None:
        """The buyer: an organisation without members, represented by the one that imports."""
        party = next((party for party in task.parties if party.key == task.buyer_key), None)
        if party is None or not party.name:
            return None
        if party.key not in self.clients:
            self.clients[party.key], _ = Organisation.objects.get_or_create(
                represented_by_id=self.entry.organisation_id,
                identifier=_short(party.key, LONGEST_CLIENT_KEY),
                defaults={
                    "name": party.name[:300],
                    "currency": self.currency,
                    "founded_at": self.entry.now,
                },
            )
        return self.clients[party.key]

    def provider(self, task: ImportedOutTask) -> Provider | None:
        """The first provider that has it; everybody else who offered or was chosen is written too."""
        wanted = _providing(task)
        found = {
            party.key: self._provider(party) for party in task.parties if party.key in wanted and party.name
        }
        return next((found[key] for key in task.provider_keys if key in found), None)

    def _provider(self, party: ImportedParty) -> Provider:
        if party.key not in self.providers:
            self.providers[party.key], _ = Provider.objects.get_or_create(
                organisation_id=self.entry.organisation_id,
                identifier=_short(party.key, LONGEST_KEY),
                defaults={
                    "kind": ProviderKind.FIRM,
                    "name": party.name[:300],
                    "email": party.email if _is_address(party.email) else "",
                    "phone": party.phone[:60],
                    "address": party.address_text,
                    "country": _country(party.country),
                    "relation": Relation.OCCASIONAL,
                    "added_at": self.entry.now,
                },
            )
        return self.providers[party.key]


def _providing(task: ImportedOutTask) -> set[str]:
    """The keys of everybody who offered, was chosen or contracted."""
    keys = set(task.provider_keys)
    rows: list[Any] = [*task.proposals, *task.awards, *task.agreements]
    for row in rows:
        keys.update(row.provider_keys)
    return keys


def _short(key: str, longest: int) -> str:
    """A key that fits its column: a digest takes the place of one that is longer."""
    return key if len(key) <= longest else f"sha256:{sha256_hex(canonical(key))}"


def _is_address(text: str) -> bool:
    return 3 <= len(text) <= LONGEST_ADDRESS and text.count("@") == 1 and " " not in text


def _country(text: str) -> str:
    return text.upper() if len(text) == 2 and text.isascii() and text.isalpha() else ""
