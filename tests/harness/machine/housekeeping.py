"""Acts on people, processes, files and words; and the actions that the machine does not do, each with why."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from outtask.decide.actions import (
    add_process,
    change_process,
    import_processes,
    judge_process,
    merge_processes,
)
from outtask.decide.inventory import Row as InventoryRow
from outtask.files.actions import record_download
from outtask.files.models import File
from outtask.kernel.actor import Actor
from outtask.messages.actions import write_message
from outtask.models import (
    Link,
    Member,
    MemberInvitation,
    OutTask,
    Process,
    Provider,
    SeparationException,
    Token,
)
from outtask.people.actions import (
    accept_invitation,
    add_provider,
    ask_second_factor,
    block_provider,
    change_member,
    change_organisation,
    change_provider,
    close_link,
    compare_organisation,
    declare_exception,
    end_exception,
    end_sessions,
    invite_member,
    make_token,
    remove_member,
    rename_me,
    revoke_token,
    unblock_provider,
    withdraw_invitation,
)
from outtask.people.links import hash_of
from outtask.people.queries import coming_member
from outtask.people.roles import PROGRAM_RIGHTS
from outtask.people.states import InvitationState, ProviderKind, Relation, Role
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.stage import Nothing, Stage
from tests.world import password_hash

NOT_DONE = {
    "found_organisation": "the stage founds both with it; a third would only be another tenant",
    "note_filled": "a remark of the sample",
    "import_outtasks": "reads files; the room's own tests import every published shape, twice",
    "send_mail_again": "needs a mail that the worker gave up; the mail room tests it",
    "retry_entry": "needs a dead letter of the worker",
    "dismiss_entry": "needs a dead letter of the worker",
    "retry_task": "needs a dead task of the worker",
    "dismiss_task": "needs a dead task of the worker",
}
"""Public actions that the machine leaves out, with the reason."""


@act(invite_member)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    organisation = stage.tenant()
    boss = stage.member(organisation)
    return stage.head(organisation), {
        "email": f"new{stage.chance.randint(1, 40)}@harbour.example",
        "name": "Nobody Yet",
        "role": stage.chance.choice(list(Role)),
        "limit_minor": stage.chance.choice([None, 0, 50_000]),
        "reports_to_id": stage.chance.choice([None, boss.id]),
    }


def _sent(stage: Stage) -> UUID:
    return UUID(str(stage.some(MemberInvitation, lambda row: row.state == InvitationState.SENT).pk))


@act(withdraw_invitation)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    invitation = stage.some(MemberInvitation, lambda row: row.state == InvitationState.SENT)
    return stage.head(invitation.organisation_id), {"invitation_id": invitation.pk}


@act(accept_invitation)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    invitation = MemberInvitation.objects.get(pk=_sent(stage))
    given = {"invitation_id": invitation.pk, "name": "Newly Come", "password_hash": password_hash()}
    return coming_member(invitation, None), given


@act(change_member)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    member = stage.some(Member, lambda row: row.left_at is None)
    return stage.head(member.organisation_id), {
        "member_id": member.pk,
        "role": stage.chance.choice([member.role, stage.chance.choice(list(Role))]),
        "limit_minor": stage.chance.choice([None, 0, 15_000, 100_000, 5_000_000]),
        "reports_to_id": stage.chance.choice([None, member.reports_to_id, stage.any_id(Member)]),
    }


@act(remove_member)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    member = stage.some(Member, lambda row: row.left_at is None)
    return stage.head(member.organisation_id), {"member_id": member.pk}


@act(rename_me)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    zone = stage.chance.choice(["Europe/London", "Asia/Tokyo"])
    return stage.member(stage.tenant()), {"name": "Another Name", "zone": zone, "language": "en-gb"}


@act(end_sessions)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    return stage.member(stage.tenant()), {}


@act(change_organisation)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    organisation = stage.tenant()
    zone = stage.chance.choice(["Europe/London", "Pacific/Auckland", "America/Los_Angeles"])
    return stage.head(organisation), {"name": "Harbour Row Books", "zone": zone}


@act(declare_exception, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    return stage.head(UUID(str(stage.world.foreign.pk))), {"reason": stage.words()}


@act(compare_organisation)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    return stage.head(stage.tenant()), {"compares": stage.chance.random() < 0.5}


@act(ask_second_factor)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    given = {"from_minor": stage.chance.choice([None, 40_000, 300_000])}
    # Sometimes without the second factor that changing it needs.
    return stage.head(stage.tenant()), given | {"proven": stage.chance.random() < 0.8}


@act(end_exception)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    exception = stage.some(SeparationException, lambda row: row.until is None)
    return stage.head(exception.organisation_id), {}


# ---- providers and their links ----


def _described(stage: Stage, organisation: UUID) -> Inputs:
    kind = stage.chance.choice(list(ProviderKind))
    owned = kind in {ProviderKind.PROGRAM, ProviderKind.AGENT}
    number = stage.chance.randint(1, 30)
    return {
        "kind": kind,
        "name": f"Provider {number}",
        "email": f"provider{number}@works.example",
        "owned_by_id": stage.member(organisation).id if owned else None,
        "anyway": stage.chance.random() < 0.5,
    }


@act(add_provider)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    organisation = stage.tenant()
    return stage.lead(organisation), _described(stage, organisation)


@act(change_provider)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    provider = stage.some(Provider)
    relation = stage.chance.choice([provider.relation, Relation.REGULAR, Relation.FORMER])
    described = _described(stage, provider.organisation_id)
    given = described | {"provider_id": provider.pk, "relation": relation}
    return stage.lead(provider.organisation_id), given


@act(block_provider)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    provider = stage.some(Provider, lambda row: row.relation != Relation.BLOCKED)
    given = {"provider_id": provider.pk, "reason": stage.words()}
    return stage.lead(provider.organisation_id), given


@act(unblock_provider, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    provider = stage.some(Provider, lambda row: row.relation == Relation.BLOCKED)
    return stage.lead(provider.organisation_id), {"provider_id": provider.pk}


@act(close_link)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    link = stage.some(Link, lambda row: row.revoked_at is None)
    return stage.head(link.organisation_id), {"link_id": link.pk}


@act(make_token, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    organisation = stage.tenant()
    programs = [
        row.pk
        for row in stage.house.of(Provider, organisation_id=organisation)
        if row.kind in {ProviderKind.PROGRAM, ProviderKind.AGENT}
    ]
    for_program = bool(programs) and stage.chance.random() < 0.7
    rights = sorted(right.value for right in PROGRAM_RIGHTS)
    return stage.lead(organisation), {
        "name": "night shift",
        "scopes": rights if for_program else ["read"],
        "expires_at": stage.now + timedelta(days=stage.chance.choice([1, 90, 300])),
        "token_hash": hash_of(f"{stage.chance.random()} {stage.now}"),
        "provider_id": stage.chance.choice(programs) if for_program else None,
    }


@act(revoke_token)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    token = stage.some(Token, lambda row: row.revoked_at is None)
    return stage.head(token.organisation_id), {"token_id": token.pk}


# ---- processes ----


@act(add_process)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    given = {"name": f"Process {stage.chance.randint(1, 30)}", "area": stage.chance.choice(["", "Shop"])}
    return stage.lead(stage.tenant()), given


@act(change_process)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    process = stage.some(Process)
    name = f"Process {stage.chance.randint(1, 60)}"
    given = {"process_id": process.pk, "name": name, "hours_each": Decimal(stage.chance.randint(1, 9))}
    return stage.lead(process.organisation_id), given


@act(merge_processes)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    process = stage.some(Process)
    into = stage.some(Process, lambda row: row.organisation_id == process.organisation_id)
    return stage.lead(process.organisation_id), {"process_id": process.pk, "into_id": into.pk}


@act(judge_process)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    process = stage.some(Process)
    answers = {"times_per_year": "12", "hours_each": "3"} if stage.chance.random() < 0.5 else {}
    return stage.lead(process.organisation_id), {"process_id": process.pk, "answers": answers}


@act(import_processes)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    numbers = stage.chance.sample(range(1, 40), 3)
    rows = [InventoryRow(number=number, name=f"Process {number}", area="Shop") for number in numbers]
    given = {"rows": rows, "name": "inventory.csv", "sha256": "0" * 64}
    return stage.member(stage.tenant(), "owner", "admin", "broker"), given


# ---- words and files ----


@act(write_message)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    outtask = stage.some(OutTask)
    given = {"outtask_id": outtask.pk, "text": stage.words(), "asks": stage.chance.random() < 0.4}
    if stage.chance.random() < 0.5:
        try:
            return stage.guest(lambda row: row.outtask_id == outtask.pk and bool(row.provider_id)), given
        except Nothing:
            pass
    return stage.member(outtask.organisation_id), given


@act(record_download)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    file = stage.some(File)
    return stage.member(file.organisation_id), {"file_id": file.pk}
