"""The form in which an absence is noted."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.people import choices
from outtask.people.delegation_rules import LONGEST_REASON
from outtask.people.roles import Right, may
from outtask.ui.forms import DayField, Form, MoneyField
from outtask.ui.pages import MemberRequest


class AbsenceForm(Form):
    """Who is away, from when to when, and who decides in their place. Admins choose who; others are it."""

    giver = forms.TypedChoiceField(label=_("Who is away?"), coerce=UUID)
    taker = forms.TypedChoiceField(
        label=_("Who decides in their place?"),
        coerce=UUID,
        help_text=_("Somebody whose role approves spending. They cannot pass it on."),
    )
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("To the end of"))
    up_to = MoneyField(
        label=_("At most, for one need"),
        required=False,
        help_text=_("Left empty, the limits of the one who is away hold, and never more."),
    )
    reason = forms.CharField(label=_("Note"), required=False, max_length=LONGEST_REASON)

    def __init__(self, request: MemberRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        giver, taker, up_to = (self.fields[name] for name in ("giver", "taker", "up_to"))
        assert isinstance(giver, forms.ChoiceField)
        assert isinstance(taker, forms.ChoiceField)
        assert isinstance(up_to, MoneyField)
        up_to.currency = request.organisation.currency
        here = choices.members(request.actor, gettext("Choose somebody"))
        own = str(request.member.pk)
        if may(request.actor, Right.MANAGE_PEOPLE) is None:
            giver.choices, giver.initial = here, own
        else:
            giver.choices, giver.initial = [(own, request.member.name)], own
            giver.widget = forms.HiddenInput()
        taker.choices = here
        self.fields["starts_on"].initial = request.now.astimezone(ZoneInfo(request.organisation.zone)).date()

    @property
    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        return {
            "giver_id": data["giver"],
            "taker_id": data["taker"],
            "starts_on": data["starts_on"],
            "ends_on": data["ends_on"],
            "up_to_minor": data["up_to"].minor if data["up_to"] is not None else None,
            "reason": data["reason"],
        }
