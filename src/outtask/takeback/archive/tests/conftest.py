"""One archive for all tests that only read it: making it takes most of their time."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.takeback.archive.tests import material
from outtask.takeback.archive.tests.material import Members


@pytest.fixture(scope="session")
def archive(django_db_setup: None, django_db_blocker: Any) -> bytes:
    with django_db_blocker.unblock():
        return material.made()


@pytest.fixture
def members(archive: bytes) -> Members:
    return material.members_of(archive)
