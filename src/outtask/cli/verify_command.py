"""`outtask verify`: recompute every log from its bytes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any
from uuid import UUID

from outtask.cli.ground import DONE, FAILED, USAGE, Failed, counting, django_ready, migrated, show, show_json

if TYPE_CHECKING:
    from outtask.people.models import Organisation


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organisation", metavar="NAME", help="only this one, by name or id")
    parser.add_argument("--quick", action="store_true", help="hashes, order and root only")
    parser.add_argument("--json", action="store_true", help="print the reports as JSON")


def run(given: argparse.Namespace) -> int:
    django_ready()
    from outtask.journal.verify import verify  # models are loaded only now

    migrated()
    reports: list[dict[str, Any]] = []
    for organisation in chosen(given.organisation):
        report = verify(
            organisation.pk, deep=not given.quick, progress=counting(f"{organisation.name}: entries")
        )
        reports.append(
            {
                "organisation": organisation.name,
                "id": str(organisation.pk),
                "entries": report.entries,
                "root": report.root,
                "fault": str(report.fault) if report.fault else None,
            }
        )
    if given.json:
        show_json(reports)
    elif not reports:
        show("There is no organisation yet.")
    else:
        for told in reports:
            show(f"{told['organisation']}: {told['entries']:,} entries, root {told['root'][:16]}…")
            show(f"  BAD: {told['fault']}" if told["fault"] else "  every entry is as it was written")
    return FAILED if any(report["fault"] for report in reports) else DONE


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
