"""Forms for buying, receiving, sending back and closing. Rules stay in the actions; a form only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.agree.orders import LONGEST_UNIT, LONGEST_WHAT, MOST_LINES, NO_TAX, Line
from outtask.deliver.forms import FilesField
from outtask.files.storage import store
from outtask.kernel.actor import Actor
from outtask.kernel.money import CURRENCIES, Money
from outtask.lifecycle.order_rules import LONGEST_TITLE
from outtask.lifecycle.repeating import Every, Plan
from outtask.people.models import Provider
from outtask.people.states import Relation
from outtask.source.rows import Row, Rows, rows_of, typed_rows
from outtask.spend.forms import ReasonFields
from outtask.spend.models import Budget
from outtask.spend.queries import budgets_for
from outtask.ui.formats import money
from outtask.ui.forms import DayField, Form, MoneyField

LINES = "lines"
EVERY = [
    ("", _("Once")),
    (Every.WEEK.value, _("Every week")),
    (Every.MONTH.value, _("Every month")),
    (Every.QUARTER.value, _("Every quarter")),
    (Every.YEAR.value, _("Every year")),
]
_NUMBER = {"inputmode": "numeric", "class": "short"}


class LineRow(Row):
    """One thing that is bought. A row that was begun says what, and what one costs."""

    always = frozenset({"quantity"})

    what = forms.CharField(label=_("What"), max_length=LONGEST_WHAT, required=False)
    quantity = forms.IntegerField(
        label=_("How many"), required=False, initial=1, widget=forms.TextInput(attrs=_NUMBER)
    )
    unit = forms.CharField(label=_("Unit"), max_length=LONGEST_UNIT, required=False)
    price = MoneyField(label=_("Each, without tax"), required=False)
    tax = forms.DecimalField(
        label=_("Tax, %"),
        required=False,
        max_digits=6,
        decimal_places=3,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short"}),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].currency = currency  # type: ignore[attr-defined]

    def clean(self) -> None:
        if not self.given:
            return
        if not self.cleaned_data.get("what") and "what" not in self.errors:
            self.add_error("what", ValidationError(gettext("Say what you want to buy.")))
        if self.cleaned_data.get("price") is None and "price" not in self.errors:
            self.add_error("price", ValidationError(gettext("Say what one costs.")))

    @property
    def line(self) -> Line:
        given = self.cleaned_data
        quantity = given["quantity"]
        tax = NO_TAX if given["tax"] is None else given["tax"]
        return Line(
            given["what"], 1 if quantity is None else quantity, given["unit"], given["price"], Decimal(tax)
        )


def line_rows(data: QueryDict | None, currency: str, lines: Sequence[Line] = (), blank: int = 1) -> Rows:
    initial: list[Mapping[str, Any]] = [
        {
            "what": line.what,
            "quantity": line.quantity,
            "unit": line.unit,
            "price": line.price,
            "tax": f"{line.tax_percent.normalize():f}" if line.tax_percent else "",
        }
        for line in lines
    ]
    return rows_of(LineRow, LINES, data, initial, blank, most=MOST_LINES, more=1, currency=currency)


def kept_rows(data: QueryDict, currency: str) -> Rows:
    """The lines as they were typed, without another one and without judging them."""
    typed = typed_rows(LineRow, LINES, data, MOST_LINES)
    return rows_of(LineRow, LINES, None, typed, 0, most=MOST_LINES, currency=currency)


def lines_in(rows: Rows) -> tuple[Line, ...]:
    return tuple(row.line for row in rows.given)


def _providers(actor: Actor) -> list[tuple[str, Any]]:
    rows: Any = Provider.objects.visible_to(actor).exclude(relation=Relation.BLOCKED).order_by("name", "id")
    return [("", _("Not known yet")), *((str(row.pk), row.name) for row in rows)]


def _budget_label(budget: Budget) -> str:
    free = money(Money(budget.free_minor, budget.currency))
    return str(_("%(name)s, %(free)s free")) % {"name": budget.name, "free": free}


def _plain_budgets(actor: Actor, currency: str) -> list[tuple[str, str]]:
    rows = sorted(budgets_for(actor), key=lambda budget: (budget.currency != currency, budget.name))
    return [(str(row.pk), _budget_label(row)) for row in rows]


class OrderForm(Form):
    """What an order says beside its lines: who delivers, by when."""

    provider = forms.ChoiceField(label=_("From whom?"), required=False)
    needed_by = DayField(
        label=_("Needed by"), required=False, help_text=_("Left empty, it is due in 14 days.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = _providers(actor)  # type: ignore[attr-defined]

    @property
    def provider_id(self) -> UUID | None:
        chosen = self.cleaned_data["provider"]
        return UUID(chosen) if chosen else None


class BuyForm(ReasonFields, OrderForm):
    """Buying: what, and how much, are enough when there is one budget."""

    title = forms.CharField(
        label=_("What do you want to buy?"),
        max_length=LONGEST_TITLE,
        error_messages={"required": _("Say what you want to buy.")},
    )
    amount = MoneyField(
        label=_("How much is it, with tax?"),
        help_text=_("For several things with a price each, open the details and give their lines."),
    )
    budget = forms.ChoiceField(label=_("From which budget?"))
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)])
    files = FilesField(  # type: ignore[assignment]  # named as the rules name it
        label=_("Files, such as an offer"), required=False
    )
    every = forms.ChoiceField(label=_("How often?"), choices=EVERY, required=False)
    until = DayField(label=_("Last on"), required=False)
    times = forms.IntegerField(
        label=_("How often again, at most"), required=False, widget=forms.TextInput(attrs=_NUMBER)
    )
    field_order = ("title", "amount", "budget")
    # Browsers must not ask for an amount that lines give instead.
    use_required_attribute = False

    def __init__(self, *args: Any, actor: Actor, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.budgets = _plain_budgets(actor, currency)
        self.money_in = self._currency(currency)
        self.fields["currency"].initial = currency
        self.fields["amount"].currency = self.money_in  # type: ignore[attr-defined]
        budget = self.fields["budget"]
        assert isinstance(budget, forms.ChoiceField)
        budget.choices = self.budgets
        if len(self.budgets) == 1:
            budget.widget = forms.HiddenInput()
            budget.initial = self.budgets[0][0]

    def full_clean(self) -> None:
        """The amount is needed unless there are lines, which `complain` knows."""
        self.fields["amount"].required = False
        super().full_clean()
        self.fields["amount"].required = True

    def _currency(self, usual: str) -> str:
        """The currency that was chosen, as far as it is one; it reads the amounts beside it."""
        chosen = str(self.data.get("currency", "") or self.initial.get("currency", ""))
        return chosen if chosen in CURRENCIES else usual

    def lines(self, rows: Rows) -> tuple[Line, ...]:
        """The lines that were given, or one of what and how much, whose amount is with tax already."""
        given = lines_in(rows)
        amount = self.cleaned_data["amount"]
        if given or amount is None:
            return given
        return (Line(self.cleaned_data["title"], 1, "", amount),)

    def complain(self, rows: Rows) -> bool:
        """Say on the amount what it and the lines lack together; whether there was something."""
        some = any(True for _row in rows.given)
        if some and self.cleaned_data.get("amount") is not None:
            self.add_error("amount", ValidationError(gettext("The lines say how much. Leave this empty.")))
        elif not some and self.cleaned_data.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", ValidationError(gettext("Say how much it is.")))
        amount = self.cleaned_data.get("amount")
        if amount is not None and amount.minor <= 0:
            self.add_error("amount", ValidationError(gettext("Give an amount above zero.")))
        return "amount" in self.errors

    @property
    def plan(self) -> Plan | None:
        given = self.cleaned_data
        return Plan(Every(given["every"]), given["until"], given["times"]) if given["every"] else None

    def facts(self, rows: Rows) -> dict[str, Any]:
        """What the action takes. Puts the bytes of the files in their place: ask once, just before it."""
        given = self.cleaned_data
        return {
            "title": given["title"],
            "lines": self.lines(rows),
            "budget_id": UUID(given["budget"]),
            "provider_id": self.provider_id,
            "needed_by": given["needed_by"],
            "reason": given["reason"],
            "category": given["category"],
            "files": tuple((one.name or "", store(one)) for one in given["files"]),
            "repeat": self.plan,
        }


class ChangeForm(OrderForm):
    """The lines of an order that nobody has decided on, anew."""

    note = forms.CharField(label=_("What changed, in a line"), required=False, max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReceiveForm(Form):
    """So much of a line has come."""

    milestone = forms.IntegerField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(label=_("How many came?"), widget=forms.TextInput(attrs=_NUMBER))
    note = forms.CharField(label=_("A line to go with it"), required=False, max_length=500)


class ReturnForm(Form):
    """How much goes back, why, and whether it is to come again."""

    milestone = forms.IntegerField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(label=_("How many go back?"), widget=forms.TextInput(attrs=_NUMBER))
    reasons = forms.CharField(label=_("Why does it go back?"), max_length=500)
    wanted = forms.BooleanField(label=_("They are to deliver it again"), required=False)


class CloseForm(Form):
    reasons = forms.CharField(label=_("Why does nothing more come?"), max_length=500)


class NameForm(Form):
    """Who delivers an order that was placed without a provider."""

    provider = forms.ChoiceField(label=_("Who delivers it?"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = _providers(actor)[1:]  # type: ignore[attr-defined]


def as_typed(data: QueryDict) -> dict[str, Any]:
    """What was typed, for a page that comes back with more rows and judges nothing."""
    return {name: value for name, value in data.items() if not name.startswith(f"{LINES}-")}
