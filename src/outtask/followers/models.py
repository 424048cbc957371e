"""What workers keep in the database: that they live, and when each timed duty is due next."""

from __future__ import annotations

from django.db import models

from outtask.kernel.identifiers import new_id


class Worker(models.Model):
    """A worker process that lives, or lived a moment ago; gone from here once it stopped in good order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    version = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["beat_at"], name="worker_by_beat")]


class Timer(models.Model):
    """When a timed duty is due next. Whoever moves `due_at` on is the one who does it."""

    name = models.CharField(max_length=60, primary_key=True)
    due_at = models.DateTimeField()
    failures = models.IntegerField(default=0)
    last_error = models.TextField(default="")
