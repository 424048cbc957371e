"""The sample bookshop and everything somebody in it does, each by one real action.

Nobody here writes a row: what the shop does is what a member, or a guest by their link, could do on a page.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files as packaged
from importlib.resources.abc import Traversable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from outtask.agree.actions import draft_agreement, sign_as_client, sign_as_provider
from outtask.agree.documents import ServiceLevelTerms
from outtask.agree.models import Agreement
from outtask.agree.queries import terms_from, version_of
from outtask.decide.models import Process
from outtask.deliver.actions import accept_milestone, hand_in, request_changes, tick_check
from outtask.deliver.models import Check, Milestone, Submission
from outtask.deliver.running import run_checks_of
from outtask.files.checks.criteria import CheckKind
from outtask.files.storage import Stored, store_pieces
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.lifecycle.spending import approve_request, ask_to_spend
from outtask.messages.actions import write_message
from outtask.pay.actions import approve_invoice, record_payment, send_invoice
from outtask.people.actions import accept_invitation, add_provider, found_organisation, invite_member
from outtask.people.links import hash_of, invitation_token_for
from outtask.people.models import Link, Member, MemberInvitation, Person
from outtask.people.queries import coming_member, coming_owner
from outtask.people.states import ProviderKind, Purpose, Role
from outtask.source.actions import award_proposal, decline_invitation, propose, send_brief, write_brief
from outtask.source.criteria import Criterion
from outtask.source.models import Brief, Proposal
from outtask.source.queries import live_award
from outtask.source.rules import Need, Offer, Stage
from outtask.spend.actions import open_budget
from outtask.spend.models import PurchaseRequest
from outtask.takeback.actions import take_back
from outtask.takeback.packing import pack

type Story = Generator[datetime, datetime]

NAME, CURRENCY, ZONE = "Harbour Row Books", "GBP", "Europe/London"
DATA: Traversable = packaged("outtask").joinpath("sample_data")

# short name: (name, role, limit in minor units, whom they refer to)
PEOPLE: Mapping[str, tuple[str, Role, int | None, str]] = {
    "joseph": ("Joseph Adeyemi", Role.MANAGER, 150_000, "imke"),
    "nadia": ("Nadia Brook", Role.ADMIN, 50_000, "imke"),
    "roisin": ("Roisin Tully", Role.REQUESTER, 20_000, "joseph"),
    "dunstan": ("Dunstan Peel", Role.FINANCE, None, "imke"),
    "ada": ("Ada Quill", Role.AUDITOR, None, "imke"),
}
# short name: (kind, name, e-mail, the member who answers for it)
PROVIDERS: Mapping[str, tuple[ProviderKind, str, str, str]] = {
    "kestrel": (ProviderKind.FIRM, "Kestrel Data Ltd", "work@kestrel.example", ""),
    "marek": (ProviderKind.PERSON, "Marek Solan", "marek@solan.example", ""),
    "pagewright": (ProviderKind.AGENT, "Pagewright", "pagewright@sample.example", "joseph"),
    "quay": (ProviderKind.FIRM, "Quay Couriers", "desk@quay.example", ""),
    "fold": (ProviderKind.FIRM, "Fold & Bind", "bench@fold.example", ""),
    "catrin": (ProviderKind.PERSON, "Catrin Hughes", "catrin@hughes.example", ""),
}


def pounds(minor: int) -> Money:
    return Money(minor, CURRENCY)


@dataclass(frozen=True)
class Task:
    """An out-task of the shop as far as its story goes."""

    outtask_id: UUID
    brief_id: UUID
    links: dict[str, UUID] = field(default_factory=dict)
    """Invitations by the provider's short name."""


