"""Forms of the agree room. Rules stay in the actions; a form only reads what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.agree import rules
from outtask.agree.documents import ExitTerms, Metric, MilestoneTerms, ServiceLevelTerms, Terms
from outtask.source.details import detail_of
from outtask.source.forms import CriterionRow, stage_rows
from outtask.source.rows import Rows, rows_of
from outtask.source.rules import LONGEST_TEXT, MOST_MILESTONES, Stage
from outtask.ui.forms import Form, MoneyField


class TermsForm(Form):
    """What is negotiated, apart from milestones and conditions, which are rows."""

    scope = forms.CharField(
        label=_("What is to be done and handed over"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LONGEST_TEXT,
    )
    on_time = forms.DecimalField(
        label=_("Milestones handed in on time, percent at least"),
        required=False,
        max_digits=6,
        decimal_places=3,
    )
    first_time_acceptance = forms.DecimalField(
        label=_("Milestones accepted at the first try, percent at least"),
        required=False,
        max_digits=6,
        decimal_places=3,
    )
    response_hours = forms.DecimalField(
        label=_("Hours until a question is answered, at most"), required=False, max_digits=8, decimal_places=3
    )
    notice_days = forms.IntegerField(label=_("Notice, in days"))
    payment_days = forms.IntegerField(label=_("Paid after acceptance within, in days"))
    fee = MoneyField(label=_("Cost of leaving"), help_text=_("Zero unless both want it otherwise."))
    transition_days = forms.IntegerField(
        label=_("Help after the end, in days"),
        help_text=_("At most 30."),
        max_value=rules.MOST_TRANSITION_DAYS,
    )
    retrieval_days = forms.IntegerField(
        label=_("Everything returned within, in days"),
        help_text=_("So long they keep what they hold for you. At least 30."),
        min_value=rules.FEWEST_RETRIEVAL_DAYS,
    )
    exit_text = forms.CharField(
        label=_("What else the way back needs"),
        help_text=_("Who hands over what, accounts to close, data to erase."),
        widget=forms.Textarea,
        required=False,
        max_length=LONGEST_TEXT,
    )
    change_note = forms.CharField(label=_("What changed, in a line"), required=False, max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fee"].currency = currency  # type: ignore[attr-defined]

    def terms(self, milestones: Rows, criteria: Rows) -> Terms:
        """What was written, once this form and its rows are valid."""
        given = self.cleaned_data
        conditions = [row for row in criteria.given if row.criterion]
        return Terms(
            scope=given["scope"],
            milestones=tuple(
                MilestoneTerms(
                    row.cleaned_data["title"],
                    row.cleaned_data["due"],
                    row.cleaned_data["amount"],
                    tuple(one.criterion for one in conditions if one.cleaned_data["milestone"] == order),
                )
                for order, row in enumerate(milestones.given, start=1)
            ),
            exit=ExitTerms(
                given["transition_days"], given["retrieval_days"], given["fee"], given["exit_text"]
            ),
            service_levels=tuple(
                ServiceLevelTerms(metric, Decimal(given[metric.value]))
                for metric in Metric
                if given[metric.value] is not None
            ),
            notice_days=given["notice_days"],
            payment_days=given["payment_days"],
        )

    def seen_now(self, version: int) -> None:
        """Let what is sent next count as written in view of this version."""
        self.data = {**self.data.dict(), "version": version}  # type: ignore[attr-defined]  # sent as a QueryDict

    @staticmethod
    def initial_of(terms: Terms, version: int) -> dict[str, Any]:
        leaving = terms.exit
        return {
            "scope": terms.scope,
            "notice_days": terms.notice_days,
            "payment_days": terms.payment_days,
            "fee": leaving.fee,
            "transition_days": leaving.transition_days,
            "retrieval_days": leaving.retrieval_days,
            "exit_text": leaving.text,
            "version": version,
        } | {level.metric.value: level.target.normalize() for level in terms.service_levels}


class ConditionRow(CriterionRow):
    """A condition, and the milestone it belongs to."""

    always = CriterionRow.always | {"milestone"}

    milestone = forms.IntegerField(
        label=_("Milestone no."), required=False, min_value=1, max_value=MOST_MILESTONES, initial=1
    )

    def clean(self) -> None:
        super().clean()
        if self.given and self.cleaned_data.get("milestone") is None and "milestone" not in self.errors:
            self.add_error("milestone", ValidationError(gettext("Give the number of its milestone.")))


def milestone_rows(data: QueryDict | None, terms: Terms) -> Rows:
    stages = [Stage(one.title, one.due, one.amount) for one in terms.milestones]
    return stage_rows(data, terms.total.currency, stages, blank=1)


def condition_rows(data: QueryDict | None, terms: Terms) -> Rows:
    known = [one for milestone in terms.milestones for one in milestone.criteria]
    initial: list[Mapping[str, Any]] = [
        {"milestone": order, "text": one.text, "kind": one.kind.value, "detail": detail_of(one)}
        for order, milestone in enumerate(terms.milestones, start=1)
        for one in milestone.criteria
    ]
    blank = {"milestone": len(terms.milestones)}
    return rows_of(ConditionRow, "criteria", data, [*initial, blank], 0, known=known)


def misplaced(milestones: Rows, criteria: Rows) -> bool:
    """Tell on each condition that names a milestone which is not there; whether there was one."""
    count = sum(1 for _row in milestones.given)
    lost = [row for row in criteria.given if row.cleaned_data["milestone"] > count]
    for row in lost:
        row.add_error("milestone", ValidationError(gettext("There is no milestone with this number.")))
    return bool(lost)


class SignForm(Form):
    """A member's yes to exactly what is shown."""

    read = forms.BooleanField(label=_("I have read it and sign it for us"))
    version = forms.IntegerField(widget=forms.HiddenInput)
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ProviderSignForm(SignForm):
    """A provider's yes, with the name typed as signature."""

    name = forms.CharField(
        label=_("Your full name"),
        max_length=rules.LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "read")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["read"].label = _("I have read it and may sign it for the provider")


class ObjectForm(Form):
    """Why it is not signed as it stands."""

    reason = forms.CharField(
        label=_("What should be different?"), widget=forms.Textarea, max_length=LONGEST_TEXT
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
