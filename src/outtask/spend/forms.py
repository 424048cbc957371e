"""Forms of the spend room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outtask.kernel.actor import Actor
from outtask.kernel.money import CURRENCIES, Money
from outtask.spend.models import Budget
from outtask.spend.queries import budgets_for
from outtask.ui.formats import money
from outtask.ui.forms import DayField, Form, MoneyField


class BudgetForm(Form):
    """A new pot of money."""

    name = forms.CharField(label=_("Name"), help_text=_("Such as “Online shop 2026”."), max_length=200)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)])
    amount = forms.CharField(
        label=_("How much is in it?"), widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    starts_on = DayField(label=_("From"), required=False)
    ends_on = DayField(label=_("Until"), required=False)

    def authorised(self) -> Money:
        """The amount in the chosen currency; Refused when it cannot be read."""
        return Money.parse(self.cleaned_data["amount"], self.cleaned_data["currency"], field="amount")


class AuthoriseForm(Form):
    """Money in, or free money out again with a minus."""

    amount = MoneyField(label=_("Amount"), help_text=_("With a minus, free money is taken out again."))


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


class AskForm(Form):
    """From which budget, and why."""

    budget = forms.ChoiceField(label=_("Budget"))
    reason = forms.CharField(
        label=_("Why them, why now?"),
        help_text=_("Whoever decides reads this. A sentence is enough."),
        widget=forms.Textarea,
        required=False,
    )

    def __init__(self, *args: Any, actor: Actor, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = sorted(budgets_for(actor), key=lambda budget: (budget.currency != currency, budget.name))
        field = self.fields["budget"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(budget.pk), _budget_label(budget)) for budget in rows]

    @property
    def has_budgets(self) -> bool:
        field = self.fields["budget"]
        assert isinstance(field, forms.ChoiceField)
        return bool(field.choices)


class DecideForm(Form):
    """Approve with a press; rejecting and asking need words."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Your words"),
        help_text=_("They get them by e-mail. A question stops the deadline until they answer."),
        widget=forms.Textarea,
        required=False,
    )


class AnswerForm(Form):
    answer = forms.CharField(label=_("Your answer"), widget=forms.Textarea)
