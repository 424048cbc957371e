"""A restored home proves itself, in a process of its own with that home's own settings.

usage: python -m outtask.cli.backups.proving --home FOLDER

Prints JSON: the reports of `outtask verify` and the sums of stored files that are named and not there.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from outtask.cli.ground import DONE, FAILED, Failed, django_ready, say, show_json


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", required=True, help="the folder; OUTTASK_HOME names it too")
    parser.parse_args(arguments)
    django_ready()
    from django.core.management import call_command  # settings are read only now

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    remember()
    show_json({"reports": reports(), "absent": absent()})
    return DONE


def remember() -> None:
    """Tell the witness that its logs were put back on purpose, so that what it saw beyond is no fault."""
    from django.utils import timezone

    from outtask.journal import witness
    from outtask.journal.models import JournalHead

    sizes = dict(JournalHead.objects.values_list("organisation_id", "size"))
    for organisation_id in sorted(witness.organisations()):
        if organisation_id in sizes:
            witness.restored(organisation_id, sizes[organisation_id], timezone.now())
        else:
            witness.forget(organisation_id)  # founded after the backup was made


def reports() -> list[dict[str, Any]]:
    """What `outtask verify` finds in each journal."""
    from outtask.journal.models import JournalHead
    from outtask.journal.parallel import cores
    from outtask.journal.verify import verify

    told = []
    for head in JournalHead.objects.select_related("organisation").order_by("organisation_id"):
        report = verify(head.organisation_id, processes=cores())
        fault = str(report.fault) if report.fault else None
        told.append(
            {
                "organisation": head.organisation.name,
                "id": str(head.organisation_id),
                "entries": report.entries,
                "root": report.root,
                "fault": fault,
            }
        )
    return told


def absent() -> list[str]:
    """Stored files that the database names and the storage does not have in their size."""
    from django.core.files.storage import default_storage

    from outtask.files.models import Blob

    return [
        blob.sha256
        for blob in Blob.objects.order_by("sha256").iterator()
        if not _there(default_storage, blob)
    ]


def _there(storage: Any, blob: Any) -> bool:
    return bool(storage.exists(blob.path)) and storage.size(blob.path) == blob.size


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except Failed as problem:
        say(str(problem))
        sys.exit(FAILED)
