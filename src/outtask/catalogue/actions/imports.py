"""Taking in a whole catalogue at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from outtask.catalogue import queries
from outtask.catalogue.actions.items import columns_of
from outtask.catalogue.changes import TERMS, Change, compare
from outtask.catalogue.models import CatalogueItem, ItemPrice
from outtask.catalogue.table import ItemRow
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may
from outtask.source.queries import today_of

BATCH = 1_000


@action
def import_items(
    *, actor: Actor, now: datetime, key: Key = None, rows: Sequence[ItemRow], name: str, sha256: str
) -> Outcome:
    """Bring the catalogue up to a file that was read from `name` with the digest `sha256`.

    An item is known by its provider and code; a blank cell leaves what stands there, and what the file leaves
    out stays. Rows that cannot be taken as the catalogue stands now are left out. The outcome has the counts:
    created, changed, prices, unchanged, left_out.
    """
    with recording("items.imported", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.MANAGE_PROVIDERS))
        today = today_of(entry.organisation_id, now)
        found = compare(rows, queries.house_of(actor, today, {row.provider for row in rows}))
        made = [(change, new_id()) for change in found.created]
        CatalogueItem.objects.bulk_create([_item(entry, change, pk) for change, pk in made], batch_size=BATCH)
        changed = [(change, change.known.id) for change in found.changed if change.known is not None]
        CatalogueItem.objects.bulk_update(
            [_item(entry, change, pk) for change, pk in changed], list(TERMS), batch_size=BATCH
        )
        prices = list(_prices(entry, [*made, *changed]))
        ItemPrice.objects.bulk_create(prices, batch_size=BATCH)
        counts = {
            "created": len(found.created),
            "changed": len(found.changed),
            "prices": len(prices),
            "unchanged": found.unchanged,
        }
        entry.says(file=entry.keep(name), sha256=sha256, **counts)
        entry.gives(**counts, left_out=len({error.row for error in found.errors}))
    return entry.outcome


def _item(entry: Recording, change: Change, pk: UUID) -> CatalogueItem:
    return CatalogueItem(
        id=pk,
        organisation_id=entry.organisation_id,
        provider_id=change.provider_id,
        added_at=entry.now,
        **columns_of(change.terms),
    )


def _prices(entry: Recording, changes: Iterable[tuple[Change, UUID]]) -> Iterable[ItemPrice]:
    before = queries.latest_price_id(organisation_id=entry.organisation_id)
    for change, pk in changes:
        if change.price is not None:
            before = new_id(before)
            yield ItemPrice(
                id=before,
                organisation_id=entry.organisation_id,
                item_id=pk,
                price_minor=change.price.minor,
                from_on=change.price.from_on,
                noted_at=entry.now,
            )
