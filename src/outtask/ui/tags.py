"""Template tags and filters of the components; loaded in every template.

One component, one tag: pages say what they show, the look stands in `templates/components/`.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.outtasks.states import Holder, Stage
from outtask.ui import alike, formats
from outtask.ui.bars import MoneyBar
from outtask.ui.charts import Chart
from outtask.ui.forms import Row, trouble
from outtask.ui.navigation import Place, entries, place_of
from outtask.ui.words import HOLDER_NAMES, PROVIDER_ICONS, STAGE_NAMES

register = template.Library()

POINTING = frozenset({"arrow", "chev", "back", "send"})
"""Icons that point along the reading direction and mirror with it."""

register.filter("number", formats.number)
register.filter("say", formats.say)
register.filter("told", formats.told)


@register.simple_tag
@cache
def icon(name: str, extra: str = "") -> SafeString:
    """`{% icon "check" %}`: decoration beside words, never alone."""
    marked = "flip" if name in POINTING else "mark" if name == "mark" else ""
    classes = " ".join(filter(None, ("i", marked, extra)))
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', classes, static("icons.svg"), name
    )


@register.filter
def day(value: date | datetime | None) -> str:
    """`Thu 26 Nov`; empty for None."""
    return formats.day(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """`Tue 24 Nov, 09:12` in the reader's zone; empty for None."""
    return formats.moment(value) if value else ""


