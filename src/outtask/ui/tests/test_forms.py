"""Forms: what is typed, what is refused, and where that shows."""

from datetime import date
from uuid import UUID

import pytest
from django import forms

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused
from outtask.ui.forms import DayField, Form, MoneyField, Row, trouble


class Sample(Form):
    what = forms.CharField(label="What?", max_length=40)
    limit = MoneyField(label="Limit", currency="GBP", required=False)
    day = DayField(label="By when?", required=False)
    note = forms.CharField(widget=forms.Textarea, required=False)


def sent(**given: str) -> Sample:
    return Sample({"what": "Repair atlases", **given})


def test_each_form_brings_a_key_of_its_own() -> None:
    one, other = Sample(), Sample()
    assert UUID(str(one["key"].value()))
    assert one["key"].value() == one["key"].value()
    assert one["key"].value() != other["key"].value()


@pytest.mark.parametrize(("given", "read"), [("k-1", "k-1"), ("", None)])
def test_the_key_goes_on_to_the_action(given: str, read: str | None) -> None:
    form = sent(key=given)
    assert form.is_valid()
    assert form.key == read


def test_a_refusal_stands_on_the_field_it_names() -> None:
    form = sent()
    assert form.is_valid()
    with form.taking_refusals():
        raise Refused(
            Refusal("too_much", "%(free)s is free.", "limit", {"free": Money(100, "GBP")}),
            Refusal("closed", "This is closed.", "nowhere"),
            Refusal("key_used_otherwise", "Send it afresh.", "key"),
        )
    assert form.errors["limit"] == ["£1.00 is free."]
    assert form.non_field_errors() == ["This is closed.", "Send it afresh."]
    assert form.status == 422
    assert trouble(form) == [("", "This is closed."), ("", "Send it afresh."), ("id_limit", "£1.00 is free.")]


def test_other_exceptions_are_not_swallowed() -> None:
    form = sent()
    assert form.is_valid()
    with pytest.raises(ZeroDivisionError), form.taking_refusals():
        raise ZeroDivisionError


def test_a_fresh_form_and_a_good_one_answer_200() -> None:
    assert Sample().status == 200
    assert sent().status == 200
    assert Sample({}).status == 422


@pytest.mark.parametrize(
    ("typed", "minor"), [("1,140.00", 114_000), ("£1140", 114_000), (" 0.05 ", 5), ("", None)]
)
def test_amounts_as_people_write_them(typed: str, minor: int | None) -> None:
    form = sent(limit=typed)
    assert form.is_valid()
    assert form.cleaned_data["limit"] == (None if minor is None else Money(minor, "GBP"))


@pytest.mark.parametrize("typed", ["a lot", "1.140,00 €", "1.234", "10.005"])
def test_an_amount_that_cannot_be_read_says_how_to_write_it(typed: str) -> None:
    form = sent(limit=typed)
    assert "limit" in form.errors
    assert any(remedy in form.errors["limit"][0] for remedy in ("Write it like", "write 1", "Convert it"))


def test_the_currency_can_be_set_on_one_form() -> None:
    form = sent(limit="1,140")
    field = form.fields["limit"]
    assert isinstance(field, MoneyField)
    field.currency = "JPY"
    assert form.is_valid()
    assert form.cleaned_data["limit"] == Money(1140, "JPY")
    assert field.unit == "JP¥"
    other = Sample().fields["limit"]
    assert isinstance(other, MoneyField)
    assert other.currency == "GBP"


def test_an_amount_is_shown_as_it_can_be_sent_again() -> None:
    form = Sample(initial={"limit": Money(114_000, "GBP")})
    assert 'value="1,140.00"' in str(form["limit"])
    assert 'inputmode="decimal"' in str(form["limit"])


@pytest.mark.parametrize("typed", ["2026-12-04", "4 December 2026", "4 Dec 2026", "04/12/2026"])
def test_days_as_people_write_them(typed: str) -> None:
    form = sent(day=typed)
    assert form.is_valid()
    assert form.cleaned_data["day"] == date(2026, 12, 4)


@pytest.mark.parametrize("typed", ["soon", "31 November 2026", "1026-12-04", "2126-12-04"])
def test_a_day_that_cannot_be_read_says_how_to_write_it(typed: str) -> None:
    assert sent(day=typed).errors["day"][0].startswith("Enter a day")


def test_controls_wear_the_style_sheet() -> None:
    form = Sample()
    assert 'class="input"' in str(form["what"])
    assert 'class="input money"' in str(form["limit"])
    assert 'class="input short"' in str(form["day"])
    assert 'rows="3"' in str(form["note"])


def test_a_row_of_a_formset_has_no_key_and_stays_blank() -> None:
    class Line(Row):
        title = forms.CharField()

    lines = forms.formset_factory(Line, extra=2)(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-title": "One", "form-1-title": ""}
    )
    assert lines.is_valid()
    assert [line.has_changed() for line in lines.forms] == [True, False]


def test_trouble_reads_formsets_in_order() -> None:
    lines = forms.formset_factory(Sample, extra=0, max_num=1, validate_max=True)(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "form-0-what": "", "form-1-what": "Two"}
    )
    targets = [target for target, _ in trouble(lines)]
    assert targets == ["", "id_form-0-what"]