@dataclass
class Shop:
    """Harbour Row Books. `now` is the day its story ends on."""

    now: datetime
    organisation_id: UUID
    members: dict[str, UUID] = field(default_factory=dict)
    providers: dict[str, UUID] = field(default_factory=dict)
    budgets: dict[str, UUID] = field(default_factory=dict)

    # ---- who and when ----

    @classmethod
    def found(cls, now: datetime, password_hash: str) -> Shop:
        """The organisation with its owner, forty-five working days ago."""
        shop = cls(now, UUID(int=0))
        done = found_organisation(
            actor=coming_owner(),
            now=shop.at(45, 9),
            name=NAME,
            currency=CURRENCY,
            zone=ZONE,
            person_name="Imke Vos",
            email="imke@sample.example",
            password_hash=password_hash,
            sample=True,
        )
        shop.organisation_id = UUID(done["organisation_id"])
        shop.members["imke"] = UUID(done["member_id"])
        return shop

    def day(self, before: int) -> date:
        """The calendar day so many working days before the story ends; a negative number lies ahead."""
        found, left = self.now.astimezone(ZoneInfo(ZONE)).date(), abs(before)
        step = timedelta(days=-1 if before > 0 else 1)
        while left:
            found += step
            left -= found.weekday() < 5
        return found

    def at(self, before: int, hour: int, minute: int = 0) -> datetime:
        """An instant of that day on the shop's clock; `before` is one at least, so it is over."""
        local = datetime.combine(self.day(before), time(hour, minute), ZoneInfo(ZONE))
        return local.astimezone(UTC)

    def member(self, name: str) -> Member:
        found: Member = Member.objects.select_related("person").get(pk=self.members[name])
        return found

    def person(self, name: str) -> Person:
        return self.member(name).person

    def actor(self, name: str) -> Actor:
        return self.member(name).actor

    # ---- people and money ----

    def joins(self, at: datetime, name: str) -> None:
        """Imke invites somebody, who accepts an hour later."""
        full, role, limit, boss = PEOPLE[name]
        invited = invite_member(
            actor=self.actor("imke"),
            now=at,
            email=f"{name}@sample.example",
            name=full,
            role=role,
            limit_minor=limit,
            reports_to_id=self.members[boss],
        )
        token = hash_of(invitation_token_for(UUID(invited["id"])))
        invitation = MemberInvitation.objects.get(token_hash=token)
        joined = accept_invitation(
            actor=coming_member(invitation, None),
            now=at + timedelta(minutes=10),
            invitation_id=invitation.pk,
            name=full,
            password_hash=self.NO_PASSWORD,
        )
        self.members[name] = UUID(joined["member_id"])

    # Django's own mark for "no password fits".
    NO_PASSWORD = "!"

    def adds(self, at: datetime, name: str) -> None:
        kind, full, email, owner = PROVIDERS[name]
        done = add_provider(
            actor=self.actor("imke"),
            now=at,
            kind=kind,
            name=full,
            email=email,
            owned_by_id=self.members[owner] if owner else None,
        )
        self.providers[name] = UUID(done["id"])

    def opens_budget(self, at: datetime, short: str, name: str, minor: int) -> None:
        done = open_budget(actor=self.actor("dunstan"), now=at, name=name, authorised=pounds(minor))
        self.budgets[short] = UUID(done["id"])

    # ---- sourcing ----

    def writes(
        self,
        at: datetime,
        by: str,
        what: str,
        by_when: date,
        criteria: Sequence[Criterion] = (),
        budget: int | None = None,
        process: str = "",
    ) -> Task:
        """A brief; with it an out-task begins."""
        need = Need(what, by_when, tuple(criteria), None if budget is None else pounds(budget))
        known = Process.objects.filter(organisation_id=self.organisation_id, name=process)
        done = write_brief(
            actor=self.actor(by),
            now=at,
            need=need,
            process_id=known.values_list("pk", flat=True).first() if process else None,
        )
        return Task(UUID(done["outtask_id"]), UUID(done["brief_id"]))

    def sends(self, at: datetime, by: str, task: Task, *providers: str, answer_by: date) -> None:
        brief = Brief.objects.get(pk=task.brief_id)
        done = send_brief(
            actor=self.actor(by),
            now=at,
            brief_id=brief.pk,
            version=brief.version,
            provider_ids=[self.providers[name] for name in providers],
            answer_by=answer_by,
        )
        task.links.update(zip(providers, map(UUID, done["invitation_ids"]), strict=True))

    def offers(
        self, at: datetime, provider: str, task: Task, parts: Sequence[tuple[str, date, int]], note: str = ""
    ) -> None:
        """A provider answers by their link: milestones with their days and prices."""
        stages = tuple(Stage(title, due, pounds(minor)) for title, due, minor in parts)
        price = pounds(sum(minor for _, _, minor in parts))
        propose(
            actor=self._guest(Purpose.PROPOSE, task.links[provider]),
            now=at,
            invitation_id=task.links[provider],
            offer=Offer(price, max(due for _, due, _ in parts), stages, note),
        )

    def declines(self, at: datetime, provider: str, task: Task, reason: str) -> None:
        decline_invitation(
            actor=self._guest(Purpose.PROPOSE, task.links[provider]),
            now=at,
            invitation_id=task.links[provider],
            reason=reason,
        )

    def chooses(self, at: datetime, by: str, task: Task, provider: str, reasons: str) -> None:
        offer = Proposal.objects.filter(invitation_id=task.links[provider]).order_by("-version")[0]
        award_proposal(actor=self.actor(by), now=at, proposal_id=offer.pk, reasons=reasons)

    # ---- agreeing and the money ----

    def drafts(self, at: datetime, by: str, task: Task, levels: Sequence[ServiceLevelTerms] = ()) -> None:
        """The statement of work from brief and proposal, with the conditions on every milestone."""
        award = live_award(task.outtask_id)
        assert award is not None, "somebody was chosen"
        terms = terms_from(award)
        criteria = terms.milestones[-1].criteria
        milestones = tuple(replace(milestone, criteria=criteria) for milestone in terms.milestones)
        draft_agreement(
            actor=self.actor(by),
            now=at,
            outtask_id=task.outtask_id,
            terms=replace(terms, milestones=milestones, service_levels=tuple(levels)),
        )

    def signs(self, at: datetime, by: str, task: Task) -> None:
        sign_as_client(actor=self.actor(by), now=at, **self._version(task))

    def signs_as_provider(self, at: datetime, task: Task, name: str) -> None:
        agreement = self._agreement(task)
        sign_as_provider(
            actor=self._guest(Purpose.SIGN, agreement.pk), now=at, name=name, **self._version(task)
        )

    def spends(self, at: datetime, by: str, task: Task, budget: str, reason: str = "") -> None:
        ask_to_spend(
            actor=self.actor(by),
            now=at,
            agreement_id=self._agreement(task).pk,
            budget_id=self.budgets[budget],
            reason=reason,
        )

    def approves(self, at: datetime, by: str, task: Task, note: str) -> None:
        request = PurchaseRequest.objects.filter(outtask_id=task.outtask_id).order_by("-id")[0]
        approve_request(
            actor=self.actor(by), now=at, request_id=request.pk, version=request.version, note=note
        )

    # ---- delivering ----

    def hands_in(self, at: datetime, task: Task, order: int, *names: str, note: str = "") -> None:
        """The provider hands files of the sample in; a minute later the system has tried its checks."""
        done = hand_in(
            actor=self._guest(Purpose.DELIVER, self._agreement(task).pk),
            now=at,
            milestone_id=self._milestone(task, order).pk,
            files=[(name, self._stored(name)) for name in names],
            note=note,
        )
        run_checks_of(self.organisation_id, UUID(done["submission"]), at + timedelta(minutes=1))

    def looks(self, at: datetime, by: str, task: Task, order: int, missing: str = "") -> None:
        """Somebody ticks what only people can judge; `missing` says what is wrong, else all is well."""
        latest = self._latest(task, order)
        for check in Check.objects.filter(submission=latest, kind=CheckKind.BY_HAND).order_by("order"):
            tick_check(actor=self.actor(by), now=at, check_id=check.pk, passed=not missing, detail=missing)

    def accepts(self, at: datetime, by: str, task: Task, order: int) -> None:
        accept_milestone(
            actor=self.actor(by),
            now=at,
            milestone_id=self._milestone(task, order).pk,
            submission_number=self._latest(task, order).number,
        )

    def sends_back(self, at: datetime, by: str, task: Task, order: int, reasons: str, due: date) -> None:
        request_changes(
            actor=self.actor(by),
            now=at,
            milestone_id=self._milestone(task, order).pk,
            submission_number=self._latest(task, order).number,
            reasons=reasons,
            new_due_on=due,
        )

    # ---- paying, talking, taking back ----

    def invoices(self, at: datetime, task: Task, number: str, *orders: int) -> UUID:
        done = send_invoice(
            actor=self._guest(Purpose.DELIVER, self._agreement(task).pk),
            now=at,
            outtask_id=task.outtask_id,
            number=number,
            milestone_ids=[self._milestone(task, order).pk for order in orders],
            dated_on=at.date(),
        )
        return UUID(done["id"])

    def approves_invoice(self, at: datetime, by: str, invoice_id: UUID) -> None:
        approve_invoice(actor=self.actor(by), now=at, invoice_id=invoice_id)

    def pays(self, at: datetime, by: str, invoice_id: UUID, reference: str) -> None:
        record_payment(
            actor=self.actor(by), now=at, invoice_id=invoice_id, paid_on=at.date(), bank_reference=reference
        )

    def says(self, at: datetime, by: str, task: Task, text: str) -> None:
        write_message(actor=self.actor(by), now=at, outtask_id=task.outtask_id, text=text)

    def asks(self, at: datetime, purpose: Purpose, task: Task, text: str) -> None:
        """The provider asks by their link, and the shop has to answer."""
        guest = self._guest(purpose, self._agreement(task).pk)
        write_message(actor=guest, now=at, outtask_id=task.outtask_id, text=text, asks=True)

    def takes_back(self, at: datetime, by: str, task: Task, successor: str, reason: str) -> None:
        done = take_back(
            actor=self.actor(by), now=at, outtask_id=task.outtask_id, successor=successor, reason=reason
        )
        pack(self.organisation_id, UUID(done["handover"]), at + timedelta(minutes=1))

    # ---- what is at hand ----

    def _guest(self, purpose: Purpose, subject_id: UUID) -> Actor:
        """The holder of the latest link for a subject that is still open."""
        live = Link.objects.filter(purpose=purpose, subject_id=subject_id, revoked_at__isnull=True)
        link: Link = live.order_by("-made_at", "-id")[0]
        return link.actor

    def _agreement(self, task: Task) -> Agreement:
        found: Agreement = Agreement.objects.filter(outtask_id=task.outtask_id).order_by("-id")[0]
        return found

    def _version(self, task: Task) -> dict[str, Any]:
        agreement = self._agreement(task)
        version = version_of(agreement)
        return {"agreement_id": agreement.pk, "version": version.number, "sha256": version.sha256}

    def _milestone(self, task: Task, order: int) -> Milestone:
        found: Milestone = Milestone.objects.get(agreement=self._agreement(task), order=order)
        return found

    def _latest(self, task: Task, order: int) -> Submission:
        found: Submission = Submission.objects.filter(milestone=self._milestone(task, order)).order_by(
            "-number"
        )[0]
        return found

    def _stored(self, name: str) -> Stored:
        return store_pieces([DATA.joinpath(name).read_bytes()], name)
