"""Which days a report tells of."""

from __future__ import annotations

from typing import Any, Self

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from outtask.spend.reports.spans import Span, why_not_span
from outtask.ui.forms import DayField, Row


class SpanForm(Row):
    """First and last day; lives in the address. A day that is left out is that of the usual span."""

    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)

    @classmethod
    def read(cls, given: QueryDict, usual: Span) -> Self:
        """The form as the address has it, with the usual days where it says none."""
        days: dict[str, Any] = {"since": usual.first.isoformat(), "until": usual.last.isoformat()}
        form = cls(days | {name: given[name] for name in days if given.get(name)})
        if form.is_valid():
            refusal = why_not_span(form.cleaned_data["since"], form.cleaned_data["until"])
            if refusal is not None:
                form.take(refusal)
        return form

    def span(self, usual: Span) -> Span | None:
        """The days that were asked for; None when they need another look."""
        if self.errors:
            return None
        return Span(self.cleaned_data["since"], self.cleaned_data["until"], usual.zone)
