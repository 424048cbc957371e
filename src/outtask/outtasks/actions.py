"""The beginning of an out-task: its row, reference and tracking code."""

from __future__ import annotations

from uuid import UUID

from outtask.journal.recording import Recording
from outtask.kernel.reference import tracking_code
from outtask.outtasks import references
from outtask.outtasks.models import OutTask

LONGEST_TITLE = 120


def title_of(text: str) -> str:
    """The first line of what was written, cut at a word to at most 120 characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(line) <= LONGEST_TITLE:
        return line
    cut = line[: LONGEST_TITLE - 1]
    at_word = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return f"{at_word.rstrip(' ,;:.-')}…"


def open_outtask(
    entry: Recording,
    *,
    title: str,
    owner_id: UUID,
    process_id: UUID | None = None,
    source_key: str = "",
) -> OutTask:
    """Write a new out-task in the organisation of the action under way and make its entry tell of it.

    Sets `entry.outtask_id`, so that the standing of the new out-task is derived at the end of the action, and
    gives `outtask_id`, `reference` and `tracking_code` to the caller. Of several opened in one action (an
    import) only the last one's standing is derived by the recording; importers derive the others themselves.
    """
    outtask: OutTask = OutTask.objects.create(
        organisation_id=entry.organisation_id,
        reference=references.next_reference(entry.organisation_id, references.OUTTASK, entry.now),
        tracking_code=tracking_code(),
        title=title[: OutTask._meta.get_field("title").max_length],
        owner_id=owner_id,
        process_id=process_id,
        source_key=source_key,
        opened_at=entry.now,
    )
    entry.outtask_id = outtask.pk
    entry.gives(outtask_id=outtask.pk, reference=outtask.reference, tracking_code=outtask.tracking_code)
    return outtask
