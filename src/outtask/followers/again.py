"""The background task that gives a dead letter to its follower once more."""

from __future__ import annotations

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from outtask.followers import registry
from outtask.journal.models import SkippedEntry
from outtask.journal.reading import read


@task
def digest(organisation_id: str, skipped_id: int) -> None:
    """Handle a skipped entry and settle it, in one transaction; raises what the follower raises."""
    now = timezone.now()
    with transaction.atomic():
        skipped = (
            SkippedEntry.objects.select_for_update(of=("self",))
            .select_related("entry")
            .filter(pk=skipped_id, organisation_id=organisation_id, settled_at__isnull=True)
            .first()
        )
        if skipped is None:
            return
        follower = next(one for one in registry.followers() if one.name == skipped.follower)
        follower.handle(read([skipped.entry])[0], now)
        skipped.settled_at = now
        skipped.save(update_fields=["settled_at"])
