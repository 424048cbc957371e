"""Where bytes are kept: folders of the home, or one bucket of a store that speaks S3."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

OPTIONS = ("endpoint", "region", "prefix", "addressing")
SHAPE = "s3://KEY:SECRET@bucket?endpoint=https://store.example&region=eu-central-1&prefix=outtask"


def folders(home: Path) -> dict[str, Any]:
    """STORAGES of the embedded profile: what is kept, and what waits for a confirmation."""
    backend = "django.core.files.storage.FileSystemStorage"
    return {
        "default": {"BACKEND": backend, "OPTIONS": {"location": str(home / "files")}},
        "incoming": {
            "BACKEND": backend,
            "OPTIONS": {"location": str(home / "incoming"), "allow_overwrite": True},
        },
    }


def bucket(address: str) -> dict[str, Any]:
    """STORAGES for OUTTASK_S3. Raises ValueError, saying what is wrong with it and never its secret."""
    parts = urlsplit(address)
    if parts.scheme != "s3" or not _bucket_of(parts):
        raise ValueError(f"must look like {SHAPE}; without KEY:SECRET@ the usual AWS_* variables are used.")
    if parts.path not in {"", "/"}:
        raise ValueError("has a / after its bucket: write / in the secret as %2F, and a folder as &prefix=.")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("must have both KEY and SECRET, or neither.")
    given = dict(parse_qsl(parts.query))
    unknown = sorted(set(given) - set(OPTIONS))
    if unknown:
        raise ValueError(f"has {unknown[0]!r} behind its ?; there may be {', '.join(OPTIONS)}.")
    endpoint = given.get("endpoint")
    if endpoint and urlsplit(endpoint).scheme not in {"http", "https"}:
        raise ValueError("has an endpoint that does not begin with https:// (or http://).")
    # Amazon wants the bucket in the host name; most others have one certificate and want it in the path.
    addressing = given.get("addressing", "path" if endpoint else "auto")
    if addressing not in {"path", "virtual", "auto"}:
        raise ValueError("has an addressing that is none of path, virtual, auto.")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ValueError("needs more packages: run `make scale`, or install requirements/scale.txt.")
    options: dict[str, Any] = {
        "bucket_name": _bucket_of(parts),
        "endpoint_url": endpoint,
        "region_name": given.get("region"),
        "addressing_style": addressing,
    }
    if parts.username is not None:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password or "")}
    prefix = given.get("prefix", "").strip("/")
    return {
        "default": _storage(options, prefix, "files", overwrite=False),
        "incoming": _storage(options, prefix, "incoming", overwrite=True),
    }


def _storage(options: dict[str, Any], prefix: str, folder: str, overwrite: bool) -> dict[str, Any]:
    location = f"{prefix}/{folder}".lstrip("/")
    return {
        "BACKEND": "outtask.files.s3.PrivateS3Storage",
        "OPTIONS": options | {"location": location, "file_overwrite": overwrite},
    }


def _bucket_of(parts: SplitResult) -> str:
    """Not `hostname`, which is folded to lower case; and a bucket has no port."""
    return parts.netloc.rpartition("@")[2]
