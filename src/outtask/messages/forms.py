"""Forms of the messages room."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from outtask.messages.queries import partners
from outtask.messages.rules import LONGEST
from outtask.outtasks.models import OutTask
from outtask.ui.forms import Form

COLLEAGUES = "colleagues"


class MessageForm(Form):
    """A line in a thread; with several providers, also in whose."""

    to = forms.ChoiceField(label=_("To"))
    text = forms.CharField(
        label=_("Write to them"), widget=forms.Textarea(attrs={"rows": 3}), max_length=LONGEST
    )
    asks = forms.BooleanField(
        label=_("I need an answer"),
        help_text=_("It stands among what needs them until they answer."),
        required=False,
    )

    def __init__(self, *args: Any, outtask: OutTask | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Guests have one thread, and the form is not told of the out-task.
        others = list(partners(outtask)) if outtask is not None else []
        if outtask is None or not others or others == [outtask.provider]:
            del self.fields["to"]
            return
        choices = [(str(provider.pk), provider.name) for provider in others]
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = choices if outtask.provider_id else [(COLLEAGUES, _("Colleagues only")), *choices]
        to.initial = str(outtask.provider_id or COLLEAGUES)

    @property
    def provider_id(self) -> UUID | None:
        """Whose thread it goes into; None for the usual one."""
        chosen = self.cleaned_data.get("to", COLLEAGUES)
        return None if chosen == COLLEAGUES else UUID(chosen)
