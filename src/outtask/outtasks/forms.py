"""Filters of the list of out-tasks, and the one field of the tracking page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from outtask.outtasks.states import Ending, Holder, Stage
from outtask.ui.forms import Row
from outtask.ui.words import ENDING_NAMES, HOLDER_NAMES, STAGE_NAMES

ALL = "all"
"""Value of `ending` that shows both what is open and what ended."""


class Filters(Row):
    """What the address says about which out-tasks to show; nonsense in it filters nothing out."""

    q = forms.CharField(required=False, max_length=200, strip=True)
    stage = forms.ChoiceField(
        label=_("Stage"),
        required=False,
        choices=[("", _("Any stage")), *((stage, _(STAGE_NAMES[stage])) for stage in Stage)],
    )
    holder = forms.ChoiceField(
        label=_("Who has it"),
        required=False,
        choices=[("", _("With anybody")), *((who, _(HOLDER_NAMES[who])) for who in Holder)],
    )
    ending = forms.ChoiceField(
        label=_("Open or ended"),
        required=False,
        choices=[
            ("", _("Open")),
            *((ending, _(ENDING_NAMES[ending])) for ending in Ending if ending),
            (ALL, _("Open and ended")),
        ],
    )
    provider = forms.UUIDField(required=False)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that fit every filter; without a word about the ending, the open ones."""
        self.full_clean()
        said = self.cleaned_data
        if said.get("ending") != ALL:
            rows = rows.filter(ending=said.get("ending") or Ending.OPEN)
        for name in ("stage", "holder", "provider"):
            if said.get(name):
                rows = rows.filter(**{name: said[name]})
        if said.get("q"):
            rows = rows.filter(Q(title__icontains=said["q"]) | Q(reference__icontains=said["q"]))
        return rows

    @property
    def choices(self) -> list[forms.BoundField]:
        """The filters that are lists to choose from."""
        return [self["stage"], self["holder"], self["ending"]]

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked for besides what is open."""
        return any(self.cleaned_data.get(name) for name in self.fields)
