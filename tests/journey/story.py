"""The story: Harbour Row Books hands out the cleaning of its catalogue, and takes part of it back.

Told by chapters; each is something a user must be able to do. `cast` says who sits in front of which browser.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from tests.journey.visitors import Visitor

PASSWORD = "a lighthouse keeps no secrets"
HERE = Path(__file__).parent / "data"


@dataclass
class Cast:
    """Who takes part.

    window: a fresh browser. settled: lets background work catch up before a page is looked at again.
    today: the day on which the story happens.
    """

    window: Callable[[], Visitor]
    settled: Callable[[], None]
    today: date
    folder: Path
    people: dict[str, Visitor] = field(default_factory=dict)
    reference: str = ""

    def __getitem__(self, name: str) -> Visitor:
        return self.people[name]

    def day(self, ahead: int) -> str:
        return (self.today + timedelta(days=ahead)).isoformat()

    def mail(self, subject: str, to: str) -> str:
        """The link in the latest mail of this subject to this address, found on the outbox page."""
        imke = self.people["imke"]
        self.settled()
        for _ in range(20):
            imke.open("/settings/outbox")
            if subject in imke.text and to in imke.text:
                break
            self.settled()
        imke.sees(subject, to)
        imke.follow_row(subject, to)
        return imke.link_matching(r"/(l|invitations)/[\w-]+$")

    def guest(self, name: str, subject: str, to: str) -> Visitor:
        """A stranger who opens the link of a mail in a browser of their own."""
        path = self.mail(subject, to)
        if name not in self.people:
            self.people[name] = self.window()
        self.people[name].open(path)
        return self.people[name]


def first_run(cast: Cast) -> None:
    imke = cast.people["imke"] = cast.window()
    imke.open("/")
    imke.sees("Begin with Outtask")
    imke.fill("Name of the organisation", "Harbour Row Books")
    imke.fill("Your name", "Imke Vos")
    imke.fill("Your e-mail", "imke@harbourrow.example")
    imke.fill("Password", PASSWORD)
    imke.fill("Currency", "GBP")
    imke.fill("First budget", "12,000.00")
    imke.fill("Time zone", "London")
    imke.press("Create the organisation")
    imke.open("/")
    imke.sees("Harbour Row Books", "Nothing is out yet")


def colleagues(cast: Cast) -> None:
    """Each with a role, a limit and whom they refer to; they join by the link in their mail."""
    imke = cast["imke"]
    for name, email, role, limit in [
        ("Joseph Adeyemi", "joseph@harbourrow.example", "Manager", "1,500.00"),
        ("Roisin Tully", "roisin@harbourrow.example", "Manager", "200.00"),
        ("Dunstan Peel", "dunstan@harbourrow.example", "Finance", ""),
    ]:
        imke.open("/settings/members/new")
        imke.fill("E-mail", email)
        imke.fill("Name", name)
        imke.fill("Role", role)
        imke.fill("Limit for one request", limit)
        imke.fill("Refers to", "Imke Vos")
        imke.press("Send the invitation")
        person = name.split()[0].lower()
        joined = cast.guest(person, "invites you", email)
        joined.fill("Your name", name)
        joined.fill("Password", PASSWORD)
        joined.press("Join Harbour Row Books")
        joined.open("/")
        joined.sees("Nothing needs you")


def decide(cast: Cast) -> None:
    """A process inventory by CSV; again changes nothing; one process judged by the seven steps."""
    imke, joseph = cast["imke"], cast["joseph"]
    for question in ("Import 12 processes?", "Nothing would change"):
        imke.open("/processes/import")
        imke.attach("Choose a CSV file", HERE / "processes.csv")
        imke.press("Look at the file")
        imke.sees(question)
        if question.startswith("Import"):
            imke.press("Import 12 processes")
    joseph.open("/processes?text=Cataloguing")
    joseph.follow_row("Data Cataloguing and Lineage")
    joseph.open(f"{joseph.path}/judgement")
    joseph.fill("Who answers for it?", "Joseph Adeyemi")
    joseph.fill("How often is it done?", "2")
    joseph.fill("How long does it take each time?", "60")
    for question, answer in JUDGED:
        joseph.choose(question, answer)
    joseph.fill("What would handing it out save in a year?", "900")
    joseph.fill("How many of its service levels have a measured value today?", "1")
    joseph.fill("How many service levels shall the provider promise?", "1")
    joseph.fill("How many of them are bound to a baseline?", "1")
    joseph.press("Save the judgement")
    joseph.sees("Hand it out")


JUDGED = [
    ("Does somebody use what it puts out?", "yes"),
    ("Does the same work stand on the list", "no"),
    ("Shall this be looked at for handing out?", "yes"),
    ("How much does it set you apart from others?", "2"),
    ("How well do you do it, next to the best", "A provider does it better"),
    ("How much would change if it were done elsewhere?", "3"),
    ("Does it need authority that may not be delegated?", "no"),
    ("How much does it hang on internal politics?", "1"),
    ("Must it stay inside", "no"),
    ("How regularly does it meet customers", "1"),
    ("Does a contract forbid that others do it?", "no"),
    ("Is a piece of it under way", "no"),
    ("Is it still undecided where this work is going?", "no"),
    ("What is in danger if it is done badly once?", "2"),
    ("How much must one know of your own tools", "2"),
    ("How much must one know of your own business", "2"),
    ("How much good would handing it out do?", "4"),
    ("What happens if it is not handed out?", "4"),
    ("How risky is handing it out?", "2"),
    ("How difficult is the work itself?", "2"),
    ("How much do operation, competitiveness", "2"),
    ("How much of your field must the provider know?", "2"),
]


def source(cast: Cast) -> None:
    """Two required fields; three providers by name and address; they answer by link; one is chosen."""
    joseph = cast["joseph"]
    joseph.follow("Write a brief")
    joseph.fill(
        "What do you want done?", "Clean 4,200 catalogue records\nNo duplicates, page counts, authors."
    )
    joseph.fill("By when?", cast.day(40))
    joseph.fill("What must be true", "The records are in one CSV file")
    joseph.fill("Checked how", "Files are there")
    joseph.fill("Looking for", "1 *.csv")
    joseph.fill("What must be true", "Ten records picked by hand are right", nth=1)
    joseph.press("Keep as draft")
    cast.reference = joseph.path.split("/")[2]
    joseph.fill("Name", "Kestrel Data Ltd")
    joseph.fill("E-mail", "nell@kestrel.example")
    joseph.fill("Is a", "firm")
    joseph.fill("Name", "Marek Solan", nth=1)
    joseph.fill("E-mail", "marek@solan.example", nth=1)
    joseph.fill("Answers by", cast.day(5))
    joseph.press("Send brief")
    for name, email, price, ready in [
        ("nell", "nell@kestrel.example", "1,860.00", 35),
        ("marek", "marek@solan.example", "2,400.00", 39),
    ]:
        guest = cast.guest(name, "asks: Clean 4,200 catalogue records", email)
        guest.sees("Clean 4,200 catalogue records")
        guest.fill("Your price for all of it", price)
        guest.fill("All of it is ready on", cast.day(ready))
        if name == "nell":
            guest.fill("Milestone", "Sample of 200 records")
            guest.fill("Ready on", cast.day(10))
            guest.fill("Amount", "180.00")
            guest.fill("Milestone", "The other 4,000 records", nth=1)
            guest.fill("Ready on", cast.day(35), nth=1)
            guest.fill("Amount", "1,680.00", nth=1)
        guest.press("Send your proposal")
        guest.sees(f"£{price}")
    joseph.open(f"/out-tasks/{cast.reference}/proposals")
    joseph.sees("Kestrel Data Ltd", "£1,860.00", "Marek Solan", "£2,400.00")
    joseph.follow("Choose Kestrel Data Ltd")
    joseph.fill("Why this one?", "The lower price, and a sample before the rest.")
    joseph.press("Choose Kestrel Data Ltd")


def agree(cast: Cast) -> None:
    """The statement of work from brief and proposal; both sign the very same version."""
    joseph = cast["joseph"]
    joseph.open(f"/out-tasks/{cast.reference}/agreement")
    joseph.press("Make the draft")
    joseph.open(f"/out-tasks/{cast.reference}/agreement/edit")
    for place in range(2):
        joseph.fill("Milestone no.", "1", nth=place)
    joseph.fill("What changed, in a line", "Both conditions hold for the sample already.")
    joseph.press("Make the new version")
    joseph.open(f"/out-tasks/{cast.reference}/agreement")
    joseph.sees(
        "Sample of 200 records", "£180.00", "£1,860.00", "Both conditions hold for the sample already."
    )
    joseph.tick("I have read it and sign it for us")
    joseph.press("Sign version 2")
    nell = cast.guest("nell", "Please sign", "nell@kestrel.example")
    nell.sees("£1,860.00")
    nell.fill("Your full name", "Nell Farrow")
    nell.tick("I have read it and may sign it for the provider")
    nell.press("Sign for £1,860.00")
    joseph.open(f"/out-tasks/{cast.reference}/agreement")
    joseph.sees("Nell Farrow", "Joseph Adeyemi")
    paper = joseph.download(f"/out-tasks/{cast.reference}/agreement.pdf?version=2")
    assert paper.startswith(b"%PDF-")


def approve(cast: Cast) -> None:
    """£1,860.00 is above Joseph's £1,500.00: it is referred to Imke, who decides by the link in her mail."""
    joseph = cast["joseph"]
    joseph.open(f"/out-tasks/{cast.reference}/approval")
    joseph.fill("Budget", "First budget")
    joseph.fill("Why them, why now?", "The lower price; the catalogue goes live in January.")
    joseph.sees("above your limit, so Imke Vos decides")
    joseph.press("Ask Imke Vos to approve £1,860.00")
    joseph.sees("above your limit", "Waits for a decision")
    cast["imke"].open("/")
    cast["imke"].sees("One thing needs you", "Approve £1,860.00: Clean 4,200 catalogue records")
    decider = cast.guest("imke on her phone", "Approve £1,860.00?", "imke@harbourrow.example")
    decider.sees("Joseph Adeyemi asks to spend", "£1,860.00", "Nobody is paid yet")
    decider.press("Approve £1,860.00")
    decider.sees("Committed")
    cast["imke"].open("/budgets")
    cast["imke"].sees("£12,000.00", "£1,860.00", "£10,140.00")


