"""A request that waits for Joseph, his link, and a table of ways to misuse it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from outtask.models import Approval, Commitment, Link, PurchaseRequest
from tests.harness.tenants.parties import Answer, Party, ask
from tests.harness.tenants.town import Side, Town
from tests.world import SIGN_IN


@dataclass
class Desk:
    """The link and a browser without cookies; `kept` answers stay in the database of the test."""

    town: Town
    browser: Party = field(default_factory=lambda: Party("somebody", _browser()))

    @property
    def side(self) -> Side:
        return self.town.own

    @property
    def token(self) -> str:
        return self.side.things["decide_token"]

    @property
    def path(self) -> str:
        return f"/l/{self.token}"

    @property
    def request(self) -> PurchaseRequest:
        return PurchaseRequest.objects.get(
            organisation=self.side.world.organisation, reference=self.side.things["request"]
        )

    @property
    def link(self) -> Link:
        found: Link = Link.objects.filter(subject_id=self.request.pk, purpose="decide").order_by("id")[0]
        return found

    def act(self, action: Callable[..., Any], by: str, **inputs: Any) -> Any:
        """Something a member does elsewhere meanwhile."""
        return action(actor=self.side.world.actor(by), now=self.town.now, **inputs)

    def sign_in(self, name: str) -> None:
        self.browser.client.force_login(self.side.world.members[name].person, backend=SIGN_IN)

    def press(self, decision: str = "approve", path: str = "", **more: Any) -> Answer:
        """Send the form of the page as a browser does."""
        given: dict[str, Any] = {"decision": decision, "version": "1", "note": "", "key": ""} | more
        return ask(self.browser, "POST", path or self.path, given)

    def press_for_good(self, decision: str = "approve", **more: Any) -> Answer:
        given: dict[str, Any] = {"decision": decision, "version": "1", "note": "", "key": ""} | more
        response = self.browser.client.post(self.path, given)
        return Answer(response.status_code, dict(response.headers), response.content, 0)

    def standing(self) -> tuple[Any, ...]:
        """What the request says, and what became of it."""
        row = self.request
        decisions = Approval.objects.filter(request=row).values_list("decision", flat=True)
        return (
            row.state, row.version, row.amount_minor, row.currency, row.budget_id, row.requested_by_id,
            row.decider_id, row.reason, list(decisions),
            Commitment.objects.filter(agreement_id=row.agreement_id).count(),
        )  # fmt: skip


def _browser() -> Client:
    return Client(raise_request_exception=False)


type Prepare = Callable[[Desk], None]


@dataclass(frozen=True)
class Attack:
    """One way to misuse the link: `meanwhile` happens first, then `send` is tried and gets `status`."""

    status: int
    send: Callable[[Desk], Answer]
    meanwhile: Prepare | None = None


def get(**headers: str) -> Callable[[Desk], Answer]:
    return lambda desk: ask(desk.browser, "GET", desk.path, headers=headers)


def press(decision: str = "approve", **more: Any) -> Callable[[Desk], Answer]:
    return lambda desk: desk.press(decision, **more)


def at(path: Callable[[Desk], str], method: str = "POST") -> Callable[[Desk], Answer]:
    """The form sent to another address, made from the right one."""
    form: Mapping[str, str] = {"decision": "approve", "version": "1"}
    return lambda desk: ask(desk.browser, method, path(desk), dict(form))


def raw(method: str, body: str, content_type: str, **headers: str) -> Callable[[Desk], Answer]:
    return lambda desk: ask(desk.browser, method, desk.path, body, content_type=content_type, headers=headers)
