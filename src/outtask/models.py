"""The index of every fact of Outtask, in the reading order of the house."""

from outtask.agree.models import Agreement, AgreementVersion, ServiceLevel, Signature
from outtask.decide.models import Judgement, Process
from outtask.deliver.models import Check, Milestone, Submission, SubmittedFile, Verdict
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
from outtask.lifecycle.models import Import, ImportedRecord
from outtask.messages.models import Mail, Message
from outtask.outtasks.models import OutTask, ReferenceCounter
from outtask.pay.models import Invoice, InvoiceLine, Payment
from outtask.people.models import (
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
from outtask.spend.models import Approval, Budget, Commitment, Posting, PurchaseRequest, Rate
from outtask.takeback.models import Archive, Drill, Handover

__all__ = [
    "Agreement",
    "AgreementVersion",
    "Approval",
    "Archive",
    "Award",
    "Blob",
    "Block",
    "Brief",
    "Budget",
    "Check",
    "Checkpoint",
    "Commitment",
    "Drill",
    "Entry",
    "File",
    "FollowerCursor",
    "Handover",
    "Import",
    "ImportedRecord",
    "Invitation",
    "Invoice",
    "InvoiceLine",
    "JournalHead",
    "Judgement",
    "KeyUsed",
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
    "Saying",
    "SentCheckpoint",
    "SeparationException",
    "ServiceLevel",
    "Signature",
    "SigningKey",
    "SkippedEntry",
    "Submission",
    "SubmittedFile",
    "Timer",
    "Token",
    "Verdict",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Worker",
]
