"""`outtask demo`: the sample organisation, a made-up bookshop, and its removal in one piece."""

from __future__ import annotations

import argparse
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from outtask.cli.ground import DONE, Failed, django_ready, say, show, show_json

if TYPE_CHECKING:
    from outtask.people.models import Organisation


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--remove", action="store_true", help="remove the sample with everything in it")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")


def run(given: argparse.Namespace) -> int:
    django_ready()
    from outtask.cli.prepare import prepare  # settings are read only now

    prepare()
    from outtask.people.models import Organisation  # models are loaded only now

    there = Organisation.objects.filter(is_sample=True).first()
    now = datetime.now(UTC)
    told = _remove(there, now) if given.remove else _fill(now)
    if given.json:
        show_json(told)
    elif given.remove:
        show(f"Removed {told['removed']}.")
    else:
        show(
            f"Filled {told['organisation']}. Sign in as {told['email']} with the password {told['password']}"
        )
        say("The password is shown this once; only its hash is kept.")
    return DONE


def _fill(now: datetime) -> dict[str, str]:
    from django.conf import settings

    from outtask.lifecycle import sample
    from outtask.lifecycle.sample_shop import NAME

    say("Filling the sample organisation …")
    password = secrets.token_urlsafe(12)
    person = sample.fill(now, password)
    return {
        "organisation": NAME,
        "name": person.name,
        "email": person.email,
        "password": password,
        "address": settings.BASE_URL,
    }


def _remove(there: Organisation | None, now: datetime) -> dict[str, str]:
    from outtask.lifecycle import sample
    from outtask.people.models import Member
    from outtask.people.states import Role

    if there is None:
        raise Failed("There is no sample organisation to remove.")
    owner = Member.objects.filter(organisation=there, role=Role.OWNER, left_at__isnull=True).first()
    if owner is None:
        raise Failed(
            "The sample has no owner any more. Make somebody its owner, or start with a new home folder."
        )
    name = there.name
    sample.remove(owner.actor, now)
    return {"removed": name}
