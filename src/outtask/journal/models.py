"""The journal's own facts: entries, each organisation's log head, kept words, idempotency keys, cursors."""

from __future__ import annotations

from typing import ClassVar

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


class SigningKey(models.Model):
    """The public half of a key that signs checkpoints: this installation's now, or one of those before.

    The private half never stands in the database. A key that came in with an imported organisation, and
    belongs to the installation it lived in before, has an adoption signed by this installation.
    """

    # The 32 bytes of the key in base64.
    public = models.CharField(max_length=44, primary_key=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    # The signed note by which the key before handed over to this one, signed by both; empty for a first key.
    endorsement = models.TextField(default="")
    # The signed notes by which this installation took the key in, one for each organisation that came with
    # it; none for its own keys. Made anew by whoever takes an organisation in, so not part of an export.
    adoptions = models.JSONField(default=list)


class Checkpoint(Fact):
    """A signed statement of how long a log was and what its tree's root was; made once for each length."""

    size = models.BigIntegerField()
    # The whole signed note; it repeats the size and holds the root.
    note = models.TextField()
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # When it was written to the witness, which is kept outside of the database; None until then.
    witnessed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "size"], name="checkpoint_once_per_size"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="checkpoint_of_something"),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="checkpoint_unwitnessed", condition=models.Q(witnessed_at__isnull=True)
            )
        ]


class SentCheckpoint(Fact):
    """A checkpoint that was put in line for a provider, who can hold it against this log ever after."""

    provider_path: ClassVar[str | None] = "provider_id"

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey("outtask.Provider", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "provider"], name="checkpoint_sent_once"),
        ]
        indexes = [
            models.Index(fields=["organisation", "provider", "-id"], name="checkpoint_sent_latest"),
        ]


class Block(models.Model):
    """The root over a full run of entries, kept so that a proof need not read every entry.

    Derived: it can be made from the entries again, and `outtask verify` never reads it.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("outtask.Organisation", on_delete=models.CASCADE, related_name="+")
    number = models.BigIntegerField()
    root = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="block_once_per_place"),
        ]
