"""Forms for many people at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.kernel.money import CURRENCIES, Money
from outtask.kernel.refusal import Refusal, Refused
from outtask.people import choices
from outtask.spend.limit_rules import category_of
from outtask.spend.people_table import NOTHING, LimitKey
from outtask.spend.states import LimitPeriod
from outtask.spend.wording import PERIODS
from outtask.ui.forms import Form, MoneyField
from outtask.ui.pages import MemberRequest

KEEP = ""


class ChangeMembersForm(Form):
    """What several members get together; what is left empty stays as it is for each."""

    member_ids = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label=_("Members"),
        error_messages={"required": _("Tick at least one member.")},
    )
    limit = MoneyField(
        label=_("Limit for one request"), required=False, help_text=_("Left empty, each keeps their own.")
    )
    no_limit = forms.BooleanField(
        label=_("Take that limit away"), required=False, help_text=_("Everything they ask for is referred.")
    )
    reports_to = forms.ChoiceField(label=_("Refers to"), required=False)
    period = forms.ChoiceField(label=_("Further limit, in"), required=False)
    amount = forms.CharField(
        label=_("At most"),
        required=False,
        help_text=_("Write none to take that limit away."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)])
    category = forms.CharField(
        label=_("Only for the category"),
        help_text=_("Digits of a CPV code, such as 72. Left empty, everything counts."),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, request: MemberRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = choices.members(request.actor, gettext("As it is for each"))
        ticks, limit, boss, period = (
            self.fields[name] for name in ("member_ids", "limit", "reports_to", "period")
        )
        assert isinstance(ticks, forms.MultipleChoiceField) and isinstance(limit, MoneyField)
        assert isinstance(boss, forms.ChoiceField) and isinstance(period, forms.ChoiceField)
        ticks.choices = people[1:]
        limit.currency = request.organisation.currency
        boss.choices = [people[0], (NOTHING, gettext("Nobody")), *people[1:]]
        period.choices = [(KEEP, gettext("None, or as it is")), *PERIODS.items()]

    def facts(self) -> dict[str, Any]:
        """What the action takes; Refused when an amount or a category cannot be read."""
        data = self.cleaned_data
        boss = data["reports_to"]
        return {
            "member_ids": [UUID(pk) for pk in data["member_ids"]],
            "limit": NOTHING if data["no_limit"] else data["limit"],
            "reports_to_id": boss if boss == NOTHING else UUID(boss) if boss else None,
            "limits": self._limits(),
        }

    def _limits(self) -> list[tuple[LimitKey, Money | str]]:
        data = self.cleaned_data
        typed = data["amount"].strip()
        if not data["period"]:
            reason = gettext("Choose over what time this limit counts.")
            if typed:
                raise Refused(Refusal("period_missing", reason, "period"))
            return []
        digits = category_of(data["category"])
        if isinstance(digits, Refusal):
            raise Refused(digits)
        if typed.lower() == NOTHING:
            return [((LimitPeriod(data["period"]), digits), NOTHING)]
        amount = Money.parse(typed, data["currency"], field="amount")
        return [((LimitPeriod(data["period"]), digits), amount)]
