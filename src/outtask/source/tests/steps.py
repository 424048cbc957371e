"""The steps of sourcing, taken by the people every test knows; each does one real action."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from outtask.journal.recording import Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.models import Brief, Entry, Invitation, Link, Proposal, Provider
from outtask.source.actions import award_proposal, propose, send_brief, write_brief
from outtask.source.criteria import criterion
from outtask.source.rules import Need, Offer, Stage

BY_WHEN = date(2026, 12, 18)
ANSWER_BY = date(2026, 11, 27)
READY = date(2026, 12, 11)
NEED = Need(
    what="Photograph 60 first editions\nFront, spine and one open page of each.",
    by_when=BY_WHEN,
    criteria=(
        criterion("180 images are there", "file_present", {"least": 180, "pattern": "*.jpg"}),
        criterion("White background", "by_hand", {}),
    ),
    budget=Money(50_000, "GBP"),
)
REASONS = "She reads the text twice"


def need(**changes: Any) -> Need:
    return replace(NEED, **changes)


def offer(minor: int = 41_200, parts: int = 1, ready: date = READY, currency: str = "GBP") -> Offer:
    price = Money(minor, currency)
    share = minor // parts
    amounts = [share] * (parts - 1) + [minor - share * (parts - 1)]
    stages = tuple(
        Stage(f"Part {number}", ready, Money(amount, currency))
        for number, amount in enumerate(amounts, start=1)
    )
    return Offer(price, ready, stages, "I can start on Monday.")


def written(world: Any, by: str = "imke", given: Need = NEED) -> Brief:
    outcome = write_brief(actor=world.actor(by), now=world.now, need=given)
    return Brief.objects.get(pk=outcome["brief_id"])


def send(
    world: Any, brief: Brief, *providers: Provider, by: str = "imke", answer_by: date = ANSWER_BY
) -> Outcome:
    return send_brief(
        actor=world.actor(by),
        now=world.now,
        brief_id=brief.pk,
        version=brief.version,
        provider_ids=[provider.pk for provider in providers],
        answer_by=answer_by,
    )


def sent(world: Any, *providers: Provider) -> Brief:
    brief = written(world)
    send(world, brief, *(providers or (world.marek, world.kestrel)))
    brief.refresh_from_db()
    return brief


def invitation(brief: Brief, provider: Provider) -> Invitation:
    return Invitation.objects.filter(brief=brief, provider=provider).order_by("-round")[0]


def link(brief: Brief, provider: Provider) -> Link:
    return Link.objects.filter(subject_id=invitation(brief, provider).pk).order_by("-made_at", "-id")[0]


def guest(brief: Brief, provider: Provider) -> Actor:
    return link(brief, provider).actor


def offered(
    world: Any, brief: Brief, provider: Provider, given: Offer | None = None, now: datetime | None = None
) -> Proposal:
    outcome = propose(
        actor=guest(brief, provider),
        now=now or world.now,
        invitation_id=invitation(brief, provider).pk,
        offer=given or offer(),
    )
    return Proposal.objects.get(pk=outcome["proposal_id"])


def awarded(world: Any, by: str = "imke") -> Brief:
    """A brief sent to Marek and Kestrel, both of whom answered; Marek was chosen."""
    brief = sent(world)
    chosen = offered(world, brief, world.marek)
    offered(world, brief, world.kestrel, offer(39_900, parts=3))
    award_proposal(actor=world.actor(by), now=world.now, proposal_id=chosen.pk, reasons=REASONS)
    brief.refresh_from_db()
    return brief


def entry_says(outcome: Outcome) -> dict[str, Any]:
    """What the entry of an outcome says, from its hashed bytes."""

    body = bytes(Entry.objects.get(pk=UUID(outcome.entry_id)).body)
    said: dict[str, Any] = json.loads(body.split(b"\n", 1)[1])["says"]
    return said
