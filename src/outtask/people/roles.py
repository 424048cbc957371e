"""Who may do what: one table, shown on a page and asked by every action."""

from __future__ import annotations

from enum import StrEnum

from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people.states import Purpose, Role

_R = Role


class Right(StrEnum):
    """What an action asks for. `label` is what the rights page calls it."""

    READ = "read"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_ORGANISATION = "manage_organisation"
    MANAGE_PROVIDERS = "manage_providers"
    JUDGE = "judge"
    IMPORT = "import"
    BRIEF = "brief"
    AWARD = "award"
    AGREE = "agree"
    REQUEST = "request"
    APPROVE = "approve"
    MANAGE_BUDGETS = "manage_budgets"
    VERIFY = "verify"
    APPROVE_INVOICE = "approve_invoice"
    PAY = "pay"
    TAKE_BACK = "take_back"
    MEASURE = "measure"
    WRITE = "write"
    # what a guest's link may carry
    PROPOSE = "propose"
    SIGN_AS_PROVIDER = "sign_as_provider"
    HAND_IN = "hand_in"
    INVOICE = "invoice"


LABELS: dict[Right, str] = {
    Right.READ: N_("See out-tasks, providers and reports"),
    Right.MANAGE_PEOPLE: N_("Invite members, set roles, limits and who refers to whom"),
    Right.MANAGE_ORGANISATION: N_("Change the organisation, its rules and its sample"),
    Right.MANAGE_PROVIDERS: N_("Add and change providers"),
    Right.JUDGE: N_("Judge processes"),
    Right.IMPORT: N_("Import inventories and published contracts"),
    Right.BRIEF: N_("Write briefs and send them"),
    Right.AWARD: N_("Choose a proposal"),
    Right.AGREE: N_("Write and sign statements of work"),
    Right.REQUEST: N_("Ask to spend"),
    Right.APPROVE: N_("Approve spending within their limit"),
    Right.MANAGE_BUDGETS: N_("Open budgets and put money into them"),
    Right.VERIFY: N_("Accept work or request changes"),
    Right.APPROVE_INVOICE: N_("Approve invoices"),
    Right.PAY: N_("Record payments"),
    Right.TAKE_BACK: N_("Take an out-task back"),
    Right.MEASURE: N_("Set service levels"),
    Right.WRITE: N_("Write in the thread of an out-task"),
    Right.PROPOSE: N_("Answer a brief"),
    Right.SIGN_AS_PROVIDER: N_("Sign for the provider"),
    Right.HAND_IN: N_("Hand in work"),
    Right.INVOICE: N_("Send an invoice"),
}

_EVERYBODY = frozenset(Role)
_LEADS = frozenset({_R.OWNER, _R.ADMIN, _R.MANAGER, _R.PROGRAMME_MANAGER, _R.BROKER})
_WORKERS = _LEADS | {_R.REQUESTER}

ROLES: dict[Right, frozenset[Role]] = {
    Right.READ: _EVERYBODY,
    Right.MANAGE_PEOPLE: frozenset({_R.OWNER, _R.ADMIN}),
    Right.MANAGE_ORGANISATION: frozenset({_R.OWNER, _R.ADMIN}),
    Right.MANAGE_PROVIDERS: _WORKERS,
    Right.JUDGE: _LEADS,
    Right.IMPORT: frozenset({_R.OWNER, _R.ADMIN, _R.PROGRAMME_MANAGER, _R.BROKER}),
    Right.BRIEF: _WORKERS,
    Right.AWARD: _LEADS,
    Right.AGREE: _LEADS,
    Right.REQUEST: _WORKERS,
    Right.APPROVE: frozenset({_R.OWNER, _R.ADMIN, _R.MANAGER, _R.PROGRAMME_MANAGER, _R.FINANCE}),
    Right.MANAGE_BUDGETS: frozenset({_R.OWNER, _R.ADMIN, _R.FINANCE}),
    Right.VERIFY: _WORKERS,
    Right.APPROVE_INVOICE: frozenset({_R.OWNER, _R.ADMIN, _R.MANAGER, _R.FINANCE}),
    Right.PAY: frozenset({_R.OWNER, _R.ADMIN, _R.FINANCE}),
    Right.TAKE_BACK: _WORKERS,
    Right.MEASURE: _LEADS,
    Right.WRITE: _EVERYBODY - {_R.AUDITOR},
    Right.PROPOSE: frozenset(),
    Right.SIGN_AS_PROVIDER: frozenset(),
    Right.HAND_IN: frozenset(),
    Right.INVOICE: _LEADS | {_R.FINANCE},
}

# A program or agent does what people of its provider do by their links, all with one token.
PROGRAM_RIGHTS: frozenset[Right] = frozenset(
    {Right.READ, Right.PROPOSE, Right.SIGN_AS_PROVIDER, Right.HAND_IN, Right.INVOICE, Right.WRITE}
)

LINK_RIGHTS: dict[Purpose, frozenset[Right]] = {
    Purpose.PROPOSE: frozenset({Right.READ, Right.PROPOSE, Right.WRITE}),
    Purpose.SIGN: frozenset({Right.READ, Right.SIGN_AS_PROVIDER, Right.WRITE}),
    Purpose.DELIVER: frozenset({Right.READ, Right.HAND_IN, Right.INVOICE, Right.WRITE}),
    Purpose.DECIDE: frozenset({Right.READ, Right.APPROVE}),
}


def rights_of(role: str) -> frozenset[Right]:
    """Everything a member of this role may do."""
    return frozenset(right for right, roles in ROLES.items() if role in roles)


def _carries(actor: Actor, right: Right) -> bool:
    if actor.is_member:
        return actor.role in ROLES[right]
    if actor.is_program:
        return right in PROGRAM_RIGHTS
    return actor.is_guest and right in LINK_RIGHTS[Purpose(actor.purpose)]


def _why_not_in_scope(actor: Actor, right: Right) -> Refusal | None:
    if actor.scopes is None or right in actor.scopes:
        return None
    return Refusal(
        "outside_scopes",
        N_("This token has no scope for it: %(right)s. Use one with the scope %(scope)s."),
        facts={"right": LABELS[right].lower(), "scope": right.value},
    )


def may(actor: Actor, right: Right) -> Refusal | None:
    """None when the actor's role, link or token carries the right, else a refusal that names who can."""
    if actor.is_clock:
        return None
    if _carries(actor, right):
        return _why_not_in_scope(actor, right)
    who = ", ".join(sorted(role.value.replace("_", " ") for role in ROLES[right]))
    return Refusal(
        "not_allowed",
        N_("Your role does not allow this: %(right)s. Ask somebody who is %(who)s.")
        if who
        else N_("Only the provider can do this, by the link they were sent: %(right)s."),
        facts={"right": LABELS[right].lower(), "who": who},
    )
