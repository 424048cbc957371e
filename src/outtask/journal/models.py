"""The journal's own facts: entries, each organisation's log head, kept words, idempotency keys, cursors."""

from __future__ import annotations

from django.db import models

from outtask.journal.facts import Fact
from outtask.kernel.identifiers import new_id


class JournalHead(models.Model):
    """The end of one organisation's log. Its row lock lets actions run one at a time in an organisation."""

    organisation = models.OneToOneField(
        "outtask.Organisation", on_delete=models.PROTECT, primary_key=True, related_name="journal_head"
    )
    size = models.BigIntegerField(default=0)
    edge = models.BinaryField(default=bytes)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gte=0), name="journal_size_not_negative")
        ]


class Entry(models.Model):
    """One line of the journal. `body` is the evidence: exactly the bytes that were hashed.

    The other columns repeat what the body says so that it can be found; `outtask verify` compares them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("outtask.Organisation", on_delete=models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    # No foreign key: an entry outlives what it tells of.
    outtask_id = models.UUIDField(null=True)
    body = models.BinaryField()
    leaf = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "seq"], name="entry_once_per_place")]
        indexes = [
            models.Index(fields=["organisation", "outtask_id", "-seq"], name="entry_by_outtask"),
            models.Index(fields=["organisation", "kind", "-seq"], name="entry_by_kind"),
        ]


class Saying(Fact):
    """Words that an entry points to by a salted digest, so that they can be erased and the proof stays."""

    salt = models.BinaryField(max_length=16)
    text = models.TextField()
    erased_at = models.DateTimeField(null=True)


class KeyUsed(models.Model):
    """An idempotency key that an actor has used: the same input again gets the same outcome."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("outtask.Organisation", on_delete=models.PROTECT, related_name="+")
    actor_id = models.UUIDField(null=True)
    key = models.CharField(max_length=200)
    action = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    outcome = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "actor_id", "key"], name="key_once_per_actor"),
        ]


class FollowerCursor(models.Model):
    """How far one follower has read one organisation's log."""

    id = models.BigAutoField(primary_key=True)
    follower = models.CharField(max_length=40)
    organisation = models.ForeignKey("outtask.Organisation", on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follower", "organisation"], name="one_cursor_per_follower"),
        ]


class SkippedEntry(models.Model):
    """A dead letter: an entry that a follower could not digest in all its tries; shown until dealt with."""

    id = models.BigAutoField(primary_key=True)
    follower = models.CharField(max_length=40)
    organisation = models.ForeignKey("outtask.Organisation", on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    error = models.TextField()
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
