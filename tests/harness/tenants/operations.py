"""Every operation of the API, read from its document, and what must come back from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from outtask.people.roles import PROGRAM_RIGHTS, ROLES, Right
from outtask.people.states import Role
from tests.harness.tenants.parties import Answer, Party, ask, same_again
from tests.harness.tenants.routes import BOUND
from tests.harness.tenants.sampling import Input, Sampler
from tests.harness.tenants.town import Town

DOCUMENT = "/api/v1/openapi.json"

PARTS = {
    ("processes", "process_id"): "process",
    ("invitations", "invitation_id"): "invitation",
    ("proposals", "proposal_id"): "proposal",
    ("budgets", "budget_id"): "budget",
    ("transfers", "transfer_id"): "transfer",
    ("closings", "closing_id"): "closing",
    ("requests", "reference"): "request",
    ("out-tasks", "check_id"): "check",
    ("out-tasks", "order"): "milestone",
    ("out-tasks", "number"): "version",
    ("invoices", "invoice_id"): "invoice",
    ("providers", "provider_id"): "provider",
    ("handovers", "handover_id"): "handover",
    ("archives", "archive_id"): "archive",
    ("drills", "drill_id"): "drill",
    ("webhooks", "endpoint_id"): "webhook",
    ("webhooks", "delivery_id"): "delivery",
    ("mails", "mail_id"): "mail",
    ("files", "file_id"): "file",
    ("entries", "entry_id"): "entry",
    ("members", "member_id"): "member",
    ("member-invitations", "invitation_id"): "member_invitation",
    ("links", "link_id"): "link",
    ("tokens", "token_id"): "token",
    ("items", "item_id"): "item",
    ("cart", "item_id"): "item",
    ("subscriptions", "subscription_id"): "subscription",
    ("holds", "hold_id"): "hold",
    ("repeats", "repeat_id"): "repeat",
    ("limits", "limit_id"): "limit",
    ("rules", "rule_id"): "rule",
    ("absences", "delegation_id"): "absence",
    ("imports", "import_id"): "import",
    ("background", "skipped_id"): "skipped",
    ("background", "task_id"): "task",
}
"""Which thing of the town a part of an address names, by the first word of the address."""

STAGES = {
    "brief": "offering", "proposals": "offering", "award": "delivering", "agreement": "asking",
    "requests": "asking", "taking-back": "asking", "order": "ordering",
}  # fmt: skip
"""Which out-task, by what the address asks of it; the one that delivers for everything else."""

BODY_IDS = {
    "budget_id": "budget", "into_id": "into", "source_id": "budget", "target_id": "budget",
    "keeper_id": "member", "provider_id": "provider", "reports_to_id": "member",
    "milestone_id": "check", "process_id": "process",
}  # fmt: skip

MEMBERS_RIGHT = {"hand_in": Right.VERIFY}
"""Where a member does by another right what the provider does by theirs: recording what came by post."""

DOWNLOADS = frozenset({"file_content", "handover_pack", "archive_content"})
"""A download is told in the journal, each time."""

OF_ONES_OWN = frozenset({"revoke_token", "token", "absence", "end_delegation"})
"""Everybody sees and ends their own; here they are the owner's."""

MAY_BE_MISSING = frozenset({"invitation_pack", "archive_content"})
"""What the thing of the town has not got: no pack came with this brief, no archive is made yet."""


@dataclass(frozen=True)
class Operation:
    """One operation: its method, the template of its path, the things in it, and the scope it declares."""

    name: str
    method: str
    path: str
    things: Mapping[str, str]
    scope: Right | None
    given: Input

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    def address(self, things: Mapping[str, str], as_whose: Mapping[str, Mapping[str, str]]) -> str:
        path = self.path
        for part, thing in self.things.items():
            path = path.replace(f"{{{part}}}", as_whose.get(part, things)[thing])
        return path + ("?q=wvyx" if path.endswith("/search") else "")


def operations(town: Town, party: Party, whose: str = "own") -> tuple[list[Operation], list[str]]:
    """All of them, with ids of things of `whose` in their bodies, and what of their addresses is unknown."""
    document = json.loads(ask(party, "GET", DOCUMENT).body)
    ids = {name: town.things[whose][thing] for name, thing in BODY_IDS.items()}
    sampler = Sampler(document, ids)
    found: list[Operation] = []
    unknown: list[str] = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            things = _things(path, operation, unknown)
            scope = Right(operation["x-scope"]) if "x-scope" in operation else None
            name = operation["operationId"]
            found.append(Operation(name, method.upper(), path, things, scope, sampler.of(operation)))
    return found, unknown


def _things(path: str, operation: Mapping[str, Any], unknown: list[str]) -> dict[str, str]:
    words = path.removeprefix("/api/v1/").split("/")
    things: dict[str, str] = {}
    for parameter in operation.get("parameters", []):
        if parameter["in"] != "path":
            continue
        name = parameter["name"]
        if (words[0], name) == ("out-tasks", "reference"):
            things[name] = STAGES.get(words[2] if len(words) > 2 else "", "delivering")
        elif (words[0], name) in PARTS:
            things[name] = PARTS[words[0], name]
        else:
            unknown.append(f"{path}: {name}")
            things[name] = "milestone"
    return things


