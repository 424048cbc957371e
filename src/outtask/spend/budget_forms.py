"""Forms of budgets beyond opening one: parts, what else is kept, transfers, the next period, the books."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.people import choices
from outtask.spend.budget_rules import next_name, next_period
from outtask.spend.budget_wording import ROLLOVERS
from outtask.spend.models import Budget
from outtask.spend.pots import left_over
from outtask.spend.queries import budgets_for
from outtask.spend.rules import LONGEST_NAME, LONGEST_WORDS
from outtask.spend.states import Rollover
from outtask.ui.formats import money
from outtask.ui.forms import DayField, Form, MoneyField, Row


def _in(currency: str, form: Form) -> None:
    """Let the amount of a form be one of this currency."""
    field = form.fields["amount"]
    assert isinstance(field, MoneyField)
    field.currency = currency


def _offer(form: Form, name: str, offered: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = offered


def _id_or_none(text: str) -> UUID | None:
    return UUID(text) if text else None


class PartForm(Form):
    """A pot under another one."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    amount = MoneyField(
        label=_("How much goes down to it?"), help_text=_("Of what is free above. It may be 0.")
    )
    keeper = forms.ChoiceField(label=_("Who answers for it?"), required=False)
    starts_on = DayField(label=_("From"), required=False)
    ends_on = DayField(label=_("Until"), required=False)

    def __init__(self, *args: Any, actor: Actor, parent: Budget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in(parent.currency, self)
        _offer(self, "keeper", choices.members(actor, gettext("Nobody by name")))
        self.fields["starts_on"].initial, self.fields["ends_on"].initial = parent.starts_on, parent.ends_on

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "name": data["name"],
            "amount": data["amount"],
            "keeper_id": _id_or_none(data["keeper"]),
            "starts_on": data["starts_on"],
            "ends_on": data["ends_on"],
        }


class ChangeForm(Form):
    """What else is kept of a pot."""

    keeper = forms.ChoiceField(
        label=_("Who answers for it?"),
        help_text=_("Is told when it runs low, and decides on what others want to move out of it."),
        required=False,
    )
    starts_on = DayField(label=_("From"), required=False)
    ends_on = DayField(
        label=_("Until"), required=False, help_text=_("After this day nothing new is promised from it.")
    )
    rollover = forms.ChoiceField(
        label=_("What is free when the period ends"),
        choices=[(rollover.value, ROLLOVERS[rollover]) for rollover in Rollover],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, actor: Actor, budget: Budget, **kwargs: Any) -> None:
        initial = {
            "keeper": str(budget.keeper_id or ""),
            "starts_on": budget.starts_on,
            "ends_on": budget.ends_on,
            "rollover": budget.rollover,
        }
        super().__init__(*args, initial=initial, **kwargs)
        _offer(self, "keeper", choices.members(actor, gettext("Nobody by name")))

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "keeper_id": _id_or_none(data["keeper"]),
            "rollover": Rollover(data["rollover"]),
            "starts_on": data["starts_on"],
            "ends_on": data["ends_on"],
        }


class DownForm(Form):
    """Money down to a part, or back up."""

    amount = MoneyField(label=_("Amount"), help_text=_("With a minus, free money goes back up."))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in(currency, self)


class NextForm(Form):
    """The same pot for the next period; what is likely is filled in."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"), required=False)

    def __init__(self, *args: Any, budget: Budget, **kwargs: Any) -> None:
        super().__init__(*args, initial=_likely(budget), **kwargs)

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "starts_on", "ends_on")}


def _likely(budget: Budget) -> dict[str, Any]:
    """Name and days of the next period, as far as the present one tells."""
    if budget.starts_on is None or budget.ends_on is None:
        return {"name": budget.name}
    first, last = next_period(budget.starts_on, budget.ends_on)
    return {"name": next_name(budget.name, budget.starts_on, first), "starts_on": first, "ends_on": last}


class TransferForm(Form):
    """Free money from one pot to another."""

    source = forms.ChoiceField(label=_("From"))
    target = forms.ChoiceField(label=_("To"))
    amount = forms.CharField(label=_("Amount"), widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("Whoever decides reads this. A sentence is enough."),
        widget=forms.Textarea,
        required=False,
        max_length=LONGEST_WORDS,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        targets = list(budgets_for(actor))
        self.budgets = {str(budget.pk): budget for budget in [*targets, *left_over(actor)]}
        _offer(self, "source", [(pk, _label(budget)) for pk, budget in self.budgets.items()])
        _offer(self, "target", [(str(budget.pk), _label(budget)) for budget in targets])

    def facts(self) -> dict[str, Any]:
        """What the action takes; Refused when the amount cannot be read in the currency of the source."""
        data = self.cleaned_data
        currency = self.budgets[data["source"]].currency
        return {
            "source_id": UUID(data["source"]),
            "target_id": UUID(data["target"]),
            "amount": Money.parse(data["amount"], currency),
            "reason": data["reason"],
        }


def _label(budget: Budget) -> str:
    free = money(Money(budget.free_minor, budget.currency))
    return gettext("%(name)s, %(free)s free") % {"name": budget.name, "free": free}


class TransferDecisionForm(Form):
    """Yes with a press, no with words."""

    decision = forms.ChoiceField(
        choices=[(act, act) for act in ("approve", "refuse")],
        error_messages={"required": _("Press one of the two buttons.")},
    )
    note = forms.CharField(
        label=_("Your words"),
        help_text=_("They get them by e-mail. A no needs a sentence."),
        widget=forms.Textarea,
        required=False,
        max_length=LONGEST_WORDS,
    )


class DaysForm(Row):
    """Which days of the books: from the first posting, unless a first day is given, through a last one."""

    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Through"), required=False)

    def days(self, today: date) -> tuple[date | None, date]:
        """The first and the last day; today when none is given, or what was given is no day."""
        data = self.cleaned_data if self.is_valid() else {}
        return data.get("first"), data.get("last") or today


class CloseForm(Form):
    """Through which day the books are closed."""

    through = DayField(label=_("Close through"), help_text=_("A day that is over."))


class ReopenForm(Form):
    """Why closed books are opened again."""

    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea, max_length=LONGEST_WORDS)
