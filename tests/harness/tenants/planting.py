"""A word of its own in every text that people write, so that it is known where it turns up again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from outtask.models import Member, Organisation, Person

# What people type: model and fields. JSON is given as the names of the values in it that are words.
WORDS: dict[str, tuple[str, ...]] = {
    "AgreementVersion": ("change_note",),
    "Approval": ("note",),
    "Archive": ("problem",),
    "Award": ("reasons",),
    "BankAccount": ("account",),
    "Brief": ("what", "skills"),
    "Budget": ("name",),
    "CatalogueItem": ("code", "name", "description", "unit"),
    "Check": ("text", "detail"),
    "Closing": ("reopen_reason",),
    "Delegation": ("reason",),
    "Drill": ("problem",),
    "File": ("name",),
    "FollowerCursor": ("last_error",),
    "Handover": ("reason",),
    "Hold": ("note",),
    "Import": ("name",),
    "ImportedRecord": ("publisher", "license"),
    "Invitation": ("decline_reason",),
    "Invoice": ("number", "return_reason"),
    "Link": ("name", "email"),
    "Mail": ("to_name", "to_email", "subject", "last_error"),
    "MemberInvitation": ("email", "name", "reports_to_email"),
    "Message": ("text",),
    "Milestone": ("title",),
    "OutTask": ("title", "source_key"),
    "Payment": ("bank_reference",),
    "Process": ("name", "area", "group", "output", "owner_name"),
    "Proposal": ("note",),
    "Provider": ("name", "email", "phone", "address", "note", "identifier"),
    "PurchaseRequest": ("reason",),
    "Return": ("reasons",),
    "Saying": ("text",),
    "SeparationException": ("reason",),
    "Signature": ("name",),
    "SkippedEntry": ("error",),
    "SpendRule": ("name",),
    "Submission": ("note",),
    "Token": ("name",),
    "Transfer": ("reason", "note"),
    "Tuning": ("reason",),
    "Verdict": ("reasons",),
    "WebhookDelivery": ("last_error",),
    "WebhookEndpoint": ("description",),
}
JSON_WORDS = frozenset({"text", "title", "note", "instruction", "detail", "description", "name", "url"})

# What the system writes for itself: codes, digests, states, names of code. People cannot put words there.
MACHINE: dict[str, tuple[str, ...]] = {
    "Agreement": ("state",),
    "AgreementVersion": ("sha256",),
    "Archive": ("state",),
    "Award": ("choice",),
    "Brief": ("state",),
    "Budget": ("rollover",),
    "CatalogueItem": ("category",),
    "Check": ("kind", "state"),
    "Checkpoint": ("note",),
    "Closing": ("sha256",),
    "Drill": ("sha256",),
    "Entry": ("kind", "actor_kind", "subject_type"),
    "File": ("media_type",),
    "FollowerCursor": ("follower",),
    "Handover": ("from_stage", "state"),
    "Hold": ("detector", "subject_type", "disposition"),
    "Import": ("sha256",),
    "ImportedRecord": ("digest",),
    "Invitation": ("state",),
    "Invoice": ("number_key", "state"),
    "Judgement": ("verdict", "rule", "method"),
    "KeyUsed": ("key", "action", "digest"),
    "Limit": ("category", "period"),
    "Link": ("subject_type", "token_hash"),
    "Mail": ("template", "dedupe", "state"),
    "MemberInvitation": ("state", "token_hash"),
    "Milestone": ("state",),
    "OutTask": ("reference", "tracking_code", "next_step"),
    "Process": ("key", "verdict"),
    "Proposal": ("state",),
    "Provider": ("country", "relation"),
    "PurchaseRequest": ("category", "reference", "state"),
    "ReferenceCounter": ("prefix",),
    "ServiceLevel": ("metric",),
    "Signature": ("sha256",),
    "SkippedEntry": ("follower",),
    "SpendRule": ("category",),
    "Token": ("token_hash",),
    "Transfer": ("state",),
    "WebhookEndpoint": ("address",),
}


def texts_of_tenants() -> dict[str, set[str]]:
    """Every column of text that a row of an organisation has, without choices and currencies."""
    found: dict[str, set[str]] = {}
    for model in apps.get_app_config("outtask").get_models():
        if not any(field.name == "organisation" for field in model._meta.fields):
            continue
        found[model.__name__] = {
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField)
            and not field.choices
            and field.name != "currency"
        }
    return found


def word(tag: str, model: str, column: str) -> str:
    """`zqxprovidername`: small letters, so that it is an e-mail address and a host name too."""
    return f"{tag}{model}{column}".lower().replace("_", "")


def plant(organisation: Organisation, tag: str) -> None:
    """Begin every text of an organisation with the word of its column; of its people, their names too."""
    for model_name, columns in WORDS.items():
        model: Any = apps.get_model("outtask", model_name)
        for row in model._base_manager.filter(organisation_id=organisation.pk):
            told = {column: _planted(tag, model, row, column) for column in columns}
            told |= _json(tag, model, row)
            model._base_manager.filter(pk=row.pk).update(**told)
    _plant_people(organisation.pk, tag)


def _planted(tag: str, model: Any, row: Any, column: str) -> str:
    said, most = getattr(row, column), model._meta.get_field(column).max_length or 10_000
    mine = word(tag, model.__name__, column)
    if said.startswith(mine):
        return str(said)
    if column in {"source_key", "identifier"}:  # one of its own for each row
        said = row.pk.hex
    joined = f"{mine}.{said}" if "@" in said else f"{mine} {said}".strip()
    return joined if len(joined) <= most else joined[:most]


def _json(tag: str, model: Any, row: Any) -> dict[str, Any]:
    found = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.JSONField) and field.name in {"criteria", "milestones", "params"}:
            found[field.name] = _deep(getattr(row, field.name), word(tag, model.__name__, field.name))
    return found


def _deep(value: Any, mine: str) -> Any:
    if isinstance(value, list):
        return [_deep(one, mine) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"{mine} {one}"
        if name in JSON_WORDS and isinstance(one, str) and not one.startswith(mine)
        else _deep(one, mine)
        for name, one in value.items()
    }


def _plant_people(organisation_id: UUID, tag: str) -> None:
    for member in Member.objects.filter(organisation_id=organisation_id).select_related("person"):
        person = member.person
        if not person.name.startswith(tag):
            Person.objects.filter(pk=person.pk).update(
                name=f"{word(tag, 'Person', 'name')} {person.name}",
                email=f"{word(tag, 'Person', 'email')}.{person.email}",
            )
    organisation = Organisation.objects.get(pk=organisation_id)
    if not organisation.name.startswith(tag):
        Organisation.objects.filter(pk=organisation_id).update(
            name=f"{word(tag, 'Organisation', 'name')} {organisation.name}",
            identifier=word(tag, "Organisation", "identifier"),
        )
