"""The two pages by which a table comes in: choose a file; look at what it would change, and press."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from outtask.files import incoming
from outtask.files.rules import plain_name
from outtask.journal.reading import outcome_of
from outtask.journal.recording import Key, Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.people.roles import Right, may
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, see_other

ERRORS_SHOWN = 50


class UploadForm(Form):
    file = forms.FileField(label=_("Choose a CSV file"))


class ImportForm(Form):
    """Take in the file that the preview showed."""

    sha256 = forms.CharField(widget=forms.HiddenInput)


class Reasoned(Protocol):
    """What is to be said of a cell or of a file."""

    @property
    def code(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


class Misplaced(Reasoned, Protocol):
    """The same with its place."""

    @property
    def row(self) -> int: ...
    @property
    def column(self) -> str | None: ...


@dataclass(frozen=True)
class TableImport[P]:
    """How one kind of table comes in.

    kind: of the entry that an import writes. choosing, looking: templates. preview_page, list_page: names of
    addresses. most_bytes: of a file. preview: what a file would change; take_in: change it. shown: what the
    page of the preview shows; told: what is said of an import. beside: what the page to choose shows as well.
    """

    right: Right
    kind: str
    choosing: str
    looking: str
    preview_page: str
    list_page: str
    most_bytes: int
    preview: Callable[[Actor, bytes, str, datetime], P]
    take_in: Callable[[Actor, bytes, str, datetime, Key], Outcome]
    shown: Callable[[P], Mapping[str, object]]
    told: Callable[[Outcome], str]
    beside: Mapping[str, object] = field(default_factory=dict)

    def choose(self, request: MemberRequest) -> HttpResponse:
        """Choose a file; it is kept until somebody presses, or for a while."""
        refuse_if(may(request.actor, self.right))
        form = UploadForm(request.POST or None, request.FILES or None)
        if not form.is_valid():
            return self._choosing(request, form, ())
        sent: UploadedFile[Any] = form.cleaned_data["file"]
        # One byte more than may be: then the reader says that the file is too large.
        start = [sent.read(self.most_bytes + 1)]
        sha256 = incoming.keep(request.organisation.pk, start, plain_name(sent.name or ""))
        target = see_other(self.preview_page)
        target["Location"] += f"?file={sha256}"
        return target

    def look(self, request: MemberRequest) -> HttpResponse:
        """What the file would change; taking it in is a press of its own."""
        refuse_if(may(request.actor, self.right))
        form = ImportForm(request.POST or None, initial={"sha256": request.GET.get("file", "")})
        if form.is_valid() and (before := outcome_of(request.actor, form.key, self.kind)):
            return self._done(request, before)  # pressed twice: the file is kept no longer
        kept = (request.organisation.pk, str(form["sha256"].value() or ""))
        try:
            with incoming.kept(*kept) as path:
                name, data = incoming.name_of(*kept), path.read_bytes()
            if form.is_valid():
                with form.taking_refusals():
                    outcome = self.take_in(request.actor, data, name, request.now, form.key)
                    incoming.forget(*kept)
                    return self._done(request, outcome)
            found = self.preview(request.actor, data, name, request.now)
        except Refused as refused:
            return self._choosing(request, UploadForm(), refused.refusals)
        context = {"form": form, "preview": found, **self.shown(found)}
        return render(request, self.looking, context, status=form.status)

    def _choosing(self, request: MemberRequest, form: Form, refusals: tuple[Refusal, ...]) -> HttpResponse:
        context = {"form": form, "refusals": refusals, **self.beside}
        return render(request, self.choosing, context, status=422 if refusals else form.status)

    def _done(self, request: MemberRequest, outcome: Outcome) -> HttpResponse:
        messages.success(request, self.told(outcome))
        return see_other(self.list_page)


def in_words(about: Reasoned) -> Refusal:
    """In the form that pages tell."""
    return Refusal(about.code, about.reason, facts=about.facts)


def errors_of(found: Iterable[Misplaced]) -> dict[str, object]:
    """The first rows that are left out, with their reasons, and how many more there are."""
    errors = list(found)
    return {
        "errors": [(error.row, error.column, in_words(error)) for error in errors[:ERRORS_SHOWN]],
        "more_errors": max(0, len(errors) - ERRORS_SHOWN),
    }
