"""What lets only the first come in without being asked: founding, or bringing an organisation along."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType

from outtask.people.models import Organisation


def one_at_a_time() -> None:
    """Wait for whoever begins here at the same moment; call it inside of the transaction that begins.

    Two first visitors at once must not both begin: there is no organisation to lock yet, so they meet at the
    one row that every migrated database has.
    """
    ContentType.objects.get_for_model(Organisation)
    ContentType.objects.select_for_update().get(app_label="outtask", model="organisation")
