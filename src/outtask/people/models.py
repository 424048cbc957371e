"""Who takes part: persons who sign in, organisations, members, providers, and the links of guests."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from outtask.journal.facts import Fact
from outtask.kernel.actor import Actor, ActorKind
from outtask.kernel.identifiers import new_id
from outtask.people.states import InvitationState, ProviderKind, Purpose, Relation, Role


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """A human who signs in; a member of one or several organisations."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=16, default="en-gb")
    is_active = models.BooleanField(default=True)
    # Counts how often they ended all their sessions; a session is good for the count it began under.
    sign_outs = models.IntegerField(default=0)

    objects = PersonManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def get_full_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry: Django's digest of the password, and the count of sign-outs."""
        salt = "outtask.people.models.Person.session"
        value = f"{self.sign_outs}:{self.password}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A tenant. `represented_by` names the tenant that acts for one that has no members of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=300)
    currency = models.CharField(max_length=3)
    zone = models.CharField(max_length=64, default="UTC")
    represented_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    identifier = models.CharField(max_length=200, default="")
    is_sample = models.BooleanField(default=False)
    # Whether it counts, without a name, in what others are told of comparable organisations, and is told too.
    compares = models.BooleanField(default=False)
    # From this much on a decision needs a second factor, in the organisation's currency; None: never.
    second_factor_from_minor = models.BigIntegerField(null=True)
    founded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["represented_by", "identifier"],
                condition=~Q(identifier=""),
                name="represented_once_per_identifier",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Member(Fact):
    """A person in an organisation: role, limit for one request, whom they refer to."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role, role) for role in Role])
    # None: no limit of their own, everything is referred. The owner's limit is the budgets.
    limit_minor = models.BigIntegerField(null=True)
    reports_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "person"], name="member_once"),
            models.CheckConstraint(
                condition=Q(limit_minor__isnull=True) | Q(limit_minor__gte=0), name="limit_not_negative"
            ),
        ]

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def actor(self) -> Actor:
        return Actor(
            ActorKind.MEMBER, self.organisation_id, id=self.pk, role=self.role, person_id=self.person_id
        )


class MemberInvitation(Fact):
    """An invitation to become a member, answered by link."""

    email = models.EmailField()
    name = models.CharField(max_length=200, default="")
    role = models.CharField(max_length=20, choices=[(role, role) for role in Role])
    limit_minor = models.BigIntegerField(null=True)
    reports_to = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    # Whom they will refer to, by address, when that person has yet to join as well.
    reports_to_email = models.EmailField(default="", blank=True)
    # Further limits to set when they join: period, category, minor, currency of each.
    limits = models.JSONField(default=list)
    invited_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=12, default=InvitationState.SENT)
    token_hash = models.CharField(max_length=64, unique=True)
    settled_at = models.DateTimeField(null=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")


class Delegation(Fact):
    """While one member is away another decides in their place. Never edited, only ended.

    up_to_minor: in the organisation's currency, for one need; None: as much as the one who is away.
    """

    giver = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="delegations")
    taker = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    up_to_minor = models.BigIntegerField(null=True)
    reason = models.TextField(default="", blank=True)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_last"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="delegated_to_another"),
            models.CheckConstraint(
                condition=Q(up_to_minor__isnull=True) | Q(up_to_minor__gte=0),
                name="delegated_not_negative",
            ),
        ]
        indexes = [models.Index(fields=["giver", "ends_on"], name="delegation_by_giver")]


class SeparationException(Fact):
    """An organisation of one person declares that one person may hold several duties; each use is marked."""

    declared_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)


class Provider(Fact):
    """A person, firm, program or AI agent in its relation to one client."""

    provider_path: ClassVar[str | None] = "id"
    seen_by_guests: ClassVar[bool] = True
    concerns: ClassVar[tuple[str, ...]] = ("organisation_id", "claimed_by_id")

    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in ProviderKind])
    name = models.CharField(max_length=300)
    email = models.EmailField(default="", blank=True)
    phone = models.CharField(max_length=60, default="", blank=True)
    address = models.TextField(default="", blank=True)
    country = models.CharField(max_length=2, default="", blank=True)
    note = models.TextField(default="", blank=True)
    relation = models.CharField(max_length=12, default=Relation.NEW)
    claimed_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    # The member who owns a program or agent: counted as that person wherever duties are separated.
    owned_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    # Identity in an imported source, so that importing twice changes nothing.
    identifier = models.CharField(max_length=300, default="")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "identifier"],
                condition=~Q(identifier=""),
                name="provider_once_per_identifier",
            )
        ]
        indexes = [models.Index(fields=["organisation", "name", "id"], name="provider_by_name")]

    def __str__(self) -> str:
        return self.name


class BankAccount(Fact):
    """Where a provider is paid, from a moment on; the latest holds. Never edited: a change is seen."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="bank_accounts")
    # An IBAN or whatever the provider's country has, without blanks, in capitals.
    account = models.CharField(max_length=64)
    noted_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["provider", "-id"], name="bank_account_latest"),
            models.Index(fields=["organisation", "account"], name="bank_account_shared"),
        ]


class Token(Fact):
    """A key for a program: it acts for the member who made it, or as the provider that it was made for.

    Made of chance, shown once, kept as its SHA-256 alone. Its scopes narrow what its holder may do.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="tokens")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, related_name="tokens")
    name = models.CharField(max_length=100)
    # Names of rights, in the order of the table of rights.
    scopes = models.JSONField(default=list)
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    # Telemetry, at most once a minute; no entry tells of it.
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=True) ^ Q(provider__isnull=True), name="token_has_one_holder"
            )
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="token_latest")]

    @property
    def holder(self) -> str:
        """Whose right it carries, by name."""
        return self.member.name if self.member is not None else str(self.provider)


class Link(Fact):
    """A key for one person to one thing: bound to object, purpose and version, with an end.

    The token itself is never stored: it is derived from the installation's secret and this row's id, and
    only its SHA-256 stands here.
    """

    purpose = models.CharField(max_length=12, choices=[(purpose, purpose) for purpose in Purpose])
    # One of the two: an outsider of a provider, or a member who decides from a mail.
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, related_name="links")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="links")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, null=True, related_name="links")
    subject_type = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    version = models.IntegerField(default=1)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    # Set when a single-use link has done its work; the page then shows the outcome.
    spent_at = models.DateTimeField(null=True)

    outtask_path: ClassVar[str | None] = "outtask__"
    provider_path: ClassVar[str | None] = "provider_id"
    seen_by_guests: ClassVar[bool] = True

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(provider__isnull=True) ^ Q(member__isnull=True), name="link_has_one_holder"
            )
        ]
        indexes = [
            # The subject first: whoever has its id need not say whose it is.
            models.Index(fields=["subject_id", "subject_type", "organisation"], name="link_of_subject")
        ]

    @property
    def actor(self) -> Actor:
        """Who acts by this link: the guest, or the member it was mailed to."""
        if self.member is not None:
            return self.member.actor
        assert self.provider is not None
        owner: Any = self.provider.owned_by
        return Actor(
            ActorKind.GUEST,
            self.organisation_id,
            id=self.pk,
            provider_id=self.provider_id,
            outtask_id=self.outtask_id,
            purpose=self.purpose,
            person_id=owner.person_id if owner else None,
        )
