"""The typed environment: every `OUTTASK_*` variable, its default and what is wrong with a bad value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from outtask.config import mailing, storing
from outtask.config.sqlite import connection_class

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class BadSetting(ValueError):
    """A variable of the environment that cannot be understood; the text names it and the remedy."""


@dataclass(frozen=True)
class Environment:
    """Reads `OUTTASK_*` variables from a mapping; nothing else in Outtask reads the environment."""

    values: Mapping[str, str]
    # The names that were asked for; `outtask doctor` warns of any other OUTTASK_* variable.
    known: set[str] = field(default_factory=set)

    def text(self, name: str, default: str = "") -> str:
        self.known.add(name)
        return self.values.get(f"OUTTASK_{name}", default).strip()

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name, "yes" if default else "no").lower()
        if value in TRUE:
            return True
        if value in FALSE:
            return False
        raise BadSetting(f"OUTTASK_{name} is {value!r}; write yes or no.")

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal():
            raise BadSetting(f"OUTTASK_{name} is {value!r}; write a whole number such as {default}.")
        return int(value)

    def names(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def path(self, name: str, default: Path) -> Path:
        value = self.text(name)
        return Path(value).expanduser().resolve() if value else default

    def database(self, home: Path) -> dict[str, object]:
        """DATABASES["default"] from OUTTASK_DATABASE, a `postgresql://` address; SQLite in the home else."""
        address = self.text("DATABASE")
        if not address:
            return sqlite(home / "outtask.sqlite3")
        parts = urlsplit(address)
        if parts.scheme == "sqlite":
            return sqlite(Path(unquote(parts.path)))
        if parts.scheme not in {"postgresql", "postgres"}:
            raise BadSetting(
                "OUTTASK_DATABASE must begin with postgresql:// or sqlite:///; leave it out for SQLite"
                " in the home folder."
            )
        # As libpq reads it: `?host=/folder` names the folder of a local socket, `?sslmode=require` and so on.
        options = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": options,
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }

    def storages(self, home: Path) -> dict[str, Any]:
        """STORAGES for files from OUTTASK_S3, an `s3://` address; folders of the home else."""
        address = self.text("S3")
        if not address:
            return storing.folders(home)
        try:
            return storing.bucket(address)
        except ValueError as wrong:
            raise BadSetting(f"OUTTASK_S3 {wrong}") from None

    def mailer(self) -> dict[str, Any]:
        """MAILERS["default"] from OUTTASK_SMTP or OUTTASK_MAIL_PROVIDER; with neither, mail stays here."""
        address, provider = self.text("SMTP"), self.text("MAIL_PROVIDER")
        key, options = self.text("MAIL_KEY"), self.text("MAIL_OPTIONS")
        if address and provider:
            raise BadSetting("Set OUTTASK_SMTP or OUTTASK_MAIL_PROVIDER, not both.")
        if (key or options) and not provider:
            raise BadSetting("OUTTASK_MAIL_KEY and OUTTASK_MAIL_OPTIONS need OUTTASK_MAIL_PROVIDER.")
        try:
            return mailing.provider(provider, key, options) if provider else mailing.server(address)
        except ValueError as wrong:
            raise BadSetting(str(wrong)) from None


def sqlite(path: Path) -> dict[str, object]:
    """IMMEDIATE takes the write lock before an action reads, so nothing it decides on can go stale."""
    options: dict[str, Any] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
    }
    factory = connection_class()
    if factory is not None:
        options["factory"] = factory
    # A connection stays with its thread: opening one costs more than most queries.
    engine = "django.db.backends.sqlite3"
    return {"ENGINE": engine, "NAME": str(path), "OPTIONS": options, "CONN_MAX_AGE": None}


def read() -> Environment:
    return Environment(os.environ)
