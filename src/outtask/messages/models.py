"""Mail that leaves, and the words people exchange about an out-task."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from outtask.journal.facts import Fact
from outtask.messages.states import MailState


class Mail(Fact):
    """One message to one person. Links inside are rendered at sending, so no token is stored here."""

    to_name = models.CharField(max_length=200)
    to_email = models.EmailField()
    member = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, null=True, related_name="+")
    link = models.ForeignKey("outtask.Link", on_delete=models.PROTECT, null=True, related_name="+")
    template = models.CharField(max_length=60)
    subject = models.CharField(max_length=300)
    context = models.JSONField(default=dict)
    # What makes a second reading of the same entry send nothing: the entry and the reader.
    dedupe = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default=MailState.WAITING)
    attempts = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "dedupe"], name="mail_once")]
        indexes = [
            models.Index(fields=["state", "retry_at"], name="mail_waiting"),
            models.Index(fields=["organisation", "-id"], name="mail_latest"),
        ]


class Message(Fact):
    """A line in the thread of an out-task, by a member, the provider's guest, or the provider's program."""

    outtask_path: ClassVar[str | None] = "outtask__"
    provider_path: ClassVar[str | None] = "provider_id"
    seen_by_guests: ClassVar[bool] = True

    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, related_name="messages")
    # The provider in whose thread it stands; None when it is among colleagues only.
    provider = models.ForeignKey("outtask.Provider", on_delete=models.PROTECT, null=True, related_name="+")
    member = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    link = models.ForeignKey("outtask.Link", on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    asks = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "outtask", "-id"], name="message_latest"),
            models.Index(
                fields=["organisation", "id"],
                name="message_unanswered",
                condition=models.Q(asks=True, answered_at__isnull=True),
            ),
        ]

    @property
    def author(self) -> str:
        """Who wrote it, by name."""
        if self.member is not None:
            return str(self.member.name)
        if self.link is not None:
            return str(self.link.name)
        return self.provider.name if self.provider is not None else ""
