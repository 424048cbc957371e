"""What must not get lost: stored files, what failed for good, backups."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain

from django.core.files.storage import default_storage
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from outtask.cli.backups import record
from outtask.files.models import Blob
from outtask.followers.health import Finding, bad, ok, warn
from outtask.journal.models import SkippedEntry
from outtask.messages.models import Mail
from outtask.messages.states import MailState
from outtask.people.models import Organisation
from outtask.spend.books import replay

# Looked at of the newest and of the oldest; `outtask backup` reads every stored file.
SAMPLE = 50
BACKUP_EVERY = timedelta(days=7)


def stored(now: datetime) -> Finding:
    """Whether a sample of stored files is there, in its size."""
    newest = Blob.objects.order_by("-kept_at")[:SAMPLE]
    oldest = Blob.objects.order_by("kept_at")[:SAMPLE]
    sample = {blob.sha256: blob for blob in chain(newest, oldest)}
    wrong = [trouble for blob in sample.values() if (trouble := _wrong_with(blob))]
    if wrong:
        remedy = (
            "Bring the file back from a backup: `outtask restore` into another home, and copy it from there."
        )
        return bad("stored", f"{len(wrong)} of {len(sample)} files looked at: {wrong[0]}.", remedy)
    return ok("stored", f"{len(sample)} files looked at, each there in its size")


def _wrong_with(blob: Blob) -> str:
    try:
        size = default_storage.size(blob.path)
    except FileNotFoundError:
        return f"{blob.path} is not there"
    except OSError as error:
        return f"{blob.path} cannot be read: {error}"
    return "" if size == blob.size else f"{blob.path} has {size:,} bytes instead of {blob.size:,}"


def books(now: datetime) -> Finding:
    """Whether every budget says what its postings come to, and closed books are what they were."""
    organisations = Organisation.objects.order_by("id").values_list("pk", flat=True)
    wrong = [line for pk in organisations for line in replay(pk)]
    if wrong:
        remedy = "Stop working, keep a copy of the database, and compare it with the last good backup."
        return bad("books", f"{len(wrong)} things do not fit: {wrong[0]}.", remedy)
    return ok("books", "every budget says what its postings come to")


def letters(now: datetime) -> Finding:
    """What was given up after all its tries: entries, tasks, mails."""
    counts = {
        "entries no follower could read": SkippedEntry.objects.filter(settled_at__isnull=True).count(),
        "tasks": DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).count(),
        "mails": Mail.objects.filter(state=MailState.FAILED).count(),
    }
    told = [f"{count} {what}" for what, count in counts.items() if count]
    if told:
        remedy = "See /settings/work and /settings/outbox: each tells its error, and can be tried again."
        return warn("letters", f"Given up: {', '.join(told)}.", remedy)
    return ok("letters", "nothing was given up")


def backup(now: datetime) -> Finding:
    last = record.last_backup()
    remedy = "Run `outtask backup -o FOLDER` every night, and copy the file to another machine."
    if last is None:
        if not Organisation.objects.exists():
            return ok("backup", "there is nothing to back up yet")
        return warn("backup", "No backup was ever made from this home.", remedy)
    age = now - last["made_at"]
    says = f"The last backup is {age.days} days old: {last['file']}"
    return warn("backup", f"{says}.", remedy) if age > BACKUP_EVERY else ok("backup", says)
