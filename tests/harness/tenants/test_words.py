"""The words of one organisation turn up nowhere in the other: pages, files, mails, lists, errors."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdf
import pytest
from django.urls import reverse

from outtask.api import limits
from outtask.messages.rendering import render as render_mail
from outtask.models import Mail
from tests.harness.tenants.browsing import links_of
from tests.harness.tenants.operations import operations
from tests.harness.tenants.parties import PARTIES, Answer, Party, ask, party
from tests.harness.tenants.planting import WORDS, word
from tests.harness.tenants.town import FOREIGN, OWN, Town

pytestmark = pytest.mark.django_db

MOST_PAGES = 100
OF_PEOPLE = {"Person": ("name", "email"), "Organisation": ("name", "identifier"), "Blob": ("content",)}
OF_JSON = {
    "Brief": ("criteria",),
    "Milestone": ("criteria",),
    "Proposal": ("milestones",),
    "Check": ("params",),
}
# Whole words, longest first: three letters alone turn up in keys that are made of chance.
PLANTED = re.compile(
    "|".join(
        sorted(
            {
                word(tag, model, column)
                for tag in (OWN, FOREIGN)
                for planted in (WORDS, OF_PEOPLE, OF_JSON)
                for model, columns in planted.items()
                for column in columns
            },
            key=len,
            reverse=True,
        )
    )
)
LISTS = (
    "home", "outtasks", "providers", "processes", "budgets", "requests", "invoices", "imports", "reports",
    "members", "settings", "outbox", "work", "organisation", "account",
)  # fmt: skip


@dataclass
class Crawler:
    """Follows every link a party meets and keeps which planted words it read, and where."""

    who: Party
    read: dict[str, set[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    shapes: dict[str, int] = field(default_factory=dict)

    def take(self, where: str, text: str) -> None:
        for found in PLANTED.findall(text.lower()):
            self.read.setdefault(found, set()).add(where)

    def open(self, path: str, **more: object) -> Answer:
        answer = ask(self.who, "GET", path, **more)
        for text in texts_in(answer):
            self.take(path, text)
        self.take(path, "\n".join(answer.headers.values()))
        return answer

    def crawl(self, *starts: str) -> None:
        """Breadth first; of addresses that differ in a number or an id alone, a few."""
        waiting = list(starts)
        while waiting and len(self.seen) < MOST_PAGES:
            path = waiting.pop(0)
            shape = re.sub(r"[0-9a-f-]{30,}|[A-Z]{2}-\d\d-\d+-\w|\d+|[?].*", "#", path)
            if path in self.seen or self.shapes.get(shape, 0) >= 2 or "/account/" in path:
                continue
            self.seen.add(path)
            self.shapes[shape] = self.shapes.get(shape, 0) + 1
            answer = self.open(path)
            if "html" in answer.headers.get("Content-Type", ""):
                waiting += sorted(links_of(answer.text, path))

    def words(self, tag: str) -> dict[str, set[str]]:
        return {found: where for found, where in self.read.items() if found.startswith(tag)}


def texts_in(answer: Answer) -> Iterator[str]:
    """Everything that can be read in an answer: of archives and papers, what is inside."""
    kind = answer.headers.get("Content-Type", "")
    if "zip" in kind:
        yield from _unpacked(answer.body)
    elif "pdf" in kind:
        yield "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.body)).pages)
    else:
        yield answer.text


def _unpacked(body: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            yield name
            yield archive.read(name).decode("utf-8", "replace")


def starts(town: Town, who: Party) -> list[str]:
    """Where a party begins: its lists, or the page behind its link."""
    things = (town.foreign if who.foreign else town.own).things
    if who.is_member:
        pages = [reverse(name) for name in LISTS]
        pages += [f"/out-tasks/{things[name]}" for name in ("delivering", "returned", "offering", "asking")]
        return [*pages, f"/out-tasks/{things['delivering']}/agreement.pdf"]
    own = {"guest link": "decide_token", "own provider": "deliver_token", "foreign provider": "deliver_token"}
    found = [f"/track/{things['tracking']}", f"/invitations/{things['invitation_token']}"]
    if who.name in own:
        base = f"/l/{things[own[who.name]]}"
        found += [base, f"{base}/agreement.pdf", f"{base}/proofs", f"{base}/checkpoint"]
    return found


def searches(tag: str) -> Iterator[str]:
    """Every planted word, sought without its first letter: pages repeat what is sought."""
    for model, columns in WORDS.items():
        for column in columns:
            sought = word(tag, model, column)[1:]
            yield f"/search?q={sought}"
    for model, page, name in (
        ("Provider", "/providers", "q"), ("Process", "/processes", "text"), ("OutTask", "/out-tasks", "q"),
    ):  # fmt: skip
        yield f"{page}?{name}={word(tag, model, 'name' if model != 'OutTask' else 'title')[1:]}"


@pytest.mark.parametrize("name", PARTIES)
def test_no_page_tells_anything_of_the_other_organisation(town: Town, name: str) -> None:
    who = party(town, name)
    crawler = Crawler(who)
    crawler.crawl(*starts(town, who))
    theirs, mine = (OWN, FOREIGN) if who.foreign else (FOREIGN, OWN)
    if who.is_member:
        for path in searches(theirs):
            crawler.open(path)
    for path in errors(town, theirs):
        crawler.open(path)
    assert crawler.words(theirs) == {}
    # The same reading finds what is their own, so it can find.
    assert len(crawler.words(mine)) >= (25 if name == "admin" else 8 if who.is_member else 1)


def errors(town: Town, tag: str) -> list[str]:
    """Addresses of the other organisation's things: what is told of them is told to everybody."""
    things = (town.own if tag == OWN else town.foreign).things
    return [
        *(f"/out-tasks/{things[name]}" for name in ("delivering", "asking", "returned")),
        f"/requests/{things['request']}",
        f"/files/{things['file']}/part-2.csv",
        f"/invoices/{things['invoice']}",
        f"/providers/{things['provider']}",
        f"/processes/{things['process']}",
    ]


