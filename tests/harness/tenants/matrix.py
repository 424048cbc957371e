"""What must come back from a page: by who asks, what the address names, and what the row says. Nothing of it
is recorded from an earlier run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse

from outtask.people.roles import ROLES, Right
from outtask.people.states import Role
from tests.harness.tenants.browsing import Typed, forms_of
from tests.harness.tenants.parties import Answer, Party, ask, same_again
from tests.harness.tenants.routes import BOUND, ROUTES, Door, Post, Row
from tests.harness.tenants.town import Town

WHOSE = ("own", "colleague", "foreign", "deleted", "absent")
WHOSE_ELSE = tuple(whose for whose in WHOSE if whose != "colleague")
SPOKEN = "Your role does not allow this"
# Numbers of entries and of milestones are counted in each organisation: they name nothing by themselves.
COUNTED = frozenset({"seq", "milestone", "file_name", "archive_name"})


@dataclass(frozen=True)
class Asked:
    """An address, whose things it names, and the same with things that never were."""

    path: str
    whose: str
    names: tuple[str, ...]
    absent: str
    absent_names: tuple[str, ...]


def addresses(town: Town, name: str, row: Row, colleagues: bool = False) -> Iterator[Asked]:
    """The address with the things of everybody; with two things, also each of ours beside one of theirs.

    colleagues: also with what stands under a colleague's name, which matters to requesters alone.
    """
    naming = [part for part, thing in row.parts.items() if not thing.startswith("literal:")]
    identifying = [part for part in naming if row.parts[part] not in COUNTED]
    if not naming:
        yield _asked(town, name, row, {}, "own")
        return
    everybody = WHOSE if colleagues and BOUND.intersection(row.parts.values()) else WHOSE_ELSE
    for whose in everybody if identifying else ("own", "absent"):
        yield _asked(town, name, row, dict.fromkeys(naming, whose), whose)
    if len(identifying) > 1 and row.door is not Door.LINK:
        for part in identifying:
            mixed = dict.fromkeys(naming, "own") | {part: "foreign"}
            yield _asked(town, name, row, mixed, "mixed")


def _asked(town: Town, name: str, row: Row, whose: Mapping[str, str], as_whose: str) -> Asked:
    lost = {part: "absent" if one == "foreign" or as_whose != "mixed" else one for part, one in whose.items()}
    found, path = _path(town, name, row, whose)
    absent_found, absent = _path(town, name, row, lost)
    return Asked(path, as_whose, found, absent, absent_found)


def _path(town: Town, name: str, row: Row, whose: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    values = {
        part: thing.removeprefix("literal:")
        if thing.startswith("literal:")
        else town.things[whose[part]][thing]
        for part, thing in row.parts.items()
    }
    named = tuple(values[part] for part in whose if row.parts[part] not in COUNTED)
    return named, reverse(name, kwargs=values) + row.query


@dataclass
class Judge:
    """Asks everything of one party and keeps what was not as it must be."""

    town: Town
    party: Party
    wrong: list[str] = field(default_factory=list)
    cells: int = 0
    served: set[str] = field(default_factory=set)
    never: dict[tuple[str, str], Any] = field(default_factory=dict)

    def lacks(self, right: Right | None) -> bool:
        return right is not None and Role(self.party.role) not in ROLES[right]

    def sees(self, row: Row, whose: str) -> bool:
        """Whether what the address names exists for the party."""
        if all(thing in COUNTED or thing.startswith("literal:") for thing in row.parts.values()):
            return whose == "own"
        if whose == "colleague" and self.party.role == "requester":
            return not BOUND.intersection(row.parts.values())
        return whose in ({"foreign"} if self.party.foreign else {"own", "colleague"})

    def say(self, name: str, method: str, asked: Asked, answer: Answer, problem: str) -> None:
        told = f"{answer.status}, {answer.rows} rows: {problem}"
        self.wrong.append(f"{self.party.name}: {method} {name} ({asked.whose}): {told}")

    # ---- looking ----

    def look(self, name: str, row: Row, asked: Asked) -> Answer:
        """GET and HEAD of one address."""
        answer = ask(self.party, "GET", asked.path)
        self.cells += 1
        for problem in self._wrong_with(name, row, asked, answer):
            self.say(name, "GET", asked, answer, problem)
        if asked.whose not in {"own", "foreign"}:
            return answer
        head = ask(self.party, "HEAD", asked.path)
        self.cells += 1
        if head.status != answer.status or head.body or head.rows:
            self.say(name, "HEAD", asked, head, f"GET gave {answer.status}")
        return answer

    def _wrong_with(self, name: str, row: Row, asked: Asked, answer: Answer) -> Iterator[str]:
        if answer.status >= 500 and row.door is not Door.WATCHER:
            yield "broke"
        recorded = name == "file" and answer.status == 200  # a download is told in the journal
        if answer.rows and not recorded:
            yield "looking wrote"
        if not row.reads:
            if answer.status not in {405, *(() if self.party.is_member else (302,))}:
                yield "it only acts, so 405"
            return
        if row.door is Door.MEMBER:
            yield from self._member_page(row, asked, answer)
        elif row.door is Door.LINK:
            yield from self._link_page(row, asked, answer)
        else:
            nothing = name == "track-code" and asked.whose in {"deleted", "absent"}
            allowed = {404} if nothing else row.usual | ({302} if row.door is Door.SIGNED_IN else set())
            if answer.status not in allowed:
                yield f"not one of {sorted(allowed)}"

    def _member_page(self, row: Row, asked: Asked, answer: Answer) -> Iterator[str]:
        if not self.party.is_member:
            if answer.status != 302 or not answer.headers["Location"].startswith("/account/login/"):
                yield "whoever is no member signs in first"
            return
        if not self.sees(row, asked.whose):
            if answer.status != 404 and not (answer.status == 403 and self.lacks(row.get)):
                yield "what is not theirs is not there"
            return
        if self.lacks(row.get):
            if answer.status != 403 or SPOKEN not in answer.text:
                yield "a role without the right is refused with the reason"
        elif answer.status not in row.usual:
            yield f"not one of {sorted(row.usual)}"

    def _link_page(self, row: Row, asked: Asked, answer: Answer) -> Iterator[str]:
        there = asked.whose in {"own", "colleague", "foreign"}
        if there and answer.status not in row.usual:
            yield f"a link works for whoever holds it: {sorted(row.usual)}"
        if not there and answer.status != 404:
            yield "no such link"

    # ---- nothing given away ----

    def compare(self, name: str, asked: Asked, answer: Answer, method: str, data: Any = None) -> None:
        """What is not theirs is answered byte for byte as what never was."""
        place = (method, asked.absent)
        if place not in self.never:
            never = ask(self.party, method, asked.absent, data)
            self.never[place] = same_again(never, asked.absent, *asked.absent_names)
        if same_again(answer, asked.path, *asked.names) != self.never[place]:
            self.say(name, method, asked, answer, f"differs from what never was ({self.never[place][0]})")

    # ---- acting ----

    def act(self, name: str, row: Row, asked: Asked, data: Mapping[str, Any]) -> Answer:
        """POST to one address."""
        answer = ask(self.party, "POST", asked.path, dict(data))
        self.cells += 1
        for problem in self._wrong_with_act(row, asked, answer):
            self.say(name, "POST", asked, answer, problem)
        if row.post and answer.status in {200, 302, 303} and answer.rows:
            self.served.add(name)
        return answer

    def _wrong_with_act(self, row: Row, asked: Asked, answer: Answer) -> Iterator[str]:
        if answer.status >= 500:
            yield "broke"
        if row.door is not Door.MEMBER:
            return
        if not self.party.is_member:
            if answer.rows or answer.status not in {302, 405}:
                yield "whoever is no member does nothing"
        elif row.post is None:
            if answer.rows or answer.status not in {403, 404, 405, *row.usual, 422}:
                yield "an address that does not act"
        elif not self.sees(row, asked.whose):
            if answer.rows:
                yield "something was written"
            if answer.status != 404 and SPOKEN not in answer.text:
                yield "what is not theirs is not there"
        elif self.lacks(row.post.right):
            told = SPOKEN in answer.text or not _offers(answer, asked.path)
            if answer.rows or answer.status not in {403, 422} or not told:
                yield "a role without the right is refused with the reason, and nothing is written"
        elif row.post.absent:
            if answer.status != 404 or answer.rows:
                yield "there is nothing to act on"
        elif answer.status == 404 or (row.post.right is not None and SPOKEN in answer.text):
            yield "a role with the right was turned away"

    def other_methods(self, name: str, row: Row, asked: Asked) -> None:
        """Methods that no page has do nothing."""
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = ask(self.party, method, asked.path)
            self.cells += 1
            if answer.status >= 500 or answer.rows:
                self.say(name, method, asked, answer, "a method that no page has")


def _offers(answer: Answer, path: str) -> bool:
    """Whether a page has a form that leads to `path`."""
    return any(form.method == "post" and form.action == path for form in forms_of(answer.text, path))


@dataclass
class Desk:
    """The forms of every page as the owner finds them, to be sent by everybody."""

    town: Town
    owner: Party

    @cached_property
    def filled(self) -> dict[str, dict[str, Any]]:
        """For each address that acts, what to send: what its form holds, and what the row says."""
        return {name: self._fill(name, row, row.post) for name, row in ROUTES.items() if row.post is not None}

    def _fill(self, name: str, row: Row, post: Post) -> dict[str, Any]:
        if not (row.reads or post.at):
            return dict(post.says)
        _names, target = _path(self.town, name, row, dict.fromkeys(_naming(row), "own"))
        at = ROUTES[post.at] if post.at else row
        _names, source = _path(self.town, post.at or name, at, dict.fromkeys(_naming(at), "own"))
        page = ask(self.owner, "GET", source)
        if page.status != 200 or "html" not in page.headers.get("Content-Type", ""):
            return dict(post.says)
        form = _fitting(forms_of(page.text, source), target.partition("?")[0], post)
        values: dict[str, Any] = dict(form.values) if form else {}
        values.pop("csrfmiddlewaretoken", None)
        values.pop("key", None)
        return values | dict(post.says)


def _naming(row: Row) -> list[str]:
    return [part for part, thing in row.parts.items() if not thing.startswith("literal:")]


def _fitting(forms: list[Typed], target: str, post: Post) -> Typed | None:
    """The form of a page that goes to `target` and has everything that will be typed."""
    fitting = [one for one in forms if one.method == "post" and one.action == target]
    wanted = set(post.says) | ({post.marks} if post.marks else set())
    exact = [one for one in fitting if wanted <= one.names]
    return (exact or fitting or [None])[0]  # type: ignore[list-item]
