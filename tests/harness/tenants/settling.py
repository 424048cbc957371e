"""What an organisation has: out-tasks at every stage and one of everything else, as addresses name them."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from outtask.agree.tests import steps as agreeing
from outtask.decide.actions import add_process, judge_process
from outtask.deliver.actions import hand_in
from outtask.deliver.tests.underway import a_file
from outtask.followers import again
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.kernel.reference import make, tracking_code
from outtask.lifecycle.accounts import note_bank_account
from outtask.lifecycle.models import Import, ImportedRecord
from outtask.lifecycle.tests.life import Life, plain_terms
from outtask.messages.actions import write_message
from outtask.models import (
    Archive,
    Check,
    Drill,
    Entry,
    File,
    Handover,
    Hold,
    Invitation,
    Invoice,
    Link,
    Member,
    MemberInvitation,
    OutTask,
    Person,
    SkippedEntry,
    Token,
    WebhookDelivery,
    WebhookEndpoint,
)
from outtask.people.actions import add_provider, delegate, invite_member, make_token
from outtask.people.links import hash_of, invitation_token_for, token_for
from outtask.people.roles import rights_of
from outtask.people.states import Purpose, Role
from outtask.people.tokens import fresh
from outtask.source.criteria import criterion
from outtask.source.tests import steps as sourcing
from outtask.spend import actions as spending
from outtask.takeback.actions import take_back
from outtask.takeback.packing import pack
from outtask.watch import queries as watching
from outtask.watch.actions import tune_watch
from outtask.watch.states import Detector
from tests.harness.tenants import buying, pots, selling
from tests.harness.tenants.planting import word
from tests.world import NOW, World

type Things = dict[str, str]


def later(days: int) -> date:
    return (NOW + timedelta(days=days)).date()


def make_secret(world: World, member: Member, tag: str, scopes: frozenset[Any], **more: Any) -> str:
    """A token of a member, or of the provider that `more` names: the secret itself."""
    secret = fresh()
    made = make_token(
        actor=member.actor,
        now=world.now,
        name=word(tag, "Token", "name"),
        scopes=sorted(scopes),
        expires_at=world.now + timedelta(days=90),
        token_hash=hash_of(secret),
        **more,
    )
    # When a token was last used is noted once a minute; here it counts as noted already.
    Token.objects.filter(pk=made["id"]).update(last_used_at=world.now)
    return secret


def settle(world: World, tag: str, owner: str, number: int) -> Things:
    """Out-tasks at every stage, owned by `owner`, and one of everything else: their names in addresses."""
    things = (
        _offering(world, owner)
        | _drafting(world, owner)
        | _asking(world, owner)
        | _delivering(world, tag, owner)
    )
    things |= _returned(world, owner) | _programmed(world, owner) | buying.ordered(world, owner)
    things |= _inventory(world, tag, number) | _people(world, tag, number) | _background(world)
    things |= _watched(world, things, number) | selling.beside(world, tag, number, owner)
    return things | _imported(world, things["offering"], number) | _limits(world, tag, number)


def _owned(world: World, life: Life, owner: str) -> OutTask:
    OutTask.objects.filter(pk=life.outtask_id).update(owner=world.member(owner))
    return life.outtask


def _offering(world: World, owner: str) -> Things:
    """Two were asked, one has offered."""
    brief = sourcing.sent(world)
    proposal = sourcing.offered(world, brief, world.marek)
    outtask = _owned(world, Life(world, brief.outtask_id), owner)
    link = Link.objects.filter(outtask=outtask, provider=world.marek, purpose=Purpose.PROPOSE)[0]
    return {
        "offering": outtask.reference,
        "proposal": str(proposal.pk),
        "invitation": str(Invitation.objects.filter(brief=brief, provider=world.marek)[0].pk),
        "propose_token": token_for(link.pk),
        "link": str(link.pk),
    }


def _drafted(world: World, terms: Any) -> Life:
    life = Life(world, sourcing.awarded(world).outtask_id)
    life.drafts(terms)
    return life


def _drafting(world: World, owner: str) -> Things:
    """A statement of work that nobody has signed."""
    return {"drafting": _owned(world, _drafted(world, plain_terms()), owner).reference}


def _asking(world: World, owner: str) -> Things:
    """Signed by both; the money is asked for, and Joseph has the link to decide."""
    life = _drafted(world, plain_terms())
    agreeing.client_signs(world, life.agreement)
    sign = agreeing.sign_link(life.agreement)
    agreeing.provider_signs(world, life.agreement)
    outtask = _owned(world, life, "roisin")
    life.asks(by="roisin")
    _owned(world, life, owner)
    return {
        "asking": outtask.reference,
        "request": life.request.reference,
        "decide_token": token_for(life.decide_link.pk),
        "sign_token": token_for(sign.pk),
    }


def _delivering(world: World, tag: str, owner: str) -> Things:
    """The first part is accepted and invoiced; the second is handed in and waits for a look."""
    terms = plain_terms()
    second = replace(terms.milestones[1], criteria=(criterion("Reads well", "by_hand", {}),))
    life = _drafted(world, replace(terms, milestones=(terms.milestones[0], second)))
    life.signs()
    life.asks()
    life.delivers(1)
    life.invoices(1, number=f"INV-{secrets.token_hex(4)}")
    content = f"isbn,title\n1,{word(tag, 'Blob', 'content')}\n".encode()
    handed_in = hand_in(
        actor=life.deliver_link.actor,
        now=world.now,
        milestone_id=life.milestone(2).pk,
        files=[a_file("part-2.csv", content)],
        note="Look at row 7.",
    )
    _messages(world, life)
    outtask = _owned(world, life, owner)
    submission = handed_in["submission"]
    latest = Entry.objects.filter(outtask_id=outtask.pk).order_by("-seq")[0]
    return {
        "delivering": outtask.reference,
        "tracking": outtask.tracking_code,
        "milestone": "2",
        "version": "1",
        "check": str(Check.objects.get(submission_id=submission).pk),
        "invoice": str(Invoice.objects.get(outtask=outtask).pk),
        "file": str(File.objects.filter(outtask=outtask).order_by("-id")[0].pk),
        "file_name": "part-2.csv",
        "deliver_token": token_for(life.deliver_link.pk),
        "seq": str(latest.seq),
        "entry": str(latest.pk),
    }


def _messages(world: World, life: Life) -> None:
    shared: dict[str, Any] = {"now": world.now, "outtask_id": life.outtask_id}
    write_message(actor=life.deliver_link.actor, text="The light was poor on Monday.", asks=True, **shared)
    write_message(actor=world.actor("imke"), text="Then come on Tuesday.", **shared)


def _returned(world: World, owner: str) -> Things:
    """Committed, then taken back; the pack is made."""
    life = _drafted(world, plain_terms())
    life.signs()
    life.asks()
    taken = take_back(
        actor=world.actor("imke"),
        now=world.now,
        outtask_id=life.outtask_id,
        successor="another",
        reason="We do it together now.",
    )
    handover = Handover.objects.get(outtask_id=life.outtask_id)
    assert taken is not None
    pack(world.organisation.pk, handover.pk, world.now)
    return {"returned": _owned(world, life, owner).reference, "handover": str(handover.pk)}


def _programmed(world: World, owner: str) -> Things:
    """A brief that the agent was asked to answer: what a program sees."""
    brief = sourcing.sent(world, world.pagewright)
    outtask = _owned(world, Life(world, brief.outtask_id), owner)
    asked = Invitation.objects.get(brief=brief)
    return {"programmed": outtask.reference, "program_invitation": str(asked.pk)}


def _inventory(world: World, tag: str, number: int) -> Things:
    def add(name: str) -> str:
        done = add_process(
            actor=world.actor("imke"),
            now=world.now,
            name=f"{word(tag, 'Process', 'name')} {name} {number}",
            area="Shop",
        )
        return str(done["id"])

    budget = spending.open_budget(
        actor=world.actor("imke"), now=world.now, name=f"Repairs {number}", authorised=Money(50_000, "GBP")
    )
    process, into = add("Cataloguing"), add("Packing")
    judge_process(actor=world.actor("imke"), now=world.now, process_id=process, answers={})  # type: ignore[arg-type]
    more = pots.beside(world, tag, number, budget["id"], later(number - 20))
    return {"process": process, "into": into, "budget": str(budget["id"])} | more


def _people(world: World, tag: str, number: int) -> Things:
    invited = invite_member(
        actor=world.actor("imke"),
        now=world.now,
        email=f"{word(tag, 'MemberInvitation', 'email')}{number}@example.org",
        role=Role.AUDITOR,
        name="Wanda",
    )
    invitation = MemberInvitation.objects.filter(organisation=world.organisation).order_by("-id")[0]
    assert invited is not None
    secret = make_secret(world, world.members["imke"], tag, rights_of(Role.AUDITOR))
    person = Person.objects.create(email=f"{tag}.colleague{number}@example.org", name="Carla Dent")
    member = Member.objects.create(
        organisation=world.organisation, person=person, role=Role.REQUESTER, joined_at=world.now
    )
    provider = add_provider(
        actor=world.actor("imke"),
        now=world.now,
        kind="firm",
        name=f"Gull {number}",
        email=f"gull{number}@{tag}.example",
    )
    return {
        "member": str(member.pk),
        "provider": str(provider["id"]),
        "member_invitation": str(invitation.pk),
        "invitation_token": invitation_token_for(invitation.pk),
        "token": str(Token.objects.get(token_hash=hash_of(secret)).pk),
    }


def _background(world: World) -> Things:
    entry = Entry.objects.filter(organisation=world.organisation).order_by("seq")[0]
    skipped = SkippedEntry.objects.create(
        follower="reader", organisation=world.organisation, entry=entry, error="no room", at=world.now
    )
    task = again.digest.enqueue(organisation_id=str(world.organisation.pk), skipped_id=0)
    DBTaskResult.objects.filter(pk=task.id).update(status=TaskResultStatus.FAILED, finished_at=world.now)
    shared: dict[str, Any] = {"organisation": world.organisation, "asked_at": world.now}
    archive = Archive.objects.create(asked_by=world.members["imke"], problem="no room", **shared)
    drill = Drill.objects.create(problem="no room", **shared)
    return {
        "skipped": str(skipped.pk),
        "task": str(task.id),
        "archive": str(archive.pk),
        "archive_name": "outtask.zip",
        "drill": str(drill.pk),
        **_told(world, entry),
    }


def _told(world: World, entry: Entry) -> Things:
    """A webhook, and an entry that it could not be told."""
    endpoint = WebhookEndpoint.objects.create(
        organisation=world.organisation,
        address="https://hooks.example/in",
        made_by=world.members["imke"],
        made_at=world.now,
        since_seq=0,
        sends_since=world.now,
    )
    delivery = WebhookDelivery.objects.create(
        organisation=world.organisation,
        endpoint=endpoint,
        entry_id=entry.pk,
        seq=entry.seq,
        made_at=world.now,
        next_at=world.now,
    )
    return {"webhook": str(endpoint.pk), "delivery": str(delivery.pk)}


def _limits(world: World, tag: str, number: int) -> Things:
    """A limit of somebody who promises nothing, and an absence of somebody who decides nothing here."""
    made: dict[str, Any] = {"actor": world.actor("imke"), "now": world.now}
    limit = spending.set_limit(
        **made,
        member_id=world.member("ada").pk,
        period="month",
        amount=Money(1_000, "GBP"),
        category=str(70 + number),
    )
    absence = delegate(
        **made,
        giver_id=world.member("nadia").pk,
        taker_id=world.member("dunstan").pk,
        starts_on=later(100 + 10 * number),
        ends_on=later(105 + 10 * number),
        reason=word(tag, "Delegation", "reason"),
    )
    # From an amount that nobody spends here, so that it falls on nothing else in the town.
    name = f"{word(tag, 'SpendRule', 'name')} {number}"
    rule = spending.make_rule(**made, name=name, demand="two", amount_from=Money(10**14, "GBP"))
    return {"rule": str(rule["id"]), "limit": str(limit["id"]), "absence": str(absence["id"])}


def _watched(world: World, things: Things, number: int) -> Things:
    """The account of the provider, what is looked for, and something held that nobody has looked at."""
    account = f"HARBOUR{number:04}"
    made: dict[str, Any] = {"actor": world.actor("imke"), "now": world.now}
    note_bank_account(**made, provider_id=UUID(things["provider"]), account=account)
    tuned = watching.tuned(world.organisation.pk)
    longer = replace(tuned.terms, bank_days=tuned.terms.bank_days + 1)
    tune_watch(**made, terms=longer, version=tuned.version, reason="We pay every five weeks.")
    hold = Hold.objects.create(
        organisation=world.organisation,
        outtask=OutTask.objects.get(organisation=world.organisation, reference=things["delivering"]),
        detector=Detector.NO_EVIDENCE,
        subject_type="milestone",
        subject_id=Invoice.objects.get(pk=things["invoice"]).lines.get().milestone_id,
        evidence={},
        held_at=world.now,
    )
    return {"hold": str(hold.pk)}


def _imported(world: World, reference: str, number: int) -> Things:
    taken = Import.objects.create(
        organisation=world.organisation,
        source="ocds",
        name=f"release-{number}.json",
        sha256=secrets.token_hex(32),
        counts={"created": 1, "changed": 0, "unchanged": 0, "problems": 0, "unmapped": 0, "files": []},
        imported_by=world.members["imke"],
        imported_at=world.now,
    )
    ImportedRecord.objects.create(
        organisation=world.organisation,
        outtask=OutTask.objects.get(organisation=world.organisation, reference=reference),
        latest_import=taken,
        digest=secrets.token_hex(32),
        publisher="The county",
        license="Open Government Licence",
    )
    return {"import": str(taken.pk)}


def absent() -> Things:
    """Names of the right form that nothing ever had."""
    references = ("offering", "drafting", "asking", "delivering", "returned", "programmed", "ordering")
    ids = (
        "proposal", "invitation", "link", "check", "invoice", "file", "handover", "program_invitation",
        "process", "into", "budget", "member", "provider", "member_invitation", "token", "mail", "task",
        "import", "archive", "drill", "webhook", "delivery", "limit", "rule", "absence", "transfer",
        "closing", "hold", "entry", "item", "subscription", "repeat",
    )  # fmt: skip
    tokens = ("propose_token", "decide_token", "sign_token", "deliver_token", "invitation_token")
    found = {name: make("OT", 2026, 999_900 + place) for place, name in enumerate(references)}
    found |= {
        "request": make("PR", 2026, 999_900),
        "order_request": make("PR", 2026, 999_901),
        "milestone": "2",
        "version": "1",
        "file_name": "part-2.csv",
        "archive_name": "outtask.zip",
    }
    found |= {name: str(new_id()) for name in ids} | {name: secrets.token_urlsafe(32) for name in tokens}
    return found | {"tracking": tracking_code(), "seq": "999999999", "skipped": "999999999"}