def deliver(cast: Cast) -> None:
    """The provider hands in the first milestone: note, file."""
    records = cast.folder / "sample-200.csv"
    records.write_text("title,author,pages\nThe Lighthouse,Marsh Edith,212\n")
    nell = cast.guest("nell", "You can begin", "nell@kestrel.example")
    nell.sees("Sample of 200 records")
    _hand_in(nell, records, "The first 200, poetry without page counts.")


def _hand_in(nell: Visitor, records: Path, note: str) -> None:
    nell.attach("Choose files", records)
    nell.fill("A line to go with it", note)
    nell.press("Hand in milestone 1")
    nell.sees("Handed in")


def verify(cast: Cast) -> None:
    """Checks run by themselves; Roisin sends it back once, then ticks and accepts. Joseph may not."""
    roisin = cast["roisin"]
    page = f"/out-tasks/{cast.reference}/milestones/1"
    cast.settled()
    _until(cast, roisin, page, "1 of 2 passed")
    roisin.sees("The records are in one CSV file", "Ten records picked by hand are right")
    roisin.open("/")
    roisin.sees("Check “Sample of 200 records”")
    roisin.open(page)
    roisin.fill("What should change, or why you accept all the same", "Page counts are empty in Poetry.")
    roisin.fill("Needed again by", cast.day(14))
    roisin.press("Request changes")
    nell = cast["nell"]
    nell.open(nell.path)
    nell.sees("Page counts are empty in Poetry.")
    _hand_in(nell, cast.folder / "sample-200.csv", "Page counts are there now.")
    _until(cast, roisin, page, "1 of 2 passed")
    roisin.press("Right")
    roisin.press("Accept, £180.00 owed")
    roisin.open(f"/out-tasks/{cast.reference}")
    roisin.sees("Accepted", "£180.00")


