"""Parts of a page that are the same for all who share a few words: made once, not at each request."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django import template
from django.template import Engine
from django.template.base import FilterExpression, NodeList, Parser, Template, Token, token_kwargs
from django.utils.safestring import SafeString
from django.utils.translation import get_language

KEPT = 500
"""How many makings of one part are kept in a process."""
PLAIN = frozenset({str, bool, type(None)})


def parsed(parser: Parser, token: Token) -> Alike:
    """`{% alike here=here person=member.name %}…{% endalike %}`.

    Inside nothing is known but these values: what somebody forgets to name is absent there, and never
    somebody else's. Raises TypeError when rendered with a value that is not a plain text, a truth or nothing.
    """
    bits = token.split_contents()[1:]
    values = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError("alike takes only name=value.")
    inside = parser.parse(("endalike",))
    parser.delete_first_token()
    return Alike(values, inside)


class Alike(template.Node):
    child_nodelists = ("inside",)

    def __init__(self, values: Mapping[str, FilterExpression], inside: NodeList) -> None:
        self.values, self.inside = values, inside
        self._made = lru_cache(maxsize=KEPT)(self._make)

    def render(self, context: template.Context) -> SafeString:
        values = tuple((name, value.resolve(context)) for name, value in self.values.items())
        if strange := [name for name, value in values if type(value) not in PLAIN]:
            raise TypeError(f"alike: {', '.join(strange)} is no plain text, truth or nothing.")
        assert context.template is not None, "a part is rendered within its page"
        # Which page it is a part of makes no difference: that is not among the values.
        return self._made(get_language(), context.template.engine, values)

    def _make(
        self, language: str | None, engine: Engine, values: tuple[tuple[str, str | bool | None], ...]
    ) -> SafeString:
        alone = template.Context(dict(values))
        with alone.bind_template(Template("", engine=engine)):
            return self.inside.render(alone)
