"""Files by content: a blob is stored once, a file is a named use of it in one organisation."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from outtask.journal.facts import Fact
from outtask.kernel.actor import Actor


class Blob(models.Model):
    """Bytes on disk (or in S3) under their SHA-256."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    kept_at = models.DateTimeField()

    @property
    def path(self) -> str:
        """Where the storage keeps it: two levels, so that no folder grows past what file systems like."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"


class File(Fact):
    """A named file. The provider sees it when it is `shared` with them."""

    outtask_path: ClassVar[str | None] = "outtask__"
    seen_by_guests: ClassVar[bool] = True

    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, null=True, related_name="files")
    provider = models.ForeignKey("outtask.Provider", on_delete=models.PROTECT, null=True, related_name="+")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    shared = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "outtask", "id"], name="file_by_outtask")]

    @classmethod
    def guest_filter(cls, actor: Actor) -> dict[str, Any]:
        # Shared files carry no provider, or the provider they are shared with.
        return cls.bound_to_outtask(actor, "outtask_id") | {"provider_id": actor.provider_id, "shared": True}

    def __str__(self) -> str:
        return self.name