def _until(cast: Cast, visitor: Visitor, path: str, text: str) -> None:
    """Look again until background work has shown."""
    for _ in range(60):
        visitor.open(path)
        if text in visitor.text:
            return
        cast.settled()
    visitor.sees(text)


def pay(cast: Cast) -> None:
    """An invoice for what was accepted and no more; Dunstan, who neither asked nor accepted, pays it."""
    nell, dunstan = cast["nell"], cast["dunstan"]
    nell.open(nell.path)
    nell.fill("Invoice number", "KD-2207")
    nell.fill("Date of the invoice", cast.day(0))
    nell.tick("Sample of 200 records")
    nell.press("Send the invoice")
    nell.sees("KD-2207")
    dunstan.open("/invoices")
    dunstan.follow("KD-2207")
    dunstan.sees("£180.00")
    dunstan.press("Approve £180.00")
    dunstan.fill("Paid on", cast.day(0))
    dunstan.fill("Reference of the transfer", "SEPA 4711")
    dunstan.press("Record £180.00 as paid")
    dunstan.sees("Paid")
    cast["imke"].open("/budgets")
    cast["imke"].sees("£180.00", "£1,680.00", "£10,140.00")


def measure(cast: Cast) -> None:
    joseph = cast["joseph"]
    joseph.open(f"/out-tasks/{cast.reference}/service")
    joseph.sees("100", "1 of 2")
    joseph.open("/reports")
    joseph.sees("Kestrel Data Ltd")