@pytest.mark.parametrize("name", ["admin", "requester", "foreign admin", "program token", "foreign provider"])
def test_no_answer_of_the_api_tells_anything_of_the_other_organisation(
    town: Town, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_MINUTE", 10**9)
    who = party(town, name)
    crawler, headers = Crawler(who), {"Authorization": f"Bearer {who.bearer}"}
    theirs, mine = (OWN, FOREIGN) if who.foreign else (FOREIGN, OWN)
    for operation in operations(town, party(town, "admin"))[0]:
        if operation.reads and not operation.path.endswith("/search"):
            for whose in ("own", "foreign"):
                path = operation.address(town.things[whose], {})
                crawler.open(path, headers=headers)
                if not operation.things:
                    crawler.open(f"{path}?limit=200", headers=headers)
    for path in searches(theirs):
        crawler.open(path.replace("/search", "/api/v1/search"), headers=headers)
    assert crawler.words(theirs) == {}
    assert len(crawler.words(mine)) >= {"admin": 25, "foreign admin": 25, "requester": 8}.get(name, 1)


def test_no_mail_tells_anything_of_the_other_organisation(town: Town) -> None:
    for side, theirs, mine in ((town.own, FOREIGN, OWN), (town.foreign, OWN, FOREIGN)):
        told = ""
        for mail in Mail.objects.filter(organisation=side.world.organisation):
            made = render_mail(mail)
            told += "\n".join((mail.to_email, made.subject, made.text, made.html, json.dumps(made.headers)))
        met = set(PLANTED.findall(told.lower()))
        assert len({found for found in met if found.startswith(mine)}) >= 5
        assert {found for found in met if found.startswith(theirs)} == set()


def test_every_word_is_somewhere_to_be_found(town: Town) -> None:
    """Words that nobody could read would prove nothing: most of them are met on pages of their own."""
    owner = party(town, "admin")
    crawler = Crawler(owner)
    crawler.crawl(*starts(town, owner))
    columns = {word(OWN, model, column) for model, names in WORDS.items() for column in names}
    met = columns & set(crawler.read)
    assert len(met) >= len(columns) // 2, sorted(columns - met)
