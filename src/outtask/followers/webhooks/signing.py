"""Signing what a webhook sends, as Standard Webhooks has it (standardwebhooks.com, specification 1.0.0).

The signature is HMAC-SHA256 over `id.timestamp.body`, in base64 after the mark of its version, "v1,". While a
secret is being replaced there are two, one for each secret, with a space between them.

Pure: no Django, no clock, no database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

PREFIX = "whsec_"


def derived_secret(installation: bytes, endpoint_id: UUID, generation: int) -> bytes:
    """The 32 bytes that an endpoint's messages are signed with; the same again whenever they are asked for.

    The context in front keeps it apart from whatever else is derived from the installation's secret.
    """
    told = b"outtask.webhook:" + endpoint_id.bytes + generation.to_bytes(8, "big")
    return hmac.new(installation, told, hashlib.sha256).digest()


def written(secret: bytes) -> str:
    """The secret as receivers take it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, message_id: str, at: int, body: bytes) -> str:
    """One signature. at: the instant of this try, in whole seconds since 1970."""
    told = f"{message_id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, told, hashlib.sha256).digest()).decode()


def headers(secrets: Iterable[bytes], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message, signed with each secret.

    message_id: the same in each try and each replay, so that a receiver knows what it has seen.
    """
    at = int(now.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(secret, message_id, at, body) for secret in secrets),
    }