def take_back(cast: Cast) -> None:
    """In one action, with a preview; the pack; and the brief goes to somebody else with it."""
    joseph = cast["joseph"]
    joseph.open(f"/out-tasks/{cast.reference}/handover")
    joseph.sees("One milestone stops", "£1,680.00 that nobody has earned goes back to the budget")
    joseph.choose("Who does it then?", "Another provider")
    joseph.press("Take it back")
    joseph.sees("It is back with you")
    _until(cast, joseph, joseph.path, f"handover-{cast.reference}.zip")
    pack = joseph.download(joseph.link_matching(r"/files/.*\.zip$"))
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        items = json.loads(archive.read("open-items.json"))
        assert "Page counts are empty in Poetry." in archive.read("decisions.json").decode()
    assert {"README.md", "brief.md", "files.csv", "journal.jsonl", "files/sample-200.csv"} <= names
    assert [item["title"] for item in items] == ["The other 4,000 records"]
    cast["imke"].open("/budgets")
    cast["imke"].sees("£180.00", "£11,820.00")
    joseph.fill("Needed by", cast.day(60))
    joseph.press("Open the brief again")
    joseph.tick("Marek Solan")
    joseph.fill("Answers by", cast.day(7))
    joseph.press("Send brief")
    marek = cast.guest("marek", "asks: Clean 4,200 catalogue records", "marek@solan.example")
    marek.sees("What was done before", f"handover-{cast.reference}")


def everywhere(cast: Cast) -> None:
    """The timeline, tracking without an account, search, and the old link that does nothing any more."""
    joseph = cast["joseph"]
    joseph.open(f"/out-tasks/{cast.reference}/timeline")
    joseph.sees("Taken back by the client", "Kestrel Data Ltd was chosen", "sealed")
    joseph.open(f"/search?q={cast.reference}")
    joseph.sees("Clean 4,200 catalogue records")
    joseph.open(f"/out-tasks/{cast.reference}")
    code = joseph.link_matching(r"/track/")
    stranger = cast.window()
    stranger.open(code)
    stranger.sees("Taken back")
    assert "£" not in stranger.text and not re.search("Joseph|Kestrel", stranger.text)


CHAPTERS = (
    first_run,
    colleagues,
    decide,
    source,
    agree,
    approve,
    deliver,
    verify,
    pay,
    measure,
    take_back,
    everywhere,
)
