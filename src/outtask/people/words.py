"""How roles, kinds of provider, relations and purposes of a link are called on pages."""

from __future__ import annotations

from collections.abc import Mapping

from outtask.kernel.words import N_
from outtask.people.states import ProviderKind, Purpose, Relation, Role

ROLE_NAMES: Mapping[str, str] = {
    Role.OWNER: N_("Owner"),
    Role.ADMIN: N_("Admin"),
    Role.MANAGER: N_("Manager"),
    Role.REQUESTER: N_("Requester"),
    Role.PROGRAMME_MANAGER: N_("Programme manager"),
    Role.FINANCE: N_("Finance"),
    Role.AUDITOR: N_("Auditor"),
    Role.BROKER: N_("Broker"),
}

KIND_NAMES: Mapping[str, str] = {
    ProviderKind.PERSON: N_("Person"),
    ProviderKind.FIRM: N_("Firm"),
    ProviderKind.PROGRAM: N_("Program"),
    ProviderKind.AGENT: N_("AI agent"),
}

RELATION_NAMES: Mapping[str, str] = {
    Relation.NEW: N_("New"),
    Relation.OCCASIONAL: N_("Now and then"),
    Relation.REGULAR: N_("Regular"),
    Relation.FORMER: N_("Former"),
    Relation.BLOCKED: N_("Blocked"),
}

PURPOSE_NAMES: Mapping[str, str] = {
    Purpose.PROPOSE: N_("Answer a brief"),
    Purpose.SIGN: N_("Sign"),
    Purpose.DELIVER: N_("Hand in work"),
    Purpose.DECIDE: N_("Decide a request"),
}
