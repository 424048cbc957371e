"""What belongs to an organisation: every table and every field, or the reason why not.

A table that is new here goes into `TABLES`, in an order in which rows come after those they point at, or into
`LEFT_OUT`. A test walks all models and fails on whatever is in neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

APP = "outtask"


class Way(StrEnum):
    """How a table's rows are found, given an organisation and those it represents."""

    ITSELF = "itself"  # the organisations
    PERSONS = "persons"  # whoever is or was a member
    BLOBS = "blobs"  # the bytes that its files name
    KEYS = "keys"  # what its checkpoints are signed with
    OWN = "own"  # rows that name the organisation


@dataclass(frozen=True, eq=False)
class Table:
    """One table of the archive.

    name: of the model, in lower case. fields: in the order in which a line has them, the key first.
    left_out: fields that are not exported, each with its reason; on import they get the model's default, or
        what `restoring` derives. sorted_by: what orders the lines, the primary key unless named.
    """

    name: str
    fields: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    way: Way = Way.OWN
    sorted_by: tuple[str, ...] = ()

    @property
    def model(self) -> type[models.Model]:
        found: type[models.Model] = apps.get_model(APP, self.name)
        return found

    @property
    def key(self) -> str:
        return str(self.model._meta.pk.name)

    @property
    def member(self) -> str:
        """The name of its lines in the archive."""
        return f"tables/{self.name}.jsonl"


def _table(name: str, fields: str, way: Way = Way.OWN, sorted_by: str = "", **left_out: str) -> Table:
    return Table(name, tuple(fields.split()), left_out, way, tuple(sorted_by.split()))


_SECRET = "It is derived from the secret of each installation, and derived again there."
_LOCAL = "It says how this installation works, not what the organisation has."

