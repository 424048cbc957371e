"""`outtask demo`: the sample organisation, made from published contracts, and its removal in one piece."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from outtask.cli.ground import DONE, Failed, django_ready, migrated, say, show


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--remove", action="store_true", help="remove the sample with everything in it")


def run(given: argparse.Namespace) -> int:
    django_ready()
    migrated()
    from outtask.lifecycle import sample  # models are loaded only now
    from outtask.people.models import Member, Organisation
    from outtask.people.states import Role

    there = Organisation.objects.filter(is_sample=True).first()
    now = datetime.now(UTC)
    if given.remove:
        if there is None:
            raise Failed("There is no sample organisation to remove.")
        owner = Member.objects.filter(organisation=there, role=Role.OWNER, left_at__isnull=True).first()
        if owner is None:
            raise Failed(
                "The sample organisation has no owner any more; it cannot be removed by this command."
            )
        sample.remove(actor=owner.actor, now=now)
        show(f"Removed {there.name}.")
        return DONE
    if there is not None:
        raise Failed(f"The sample organisation {there.name} is there already. Remove it with --remove.")
    say("Filling the sample organisation …")
    person = sample.fill(now=now)
    show(f"Filled {Organisation.objects.get(is_sample=True).name}. {person.name} owns it: {person.email}.")
    return DONE
