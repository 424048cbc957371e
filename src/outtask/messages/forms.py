"""Forms of the messages room."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outtask.ui.forms import Form


class MessageForm(Form):
    """A line in the thread."""

    text = forms.CharField(label=_("Write to them"), widget=forms.Textarea(attrs={"rows": 3}))
    asks = forms.BooleanField(
        label=_("I need an answer"),
        help_text=_("It stands among what needs them until they answer."),
        required=False,
    )
