"""What every template may use besides what its view gives."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """member, organisation: whose page it is, None for strangers; now: the instant of the request.

    The first two are read from the database only when a template asks for them.
    """
    return {
        "member": getattr(request, "member", None),
        "organisation": getattr(request, "organisation", None),
        "now": getattr(request, "now", None),
        "link": getattr(request, "link", None),
        "outbox_only": settings.OUTBOX_ONLY,
    }
