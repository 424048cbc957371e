"""Forms of the decide room."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.decide.inventory import LIMITS
from outtask.decide.queries import UNJUDGED, Wanted
from outtask.decide.rules import QUESTIONS, Question
from outtask.decide.rules.questions import HIGHEST, LOWEST, NUMBER_LIMIT, TEXT_LIMIT
from outtask.decide.sourcing_models import Hire, OneOff, Retainer, Situation, Terms
from outtask.decide.states import Kind, Step, Verdict
from outtask.decide.words import LOOKS, STEPS, UNANSWERED, StepWords
from outtask.kernel.money import Money
from outtask.ui.forms import Form, MoneyField, MoneyInput, Row


def _decimal(label: Any, hint: Any = "", initial: Any = None) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "short"})
    return forms.DecimalField(
        label=label,
        help_text=hint,
        initial=initial,
        required=False,
        min_value=0,
        max_value=NUMBER_LIMIT,
        decimal_places=2,
        widget=widget,
        error_messages={"invalid": _("Write a number such as 12 or 0.5.")},
    )


class ProcessForm(Form):
    """What the list says of one process."""

    name = forms.CharField(label=_("What is it called?"), max_length=LIMITS["name"])
    area = forms.CharField(
        label=_("Area"),
        help_text=_("Such as finance or the shop."),
        max_length=LIMITS["area"],
        required=False,
    )
    group = forms.CharField(label=_("Group"), max_length=LIMITS["group"], required=False)
    output = forms.CharField(
        label=_("What does it put out?"),
        help_text=_("The thing somebody receives, not the work that goes into it."),
        max_length=LIMITS["output"],
        widget=forms.Textarea,
        required=False,
    )
    owner = forms.CharField(
        label=_("Who answers for it?"),
        help_text=_("A name or a role."),
        max_length=LIMITS["owner"],
        required=False,
    )
    times_per_year = _decimal(_("How often a year?"), _("Count last year."))
    hours_each = _decimal(_("How many hours each time?"), _("All people together."))

    def inputs(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


SORTS = {"priority": ("-priority", "name", "id"), "name": ("name", "id")}


class FilterForm(Row):
    """Which processes the list shows, and in what order; lives in the address."""

    text = forms.CharField(
        label=_("Find in this list"),
        required=False,
        widget=forms.SearchInput(attrs={"placeholder": _("Find in this list")}),
        max_length=100,
    )
    verdict = forms.ChoiceField(label=_("Verdict"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("priority", _("Best to hand out first")), ("name", _("By name"))],
    )

    def __init__(self, *args: Any, areas: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verdicts = [(verdict or UNJUDGED, gettext(look.name)) for verdict, look in LOOKS.items()]
        self._offer("verdict", [("", gettext("Every verdict")), *verdicts])
        self._offer("area", [("", gettext("Every area")), *((area, area) for area in areas)])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def wanted(self) -> Wanted:
        """The filters that can be read; the others narrow nothing."""
        self.is_valid()
        found = self.cleaned_data
        return Wanted(found.get("verdict", ""), found.get("area", ""), found.get("text", ""))

    @property
    def order(self) -> str:
        return self.cleaned_data.get("sort") or "priority"


class MergeForm(Form):
    pass


class OneOf(forms.TypedChoiceField):
    """A choice of radios that begins with “not known”, so that an answer can be taken back."""

    def __init__(self, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        kwargs |= {"widget": forms.RadioSelect, "required": False, "empty_value": None}
        super().__init__(choices=[("", _(UNANSWERED)), *choices], **kwargs)


def _as_bool(text: str) -> bool:
    return text == "True"


def _field(question: Question, currency: str) -> forms.Field:
    shared: dict[str, Any] = {
        "label": gettext(question.text),
        "help_text": gettext(question.hint) if question.hint else "",
    }
    match question.kind:
        case Kind.SCALE:
            scale = [(str(score), str(score)) for score in range(LOWEST, HIGHEST + 1)]
            return OneOf(scale, coerce=int, **shared)
        case Kind.YES_NO:
            return OneOf([("True", _("yes")), ("False", _("no"))], coerce=_as_bool, **shared)
        case Kind.CHOICE:
            return OneOf([(value, gettext(text)) for value, text in question.choices.items()], **shared)
        case Kind.NUMBER:
            field = _decimal(shared["label"], shared["help_text"])
            field.widget.attrs["class"] = "input short"
            return field
        case Kind.COUNT:
            widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "input short"})
            wrong = {"invalid": _("Write a whole number such as 3.")}
            return forms.IntegerField(
                required=False,
                min_value=0,
                max_value=int(NUMBER_LIMIT),
                widget=widget,
                error_messages=wrong,
                **shared,
            )
        case Kind.MONEY:
            money = MoneyInput({"class": "input money"})
            return MoneyField(currency=currency, required=False, widget=money, **shared)
        case Kind.TEXT:
            text = forms.TextInput(attrs={"class": "input"})
            limit = LIMITS.get(question.id, TEXT_LIMIT)
            return forms.CharField(required=False, max_length=limit, widget=text, **shared)


class JudgementForm(Form):
    """Every question of the seven steps, none with a default; what was answered before stands in it."""

    def __init__(self, *args: Any, currency: str, known: Mapping[str, object], **kwargs: Any) -> None:
        initial = {
            id: Money(answer, currency) if id == "saving_minor" and isinstance(answer, int) else answer
            for id, answer in known.items()
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.known = known
        for question in QUESTIONS:
            self.fields[question.id] = _field(question, currency)

    def answers(self) -> dict[str, object]:
        """The answers that can be read so far, as `judge_process` takes them."""
        self.is_valid()
        found = {question.id: self.cleaned_data.get(question.id) for question in QUESTIONS}
        return {id: _plain(answer) for id, answer in found.items() if answer not in (None, "")}

    @property
    def steps(self) -> list[tuple[int, Step, StepWords, list[tuple[Question, BoundField]]]]:
        """The form in the order of the method: number, step, its words, its questions."""
        return [
            (
                place,
                step,
                words,
                [(question, self[question.id]) for question in QUESTIONS if question.step is step],
            )
            for place, (step, words) in enumerate(STEPS.items(), start=1)
        ]


def _plain(answer: object) -> object:
    if isinstance(answer, Money):
        return answer.minor
    return str(answer) if isinstance(answer, Decimal) else answer


class RatesForm(Row):
    """What each model of sourcing would cost; lives in the address, nothing of it is kept."""

    wage = MoneyField(label=_("An hour of your own people"), required=False)
    rate = MoneyField(label=_("An hour of a provider"), required=False)
    finding = MoneyField(label=_("Finding and briefing one, each time"), required=False)
    rework = _decimal(_("Work done again, percent"), initial=0)
    managing = _decimal(_("Your own hours to manage it, each time"), initial=0)
    fee = MoneyField(label=_("Fee of a retainer, each month"), required=False)
    hours = _decimal(_("Hours in the fee, each year"))
    extra = MoneyField(label=_("An hour beyond them"), required=False)
    salary = MoneyField(label=_("A year's salary"), required=False)
    recruiting = MoneyField(label=_("Finding and hiring somebody"), required=False)
    stays = _decimal(_("Years somebody stays"), initial=3)
    staff = MoneyField(label=_("Hands from outside, quoted for a year"), required=False)
    outsource = MoneyField(label=_("Outsourced whole, quoted for a year"), required=False)
    horizon = _decimal(_("For how many months is it wanted?"))
    hands = OneOf(
        [("True", _("yes")), ("False", _("no"))], label=_("Are only hands missing?"), coerce=_as_bool
    )
    unsteady = OneOf(
        [("True", _("yes")), ("False", _("no"))],
        label=_("Is it open how the volume will grow?"),
        coerce=_as_bool,
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = currency

    def terms(self) -> Terms:
        """The terms that are told in full; a model with a part missing has no cost yet."""
        wage = self._minor("wage")
        return Terms(
            wage=wage,
            one_off=self._one_off(wage or 0),
            retainer=self._retainer(),
            hire=self._hire(),
            staff_minor=self._minor("staff"),
            outsource_minor=self._minor("outsource"),
        )

    def _minor(self, name: str) -> int | None:
        amount: Money | None = self.cleaned_data[name]
        return None if amount is None else amount.minor

    def _one_off(self, wage: int) -> OneOff | None:
        rate, data = self._minor("rate"), self.cleaned_data
        if rate is None:
            return None
        rework = (data["rework"] or Decimal(0)) / 100
        return OneOff(self._minor("finding") or 0, rate, rework, data["managing"] or 0, wage)

    def _retainer(self) -> Retainer | None:
        fee, hours, extra = self._minor("fee"), self.cleaned_data["hours"], self._minor("extra")
        return None if fee is None or hours is None or extra is None else Retainer(0, 1, fee, hours, extra)

    def _hire(self) -> Hire | None:
        salary, stays = self._minor("salary"), self.cleaned_data["stays"]
        return Hire(self._minor("recruiting") or 0, stays, salary) if salary is not None and stays else None

    def situation(self, verdict: str) -> Situation:
        data = self.cleaned_data
        return Situation(
            verdict=Verdict(verdict or Verdict.INCOMPLETE),
            horizon_months=data["horizon"],
            capacity_gap=data["hands"],
            growth_uncertain=data["unsteady"],
        )
