"""Taking in published contracts: each process becomes an out-task at the stage where it stands.

A composite: it writes organisations and providers (people), out-tasks, briefs (source) and the record of
what the publisher said. What has no place of its own is kept verbatim and shown; nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.canonical import canonical, sha256_hex
from outtask.kernel.refusal import refuse_if
from outtask.lifecycle.models import Import, ImportedRecord
from outtask.lifecycle.ocds.shapes import ImportedOutTask, ImportedParty
from outtask.lifecycle.standing import settle
from outtask.lifecycle.understanding import ending_of, stage_of, understood
from outtask.outtasks.actions import open_outtask, title_of
from outtask.outtasks.models import OutTask
from outtask.people.models import Organisation, Provider
from outtask.people.roles import Right, may
from outtask.people.states import ProviderKind, Relation
from outtask.source.models import Brief
from outtask.source.states import BriefState

MAIL_LENGTH = 254


@dataclass(frozen=True)
class Comparison:
    """What an import would do: the out-tasks that are new, that changed, that are as before."""

    created: list[ImportedOutTask]
    changed: list[ImportedOutTask]
    unchanged: list[ImportedOutTask]

    @property
    def problems(self) -> int:
        return sum(len(task.problems) for task in self.created + self.changed)

    @property
    def unmapped(self) -> int:
        return sum(len(task.unmapped) for task in self.created + self.changed)


def compare(organisation_id: UUID, tasks: Sequence[ImportedOutTask]) -> Comparison:
    """Sort what was read by what is here already; read only, two queries for each thousand."""
    known: dict[str, str] = {}
    keys = [task.ocid for task in tasks]
    for start in range(0, len(keys), 1000):
        rows = ImportedRecord.objects.filter(
            organisation_id=organisation_id, outtask__source_key__in=keys[start : start + 1000]
        )
        known |= dict(rows.values_list("outtask__source_key", "digest"))
    return Comparison(
        created=[task for task in tasks if task.ocid not in known],
        changed=[task for task in tasks if known.get(task.ocid, task.digest) != task.digest],
        unchanged=[task for task in tasks if known.get(task.ocid) == task.digest],
    )


@action
def import_outtasks(
    *, actor: Actor, now: datetime, key: Key = None, name: str, sha256: str, tasks: Sequence[ImportedOutTask]
) -> Outcome:
    """Take in what was read, all of it or nothing; the same again changes nothing.

    Gives `created`, `changed`, `unchanged`, `problems`, `unmapped` (counts) and `id` of the import.
    """
    with recording("outtasks.imported", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.IMPORT))
        found = compare(entry.organisation_id, tasks)
        counts = {
            "created": len(found.created),
            "changed": len(found.changed),
            "unchanged": len(found.unchanged),
            "problems": found.problems,
            "unmapped": found.unmapped,
        }
        taken = Import.objects.create(
            organisation_id=entry.organisation_id,
            source="ocds",
            name=name[:255],
            sha256=sha256,
            counts=counts,
            imported_by_id=actor.id,
            imported_at=now,
        )
        parties = _Parties(entry)
        for task in (*found.created, *found.changed):
            _take_in(entry, task, taken, parties)
        # The import itself belongs to no single out-task.
        entry.outtask_id = None
        entry.values.clear()
        entry.says(name=entry.keep(name), sha256=sha256, **counts)
        entry.gives(id=taken.pk, **counts)
    return entry.outcome


def _take_in(entry: Recording, task: ImportedOutTask, taken: Import, parties: _Parties) -> None:
    """One out-task with its brief and its record, new or brought up to date."""
    outtask = OutTask.objects.filter(organisation_id=entry.organisation_id, source_key=task.ocid).first()
    told = "outtask.imported_again" if outtask else "outtask.imported"
    title = title_of(task.title or task.description) or task.ocid
    if outtask is None:
        assert entry.actor.id is not None, "a member imports"
        outtask = open_outtask(entry, title=title, owner_id=entry.actor.id, source_key=task.ocid)
    provider = parties.provider(task)
    outtask.title = title
    outtask.client = parties.client(task)
    # A provider chosen here since then stays; what is published does not overrule what was done.
    if outtask.provider_id is None and not Brief.objects.filter(outtask=outtask).exclude(state="draft").exists():
        outtask.provider = provider
    if task.value is not None:
        outtask.amount_minor, outtask.currency = task.value.minor, task.value.currency
    outtask.save(update_fields=["title", "client", "provider", "amount_minor", "currency"])
    _brief(entry, outtask, task, title)
    ImportedRecord.objects.update_or_create(
        outtask=outtask,
        defaults={
            "organisation_id": entry.organisation_id,
            "latest_import": taken,
            "digest": task.digest,
            "publisher": task.publisher[:300],
            "license": task.license[:500],
            "understood": understood(task) | {"stage": stage_of(task), "ending": ending_of(task)},
            "unmapped": [[f"{row.source}#{row.path}", row.value_json] for row in task.unmapped],
            "problems": [[row.path, row.code, row.value] for row in task.problems],
        },
    )
    settle(outtask.pk, entry.now)
    entry.also_says(told, outtask, title=entry.keep(title), digest=task.digest)


def _brief(entry: Recording, outtask: OutTask, task: ImportedOutTask, title: str) -> None:
    """The need as published. Without a day of its own it is needed by the latest day that is known."""
    existing = Brief.objects.filter(outtask=outtask).first()
    days = (task.by_when, task.planned_by, task.proposals_by, task.updated_at, task.published_at)
    day: date = next((instant.date() for instant in days if instant), entry.now.date())
    what = task.description or task.title or title
    if existing is None:
        organisation = Organisation.objects.get(pk=entry.organisation_id)
        estimate = task.estimate
        Brief.objects.create(
            organisation_id=entry.organisation_id,
            outtask=outtask,
            what=what,
            by_when=day,
            currency=estimate.currency if estimate else organisation.currency,
            budget_minor=estimate.minor if estimate else None,
            written_at=entry.now,
        )
    elif existing.state == BriefState.DRAFT:
        existing.what, existing.by_when = what, day
        existing.save(update_fields=["what", "by_when"])


class _Parties:
    """Organisations and providers of one import, each written once."""

    def __init__(self, entry: Recording) -> None:
        self.entry = entry
        self.clients: dict[str, Organisation] = {}
        self.providers: dict[str, Provider] = {}

    def client(self, task: ImportedOutTask) -> Organisation | None:
        """The buyer: an organisation without members, represented by the one that imports."""
        party = _party(task, task.buyer_key)
        if party is None or not party.name:
            return None
        if party.key not in self.clients:
            found, _ = Organisation.objects.get_or_create(
                represented_by_id=self.entry.organisation_id,
                identifier=_short(party.key, 200),
                defaults={
                    "name": party.name[:300],
                    "currency": Organisation.objects.get(pk=self.entry.organisation_id).currency,
                    "founded_at": self.entry.now,
                },
            )
            self.clients[party.key] = found
        return self.clients[party.key]

    def provider(self, task: ImportedOutTask) -> Provider | None:
        """The provider that has it; every other one of the process is written too."""
        found = [self._provider(party) for party in task.parties if party.key in _named(task) and party.name]
        by_key = {provider.identifier: provider for provider in found}
        chosen = [by_key[_short(key, 300)] for key in task.provider_keys if _short(key, 300) in by_key]
        return chosen[0] if chosen else None

    def _provider(self, party: ImportedParty) -> Provider:
        if party.key not in self.providers:
            self.providers[party.key], _ = Provider.objects.get_or_create(
                organisation_id=self.entry.organisation_id,
                identifier=_short(party.key, 300),
                defaults={
                    "kind": ProviderKind.FIRM,
                    "name": party.name[:300],
                    "email": party.email if _is_address(party.email) else "",
                    "phone": party.phone[:60],
                    "address": party.address_text,
                    "country": party.country[:2] if len(party.country) == 2 else "",
                    "relation": Relation.OCCASIONAL,
                    "added_at": self.entry.now,
                },
            )
        return self.providers[party.key]


def _party(task: ImportedOutTask, key: str | None) -> ImportedParty | None:
    return next((party for party in task.parties if party.key == key), None) if key else None


def _named(task: ImportedOutTask) -> set[str]:
    """The keys of everybody who offered, was awarded or contracted."""
    keys = set(task.provider_keys)
    rows: list[Any] = [*task.proposals, *task.awards, *task.agreements]
    for row in rows:
        keys.update(row.provider_keys)
    return keys


def _short(key: str, longest: int) -> str:
    """A key that fits its column: a digest takes the place of one that is longer."""
    return key if len(key) <= longest else f"sha256:{sha256_hex(canonical(key))}"


def _is_address(text: str) -> bool:
    return 3 <= len(text) <= MAIL_LENGTH and text.count("@") == 1 and " " not in text
