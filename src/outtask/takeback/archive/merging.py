"""What an archive would do here, told before it is done: what is new, what is here already, what clashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models.functions import Lower

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people.models import Person
from outtask.takeback.archive.columns import columns_of
from outtask.takeback.archive.coverage import TABLES, Table, Way, table_named
from outtask.takeback.archive.entries import Standing, standing
from outtask.takeback.archive.reading import Opened
from outtask.takeback.archive.snapshot import ask
from outtask.takeback.archive.staging import Staging

SHOWN = 20
SHARED = (Way.PERSONS, Way.BLOBS, Way.KEYS)
"""Tables whose rows several organisations have together: what is here already is taken as it is."""
# Codes of other tables that may be used only once in an installation.
ALONE = (("outtask", "tracking_code"),)


@dataclass
class Plan:
    """What importing comes to. Nothing is written when `refusal` is there, nor when all is the same.

    rows, new: by table. persons: ids of the archive's persons → of those here who are they. by_email: how
    many of these were recognised by their address alone. shared: up to which entry the journals agree.
    """

    standing: Standing
    shared: int
    entries: int
    rows: dict[str, int]
    new: dict[str, int] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)
    by_email: int = 0
    waiting_mails: int = 0
    clashes: list[str] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        return self.refusal is None and self.standing is not Standing.SAME

    @property
    def refusal(self) -> Refusal | None:
        """Why it cannot be imported, None when it can."""
        numbers = {"shared": self.shared, "entries": self.entries}
        if self.standing is Standing.BEHIND:
            reason = N_(
                "This organisation is here already and has gone on since: the archive ends with entry"
                " %(entries)s. Export it here if you want what is newer."
            )
            return Refusal("archive_behind", reason, "archive", numbers)
        if self.standing is Standing.PARTED:
            reason = N_(
                "This organisation is here already, and its journal is another one from entry %(shared)s on."
                " Two histories cannot become one. Import it into an empty installation instead."
            )
            return Refusal("archive_parted", reason, "archive", numbers)
        if self.clashes:
            reason = N_(
                "Rows of another organisation have what only one may have: %(which)s."
                " Import it into an empty installation instead."
            )
            facts = {"which": "; ".join(self.clashes[:SHOWN])}
            return Refusal("archive_clashes", reason, "archive", facts)
        return None


def plan(archive: Opened, staged: Staging) -> Plan:
    """What importing a checked archive would do now."""
    stands, shared = standing(archive, staged)
    rows = {table.name: staged.count(table) for table in TABLES}
    found = Plan(stands, shared, archive.manifest.entries, rows)
    waiting = "SELECT count(*) FROM mail WHERE state = 'waiting'"
    found.waiting_mails = int(staged.first(waiting)[0])
    _recognise(staged, found)
    for table in TABLES:
        found.new[table.name] = rows[table.name] - _known(table, staged, found)
    if stands is Standing.SAME:
        found.new = dict.fromkeys(rows, 0)
    for table_name, field_name in ALONE:
        found.clashes += _taken_codes(table_name, field_name, staged, archive)
    return found


def _recognise(staged: Staging, found: Plan) -> None:
    """Match persons by their id, else by their address."""
    table = named("person")
    taken: dict[str, str] = {}
    for batch in staged.rows(table):
        rows = [dict(zip(names(table), row, strict=True)) for row in batch]
        here = {
            pk.hex
            for pk in Person.objects.filter(pk__in=[row["id"] for row in rows]).values_list("pk", flat=True)
        }
        mails = _by_address([row["email"] for row in rows if row["id"] not in here])
        for row in rows:
            same = row["id"] if row["id"] in here else mails.get(row["email"].lower())
            if same is None:
                continue
            found.by_email += same != row["id"]
            if same in taken:
                found.clashes.append(f"{taken[same]} and {row['email']} are one person here")
            taken[same] = row["email"]
            found.persons[row["id"]] = same


def _by_address(emails: Sequence[str]) -> dict[str, str]:
    wanted = [email.lower() for email in emails]
    rows = Person.objects.annotate(address=Lower("email")).filter(address__in=wanted)
    return {address: pk.hex for address, pk in rows.values_list("address", "pk")}


def _known(table: Table, staged: Staging, found: Plan) -> int:
    """How many of a table's rows are here already. One that is another organisation's is a clash."""
    if table.way is Way.PERSONS:
        return len(found.persons)
    if "id" not in table.fields and table.way is Way.OWN:
        return 0  # identified by its organisation
    if not ask(f'SELECT 1 FROM "{table.model._meta.db_table}" LIMIT 1'):
        return 0
    known = 0
    for batch in staged.batches(f'SELECT "{table.key}", line FROM "{table.name}" ORDER BY "{table.key}"'):
        lines = dict(batch)
        here = _here(table, list(lines))
        known += len(here)
        if found.standing is Standing.NEW and table.way not in SHARED:
            found.clashes += [f"{table.member}, line {lines[key]}" for key in sorted(here)]
    return known


def _here(table: Table, keys: Sequence[str]) -> list[str]:
    rows = table.model._default_manager.filter(pk__in=keys).values_list("pk", flat=True)
    return [getattr(pk, "hex", pk) for pk in rows]


def _taken_codes(table_name: str, field_name: str, staged: Staging, archive: Opened) -> Iterable[str]:
    """Lines with a code that another organisation's row has."""
    table = named(table_name)
    others = table.model._default_manager.exclude(organisation_id=archive.manifest.organisation_id)
    if not others.exists():
        return
    for batch in staged.batches(f'SELECT "{field_name}", line FROM "{table.name}" ORDER BY line'):
        lines = dict(batch)
        taken = others.filter(**{f"{field_name}__in": list(lines)}).values_list(field_name, flat=True)
        for code in taken:
            yield f"{table.member}, line {lines[code]}, {field_name}"


def names(table: Table) -> list[str]:
    """The columns of a staged row."""
    return ["line", *(column.name for column in columns_of(table))]


def named(name: str) -> Table:
    table = table_named(name)
    assert table is not None, name
    return table
