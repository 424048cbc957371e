"""The `outtask` command from outside: what it answers, how it ends, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from outtask import __version__
from tests.installation import Installation, eventually


def workers(installation: Installation) -> list[int]:
    """Process ids of those that started and did not stop in good order."""
    return [pid for (pid,) in installation.rows("SELECT pid FROM outtask_worker")]


def test_up_serves_works_and_stops(installation: Installation) -> None:
    server = installation.up()
    eventually(lambda: server.get("/readyz")[0] == 200, installation.log.read_text, server.process)
    # Said by the command, which looks for itself whether the server is ready.
    told = f"Outtask is at {server.address}"
    eventually(lambda: told in installation.log.read_text(), installation.log.read_text, server.process)
    process = server.process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert server.get("/healthz")[0] == 0
    assert workers(installation) == []


def test_up_starts_a_killed_worker_again(installation: Installation) -> None:
    server = installation.up()
    eventually(lambda: len(workers(installation)) == 1, installation.log.read_text, server.process)
    (first,) = workers(installation)
    os.kill(first, signal.SIGKILL)
    eventually(
        lambda: any(pid != first for pid in workers(installation)), installation.log.read_text, server.process
    )


def test_nothing_stays_behind_when_up_is_killed(installation: Installation) -> None:
    server = installation.up()
    eventually(lambda: len(workers(installation)) == 1, installation.log.read_text, server.process)
    process = server.process
    assert process is not None
    process.kill()
    process.wait()
    eventually(lambda: server.get("/healthz")[0] == 0)
    eventually(lambda: workers(installation) == [])


def test_a_taken_port_is_told_with_the_remedy(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = installation.outtask("up", "--port", port, code=1).stderr
    assert f"Port {port}" in told
    assert f"outtask up --port {port + 1}" in told


def test_verify_and_doctor_of_a_sound_installation(installation: Installation) -> None:
    installation.make_world()
    reports = json.loads(installation.outtask("verify", "--json").stdout)
    assert [(report["organisation"], report["fault"]) for report in reports] == [
        ("Harbour Row Books", None),
        ("Fold & Bind", None),
    ]
    one = installation.outtask("verify", "--organisation", "fold & bind").stdout
    assert "every entry is as it was written" in one
    assert "Harbour" not in one
    findings = json.loads(installation.outtask("doctor", "--json", code=1).stdout)
    assert {finding["name"]: finding["state"] for finding in findings if finding["state"] != "ok"} == {
        "mail": "warn",
        "worker": "bad",
        "backup": "warn",
    }
    assert all(finding["remedy"] and finding["matters"] for finding in findings if finding["state"] != "ok")


def test_verify_tells_of_books_that_do_not_fit(installation: Installation) -> None:
    installation.make_world()
    installation.python(
        "from outtask.models import Budget; Budget.objects.update(paid_minor=1); print('done')"
    )
    told = installation.outtask("verify", code=1).stdout
    assert "every entry is as it was written" in told
    assert "BAD (books): budget " in told


def test_verify_and_doctor_tell_what_was_changed(installation: Installation) -> None:
    installation.make_world()
    installation.python(
        "from outtask.models import Entry; Entry.objects.filter(seq=0).update(body=b'1\\n{}'); print('done')"
    )
    told = installation.outtask("verify", code=1).stdout
    assert "BAD (edit): Entry 0" in told
    assert "BAD" in installation.outtask("doctor", code=1).stdout
    assert installation.outtask("verify", "--organisation", "nobody", code=2).stderr.startswith("There is no")


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("OUTTASK_DATABASE", "mysql://here", "must begin with postgresql://"),
        ("OUTTASK_SMTP", "mail.example", "must look like smtp"),
        ("OUTTASK_BEHIND_PROXY", "perhaps", "write yes or no"),
    ],
)
def test_a_bad_setting_is_named(installation: Installation, setting: str, value: str, told: str) -> None:
    message = installation.outtask("doctor", code=2, **{setting: value}).stderr
    assert setting in message
    assert told in message


def test_a_misspelt_setting_is_noticed(installation: Installation) -> None:
    told = installation.outtask("doctor", code=1, OUTTASK_BASEURL="http://here").stdout
    assert "Did you mean OUTTASK_BASE_URL?" in told


def test_a_database_that_is_away_is_told_apart(installation: Installation) -> None:
    away = "postgresql://nobody@127.0.0.1:1/nothing"
    assert "does not answer" in installation.outtask("verify", code=4, OUTTASK_DATABASE=away).stderr
    assert "does not answer" in installation.outtask("doctor", code=1, OUTTASK_DATABASE=away).stdout


def test_an_unprepared_database_is_told_with_the_remedy(installation: Installation) -> None:
    (installation.home / "elsewhere").mkdir()
    fresh = {"OUTTASK_HOME": str(installation.home / "elsewhere"), "OUTTASK_DATABASE": ""}
    assert "Run `outtask up` once" in installation.outtask("verify", code=1, **fresh).stderr


def test_usage() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "outtask.cli", *arguments], capture_output=True, text=True
        )

    assert run("--version").stdout == f"outtask {__version__}\n"
    assert run().returncode == 2
    assert run("dance").returncode == 2
    assert "recompute the journal" in run("--help").stdout


def test_an_answer_by_mail_is_refused_unless_we_asked(installation: Installation) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "outtask.cli", "receive"],
        cwd=installation.home,
        env=installation.environment,
        input=b"To: somebody@elsewhere.example\r\nSubject: hello\r\n\r\nhello\r\n",
        capture_output=True,
    )
    assert refused.returncode == 3
    assert b"This is no answer to a mail of ours." in refused.stderr


def test_calc_needs_no_installation() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "outtask.cli", "calc", "weights"],
        input='{"method": "rank", "criteria": ["price", "quality"]}',
        env=os.environ | {"OUTTASK_HOME": os.devnull},
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout)["weights"] == {"price": 0.75, "quality": 0.25}
    assert (done.returncode, done.stderr) == (0, "")
