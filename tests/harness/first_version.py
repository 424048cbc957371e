"""An installation as the very first version left it: the tables of migration 0001, and rows in them.

usage: python -m tests.harness.first_version

Written with that version's own models, as the migration remembers them; nothing of today's is asked.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

FOUNDED = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ENTRIES = 40


def tables() -> Any:
    """Make the tables of the first version; returns its models by `get_model`."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    first = ("outtask", "0001_initial")
    executor = MigrationExecutor(connection)
    others = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] != "outtask"]
    executor.migrate([first, *others])
    call_command("createcachetable", verbosity=0)
    return executor.loader.project_state([first]).apps


def organisation(apps: Any, name: str, email: str) -> None:
    """One with an owner, a provider, a budget with a posting, and a journal that verifies."""

    def model(named: str) -> Any:
        return apps.get_model("outtask", named).objects

    own = model("Organisation").create(name=name, currency="GBP", zone="Europe/London", founded_at=FOUNDED)
    person = model("Person").create(email=email, name=name, password="!")
    member = model("Member").create(organisation=own, person=person, role="owner", joined_at=FOUNDED)
    model("Provider").create(
        organisation=own, kind="firm", name="Kestrel Data Ltd", email="work@kestrel.example", added_at=FOUNDED
    )
    entries = journal(model, own.pk, member.pk)
    budget = model("Budget").create(
        organisation=own, name="Shop", currency="GBP", authorised_minor=5_000,
        starts_on=FOUNDED.date(), ends_on=FOUNDED.date() + timedelta(days=365), opened_at=FOUNDED,
    )  # fmt: skip
    model("Posting").create(
        organisation=own, budget=budget, entry_id=entries[0], source="authorised", target="free",
        amount_minor=5_000, posted_at=FOUNDED,
    )  # fmt: skip


def journal(model: Any, organisation_id: UUID, member_id: UUID) -> list[UUID]:
    from outtask.journal.merkle import Edge, leaf_hash
    from outtask.kernel.canonical import canonical, sha256_hex
    from outtask.kernel.identifiers import new_id

    edge, ids = Edge(), []
    for seq in range(ENTRIES):
        pk, at, words, salt = new_id(), FOUNDED + timedelta(seconds=seq), f"name {seq}", bytes(16)
        saying = model("Saying").create(organisation_id=organisation_id, salt=salt, text=words)
        said = {
            "event": pk,
            "organisation": organisation_id,
            "seq": seq,
            "at": at,
            "kind": "organisation.founded",
            "actor": {"kind": "member", "id": member_id},
            "on": {"type": "organisation", "id": organisation_id},
            "outtask": None,
            "says": {"name": {"saying": saying.pk, "digest": sha256_hex(salt + words.encode())}},
        }
        body = b"1\n" + canonical(said)
        edge = edge.append(leaf_hash(body))
        model("Entry").create(
            id=pk, organisation_id=organisation_id, seq=seq, at=at, kind="organisation.founded",
            actor_kind="member", actor_id=member_id, subject_type="organisation",
            subject_id=organisation_id, outtask_id=None, body=body, leaf=leaf_hash(body),
        )  # fmt: skip
        ids.append(pk)
    model("JournalHead").create(organisation_id=organisation_id, size=ENTRIES, edge=edge.to_bytes())
    return ids


def main() -> int:
    from outtask.cli.ground import django_ready

    django_ready()
    apps = tables()
    organisation(apps, "Harbour Row Books", "imke@harbour.example")
    organisation(apps, "Fold & Bind", "oskar@fold.example")
    return 0


if __name__ == "__main__":
    sys.exit(main())
