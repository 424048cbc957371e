"""The components as they are drawn."""

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.outtasks.states import Stage
from outtask.ui.bars import MoneyBar
from outtask.ui.forms import DayField, Form, MoneyField
from outtask.ui.timeline import Happening


def drawn(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


class Sample(Form):
    what = forms.CharField(label="What?", help_text="One task.", widget=forms.Textarea)
    limit = MoneyField(label="Limit", currency="GBP")
    day = DayField(label="By when?", required=False)
    see = forms.ChoiceField(
        label="Who sees it?", widget=forms.RadioSelect, choices=[("a", "All"), ("b", "Few")]
    )
    tell = forms.BooleanField(label="Tell me", required=False, help_text="By mail.")
    upload = forms.FileField(label="Choose files", required=False)


@pytest.mark.parametrize(
    ("name", "classes"), [("check", "i"), ("back", "i flip"), ("arrow", "i flip"), ("mark", "i mark")]
)
def test_icons_are_decoration_and_pointing_ones_mirror(name: str, classes: str) -> None:
    html = drawn("{% icon name %}", name=name)
    assert f'<svg class="{classes}" aria-hidden="true">' in html
    assert f"icons.svg#i-{name}" in html


def test_amounts_days_and_badges() -> None:
    far = date(2031, 1, 2)
    assert drawn("{{ a|money }}", a=Money(114_000, "GBP")) == "£1,140.00"
    assert drawn("{{ a|money }}", a=None) == ""
    assert drawn("{% money 5 'GBP' %}") == "£0.05"
    assert drawn("{% money minor 'GBP' %}", minor=None) == ""
    assert drawn("{{ d|day }}", d=far) == "Thu 2 Jan 2031"
    assert drawn("{{ d|day }}{{ d|moment }}", d=None) == ""
    assert drawn("{% when d %}", d=far) == '<time datetime="2031-01-02">Thu 2 Jan 2031</time>'
    assert drawn("{{ name|initials }}", name="Imke Vos") == "IV"
    badge = drawn("{% badge 'warn' 'alert' text %}", text="<Watch>")
    assert badge.startswith('<span class="badge warn"><svg')
    assert "&lt;Watch&gt;" in badge


def test_a_field_ties_label_hint_and_error_to_its_control() -> None:
    html = drawn("{% field form.what %}", form=Sample({"what": ""}))
    assert '<label for="id_what">What?</label>' in html
    assert 'aria-describedby="id_what_helptext id_what_error"' in html
    assert 'aria-invalid="true"' in html
    assert html.index('id="id_what_helptext"') < html.index('id="id_what_error"') < html.index("<textarea")


def test_a_field_says_what_may_be_left_out() -> None:
    html = drawn("{% field form.day %}", form=Sample())
    assert "(if you like)" in html
    assert 'type="date"' in html
    assert "(if you like)" not in drawn("{% field form.what %}", form=Sample())


def test_groups_ticks_files_and_amounts_have_their_own_shape() -> None:
    form = Sample()
    radios = drawn("{% field form.see %}", form=form)
    assert radios.count('<label class="pick">') == 2
    assert "<legend>Who sees it?</legend>" in radios
    tick = drawn("{% field form.tell %}", form=form)
    assert '<small id="id_tell_helptext">By mail.</small>' in tick
    assert 'class="drop" for="id_upload"' in drawn("{% field form.upload %}", form=form)
    assert '<div class="withunit"><span>£</span>' in drawn("{% field form.limit %}", form=form)


def test_options_of_a_field() -> None:
    html = drawn('{% field form.what rows=7 hint="Say it." quiet=True wide=True %}', form=Sample())
    assert 'rows="7"' in html
    assert "Say it." in html
    assert 'class="vh"' in html
    assert 'class="field wide"' in html


def test_all_fields_of_a_form_with_its_key_once() -> None:
    form = Sample()
    html = drawn("{% fields form %}", form=form)
    assert html.count('name="key"') == 1
    assert f'value="{form["key"].value()}"' in html
    assert html.count('class="field"') == 6


def test_the_key_of_a_form_and_of_a_bare_button() -> None:
    form = Sample(prefix="x")
    assert (
        drawn("{% key form %}", form=form)
        == f'<input type="hidden" name="x-key" value="{form["key"].value()}">'
    )
    assert re.fullmatch(r'<input type="hidden" name="key" value="[0-9a-f-]{36}">', drawn("{% key %}"))


def test_the_summary_of_errors_leads_to_the_fields() -> None:
    assert drawn("{% errors form %}", form=Sample()) == ""
    one = drawn("{% errors form %}", form=Sample({"what": "x", "see": "a"}))
    assert "One thing needs another look" in one
    assert '<a href="#id_limit">' in one
    many = drawn("{% errors form %}", form=Sample({}))
    assert "Three things need another look" in many
    assert '<a href="#id_see">' in many
    assert 'id="id_see"' in drawn("{% field form.see %}", form=Sample({}))


def line(**more: object) -> SimpleNamespace:
    stages = [
        SimpleNamespace(stage=stage, label=stage.title(), state="ahead", when=None, href="", loop="")
        for stage in Stage
    ]
    stages[0].state, stages[0].when, stages[0].href = "done", date(2031, 1, 2), "/x"
    stages[1].state, stages[1].loop = "now", "Sent back"
    return SimpleNamespace(stages=stages, now_label="2 of 9: Source", sub="Soon.", **more)


def test_the_life_line_has_nine_stages_and_says_where_we_are() -> None:
    html = drawn("{% life line %}", line=line())
    assert html.count('<span class="node">') == 9
    assert html.count('aria-current="step"') == 1
    assert '<li class="done"><a href="/x">' in html
    assert "Thu 2 Jan 2031" in html
    assert '<span class="loop"><b>Sent back</b></span>' in html
    assert '<li class="ahead home">' in html
    assert html.count("<a ") == 1


@pytest.mark.parametrize(("stage", "place", "name"), [("decide", 1, "Decide"), ("take_back", 9, "Take back")])
def test_the_short_life_line(stage: str, place: int, name: str) -> None:
    html = drawn("{% lifemini task %}", task=SimpleNamespace(stage=stage))
    assert html == (
        f'<span class="life-mini" data-at="{place}">{name}<span class="vh">, stage {place} of 9</span></span>'
    )


def test_a_timeline_marks_the_latest_and_what_comes() -> None:
    at = datetime(2031, 1, 2, 9, tzinfo=UTC)
    rows = [
        Happening(at, "Due again.", coming=True),
        Happening(at, "Asked <b>.", by="Nell", seq=18412, proof="/p"),
        Happening(at, "Sent back", detail="with points.", tone="warn", seq=0),
    ]
    html = drawn("{% timeline rows %}", rows=rows)
    assert [*re.findall(r'<li class="([^"]*)">', html)] == ["coming", "latest", " warn"]
    assert "Asked &lt;b&gt;." in html
    assert '<a class="proof" href="/p">' in html
    assert "sealed 18,412" in html
    assert "sealed 0" in html


def test_the_money_bar_shows_figures_in_their_order() -> None:
    budget = SimpleNamespace(
        name="Shop", currency="GBP", authorised_minor=1000, paid_minor=500, owed_minor=0, committed_minor=250
    )
    html = drawn("{% moneybar budget asked=50 href='/b' %}", budget=budget)
    assert re.findall(r"<dt>([^<]*)</dt>", html) == [
        "Paid",
        "Owed",
        "Committed",
        "This request",
        "Free after it",
    ]
    assert "Shop: £5.00 paid, £0.00 owed, £2.50 committed, £0.50 this request, £2.00 free." in html
    assert '<a class="title" href="/b">' in html
    assert "style=" not in html


def test_the_money_bar_over_its_limit() -> None:
    def euros(minor: int) -> Money:
        return Money(minor, "EUR")

    html = drawn("{% moneybar bar %}", bar=MoneyBar("Fair", euros(100), euros(80), euros(40), euros(5)))
    assert "Over the limit" in html
    assert "€0.25" in html


def test_a_reason_beside_a_button() -> None:
    reason = Refusal("not_allowed", "Ask somebody who is %(who)s.", facts={"who": "owner"})
    assert 'id="why"' in drawn("{% refusal r 'why' %}", r=reason)
    assert "Ask somebody who is owner." in drawn("{% refusal r %}", r=reason)
    assert drawn("{% refusal r %}", r=None) == ""


def test_the_pager_names_only_where_one_can_go() -> None:
    html = drawn("{% pager page %}", page=SimpleNamespace(alone=False, next="?after=x", previous=""))
    assert 'href="?after=x"' in html
    assert "Previous" not in html
    assert drawn("{% pager page %}", page=SimpleNamespace(alone=True)) == ""


def test_bars_and_columns_without_content_are_left_out() -> None:
    assert drawn("{% crumbbar %}{% crumbs %} {% endcrumbs %} {% endcrumbbar %}") == ""
    assert "<ol><li>x</li></ol>" in drawn("{% crumbs %}<li>x</li>{% endcrumbs %}")
    assert drawn("{% split %}main{% beside %} {% endsplit %}") == '<div class="cq">main</div>'
    both = drawn("{% split %}{{ a }}{% beside %}aside{% endsplit %}", a="<")
    columns = re.fullmatch(
        r'<div class="split"><div class="cq">(.*)</div><aside aria-label="(.*)">(.*)</aside></div>', both
    )
    assert columns is not None
    assert columns.groups() == ("&lt;", "About this page", "aside")


def test_addresses_of_rooms_that_are_not_there_are_empty() -> None:
    assert drawn("{% url_or 'nowhere' 'gallery' %}") == "/settings/components"
    assert drawn("{% url_or 'nowhere' %}{% url_to 'nowhere' 1 %}") == ""


def test_a_page_says_why_a_form_came_back_that_it_shows_no_more() -> None:
    def came_back() -> Sample:
        form = Sample({"what": "x", "limit": "5", "see": "a"})
        assert form.is_valid()
        form.take(Refusal("decided", "It was decided meanwhile."))
        return form

    page = "{% whole %}{% if here %}{% errors form %}{% endif %}<p>All else.</p>{% endwhole %}"
    for given in ({"form": came_back()}, {"forms": {"decide": came_back()}}):
        gone = drawn(page, **given)
        assert gone.count("It was decided meanwhile.") == 1
        assert gone.index("meanwhile") < gone.index("All else.")
    assert drawn(page, form=came_back(), here=True).count("It was decided meanwhile.") == 1
    assert drawn(page, form=Sample()) == "<p>All else.</p>"
