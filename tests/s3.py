"""Two stores that speak S3, as processes of their own: moto's server, and nanio, which checks signatures."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from outtask.config.storing import bucket
from tests.installation import eventually, free_port

KEY, SECRET = "AKIDHARBOURROW", "tide/tables+and=lamplight"  # opens nothing but stores made here
_numbers = count(1)


@dataclass
class Store:
    """A running store."""

    command: list[str]
    port: int
    log: Path
    more: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command], stdout=log, stderr=log, env=os.environ | self.more
            )
        eventually(self.answers, self.log.read_text, self.process)  # type: ignore[arg-type]  # bytes, not text

    def answers(self) -> bool:
        try:
            self.client().list_buckets()
        except BotoCoreError:
            return False
        return True

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(20)

    def client(self) -> Any:
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=config,
        )

    def make_bucket(self) -> str:
        name = f"harbour-{next(_numbers)}"
        self.client().create_bucket(Bucket=name)
        return name

    def address(self, bucket: str, secret: str = SECRET, **options: str) -> str:
        """What OUTTASK_S3 takes."""
        asked = urlencode({"endpoint": self.endpoint, "region": "us-east-1"} | options)
        return f"s3://{quote(KEY, '')}:{quote(secret, '')}@{bucket}?{asked}"

    def keys(self, bucket: str) -> list[str]:
        """What lies in a bucket."""
        return [one["Key"] for one in self.client().list_objects_v2(Bucket=bucket).get("Contents", ())]


def moto(folder: Path) -> Store:
    port = free_port()
    return Store(["-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port, folder / "moto.log")


def nanio(folder: Path) -> Store:
    port = free_port()
    command = ["-m", "nanio", "serve", "--data-dir", str(folder / "nanio"), "--host", "127.0.0.1"]
    keys = {"NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET}
    return Store([*command, "--port", str(port), "--no-access-log"], port, folder / "nanio.log", keys)


STORES = {"moto": moto, "nanio": nanio}


@pytest.fixture(scope="session", params=STORES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Each of the two stores in turn."""
    started = STORES[request.param](tmp_path_factory.mktemp("s3"))
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def strict_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that checks signatures."""
    started = nanio(tmp_path_factory.mktemp("s3"))
    started.start()
    yield started
    started.stop()


@dataclass
class InBucket:
    """Files of this test lie in a bucket of their own, below a folder."""

    store: Store
    bucket: str

    @property
    def keys(self) -> list[str]:
        return self.store.keys(self.bucket)


@pytest.fixture
def in_bucket(store: Store, settings: Any) -> InBucket:
    """The scale profile's place of files, for one test."""
    kept = InBucket(store, store.make_bucket())
    settings.STORAGES = settings.STORAGES | bucket(store.address(kept.bucket, prefix="shop"))
    return kept