@dataclass
class Caller:
    """Calls every operation for one party and keeps what was not as it must be."""

    town: Town
    party: Party
    wrong: list[str] = field(default_factory=list)
    calls: int = 0
    served: set[str] = field(default_factory=set)

    @property
    def enters(self) -> bool:
        return self.party.is_member or self.party.program

    def call(self, operation: Operation, path: str) -> Answer:
        self.calls += 1
        headers = {"Authorization": f"Bearer {self.party.bearer}"} if self.party.bearer else {}
        return ask(self.party, operation.method, path, headers=headers, **operation.given.sent)

    def say(self, operation: Operation, whose: str, answer: Answer, problem: str) -> None:
        self.wrong.append(
            f"{self.party.name}: {operation.name} ({whose}): {answer.status}, {answer.rows} rows: {problem}:"
            f" {answer.text[:200] if answer.status >= 400 else ''}"
        )

    def all_of(self, operation: Operation) -> None:
        """The operation on what is theirs, and on everything that is not."""
        things = self.town.things
        mine = "foreign" if self.party.foreign else "own"
        own = operation.address(things[mine], {})
        answer = self.call(operation, own)
        for problem in self._wrong_with(operation, answer):
            self.say(operation, mine, answer, problem)
        if answer.status < 300:
            self.served.add(operation.name)
        if not operation.things:
            return
        never = operation.address(things["absent"], {})
        nothing = same_again(self.call(operation, never), never, *self._names(operation, "absent"))
        for whose, path in self._others(operation):
            told = self.call(operation, path)
            names = self._names(operation, whose) + self._names(operation, "own")
            if same_again(told, path, *names) != nothing:
                self.say(operation, whose, told, f"differs from what never was ({nothing[0]})")
            if told.rows:
                self.say(operation, whose, told, "something was written")
        expected = {403, 404, 409, 422} if self.enters else {401}
        if nothing[0] not in expected:
            self.wrong.append(f"{self.party.name}: {operation.name} (absent): {nothing[0]}")

    def _names(self, operation: Operation, whose: str) -> tuple[str, ...]:
        return tuple(self.town.things[whose][thing] for thing in operation.things.values())

    def _others(self, operation: Operation) -> Iterator[tuple[str, str]]:
        things = self.town.things
        yield "deleted", operation.address(things["deleted"], {})
        theirs = "own" if self.party.foreign else "foreign"
        yield theirs, operation.address(things[theirs], {})
        if self.party.role == "requester" and BOUND.intersection(operation.things.values()):
            yield "colleague", operation.address(things["colleague"], {})

    def _wrong_with(self, operation: Operation, answer: Answer) -> Iterator[str]:
        if answer.status >= 500:
            yield "broke"
        if operation.reads and answer.rows and operation.name not in DOWNLOADS:
            yield "reading wrote"
        if not self.enters:
            if answer.status != 401 or answer.rows:
                yield "nobody comes in without a token"
        elif self.party.program:
            yield from self._program(operation, answer)
        elif operation.reads:
            yield from self._reading(operation, answer)
        else:
            yield from self._acting(operation, answer)

    def _lacks(self, operation: Operation) -> bool:
        right = MEMBERS_RIGHT.get(operation.name, operation.scope)
        return right is not None and Role(self.party.role) not in ROLES[right]

    def _reading(self, operation: Operation, answer: Answer) -> Iterator[str]:
        allowed = {200} if self.party.role == "admin" else {200, 403}
        if operation.name in MAY_BE_MISSING | OF_ONES_OWN:
            allowed |= {404}
        if answer.status not in allowed:
            yield f"not one of {sorted(allowed)}"
        if answer.status == 403 and _code(answer) != "not_allowed":
            yield "refused for another reason"

    def _acting(self, operation: Operation, answer: Answer) -> Iterator[str]:
        code = _code(answer)
        if operation.scope is None:
            return
        if self._lacks(operation):
            gone = operation.name in OF_ONES_OWN and answer.status == 404
            if answer.rows or not (gone or (answer.status == 403 and code == "not_allowed")):
                yield "a role without the right is refused, and nothing is written"
        elif answer.status in {401, 404} or code in {"not_allowed", "outside_scopes", "not_fitting"}:
            yield "a role with the right was turned away"

    def _program(self, operation: Operation, answer: Answer) -> Iterator[str]:
        if answer.status == 401:
            yield "its token lets it in"
        if operation.things and answer.status < 300:
            yield "an agent sees nothing but what it was asked for"
        if operation.scope not in {None, *PROGRAM_RIGHTS} and (answer.rows or answer.status < 400):
            yield "an agent does nothing but what providers do"


def _code(answer: Answer) -> str:
    if answer.status < 400 or "json" not in answer.headers.get("Content-Type", ""):
        return ""
    return str(json.loads(answer.body)["code"])
