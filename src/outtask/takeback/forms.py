"""Forms of the takeback room."""

from django import forms
from django.utils.translation import gettext_lazy as _

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
