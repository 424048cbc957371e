"""Rows of a form that can grow: conditions, milestones.

A row left empty is not there; emptying one removes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from outtask.kernel.refusal import Refusal, Refused
from outtask.ui import formats
from outtask.ui import forms as ui

MORE = "more"
"""Name of the button that asks for more rows; its value is the prefix of those rows."""
MOST_ROWS = 60


class Row(ui.Row):
    """One row. Its fields are not required one by one; `clean` says what a row that was begun still needs.

    always: fields that have a value in an empty row too, such as a choice.
    """

    always: frozenset[str] = frozenset()

    @property
    def given(self) -> bool:
        """Whether somebody wrote anything into it."""
        filled = {name for name, value in self.cleaned_data.items() if value not in (None, "", False)}
        return bool(filled - self.always) or bool(self.errors)


class Rows(forms.BaseFormSet[Any]):
    """The rows as sent, or as they begin."""

    @property
    def given(self) -> Iterator[Any]:
        return (row for row in self.forms if row.is_valid() and row.given)

    @property
    def full(self) -> bool:
        """Whether there are as many rows as there may be."""
        return len(self.forms) >= self.max_num

    def take(self, refusal: Refusal) -> None:
        """Show a refusal that is about these rows on top of the first of them."""
        if not self.forms:
            self.non_form_errors().append(formats.say(refusal))
            return
        self.forms[0].take(Refusal(refusal.code, refusal.reason, None, refusal.facts))


def wants_more(data: QueryDict | None) -> bool:
    """Whether a button for more rows was pressed: the page comes back as it was typed, nothing is judged."""
    return data is not None and bool(data.get(MORE))


def rows_of(
    form: type[Row],
    prefix: str,
    data: QueryDict | None,
    initial: Sequence[Mapping[str, Any]] = (),
    blank: int = 2,
    most: int = MOST_ROWS,
    more: int = 2,
    **form_kwargs: Any,
) -> Rows:
    """Rows with `blank` empty ones behind those in `initial`, or `more` behind those typed when wanted.

    most: so many rows there can be; of more that were sent, all are refused.
    """
    if wants_more(data):
        assert data is not None
        initial, blank = typed_rows(form, prefix, data, most), more if data[MORE] == prefix else 0
        data = None
    formset: Any = forms.formset_factory(form, formset=Rows, extra=blank, max_num=most, absolute_max=most)
    # What is sent is read by itself: a row that equals what it began with is still a row.
    begun = list(initial) if data is None else None
    rows: Rows = formset(data, prefix=prefix, initial=begun, form_kwargs=form_kwargs)
    return rows


def typed_rows(form: type[Row], prefix: str, data: QueryDict, most: int = MOST_ROWS) -> list[dict[str, str]]:
    """What stands in each row that was sent, as it was typed."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "0")
    count = min(int(total), most) if total.isdecimal() and total.isascii() else 0
    names = list(form.base_fields)
    return [{name: data.get(f"{prefix}-{index}-{name}", "") for name in names} for index in range(count)]


def take(refused: Refused, form: ui.Row, **rows: Rows) -> None:
    """Show each refusal where it belongs: on the rows it names, else on the form."""
    for refusal in refused.refusals:
        place = rows.get(refusal.field or "")
        if place is None:
            form.take(refusal)
        else:
            place.take(refusal)


def status_of(*parts: ui.Row | Rows) -> int:
    """The HTTP status of a page with these forms and rows: 422 when what was sent needs another look."""
    return 422 if any(part.is_bound and not part.is_valid() for part in parts) else 200
