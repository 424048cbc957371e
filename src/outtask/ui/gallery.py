"""Every component once, drawn by the same tags as the pages. Names and figures are made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.outtasks.states import Stage
from outtask.ui import charts
from outtask.ui.bars import MoneyBar
from outtask.ui.forms import DayField, Form, MoneyField
from outtask.ui.pages import MemberRequest, member_page
from outtask.ui.timeline import Happening
from outtask.ui.words import STAGE_NAMES

COLOURS = (
    "ink", "ink-2", "ink-3", "line-2", "line", "sunken", "accent", "accent-2", "accent-3", "accent-soft",
    "ok", "ok-soft", "warn", "warn-soft", "bad", "bad-soft", "focus",
)  # fmt: skip
ICONS = (
    "mark", "check", "cross", "skip", "clock", "pause", "play", "alert", "stop", "back", "loop", "person",
    "firm", "program", "agent", "file", "up", "down", "seal", "search", "plus", "menu", "chev", "arrow",
    "sort", "desc", "chat", "coin", "lock", "out", "gear", "mail", "link", "chart", "edit",
)  # fmt: skip
BADGES = (
    ("", "clock", N_("Draft")),
    ("now", "play", N_("In delivery")),
    ("", "check", N_("On track")),
    ("warn", "alert", N_("Watch")),
    ("bad", "stop", N_("At risk")),
    ("warn", "loop", N_("Changes requested")),
    ("ok", "check", N_("Accepted")),
    ("", "pause", N_("Paused")),
    ("bad", "cross", N_("Rejected")),
    ("", "skip", N_("Skipped")),
    ("", "lock", N_("Keep")),
    ("back", "back", N_("Taken back")),
)


class SpecimenForm(Form):
    what = forms.CharField(
        label=lazy("What do you want done?"),
        help_text=lazy("One task, in your own words."),
        widget=forms.Textarea,
    )
    by_when = DayField(label=lazy("By when?"))
    limit = MoneyField(label=lazy("Limit"), currency="GBP")
    budget = forms.ChoiceField(label=lazy("Budget"), choices=[("a", "Shop services 2026, £2,310.40 free")])
    see = forms.ChoiceField(
        label=lazy("Who may see it?"),
        widget=forms.RadioSelect,
        choices=[("chosen", lazy("Only whom I choose")), ("all", lazy("All providers who fit"))],
    )
    tell = forms.BooleanField(label=lazy("Tell me when they fetch it"), required=False)
    upload = forms.FileField(label=lazy("Choose files"), required=False)


@dataclass(frozen=True, slots=True)
class SpecimenStage:
    stage: Stage
    label: str
    state: str
    when: object
    href: str = "#life-line"
    loop: str = ""


@dataclass(frozen=True, slots=True)
class SpecimenLine:
    now_label: str
    sub: str
    stages: tuple[SpecimenStage, ...]


def _line() -> SpecimenLine:
    whens: tuple[object, ...] = (
        date(2026, 10, 2), _("known provider"), date(2026, 10, 19), date(2026, 10, 21), _("second try"),
        date(2026, 11, 26), _("within 14 days"), _("until 11 March"), _("any time"),
    )  # fmt: skip
    states = ("done", "skipped", "done", "done", "now", "ahead", "ahead", "ahead", "ahead")
    stages = tuple(
        SpecimenStage(
            stage,
            _(STAGE_NAMES[stage]),
            state,
            when,
            loop=_("Sent back Fri 20 Nov") if state == "now" else "",
        )
        for stage, state, when in zip(Stage, states, whens, strict=True)
    )
    return SpecimenLine(_("5 of 9: Deliver"), _("Second try. Sent back Fri 20 Nov. Next: Verify."), stages)


def _bars() -> list[MoneyBar]:
    def pounds(minor: int) -> Money:
        return Money(minor, "GBP")

    def euros(minor: int) -> Money:
        return Money(minor, "EUR")

    return [
        MoneyBar(
            _("With a mark"),
            pounds(1_200_000),
            pounds(641_250),
            pounds(108_000),
            pounds(264_000),
            mark=90,
            told="Dunstan Peel",
        ),
        MoneyBar(
            _("With a request"),
            pounds(600_000),
            pounds(244_960),
            pounds(24_000),
            pounds(100_000),
            asked=pounds(114_000),
        ),
        MoneyBar(_("Over the limit"), euros(350_000), euros(218_000), euros(42_000), euros(125_000)),
    ]


def _happenings() -> list[Happening]:
    return [
        Happening(datetime(2026, 11, 26, 17, tzinfo=UTC), _("Milestone 2 is due again."), coming=True),
        Happening(
            datetime(2026, 11, 24, 9, 12, tzinfo=UTC),
            _("Question asked. Clock paused."),
            by="Nell Farrow, Kestrel Data",
            seq=18412,
        ),
        Happening(
            datetime(2026, 11, 20, 16, 40, tzinfo=UTC),
            _("Milestone 2 sent back"),
            detail=_("with three points."),
            by="Imke Vos",
            seq=18377,
            tone="warn",
        ),
        Happening(
            datetime(2026, 11, 19, 18, 1, tzinfo=UTC),
            _("Checks ran."),
            by="Outtask",
            by_icon="program",
            seq=18363,
        ),
    ]


def _charts() -> dict[str, Any]:
    weeks = ("12 Oct", "19 Oct", "26 Oct", "2 Nov", "9 Nov", "16 Nov")
    shares = (96.6, 95.9, 96.2, 95.3, 94.2, 93.1)
    return {
        "line_chart": charts.line(
            [charts.Point(week, share, f"{share}%") for week, share in zip(weeks, shares, strict=True)],
            title=_("Parcels on time, by week"),
            description=_("Six weeks, from 96.6% to 93.1%. Agreed are 95%."),
            head=(_("Week of"), _("On time")),
            level=95,
            level_said=_("agreed 95%"),
            tone="bad",
        ),
        "bars_chart": charts.bars(
            [
                charts.Point("Kestrel Data", 5, _("5 days")),
                charts.Point("Quay Couriers", 2, _("2 days")),
                charts.Point("Pagewright", 0.5, _("half a day")),
            ],
            title=_("Time to hand in"),
            description=_("Kestrel Data takes longest, Pagewright half a day."),
            head=(_("Provider"), _("Days")),
        ),
        "spark": charts.spark(shares, label=_("On time, falling from 96.6% to 93.1%"), tone="bad"),
    }


@member_page
def gallery(request: MemberRequest) -> HttpResponse:
    """The page against which a change of the style sheet is looked at first."""
    wrong = SpecimenForm(
        {
            "what": "Repair 38 second-hand atlases",
            "by_when": "soon",
            "limit": "1,140.00",
            "see": "chosen",
            "budget": "a",
        }
    )
    wrong.add_error("limit", ValidationError(_("The limit is above what is free: £2,310.40")))
    context = {
        "colours": COLOURS,
        "icons": ICONS,
        "badges": [(tone, name, _(text)) for tone, name, text in BADGES],
        "form": wrong,
        "specimen_line": _line(),
        "life_stages": (Stage.SOURCE, Stage.DELIVER, Stage.TAKE_BACK),
        "bars": _bars(),
        "happenings": _happenings(),
        "refusal": Refusal(
            "not_allowed", N_("Your role does not allow this. Ask somebody who is owner or admin.")
        ),
        "amount": Money(114_000, "GBP"),
        **_charts(),
    }
    return render(request, "gallery.html", context)
