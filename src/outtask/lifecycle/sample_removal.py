"""Removing the sample organisation in one piece, and nothing that belongs to anybody else.

An organisation's rows point at each other in every direction. They are all deleted in one transaction whose
foreign keys the database checks at its end: had a row of another organisation pointed at one of them, nothing
would be deleted at all.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django_tasks_db.models import DBTaskResult

from outtask.files.erasing import erase
from outtask.files.models import Blob, File
from outtask.journal.models import JournalHead
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.models import Member, Organisation, Person
from outtask.people.roles import Right, may
from outtask.takeback.models import Archive

NO_SAMPLE = Refusal("no_sample", N_("This organisation is not the sample, and is not removed in one piece."))


def remove(actor: Actor, now: datetime) -> None:
    """Remove the actor's organisation, which must be the sample, with everything and everybody in it.

    Its journal goes too, so no entry is left to tell of it. Persons who work elsewhere as well stay.
    Refused for any other organisation, and to whoever may not manage it.
    """
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    refuse_if(may(actor, Right.MANAGE_ORGANISATION), None if organisation.is_sample else NO_SAMPLE)
    remove_organisation(organisation.pk)


def remove_organisation(organisation_id: UUID) -> None:
    """Delete every row of an organisation and of those it represents, its people, its bytes."""
    with transaction.atomic(durable=True):
        # No action runs here meanwhile: each begins by locking this row.
        JournalHead.objects.select_for_update().get(organisation_id=organisation_id)
        people = _only_here(organisation_id)
        unused = _blobs_only_here(organisation_id)
        theirs = [organisation_id, *_represented(organisation_id)]
        DBTaskResult.objects.filter(args_kwargs__kwargs__organisation_id=str(organisation_id)).delete()
        for model in _models_of_organisations():
            _delete(model._default_manager.filter(organisation_id__in=theirs))
        _delete(Blob.objects.filter(pk__in=unused))
        Person.objects.filter(pk__in=people).delete()
        _delete(Organisation.objects.filter(pk__in=theirs))
    erase(organisation_id, unused)


def _models_of_organisations() -> list[type[models.Model]]:
    """Every model of ours whose rows name their organisation."""
    found = apps.get_app_config("outtask").get_models()
    return [model for model in found if any(field.name == "organisation" for field in model._meta.fields)]


def _delete(rows: models.QuerySet[models.Model]) -> None:
    # Without Django's collector, which would follow PROTECT row by row: the database checks at the end.
    rows._raw_delete(rows.db)


def _represented(organisation_id: UUID) -> list[UUID]:
    return list(Organisation.objects.filter(represented_by_id=organisation_id).values_list("pk", flat=True))


def _only_here(organisation_id: UUID) -> list[UUID]:
    """The persons who are members of this organisation and were never of another."""
    here = Member.objects.filter(organisation_id=organisation_id).values("person_id")
    elsewhere = Member.objects.exclude(organisation_id=organisation_id).values("person_id")
    alone = Person.objects.filter(pk__in=here).exclude(pk__in=elsewhere)
    return list(alone.values_list("pk", flat=True))


def _blobs_only_here(organisation_id: UUID) -> list[str]:
    here: set[str] = set()
    elsewhere: set[str] = set()
    for model in (File, Archive):
        rows = model.objects.filter(blob__isnull=False)
        here |= set(rows.filter(organisation_id=organisation_id).values_list("blob_id", flat=True))
        elsewhere |= set(
            rows.exclude(organisation_id=organisation_id)
            .filter(blob_id__in=here)
            .values_list("blob_id", flat=True)
        )
    return sorted(here - elsewhere)
