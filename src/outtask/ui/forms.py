"""Forms as the style sheet shows them: fields with hint and error, and refusals put where they belong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.template import loader
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused
from outtask.ui import formats

LONGEST_KEY = 100


class Renderer(DjangoTemplates):
    """Draws a form and its fields by our own components, and the bare widgets as Django does."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("components/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)


class Row(forms.Form):
    """A form without a key: one row of a formset, or the filters of a list.

    told: whether the page has said what needs another look in it.
    """

    told = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # An asterisk or a colon would be a second way to say what the label says.
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _dress(field.widget)

    @property
    def status(self) -> int:
        """The HTTP status to answer with: 422 when what was sent needs another look."""
        return 422 if self.is_bound and self.errors else 200

    @contextmanager
    def taking_refusals(self) -> Iterator[None]:
        """Turn each refusal raised inside into an error on its field, or on top of the form."""
        try:
            yield
        except Refused as refused:
            for refusal in refused.refusals:
                self.take(refusal)

    def take(self, refusal: Refusal) -> None:
        """Show one refusal on the field it names, or on top when this form has no such field."""
        field = refusal.field if refusal.field in self.fields and refusal.field != "key" else None
        self.add_error(field, ValidationError(formats.say(refusal), code=refusal.code))


class Form(Row):
    """The base of every form that acts.

    A hidden `key` comes with each page that shows the form; sending the same page twice does its act once.

        form = AcceptForm(request.POST or None)
        if form.is_valid():
            with form.taking_refusals():
                accept_milestone(..., key=form.key)
                return see_other(...)
        return render(request, "milestone.html", {"form": form}, status=form.status)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"] = forms.CharField(
            widget=forms.HiddenInput, required=False, max_length=LONGEST_KEY, initial=lambda: str(new_id())
        )

    @property
    def key(self) -> str | None:
        """The idempotency key to hand to the action; None when the form came without one."""
        return self.cleaned_data.get("key") or None


_LABELLED = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.FileInput)


def _dress(widget: forms.Widget) -> None:
    """Give a control the class of the style sheet; radios, ticks and files are dressed by their labels."""
    if isinstance(widget, _LABELLED):
        return
    if not widget.is_hidden:
        extra = widget.attrs.get("class", "")
        if "input" not in extra.split():
            widget.attrs["class"] = f"input {extra}".strip()
    if isinstance(widget, forms.Textarea):
        widget.attrs["rows"] = 3 if widget.attrs.get("rows") == "10" else widget.attrs["rows"]
        widget.attrs.pop("cols", None)


class MoneyInput(forms.TextInput):
    """An amount, with the sign of its currency before it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "money", "inputmode": "decimal", "autocomplete": "off"} | (attrs or {}))


class MoneyField(forms.Field):
    """An amount in `currency` (ISO 4217), which may be set anew on one form's own field.

    Cleans to `Money`, or None when left out; what may be written stands at `Money.parse`.
    """

    widget = MoneyInput

    def __init__(self, *, currency: str = "GBP", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.currency = currency

    @property
    def unit(self) -> str:
        """What stands before the input: `£`."""
        return formats.symbol(self.currency)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.decimal:,f}" if isinstance(value, Money) else value

    def to_python(self, value: Any) -> Money | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return Money.parse(text, self.currency)
        except Refused as refused:
            raise ValidationError(formats.say(refused.refusal), code=refused.refusal.code) from None


class DayField(forms.DateField):
    """A calendar day. Browsers offer their calendar; `4 December 2026` may be typed as well."""

    default_error_messages = {
        "required": _("Choose a day."),
        "invalid": _("Enter a day such as 4 December 2026."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"})
        )
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d/%m/%Y"])
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        found: date | None = super().to_python(value)
        if found is not None and not 2000 <= found.year < 2100:
            raise ValidationError(gettext("Enter a day between 2000 and 2099."), code="invalid")
        return found


def trouble(*parts: forms.BaseForm | forms.BaseFormSet[Any]) -> list[tuple[str, str]]:
    """What needs another look in forms and formsets: (id of the control or empty, text), in reading order."""
    found: list[tuple[str, str]] = []
    for part in parts:
        if isinstance(part, forms.BaseFormSet):
            found += [("", str(text)) for text in part.non_form_errors()]
            found += trouble(*part.forms)
            continue
        found += [("", str(text)) for text in part.non_field_errors()]
        for name, texts in part.errors.items():
            if name in part.fields:
                found += [(_target(part[name]), str(text)) for text in texts]
    return found


def _target(field: forms.BoundField) -> str:
    """Where a link to the field leads: groups of radios have no control of the field's own id."""
    return field.id_for_label or str(field.auto_id)
