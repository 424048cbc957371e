"""Every test run gets a home folder and a database of its own; nothing of an installation is touched.

`OUTTASK_TEST_DATABASE=postgresql` runs the same tests on a real PostgreSQL server, started for the run.
This file is read once by the controller of the run and once by each xdist worker, before Django is set up.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
POSTGRESQL = os.environ.get("OUTTASK_TEST_DATABASE") == "postgresql"

if settings.configured:
    pytest.exit("Unset DJANGO_SETTINGS_MODULE: the tests choose a home folder before settings are read.", 4)

if not WORKER:
    base = Path(tempfile.mkdtemp(prefix="outtask-tests-"))
    base.chmod(0o711)  # the database server runs as another user when we are root
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    os.environ["OUTTASK_TEST_BASE"] = str(base)
    for name in [name for name in os.environ if name.startswith("OUTTASK_") and "_TEST_" not in name]:
        del os.environ[name]
    if POSTGRESQL:
        from tests.postgresql import Server

        server = Server.start(base / "postgresql")
        atexit.register(server.stop)
        os.environ["OUTTASK_DATABASE"] = server.address("outtask")

home = Path(os.environ["OUTTASK_TEST_BASE"], WORKER or "main")
home.mkdir(exist_ok=True)
os.environ["OUTTASK_HOME"] = str(home)
os.environ["OUTTASK_STATIC_FROM_SOURCE"] = "yes"
os.environ["OUTTASK_LOG_LEVEL"] = "WARNING"
os.environ["DJANGO_SETTINGS_MODULE"] = "outtask.config.settings"
# Playwright keeps an event loop in the thread of whoever uses it, and Django then refuses its database to the
# tests that come after in the same process. Nothing of ours is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

database = settings.DATABASES["default"]
if "sqlite3" in str(database["ENGINE"]):
    # A file, because threads and processes of one test must meet in it; and no waiting for the disk.
    database["TEST"] = {"NAME": str(home / "test.sqlite3")}
    database["OPTIONS"]["init_command"] = database["OPTIONS"]["init_command"].replace("=FULL", "=OFF")
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

import django  # noqa: E402  (settings are complete only now)

django.setup()
# An xdist worker inherits the environment and must come here before it reads settings.
del os.environ["DJANGO_SETTINGS_MODULE"]

pytest_plugins = ["tests.world", "tests.fixtures", "tests.chromium", "tests.s3"]

# What is the same whatever the database is: windows, headers, files that are served, what a page says to whom
# and which role may what, whether the harness sees a fault, and what SQLite alone lets happen. The whole
# story, the API, races, kills and chance are told on both.
ONCE = (
    "src/outtask/journal/tests/test_tampering.py::test_something_else_in_a_column",
    "src/outtask/lifecycle/tests/test_sample.py::test_every_page",
    "src/outtask/lifecycle/tests/test_sample.py::test_it_is_filled_on",
    "tests/browser/",
    "tests/harness/amounts/test_amounts.py::test_pages",
    "tests/harness/amounts/test_twice.py::test_a_form",
    "tests/harness/links/test_decision_links.py",
    "tests/harness/links/test_in_chromium.py",
    "tests/harness/links/test_served_files.py",
    "tests/harness/links/test_tables.py",
    "tests/harness/machine/test_faults.py",
    "tests/harness/test_backup_s3.py",
    "tests/harness/tenants/test_forgery.py",
    *(
        f"tests/harness/tenants/test_operations.py::test_operations[{role}]"
        for role in ("manager", "programme manager", "finance", "broker", "auditor")
    ),
    "tests/harness/tenants/test_pages.py",
    "tests/harness/tenants/test_words.py",
    # Processes and signals; what `verify` and `doctor` say of a database stays.
    "tests/harness/test_command.py::test_a_bad_setting",
    "tests/harness/test_command.py::test_a_misspelt_setting",
    "tests/harness/test_command.py::test_a_taken_port",
    "tests/harness/test_command.py::test_nothing_stays_behind",
    "tests/harness/test_command.py::test_up_",
    "tests/journey/test_in_narrow_windows.py",
    "tests/journey/test_in_wide_windows.py",
    "tests/security/",
)
# The longest files first, so that no worker is left alone with one of them at the end.
LONGEST = (
    "tests/harness/api/test_fuzz.py",
    "tests/journey/test_in_narrow_windows.py",
    "tests/journey/test_in_wide_windows.py",
    "tests/harness/tenants/test_pages.py",
    "tests/harness/test_backup.py",
    "tests/harness/tenants/test_operations.py",
    "src/outtask/takeback/archive/tests/test_command.py",
    "tests/harness/test_command.py",
    "tests/harness/test_workers.py",
    "tests/harness/test_kills.py",
    "tests/harness/test_outages.py",
)
TOUCHES_A_DATABASE = {"db", "transactional_db", "template", "installation", "inhabited", "server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The second run is about the database: what touches none has proved itself on the first."""
    places = {path: place for place, path in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(LONGEST)))
    belongs = _on_postgresql if POSTGRESQL else _on_sqlite
    elsewhere = [item for item in items if not belongs(item)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if belongs(item)]


def _on_sqlite(item: pytest.Item) -> bool:
    """What starts a server of its own does so in one of the two runs."""
    return item.get_closest_marker("postgres") is None


def _on_postgresql(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgres"))
    return (marked or bool(names & TOUCHES_A_DATABASE)) and not item.nodeid.startswith(ONCE)
