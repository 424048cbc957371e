"""Forms about webhooks. Rules stay in the actions; a form only reads what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outtask.files.targets import MOST_URL_CHARACTERS
from outtask.followers.webhooks import payload
from outtask.followers.webhooks.rules import LONGEST_DESCRIPTION
from outtask.ui.forms import DayField, Form

_LARGEST_PLACE = 2**53


class WebhookForm(Form):
    """Where messages go, and what about."""

    address = forms.CharField(
        label=_("Address"),
        help_text=_("It begins with https:// and is on the public internet."),
        max_length=MOST_URL_CHARACTERS,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("What is it for?"),
        help_text=_("So that you know it again."),
        max_length=LONGEST_DESCRIPTION,
        required=False,
    )
    kinds = forms.MultipleChoiceField(
        label=_("What it is told"),
        help_text=_("Tick nothing for everything, also what is added later."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, chosen: Iterable[str] = (), **kwargs: Any) -> None:
        """chosen: what the endpoint subscribes to already, which the API can tell more finely."""
        super().__init__(*args, **kwargs)
        offered = _by_noun()
        alone = [name for name in chosen if name not in dict(offered)]
        self.fields["kinds"].choices = [*offered, *((name, name) for name in alone)]  # type: ignore[attr-defined]


def _by_noun() -> list[tuple[str, str]]:
    """`milestone.*` with what happens to a milestone, in the order of the house."""
    names = sorted(
        (kind.webhook_name for kind in payload.told_kinds()),
        key=lambda name: payload.noun_of(name),
    )
    return [
        (noun + payload.ALL_OF, ", ".join(of_noun)) for noun, of_noun in groupby(names, key=payload.noun_of)
    ]


class FailedForm(Form):
    """Since when whatever failed is sent anew."""

    failed_since = DayField(label=_("What failed since"))


class PlacesForm(Form):
    """Two places of the log, between which everything is sent anew."""

    first = forms.IntegerField(label=_("From entry"), min_value=0, max_value=_LARGEST_PLACE)
    last = forms.IntegerField(label=_("To entry"), min_value=0, max_value=_LARGEST_PLACE)
