"""The index of every fact of Outtask, in the reading order of the house."""

from outtask.agree.models import Agreement, AgreementVersion, ServiceLevel, Signature
from outtask.catalogue.models import CartLine, CatalogueItem, ItemPrice, Subscription
from outtask.decide.models import Judgement, Process
from outtask.deliver.models import Check, Milestone, Return, Submission, SubmittedFile, Verdict
from outtask.files.models import Blob, File
from outtask.followers.models import Timer, WebhookDelivery, WebhookEndpoint, Worker
from outtask.journal.models import (
    Block,
    Checkpoint,
    Entry,
    FollowerCursor,
    JournalHead,
    KeyUsed,
    Saying,
    SentCheckpoint,
    SigningKey,
    SkippedEntry,
)
from outtask.lifecycle.models import Import, ImportedRecord, Repeat
from outtask.messages.models import Mail, Message
from outtask.outtasks.models import OutTask, ReferenceCounter
from outtask.pay.models import Invoice, InvoiceLine, Payment
from outtask.people.models import (
    BankAccount,
    Delegation,
    Link,
    Member,
    MemberInvitation,
    Organisation,
    Person,
    Provider,
    SeparationException,
    Token,
)
from outtask.source.models import Award, Brief, Invitation, Proposal
from outtask.spend.models import (
    Approval,
    Budget,
    Closing,
    Commitment,
    Limit,
    Posting,
    PurchaseRequest,
    Rate,
    SpendRule,
    Transfer,
)
from outtask.takeback.models import Archive, Drill, Handover
from outtask.watch.models import Hold

__all__ = [
    "Agreement",
    "AgreementVersion",
    "Approval",
    "Archive",
    "Award",
    "BankAccount",
    "Blob",
    "Block",
    "Brief",
    "Budget",
    "CartLine",
    "CatalogueItem",
    "Check",
    "Checkpoint",
    "Closing",
    "Commitment",
    "Delegation",
    "Drill",
    "Entry",
    "File",
    "FollowerCursor",
    "Handover",
    "Hold",
    "Import",
    "ImportedRecord",
    "Invitation",
    "Invoice",
    "InvoiceLine",
    "ItemPrice",
    "JournalHead",
    "Judgement",
    "KeyUsed",
    "Limit",
    "Link",
    "Mail",
    "Member",
    "MemberInvitation",
    "Message",
    "Milestone",
    "Organisation",
    "OutTask",
    "Payment",
    "Person",
    "Posting",
    "Process",
    "Proposal",
    "Provider",
    "PurchaseRequest",
    "Rate",
    "ReferenceCounter",
    "Repeat",
    "Return",
    "Saying",
    "SentCheckpoint",
    "SeparationException",
    "ServiceLevel",
    "Signature",
    "SigningKey",
    "SkippedEntry",
    "SpendRule",
    "Submission",
    "SubmittedFile",
    "Subscription",
    "Timer",
    "Token",
    "Transfer",
    "Verdict",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Worker",
]
