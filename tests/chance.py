"""Where random tests begin: the same seed for the same test in `make test`, a new one in `make soak`.

A run that guards what lands must answer alike for the same commit, here and elsewhere; else a defect that was
there for weeks stops whoever comes next. What is new in a commit moves the walks all the same. New places are
searched by `make soak`, and by `OUTTASK_TEST_SEED=new` with any test; a number replays one that was printed.
"""

from __future__ import annotations

import os
import secrets

SOAK = os.environ.get("OUTTASK_TEST_PROFILE") == "soak"
GIVEN = os.environ.get("OUTTASK_TEST_SEED", "")
NEW = GIVEN == "new" or (SOAK and not GIVEN)


def seed(name: str) -> int:
    """Where the test of this name begins."""
    if NEW:
        return secrets.randbits(31)
    return int(GIVEN) if GIVEN else int.from_bytes(name.encode()[:3])