@register.simple_tag
def when(value: date | datetime) -> SafeString:
    """A `time` element: a day, or a moment, that programs can read too."""
    text = formats.moment(value) if isinstance(value, datetime) else formats.day(value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.filter(name="money")
def money_filter(amount: Money | None) -> str:
    """`£1,140.00`; empty for None."""
    return formats.money(amount) if amount is not None else ""


@register.simple_tag(name="money")
def money_tag(minor: int | None, currency: str) -> str:
    """`{% money outtask.amount_minor outtask.currency %}`; empty while there is no amount."""
    return formats.money(Money(minor, currency)) if minor is not None and currency else ""


@register.simple_tag
def badge(tone: str, name: str, text: Any) -> SafeString:
    """`{% badge "warn" "alert" "Watch" %}`; tone: "", now, ok, warn, bad, back."""
    return format_html('<span class="badge {}">{}{}</span>', tone, icon(name), text)


@register.simple_tag
def providericon(kind: str) -> SafeString:
    """The icon of a person, firm, program or agent."""
    return icon(PROVIDER_ICONS.get(kind, "firm"))


@register.simple_tag
def life(line: Any, label: str = "") -> str:
    """The life line of one out-task, as `lifecycle.lifeline.line_of` gives it."""
    return render_to_string("components/life.html", {"line": line, "label": label, "names": STAGE_NAMES})


@register.simple_tag
def lifemini(outtask: Any) -> SafeString:
    """The short life line for a table row; of an out-task or of a stage."""
    return _lifemini(Stage(getattr(outtask, "stage", outtask)), get_language())


@cache
def _lifemini(stage: Stage, language: str | None) -> SafeString:
    place = list(Stage).index(stage) + 1
    said = gettext(", stage %(place)d of 9") % {"place": place}
    return format_html(
        '<span class="life-mini" data-at="{}">{}<span class="vh">{}</span></span>',
        place, gettext(STAGE_NAMES[stage]), said,
    )  # fmt: skip


@register.filter
def stagename(stage: str) -> str:
    """`Take back` for `take_back`."""
    return gettext(STAGE_NAMES[Stage(stage)])


@register.filter
def holdername(holder: str) -> str:
    """`With the provider`: who must move next."""
    return gettext(HOLDER_NAMES[Holder(holder)])


@register.simple_tag
def moneybar(budget: Any, **more: Any) -> str:
    """A budget's bar: paid, owed, committed, free. Takes a `bars.MoneyBar` or anything with a budget's sums.

    more: `asked` (minor units of a request), `href`, `mark` (percent) and `told` (who is told at the mark).
    """
    bar = budget if isinstance(budget, MoneyBar) else MoneyBar.of(budget, **more)
    return render_to_string("components/moneybar.html", {"bar": bar, "id": f"b{new_id().hex[-12:]}"})


@register.simple_tag
def timeline(rows: Any) -> str:
    """What happened, latest first: rows like `timeline.Happening`."""
    rows = list(rows)
    latest = next((row for row in rows if not row.coming), None)
    return render_to_string("components/timeline.html", {"rows": rows, "latest": latest})


@register.simple_tag
def pager(page: Any) -> str:
    """Links to the next and the previous page of `paging.Page`; nothing when there is one page."""
    return "" if page.alone else render_to_string("components/pager.html", {"page": page})


@register.simple_tag
def refusal(reason: Refusal | None, id: str = "") -> str:
    """Why a button is off, to stand right after it; nothing when nothing is in the way.

    Give an `id` and name it in the button's `aria-describedby`.
    """
    return render_to_string("components/refusal.html", {"refusal": reason, "id": id}) if reason else ""


@register.simple_tag
def key(form: BaseForm | None = None) -> SafeString:
    """The hidden idempotency key of a form, or of a bare button's form when there is none."""
    name, value = "key", str(new_id())
    if form is not None:
        bound = form["key"]
        name, value = bound.html_name, str(bound.value() or value)
    return format_html('<input type="hidden" name="{}" value="{}">', name, value)


@register.simple_tag
def field(bound: BoundField, **options: Any) -> str:
    """A labelled control with hint and error.

    options: `wide` (full width), `quiet` (label for screen readers only), `hint` (instead of the field's),
    `size` (`big`, `short`), `rows` of a text area.
    """
    widget = bound.field.widget
    if "rows" in options:
        widget.attrs["rows"] = options["rows"]
    if "size" in options:
        widget.attrs["class"] = f"{widget.attrs.get('class', 'input')} {options['size']}"
    if "hint" in options:
        bound.help_text = bound.field.help_text = options["hint"]
    kind = type(widget).__name__
    return render_to_string("components/field.html", {"field": bound, "kind": kind, **options})


@register.simple_tag
def fields(form: BaseForm) -> SafeString:
    """Every visible field of a form in its order, after its hidden ones."""
    hidden = [str(key(form)) if bound.name == "key" else str(bound) for bound in form.hidden_fields()]
    return mark_safe("".join(hidden + [str(field(bound)) for bound in form.visible_fields()]))


@register.simple_tag
def errors(*forms: BaseForm | BaseFormSet[Any]) -> str:
    """The summary on top of forms that came back; nothing when all is well."""
    found = [line for form in forms if form.is_bound for line in trouble(form)]
    for form in forms:
        form.told = True  # type: ignore[union-attr]  # read by `whole`
    return render_to_string("components/errors.html", {"found": found}) if found else ""


@register.simple_block_tag(takes_context=True)
def whole(context: template.Context, content: str) -> SafeString:
    """The content of a page, and before it why a form came back that the page shows no more.

    Somebody else may have acted in between, and then the form is gone when its refusal comes.
    """
    given: list[Any] = list(context.flatten().values())
    given += [form for forms in given if isinstance(forms, dict) for form in forms.values()]
    untold = [form for form in given if isinstance(form, Row) and not form.told]
    return mark_safe(errors(*untold) + content)


@register.simple_tag
def chart(drawing: Chart) -> str:
    """A chart of `charts.line` or `charts.bars`, with its table."""
    return render_to_string("components/chart.html", {"chart": drawing, "id": f"c{new_id().hex[-12:]}"})


@register.simple_tag
def spark(drawing: Any) -> str:
    """A small line inside a sentence, from `charts.spark`."""
    return render_to_string("components/spark.html", {"spark": drawing})


@register.simple_tag(takes_context=True)
def whereabouts(context: template.Context) -> str:
    """The place of the top bar that the page is in: the name of its page; empty outside of all."""
    return place_of(context["request"].path)


@register.simple_tag
def nav(here: str = "") -> list[Place]:
    """The links of the top bar that exist, `here` marked; `{% nav here as links %}`."""
    return entries(here)


register.tag("alike", alike.parsed)


@register.simple_tag
def url_or(*names: str) -> str:
    """The first of the named pages that exists; `#` never: empty when none does."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


@register.simple_tag
@lru_cache(maxsize=10_000)
def url_to(name: str, *args: Any) -> str:
    """The address of a page, or empty when no room brings it; lists name the same pages again and again."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.filter
def initials(name: str) -> str:
    """`IV` for Imke Vos."""
    words = name.split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


@register.filter
def plain(value: float) -> str:
    """A number as SVG wants it, in any locale: `53.44`."""
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


@register.simple_block_tag(end_name="endcrumbs")
def crumbs(content: str) -> str:
    """The way up, as list items; left out when there is none."""
    if not content.strip():
        return ""
    label = gettext("Breadcrumb")
    return format_html('<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>', label, mark_safe(content))


@register.simple_block_tag(end_name="endcrumbbar")
def crumbbar(content: str) -> str:
    """The bar that stays on top; left out when a page puts nothing into it."""
    if not content.strip():
        return ""
    label = gettext("Where you are")
    return format_html('<section class="crumbbar" aria-label="{}">{}</section>', label, mark_safe(content))


@register.tag
def split(parser: template.base.Parser, token: template.base.Token) -> Split:
    """`{% split %}main{% beside %}aside{% endsplit %}`: two columns when the second has content."""
    main = parser.parse(("beside",))
    parser.delete_first_token()
    aside = parser.parse(("endsplit",))
    parser.delete_first_token()
    return Split(main, aside)


class Split(template.Node):
    def __init__(self, main: template.NodeList, aside: template.NodeList) -> None:
        self.main, self.aside = main, aside

    def render(self, context: template.Context) -> SafeString:
        main, aside = self.main.render(context), self.aside.render(context)
        if not aside.strip():
            return format_html('<div class="cq">{}</div>', main)
        about = gettext("About this page")
        return format_html(
            '<div class="split"><div class="cq">{}</div><aside aria-label="{}">{}</aside></div>',
            main,
            about,
            aside,
        )
