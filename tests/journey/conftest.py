"""A browser that watches each page it comes to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium import Watch
from tests.installation import Installation


@pytest.fixture
def watch(browser: Browser, installation: Installation) -> Iterator[Watch]:
    watch = Watch(browser, installation.up().address)
    yield watch
    watch.close()
