"""Addresses with a secret never reach a log: Django writes the path of what it could not answer well."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"(/(?:l|invitations)/|/account/password/reset/key/)[^/\s?]+")
_LOGGERS = ("django.request", "django.security.csrf", "django.server")


def without_secrets(text: str) -> str:
    """`/l/…` instead of `/l/<token>`."""
    return _SECRET.sub(r"\1…", text)


class Discretion(logging.Filter):
    """Takes secrets out of what a record says, and the request out of what it carries."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        told = without_secrets(said)
        if told != said:
            record.msg, record.args = told, ()
            record.__dict__.pop("request", None)
        return True


def keep() -> None:
    """Filter every logger that names addresses; called when the addresses are set up, again does no more."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, Discretion) for known in logger.filters):
            logger.addFilter(Discretion())