TABLES: tuple[Table, ...] = (
    _table(
        "organisation",
        "id name currency zone represented_by identifier is_sample compares second_factor_from_minor"
        " founded_at",
        Way.ITSELF,
    ),
    _table(
        "person",
        "id email name zone language is_active",
        Way.PERSONS,
        password="A password opens one installation. Whoever moves chooses a new one.",
        last_login=_LOCAL,
        sign_outs=_LOCAL,
    ),
    _table("member", "id organisation person role limit_minor reports_to joined_at left_at"),
    _table(
        "memberinvitation",
        "id organisation email name role limit_minor reports_to reports_to_email limits invited_by invited_at"
        " expires_at state settled_at member",
        token_hash=_SECRET,
    ),
    _table(
        "delegation",
        "id organisation giver taker starts_on ends_on up_to_minor reason made_by made_at ended_at",
    ),
    _table("separationexception", "id organisation declared_by reason since until"),
    _table(
        "provider",
        "id organisation kind name email phone address country note relation owned_by identifier added_at",
        claimed_by="It names another organisation of this installation, which decides for itself.",
    ),
    _table("bankaccount", "id organisation provider account noted_by noted_at"),
    _table(
        "process",
        "id organisation name area group output owner_name times_per_year hours_each key verdict priority"
        " added_at merged_into",
    ),
    _table(
        "judgement", "id organisation process number answers verdict rule trail method judged_by judged_at"
    ),
    _table(
        "referencecounter",
        "organisation prefix year last",
        sorted_by="organisation year prefix",
        id="A number of this database's own; organisation, prefix and year identify the row.",
    ),
    _table(
        "outtask",
        "id organisation reference tracking_code title owner client process provider stage holder next_step"
        " due_on amount_minor currency ending opened_at closed_at source_key",
    ),
    _table(
        "link",
        "id organisation purpose provider member name email outtask subject_type subject_id version made_at"
        " expires_at revoked_at spent_at",
        token_hash=_SECRET,
    ),
    _table(
        "blob", "sha256 size", Way.BLOBS, kept_at="When this installation first had the bytes, for whomever."
    ),
    _table("file", "id organisation outtask provider blob name media_type shared added_at"),
    _table(
        "mail",
        "id organisation to_name to_email member outtask link template subject context dedupe state attempts"
        " retry_at last_error made_at sent_at",
    ),
    _table("message", "id organisation outtask provider member link text asks answered_at written_at"),
    _table("import", "id organisation source name sha256 counts imported_by imported_at"),
    _table(
        "importedrecord",
        "id organisation outtask latest_import digest publisher license understood statements unmapped"
        " problems",
    ),
    _table(
        "handover",
        "id organisation outtask provider from_stage reason successor currency settled_minor released_minor"
        " open_items state pack onward taken_back_by taken_back_at packed_at handed_on_at",
    ),
    _table(
        "brief",
        "id organisation outtask what by_when criteria budget_minor currency skills personal_data answer_by"
        " version state handover written_at",
    ),
    _table(
        "invitation",
        "id organisation brief provider round state sent_at answer_by answered_at decline_reason",
    ),
    _table(
        "proposal",
        "id organisation outtask invitation provider version price_minor currency ready_on note milestones"
        " state offered_at",
    ),
    _table("award", "id organisation outtask proposal reasons choice awarded_by awarded_at ended_at"),
    _table(
        "agreement",
        "id organisation outtask form provider award version amount_minor currency state made_at signed_at"
        " ended_at",
    ),
    _table("agreementversion", "id organisation agreement number body sha256 made_by made_at change_note"),
    _table("signature", "id organisation version party name member link sha256 signed_at"),
    _table("servicelevel", "id organisation agreement order metric comparator target"),
    _table("rate", "id organisation currency per_unit day noted_by"),
    _table(
        "budget",
        "id organisation name parent keeper rollover follows currency authorised_minor committed_minor"
        " owed_minor paid_minor starts_on ends_on opened_at closed_at",
    ),
    _table(
        "catalogueitem",
        "id organisation provider code name description kind unit currency tax_percent category notice_days"
        " plan period trial_days cancel_days added_at withdrawn_at",
    ),
    _table("itemprice", "id organisation item price_minor from_on noted_at"),
    _table("cartline", "id organisation member item quantity price_minor put_at"),
    _table(
        "subscription",
        "id organisation item member outtask last_outtask budget quantity plan period starts_on trial_until"
        " anchor_on renews_on notice_days warned_for cancelled_on ended_on",
    ),
    _table("limit", "id organisation member period category amount_minor currency set_by set_at ended_at"),
    _table(
        "spendrule",
        "id organisation name amount_from_minor category new_provider demand made_by made_at ended_by"
        " ended_at",
    ),
    _table(
        "transfer",
        "id organisation source target amount_minor currency reason state asked_by asked_at decided_by"
        " decided_at note",
    ),
    _table(
        "closing",
        "id organisation through postings sha256 closed_by closed_at reopened_by reopened_at reopen_reason",
    ),
    _table(
        "purchaserequest",
        "id organisation reference outtask agreement agreement_version budget amount_minor currency"
        " base_minor budget_minor reason category version requested_by requested_at decider decide_by state",
    ),
    _table(
        "approval",
        "id organisation request version decision decided_by limit_minor note by_link by_mail rules"
        " delegation decided_at voided_at",
    ),
    _table(
        "commitment",
        "id organisation outtask request agreement budget amount_minor currency accepted_minor invoiced_minor"
        " paid_minor released_minor budget_minor made_at",
    ),
    _table(
        "repeat",
        "id organisation request every starts_on until times placed next_on asked_by set_at ended_by"
        " ended_at",
    ),
    _table("posting", "id organisation budget commitment entry_id source target amount_minor posted_at"),
    _table(
        "hold",
        "id organisation outtask detector subject_type subject_id evidence held_at disposition disposed_by"
        " disposed_at note",
    ),
    _table(
        "tuning",
        "id organisation split_days alike_split_days new_days bank_days just_below over reason set_by set_at",
    ),
    _table(
        "milestone",
        "id organisation outtask agreement agreement_version order title due_on amount_minor currency"
        " order_line quantity criteria state opened_at settled_at",
    ),
    _table(
        "submission",
        "id organisation milestone number note links due_on handed_in_by recorded_by handed_in_at",
    ),
    _table("submittedfile", "id organisation submission file order"),
    _table("check", "id organisation submission order text kind params state detail ticked_by settled_at"),
    _table("verdict", "id organisation submission kind reasons new_due_on decided_by decided_at"),
    _table("return", "id organisation verdict wanted reasons returned_by returned_at"),
    _table(
        "invoice",
        "id organisation outtask provider commitment number number_key amount_minor currency dated_on due_on"
        " state received_at recorded_by approved_by approved_at return_reason file",
    ),
    _table("invoiceline", "id organisation invoice milestone amount_minor live"),
    _table(
        "payment",
        "id organisation invoice amount_minor currency paid_on bank_reference recorded_by recorded_at",
    ),
    _table(
        "drill",
        "id organisation asked_by asked_at state settled_at took_ms sha256 size entries rows problem",
    ),
    _table("saying", "id organisation salt text erased_at"),
    _table(
        "signingkey",
        "public since endorsement",
        Way.KEYS,
        until="Until when one installation signed with it; elsewhere nobody ever does.",
        adoptions="How this installation vouches for a key from elsewhere; each one vouches for itself.",
    ),
    _table(
        "checkpoint",
        "id organisation size note key made_at",
        witnessed_at="Its witness stands outside of this installation's database, and not elsewhere.",
    ),
    _table("sentcheckpoint", "id organisation checkpoint provider sent_at"),
    _table(
        "webhookendpoint",
        "id organisation address kinds description generation earlier_ends_at made_by made_at since_seq"
        " failing_since closed_at",
        sends_since="Each installation signs with a secret of its own. Sending is switched on once the"
        " receiver knows the new one.",
    ),
    _table(
        "webhookdelivery",
        "id organisation endpoint entry_id seq replay state tries last_status last_error made_at settled_at",
        next_at="What waits goes on when sending is switched on again.",
    ),
)

