"""What is typed about invoices and payments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from outtask.deliver.actions.handing_in import Upload
from outtask.files.storage import store
from outtask.pay import rules
from outtask.ui import formats
from outtask.ui.forms import DayField, Form


class InvoiceForm(Form):
    """An invoice for some of the milestones that can be invoiced now."""

    number = forms.CharField(label=_("Invoice number"), max_length=rules.LONGEST_NUMBER)
    dated_on = DayField(label=_("Date of the invoice"))
    milestones = forms.TypedMultipleChoiceField(
        label=_("For these milestones"), coerce=UUID, widget=forms.CheckboxSelectMultiple
    )
    file = forms.FileField(label=_("Choose the invoice as a file"), required=False)

    def __init__(self, *args: Any, items: Sequence[rules.Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(item.id), f"{item.title}, {formats.money(item.amount)}") for item in items]
        self.fields["milestones"].choices = choices  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial.setdefault("milestones", [value for value, _label in choices])

    def upload(self) -> Upload | None:
        """The invoice's own file, put in its place; ask once, just before the action."""
        given = self.cleaned_data["file"]
        return (given.name or "", store(given)) if given else None

    @property
    def facts(self) -> dict[str, Any]:
        """The inputs of `send_invoice`."""
        return {
            "key": self.key,
            "number": self.cleaned_data["number"],
            "dated_on": self.cleaned_data["dated_on"],
            "milestone_ids": self.cleaned_data["milestones"],
            "file": self.upload(),
        }


class ReturnForm(Form):
    """Why an invoice goes back."""

    reason = forms.CharField(
        label=_("What is wrong with it"),
        help_text=_("The provider reads this."),
        max_length=rules.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PaymentForm(Form):
    """A payment that was made."""

    paid_on = DayField(label=_("Paid on"))
    bank_reference = forms.CharField(
        label=_("Reference of the transfer"), max_length=rules.LONGEST_BANK_REFERENCE
    )
