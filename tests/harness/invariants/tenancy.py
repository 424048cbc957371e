"""One tenant along every foreign key, and along the ids that stand for one; every text fits its column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db import models

from outtask.followers.models import WebhookDelivery
from outtask.models import Entry, KeyUsed, Link, Organisation
from tests.harness.invariants.house import House, product_models

TENANT = "organisation_id"


@cache
def ties() -> tuple[tuple[type[models.Model], str, type[models.Model]], ...]:
    """Every foreign key from a row of a tenant to a row of a tenant: model, column, model it leads to."""
    return tuple(
        (model, column.attname, column.related_model)
        for model in product_models()
        if _has_tenant(model)
        for column in model._meta.concrete_fields
        if isinstance(column, models.ForeignKey) and _has_tenant(column.related_model)
    )


def _has_tenant(model: object) -> bool:
    if not isinstance(model, type) or not issubclass(model, models.Model) or model is Organisation:
        return False
    return any(column.attname == TENANT for column in model._meta.concrete_fields)


def one_tenant_along_every_foreign_key(house: House) -> Iterator[str]:
    """No row of one organisation leads to a row of another; nor does any lead nowhere."""
    for model, column, target in ties():
        for row in house.all(model):
            there = getattr(row, column)
            if there is None:
                continue
            other = house.get(target, there)
            if other is None or other.organisation_id != row.organisation_id:
                yield f"{row}.{column} of {row.organisation_id} leads to {other} of another tenant"


def one_tenant_along_what_links_open(house: House) -> Iterator[str]:
    """A link's subject has no foreign key: it names the model and the id."""
    for row in house.all(Link):
        model = apps.get_model("outtask", row.subject_type)
        subject = house.get(model, row.subject_id)
        if subject is None or subject.organisation_id != row.organisation_id:
            yield f"{row} opens {row.subject_type} {row.subject_id} of another tenant"


def one_tenant_along_what_is_told(house: House) -> Iterator[str]:
    """A delivery of a webhook names its entry by id and place; it is one of the same organisation's log."""
    for row in house.all(WebhookDelivery):
        entry = house.get(Entry, row.entry_id)
        if entry is None or (entry.organisation_id, entry.seq) != (row.organisation_id, row.seq):
            yield f"{row} tells of {row.entry_id}, which is not at {row.seq} of its own log"


def keys_are_used_once(house: House) -> Iterator[str]:
    """An idempotency key stands once for each actor, and its outcome names an entry of the same tenant."""
    seen = Counter((row.organisation_id, row.actor_id, row.key) for row in house.all(KeyUsed))
    yield from (f"the key {key} stands {count} times" for key, count in seen.items() if count > 1)
    entries = {str(row.pk): row for row in house.all(Entry)}
    for row in house.all(KeyUsed):
        entry = entries.get(row.outcome["entry_id"])
        if entry is None or entry.organisation_id != row.organisation_id or entry.seq != row.outcome["seq"]:
            yield f"{row} gives an outcome whose entry is not in the journal: {row.outcome}"


@cache
def bounded() -> tuple[tuple[type[models.Model], str, int], ...]:
    """Every column of text with a longest length: model, column, length."""
    return tuple(
        (model, column.attname, column.max_length)
        for model in product_models()
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField) and column.max_length
    )


def every_text_fits_its_column(house: House) -> Iterator[str]:
    """PostgreSQL refuses what is longer, and SQLite would keep it: a rule has to say so before either."""
    for model, column, longest in bounded():
        for row in house.all(model):
            if len(getattr(row, column) or "") > longest:
                yield f"{row}.{column} is longer than {longest} characters"


INVARIANTS = (
    every_text_fits_its_column,
    one_tenant_along_every_foreign_key,
    one_tenant_along_what_links_open,
    one_tenant_along_what_is_told,
    keys_are_used_once,
)
