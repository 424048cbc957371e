"""Forms of the catalogue room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.catalogue.models import CatalogueItem
from outtask.catalogue.queries import Search
from outtask.catalogue.rules import LONGEST, MOST_DAYS, MOST_PIECES, MOST_TAX_DECIMALS
from outtask.catalogue.states import ItemKind, Plan
from outtask.catalogue.words import KINDS, PERIODS, PLANS
from outtask.kernel.money import CURRENCIES, Money
from outtask.ui.forms import DayField, Form, MoneyField, Row

_DIGITS = {"inputmode": "numeric", "class": "short"}
_CATEGORY = _("Digits of a CPV code, such as 44617100-9 for boxes. Limits for a category look at it.")


def _days(label: Any, hint: Any = "", most: int = MOST_DAYS) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=hint,
        initial=0,
        min_value=0,
        max_value=most,
        widget=forms.TextInput(attrs=_DIGITS),
        error_messages={"invalid": _("Write a whole number of days such as 30.")},
    )


class _Saying(Form):
    """What an item says that may change later."""

    name = forms.CharField(label=_("What is it called?"), max_length=LONGEST["name"])
    description = forms.CharField(
        label=_("What does a buyer have to know?"),
        max_length=LONGEST["description"],
        widget=forms.Textarea,
        required=False,
    )
    unit = forms.CharField(
        label=_("Unit"),
        help_text=_("What one is, such as a box or an hour."),
        max_length=LONGEST["unit"],
        required=False,
    )
    tax_percent = forms.DecimalField(
        label=_("Tax, in percent"),
        initial=0,
        min_value=0,
        max_value=100,
        decimal_places=MOST_TAX_DECIMALS,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short"}),
        error_messages={"invalid": _("Write a number such as 20.")},
    )
    category = forms.CharField(
        label=_("Category"),
        help_text=_CATEGORY,
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs=_DIGITS),
    )
    notice_days = _days(
        _("Days of notice before a rise in price"), _("A promise to buyers: it can grow, not shrink.")
    )
    trial_days = _days(_("Days of trial"), _("For a subscription by period; 0 for none."))
    cancel_days = _days(
        _("Days of notice to cancel"), _("For a subscription by period: so long before it renews.")
    )

    @property
    def facts(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class ChangeForm(_Saying):
    """Everything about an item that may change."""

    def __init__(self, *args: Any, item: CatalogueItem, **kwargs: Any) -> None:
        names = [name for name in _Saying.base_fields if name != "key"]
        initial = {name: getattr(item, name) for name in names}
        initial["tax_percent"] = f"{item.tax_percent.normalize():f}"
        super().__init__(*args, initial=initial, **kwargs)
        if item.plan != Plan.PERIOD:
            for name in ("trial_days", "cancel_days"):
                self.fields[name].widget = forms.HiddenInput()


class ItemForm(_Saying):
    """A new item."""

    provider = forms.ChoiceField(label=_("Who sells it?"))
    code = forms.CharField(
        label=_("Their code for it"), max_length=LONGEST["code"], widget=forms.TextInput({"class": "short"})
    )
    kind = forms.ChoiceField(label=_("What is it?"), choices=list(KINDS.items()), initial=ItemKind.GOOD)
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)], help_text=_("It stays.")
    )
    price = MoneyField(label=_("Price of one, without tax"))
    plan = forms.ChoiceField(
        label=_("Plan"),
        help_text=_("For a subscription alone."),
        required=False,
        choices=[("", "–"), *PLANS.items()],
    )
    period = forms.ChoiceField(
        label=_("Paid for"),
        help_text=_("For a plan by period."),
        required=False,
        choices=[("", "–"), *PERIODS.items()],
    )

    field_order = (
        "provider", "code", "name", "kind", "currency", "price", "tax_percent", "unit", "category",
        "description", "notice_days", "plan", "period", "trial_days", "cancel_days",
    )  # fmt: skip

    def __init__(
        self, *args: Any, providers: Iterable[tuple[str, str]], currency: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"currency": currency} | kwargs.pop("initial", {}), **kwargs)
        _offer(self, "provider", [("", gettext("Choose a provider")), *providers])
        _offer(self, "kind", [(value, gettext(name)) for value, name in KINDS.items()])
        _offer(self, "plan", [("", "–"), *((value, gettext(name)) for value, name in PLANS.items())])
        _offer(self, "period", [("", "–"), *((value, gettext(name)) for value, name in PERIODS.items())])
        chosen = str(self.data.get("currency", "")) if self.is_bound else currency
        price = self.fields["price"]
        assert isinstance(price, MoneyField)
        price.currency = chosen if chosen in CURRENCIES else currency

    @property
    def facts(self) -> dict[str, Any]:
        facts = super().facts
        del facts["currency"]  # that of the price
        return facts | {"provider_id": UUID(facts.pop("provider"))}


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class PriceForm(Form):
    """What an item costs from a day on."""

    price = MoneyField(label=_("New price of one, without tax"))
    from_on = DayField(
        label=_("From"), required=False, help_text=_("Left empty: as soon as the notice allows.")
    )

    def __init__(self, *args: Any, item: CatalogueItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price = self.fields["price"]
        assert isinstance(price, MoneyField)
        price.currency = item.currency


class CartForm(Form):
    """So many of an item, at the price that the page showed."""

    quantity = forms.IntegerField(
        label=_("How many"),
        initial=1,
        min_value=1,
        max_value=MOST_PIECES,
        widget=forms.TextInput(attrs=_DIGITS),
        error_messages={"invalid": _("Write a whole number such as 3.")},
    )
    price_minor = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, item: CatalogueItem, price: Money | None = None, quantity: int = 1, **kwargs: Any
    ) -> None:
        initial = {"quantity": quantity, "price_minor": price.minor if price is not None else None}
        super().__init__(*args, initial=initial, auto_id=f"id_{item.pk}_%s", **kwargs)
        self.item = item

    @property
    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        seen = Money(data["price_minor"], self.item.currency)
        return {"item_id": self.item.pk, "quantity": data["quantity"], "price": seen}


class OrderForm(Form):
    """Everything of one provider in one currency, from a budget."""

    provider = forms.UUIDField(widget=forms.HiddenInput)
    currency = forms.CharField(widget=forms.HiddenInput, max_length=3)
    budget = forms.ChoiceField(label=_("From which budget"), required=False)
    needed_by = DayField(label=_("Needed by"), required=False)
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Whoever decides reads this. A sentence is enough."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=2_000,
    )

    def __init__(
        self, *args: Any, provider_id: UUID, currency: str, budgets: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        initial = {"provider": provider_id, "currency": currency}
        super().__init__(*args, initial=initial, auto_id=f"id_{provider_id}_{currency}_%s", **kwargs)
        _offer(self, "budget", budgets)

    @property
    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "provider_id": data["provider"],
            "currency": data["currency"],
            "budget_id": UUID(data["budget"]) if data["budget"] else None,
            "needed_by": data["needed_by"],
            "reason": data["reason"],
        }


class SearchForm(Row):
    """What somebody looks for; lives in the address."""

    q = forms.CharField(label=_("Find in the catalogue"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    provider = forms.ChoiceField(label=_("Provider"), required=False)
    category = forms.CharField(label=_("Category"), required=False, max_length=10)
    most = MoneyField(label=_("At most"), required=False)

    def __init__(
        self, *args: Any, providers: Sequence[tuple[str, str]], currency: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "kind", [("", gettext("Every kind")), *((k, gettext(n)) for k, n in KINDS.items())])
        _offer(self, "provider", [("", gettext("Every provider")), *providers])
        most = self.fields["most"]
        assert isinstance(most, MoneyField)
        most.currency = currency
        self.fields["q"].widget = forms.SearchInput(
            attrs={"placeholder": gettext("Find in the catalogue"), "class": "input"}
        )
        self.fields["category"].widget.attrs |= {"placeholder": gettext("CPV digits"), "class": "input short"}
        most.widget.attrs |= {"placeholder": gettext("At most %(unit)s") % {"unit": most.unit}}

    def search(self) -> Search:
        """The filters that can be read; the others narrow nothing."""
        self.is_valid()
        found = self.cleaned_data
        asked = Search(
            words=found.get("q", ""),
            kind=found.get("kind", ""),
            category=found.get("category", ""),
            most=found.get("most"),
        )
        provider = found.get("provider")
        return replace(asked, provider_id=UUID(provider)) if provider else asked
