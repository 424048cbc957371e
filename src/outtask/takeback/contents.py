"""What goes into a handover pack, and the README that explains it to whoever comes next."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

from outtask.agree.models import Agreement, AgreementVersion, Signature
from outtask.deliver.models import Milestone, Submission, Verdict
from outtask.files.models import File
from outtask.journal.models import Entry
from outtask.journal.reading import body_of
from outtask.kernel.money import Money
from outtask.messages.models import Message
from outtask.pay.models import Invoice
from outtask.people.models import Link, Organisation
from outtask.source.models import Award, Brief
from outtask.spend.models import Approval
from outtask.takeback.models import Handover


@dataclass(frozen=True)
class Contents:
    """The members of a pack by name: texts, tables (rows of JSON), ready bytes, and stored files."""

    name: str
    texts: list[tuple[str, str]]
    tables: list[tuple[str, Any]]
    blobs: list[tuple[str, bytes]]
    files: list[tuple[str, File]]


def contents_of(handover: Handover) -> Contents:
    """Everything that belongs to the out-task, gathered from the rooms it went through."""
    outtask = handover.outtask
    files = _files(handover)
    tables = [
        ("decisions.json", _decisions(handover)),
        ("open-items.json", handover.open_items),
        ("milestones.json", _milestones(handover)),
        ("contacts.json", _contacts(handover)),
        ("thread.json", _thread(handover)),
        ("invoices.json", _invoices(handover)),
    ]
    blobs = _agreements(handover)
    journal = _journal(handover)
    texts = [
        ("README.md", _readme(handover, files, blobs, journal)),
        ("brief.md", _brief(handover)),
        ("files.csv", _file_list(files)),
        ("journal.jsonl", journal),
    ]
    return Contents(f"handover-{outtask.reference}.zip", texts, tables, blobs, files)


def _files(handover: Handover) -> list[tuple[str, File]]:
    """Every file of the out-task under a name of its own; packs of earlier handovers stay where they are."""
    packs = Handover.objects.filter(outtask=handover.outtask, pack__isnull=False).values("pack_id")
    rows = (
        File.objects.filter(outtask=handover.outtask).exclude(pk__in=packs).select_related("blob", "provider")
    )
    named: list[tuple[str, File]] = []
    taken: set[str] = set()
    for number, file in enumerate(rows.order_by("id"), start=1):
        name = f"files/{file.name}"
        if name.lower() in taken:
            name = f"files/{number:03}-{file.name}"
        taken.add(name.lower())
        named.append((name, file))
    return named


def _file_list(files: list[tuple[str, File]]) -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["path", "size", "sha256", "brought by", "added at"])
    for name, file in files:
        brought_by = file.provider.name if file.provider else ""
        writer.writerow([name, file.blob.size, file.blob_id, brought_by, file.added_at.isoformat()])
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
    """The out-task's entries as they were hashed, one JSON object a line."""
    rows = Entry.objects.filter(organisation_id=handover.organisation_id, outtask_id=handover.outtask_id)
    lines = [
        json.dumps({"leaf": bytes(row.leaf).hex(), "entry": body_of(row)}, sort_keys=True, ensure_ascii=False)
        for row in rows.order_by("seq")
    ]
    return "".join(f"{line}\n" for line in lines)


def _brief(handover: Handover) -> str:
    brief = Brief.objects.filter(outtask=handover.outtask).first()
    if brief is None:
        return f"# {handover.outtask.title}\n"
    criteria = "".join(f"- {row.get('text') or row.get('kind')}\n" for row in brief.criteria)
    accepted = f"\n## What counts as done\n\n{criteria}" if criteria else ""
    return f"# {handover.outtask.title}\n\n{brief.what}\n\nNeeded by {brief.by_when.isoformat()}.\n{accepted}"


def _readme(
    handover: Handover, files: list[tuple[str, File]], blobs: list[tuple[str, bytes]], journal: str
) -> str:
    outtask = handover.outtask
    organisation = Organisation.objects.get(pk=handover.organisation_id)
    agreement = Agreement.objects.filter(outtask=outtask).order_by("-id").first()
    open_items = "".join(
        f"- {item['order']}. {item['title']}, due {item['due_on']}, stood at “{item['state']}”\n"
        for item in handover.open_items
    )
    money = ""
    if handover.currency:
        settled = Money(handover.settled_minor, handover.currency)
        released = Money(handover.released_minor, handover.currency)
        agreed = Money(agreement.amount_minor, agreement.currency) if agreement else settled
        money = f"\n## Money\n\nAgreed {agreed}, accepted {settled}, released again {released}.\n"
    return f"""# {outtask.reference}: {outtask.title}

{organisation.name} took this work back on {handover.taken_back_at:%d %B %Y}\
{f" from {handover.provider.name}" if handover.provider else ""}.
It stood at the stage “{handover.from_stage.replace("_", " ")}”.
{f"Reason: {handover.reason}" if handover.reason else ""}

## If you go on with it

Read `brief.md` first: what is wanted and what counts as done. Then `open-items.json`: what is not done.
What was handed in is in `files/`; `files.csv` names each file's size and SHA-256, so you can check that
nothing was changed on the way.

## Open items

{open_items or "None: everything agreed was accepted, or nothing was agreed yet."}
{money}
## What is in here

- `brief.md`: the need in writing
- `agreement/`: {len(blobs)} versions of the statement of work, byte for byte as signed
- `milestones.json`: each part, its acceptance criteria, what was handed in
- `decisions.json`: who decided what, when, and why
- `contacts.json`: who worked on it
- `thread.json`: what was said
- `invoices.json`: what was asked for and paid
- `files/` and `files.csv`: {len(files)} files
- `journal.jsonl`: {len(journal.splitlines())} sealed entries; `leaf` is the RFC 6962 leaf hash of the entry
"""
