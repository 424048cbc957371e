"""Fixtures for every room: whole installations, profiles of the random tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings

from tests import chance
from tests.installation import Installation, copy_database, installed, template_of_all

# No deadlines: how long an example takes says more about the machine than about the code.
settings.register_profile(
    "default",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not chance.NEW,
)
settings.register_profile(
    "soak", settings.get_profile("default"), max_examples=5_000, stateful_step_count=200
)
settings.load_profile(os.environ.get("OUTTASK_TEST_PROFILE", "default"))

_numbers = count(1)


@pytest.fixture(scope="session")
def template() -> Installation:
    """An installation that is prepared once in a run and only copied."""
    return template_of_all(Path(os.environ["OUTTASK_TEST_BASE"]))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The tests' own database is a copy of the template's: migrations run once, which takes seconds."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, template: Installation
) -> None:
    """Before pytest-django looks for the database, it is there; the folder of the run goes with all of it."""
    copy_database(template, connection.creation._get_test_db_name())


@pytest.fixture
def installation(template: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A fresh installation of its own, in processes of its own, on the database this run is about."""
    with installed(tmp_path, f"installation{next(_numbers)}", template) as fresh:
        yield fresh
