"""What is typed about a hold, and about what detectors look for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.ui.forms import Form
from outtask.watch.models import Hold
from outtask.watch.rules import LONGEST_NOTE
from outtask.watch.states import FOUND
from outtask.watch.tuning_rules import DAYS, LONGEST_REASON, PERCENTS, USUAL, Terms, written
from outtask.watch.wording import USUALLY


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


def _days(label: Any, hint: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
        error_messages={"invalid": _("Write a whole number of days such as 30.")},
    )


def _percent(label: Any, hint: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short", "autocomplete": "off"}),
        error_messages={"invalid": _("Write a number such as 2.5.")},
    )


class TermsForm(Form):
    """What the detectors shall look for. The bounds of each value stand in `tuning_rules`."""

    split_days = _days(
        _("One purchase in parts: days to look back"),
        _("What a team asked of one provider, and is above a limit together."),
    )
    alike_split_days = _days(
        _("The same in like words: days to look back"), _("At least as many, since like words say more.")
    )
    just_below = _percent(
        _("Just below the limit: percent"),
        _("So near under it, three times in somebody’s last five requests."),
    )
    new_days = _days(
        _("A new provider, paid soon: days"), _("Their first payment, so soon after they were added.")
    )
    bank_days = _days(
        _("Whoever pays noted the account: days"),
        _("So long after noting it, somebody else looks before they pay."),
    )
    over = _percent(
        _("More than the whole: percent let through"),
        _("Invoiced above what was accepted, or accepted above what was promised."),
    )
    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("Colleagues read it later, beside what held before."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=LONGEST_REASON,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in shown(USUAL).items():
            field = self.fields[name]
            field.help_text = f"{field.help_text} {gettext(USUALLY) % {'value': value}}"

    @property
    def terms(self) -> Terms:
        """What was typed, once it is valid."""
        return Terms(**{name: self.cleaned_data[name] for name in (*DAYS, *PERCENTS)})

    def seen_now(self, version: int) -> None:
        """Let what is sent next count as written in view of this version."""
        self.data = {**self.data.dict(), "version": version}  # type: ignore[attr-defined]  # sent as a QueryDict


def shown(terms: Terms) -> dict[str, str]:
    """The values as they stand in the fields."""
    percents = {name: written(value) for name, value in terms.percents.items()}
    return {name: str(count) for name, count in terms.days.items()} | percents
