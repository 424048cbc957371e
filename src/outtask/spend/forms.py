"""Forms of the spend room."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from outtask.kernel.actor import Actor
from outtask.kernel.money import CURRENCIES, Money
from outtask.spend.demand_rules import LONGEST_NAME as LONGEST_RULE
from outtask.spend.models import Budget
from outtask.spend.queries import budgets_for
from outtask.spend.rules import LONGEST_NAME, LONGEST_WORDS
from outtask.spend.wording import DEMANDS, PERIODS
from outtask.ui.formats import money
from outtask.ui.forms import DayField, Form, MoneyField

MOST_AT_ONCE = 200
_PICK = re.compile(r"[A-Z0-9-]{1,32}:[0-9]{1,9}")
RULE_FIELDS = ("name", "demand", "amount_from", "category", "new_provider")


class BudgetForm(Form):
    """A new pot of money."""

    name = forms.CharField(
        label=_("Name"), help_text=_("Such as “Online shop 2026”."), max_length=LONGEST_NAME
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)])
    authorised = forms.CharField(
        label=_("How much is in it?"), widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    starts_on = DayField(label=_("From"), required=False)
    ends_on = DayField(label=_("Until"), required=False)

    def facts(self) -> dict[str, Any]:
        """What the action takes; Refused when the amount cannot be read in the chosen currency."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "authorised": Money.parse(data["authorised"], data["currency"], field="authorised"),
            "starts_on": data["starts_on"],
            "ends_on": data["ends_on"],
        }


class AuthoriseForm(Form):
    """Money in, or free money out again with a minus."""

    amount = MoneyField(label=_("Amount"), help_text=_("With a minus, free money is taken out again."))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["amount"]
        assert isinstance(field, MoneyField)
        field.currency = currency


class RateForm(Form):
    """What one unit of a foreign currency is worth."""

    currency = forms.ChoiceField(
        label=_("One unit of"), choices=[(code, code) for code in sorted(CURRENCIES)]
    )
    per_unit = forms.DecimalField(label=_("is worth"), max_digits=20, decimal_places=10)
    day = DayField(label=_("from"))


def _budget_label(budget: Budget) -> str:
    free = money(Money(budget.free_minor, budget.currency))
    return str(_("%(name)s, %(free)s free")) % {"name": budget.name, "free": free}


class ReasonFields(Form):
    """What whoever decides reads of a request beside what and how much, however it is asked."""

    reason = forms.CharField(
        label=_("Why them, why now?"),
        help_text=_("Whoever decides reads this. A sentence is enough."),
        widget=forms.Textarea,
        required=False,
        max_length=LONGEST_WORDS,
    )
    category = forms.CharField(
        label=_("Category"),
        help_text=_("Digits of a CPV code, such as 72. Left empty, every limit for a category counts."),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


class AskForm(ReasonFields):
    """From which budget, and why."""

    budget = forms.ChoiceField(label=_("Budget"))
    field_order = ("budget", "reason", "category")

    def __init__(self, *args: Any, actor: Actor, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = sorted(budgets_for(actor), key=lambda budget: (budget.currency != currency, budget.name))
        self.choices = [(str(budget.pk), _budget_label(budget)) for budget in rows]
        field = self.fields["budget"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = self.choices

    @property
    def facts(self) -> dict[str, Any]:
        """What the actions take."""
        data = self.cleaned_data
        return {
            "budget_id": UUID(data["budget"]),
            "reason": data["reason"],
            "category": data["category"],
        }


class LimitForm(Form):
    """How much a member may promise in which time, of everything or of one category."""

    period = forms.ChoiceField(label=_("In"), choices=list(PERIODS.items()))
    amount = forms.CharField(label=_("At most"), widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)])
    category = forms.CharField(
        label=_("Only for the category"),
        help_text=_("Digits of a CPV code, such as 72. Left empty, everything counts."),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def facts(self) -> dict[str, Any]:
        """What the action takes; Refused when the amount cannot be read in the chosen currency."""
        data = self.cleaned_data
        amount = Money.parse(data["amount"], data["currency"], field="amount")
        return {"period": data["period"], "amount": amount, "category": data["category"]}


class RuleForm(Form):
    """What the organisation asks for beside limits, and on which requests."""

    name = forms.CharField(
        label=_("Name"), help_text=_("Such as “Two above 5,000”."), max_length=LONGEST_RULE
    )
    demand = forms.ChoiceField(label=_("It asks that"), choices=list(DEMANDS.items()))
    amount_from = MoneyField(
        label=_("From"), required=False, help_text=_("For the whole need. Left empty, any amount.")
    )
    category = forms.CharField(
        label=_("Only for the category"),
        help_text=_("Digits of a CPV code, such as 72. Left empty, everything."),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    new_provider = forms.BooleanField(
        label=_("Only for new providers"),
        required=False,
        help_text=_("New until the first out-task with them is done; also while nobody said who it is."),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["amount_from"]
        assert isinstance(field, MoneyField)
        field.currency = currency

    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in RULE_FIELDS}


class EditForm(AskForm):
    """The same again, for the version that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class DecideForm(Form):
    """Approve with a press; rejecting and asking need words."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        choices=[(act, act) for act in ("approve", "reject", "ask")],
        error_messages={"required": _("Press one of the three buttons.")},
    )
    note = forms.CharField(
        label=_("Your words"),
        help_text=_("They get them by e-mail. A question stops the deadline until they answer."),
        widget=forms.Textarea,
        required=False,
        max_length=LONGEST_WORDS,
    )
    code = forms.CharField(
        label=_("Code of your app"),
        help_text=_("This much money needs your second factor. A recovery code works as well."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "short"}),
    )


class DecideSeveralForm(Form):
    """One decision and one note for each request that was ticked, in the version that was seen."""

    pick = forms.MultipleChoiceField(error_messages={"required": _("Tick at least one request.")})
    decision = forms.ChoiceField(
        choices=[(act, act) for act in ("approve", "reject")],
        error_messages={"required": _("Press approve or reject.")},
    )
    note = forms.CharField(required=False, max_length=LONGEST_WORDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = self.data.getlist("pick") if isinstance(self.data, QueryDict) else []
        field = self.fields["pick"]
        assert isinstance(field, forms.MultipleChoiceField)
        # What is no request is told of on the page of results.
        field.choices = [(each, each) for each in sent[:MOST_AT_ONCE] if _PICK.fullmatch(each)]

    @property
    def picks(self) -> list[tuple[str, int]]:
        """Reference and version of each, once."""
        pairs = dict(each.split(":") for each in self.cleaned_data["pick"])
        return [(reference, int(version)) for reference, version in pairs.items()]


class AnswerForm(Form):
    """What the decider wanted to know."""

    answer = forms.CharField(label=_("Your answer"), widget=forms.Textarea, max_length=LONGEST_WORDS)
