"""Choosing published files, and confirming what was read of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from outtask.files.rules import plain_name
from outtask.ui.forms import Form

MOST_FILES = 500


class ManyFiles(forms.FileInput):
    """A file control that takes several at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; cleans to a list of uploads, empty files among them."""

    widget = ManyFiles

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("allow_empty_file", True)  # told by the reader, with the name of the file
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        uploads = data if isinstance(data, list) and data else [data or None]
        if len(uploads) > MOST_FILES:
            raise ValidationError(_("Choose at most %(most)s files at a time."), params={"most": MOST_FILES})
        return [super(FilesField, self).clean(upload, initial) for upload in uploads]


class ChooseForm(Form):
    """The files to look at."""

    file = FilesField(
        label=_("Choose files"),
        help_text=_("Release or record packages of the Open Contracting Data Standard 1.0 or 1.1, as JSON."),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was looked at: what its owner calls it, and its digest."""

    name: str
    sha256: str


class ConfirmForm(Form):
    """The files that were looked at, by their digests: what is taken in is what was shown."""

    file = forms.CharField(widget=forms.HiddenInput)

    def clean_file(self) -> list[Kept]:
        try:
            rows = json.loads(self.cleaned_data["file"])
            return [Kept(plain_name(str(name)), str(sha256)) for name, sha256 in rows[:MOST_FILES]]
        except (ValueError, TypeError) as unreadable:
            raise ValidationError(_("The list of files is damaged. Choose them again.")) from unreadable

    @classmethod
    def of(cls, files: list[Kept]) -> ConfirmForm:
        return cls(initial={"file": json.dumps([[file.name, file.sha256] for file in files])})
