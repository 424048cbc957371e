"""Running numbers of an organisation: the next reference of a kind, without gaps or twins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from outtask.kernel.reference import make
from outtask.outtasks.models import ReferenceCounter
from outtask.people.models import Organisation

OUTTASK = "OT"
PURCHASE_REQUEST = "PR"


def next_reference(organisation_id: UUID, prefix: str, now: datetime) -> str:
    """The next reference such as OT-26-004217-F; the year is the one on the organisation's own calendar.

    Only inside a recording: its lock on the organisation's journal head is what keeps two actions from
    reading the same last number. A refused action gives its number back.
    """
    zone = Organisation.objects.values_list("zone", flat=True).get(pk=organisation_id)
    year = now.astimezone(ZoneInfo(zone)).year
    counter, _ = ReferenceCounter.objects.get_or_create(
        organisation_id=organisation_id, prefix=prefix, year=year
    )
    counter.last += 1
    counter.save(update_fields=["last"])
    return make(prefix, year, counter.last)
