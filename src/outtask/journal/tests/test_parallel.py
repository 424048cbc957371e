"""Several processes find in a log what one finds, word for word."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from outtask.journal import parallel
from outtask.journal.scanning import RUN
from outtask.journal.tests.growing import grow
from outtask.journal.verify import verify
from tests.installation import Installation
from tests.world import World

FOUND = {
    # What was done → how the fault begins, and how many runs were found right by several processes.
    "nothing": ("", 4),
    "edited": (f"Entry {RUN + 7} (", 1),
    "column": (f"Entry {2 * RUN + 1} (", 2),
    "last_of_a_run": (f"Entry {2 * RUN - 1}: The entry is missing", 1),
    "a_whole_run": (f"Entry {RUN}: The entry is missing; the next one is {2 * RUN}", 1),
    "the_end": (f"The log ends after {3 * RUN + 490} entries", 3),
    "the_beginning": ("Entry 0: The entry is missing", 0),
    "forged": (f"Entries 0 to {RUN + 475} are not those", 4),
}


def test_several_find_what_one_finds(installation: Installation) -> None:
    told = json.loads(installation.python("from outtask.journal.tests.abreast import tell; print(tell())"))
    assert set(told) == set(FOUND)
    for name, (same, fault, shared) in told.items():
        begins, right = FOUND[name]
        assert same, f"{name}: {fault}"
        assert (fault.startswith(begins), shared) == (True, right), f"{name}: {fault}, {shared} shared"


@pytest.mark.django_db
def test_in_a_transaction_one_process_does_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others would not see what is not committed yet."""
    monkeypatch.setattr(parallel, "WORTHWHILE", 0)
    with transaction.atomic():
        grow(world.organisation.pk, 5, world.now)
        report = verify(world.organisation.pk, processes=2)
    assert (report.fault, report.entries) == (None, 6)
