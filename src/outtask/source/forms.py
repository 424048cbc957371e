"""Forms of the source room. Rules stay in the actions; a form only reads what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.kernel.money import Money
from outtask.people.models import Provider
from outtask.people.states import ProviderKind
from outtask.source.criteria import CheckKind, Criterion
from outtask.source.details import criterion_of, detail_of
from outtask.source.rows import Row, Rows, rows_of
from outtask.source.rules import LONGEST_MILESTONE, LONGEST_TEXT, Need, Offer, Stage
from outtask.ui.forms import DayField, Form, MoneyField

CHECKS = [
    (CheckKind.BY_HAND.value, _("A person looks at it")),
    (CheckKind.FILE_PRESENT.value, _("Files are there: how many, and their names")),
    (CheckKind.FILE_TYPE.value, _("Files are of a type: which")),
    (CheckKind.FILE_SIZE.value, _("No file is larger than")),
    (CheckKind.FILE_SHA256.value, _("A file has this SHA-256")),
    (CheckKind.ARCHIVE_OPENS.value, _("Archives open")),
    (CheckKind.TEXT_CONTAINS.value, _("A file contains the words")),
    (CheckKind.LINK_ANSWERS.value, _("A link answers")),
]


class CriterionRow(Row):
    """One condition, how it is checked, and what the check looks for."""

    always = frozenset({"kind", "milestone"})

    text = forms.CharField(label=_("What must be true"), max_length=500, required=False)
    kind = forms.ChoiceField(label=_("Checked how"), choices=CHECKS, initial="by_hand", required=False)
    detail = forms.CharField(
        label=_("Looking for"),
        max_length=2048,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "180 *.jpg"}),
    )

    def __init__(self, *args: Any, known: Sequence[Criterion] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.criterion: Criterion | None = None

    def clean(self) -> None:
        if not self.given:
            return
        given = self.cleaned_data
        kind = given.get("kind") or CheckKind.BY_HAND.value
        text, detail = given.get("text", ""), given.get("detail", "")
        with self.taking_refusals():
            self.criterion = criterion_of(text, kind, detail, self.known, field="detail" if text else "text")


def criteria_rows(data: QueryDict | None, criteria: Sequence[Criterion] = (), blank: int = 2) -> Rows:
    initial = [{"text": one.text, "kind": one.kind.value, "detail": detail_of(one)} for one in criteria]
    return rows_of(CriterionRow, "criteria", data, initial, blank, known=criteria)


class NeedForm(Form):
    """A brief: two answers are enough."""

    what = forms.CharField(
        label=_("What do you want done?"),
        help_text=_("One task, in your own words. Say what you will hold in your hands at the end."),
        widget=forms.Textarea(attrs={"rows": 4, "class": "big"}),
        max_length=LONGEST_TEXT,
        error_messages={"required": _("Say what you want done, in your own words.")},
    )
    by_when = DayField(label=_("By when?"), help_text=_("The day you need it, not the day you hope for."))
    budget = MoneyField(
        label=_("At most"), required=False, help_text=_("Providers do not see it. It helps to compare.")
    )
    answer_by = DayField(label=_("Answers by"), required=False)
    skills = forms.CharField(label=_("Skills needed"), max_length=500, required=False)
    personal_data = forms.BooleanField(
        label=_("Whoever does it sees personal data"),
        required=False,
        help_text=_("Names, addresses, anything about a living person."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["budget"].currency = currency  # type: ignore[attr-defined]

    def need(self, criteria: Rows) -> Need:
        """What was written, once this form and its conditions are valid."""
        given = self.cleaned_data
        return Need(
            what=given["what"],
            by_when=given["by_when"],
            criteria=tuple(row.criterion for row in criteria.given if row.criterion),
            budget=given["budget"],
            skills=given["skills"],
            personal_data=given["personal_data"],
            answer_by=given["answer_by"],
        )

    def seen_now(self, version: int) -> None:
        """Let what is sent next count as written in view of this version."""
        self.data = {**self.data.dict(), "version": version}  # type: ignore[attr-defined]  # sent as a QueryDict

    @staticmethod
    def initial_of(need: Need, version: int) -> dict[str, Any]:
        names = ("what", "by_when", "budget", "answer_by", "skills", "personal_data")
        return {name: getattr(need, name) for name in names} | {"version": version}


class NewProviderRow(Row):
    """A provider who is not in the list yet."""

    always = frozenset({"kind"})

    name = forms.CharField(label=_("Name"), max_length=300, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    kind = forms.ChoiceField(
        label=_("Is a"),
        required=False,
        initial=ProviderKind.PERSON.value,
        choices=[
            (ProviderKind.PERSON.value, _("person")),
            (ProviderKind.FIRM.value, _("firm")),
            (ProviderKind.PROGRAM.value, _("program")),
            (ProviderKind.AGENT.value, _("AI agent")),
        ],
    )

    def clean(self) -> None:
        if self.given and not self.cleaned_data.get("name"):
            self.add_error("name", ValidationError(gettext("Give the name of who gets it.")))
        if self.given and not self.cleaned_data.get("email") and "email" not in self.errors:
            self.add_error("email", ValidationError(gettext("Give an e-mail address: the link goes there.")))


class SendForm(Form):
    """Whom to ask, until when."""

    providers = forms.ModelMultipleChoiceField(
        label=_("Providers you know"),
        queryset=Provider.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    answer_by = DayField(label=_("Answers by"), help_text=_("The end of this day is firm for everybody."))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, providers: Any, askable: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who was asked meanwhile is not offered but understood: the same page sent twice is one act.
        self.fields["providers"].queryset = providers  # type: ignore[attr-defined]
        self.fields["providers"].choices = askable  # type: ignore[attr-defined]
        self.askable = askable


class ReasonForm(Form):
    """An act that asks why."""

    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea, max_length=LONGEST_TEXT)


class ChooseForm(Form):
    reasons = forms.CharField(
        label=_("Why this one?"),
        help_text=_("A few words. They are kept with the choice; providers do not see them."),
        widget=forms.Textarea,
        max_length=LONGEST_TEXT,
    )


class StageRow(Row):
    """One milestone of an offer."""

    title = forms.CharField(label=_("Milestone"), max_length=LONGEST_MILESTONE, required=False)
    due = DayField(label=_("Ready on"), required=False)
    amount = MoneyField(label=_("Amount"), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = currency  # type: ignore[attr-defined]

    def clean(self) -> None:
        if not self.given:
            return
        for name, reason in (
            ("title", gettext("Name this milestone.")),
            ("due", gettext("Choose a day.")),
            ("amount", gettext("Give the amount, zero if it has none.")),
        ):
            if self.cleaned_data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, ValidationError(reason))


def stage_rows(data: QueryDict | None, currency: str, stages: Sequence[Stage] = (), blank: int = 2) -> Rows:
    initial = [{"title": one.title, "due": one.due, "amount": one.amount} for one in stages]
    return rows_of(StageRow, "milestones", data, initial, blank, currency=currency)


class OfferForm(Form):
    """What a provider answers."""

    currency = forms.ChoiceField(label=_("Currency"))
    price = MoneyField(label=_("Your price for all of it"))
    ready_on = DayField(label=_("All of it is ready on"))
    note = forms.CharField(
        label=_("What they should know"), widget=forms.Textarea, required=False, max_length=LONGEST_TEXT
    )

    def __init__(
        self, *args: Any, currency: str, currencies: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = currencies  # type: ignore[attr-defined]
        self.fields["currency"].initial = currency
        self.fields["price"].currency = currency  # type: ignore[attr-defined]

    def offer(self, rows: Rows) -> Offer:
        """The offer as typed; without milestones the whole price falls due when everything is ready."""
        given = self.cleaned_data
        price: Money = given["price"]
        ready_on: date = given["ready_on"]
        stages = tuple(
            Stage(row.cleaned_data["title"], row.cleaned_data["due"], row.cleaned_data["amount"])
            for row in rows.given
        )
        return Offer(
            price, ready_on, stages or (Stage(gettext("All of it"), ready_on, price),), given["note"]
        )
