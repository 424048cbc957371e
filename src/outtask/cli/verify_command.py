"""`outtask verify`: recompute every log from its bytes, and the books from their postings; examine receipts
and checkpoints, anywhere."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from outtask.cli.ground import DONE, FAILED, USAGE, Failed, counting, django_ready, migrated, show, show_json

if TYPE_CHECKING:
    from outtask.journal.statements import Statement
    from outtask.people.models import Organisation

USE = """\
Without options every journal of this installation is recomputed and held against everything that was signed,
and the sums of every budget are recomputed from their postings.

A receipt and the checkpoints that somebody kept are examined on any machine, without an installation:

  outtask verify --receipt receipt.json --key "outtask/…+…+…"
  outtask verify --against first-mail.eml second-mail.eml

Here, where the log is kept, a checkpoint that the other party kept is held against it:

  outtask verify --checkpoint mail.eml
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = USE
    parser.add_argument("--organisation", metavar="NAME", help="only this one, by name or id")
    parser.add_argument("--quick", action="store_true", help="hashes, order, root and checkpoints only")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--receipt", metavar="FILE", help="examine a receipt; needs no installation")
    what.add_argument(
        "--checkpoint", metavar="FILE", help="hold a checkpoint that somebody kept against the log"
    )
    what.add_argument(
        "--against", metavar="FILE", nargs="+", help="two or more kept checkpoints; needs no installation"
    )
    parser.add_argument("--key", metavar="KEY", help="the key you know, name+id+base64")
    parser.add_argument("--json", action="store_true", help="print the reports as JSON")


def run(given: argparse.Namespace) -> int:
    if given.receipt or given.against:
        # Read only here: needs neither Django nor a home folder.
        from outtask.cli import proofs

        return proofs.receipt(given) if given.receipt else proofs.against(given)
    django_ready()
    migrated()
    return _checkpoint(given) if given.checkpoint else _logs(given)


def _logs(given: argparse.Namespace) -> int:
    reports = [_report(organisation, given) for organisation in chosen(given.organisation)]
    if given.organisation is None:
        reports += _vanished()
    if given.json:
        show_json(reports)
    elif not reports:
        show("There is no organisation yet.")
    else:
        for told in reports:
            _tell(told)
    return FAILED if any(report["fault"] or report["books"] for report in reports) else DONE


def _report(organisation: Organisation, given: argparse.Namespace, *also: Statement) -> dict[str, Any]:
    from outtask.journal.parallel import cores  # models are loaded only now
    from outtask.journal.verify import verify
    from outtask.spend.books import replay

    report = verify(
        organisation.pk,
        deep=not given.quick,
        also=also,
        progress=counting(f"{organisation.name}: entries"),
        processes=cores(),
    )
    return {
        "organisation": organisation.name,
        "id": str(organisation.pk),
        "entries": report.entries,
        "root": report.root,
        "checkpoints": report.checkpoints,
        "fault": str(report.fault) if report.fault else None,
        "tampering": report.fault.kind.value if report.fault else None,
        "remarks": list(report.remarks),
        "books": [] if given.quick else replay(organisation.pk),
    }


def _tell(told: dict[str, Any]) -> None:
    show(f"{told['organisation']}: {told['entries']:,} entries, root {told['root'][:16]}…")
    if told["fault"]:
        show(f"  BAD ({told['tampering']}): {told['fault']}")
    else:
        sealed = f", as {told['checkpoints']} checkpoints sign it" if told["checkpoints"] else ""
        show(f"  every entry is as it was written{sealed}")
    for wrong in told["books"]:
        show(f"  BAD (books): {wrong}")
    for remark in told["remarks"]:
        show(f"  note: {remark}")


def _vanished() -> list[dict[str, Any]]:
    """A report for each journal that the witness saw and the database knows nothing of."""
    from outtask.journal import witness
    from outtask.journal.models import JournalHead

    gone = witness.organisations() - set(JournalHead.objects.values_list("organisation_id", flat=True))
    return [
        {
            "organisation": str(pk),
            "id": str(pk),
            "entries": 0,
            "root": "",
            "checkpoints": 0,
            "fault": "The witness outside of the database saw this journal, and it is gone. The database is"
            " an old copy, or the organisation was deleted.",
            "tampering": "replay",
            "remarks": [],
            "books": [],
        }
        for pk in sorted(gone)
    ]


def _checkpoint(given: argparse.Namespace) -> int:
    """Hold a checkpoint that somebody kept against the log it is of."""
    from outtask.cli import proofs
    from outtask.journal import signing
    from outtask.journal.statements import OTHERS, Statement
    from outtask.people.models import Organisation

    bundle = proofs.checkpoint_in(Path(given.checkpoint))
    organisation = Organisation.objects.filter(pk=_organisation_of(bundle.head.origin)).first()
    if organisation is None:
        raise Failed(f"No organisation here has the log {bundle.head.origin}.", USAGE)
    trusted = signing.trusted_for(organisation.pk, [*signing.known_keys(), *bundle.keys])
    fault = proofs.fault_of_signature(bundle, trusted)
    if fault:
        told = {"consistent": False, "size": bundle.head.size, "fault": fault, "tampering": "forgery"}
    else:
        stated = Statement(bundle.head.size, bundle.head.root, None, OTHERS)
        report = _report(organisation, given, stated)
        told = {"consistent": report["fault"] is None, "size": bundle.head.size, **report}
    return proofs.tell(
        given,
        told,
        f"The log of {organisation.name} goes on from this checkpoint over {bundle.head.size:,} entries.",
        "The log is not the one that this checkpoint was made over:",
    )


def _organisation_of(origin: str) -> UUID:
    try:
        return UUID(origin.removeprefix("outtask/"))
    except ValueError:
        raise Failed(f"{origin!r} is not a log of Outtask.", USAGE) from None


def chosen(which: str | None) -> list[Organisation]:
    """All organisations, or the one of this name or id; raises Failed when there is none."""
    from outtask.people.models import Organisation

    everyone = Organisation.objects.order_by("id")
    if which is None:
        # One without members, represented by another, acts in that one's journal and has none of its own.
        return list(everyone.exclude(represented_by__isnull=False, journal_head__isnull=True))
    found = list(everyone.filter(name__iexact=which))
    if not found:
        try:
            found = list(everyone.filter(pk=UUID(which)))
        except ValueError:
            found = []
    if len(found) == 1:
        return found
    if found:
        ids = ", ".join(str(one.pk) for one in found)
        raise Failed(f"{len(found)} organisations are called {which!r}; give one of the ids {ids}.", USAGE)
    raise Failed(f"There is no organisation {which!r}. `outtask verify` lists them all.", USAGE)
