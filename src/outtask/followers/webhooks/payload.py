"""What a message of a webhook says.

It tells that something happened, to what, and its figures: amounts, days, counts, codes, digests, ids.
Names, titles and whatever else somebody wrote stay here: what left for another machine cannot be erased any
more. Whoever may read the words reads them at `url`, by a token with rights of its own, as they stand then.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from outtask.journal.kinds import Audience, Kind, Says, all_kinds
from outtask.journal.reading import Told
from outtask.kernel.money import Money
from outtask.outtasks.models import OutTask

OWN = "webhook."
"""Names of what happens to webhooks themselves. Only a test is sent, and to the endpoint it is for alone."""
ALL_OF = ".*"


def is_told(kind: Kind) -> bool:
    """Whether webhooks tell of it: whatever the client reads, but of webhooks themselves."""
    return Audience.CLIENT in kind.audience and not kind.name.startswith(OWN)


def told_kinds() -> list[Kind]:
    """Every kind that webhooks tell of, in the order of the house."""
    return [kind for kind in all_kinds() if is_told(kind)]


def names() -> frozenset[str]:
    """What can be subscribed to: `milestone.accepted`, or `milestone.*` for all that happens to one."""
    single = {kind.webhook_name for kind in told_kinds()}
    return frozenset(single | {noun_of(name) + ALL_OF for name in single})


def noun_of(name: str) -> str:
    return name.partition(".")[0]


def is_wanted(kind: Kind, subscribed: Collection[str]) -> bool:
    """Whether an endpoint with this subscription is told; one without any is told everything."""
    name = kind.webhook_name
    return is_told(kind) and (not subscribed or name in subscribed or noun_of(name) + ALL_OF in subscribed)


def message_id(entry_id: UUID) -> str:
    """The same for every try, every replay and every endpoint."""
    return f"msg_{entry_id.hex}"


def body_of(told: Told) -> bytes:
    """The message about an entry, the same bytes each time."""
    return json.dumps(_message(told), ensure_ascii=False, separators=(",", ":")).encode()


def _message(told: Told) -> dict[str, Any]:
    # An entry that concerns two organisations stands in both logs; the out-task is read where it belongs.
    outtask = OutTask.objects.filter(pk=told.outtask_id, organisation_id=told.organisation_id).first()
    return {
        "type": told.kind.webhook_name,
        "timestamp": _instant(told.at),
        "data": {
            "organisation": str(told.organisation_id),
            "entry": str(told.id),
            "seq": told.seq,
            "actor": {"kind": told.actor_kind, "id": str(told.actor_id) if told.actor_id else None},
            "subject": {"type": told.subject_type, "id": str(told.subject_id)},
            "out_task": _reference(outtask) if outtask else None,
            "says": {
                name: _plain(value)
                for name, value in told.says.items()
                if told.kind.payload[name] is not Says.WORDS
            },
        },
    }


def _reference(outtask: OutTask) -> dict[str, str]:
    path = reverse("api:out_task", args=[outtask.reference])
    return {"id": str(outtask.pk), "reference": outtask.reference, "url": settings.BASE_URL + path}


def _plain(value: Any) -> Any:
    match value:
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
