"""Somebody in front of a page who reads labels and presses buttons, with or without script.

The story is told once and walked twice: by `PlainVisitor`, who has no script and sends forms as any simple
browser would, and by `ChromiumVisitor`, a real headless Chromium.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Locator, Page


class Visitor(ABC):
    """What a person can do on a page. Labels and texts match by their beginning, as people read."""

    @abstractmethod
    def open(self, path: str) -> None:
        """Go to an address; fails when the page is not there."""

    @abstractmethod
    def fill(self, label: str, value: str, nth: int = 0) -> None:
        """Write into the field of this label, or choose its option of this name."""

    @abstractmethod
    def tick(self, label: str) -> None:
        """Tick a box or choose a radio button."""

    @abstractmethod
    def choose(self, question: str, choice: str) -> None:
        """Choose one of the answers below a question."""

    @abstractmethod
    def attach(self, label: str, *files: Path) -> None:
        """Choose files."""

    @abstractmethod
    def press(self, button: str) -> None:
        """Press a button."""

    @abstractmethod
    def follow(self, link: str) -> None:
        """Follow a link by its text."""

    @abstractmethod
    def follow_row(self, *texts: str) -> None:
        """Follow the first link in the first table row that says all of this."""

    @property
    @abstractmethod
    def path(self) -> str:
        """The path of the page at hand."""

    @property
    @abstractmethod
    def text(self) -> str:
        """Everything the page says, with single spaces."""

    @abstractmethod
    def download(self, path: str) -> bytes:
        """The bytes behind an address."""

    @abstractmethod
    def link_matching(self, pattern: str) -> str:
        """The path of the first link whose address matches."""

    def sees(self, *texts: str) -> None:
        """The page says all of this."""
        shown = self.text
        for text in texts:
            assert text in shown, f"{self.path} does not say {text!r}:\n{shown[:3000]}"


def _begins(text: str, words: str) -> bool:
    """Whether the text begins with whole words: "no" does not begin "not known"."""
    return re.match(rf"{re.escape(words)}\b", text) is not None


def _plain(text: str) -> str:
    return " ".join(text.split())


@dataclass
class PlainVisitor(Visitor):
    """A browser without script: Django's test client with forms filled in by their labels."""

    client: Client = field(default_factory=Client)
    here: str = "/"
    soup: BeautifulSoup = field(default_factory=lambda: BeautifulSoup("", "html.parser"))
    written: dict[int, Any] = field(default_factory=dict)

    def open(self, path: str) -> None:
        self._took(self.client.get(path, follow=True), path)

    def _took(self, response: Any, path: str) -> None:
        if response.redirect_chain:
            path = urljoin(path, response.redirect_chain[-1][0])
        self.here = path
        assert response.status_code == 200, f"{path} answered {response.status_code}:\n{self._said(response)}"
        self.soup = BeautifulSoup(response.content, "html.parser")
        self.written = {}

    @staticmethod
    def _said(response: Any) -> str:
        return _plain(BeautifulSoup(response.content, "html.parser").get_text(" "))[:3000]

    @property
    def path(self) -> str:
        return urlsplit(self.here).path

    @property
    def text(self) -> str:
        return _plain(self.soup.get_text(" "))

    def _control(self, label: str, nth: int = 0) -> Tag:
        found = []
        for candidate in self.soup.find_all(["label", "legend"]):
            if _plain(candidate.get_text(" ")).startswith(label):
                target = candidate.get("for")
                control = (
                    self.soup.find(id=target) if target else candidate.find(["input", "select", "textarea"])
                )
                if isinstance(control, Tag):
                    found.append(control)
        found += self.soup.find_all(attrs={"aria-label": re.compile(f"^{re.escape(label)}")})
        assert len(found) > nth, f"{self.path} has no field {label!r}:\n{self.text[:3000]}"
        return found[nth]

    def fill(self, label: str, value: str, nth: int = 0) -> None:
        control = self._control(label, nth)
        if control.name == "select":
            options = [
                tag for tag in control.find_all("option") if _plain(tag.get_text(" ")).startswith(value)
            ]
            assert options, f"{label!r} has no option {value!r}: {_plain(control.get_text(' '))[:500]}"
            value = str(options[0].get("value", ""))
        self.written[id(control)] = value

    def tick(self, label: str) -> None:
        self._on(self._control(label))

    def _on(self, control: Tag) -> None:
        if control.get("type") == "radio":
            for other in self.soup.find_all("input", attrs={"name": control["name"], "type": "radio"}):
                self.written[id(other)] = False
        self.written[id(control)] = True

    def choose(self, question: str, choice: str) -> None:
        for group in self.soup.find_all("fieldset"):
            legend = group.find("legend")
            if legend is not None and _plain(legend.get_text(" ")).startswith(question):
                for label in group.find_all("label"):
                    control = label.find("input")
                    if isinstance(control, Tag) and _begins(_plain(label.get_text(" ")), choice):
                        return self._on(control)
        raise AssertionError(f"{self.path} has no answer {choice!r} to {question!r}:\n{self.text[:3000]}")

    def attach(self, label: str, *files: Path) -> None:
        self.written[id(self._control(label))] = [
            SimpleUploadedFile(file.name, file.read_bytes()) for file in files
        ]

    def press(self, button: str) -> None:
        pressed = [
            tag for tag in self.soup.find_all("button") if _plain(tag.get_text(" ")).startswith(button)
        ]
        assert pressed, f"{self.path} has no button {button!r}:\n{self.text[:3000]}"
        form = pressed[0].find_parent("form") or self.soup.find("form", id=pressed[0].get("form"))
        assert isinstance(form, Tag), f"the button {button!r} belongs to no form"
        assert not pressed[0].has_attr("disabled"), (
            f"the button {button!r} cannot be pressed: {self.text[:2000]}"
        )
        data = self._data(form)
        if pressed[0].get("name"):
            data.setdefault(str(pressed[0]["name"]), []).append(str(pressed[0].get("value", "")))
        target = urljoin(self.here, str(pressed[0].get("formaction") or form.get("action") or self.here))
        if str(form.get("method", "get")).lower() == "get":
            self._took(self.client.get(target, data, follow=True), target)
        else:
            self._took(self.client.post(target, data, follow=True), target)

    def _data(self, form: Tag) -> dict[str, list[Any]]:
        data: dict[str, list[Any]] = {}
        for control in form.find_all(["input", "select", "textarea"]):
            name = str(control.get("name", ""))
            if name and not control.has_attr("disabled"):
                data.setdefault(name, []).extend(self._values(control))
        return {name: values for name, values in data.items() if values}

    def _values(self, control: Tag) -> list[Any]:
        kind = str(control.get("type", control.name))
        written = self.written.get(id(control))
        if kind in {"submit", "button", "image", "reset"}:
            return []
        if kind in {"checkbox", "radio"}:
            on = written if written is not None else control.has_attr("checked")
            return [str(control.get("value", "on"))] if on else []
        if kind == "file":
            return written or []
        if written is not None:
            return [written]
        if control.name == "select":
            chosen = control.find_all("option", selected=True) or control.find_all("option")[:1]
            return [str(tag.get("value", "")) for tag in chosen]
        return [control.get_text() if control.name == "textarea" else str(control.get("value", ""))]

    def follow(self, link: str) -> None:
        found = [tag for tag in self.soup.find_all("a") if _plain(tag.get_text(" ")).startswith(link)]
        assert found, f"{self.path} has no link {link!r}:\n{self.text[:3000]}"
        self.open(urljoin(self.here, str(found[0]["href"])))

    def follow_row(self, *texts: str) -> None:
        rows = [
            row
            for row in self.soup.find_all("tr")
            if all(text in _plain(row.get_text(" ")) for text in texts)
        ]
        assert rows, f"{self.path} has no row with {texts}:\n{self.text[:3000]}"
        link = rows[0].find("a")
        assert isinstance(link, Tag), f"the row with {texts} has no link"
        self.open(urljoin(self.here, str(link["href"])))

    def link_matching(self, pattern: str) -> str:
        found = [str(tag["href"]) for tag in self.soup.find_all("a", href=re.compile(pattern))]
        assert found, f"{self.path} has no link like {pattern!r}"
        return urlsplit(found[0]).path

    def download(self, path: str) -> bytes:
        response = self.client.get(path)
        assert response.status_code == 200, f"{path} answered {response.status_code}"
        return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined, arg-type]


