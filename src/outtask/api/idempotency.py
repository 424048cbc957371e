"""`Idempotency-Key`: the same call sent again is the same act, answered alike.

That it is one act is held by the journal: the key stands there with a digest of the input, in the transaction
of the act. What is added here: while a call runs, another with its key is told so at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.utils.translation import gettext

from outtask.api.calls import Call
from outtask.api.problems import NOT_FITTING, RUNNING, Problem

HEADER = "Idempotency-Key"
FORM = r"^[!-~]{1,100}$"
LONGEST_RUN = 120
"""Seconds after which a call that never ended, because its process died, stands in nobody's way."""

_FORM = re.compile(FORM)


def key_of(call: Call) -> str:
    """The key as the journal keeps it: each token has keys of its own. Empty when none was sent."""
    given = call.headers.get(HEADER)
    if given is None:
        return ""
    if not _FORM.fullmatch(given):
        said = gettext("A key is 1 to 100 visible ASCII characters.")
        raise Problem(NOT_FITTING, said, "key_form", parameter=HEADER)
    return f"{call.token.pk.hex}:{given}"


@contextmanager
def alone(key: str) -> Iterator[None]:
    """Let one call at a time act with a key; Problem RUNNING (409) for another."""
    if not key:
        yield
        return
    place = f"api-running:{key}"
    # Asked first, because on SQLite adding would wait for the very transaction it should tell of.
    if cache.get(place) is not None or not cache.add(place, 1, timeout=LONGEST_RUN):
        raise Problem(RUNNING, headers={"Retry-After": "1"})
    try:
        yield
    finally:
        cache.delete(place)
