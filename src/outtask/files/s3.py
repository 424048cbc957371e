"""Files in any store that speaks S3: read by ranges, written in parts, private, each refusal in plain words.

Loaded only where OUTTASK_S3 is set; it needs `requirements/scale.txt`.
"""

from __future__ import annotations

import errno
import io
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, cast, override

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
)
from botocore.exceptions import ConnectionError as NoConnection
from django.conf import settings
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from outtask.files.unreachable import StorageAway

PART = 8 * 2**20
"""How much of a large file travels in one request; files up to this size go up in one."""
FIRST_WINDOW, LARGEST_WINDOW = 2**18, 4 * 2**20
PATIENT = {"connect_timeout": 5, "read_timeout": 60, "retries": {"mode": "standard", "total_max_attempts": 3}}
# For readiness an answer is wanted soon, even a bad one.
IMPATIENT = {"connect_timeout": 2, "read_timeout": 5, "retries": {"total_max_attempts": 1}}
WRONG_KEY = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"})
ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


class PrivateS3Storage(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """django-storages' S3 with what we promise of files: little memory, no public address, plain errors.

    Takes its OPTIONS from `config.environment`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.transfer_config = TransferConfig(
            multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=2
        )
        self._opening = threading.Lock()
        self._clients: dict[bool, Any] = {}

    def client(self, soon: bool = False) -> Any:
        """One client for all threads: it is slow to make. soon: one that gives up soon."""
        with self._opening:
            if soon not in self._clients:
                self._clients[soon] = self._create_session().client(
                    "s3",
                    region_name=self.region_name,
                    endpoint_url=self.endpoint_url,
                    config=self._config(IMPATIENT if soon else PATIENT),
                )
        return self._clients[soon]

    def _config(self, patience: Mapping[str, Any]) -> Config:
        # Checksums in trailers are new, and many stores beside Amazon's own do not know them.
        when = "when_required" if self.endpoint_url else "when_supported"
        return Config(
            s3={"addressing_style": self.addressing_style},
            request_checksum_calculation=when,
            response_checksum_validation=when,
            max_pool_connections=20,
            **patience,
        )

    def key(self, name: str) -> str:
        """What the store calls a file of ours."""
        return str(self._normalize_name(clean_name(name)))

    @override
    def _open(self, name: str, mode: str = "rb") -> BinaryIO:
        if mode != "rb":
            raise ValueError("Files in the store are written whole, by `save`.")
        where = {"Bucket": self.bucket_name, "Key": self.key(name)}

        def part(start: int, end: int) -> bytes:
            with self._plainly(name):
                answer = self.client().get_object(**where, Range=f"bytes={start}-{end - 1}")
                return cast(bytes, answer["Body"].read())

        return cast(BinaryIO, io.BufferedReader(Windows(part, self.size(name)), FIRST_WINDOW))

    @override
    def _save(self, name: str, content: File[bytes]) -> str:
        where = {"Bucket": self.bucket_name, "Key": self.key(name), "Config": self.transfer_config}
        # The type a browser claimed is not passed on: nobody but we should ever serve these bytes.
        where["ExtraArgs"] = {"ContentType": "application/octet-stream"}
        with _on_disk(content) as path, self._plainly(name):
            # By its path, parts are read from the disk as they are sent, two at a time.
            self.client().upload_file(path, **where)
        return clean_name(name)  # type: ignore[no-any-return]

    @override
    def exists(self, name: str) -> bool:
        try:
            self.size(name)
        except FileNotFoundError:
            return False
        return True

    @override
    def size(self, name: str) -> int:
        with self._plainly(name):
            there = self.client().head_object(Bucket=self.bucket_name, Key=self.key(name))
        return int(there["ContentLength"])

    @override
    def delete(self, name: str) -> None:
        with self._plainly(name):
            self.client().delete_object(Bucket=self.bucket_name, Key=self.key(name))

    @override
    def get_modified_time(self, name: str) -> Any:
        with self._plainly(name):
            there = self.client().head_object(Bucket=self.bucket_name, Key=self.key(name))
        return there["LastModified"]

    @override
    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        below = f"{self.key(name).rstrip('/')}/"
        folders: list[str] = []
        files: list[str] = []
        with self._plainly(name):
            pages = self.client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket_name, Delimiter="/", Prefix=below):
                folders += [one["Prefix"][len(below) : -1] for one in page.get("CommonPrefixes", ())]
                files += [one["Key"][len(below) :] for one in page.get("Contents", ())]
        return folders, files

    def everything(self) -> Iterator[tuple[str, int]]:
        """Name and size of each file, in the order of the names, which stores list in; a page at a time."""
        below = f"{self.key('').rstrip('/')}/".lstrip("/")
        with self._plainly(""):
            pages = self.client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=below):
                for one in page.get("Contents", ()):
                    yield one["Key"][len(below) :], int(one["Size"])

    @override
    def url(self, name: str, *rest: Any, **more: Any) -> str:
        raise ValueError("Files have no public address; they are sent by Outtask to those who may see them.")

    def look(self) -> None:
        """Raises StorageAway, within seconds, when the bucket is out of reach."""
        with self._plainly(""):
            self.client(soon=True).list_objects_v2(Bucket=self.bucket_name, Prefix=self.location, MaxKeys=1)

    @property
    def place(self) -> str:
        """The bucket and whose it is, for whoever runs the installation; never a key."""
        return f"bucket {self.bucket_name} at {self.endpoint_url or 'Amazon S3'}"

    @contextmanager
    def _plainly(self, name: str) -> Iterator[None]:
        """Tell what the store answered as an OSError in words of ours."""
        try:
            yield
        except ClientError as error:
            if _code(error) in ABSENT:
                raise FileNotFoundError(f"The store of files has no {name}.") from error
            raise StorageAway(_why(error)) from error
        except (BotoCoreError, Boto3Error) as error:
            cause = error.__cause__ or error.__context__
            if isinstance(error, Boto3Error) and isinstance(cause, ClientError):
                raise StorageAway(_why(cause)) from error
            raise StorageAway(_silent(error)) from error


class Windows(io.RawIOBase):
    """Bytes read from afar a window at a time: small after a jump, twice as large with each step straight on.

    A reader that jumps about (a ZIP's directory stands at its end) fetches little; one that goes straight on
    asks seldom. At most `LARGEST_WINDOW` bytes are held.

    part: gives the bytes from a start up to but without an end; size: of the whole, in bytes.
    """

    def __init__(self, part: Callable[[int, int], bytes], size: int) -> None:
        self._part, self._size = part, size
        self._at = 0
        self._window, self._begins = b"", 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:  # as a file on disk says it; `zipfile` probes for this
            raise OSError(errno.EINVAL, "There is nothing before the beginning.")
        self._at = base + offset
        return self._at

    @override
    def tell(self) -> int:
        return self._at

    @override
    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        ends = self._begins + len(self._window)
        if not self._begins <= self._at < ends:
            self._fetch(straight_on=self._at == ends)
        start = self._at - self._begins
        piece = memoryview(self._window)[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _fetch(self, straight_on: bool) -> None:
        grown = min(len(self._window) * 2, LARGEST_WINDOW) if straight_on else 0
        end = min(self._at + max(grown, FIRST_WINDOW), self._size)
        self._window = b""  # gone before the next one comes
        self._window, self._begins = self._part(self._at, end), self._at
        if len(self._window) != end - self._at:
            raise StorageAway(f"The store of files sent {len(self._window)} bytes of {end - self._at}.")


def _why(error: ClientError) -> str:
    code = _code(error)
    if code in WRONG_KEY:
        return "The store does not know the key. Correct it in OUTTASK_S3."
    if code in {"403", "AccessDenied", "AllAccessDisabled"}:
        return (
            "The store does not allow this key what it asks for. Check OUTTASK_S3, and let the key list the"
            " bucket and get, put and delete its objects."
        )
    if code == "NoSuchBucket":
        return "The store has no such bucket. Make it, or correct OUTTASK_S3."
    return f"The store answers {code}. Ask who runs it."


def _silent(error: Exception) -> str:
    if isinstance(error, NoCredentialsError):
        return "There is no key for the store. Put it into OUTTASK_S3 or the AWS_* variables."
    if isinstance(error, NoConnection | HTTPClientError):
        return "The store does not answer. Start it, or correct the endpoint in OUTTASK_S3."
    return f"The store cannot be used: {type(error).__name__}. Correct OUTTASK_S3, or ask who runs it."


@contextmanager
def _on_disk(content: File[bytes]) -> Iterator[str]:
    """The path of what is to be sent: of an upload its own, of anything else that of a copy."""
    path = getattr(content, "temporary_file_path", None)
    if path is not None:
        yield path()
        return
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix="sending-") as copy:
        for piece in content.chunks():
            copy.write(piece)
        copy.flush()
        yield copy.name


def _code(error: ClientError) -> str:
    # An answer to HEAD has no body, so its code is the bare status.
    return str(error.response.get("Error", {}).get("Code", "an error"))
