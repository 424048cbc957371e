"""Rows of a form that can grow: conditions, milestones. A row left empty is not there; emptying one removes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from outtask.kernel.refusal import Refusal
from outtask.ui.forms import Form

MORE = "more"
"""Name of the button that asks for more rows; its value is the prefix of the rows."""
MOST_ROWS = 60


class Row(Form):
    """One row. Its fields are not required one by one; `clean` says what a row that was begun still needs."""

    key = None  # type: ignore[assignment]  # the form around the rows carries it
    ignored: frozenset[str] = frozenset()

    @property
    def given(self) -> bool:
        """Whether somebody wrote anything into it, apart from choices that are always there."""
        return any(
            value not in (None, "", False)
            for name, value in self.cleaned_data.items()
            if name not in self.ignored
        )


class Rows(forms.BaseFormSet[Any]):
    """The rows as sent, or as they begin."""

    @property
    def given(self) -> Iterator[Any]:
        return (row for row in self.forms if row.is_valid() and row.given)

    def take(self, refusal: Refusal) -> None:
        """Show a refusal that is about these rows: on the first of them, where it is linked from the top."""
        self.forms[0].take(refusal)


def rows_of(
    form: type[Row],
    prefix: str,
    data: QueryDict | None,
    initial: Sequence[Mapping[str, Any]] = (),
    blank: int = 2,
    **form_kwargs: Any,
) -> Rows:
    """Rows with `blank` empty ones behind those in `initial`; two more when their button was pressed."""
    formset: Any = forms.formset_factory(form, formset=Rows, extra=blank, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
    if data is not None and data.get(MORE) == prefix:
        data = data.copy()
        total = data.get(f"{prefix}-TOTAL_FORMS", "0")
        data[f"{prefix}-TOTAL_FORMS"] = str(int(total if total.isdecimal() else 0) + 2)
    rows: Rows = formset(data, prefix=prefix, initial=None if data else list(initial), form_kwargs=form_kwargs)
    return rows
