"""What is typed when work is handed in, looked at and decided on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from outtask.deliver import rules
from outtask.deliver.actions.handing_in import Upload
from outtask.files.storage import store
from outtask.ui.forms import DayField, Form


class FilesInput(forms.FileInput):
    """A control that takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; cleans to a list of uploads, empty when none was chosen."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(FilesField, self).clean(one, initial) for one in given if one]
        if not cleaned and self.required:
            super().clean(None, initial)
        return cleaned


class LinksField(forms.CharField):
    """Addresses, one a line; cleans to a list without twins."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[str]:
        lines = (line.strip() for line in str(super().clean(value)).splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class HandInForm(Form):
    """What is handed in. `uploads` puts the bytes in their place: ask once, just before the action."""

    # Named as the rules name it; the form's own `files` is what the browser sent, before it is cleaned.
    files = FilesField(label=_("Choose files"), required=False)  # type: ignore[assignment]
    links = LinksField(
        label=_("Links"),
        required=False,
        help_text=_("One a line, when the work stands somewhere on the web."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    note = forms.CharField(
        label=_("A line to go with it"),
        required=False,
        max_length=rules.LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def uploads(self) -> Sequence[Upload]:
        return [(one.name or "", store(one)) for one in self.cleaned_data["files"]]


class TickForm(Form):
    """A person's look at one check; the button that is pressed says whether it passed."""

    passed = forms.TypedChoiceField(
        choices=[("yes", _("Right")), ("no", _("Wrong"))],
        coerce=lambda value: value == "yes",
        widget=forms.HiddenInput,
    )
    detail = forms.CharField(
        label=_("What you found"), required=False, widget=forms.TextInput(attrs={"maxlength": 2000})
    )


class VerdictForm(Form):
    """Accept, or request changes; the button that is pressed says which."""

    do = forms.ChoiceField(
        choices=[("accept", _("Accept")), ("changes", _("Request changes"))], widget=forms.HiddenInput
    )
    submission_number = forms.IntegerField(widget=forms.HiddenInput)
    reasons = forms.CharField(
        label=_("What should change, or why you accept all the same"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    new_due_on = DayField(
        label=_("Needed again by"), required=False, help_text=_("Only when you request changes.")
    )
