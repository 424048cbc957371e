"""What goes into the two packs of a handover, gathered from the rooms the out-task went through."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from outtask.agree.models import AgreementVersion, Signature
from outtask.deliver.models import Milestone, Submission, Verdict
from outtask.files.models import File
from outtask.files.rules import disarmed, plain_name
from outtask.journal.kinds import Says, kind_named
from outtask.journal.models import Entry, Saying
from outtask.journal.reading import body_of
from outtask.kernel.money import Money
from outtask.messages.models import Message
from outtask.pay.models import Invoice
from outtask.people.models import Link
from outtask.source.models import Award, Brief
from outtask.spend.models import Approval
from outtask.takeback import readme
from outtask.takeback.models import Handover


@dataclass(frozen=True)
class Contents:
    """The members of a pack by name: texts, tables (rows of JSON), ready bytes, and stored files."""

    name: str
    texts: list[tuple[str, str]]
    tables: list[tuple[str, Any]]
    files: list[tuple[str, File]]
    blobs: list[tuple[str, bytes]] = field(default_factory=list)


def for_the_client(handover: Handover) -> Contents:
    """Everything that belongs to the out-task."""
    files, versions, journal = (
        _files(handover, _all_files(handover)),
        _agreements(handover),
        _journal(handover),
    )
    tables = [
        ("open-items.json", handover.open_items),
        ("milestones.json", _milestones(handover)),
        ("decisions.json", _decisions(handover)),
        ("contacts.json", _contacts(handover)),
        ("thread.json", _thread(handover)),
        ("invoices.json", _invoices(handover)),
    ]
    count = readme.Count(versions=len(versions), files=len(files), entries=len(journal.splitlines()))
    texts = [
        ("README.md", readme.for_the_client(handover, count)),
        ("brief.md", _brief(handover)),
        ("files.csv", _file_list(files)),
        ("journal.jsonl", journal),
    ]
    return Contents(f"handover-{handover.outtask.reference}.zip", texts, tables, files, versions)


def for_the_next(handover: Handover) -> Contents:
    """What whoever goes on may read: the work as it stands, without prices, decisions, talk and names."""
    files = _files(handover, _shared_files(handover))
    private = {"amount", "amount_minor", "currency"}
    tables = [
        ("open-items.json", _without(handover.open_items, private)),
        ("milestones.json", _without(_milestones(handover), private)),
    ]
    texts = [
        ("README.md", readme.for_the_next(handover, len(files))),
        ("brief.md", _brief(handover)),
        ("files.csv", _file_list(files, brought_by=False)),
    ]
    return Contents(f"handover-{handover.outtask.reference}-onward.zip", texts, tables, files)


def _without(rows: Iterable[dict[str, Any]], private: set[str]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in private} for row in rows]


def _all_files(handover: Handover) -> Any:
    """Every file of the out-task; packs of earlier handovers stay where they are."""
    before = Handover.objects.filter(outtask=handover.outtask, pack__isnull=False)
    packs = {pk for pair in before.values_list("pack_id", "onward_id") for pk in pair if pk}
    return File.objects.filter(outtask=handover.outtask).exclude(pk__in=packs)


def _shared_files(handover: Handover) -> Any:
    """What client and provider worked with together: handed in or shared, but no invoice."""
    invoices = Invoice.objects.filter(outtask=handover.outtask, file__isnull=False)
    return _all_files(handover).filter(shared=True).exclude(pk__in=invoices.values("file_id"))


def _files(handover: Handover, rows: Any) -> list[tuple[str, File]]:
    """Each file under a name of its own, whatever the case of its letters."""
    named: list[tuple[str, File]] = []
    taken: set[str] = set()
    for number, file in enumerate(rows.select_related("blob", "provider").order_by("id"), start=1):
        plain = plain_name(file.name)
        name = f"files/{plain}"
        if name.lower() in taken:
            name = f"files/{number:03}-{plain}"
        taken.add(name.lower())
        named.append((name, file))
    return named


def _file_list(files: list[tuple[str, File]], *, brought_by: bool = True) -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(["path", "size", "sha256", "added at", *(["brought by"] if brought_by else [])])
    for name, file in files:
        who = [disarmed(file.provider.name) if file.provider else ""] if brought_by else []
        writer.writerow([disarmed(name), file.blob.size, file.blob_id, file.added_at.isoformat(), *who])
    return sheet.getvalue()


def _agreements(handover: Handover) -> list[tuple[str, bytes]]:
    """Each version's exact signed bytes, so that its SHA-256 can be computed again."""
    versions = AgreementVersion.objects.filter(agreement__outtask=handover.outtask).select_related(
        "agreement"
    )
    return [
        (f"agreement/{place:02}-version-{version.number}.json", bytes(version.body))
        for place, version in enumerate(versions.order_by("id"), start=1)
    ]


