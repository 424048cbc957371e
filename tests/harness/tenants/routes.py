"""One row for each named address: who it is for, what its parts name, how it is asked, who may act there.

A named address without a row fails `test_rows`. Operations of the API need no row: they are read from the
OpenAPI document, and the parts of their addresses stand in `operations.PARTS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from outtask.people.roles import Right
from tests.harness.tenants.town import later


class Door(Enum):
    """Who an address is for."""

    PUBLIC = "everybody"
    SIGNED_IN = "whoever signed in"
    MEMBER = "members"
    LINK = "whoever holds the link in the address"
    WATCHER = "watchers of the installation"


BOUND = frozenset(
    {
        "offering", "proposal", "invitation", "link", "drafting", "asking", "request", "delivering",
        "check", "invoice", "file", "returned", "handover", "programmed", "program_invitation", "seq",
        "entry",
        "ordering", "order_request", "repeat",
    }
)  # fmt: skip
"""Things of one out-task: a requester sees them only where the out-task is theirs."""


@dataclass(frozen=True, slots=True)
class Post:
    """What is sent, beside what the form on the page `at` (this address without one) already holds.

    right: what the act asks for; None when it depends on more than the role. marks: a field by which the
    form is known. absent: here there is nothing to act on, so it is answered like an absent page.
    """

    right: Right | None = None
    says: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    marks: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One named address.

    parts: which thing of the town each part of the address names. get: the right that looking asks for.
    reads: whether it can be looked at. usual: the statuses of looking at what is one's own.
    """

    door: Door = Door.MEMBER
    parts: Mapping[str, str] = field(default_factory=dict)
    get: Right | None = None
    reads: bool = True
    usual: frozenset[int] = frozenset({200})
    post: Post | None = None
    query: str = ""


def page(*, get: Right | None = None, post: Post | None = None, query: str = "", **parts: str) -> Row:
    return Row(parts=parts, get=get, post=post, query=query)


def press(post: Post, **parts: str) -> Row:
    """An address that only acts."""
    return Row(parts=parts, reads=False, post=post)


def sign_in(*usual: int, door: Door = Door.SIGNED_IN, **parts: str) -> Row:
    """A page of the library that signs people in."""
    return Row(door=door, parts=parts, usual=frozenset(usual or (200, 302)), post=Post())


def link(token: str, *usual: int, **parts: str) -> Row:
    return Row(door=Door.LINK, parts={"token": token, **parts}, usual=frozenset(usual or (200,)))


_R = Right
_NEED = {"what": "Bind twelve atlases", "by_when": str(later(20))}
_PLACE = {"role": "auditor", "limit": "", "reports_to": ""}

