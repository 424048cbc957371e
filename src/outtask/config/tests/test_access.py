"""One line of log for a request, only when somebody listens, and never with the key of a guest in it."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

LOGGER = "outtask.config.access"


def test_a_request_leaves_one_line(db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger=LOGGER):
        Client().get("/readyz", headers={"X-Request-ID": "lantern-0042"})
    (line,) = [record.msg for record in caplog.records if record.name == LOGGER]
    assert isinstance(line, dict)
    assert (line["route"], line["status"], line["request_id"]) == ("readyz", 503, "lantern-0042")
    assert line["queries"] > 0
    assert line["ms"] > 0


def test_the_key_of_a_guest_is_not_logged(db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger=LOGGER):
        Client().get("/l/thesecretpartofalink")
    assert "thesecretpartofalink" not in caplog.text


def test_without_a_listener_nothing_is_counted(db: None, caplog: pytest.LogCaptureFixture) -> None:
    Client().get("/healthz")
    assert [record for record in caplog.records if record.name == LOGGER] == []
