"""`outtask keys`: the key that signs checkpoints; show it, or let a new one take over."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from outtask.cli.ground import DONE, FAILED, Failed, django_ready, migrated, say, show, show_json


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=("show", "rotate"), help="show the keys, or let a new one take over")
    parser.add_argument("--json", action="store_true", help="print the keys as JSON")


def run(given: argparse.Namespace) -> int:
    django_ready()
    migrated()
    from outtask.journal import signing  # models are loaded only now

    now = datetime.now(UTC)
    try:
        signing.finish_rotation()
        written = signing.rotate(now)[1] if given.act == "rotate" else ""
        signing.current(now)
    except (signing.NoKey, OSError) as wrong:
        raise Failed(str(wrong), FAILED) from wrong
    if written:
        say("Set OUTTASK_SIGNING_KEY to this on every machine, then restart them. It is shown only once:")
        show(written)
        return DONE
    told = keys()
    if given.json:
        show_json(told)
        return DONE
    for key in told:
        until = f"until {key['until']}" if key["until"] else "signs now"
        show(f"{key['public']}  since {key['since']}, {until}{'' if key['tied'] else ', not vouched for'}")
    for log, verifier in verifier_keys().items():
        show(f"{log}: {verifier}")
    return DONE


def keys() -> list[dict[str, Any]]:
    """Every public half this installation knows. tied: whether the present key vouches for it."""
    from outtask.journal import keychain, signing
    from outtask.journal.models import SigningKey
    from outtask.journal.notes import decoded, public_of

    known = signing.known_keys()
    tied = keychain.trusted_from(public_of(signing.seed()), known, "")
    return [
        {
            "public": row.public,
            "since": f"{row.since:%Y-%m-%d %H:%M}",
            "until": f"{row.until:%Y-%m-%d %H:%M}" if row.until else None,
            "tied": decoded(row.public, "key") in tied or bool(row.adoptions),
        }
        for row in SigningKey.objects.order_by("since", "public")
    ]


def verifier_keys() -> dict[str, str]:
    """The key of each log as its readers give it to `verify --key`, by the organisation's name."""
    from outtask.journal import signing
    from outtask.journal.models import JournalHead

    heads = JournalHead.objects.select_related("organisation").order_by("organisation__name")
    return {
        head.organisation.name: str(signing.signer_for(head.organisation_id).verifier) for head in heads[:100]
    }
