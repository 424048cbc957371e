"""Reading forms as a browser does, to send them filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass
class Typed:
    """A form of a page: where it goes, how, and what it holds."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Typed] = []
        self.inside: Typed | None = None
        self.select = self.area = ""
        self.first = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urlsplit(urljoin(self.address, given.get("action") or self.address)).path
            self.inside = Typed(action, given.get("method", "get").lower())
            self.forms.append(self.inside)
        elif self.inside is not None:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        assert self.inside is not None
        name, value = given.get("name", ""), given.get("value", "")
        if name:
            self.inside.names.add(name)
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind in {"checkbox", "radio"}:
                if "checked" in given:
                    self._put(name, value or "on")
            elif kind not in {"file", "submit"}:
                self._put(name, value)
        elif tag == "select":
            self.select, self.first = name, ""
        elif tag == "option" and self.select:
            self.first = self.first or value
            if "selected" in given:
                self._put(self.select, value)
        elif tag == "textarea":
            self.area = name
            self._put(name, "")

    def _put(self, name: str, value: str) -> None:
        assert self.inside is not None
        self.inside.values.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self.area and self.inside is not None:
            self.inside.values[self.area][-1] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "select" and self.select:
            if self.inside is not None and self.select not in self.inside.values and self.first:
                self._put(self.select, self.first)
            self.select = ""
        elif tag == "form":
            self.inside = None


def forms_of(page: str, address: str) -> list[Typed]:
    """Every form of a page that was got from `address`."""
    reader = _Reader(address)
    reader.feed(page)
    return reader.forms


def links_of(page: str, address: str) -> set[str]:
    """Where the links of a page lead on the same site, with their query."""
    found: set[str] = set()

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            href = dict(attrs).get("href")
            if tag == "a" and href and not href.startswith(("#", "mailto:", "http")):
                parts = urlsplit(urljoin(address, href))
                found.add(parts.path + (f"?{parts.query}" if parts.query else ""))

    Links().feed(page)
    return found
