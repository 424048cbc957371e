"""Every operation of the API under schemathesis, with all its checks: no 5xx, no break of the schema.

Each run prints its seed. OUTTASK_TEST_SEED replays it, OUTTASK_TEST_FUZZ_PATH keeps to addresses with this
text.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from itertools import batched
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import Client
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import EngineFinished, NonFatalError, ScenarioFinished

from outtask.api import limits
from outtask.api.idempotency import FORM, HEADER
from tests.chance import SOAK, seed
from tests.harness.api.population import Population, populate

pytestmark = [pytest.mark.django_db(transaction=True)]

POSTGRESQL = os.environ.get("OUTTASK_TEST_DATABASE") == "postgresql"
FEWEST = 50_000 if SOAK else 500 if POSTGRESQL else 5_000
# What each operation gets of random cases; the coverage of its schema and chains of calls come on top.
EXAMPLES = int(os.environ.get("OUTTASK_TEST_FUZZ_EXAMPLES", 0)) or (200 if SOAK else 5 if POSTGRESQL else 8)
# The corners of every shape are many, and the same each time: a run walks those of some addresses at a time,
# in an order of its seed, until there were cases enough; the soak those of all.
AT_A_TIME = 6
LIKELY = 0.8
ONLY = os.environ.get("OUTTASK_TEST_FUZZ_PATH", "")
SHOWN = 40


def config_of(population: Population, address: str, seed: int, *, corners: bool) -> SchemathesisConfig:
    """All checks; addresses name things that are there, most of the time.

    corners: the phase that walks the corners of shapes, or the phases of chance.
    """
    names = {name: values for name, values in population.names.items() if values}
    bound = {
        f"path.{name}": {"dictionary": name, "probability": LIKELY} for name in names if name != "request"
    }
    statuses = ["2xx", "3xx", "401", "403", "404", "409", "412"]
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "base-url": address,
            # How long an answer takes says more about the machine than about the code.
            "request-timeout": 120,
            "auth": {"openapi": {"bearer": {"bearer": population.tokens["owner"]}}},
            "dictionaries": {name: {"values": values} for name, values in names.items()},
            "parameters": bound,
            "generation": {"max-examples": EXAMPLES, "mode": "all", "no-shrink": True, "database": "none"},
            "checks": {
                # 412 answers an If-Match of chance; a rule's refusal is a 409.
                "positive_data_acceptance": {"expected-statuses": statuses},
            },
            "phases": {
                "coverage": {"enabled": corners, "unexpected-methods": ["PATCH", "TRACE"]},
                "examples": {"enabled": not corners},
                "fuzzing": {"enabled": not corners},
                "stateful": {"enabled": not corners and not POSTGRESQL},
            },
        }
    )


SPARED: set[str] = set()
"""The token that calls, and its holder: ended by a case of chance, every answer after it would be a 401."""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Keys are used once, cursors are not guessed: both would only tell that chance knows neither.

    Their own tests are in `outtask.api.tests.test_manners`.
    """
    key = case.headers.get(HEADER)
    if isinstance(key, str) and re.fullmatch(FORM, key):
        case.headers[HEADER] = str(uuid4())
    if case.query:
        case.query.pop("after", None)
    for name, value in (case.path_parameters or {}).items():
        if case.method != "GET" and str(value).lower() in SPARED:
            case.path_parameters[name] = str(uuid4())


def test_every_operation_keeps_its_word(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_MINUTE", 10**9)
    # Else the second half of each answer waits 40 ms for a word that the first has come.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    begin = seed("fuzz")
    print(f"OUTTASK_TEST_SEED={begin}")
    population, document = populate(), Client().get("/api/v1/openapi.json").json()
    SPARED.update(population.own)
    found = Found()
    paths = sorted(path for path in document["paths"] if ONLY in path)
    chance = config_of(population, live_server.url, begin, corners=False)
    found.walk(schemathesis.openapi.from_dict(document, config=chance).include(path=paths))
    corners = config_of(population, live_server.url, begin, corners=True)
    random.Random(begin).shuffle(paths)
    for some in batched(paths, AT_A_TIME, strict=False):
        if ONLY or SOAK or found.cases.total() < FEWEST:
            found.walk(schemathesis.openapi.from_dict(document, config=corners).include(path=list(some)))
    print(dict(found.cases), dict(found.answers))
    assert not population.is_locked_out(), f"whoever calls was shut out with seed {begin}"
    told = "\n".join(list(found.failures.values())[:SHOWN])
    assert not found.failures, f"{len(found.failures)} with seed {begin}:\n{told}"
    assert ONLY or found.cases.total() >= FEWEST, f"only {dict(found.cases)} cases"


class Found:
    """What came of the cases so far: how many by phase, how many of each answer, and each failure."""

    def __init__(self) -> None:
        self.cases = Counter[str]()
        self.answers = Counter[int]()
        self.failures: dict[str, str] = {}

    def walk(self, schema: Any) -> None:
        for event in from_schema(schema).execute():
            if isinstance(event, NonFatalError):
                self.failures[f"{event.label}"] = f"--- {event.label}: {event.value!r}"
            if isinstance(event, ScenarioFinished):
                self.cases[event.phase.name] += len(event.recorder.cases)
                self.answers.update(
                    one.response.status_code for one in event.recorder.interactions.values() if one.response
                )
                self.failures |= _failures(event.recorder)
            if isinstance(event, EngineFinished):
                break


def _failures(recorder: Any) -> dict[str, str]:
    """Each failure once for its operation and check, with the call that shows it."""
    found = {}
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.status is Status.FAILURE:
                case = recorder.cases[case_id].value
                label = f"{check.name} {case.operation.label}"
                failure = check.failure_info
                said = str(failure.failure) if failure else ""
                code = failure.code_sample if failure else ""
                found[label] = f"--- {label}\n{said[:900]}\n{code[:900]}"
    return found
