"""Founding, being refused, and reading what an action wrote into the journal."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from outtask.journal.recording import Outcome
from outtask.kernel.refusal import Refused
from outtask.models import Entry, Member, Person, Provider, Saying
from outtask.people import actions, queries


def entries(organisation_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    """Every entry of an organisation in order: its kind and what it says, kept words put back in."""
    found = Entry.objects.filter(organisation_id=organisation_id).order_by("seq")
    return [(entry.kind, _told(json.loads(bytes(entry.body)[2:])["says"])) for entry in found]


def last(organisation_id: UUID) -> tuple[str, dict[str, Any]]:
    return entries(organisation_id)[-1]


def _told(says: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Saying.objects.get(pk=value["saying"]).text
        if isinstance(value, dict) and "saying" in value
        else value
        for name, value in says.items()
    }


def refused(run, /, **inputs) -> list[str]:
    """Run an action that must be refused, and prove that it left nothing behind."""
    before = (Entry.objects.count(), Member.objects.count(), Provider.objects.count(), Person.objects.count())
    with pytest.raises(Refused) as problem:
        run(**inputs)
    after = (Entry.objects.count(), Member.objects.count(), Provider.objects.count(), Person.objects.count())
    assert after == before
    return [refusal.code for refusal in problem.value.refusals]


def found(now: datetime, **more) -> Outcome:
    """An organisation of one: Tidewater Maps with its owner Fenna Vis."""
    inputs = {
        "name": "Tidewater Maps",
        "currency": "EUR",
        "zone": "Europe/Amsterdam",
        "person_name": "Fenna Vis",
        "email": " Fenna@Tidewater.example ",
        "password_hash": "argon2$nothing",
    }
    return actions.found_organisation(actor=queries.coming_owner(), now=now, **(inputs | more))
