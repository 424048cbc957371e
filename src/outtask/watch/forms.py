"""What is typed about a hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outtask.ui.forms import Form
from outtask.watch.models import Hold
from outtask.watch.rules import LONGEST_NOTE
from outtask.watch.states import FOUND


class DisposeForm(Form):
    """What a look at a hold found: the pressed button, and a note. One page shows many of them."""

    disposition = forms.ChoiceField(
        choices=[(one, one) for one in FOUND],
        error_messages={"required": _("Press one of the two buttons.")},
    )
    note = forms.CharField(
        label=_("What you looked at, and found"),
        help_text=_("Colleagues read it later."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=LONGEST_NOTE,
    )

    def __init__(self, *args: Any, hold: Hold, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_{hold.pk}_%s", **kwargs)