JOURNAL = {
    "entry": "journal/entries.jsonl: the exact bytes, from which every other column is read",
    "journalhead": "manifest.json: the number of entries and the root of the tree, computed again on import",
}
"""Tables that stand in the archive in a form of their own."""

LEFT_OUT = {
    "archive": "Archives made here; each would hold those before. The journal names them by SHA-256.",
    "block": "Roots over runs of entries, made from the entries again.",
    "followercursor": _LOCAL,
    "keyused": "Forms that were sent here, remembered against sending them twice.",
    "skippedentry": _LOCAL,
    "timer": _LOCAL,
    "token": "Keys of programs to this installation, made of chance. New ones are made where it goes.",
    "worker": _LOCAL,
}
"""Tables of ours that are not the organisation's, each with its reason."""

NOT_OURS = {
    "account": "Addresses and their confirmation belong to signing in at one installation.",
    "auth": "Django's own groups and permissions, of which Outtask uses none.",
    "contenttypes": "Names of tables, which Django makes again.",
    "django_tasks_database": "Work in the background, which starts again from the journal.",
    "mfa": "Second steps and passkeys are secrets for one installation. They are set up anew.",
    "sessions": "Who is signed in here.",
    "socialaccount": "Signing in by another service, agreed with one installation.",
}
"""Apps of others, each with the reason why none of their tables is exported."""


@cache
def table_named(name: str) -> Table | None:
    return next((table for table in TABLES if table.name == name), None)


def field_of(table: Table, name: str) -> models.Field[Any, Any]:
    found: models.Field[Any, Any] = table.model._meta.get_field(name)  # type: ignore[assignment]
    return found
