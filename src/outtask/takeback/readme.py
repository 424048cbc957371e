"""The text that explains a pack to whoever opens it, with nothing but the pack at hand."""

from __future__ import annotations

from dataclasses import dataclass

from outtask.kernel.money import Money
from outtask.takeback.models import Handover


@dataclass(frozen=True)
class Count:
    """How many of each are in the pack."""

    versions: int
    files: int
    entries: int


def for_the_client(handover: Handover, count: Count) -> str:
    """The README of the whole pack."""
    return f"""\
{_head(handover)}
{_go_on(handover)}
{_money(handover)}
## What is in here

- `brief.md`: the need in writing
- `agreement/`: {count.versions} versions of the statement of work, byte for byte as signed
- `open-items.json`, `milestones.json`: each part, its acceptance criteria, what was handed in
- `decisions.json`: who decided what, when, and why
- `contacts.json`: who worked on it
- `thread.json`: what was said
- `invoices.json`: what was asked for and paid
- `files/` and `files.csv`: {count.files} files
- `journal.jsonl`: {count.entries} sealed entries

## How to check it

A file: its SHA-256 is in `files.csv`. A version of the statement of work: the SHA-256 of its bytes is what
both parties signed, and stands in `decisions.json`. A line of the journal: `leaf` is the SHA-256 of a zero
byte, the text "1", a newline and the entry as canonical JSON (RFC 8785); the leaves are those of a Merkle
tree by RFC 6962. Words stand beside the entry: the SHA-256 of salt and text is the digest inside it.
"""


def for_the_next(handover: Handover, files: int) -> str:
    """The README of what goes along to the next provider: no price, no decision, no name."""
    return f"""\
# {handover.outtask.reference}: {handover.outtask.title}

Somebody worked on this before. This is how far it came by {handover.taken_back_at:%d %B %Y}.

{_go_on(handover)}
## What is in here

- `brief.md`: the need in writing
- `open-items.json`, `milestones.json`: each part, its acceptance criteria, what was handed in
- `files/` and `files.csv`: {files} files
"""


def _head(handover: Handover) -> str:
    whom = f" from {handover.provider.name}" if handover.provider else ""
    reason = f"Reason: {handover.reason}\n" if handover.reason else ""
    return (
        f"# {handover.outtask.reference}: {handover.outtask.title}\n\n"
        f"{handover.organisation.name} took this work back on {handover.taken_back_at:%d %B %Y}{whom}.\n"
        f"It stood at the stage “{handover.from_stage.replace('_', ' ')}”.\n{reason}"
    )


def _go_on(handover: Handover) -> str:
    items = "".join(
        f"- {item['order']}. {item['title']}, due {item['due_on']}, {item['state'].replace('_', ' ')}\n"
        for item in handover.open_items
    )
    return f"""\
## If you go on with it

Read `brief.md` first: what is wanted and what counts as done. Then `open-items.json`: what is not done.
What was handed in is in `files/`; `files.csv` names each file's size and SHA-256, so you can check that
nothing was changed on the way.

## Open items

{items or "None: everything agreed was accepted, or nothing was agreed yet.\n"}"""


def _money(handover: Handover) -> str:
    if not handover.currency:
        return ""
    settled = Money(handover.settled_minor, handover.currency)
    released = Money(handover.released_minor, handover.currency)
    return f"## Money\n\nAccepted {settled}, released again {released}.\n"
