"""Reply addresses that cannot be forged: of a thread, so that an answer finds it, and of one decision."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

LENGTH = 20
NOWHERE = "localhost"


def replies_reach_us() -> bool:
    """Whether mail to this installation is delivered to it: a domain for replies is set."""
    return bool(settings.REPLY_DOMAIN != NOWHERE)


def _seal(outtask_id: UUID, reader_id: UUID) -> str:
    key = settings.SECRET_KEY.encode()
    digest = hmac.new(key, b"outtask.reply:" + outtask_id.bytes + reader_id.bytes, hashlib.sha256)
    return digest.hexdigest()[:LENGTH]


def reply_address(outtask_id: UUID, reader_id: UUID) -> str:
    """Where a reply by this reader (a member or the holder of a link) about this out-task goes."""
    return f"reply+{outtask_id.hex}.{reader_id.hex}.{_seal(outtask_id, reader_id)}@{settings.REPLY_DOMAIN}"


def read_reply_address(address: str) -> tuple[UUID, UUID] | None:
    """The out-task and the reader a reply address names; None when it was not made here."""
    local = address.partition("@")[0].lower()
    parts = local.removeprefix("reply+").split(".")
    if not local.startswith("reply+") or len(parts) != 3:
        return None
    try:
        outtask_id, reader_id = UUID(hex=parts[0]), UUID(hex=parts[1])
    except ValueError:
        return None
    if not hmac.compare_digest(parts[2].encode(), _seal(outtask_id, reader_id).encode()):
        return None
    return outtask_id, reader_id


def _decision_seal(link_id: UUID, terms: str) -> str:
    said = b"outtask.decide:" + link_id.bytes + terms.encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()[:LENGTH]


def decision_address(link_id: UUID, terms: str) -> str:
    """Where an answer goes that decides what a link is for: 80 bits of seal over the link and its terms.

    terms: what is decided, in words that differ when it does: version, amount and currency.
    """
    return f"decide+{link_id.hex}.{_decision_seal(link_id, terms)}@{settings.REPLY_DOMAIN}"


def read_decision_address(address: str) -> tuple[UUID, str] | None:
    """The link that an address names, and its seal; None when it is no address of a decision."""
    local = address.partition("@")[0].lower()
    link, dot, seal = local.removeprefix("decide+").partition(".")
    if not local.startswith("decide+") or not dot:
        return None
    try:
        return UUID(hex=link), seal
    except ValueError:
        return None


def is_sealed(link_id: UUID, terms: str, seal: str) -> bool:
    """Whether a seal was made here, for these terms."""
    return hmac.compare_digest(seal.encode(), _decision_seal(link_id, terms).encode())
