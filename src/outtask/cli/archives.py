"""`outtask import archive`: a whole organisation, from the file that `outtask export` wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outtask.cli.ground import DONE, REFUSED, USAGE, Failed, counting, say, show, show_json

if TYPE_CHECKING:
    from outtask.takeback.archive.merging import Plan
    from outtask.takeback.archive.taking_in import Checked


def bring_in(files: list[Path], *, dry_run: bool, as_json: bool) -> int:
    """Check one archive, tell what it would do, and do it unless this is a dry run."""
    from outtask.cli.prepare import prepare  # settings are read only now
    from outtask.followers.registry import followers
    from outtask.takeback.archive import taking_in

    if len(files) != 1:
        raise Failed("Name one archive.", USAGE)
    prepare()
    with taking_in.checked(files[0], counting("Lines checked")) as found:
        plan = found.plan()
        if plan.refusal is None and not dry_run:
            names = [follower.name for follower in followers()]
            plan = taking_in.take_in(found, names, datetime.now(UTC), counting("Rows written"))
        told = _told(found, plan, dry_run)
        told["owners"] = _ways_in(told["id"]) if told["written"] else []
    if as_json:
        show_json(told)
    else:
        _show(told)
    if plan.refusal is not None:
        say(str(plan.refusal))
        return REFUSED
    return DONE


def _told(found: Checked, plan: Plan, dry_run: bool) -> dict[str, Any]:
    told = found.manifest
    return {
        "dry_run": dry_run,
        "organisation": told.name,
        "id": str(told.organisation_id),
        "standing": plan.standing.value,
        "entries": told.entries,
        "shared_entries": plan.shared,
        "files": told.files,
        "written": plan.writes and not dry_run,
        "refused": str(plan.refusal) if plan.refusal else None,
        "clashes": plan.clashes,
        "persons_here": len(plan.persons),
        "persons_by_email": plan.by_email,
        "mails_waiting": plan.waiting_mails,
        "tables": {name: {"rows": rows, "new": plan.new[name]} for name, rows in plan.rows.items() if rows},
    }


def _ways_in(organisation_id: str) -> list[dict[str, str]]:
    """For each owner without a password, where to set one: there may be no mail to send it by."""
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str
    from django.conf import settings
    from django.urls import reverse

    from outtask.people.models import Member
    from outtask.people.states import Role

    owners = Member.objects.filter(organisation_id=organisation_id, role=Role.OWNER, left_at__isnull=True)
    ways = []
    for owner in owners.select_related("person").order_by("id"):
        person = owner.person
        if not person.has_usable_password():
            key = default_token_generator.make_token(person)
            where = {"uidb36": user_pk_to_url_str(person), "key": key}
            address = settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=where)
            ways.append({"name": person.name, "email": person.email, "address": address})
    return ways


def _show(told: dict[str, Any]) -> None:
    show(f"{told['organisation']} ({told['id']}): every part of the archive verifies.")
    for name, counts in told["tables"].items():
        show(f"  {name:<20} {counts['rows']:>9,} rows, {counts['new']:,} new")
    show(f"  {'journal':<20} {told['entries']:>9,} entries, {told['shared_entries']:,} here already")
    show(f"  {'files':<20} {told['files']:>9,}")
    if told["refused"]:
        return
    if told["standing"] == "same":
        show("It is here already, to the last entry. Nothing was changed.")
    elif told["dry_run"]:
        show("Nothing was written, because this is a dry run.")
    else:
        show("It is here now.")
        for owner in told["owners"]:
            show(f"{owner['name']} sets a new password here: {owner['address']}")
        show("Members sign in with a new password, by “Forgot your password?” on the sign-in page.")
        show("Links that were mailed elsewhere open nothing here; make new ones on the out-tasks' pages.")
    if told["persons_by_email"]:
        show(f"Recognised by their address, and kept as they are here: {told['persons_by_email']:,} persons.")
    if told["mails_waiting"] and told["standing"] != "same":
        show(f"{told['mails_waiting']:,} mails wait to be sent, from here too. Look at them in the outbox.")
