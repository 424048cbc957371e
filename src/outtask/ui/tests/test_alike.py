"""What is alike for many is made once, and knows nothing but what was named for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError

from outtask.ui import alike

MADE: list[object] = []


class Telling:
    """A value that tells when it is looked at, as a lazy member of a request would be."""

    def __init__(self, name: str) -> None:
        self.plain = name

    @property
    def name(self) -> str:
        MADE.append(self.plain)
        return self.plain


@pytest.fixture(autouse=True)
def unmade() -> None:
    MADE.clear()


def test_each_set_of_values_is_made_once_in_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Template(
        '{% alike name=who.plain %}{% translate "Home" %} <b>{{ name }}</b> {% icon "check" %}{% endalike %}'
    )
    node: Any = page.nodelist[0]
    said = [page.render(Context({"who": SimpleNamespace(plain=name)})) for name in ("A&B", "C", "A&B")]
    assert said[0] == said[2] != said[1] and "<b>A&amp;B</b>" in said[0] and "#i-check" in said[0]
    assert node._made.cache_info().misses == 2
    monkeypatch.setattr(alike, "get_language", lambda: "de")  # English alone ships so far
    page.render(Context({"who": SimpleNamespace(plain="C")}))
    assert node._made.cache_info().misses == 3


def test_what_was_not_named_is_absent_never_somebody_elses() -> None:
    page = Template("{% alike name=who.plain %}{{ name }}{{ who.name }}{{ request }}{% endalike %}")
    assert page.render(Context({"who": Telling("Imke"), "request": "theirs"})) == "Imke"
    assert page.render(Context({"who": Telling("Joseph"), "request": "ours"})) == "Joseph"
    assert MADE == []


def test_only_plain_values_tell_makings_apart() -> None:
    page = Template("{% alike one=one two=two %}{{ one }}{% if two %}!{% endif %}{% endalike %}")
    assert [page.render(Context({"one": "a", "two": two})) for two in (True, False, None)] == ["a!", "a", "a"]
    with pytest.raises(TypeError, match="alike: one, two is no plain text"):
        page.render(Context({"one": [1], "two": Telling("x")}))
    for wrong in ("{% alike one %}{% endalike %}", "{% alike one=two|nothing %}{% endalike %}"):
        with pytest.raises(TemplateSyntaxError):
            Template(wrong)


def test_pages_share_what_is_alike() -> None:
    part = Template("{% alike one=one %}{{ one }}{% endalike %}")
    pages = [Template("{% include part %}!"), Template("{% include part %}?")]
    assert [page.render(Context({"part": part, "one": "a"})) for page in pages] == ["a!", "a?"]
    node: Any = part.nodelist[0]
    assert node._made.cache_info()[:2] == (1, 1)


def test_no_more_is_kept_than_said() -> None:
    page = Template("{% alike one=one %}{{ one }}{% endalike %}")
    for number in range(alike.KEPT + 5):
        page.render(Context({"one": str(number)}))
    node: Any = page.nodelist[0]
    assert node._made.cache_info().currsize == alike.KEPT
