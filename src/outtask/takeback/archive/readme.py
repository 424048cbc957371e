"""The text that explains an archive to whoever opens it, with nothing but the archive at hand."""

from __future__ import annotations

from outtask.takeback.archive.coverage import LEFT_OUT, TABLES


def readme(organisation: str) -> bytes:
    """The README of one organisation's archive; the same for the same name."""
    title = " ".join(organisation.split())
    tables = "\n".join(f"- `{table.member}`" for table in TABLES)
    fields = "\n".join(
        f"- `{table.name}.{name}`: {why}" for table in TABLES for name, why in table.left_out.items()
    )
    whole = "\n".join(f"- `{name}`: {why}" for name, why in LEFT_OUT.items())
    return f"""\
# {title}: everything, in one file

This is all that the organisation “{title}” has in Outtask, a system for handing out work and keeping control
of it. You need no Outtask to read it: a ZIP, JSON, and files as they were handed in.

## What is in here

- `manifest.json`: what there is, how much of it, and the SHA-256 of every part
- `tables/`: one file for each table, one line for each row, one JSON object in each line
- `schema/`: for each table a JSON Schema (2020-12) that says what a line holds
- `journal/entries.jsonl`: what was done, by whom, when; sealed
- `files/`: each file under its own SHA-256, in folders by its first two digits; `tables/file.jsonl` has the
  names

A field that names a row of another table holds that row's `id`. An `id` is a UUID of version 7: sorted, they
are in the order in which the rows were made. Instants are in UTC. Amounts are whole numbers of the smallest
unit of the currency beside them (`amount_minor` 4250 and `currency` GBP are £42.50). Bytes are in base64.

## How to check it

- A part: its SHA-256 is in `manifest.json` under `members`. A file: its name is its SHA-256.
- The manifest: take `digest` out, write the rest as canonical JSON (RFC 8785); its SHA-256 is `digest`.
- The journal: take the `body` of each line as bytes (`body64` in base64, where they are no text). The leaf of
  an entry is the SHA-256 of a zero byte and these bytes; the leaves in order are those of a Merkle tree after
  RFC 6962, and its root is in `manifest.json` under `journal`. `checkpoint` is the same, signed.
- The words of an entry stand beside it: an entry says `{{"saying": id, "digest": …}}`; `tables/saying.jsonl`
  has the salt and the text, and the SHA-256 of both together is the digest. Erased words are empty.
- A version of a statement of work: the SHA-256 of its `body` is what both parties signed.

## How to bring it back

    outtask import archive THIS-FILE --dry-run
    outtask import archive THIS-FILE

It is checked before anything is written. It goes into an empty installation or beside other organisations.
Everybody chooses a new password by “Forgot your password?”; links that were mailed open nothing there, new
ones are made.

## The tables, in an order in which rows come after those they name

{tables}

## What is left out, and why

{fields}

Whole tables:

{whole}
""".encode()
