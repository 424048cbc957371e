"""Who may join, lead, leave; what a provider must have. Pure: facts in, a refusal or None out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outtask.kernel.money import LARGEST_MINOR, known
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people.states import MEMBER_INVITATION, ProviderKind, Relation, Role

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_OWNED = frozenset({ProviderKind.PROGRAM, ProviderKind.AGENT})


def plain_address(email: str) -> str:
    """The one form in which addresses are stored and compared: no blanks around it, small letters."""
    return email.strip().lower()


def why_not_name(name: str, field: str = "name", longest: int = 200) -> Refusal | None:
    if not name.strip():
        return Refusal("name_missing", N_("Write a name."), field=field)
    if len(name.strip()) > longest:
        return Refusal(
            "name_long",
            N_("The name has more than %(longest)s characters. Shorten it."),
            field=field,
            facts={"longest": longest},
        )
    return None


def why_not_address(email: str, field: str = "email") -> Refusal | None:
    if _ADDRESS.fullmatch(plain_address(email)) and len(email) <= 254:
        return None
    return Refusal("address_form", N_("Write a whole e-mail address, such as imke@example.org."), field=field)


def why_not_zone(zone: str, field: str = "zone") -> Refusal | None:
    """Only zones of the IANA database: deadlines are told and kept in them."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Refusal(
            "zone_unknown", N_("Choose a time zone of the list, such as Europe/Paris."), field=field
        )
    return None


def why_not_currency(currency: str) -> Refusal | None:
    if known(currency):
        return None
    return Refusal("currency_unknown", N_("Choose a currency of ISO 4217, such as EUR."), field="currency")


def why_not_found(*, real_organisations: int, founder_known: bool, sample: bool) -> Refusal | None:
    """The first organisation is founded by whoever comes first, every further one by a person signed in."""
    if founder_known or sample or real_organisations == 0:
        return None
    return Refusal(
        "already_founded",
        N_("This installation has its organisation already. Ask one of its owners to invite you."),
    )


def why_not_compare(wanted: bool, *, now: bool, is_sample: bool) -> Refusal | None:
    """Whether an organisation may begin or cease to be counted among others; `now`: whether it is."""
    if wanted and is_sample:
        return Refusal("sample", N_("The sample is made up. It is counted nowhere and sees no counts."))
    if wanted == now:
        reason = N_("It is counted already.") if now else N_("It is not counted.")
        return Refusal("compares_already", reason)
    return None


def why_not_second_factor(from_minor: int | None, before: int | None, proven: bool) -> Refusal | None:
    """The amount from which a second factor is asked for is zero or more, and another than before.

    proven: whether whoever changes an amount that holds has shown theirs, so that a stolen session cannot
    first put the amount out of its way.
    """
    if from_minor is not None and not 0 <= from_minor <= LARGEST_MINOR:
        return Refusal("amount_range", N_("Enter an amount of zero or more."), field="from_amount")
    if from_minor == before:
        return Refusal("nothing_to_do", N_("That is so already."), field="from_amount")
    if before is not None and not proven:
        reason = N_(
            "Whoever changes this amount confirms it with their second factor. Sign in, open Settings,"
            " Organisation and confirm it there."
        )
        return Refusal("second_factor", reason)
    return None


def why_not_role(role: str) -> Refusal | None:
    if role in set(Role):
        return None
    return Refusal("role_unknown", N_("Choose one of the roles."), field="role")


def why_not_limit(limit_minor: int | None) -> Refusal | None:
    if limit_minor is None or 0 <= limit_minor <= LARGEST_MINOR:
        return None
    return Refusal(
        "limit_range", N_("A limit is zero or more. Left empty, everything is referred."), field="limit"
    )


def why_not_manage(
    actor_role: str, *, target_role: str | None, new_role: str | None, themselves: bool = False
) -> Refusal | None:
    """Owners are made, changed and removed by owners alone; nobody else changes their own role or limit."""
    if actor_role == Role.OWNER:
        return None
    if target_role == Role.OWNER:
        return Refusal("owners_only", N_("Only an owner can change or remove an owner."))
    if new_role == Role.OWNER:
        return Refusal("owners_only", N_("Only an owner can make somebody an owner."), field="role")
    if themselves and new_role is not None:
        return Refusal("own_role", N_("You cannot change your own role or limit. Ask an owner."))
    return None


def why_not_without_owner(target_role: str, new_role: str | None, owners: int) -> Refusal | None:
    """An organisation keeps at least one owner; `new_role` None means that the member leaves."""
    if target_role != Role.OWNER or new_role == Role.OWNER or owners > 1:
        return None
    return Refusal(
        "last_owner",
        N_("This is the only owner. Make somebody else an owner first."),
        field="role" if new_role is not None else None,
    )


def why_not_report_to(
    member: UUID | None, boss: UUID | None, line: Mapping[UUID, UUID | None]
) -> Refusal | None:
    """What goes above a limit must end somewhere: nobody refers to themselves, directly or through others.

    line: each active member → whom they refer to. `member` None is somebody who has yet to join.
    """
    if boss is None:
        return None
    if boss not in line:
        return Refusal("boss_absent", N_("Choose somebody who is a member here."), field="reports_to")
    seen: set[UUID] = set()
    step: UUID | None = boss
    while step is not None and step not in seen:
        if step == member:
            return Refusal(
                "reports_in_circle",
                N_("This would go in a circle: a request above a limit would never arrive. Choose another."),
                field="reports_to",
            )
        seen.add(step)
        step = line.get(step)
    return None


