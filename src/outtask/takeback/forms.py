"""Forms of the takeback room."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outtask.people.forms import PasswordField, check_password
from outtask.takeback.states import Successor
from outtask.ui.forms import DayField, Form


class TakeBackForm(Form):
    """Who does it then; no reason is needed."""

    successor = forms.ChoiceField(
        label=_("Who does it then?"),
        widget=forms.RadioSelect,
        choices=[
            (Successor.OURSELVES, _("Ourselves")),
            (Successor.ANOTHER, _("Another provider")),
            (Successor.NOBODY, _("Nobody, the task ends")),
        ],
        initial=Successor.OURSELVES,
    )
    reason = forms.CharField(
        label=_("A word to them"),
        help_text=_("They read it in the mail that tells them. You need no reason."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=2000,
    )


class HandOnForm(Form):
    """The day the next provider works towards."""

    by_when = DayField(label=_("Needed by"), help_text=_("The day you need it from the next provider."))


class ArchiveForm(Form):
    """The archive of an organisation that begins here."""

    file = forms.FileField(
        label=_("Archive of an organisation"),
        help_text=_("The ZIP file from Settings, Leaving, or from outtask export."),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )


class ArriveForm(Form):
    """Which owner brings it, and how they sign in here."""

    owner = forms.ChoiceField(
        label=_("Who are you?"), help_text=_("The owners in the archive."), widget=forms.RadioSelect
    )
    password = PasswordField(label=_("Your new password"))

    def __init__(self, preview: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = {owner["id"]: owner for owner in preview["owners"] if not owner["known"]}
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        owner.choices = [(pk, f"{found['name']}, {found['email']}") for pk, found in self.owners.items()]
        if len(self.owners) == 1:
            owner.initial = next(iter(self.owners))

    @property
    def email(self) -> str:
        """What they sign in with."""
        return str(self.owners[self.cleaned_data["owner"]]["email"])

    def clean(self) -> None:
        found = self.owners.get(self.cleaned_data.get("owner", ""))
        if found is not None:
            check_password(self, found["name"], found["email"])