SENDS_FILES = """button => Boolean(button.form?.matches("[data-upload]")
    && [...button.form.querySelectorAll("input[type=file]")].some((input) => input.files.length))"""


@dataclass
class ChromiumVisitor(Visitor):
    """A real browser window. `looked` is called on each page that was come to, once."""

    page: Page
    looked: Callable[[Page], None] = lambda page: None

    def open(self, path: str) -> None:
        response = self.page.goto(path)
        assert response is not None and response.status == 200, f"{path}: {response and response.status}"
        self.looked(self.page)

    def fill(self, label: str, value: str, nth: int = 0) -> None:
        control = self._unfolded(label, nth)
        if control.evaluate("element => element.tagName") == "SELECT":
            wanted = control.locator("option").filter(has_text=re.compile(f"^\\s*{re.escape(value)}")).first
            control.select_option(wanted.get_attribute("value"))
        else:
            control.fill(value)

    def tick(self, label: str) -> None:
        self._unfolded(label).check()

    def _unfolded(self, label: str, nth: int = 0) -> Locator:
        """The field of this label; what it is folded away in is opened first, as its reader would."""
        control = self.page.get_by_label(re.compile(f"^{re.escape(label)}")).nth(nth)
        folds = control.locator("xpath=ancestor::details[not(@open)]")
        while folds.count():
            folds.first.locator("> summary").click()
        return control

    def choose(self, question: str, choice: str) -> None:
        group = self.page.get_by_role("group", name=re.compile(f"^{re.escape(question)}"))
        group.first.get_by_label(re.compile(rf"^{re.escape(choice)}\b")).first.check()

    def attach(self, label: str, *files: Path) -> None:
        self.page.get_by_label(re.compile(f"^{re.escape(label)}")).first.set_input_files(list(files))

    def press(self, button: str) -> None:
        named = self.page.get_by_role("button", name=re.compile(f"^{re.escape(button)}"))
        pressed = named.filter(visible=True).first
        if pressed.evaluate(SENDS_FILES):
            # The script sends them and shows the answer: the page changes, the address need not.
            before = pressed.element_handle()
            pressed.click()
            before.wait_for_element_state("hidden")
        else:
            with self.page.expect_navigation(wait_until="load"):
                pressed.click()
        self.looked(self.page)

    def follow(self, link: str) -> None:
        named = self.page.get_by_role("link", name=re.compile(f"^{re.escape(link)}"))
        with self.page.expect_navigation(wait_until="load"):
            named.filter(visible=True).first.click()
        self.looked(self.page)

    def follow_row(self, *texts: str) -> None:
        row = self.page.locator("tr")
        for text in texts:
            row = row.filter(has_text=text)
        with self.page.expect_navigation(wait_until="load"):
            row.first.get_by_role("link").first.click()
        self.looked(self.page)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        return _plain(self.page.locator("body").inner_text())

    def link_matching(self, pattern: str) -> str:
        addresses = self.page.locator("a[href]").evaluate_all("all => all.map(one => one.href)")
        found = [address for address in addresses if re.search(pattern, address)]
        assert found, f"{self.path} has no link like {pattern!r}"
        return urlsplit(found[0]).path

    def download(self, path: str) -> bytes:
        response = self.page.request.get(path)
        assert response.status == 200, f"{path} answered {response.status}"
        return response.body()
