"""Words of the people room: roles, kinds of provider, purposes of a link."""

from enum import StrEnum

from outtask.kernel.machine import Machine


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    REQUESTER = "requester"
    PROGRAMME_MANAGER = "programme_manager"
    FINANCE = "finance"
    AUDITOR = "auditor"
    BROKER = "broker"


class ProviderKind(StrEnum):
    PERSON = "person"
    FIRM = "firm"
    PROGRAM = "program"
    AGENT = "agent"


class Relation(StrEnum):
    NEW = "new"
    OCCASIONAL = "occasional"
    REGULAR = "regular"
    FORMER = "former"
    BLOCKED = "blocked"


class Purpose(StrEnum):
    """What a link lets its holder do; each link has exactly one."""

    PROPOSE = "propose"
    SIGN = "sign"
    DELIVER = "deliver"
    DECIDE = "decide"


class InvitationState(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


MEMBER_INVITATION = Machine(
    "invitation",
    InvitationState,
    InvitationState.SENT,
    {
        (InvitationState.SENT, "accept"): InvitationState.ACCEPTED,
        (InvitationState.SENT, "withdraw"): InvitationState.WITHDRAWN,
    },
)
