"""How much one request may bring, asked before any of it is written to disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class Bounded(FileUploadHandler):
    """Refuses a form that says it is longer than `OUTTASK_LARGEST_UPLOAD_MB`; keeps nothing itself.

    The length a request declares is the length that is read of it, so asking for it is enough.
    """

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        if content_length > settings.LARGEST_UPLOAD:
            raise RequestDataTooBig(f"More than {settings.LARGEST_UPLOAD >> 20} MB at once.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