ROUTES: dict[str, Row] = {
    # -- beginning and signing in
    "account_login": sign_in(door=Door.PUBLIC),
    "account_signup": sign_in(door=Door.PUBLIC),
    "account_logout": sign_in(door=Door.PUBLIC),
    "account_inactive": sign_in(door=Door.PUBLIC),
    "account_reset_password": sign_in(door=Door.PUBLIC),
    "account_reset_password_done": sign_in(door=Door.PUBLIC),
    "account_reset_password_from_key": sign_in(door=Door.PUBLIC, uidb36="literal:1", key="literal:abc-def"),
    "account_reset_password_from_key_done": sign_in(door=Door.PUBLIC),
    "account_confirm_email": sign_in(200, 302, 404, door=Door.PUBLIC, key="literal:abc"),
    "account_email_verification_sent": sign_in(200, 302, 404, door=Door.PUBLIC),
    "account_confirm_login_code": sign_in(door=Door.PUBLIC),
    "account_reauthenticate": sign_in(),
    "account_email": sign_in(200, 302, 404),
    "account_change_password": sign_in(),
    "account_set_password": sign_in(200, 302, 404),
    "mfa_authenticate": sign_in(door=Door.PUBLIC),
    "mfa_login_webauthn": sign_in(door=Door.PUBLIC),
    "mfa_index": sign_in(),
    "mfa_reauthenticate": sign_in(),
    "mfa_activate_totp": sign_in(),
    "mfa_deactivate_totp": sign_in(200, 302, 404),
    "mfa_view_recovery_codes": sign_in(200, 302, 404),
    "mfa_generate_recovery_codes": sign_in(200, 302, 404),
    "mfa_download_recovery_codes": sign_in(200, 302, 404),
    "mfa_list_webauthn": sign_in(),
    "mfa_add_webauthn": sign_in(),
    "mfa_reauthenticate_webauthn": sign_in(),
    "mfa_remove_webauthn": sign_in(302, 404, pk="literal:1"),
    "mfa_edit_webauthn": sign_in(302, 404, pk="literal:1"),
    "first-run": Row(door=Door.PUBLIC, usual=frozenset({200, 302})),
    "sample": Row(door=Door.PUBLIC, reads=False, post=Post()),
    "arrival": Row(door=Door.PUBLIC, usual=frozenset({200, 302})),
    "arrival-bring": Row(door=Door.PUBLIC, reads=False, post=Post()),
    "healthz": Row(door=Door.WATCHER),
    "readyz": Row(door=Door.WATCHER, usual=frozenset({200, 503})),
    "track": Row(door=Door.PUBLIC),
    "api-reference": Row(door=Door.PUBLIC),
    "api-noun": Row(door=Door.PUBLIC, parts={"slug": "literal:files"}),
    "track-code": Row(door=Door.PUBLIC, parts={"code": "tracking"}),
    # -- links
    "invitation": link("invitation_token"),
    "guest": link("deliver_token"),
    "guest-rest": link("deliver_token", rest="literal:agreement.pdf"),
    "guest-proofs": link("deliver_token"),
    "guest-checkpoint": link("deliver_token"),
    "guest-receipt": link("deliver_token", seq="seq"),
    # -- home, lists, settings
    "home": page(),
    "search": page(query="?q=a+word"),
    "outtasks": page(),
    "providers": page(),
    "processes": page(),
    "budgets": page(
        post=Post(
            _R.MANAGE_BUDGETS,
            {
                "name": "Bindings",
                "currency": "GBP",
                "authorised": "100.00",
                "starts_on": str(later(0)),
                "ends_on": str(later(90)),
            },
        )
    ),
    "spend-report": page(query="?by=month"),
    "spend-report-csv": page(),
    "spend-decisions": page(),
    "spend-decisions-csv": page(),
    "single-source": page(),
    "single-source-csv": page(),
    "watch": page(),
    "watch-terms": page(post=Post(_R.MANAGE_ORGANISATION, {"split_days": "8", "reason": "Two a week"})),
    "hold-disposition": press(
        Post(_R.APPROVE, {"disposition": "sound", "note": "Seen"}, at="watch"), hold_id="hold"
    ),
    "rates": page(
        post=Post(_R.MANAGE_BUDGETS, {"currency": "EUR", "per_unit": "0.85", "day": str(later(0))})
    ),
    "requests": page(),
    "buy": page(post=Post(_R.REQUEST, {"title": "A kettle", "amount": "5.00"}, marks="title")),
    "request-lines": page(
        post=Post(None, {"note": "Fewer"}, marks="note"),
        reference="order_request",
    ),
    "outtask-order": page(
        post=Post(_R.REQUEST, {"reasons": "Too late"}, marks="reasons"), reference="ordering"
    ),
    "invoices": page(),
    "imports": page(),
    "ocds-import": page(),
    "reports": page(),
    "gallery": page(),
    "settings": page(),
    "rights": page(),
    "members": page(),
    "organisation": page(
        post=Post(_R.MANAGE_ORGANISATION, {"name": "Row Books", "zone": "Europe/London"}, marks="zone")
    ),
    "second-factor": press(Post(_R.MANAGE_ORGANISATION, {"factor-from_amount": "9,000,000.00"})),
    "request-decisions": press(Post(None, {"pick": "PR-26-999999-X:1", "decision": "approve"})),
    "comparing": press(Post(_R.MANAGE_ORGANISATION, {"compares": "yes"})),
    "exception": press(Post(_R.MANAGE_ORGANISATION, {"exception-reason": "One person."})),
    "exception-end": press(Post(_R.MANAGE_ORGANISATION)),
    "sample-removal": press(Post(absent=True)),
    "organisation-choice": press(Post(absent=True)),
    "account": page(post=Post(None, {"name": "Somebody", "zone": "Europe/London", "language": "en-gb"})),
    "sessions": press(Post()),
    "outbox": page(get=_R.MANAGE_ORGANISATION),
    "mail": page(get=_R.MANAGE_ORGANISATION, post=Post(_R.MANAGE_ORGANISATION), pk="mail"),
    "work": page(get=_R.MANAGE_ORGANISATION),
    "work-entry": press(Post(_R.MANAGE_ORGANISATION), skipped_id="skipped", act="literal:dismiss"),
    "work-task": press(Post(_R.MANAGE_ORGANISATION), task_id="task", act="literal:dismiss"),
    "checkpoint": page(),
    "exit": page(get=_R.MANAGE_ORGANISATION),
    "archive-new": press(Post(_R.MANAGE_ORGANISATION)),
    "drill-new": press(Post(_R.MANAGE_ORGANISATION)),
    # No archive is made yet in the town, so there is nothing to save.
    "archive": Row(
        parts={"archive_id": "archive", "name": "archive_name"},
        get=_R.MANAGE_ORGANISATION,
        usual=frozenset({404}),
    ),
    "absences": page(),
    "absence-end": press(Post(), delegation_id="absence"),
    "member-limits": page(
        post=Post(_R.MANAGE_PEOPLE, {"period": "day", "amount": "5.00", "currency": "GBP"}),
        member_id="member",
    ),
    "people-file": page(get=_R.MANAGE_PEOPLE),
    "people-import": page(get=_R.MANAGE_PEOPLE),
    "people-import-preview": Row(get=_R.MANAGE_PEOPLE, usual=frozenset({422})),
    "people-together": page(post=Post(_R.MANAGE_PEOPLE, {"reports_to": "none", "limit": "5.00"})),
    "rules": page(post=Post(_R.MANAGE_ORGANISATION, {"name": "Two", "demand": "two"})),
    "rule-end": press(Post(_R.MANAGE_ORGANISATION), rule_id="rule"),
    "limit-end": press(Post(_R.MANAGE_PEOPLE), limit_id="limit"),
    "tokens": page(post=Post(_R.READ, {"name": "Clock", "expires_at": str(later(30))})),
    "token-revocation": press(Post(), token_id="token"),
    "webhooks": page(
        get=_R.MANAGE_ORGANISATION, post=Post(_R.MANAGE_ORGANISATION, {"address": "https://a.example/"})
    ),
    "webhook": page(get=_R.MANAGE_ORGANISATION, endpoint_id="webhook"),
    "webhook-change": page(
        get=_R.MANAGE_ORGANISATION, post=Post(_R.MANAGE_ORGANISATION), endpoint_id="webhook"
    ),
    **{
        f"webhook-{act}": press(Post(_R.MANAGE_ORGANISATION), endpoint_id="webhook")
        for act in ("closure", "pause", "resumption", "rotation", "secret", "test")
    },
    "webhook-failures-replay": press(
        Post(_R.MANAGE_ORGANISATION, {"failed-failed_since": str(later(-1))}), endpoint_id="webhook"
    ),
    "webhook-entries-replay": press(
        Post(_R.MANAGE_ORGANISATION, {"places-first": "1", "places-last": "2"}), endpoint_id="webhook"
    ),
    "webhook-delivery-replay": press(
        Post(_R.MANAGE_ORGANISATION), endpoint_id="webhook", delivery_id="delivery"
    ),
    "receipt": page(post=Post(), seq="seq"),
    # -- people
    "member-new": page(post=Post(_R.MANAGE_PEOPLE, {"email": "new@example.org", "name": "New", **_PLACE})),
    "member": page(post=Post(_R.MANAGE_PEOPLE, _PLACE), member_id="member"),
    "member-removal": press(Post(_R.MANAGE_PEOPLE), member_id="member"),
    "invitation-withdrawal": press(Post(_R.MANAGE_PEOPLE), invitation_id="member_invitation"),
    "provider-new": page(
        post=Post(_R.MANAGE_PROVIDERS, {"kind": "firm", "name": "New Firm", "email": "firm@example.org"})
    ),
    "provider": page(provider_id="provider"),
    "provider-change": page(post=Post(_R.MANAGE_PROVIDERS), provider_id="provider"),
    "provider-account": press(
        Post(_R.MANAGE_PROVIDERS, {"account": "NL91 ABNA 0417 1643 00"}), provider_id="provider"
    ),
    "provider-block": press(Post(_R.MANAGE_PROVIDERS, {"reason": "Late"}), provider_id="provider"),
    "provider-unblock": press(Post(_R.MANAGE_PROVIDERS), provider_id="provider"),
    "provider-service": page(provider_id="provider"),
    "link-closure": press(Post(_R.MANAGE_PROVIDERS), link_id="link"),
    # -- deciding
    "process-new": page(get=_R.JUDGE, post=Post(_R.JUDGE, {"name": "Repairs"})),
    "process-import": page(get=_R.IMPORT),
    "process-import-preview": Row(get=_R.IMPORT, usual=frozenset({422})),
    "process": page(pk="process"),
    "process-facts": page(get=_R.JUDGE, post=Post(_R.JUDGE), pk="process"),
    "process-merge": page(get=_R.JUDGE, post=Post(_R.JUDGE), pk="process", into="into"),
    "process-judgement": page(get=_R.JUDGE, post=Post(_R.JUDGE), pk="process"),
    "process-judgement-so-far": press(Post(_R.JUDGE, at="process-judgement"), pk="process"),
    "process-models": page(pk="process"),
    # -- the catalogue
    "catalogue": page(query="?q=a+word&most=5"),
    "catalogue-csv": page(),
    "catalogue-compare": page(),
    "catalogue-import": page(get=_R.MANAGE_PROVIDERS),
    "catalogue-import-preview": Row(get=_R.MANAGE_PROVIDERS, usual=frozenset({422})),
    "item-new": page(
        post=Post(
            _R.MANAGE_PROVIDERS,
            {"code": "N-1", "name": "Boards", "kind": "good", "currency": "GBP", "price": "2.00"},
        )
    ),
    "item": page(item_id="item"),
    "item-change": page(post=Post(_R.MANAGE_PROVIDERS, {"name": "Boards"}), item_id="item"),
    "item-price": press(Post(_R.MANAGE_PROVIDERS, {"price": "1.00"}, at="item"), item_id="item"),
    "item-withdrawal": press(Post(_R.MANAGE_PROVIDERS), item_id="item"),
    "cart": page(),
    "cart-item": press(Post(_R.REQUEST, {"quantity": "2"}, at="item"), item_id="item"),
    "cart-item-removal": press(Post(_R.REQUEST), item_id="item"),
    "cart-order": press(Post(_R.REQUEST, {"reason": "Spring"}, at="cart")),
    "subscriptions": page(),
    "subscription-cancellation": press(Post(), subscription_id="subscription"),
    # -- sourcing
    "brief-new": page(post=Post(_R.BRIEF, _NEED)),
    "outtask-brief": page(
        post=Post(_R.BRIEF, {"answer_by": str(later(3))}, marks="answer_by"), reference="programmed"
    ),
    "brief-edit": page(post=Post(_R.BRIEF), reference="programmed"),
    "brief-closure": page(post=Post(_R.BRIEF, {"reason": "Not needed"}), reference="offering"),
    "outtask-proposals": page(reference="offering"),
    "proposal": page(
        post=Post(_R.AWARD, {"reasons": "She reads"}), reference="offering", proposal_id="proposal"
    ),
    # -- agreeing and spending
    "outtask-agreement": page(post=Post(_R.AGREE, {"read": "on"}), reference="drafting"),
    "agreement-edit": page(post=Post(_R.AGREE, {"change_note": "Earlier"}), reference="drafting"),
    "agreement-pdf": page(reference="delivering"),
    "budget-change": page(post=Post(_R.MANAGE_BUDGETS, {"rollover": "free"}), pk="budget"),
    "budget-part": page(post=Post(_R.MANAGE_BUDGETS, {"name": "Glue", "amount": "1.00"}), pk="budget"),
    "budget-next": page(
        post=Post(_R.MANAGE_BUDGETS, {"name": "Glue on", "starts_on": str(later(400))}), pk="budget"
    ),
    "transfers": page(post=Post(None, {"amount": "1.00", "reason": "Glue"})),
    "transfer": page(post=Post(_R.MANAGE_BUDGETS, {"decision": "refuse", "note": "No"}), pk="transfer"),
    "books": page(query="?first=2026-01-01"),
    "books-postings": page(),
    "books-statement": page(),
    "closings": page(post=Post(_R.MANAGE_BUDGETS, {"through": str(later(-1))})),
    "closing-reopening": press(Post(_R.MANAGE_BUDGETS, {"reason": "Forgotten"}), pk="closing"),
    "budget": page(post=Post(_R.MANAGE_BUDGETS, {"amount": "10.00"}), pk="budget"),
    "request": page(
        post=Post(None, {"act": "decide", "decision": "reject", "note": "Too dear", "version": "1"}),
        reference="request",
    ),
    "outtask-approval": page(post=Post(_R.REQUEST, {"reason": "Spring"}), reference="asking"),
    # -- delivering and paying
    "outtask": page(reference="delivering"),
    "timeline": page(reference="delivering"),
    "thread": page(post=Post(_R.WRITE, {"text": "A word"}), reference="delivering"),
    "outtask-service": page(reference="delivering"),
    "outtask-published": page(reference="offering"),
    "milestone": page(reference="delivering", order="milestone"),
    "milestone-verdict": press(
        Post(_R.VERIFY, {"do": "accept", "submission_number": "1"}, at="milestone"),
        reference="delivering",
        order="milestone",
    ),
    "milestone-submissions": press(
        Post(_R.VERIFY, {"note": "By post", "links": "https://example.org/a"}, at="milestone"),
        reference="delivering",
        order="milestone",
    ),
    "milestone-check": press(
        Post(_R.VERIFY, {"passed": "yes", "detail": "Fine"}, at="milestone"),
        reference="delivering",
        order="milestone",
        check_id="check",
    ),
    "outtask-invoices": page(
        post=Post(_R.INVOICE, {"number": "N-9", "dated_on": str(later(0))}), reference="delivering"
    ),
    "invoice": page(invoice_id="invoice"),
    "invoice-approval": press(Post(_R.APPROVE_INVOICE), invoice_id="invoice"),
    "invoice-return": press(Post(_R.APPROVE_INVOICE, {"reason": "No date"}), invoice_id="invoice"),
    "invoice-payment": press(
        Post(_R.PAY, {"paid_on": str(later(0)), "bank_reference": "B 1"}), invoice_id="invoice"
    ),
    "file": page(file_id="file", name="file_name"),
    # -- taking back, bringing in
    "outtask-handover": page(post=Post(_R.TAKE_BACK, {"successor": "ourselves"}), reference="asking"),
    "import": page(import_id="import"),
}