def why_not_invite(email: str, *, members: Collection[str], invited: Collection[str]) -> Refusal | None:
    if email in members:
        return Refusal(
            "member_already", N_("%(email)s is a member already."), field="email", facts={"email": email}
        )
    if email in invited:
        return Refusal(
            "invited_already",
            N_("%(email)s has an open invitation. Withdraw it first to send another."),
            field="email",
            facts={"email": email},
        )
    return None


@dataclass(frozen=True)
class Acceptance:
    """What accepting an invitation depends on.

    account: the address of the person who is signed in; empty for somebody new.
    taken: whether the invited address has an account.
    inviter_stays: whether who invited is still a member.
    """

    state: str
    expires_at: datetime
    email: str
    account: str = ""
    taken: bool = False
    inviter_stays: bool = True


def why_not_accept(facts: Acceptance, now: datetime) -> Refusal | None:
    if wrong := MEMBER_INVITATION.why_not(facts.state, "accept"):
        return wrong
    if facts.expires_at <= now:
        return Refusal("invitation_ended", N_("This invitation has ended. Ask for a new one."))
    if not facts.inviter_stays:
        return Refusal(
            "inviter_left",
            N_("The person who invited you is no longer a member. Ask somebody else there to invite you."),
        )
    if facts.account and facts.account != facts.email:
        return Refusal(
            "other_address",
            N_("This invitation is for %(email)s. Sign out, then open it again to accept with that address."),
            facts={"email": facts.email},
        )
    if facts.taken and not facts.account:
        return Refusal(
            "sign_in_first",
            N_("There is an account for %(email)s. Sign in with it, then accept."),
            facts={"email": facts.email},
        )
    return None


def why_not_declare(active_members: int, *, declared: bool, reason: str) -> Refusal | None:
    """Only an organisation of one person may let that person hold several duties."""
    if declared:
        return Refusal("declared_already", N_("The exception is declared already."))
    if active_members != 1:
        return Refusal(
            "not_alone",
            N_("There are %(count)s members here, so duties can be shared. The exception is for one alone."),
            facts={"count": active_members},
        )
    if not reason.strip():
        return Refusal("reason_missing", N_("Write why; the reason stands in the journal."), field="reason")
    return None


@dataclass(frozen=True)
class ProviderFacts:
    """What is asked of a provider. same_email, same_name: the name of one that has it already, or empty."""

    kind: str
    name: str
    email: str = ""
    country: str = ""
    has_owner: bool = False
    same_email: str = ""
    same_name: str = ""
    anyway: bool = False


def why_not_provider(facts: ProviderFacts) -> tuple[Refusal, ...]:
    """Everything that is wrong at once, each on its field."""
    found = [
        why_not_name(facts.name, longest=300),
        why_not_address(facts.email) if facts.email else None,
        _why_not_kind(facts),
        None
        if not facts.country or re.fullmatch("[A-Z]{2}", facts.country)
        else Refusal(
            "country_form", N_("Write the country as two capital letters, such as NL."), field="country"
        ),
        None if facts.anyway else _why_not_twice(facts),
    ]
    return tuple(refusal for refusal in found if refusal is not None)


def _why_not_kind(facts: ProviderFacts) -> Refusal | None:
    if facts.kind not in set(ProviderKind):
        return Refusal("kind_unknown", N_("Choose a person, firm, program or AI agent."), field="kind")
    if facts.kind in _OWNED and not facts.has_owner:
        return Refusal(
            "owner_missing",
            N_("A program or AI agent needs a member who answers for it. Choose one."),
            field="owned_by",
        )
    return None


def _why_not_twice(facts: ProviderFacts) -> Refusal | None:
    if facts.same_email:
        return Refusal(
            "provider_twice",
            N_(
                "%(existing)s has this e-mail address already. Use that one, or confirm that this is another."
            ),
            field="email",
            facts={"existing": facts.same_email},
        )
    if facts.same_name:
        return Refusal(
            "provider_twice",
            N_("There is a provider named %(existing)s. Use that one, or confirm that this is another."),
            field="name",
            facts={"existing": facts.same_name},
        )
    return None


def why_not_block(relation: str, reason: str) -> Refusal | None:
    if relation == Relation.BLOCKED:
        return Refusal("blocked_already", N_("This provider is blocked already."))
    if not reason.strip():
        return Refusal("reason_missing", N_("Write why; colleagues will ask."), field="reason")
    return None


REGULAR_FROM = 3
"""So many out-tasks done make a provider a regular one."""


def relation_after(relation: str, done: int) -> str:
    """The relation to a provider who has `done` so many out-tasks to the end.

    Only forward: what a member chose, a former or a blocked provider and one who is regular already, stays.
    """
    if relation in {Relation.NEW, Relation.OCCASIONAL} and done >= REGULAR_FROM:
        return Relation.REGULAR
    return Relation.OCCASIONAL if relation == Relation.NEW and done else relation


def why_not_relation(relation: str) -> Refusal | None:
    """Blocking is an act of its own, with a reason; the other words are chosen freely."""
    if relation in set(Relation) - {Relation.BLOCKED}:
        return None
    return Refusal("relation_unknown", N_("Choose new, occasional, regular or former."), field="relation")
