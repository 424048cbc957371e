"""`outtask up`: prepare, then the server and the worker as two processes that are kept alive."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

from outtask.cli.ground import DONE, FAILED, Failed, django_ready, say, settings_ready, show

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# A process that lived this long was not broken from the start: the pauses begin anew.
SETTLED = 60.0
STOP_WITHIN = 15.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default=os.environ.get("OUTTASK_HOST", "127.0.0.1"), help="address to listen on"
    )
    parser.add_argument(
        "--port", type=int, default=int(os.environ.get("OUTTASK_PORT") or 8000), help="8000 if not given"
    )
    parser.add_argument("--no-worker", action="store_true", help="serve only; run `outtask work` elsewhere")


def run(given: argparse.Namespace) -> int:
    os.environ["OUTTASK_PORT"] = str(given.port)
    refuse_taken_port(given.host, given.port)
    # Before a second process reads them too: they make the secret, and tell what is wrong once.
    settings_ready()
    server = Child("server", "outtask.cli.server", given.host, str(given.port))
    server.begin()
    try:
        django_ready()
        from outtask.cli import running
        from outtask.cli.prepare import prepare  # models are loaded only now

        prepare()
        running.share()
    except BaseException:
        server.signal(signal.SIGKILL)
        server.wait(STOP_WITHIN)
        raise
    server.go_on()
    children = [server]
    if not given.no_worker:
        children.append(Child("worker", "outtask.cli", "work", "--with-parent", str(os.getpid())))
    return Supervisor(children).run(given.host, given.port)


def refuse_taken_port(host: str, port: int) -> None:
    """Raises Failed, with the remedy, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Failed(
                f"Port {port} on {host} cannot be used: {error.strerror}.\n"
                f"Stop the program that has it, or choose another: outtask up --port {port + 1}"
            ) from None


class Child:
    """A process of ours that is started again when it ends by itself."""

    def __init__(self, name: str, module: str, *arguments: str) -> None:
        self.name = name
        self.command = [sys.executable, "-m", module, *arguments]
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.start_at = 0.0
        self.pause = FIRST_PAUSE

    def begin(self) -> None:
        """Start it while there is still something to do before it may work; see `go_on`."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*self.command, "--told"], start_new_session=True, stdin=subprocess.PIPE
        )

    def go_on(self) -> None:
        """Tell a process that has begun that it may work; one that has ended is noticed by `keep_alive`."""
        assert self.process is not None and self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError), self.process.stdin as told:
            told.write(b"\n")

    def keep_alive(self, now: float) -> None:
        """Start it when it is due; after it ended by itself, with growing pauses. now: monotonic seconds."""
        if self.process is None:
            if now >= self.start_at:
                self.process = subprocess.Popen(self.command, start_new_session=True)
                self.started = now
        elif self.process.poll() is not None:
            self.signal(signal.SIGKILL)  # what it may have left behind in its group
            self.pause = FIRST_PAUSE if now - self.started > SETTLED else min(self.pause * 2, LONGEST_PAUSE)
            self.start_at = now + self.pause
            say(
                f"The {self.name} ended ({self.process.returncode}); starting it again in {self.pause:.0f} s."
            )
            self.process = None

    def signal(self, signum: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signum)
        except ProcessLookupError:
            return

    def wait(self, seconds: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(seconds, 0.1))
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Keeps the children alive until a signal to stop, then ends them."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        # A plain flag: a handler that set an Event could meet the very thread that waits on it, lock in hand,
        # and neither would ever go on.
        self.stopping = False

    def run(self, host: str, port: int) -> int:
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, self.stop)
        told = False
        try:
            while not self.stopping:
                for child in self.children:
                    child.keep_alive(time.monotonic())
                if not told and (told := answers(host, port)):
                    tell(host, port)
                time.sleep(0.2)
        finally:
            self.end()
        return DONE if told else FAILED

    def stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True

    def end(self) -> None:
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN
        for child in self.children:
            child.wait(deadline - time.monotonic())


def answers(host: str, port: int) -> bool:
    """Whether the server answers yet."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    request = urllib.request.Request(f"http://{reachable}:{port}/healthz", headers={"Host": "localhost"})
    try:
        with urllib.request.urlopen(request, timeout=2) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError:
        return True  # it answers, though not to the name of this request
    except OSError:
        return False


def tell(host: str, port: int) -> None:
    from django.conf import settings

    show(f"Outtask is at {settings.BASE_URL}")
    say(f"Everything it keeps is in {settings.HOME}. Stop it with Ctrl+C.")
    if host not in {"127.0.0.1", "::1", "localhost"} and not os.environ.get("OUTTASK_HOSTS"):
        say("Other machines reach it only by names listed in OUTTASK_HOSTS.")