def _decisions(handover: Handover) -> list[dict[str, Any]]:
    outtask = handover.outtask
    rows: list[dict[str, Any]] = [
        {
            "at": award.awarded_at.isoformat(),
            "decision": "awarded",
            "by": award.awarded_by.name,
            "why": award.reasons,
        }
        for award in Award.objects.filter(outtask=outtask).select_related("awarded_by__person")
    ]
    rows += [
        {
            "at": approval.decided_at.isoformat(),
            "decision": f"spending: {approval.decision}",
            "by": approval.decided_by.name,
            "why": approval.note,
            "request": approval.request.reference,
        }
        for approval in Approval.objects.filter(request__outtask=outtask).select_related(
            "decided_by__person", "request"
        )
    ]
    rows += [
        {
            "at": signature.signed_at.isoformat(),
            "decision": f"signed version {signature.version.number} for the {signature.party}",
            "by": signature.name,
            "sha256": signature.sha256,
        }
        for signature in Signature.objects.filter(version__agreement__outtask=outtask).select_related(
            "version"
        )
    ]
    rows += [
        {
            "at": verdict.decided_at.isoformat(),
            "decision": f"milestone {verdict.submission.milestone.order}: {verdict.kind}",
            "by": verdict.decided_by.name,
            "why": verdict.reasons,
        }
        for verdict in Verdict.objects.filter(submission__milestone__outtask=outtask).select_related(
            "decided_by__person", "submission__milestone"
        )
    ]
    return sorted(rows, key=lambda row: row["at"])


def _milestones(handover: Handover) -> list[dict[str, Any]]:
    rows = Milestone.objects.filter(outtask=handover.outtask).order_by(
        "agreement_id", "agreement_version", "order"
    )
    submissions: dict[Any, list[dict[str, Any]]] = {}
    for submission in Submission.objects.filter(milestone__outtask=handover.outtask).order_by("id"):
        submissions.setdefault(submission.milestone_id, []).append(
            {
                "number": submission.number,
                "handed_in_at": submission.handed_in_at.isoformat(),
                "note": submission.note,
                "links": submission.links,
            }
        )
    return [
        {
            "order": row.order,
            "title": row.title,
            "state": row.state,
            "due_on": row.due_on.isoformat(),
            "amount": str(Money(row.amount_minor, row.currency)),
            "acceptance_criteria": row.criteria,
            "handed_in": submissions.get(row.pk, []),
        }
        for row in rows
    ]


def _contacts(handover: Handover) -> list[dict[str, str]]:
    owner = handover.outtask.owner
    rows = [{"name": owner.name, "email": owner.person.email, "part": "answers for it at the client"}]
    if handover.provider is not None:
        rows.append(
            {"name": handover.provider.name, "email": handover.provider.email, "part": "provider before"}
        )
    links = Link.objects.filter(outtask=handover.outtask, provider__isnull=False).select_related("provider")
    seen = {row["email"] for row in rows}
    for link in links.order_by("id"):
        if link.email not in seen and link.provider_id == handover.provider_id:
            seen.add(link.email)
            rows.append({"name": link.name, "email": link.email, "part": "worked on it for the provider"})
    return rows


def _thread(handover: Handover) -> list[dict[str, Any]]:
    """The talk with the provider who leaves; nobody else's."""
    rows = Message.objects.filter(outtask=handover.outtask, provider_id=handover.provider_id)
    return [
        {
            "at": row.written_at.isoformat(),
            "by": row.member.name if row.member else row.link.name if row.link else "",
            "text": row.text,
        }
        for row in rows.select_related("member__person", "link").order_by("id")
    ]


def _invoices(handover: Handover) -> list[dict[str, Any]]:
    return [
        {
            "number": row.number,
            "amount": str(Money(row.amount_minor, row.currency)),
            "state": row.state,
            "dated_on": row.dated_on.isoformat(),
        }
        for row in Invoice.objects.filter(outtask=handover.outtask).order_by("id")
    ]


def _journal(handover: Handover) -> str:
    """The out-task's entries as they were hashed, one JSON object a line, with the words they point to."""
    rows = Entry.objects.filter(organisation_id=handover.organisation_id, outtask_id=handover.outtask_id)
    told = [(row, body_of(row)) for row in rows.order_by("seq")]
    words = _words(told)
    lines = [
        json.dumps(
            {"leaf": bytes(row.leaf).hex(), "entry": body, "words": _words_of(row, body, words)},
            sort_keys=True,
            ensure_ascii=False,
        )
        for row, body in told
    ]
    return "".join(f"{line}\n" for line in lines)


def _pointers(row: Entry, body: dict[str, Any]) -> dict[str, str]:
    """Which kept words an entry points to: payload name → id."""
    declared = kind_named(row.kind).payload
    return {
        name: value["saying"]
        for name, value in body["says"].items()
        if value is not None and declared.get(name) is Says.WORDS
    }


def _words(told: Iterable[tuple[Entry, dict[str, Any]]]) -> dict[str, Saying]:
    wanted = [UUID(pk) for row, body in told for pk in _pointers(row, body).values()]
    kept = Saying.objects.filter(pk__in=wanted, erased_at__isnull=True)
    return {str(saying.pk): saying for saying in kept}


def _words_of(row: Entry, body: dict[str, Any], words: dict[str, Saying]) -> dict[str, dict[str, str]]:
    """The words with their salt, so that each digest can be computed again; erased ones are left out."""
    return {
        name: {"salt": bytes(words[pk].salt).hex(), "text": words[pk].text}
        for name, pk in _pointers(row, body).items()
        if pk in words
    }


def _brief(handover: Handover) -> str:
    brief = Brief.objects.filter(outtask=handover.outtask).first()
    if brief is None:
        return f"# {handover.outtask.title}\n"
    criteria = "".join(f"- {row.get('text') or row.get('kind')}\n" for row in brief.criteria)
    accepted = f"\n## What counts as done\n\n{criteria}" if criteria else ""
    return f"# {handover.outtask.title}\n\n{brief.what}\n\nNeeded by {brief.by_when.isoformat()}.\n{accepted}"
